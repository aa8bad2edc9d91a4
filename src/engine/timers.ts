// The engine's own timers in one place, so that `stop` leaves none behind: callbacks are dropped, pauses and limits end at once.
import type { HostClock } from '../core/contract.ts';

export class Timers {
  readonly #clock: HostClock;
  readonly #open = new Set<() => void>();
  readonly #pauses = new Set<() => void>();
  readonly #limits = new Set<() => void>();
  #closed = false;

  constructor(clock: HostClock) {
    this.#clock = clock;
  }

  /** Runs `fn` once after `ms`; returns its cancel. Never, once closed. */
  after(ms: number, fn: () => void): () => void {
    if (this.#closed) return () => {};
    const cancel = this.#clock.setTimeout(() => {
      this.#open.delete(forget);
      fn();
    }, ms);
    const forget = (): void => {
      this.#open.delete(forget);
      cancel();
    };
    this.#open.add(forget);
    return forget;
  }

  /** Resolves after `ms`, or when hurried or closed. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.#until(ms, this.#pauses, resolve));
  }

  /** Runs `fn` once: after `ms`, or when this is closed; returns its cancel. */
  limit(ms: number, fn: () => void): () => void {
    return this.#until(ms, this.#limits, fn);
  }

  /** What `promise` resolves to, or `fallback` when that takes longer than `ms` or this is closed. `promise` must not reject. */
  within<T>(ms: number, promise: Promise<T>, fallback: T): Promise<T> {
    return new Promise((resolve) => {
      const forget = this.limit(ms, () => resolve(fallback));
      void promise.then((value) => {
        forget();
        resolve(value);
      });
    });
  }

  /** Ends all pauses now: something happened that may let what failed succeed. */
  hurry(): void {
    for (const end of [...this.#pauses]) end();
  }

  close(): void {
    this.#closed = true;
    this.hurry();
    for (const end of [...this.#limits]) end();
    for (const forget of [...this.#open]) forget();
  }

  /** Calls `fn` after `ms`, or earlier when `group` is ended; returns its cancel. */
  #until(ms: number, group: Set<() => void>, fn: () => void): () => void {
    const forget = (): void => {
      group.delete(end);
      cancel();
    };
    const end = (): void => {
      forget();
      fn();
    };
    const cancel = this.after(ms, end);
    if (this.#closed) fn();
    else group.add(end);
    return forget;
  }
}
