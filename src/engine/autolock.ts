// Locks the app by itself: after too long without interaction on screen, or away from it. All of it is counted on the monotonic clock, so
// a wall clock that is set neither locks nor unlocks; a timer that slept is made up for by whoever comes next (refresh-bugs N3).
import type { LockPolicy } from '../core/contract.ts';
import type { Runtime } from './runtime.ts';

export class AutoLock {
  readonly #rt: Runtime;
  readonly #policy: LockPolicy;
  /** Monotonic ms at which too long has passed without interaction; Infinity while that is not counted. */
  #due = Number.POSITIVE_INFINITY;
  /** What was left of it when the app left the screen, ms. */
  #left = 0;
  /** Monotonic ms since when the app is off screen. */
  #away: number | undefined;
  #cancel: (() => void) | undefined;

  constructor(rt: Runtime) {
    this.#rt = rt;
    this.#policy = rt.settings.lock ?? rt.host.config.lock ?? {};
    rt.machine.subscribe(({ to }) => (to === 'active' ? this.#begin(this.#policy.idle ?? Number.POSITIVE_INFINITY) : this.#stop()));
  }

  /** Whether the app is one that locks itself. */
  get isOn(): boolean {
    return this.#policy.idle !== undefined || this.#policy.background !== undefined;
  }

  isDue(mono: number): boolean {
    return mono >= this.#due;
  }

  /** Locks if too long has passed. */
  check(): void {
    if (this.isDue(this.#mono)) this.#rt.machine.fire('idle-timeout');
  }

  interaction(): void {
    this.check();
    if (this.#rt.machine.state === 'active') this.#begin(this.#policy.idle ?? Number.POSITIVE_INFINITY);
  }

  background(): void {
    this.check();
    if (this.#away !== undefined) return;
    this.#away = this.#mono;
    this.#left = this.#due - this.#away;
    this.#stop();
  }

  /** Back on screen: locked by the end of this call, if at all. */
  foreground(): void {
    const away = this.#away;
    this.#away = undefined;
    if (away === undefined || this.#rt.machine.state !== 'active') return;
    const { background } = this.#policy;
    if (background !== undefined && this.#mono - away >= background) this.#rt.machine.fire('background-timeout');
    else this.#begin(this.#left);
  }

  #begin(ms: number): void {
    this.#left = ms;
    if (this.#away !== undefined || !Number.isFinite(ms)) return;
    this.#due = this.#mono + ms;
    if (this.#cancel === undefined) this.#arm();
  }

  /** One timer at a time, moved on when it fires: interaction is frequent. */
  #arm(): void {
    this.#cancel = this.#rt.timers.after(this.#due - this.#mono, () => {
      this.#cancel = undefined;
      this.check();
      if (Number.isFinite(this.#due)) this.#arm();
    });
  }

  #stop(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#due = Number.POSITIVE_INFINITY;
  }

  get #mono(): number {
    return this.#rt.host.clock.monotonic();
  }
}
