// One refresh that many requests wait for. It belongs to one session object, which has one current refresh token, so callers of
// different users or generations never share it (invariants I10d). A request that leaves never stops an exchange under way.
import { Room } from './room.ts';
import type { Timers } from './timers.ts';

export type FlightEnd =
  /** A younger pair is in hand and was written. */
  | 'renewed'
  /** The attempts are spent, or waiting longer is not worth it; the session lives on. */
  | 'failed'
  /** The session is over. */
  | 'ended';

export class Flight {
  /** Somebody who needs it has come since the last attempt: the next one is not a mere retry. */
  fresh = true;
  /** The latest exchange, until what it brought is written: its answer must be kept, whoever gives up (invariants I3e, I19). */
  exchange: Promise<unknown> | undefined;
  /** Waits for the device's lock that were in vain. */
  missed = 0;
  /** Looks at the store that showed nothing. */
  blind = 0;
  /** The end of the whole flight; never rejects. */
  done: Promise<FlightEnd> = Promise.resolve('failed');
  #needs = 0;
  readonly #pausing = new Room();
  readonly #sparing = new Room();

  /** Somebody has no token to go on with. */
  get needed(): boolean {
    return this.#needs > 0;
  }

  /** For one who waits for `done` because there is no token to go on with; returns how to give up, which stops nothing for the others. */
  need(): () => void {
    this.#needs += 1;
    if (!this.fresh) {
      this.fresh = true;
      this.kick();
    }
    return () => {
      this.#needs -= 1;
      if (!this.needed) this.kick();
    };
  }

  /** For those whose token still works: the end, or `failed` with the first attempt that fails. */
  spare(): Promise<FlightEnd> {
    return Promise.race([this.done, this.#sparing.wait().then((): FlightEnd => 'failed')]);
  }

  /** An attempt failed: those who have a living token go on with it. */
  release(): void {
    this.#sparing.open();
  }

  /** Ends a running pause early: something happened that may change what comes next. */
  kick(): void {
    this.#pausing.open();
  }

  /** Pauses for `ms`, or until kicked. */
  async pause(timers: Timers, ms: number): Promise<void> {
    const cancel = timers.after(ms, () => this.kick());
    await this.#pausing.wait();
    cancel();
  }
}
