// One refresh that many requests wait for. It belongs to one session object, which has one current refresh token, so callers of
// different users or generations never share it (invariants I10d). A request that leaves never stops an exchange under way.
import { Room } from './room.ts';

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
  /** A token must last so many ms more to do for those who wait. */
  ahead = 0;
  /** The time that was given for it is over: nothing is tried again unless somebody needs it. */
  halted = false;
  /** Waits for the device's lock that were in vain. */
  missed = 0;
  /** Stood still in one that was not: see `Wait`. */
  late = false;
  /** Looks at the store that showed nothing. */
  blind = 0;
  /** How it ended; until then, how it looks. */
  end: FlightEnd = 'failed';
  /** The end of the whole flight; never rejects. */
  done: Promise<FlightEnd> = Promise.resolve('failed');
  /** Where it pauses itself; opened when something happened that may change what comes next. */
  readonly pausing = new Room();
  /** Those who go on with a living token once an attempt has failed, or all is over. */
  readonly sparing = new Room();
  #needs = 0;

  /** Somebody has no token to go on with. */
  get needed(): boolean {
    return this.#needs > 0;
  }

  /** For one who waits for `done` because there is no token to go on with; returns how to give up, which stops nothing for the others. */
  need(): () => void {
    this.#needs += 1;
    if (!this.fresh) {
      this.fresh = true;
      this.pausing.open();
    }
    return () => {
      this.#needs -= 1;
      if (!this.needed) this.pausing.open();
    };
  }

  /** For those whose token still works: the end, or `failed` with the first attempt that fails. */
  async spare(): Promise<FlightEnd> {
    await this.sparing.wait();
    return this.end;
  }
}
