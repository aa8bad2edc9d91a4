// The engine's own timers in one place, so that `stop` leaves none behind: callbacks are dropped, pauses end at once.
import type { HostClock } from '../core/contract.ts';

export class Timers {
  readonly #clock: HostClock;
  readonly #open = new Set<() => void>();
  readonly #pauses = new Set<() => void>();
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

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const end = (): void => {
        this.#pauses.delete(end);
        cancel();
        resolve();
      };
      const cancel = this.after(ms, end);
      if (this.#closed) resolve();
      else this.#pauses.add(end);
    });
  }

  /** Ends all pauses now: something happened that may let what failed succeed. */
  hurry(): void {
    for (const end of [...this.#pauses]) end();
  }

  close(): void {
    this.#closed = true;
    this.hurry();
    for (const forget of [...this.#open]) forget();
  }
}
