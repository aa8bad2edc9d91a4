// The engine's own timers in one place, so that `stop` leaves none behind. A pause that is cut off never resolves: what waited
// for it is garbage then.
import type { HostClock } from '../core/contract.ts';

export class Timers {
  readonly #clock: HostClock;
  readonly #open = new Set<() => void>();
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
    return new Promise((resolve) => { this.after(ms, resolve); });
  }

  close(): void {
    this.#closed = true;
    for (const forget of [...this.#open]) forget();
  }
}
