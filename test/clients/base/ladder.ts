// The base client's prompts: one ladder at a time on the whole device, biometrics before the password, and only while the app is on screen.
// A person who cannot be asked is not signed out: a device without prompts keeps the state it had.
import type { PromptPurpose } from '../../../src/core/contract.ts';
import { Refresher } from './refresher.ts';

type Rung = 'biometric' | 'password';
/** How far up a ladder somebody is. */
interface Ascent {
  readonly purpose: PromptPurpose;
  readonly left: Rung[];
  asked: boolean;
}
/** Ms after which somebody who waits for a prompt is told that it did not come to anything. */
const PATIENCE = 50_000;

export abstract class Ladder extends Refresher {
  protected visible = true;
  /** A prompt to sign in again is open: the sign-in that comes now is its answer. */
  protected signingIn = false;
  readonly #climbs = new Map<PromptPurpose, Promise<boolean>>();
  readonly #watching = new Set<() => void>();
  /** Nobody could be asked about the end of this session. */
  #unaskable = false;

  /** Whether a prompt for this purpose still means something. */
  protected abstract isAskedFor(purpose: PromptPurpose): boolean;

  /** Whether the person proved who they are. Whoever asks while a ladder is up gets its result. */
  protected ask(purpose: PromptPurpose): Promise<boolean> {
    const open = this.#climbs.get(purpose);
    if (open !== undefined) return open;
    if (!this.mayAsk(purpose)) return Promise.resolve(false);
    const climb = this.climb({ purpose, left: [...this.rungs()], asked: false }).finally(() => this.#climbs.delete(purpose));
    this.#climbs.set(purpose, climb);
    return climb;
  }

  protected mayAsk(purpose: PromptPurpose): boolean {
    return (purpose === 'unlock' || !this.#unaskable) && this.isAskedFor(purpose);
  }

  /** From the gentlest to the surest. */
  protected rungs(): readonly Rung[] {
    return ['biometric', 'password'];
  }

  /** Nobody else's prompt waits for one of ours that cannot be seen. */
  protected async climb(ascent: Ascent): Promise<boolean> {
    for (;;) {
      await this.onScreen();
      const proved = await this.alone(() => this.#climbWhileSeen(ascent));
      if (proved !== undefined) return proved;
    }
  }

  /** Undefined: the app has left the screen. */
  async #climbWhileSeen(ascent: Ascent): Promise<boolean | undefined> {
    const { purpose, left } = ascent;
    for (let rung = left[0]; rung !== undefined; rung = left[0]) {
      if (!this.isAskedFor(purpose) || this.closing.signal.aborted) return this.session !== undefined && purpose === 'sign-in';
      if (!this.isSeen()) return undefined;
      left.shift();
      const outcome = await this.#show(rung, purpose);
      if (outcome === 'ok') return true;
      ascent.asked ||= outcome !== 'unavailable';
    }
    if (purpose === 'sign-in' && this.isAskedFor(purpose)) await this.#exhausted(ascent.asked);
    return false;
  }

  async #show(rung: Rung, purpose: PromptPurpose): Promise<string> {
    this.signingIn = purpose === 'sign-in';
    try {
      return await this.host.reauthenticate[rung](purpose);
    } finally {
      this.signingIn = false;
    }
  }

  async #exhausted(asked: boolean): Promise<void> {
    this.#unaskable = !asked;
    if (!asked) return;
    this.take(undefined, 'signed-out');
    await this.save(undefined);
  }

  /** A new session: its end is worth asking about again. */
  protected mayBeAskedAgain(): void {
    this.#unaskable = false;
  }

  /** A sibling that shows a prompt is waited for, and may have signed in. */
  protected async alone(work: () => Promise<boolean | undefined>): Promise<boolean | undefined> {
    const looked = async (): Promise<boolean | undefined> => {
      await this.sync();
      return work();
    };
    try {
      return await this.host.lock('prompt', looked, { timeout: PATIENCE });
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === 'lock-unavailable') return looked();
      if (code === 'lock-timeout') return false;
      throw error;
    }
  }

  protected isSeen(): boolean {
    return this.visible;
  }

  protected async onScreen(): Promise<void> {
    while (!this.isSeen()) await new Promise<void>((resolve) => this.#watching.add(resolve));
  }

  protected cameOnScreen(): void {
    for (const resolve of this.#watching) resolve();
    this.#watching.clear();
  }

  /** `otherwise` when it takes longer than a caller can wait. */
  protected async soon<T>(result: Promise<T>, otherwise: T): Promise<T> {
    let stop = (): void => undefined;
    const over = new Promise<T>((resolve) => {
      stop = this.host.clock.setTimeout(() => resolve(otherwise), PATIENCE);
    });
    try {
      return await Promise.race([result, over]);
    } finally {
      stop();
    }
  }

  /** The person is asked as soon as the session is over, also when no request waits. */
  protected override endSession(): Promise<never> {
    const ending = super.endSession();
    this.ask('sign-in').catch(() => undefined);
    return ending;
  }
}
