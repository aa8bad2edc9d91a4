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

export class Prompts implements Asking {
  readonly #rt: Runtime;
  readonly #screen = new Room();
  /** Undefined: nobody has said. Then a prompt may be shown, and one that has been says it. */
  #visible: boolean | undefined;
  #climbing = false;
  #signingIn = false;
  /** The epoch whose end nobody could be asked about. */
  #unaskable: number | undefined;

  constructor(rt: Runtime) {
    this.#rt = rt;
  }

  isSigningIn(): boolean {
    return this.#signingIn;
  }

  /** Only a real return asks: a prompt itself takes the screen and gives it back. */
  show(visible: boolean): void {
    const returns = visible && this.#visible !== true;
    this.#visible = visible;
    if (!returns) return;
    this.#screen.open();
    this.begin();
  }

  begin(): boolean {
    if (this.#climbing) return true;
    const rt = this.#rt;
    const purpose = rt.state === 'locked' ? 'unlock' : 'sign-in';
    const methods = purpose === 'unlock' ? rt.settings.unlock : rt.settings.reauthenticate;
    const asks = purpose === 'unlock' || (rt.state === 'expired' && this.#unaskable !== rt.epoch);
    if (!asks || methods.length === 0 || rt.stopped) return false;
    this.#climbing = true;
    void this.#climb(purpose, [...methods]).finally(() => {
      this.#climbing = false;
      // The session may have ended under an unlock prompt.
      if (rt.state === 'expired' && !this.begin()) rejectCalls(rt, 'reauthentication-required');
    });
    return true;
  }

  /** Rung after rung. Who leaves the screen in between leaves the lock to others too, and looks again after coming back. */
  async #climb(purpose: PromptPurpose, left: PromptMethod[]): Promise<void> {
    const rt = this.#rt;
    const { state, epoch } = rt;
    const wanted = (): boolean => !rt.stopped && rt.state === state && (purpose === 'unlock' || rt.epoch === epoch);
    let end: PromptOutcome = 'unavailable';
    const ask = async (): Promise<void> => {
      // Another process may have come first.
      if (purpose === 'sign-in') await rt.recheck();
      while (wanted() && left.length > 0 && this.#visible !== false) {
        const outcome = await this.#show(left.shift() as PromptMethod, purpose);
        if (outcome !== 'unavailable') end = outcome;
        if (outcome === 'ok' && purpose === 'unlock') left.length = 0;
      }
      if (wanted() && left.length === 0) await this.#end(purpose, end);
    };
    while (wanted() && left.length > 0) {
      if (this.#visible === false) await this.#screen.wait();
      else if ((await exclusively(rt, PROMPT_LOCK, ask)) === undefined) return await this.#end(purpose, end);
    }
  }

  async #show(method: PromptMethod, purpose: PromptPurpose): Promise<PromptOutcome> {
    this.#signingIn = purpose === 'sign-in';
    try {
      const outcome = await this.#rt.host.reauthenticate[method](purpose);
      if (outcome !== 'unavailable') {
        this.#visible ??= true;
        this.#rt.autoLock.interaction();
      }
      return outcome;
    } catch {
      return 'unavailable';
    } finally {
      this.#signingIn = false;
    }
  }

  /** `unavailable`: there was nothing to ask with. A sign-in that has come in leaves nothing to end. */
  async #end(purpose: PromptPurpose, end: PromptOutcome): Promise<void> {
    const rt = this.#rt;
    if (purpose === 'sign-in' && end !== 'unavailable') return await leave(rt, 'reauthentication-failed', 'reauthentication-required');
    if (purpose === 'sign-in') {
      this.#unaskable = rt.epoch;
      rejectCalls(rt, 'reauthentication-required');
    } else if (end === 'ok') {
      // What is shown then has been verified: right after a launch that may take a moment longer.
      await rt.session?.verifying;
      fire(rt, 'unlocked');
    }
  }
}
