// The base client's lock: after idle time on screen, after time in background, and at launch. Durations on the monotonic clock only: a
// wall clock that is moved neither locks nor opens anything.
import type { LockPolicy, PromptPurpose, SessionState } from '../../../src/core/contract.ts';
import { Ladder } from './ladder.ts';
import { Rejected, type Session } from './session.ts';

export abstract class LockScreen extends Ladder {
  protected locked = false;
  #leftAt: number | undefined;
  /** When the idle time is over (monotonic ms), or how much of it was left when the app went to the background. */
  #idleUntil: number | undefined;
  #idleLeft: number | undefined;
  #cancelIdle: () => void = () => undefined;
  readonly #shut = new Set<() => void>();

  protected get policy(): LockPolicy {
    return this.host.config.lock ?? {};
  }

  interaction(): void {
    this.checkIdle();
    if (this.locked) this.#open();
    else this.touch();
  }

  background(): void {
    this.checkIdle();
    this.visible = false;
    this.#leftAt = this.awayClock();
    this.pauseIdle();
  }

  /** Whatever the app shows next is shown after this returns: it is locked by then. */
  foreground(): void {
    const away = this.#leftAt === undefined ? 0 : this.awayClock() - this.#leftAt;
    this.#leftAt = undefined;
    this.visible = true;
    this.returned(away);
    if (this.#idleLeft !== undefined) this.#armIdle(this.#idleLeft);
    this.#idleLeft = undefined;
    this.cameOnScreen();
    if (this.locked) this.#open();
  }

  protected awayClock(): number {
    return this.monotonic();
  }

  protected returned(away: number): void {
    const { background } = this.policy;
    if (background !== undefined && away > background) this.lock();
  }

  protected pauseIdle(): void {
    this.#cancelIdle();
    if (this.#idleUntil !== undefined) this.#idleLeft = this.#idleUntil - this.monotonic();
    this.#idleUntil = undefined;
  }

  /** What the store held at launch is shown to nobody before they proved who they are. */
  protected override restored(): void {
    if (this.policy.idle !== undefined || this.policy.background !== undefined) this.lock();
  }

  protected touch(): void {
    if (this.policy.idle !== undefined && this.session !== undefined) this.#armIdle(this.policy.idle);
  }

  #armIdle(ms: number): void {
    this.#cancelIdle();
    if (this.locked) return;
    this.#idleUntil = this.monotonic() + ms;
    this.#cancelIdle = this.host.clock.setTimeout(() => this.checkIdle(), ms);
  }

  /** A process that slept had no timer: everybody who comes looks. */
  protected checkIdle(): void {
    if (this.#idleUntil !== undefined && this.monotonic() >= this.#idleUntil) this.lock();
  }

  protected lock(): void {
    this.disarmIdle();
    if (this.session === undefined) return;
    this.locked = true;
    this.becameLocked();
  }

  protected abstract becameLocked(): void;

  protected disarmIdle(): void {
    this.#cancelIdle();
    this.#idleUntil = undefined;
  }

  /** Nothing is sent for a locked app; who asks for it, asks for the prompt. */
  protected async admitted(ended: Promise<never>): Promise<void> {
    this.checkIdle();
    if (!this.locked) return;
    const opened = this.soon(this.#unlock(), false);
    if (!(await Promise.race([opened, ended]))) throw new Rejected('locked');
  }

  /** For what waits without asking. */
  protected async whenOpen(): Promise<void> {
    while (this.locked) await new Promise<void>((resolve) => this.#shut.add(resolve));
  }

  #open(): void {
    this.#unlock().catch(() => undefined);
  }

  async #unlock(): Promise<boolean> {
    const proved = await this.ask('unlock');
    if (proved && this.locked) this.reopen();
    return !this.locked;
  }

  protected reopen(): void {
    this.locked = false;
    this.touch();
    for (const resolve of this.#shut) resolve();
    this.#shut.clear();
  }

  protected override isAskedFor(purpose: PromptPurpose): boolean {
    return purpose === 'unlock' ? this.locked && this.session !== undefined : this.phase === 'expired';
  }

  protected override take(session: Session | undefined, without?: SessionState): void {
    super.take(session, without);
    if (session !== undefined) return;
    this.disarmIdle();
    if (this.locked) this.reopen();
  }
}
