// Asks the person: biometrics, then a password, to open a locked app or to sign in again when the session has ended. One ladder at a
// time, one prompt at a time on the whole device, none while the app is not on screen (invariants I17).
import type { PromptOutcome, PromptPurpose } from '../core/contract.ts';
import { leave } from './keeper.ts';
import { exclusively } from './lock.ts';
import type { PromptMethod } from './options.ts';
import { Room } from './room.ts';
import { type Asking, fire, rejectCalls, type Runtime } from './runtime.ts';

/** The lock of a device that goes with an open prompt. */
const PROMPT_LOCK = 'prompt';

export function promptsOf(rt: Runtime): Asking {
  const screen = new Room();
  /** Undefined: nobody has said. Then a prompt may be shown, and one that has been says it. */
  let visible: boolean | undefined;
  let climbing = false;
  let signingIn = false;

  const begin = (): boolean => {
    if (climbing) return true;
    const purpose = rt.state === 'locked' ? 'unlock' : 'sign-in';
    const asks = purpose === 'unlock' || (rt.state === 'expired' && rt.unaskable !== rt.epoch);
    const methods = rt.settings[purpose === 'unlock' ? 'unlock' : 'reauthenticate'];
    if (!asks || methods.length === 0 || rt.stopped) return false;
    climbing = true;
    void climb(purpose, [...methods]).finally(() => {
      climbing = false;
      // The session may have ended under an unlock prompt.
      if (rt.state === 'expired' && !begin()) rejectCalls(rt, 'reauthentication-required');
    });
    return true;
  };
  /** Rung after rung. Who leaves the screen in between leaves the lock to others too, and looks again after coming back. */
  const climb = async (purpose: PromptPurpose, left: PromptMethod[]): Promise<void> => {
    const { state, epoch } = rt;
    const wanted = (): boolean => !rt.stopped && rt.state === state && (purpose === 'unlock' || rt.epoch === epoch);
    let end: PromptOutcome = 'unavailable';
    const ask = async (): Promise<void> => {
      // Another process may have come first.
      if (purpose === 'sign-in') await rt.recheck();
      while (wanted() && left.length > 0 && visible !== false) {
        signingIn = purpose === 'sign-in';
        const outcome = await shown(rt, left.shift() as PromptMethod, purpose);
        signingIn = false;
        if (outcome === 'unavailable') continue;
        visible ??= true;
        end = outcome;
        if (outcome === 'ok' && purpose === 'unlock') left.length = 0;
      }
      if (wanted() && left.length === 0) await conclude(rt, purpose, end);
    };
    while (wanted() && left.length > 0) {
      if (visible === false) await screen.wait();
      else if ((await exclusively(rt, PROMPT_LOCK, ask)) === undefined) return await conclude(rt, purpose, end);
    }
  };
  /** Only a real return asks: a prompt itself takes the screen and gives it back. */
  const show = (now: boolean): void => {
    const returns = now && visible !== true;
    visible = now;
    if (!returns) return;
    screen.open();
    begin();
  };
  return { begin, show, isSigningIn: () => signingIn };
}

async function shown(rt: Runtime, method: PromptMethod, purpose: PromptPurpose): Promise<PromptOutcome> {
  try {
    const outcome = await rt.host.reauthenticate[method](purpose);
    if (outcome !== 'unavailable') rt.autoLock.interaction();
    return outcome;
  } catch {
    return 'unavailable';
  }
}

/** `unavailable`: there was nothing to ask with. */
async function conclude(rt: Runtime, purpose: PromptPurpose, end: PromptOutcome): Promise<void> {
  if (purpose === 'sign-in' && end === 'unavailable') {
    rt.unaskable = rt.epoch;
    rejectCalls(rt, 'reauthentication-required');
  } else if (purpose === 'sign-in') await leave(rt, 'reauthentication-failed', 'reauthentication-required');
  else if (end === 'ok') {
    // What is shown then has been verified: right after a launch that may take a moment longer.
    await rt.session?.verifying;
    fire(rt, 'unlocked');
  }
}
