// The engine's own timers in one place, so that `stop` leaves none behind: callbacks are dropped, pauses and limits end at once.
import type { HostClock } from '../core/contract.ts';
import { Room } from './room.ts';

export class Timers {
  /** Where pauses wait that end early when something happened that may let what failed succeed. */
  readonly hurried = new Room();
  readonly #clock: HostClock;
  /** How each of them ends at once. */
  readonly #open = new Set<() => void>();
  #closed = false;

  constructor(clock: HostClock) {
    this.#clock = clock;
  }

  /** Runs `fn` once after `ms`, never if that is Infinity; returns its cancel. */
  after(ms: number, fn: () => void): () => void {
    if (this.#closed || ms === Number.POSITIVE_INFINITY) return () => {};
    const forget = (): void => {
      this.#open.delete(forget);
      cancel();
    };
    const cancel = this.#clock.setTimeout(() => {
      forget();
      fn();
    }, ms);
    this.#open.add(forget);
    return forget;
  }

  /** Resolves after `ms`, or when `room` is opened, or this is closed. */
  async pause(ms: number, room = this.hurried): Promise<void> {
    if (this.#closed) return;
    let forget = (): void => {};
    await room.wait((leave) => {
      const cancel = this.after(ms, leave);
      this.#open.add(leave);
      forget = () => {
        this.#open.delete(leave);
        cancel();
      };
    });
    forget();
  }

  /** What `promise` resolves to, or `fallback` when that takes longer than `ms` or this is closed. `promise` must not reject. */
  async within<T>(ms: number, promise: Promise<T>, fallback: T): Promise<T> {
    const room = new Room();
    let end = fallback;
    void promise.then((value) => {
      end = value;
      room.open();
    });
    await this.pause(ms, room);
    return end;
  }

  close(): void {
    this.#closed = true;
    for (const end of [...this.#open]) end();
  }
}
