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
  /** Undefined: nobody has said, which counts as on screen. */
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

  async #climb({ purpose, methods, state }: Ladder): Promise<void> {
    const { machine, holder } = this.#rt;
    const { epoch } = holder;
    const wanted = (): boolean => !this.#rt.stopped && machine.state === state && (purpose === 'unlock' || holder.epoch === epoch);
    await this.#onScreen(wanted);
    const job = async (): Promise<void> => {
      // Another process may have come first.
      if (purpose === 'sign-in' && wanted()) await this.#rt.loader.recheck();
      const end = await this.#ask(methods, purpose, wanted);
      if (!wanted()) return;
      if (purpose === 'sign-in') await this.#giveUp(end);
      else if (end === 'ok') await this.#unlock();
    };
    const held = await exclusively(this.#rt, PROMPT_LOCK, job, true);
    if (held === undefined && purpose === 'sign-in' && wanted()) await this.#giveUp('unavailable');
  }

  /** Rung after rung. `unavailable`: there was nothing to ask with. A sign-in that has come in leaves nothing to ask for. */
  async #ask(methods: readonly PromptMethod[], purpose: PromptPurpose, wanted: () => boolean): Promise<PromptOutcome> {
    let end: PromptOutcome = 'unavailable';
    for (const method of methods) {
      await this.#onScreen(wanted);
      if (!wanted()) break;
      this.signingIn = purpose === 'sign-in';
      const outcome = await this.#show(method, purpose);
      this.signingIn = false;
      if (outcome === 'ok' && purpose === 'unlock') return outcome;
      if (outcome !== 'unavailable') end = 'failed';
    }
    return end;
  }

  async #show(method: PromptMethod, purpose: PromptPurpose): Promise<PromptOutcome> {
    try {
      return await this.#rt.host.reauthenticate[method](purpose);
    } catch {
      return 'unavailable';
    }
  }

  /** What is shown then has been verified: right after a launch that may take a moment longer. */
  async #unlock(): Promise<void> {
    await this.#rt.holder.session?.verifying;
    this.#rt.machine.fire('unlocked');
  }

  async #giveUp(end: PromptOutcome): Promise<void> {
    const rt = this.#rt;
    if (end === 'unavailable') {
      this.#unaskable = rt.holder.epoch;
      return rejectCalls(rt, 'reauthentication-required');
    }
    await leave(rt, 'reauthentication-failed', 'reauthentication-required');
  }

  async #onScreen(wanted: () => boolean): Promise<void> {
    while (this.#visible === false && wanted()) await this.#screen.wait().done;
  }
}
