// Asks the person: biometrics, then a password, to open a locked app or to sign in again when the session has ended. One ladder at a
// time, one prompt at a time on the whole device, none while the app is not on screen (invariants I17).
import type { PromptOutcome, PromptPurpose, SessionState } from '../core/contract.ts';
import { exclusively, leave } from './keeper.ts';
import type { PromptMethod } from './options.ts';
import { Room } from './room.ts';
import { rejectCalls, type Runtime } from './runtime.ts';

/** The lock of a device that goes with an open prompt. */
const PROMPT_LOCK = 'prompt';

interface Ladder {
  purpose: PromptPurpose;
  methods: readonly PromptMethod[];
  state: SessionState;
}

export class Prompts {
  /** A prompt to sign in again is open. */
  signingIn = false;
  readonly #rt: Runtime;
  readonly #screen = new Room();
  /** Undefined: nobody has said. Then a prompt may be shown, and one that has been says it. */
  #visible: boolean | undefined;
  #climbing = false;
  /** The epoch whose end nobody could be asked about. */
  #unaskable: number | undefined;

  constructor(rt: Runtime) {
    this.#rt = rt;
  }

  /** The app comes to the screen or leaves it. Only a real return asks: a prompt itself takes the screen and gives it back. */
  show(visible: boolean): void {
    const returns = visible && this.#visible !== true;
    this.#visible = visible;
    if (!returns) return;
    this.#screen.open();
    this.begin();
  }

  /** Begins what the state asks for, if anything; says whether somebody is being asked. */
  begin(): boolean {
    if (this.#climbing) return true;
    const ladder = this.#ladder();
    if (ladder === undefined || ladder.methods.length === 0 || this.#rt.stopped) return false;
    this.#climbing = true;
    void this.#climb(ladder).finally(() => {
      this.#climbing = false;
      // The session may have ended under an unlock prompt.
      if (this.#rt.machine.state === 'expired' && !this.begin()) rejectCalls(this.#rt, 'reauthentication-required');
    });
    return true;
  }

  #ladder(): Ladder | undefined {
    const { machine, settings, holder } = this.#rt;
    const { state } = machine;
    if (state === 'locked') return { purpose: 'unlock', methods: settings.unlock, state };
    if (state !== 'expired' || this.#unaskable === holder.epoch) return undefined;
    return { purpose: 'sign-in', methods: settings.reauthenticate, state };
  }

  /** Rung after rung. Who leaves the screen in between leaves the lock to others too, and looks again after coming back. */
  async #climb({ purpose, methods, state }: Ladder): Promise<void> {
    const { machine, holder, loader } = this.#rt;
    const { epoch } = holder;
    const wanted = (): boolean => !this.#rt.stopped && machine.state === state && (purpose === 'unlock' || holder.epoch === epoch);
    const left = [...methods];
    let end: PromptOutcome = 'unavailable';
    const ask = async (): Promise<boolean> => {
      // Another process may have come first.
      if (purpose === 'sign-in') await loader.recheck();
      while (wanted() && (this.#visible !== false || left.length === 0)) {
        const method = left.shift();
        const outcome = method && (await this.#show(method, purpose));
        if (outcome !== undefined && outcome !== 'unavailable') end = outcome;
        if (method !== undefined && !(outcome === 'ok' && purpose === 'unlock')) continue;
        await this.#end(purpose, end);
        return true;
      }
      return !wanted();
    };
    for (;;) {
      while (this.#visible === false && wanted()) await this.#screen.wait().done;
      if (!wanted()) return;
      const held = await exclusively(this.#rt, PROMPT_LOCK, ask, true);
      if (held === undefined) return await this.#end(purpose, end);
      if (held.done) return;
    }
  }

  async #show(method: PromptMethod, purpose: PromptPurpose): Promise<PromptOutcome> {
    this.#visible = true;
    this.signingIn = purpose === 'sign-in';
    try {
      const outcome = await this.#rt.host.reauthenticate[method](purpose);
      if (outcome !== 'unavailable') this.#rt.autoLock.interaction();
      return outcome;
    } catch {
      return 'unavailable';
    } finally {
      this.signingIn = false;
    }
  }

  /** `unavailable`: there was nothing to ask with. A sign-in that has come in leaves nothing to end. */
  async #end(purpose: PromptPurpose, end: PromptOutcome): Promise<void> {
    const rt = this.#rt;
    if (purpose === 'unlock') {
      if (end !== 'ok') return;
      // What is shown then has been verified: right after a launch that may take a moment longer.
      await rt.holder.session?.verifying;
      return rt.machine.fire('unlocked');
    }
    if (end !== 'unavailable') return await leave(rt, 'reauthentication-failed', 'reauthentication-required');
    this.#unaskable = rt.holder.epoch;
    rejectCalls(rt, 'reauthentication-required');
  }
}
