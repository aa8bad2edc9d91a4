// The engine's own timers in one place, so that `stop` leaves none behind: callbacks are dropped, pauses and limits end at once.
import type { HostClock } from '../core/contract.ts';

/** What ends a timer before its time: nothing (then it is dropped by `close`), `close`, or that and `hurry`. */
type Early = 'never' | 'closed' | 'hurried';

export class Timers {
  readonly #clock: HostClock;
  readonly #open = new Set<{ early: Early; end: () => void; forget: () => void }>();
  #closed = false;

  constructor(clock: HostClock) {
    this.#clock = clock;
  }

  /** Runs `fn` once after `ms`, never if that is Infinity; returns its cancel. */
  after(ms: number, fn: () => void, early: Early = 'never'): () => void {
    if (this.#closed && early !== 'never') fn();
    if (this.#closed || ms === Number.POSITIVE_INFINITY) return () => {};
    const end = (): void => {
      forget();
      fn();
    };
    const forget = (): void => {
      this.#open.delete(timer);
      cancel();
    };
    const timer = { early, end, forget };
    const cancel = this.#clock.setTimeout(end, ms);
    this.#open.add(timer);
    return forget;
  }

  /** Resolves after `ms`, or when hurried or closed. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.after(ms, resolve, 'hurried'));
  }

  /** What `promise` resolves to, or `fallback` when that takes longer than `ms` or this is closed. `promise` must not reject. */
  within<T>(ms: number, promise: Promise<T>, fallback: T): Promise<T> {
    return new Promise((resolve) => {
      const forget = this.after(ms, () => resolve(fallback), 'closed');
      void promise.then((value) => {
        forget();
        resolve(value);
      });
    });
  }

  /** Ends all pauses now: something happened that may let what failed succeed. */
  hurry(): void {
    for (const { early, end } of [...this.#open]) if (early === 'hurried') end();
  }

  close(): void {
    this.#closed = true;
    for (const { early, end, forget } of [...this.#open]) (early === 'never' ? forget : end)();
  }
}
