// One refresh that many requests wait for. It belongs to one session object, which has one current refresh token, so callers of
// different users or generations never share it (invariants I10d). A request that leaves never stops an exchange under way.

import type { Timers } from './timers.ts';

export type FlightEnd =
  /** A younger pair is in hand and was written. */
  | 'renewed'
  /** The attempts are spent, or waiting longer is not worth it; the session lives on. */
  | 'failed'
  /** The session is over. */
  | 'ended';

/** `need`: no token to go on with. `ahead`: the old token still works, so the first failure sets it free. */
export type Urgency = 'need' | 'ahead';

interface Waiter {
  urgency: Urgency;
  resolve(end: FlightEnd): void;
}

export class Flight {
  /** A grant has arrived and is being written: from here on the old token must not be used any more (invariants I3a, I4). */
  delivered = false;
  /** Somebody who needs it has come since the last attempt: the next one is not a mere retry. */
  fresh = true;
  /** A token must last so many ms more to do for those who wait. */
  ahead = 0;
  /** The time that was given for it is over: nothing is tried again unless somebody needs it. */
  halted = false;
  /** An exchange has left the device: its answer must be kept, whoever gives up (invariants I3e, I19). */
  underWay = false;
  /** The end of the whole flight; never rejects. */
  done: Promise<unknown> = Promise.resolve();
  readonly #waiters = new Set<Waiter>();
  #kick: (() => void) | undefined;

  get needed(): boolean {
    for (const { urgency } of this.#waiters) if (urgency === 'need') return true;
    return false;
  }

  /** Waits for the end; `leave` gives up without stopping anything for the others. */
  join(urgency: Urgency): { end: Promise<FlightEnd>; leave: () => void } {
    let resolve: (end: FlightEnd) => void = () => {};
    const end = new Promise<FlightEnd>((settle) => {
      resolve = settle;
    });
    const waiter: Waiter = { urgency, resolve };
    this.#waiters.add(waiter);
    if (urgency === 'need' && !this.fresh) {
      this.fresh = true;
      this.kick();
    }
    return {
      end,
      leave: () => {
        this.#waiters.delete(waiter);
        if (!this.needed) this.#kick?.();
      },
    };
  }

  /** An attempt failed: those who have a living token go on with it. */
  releaseAhead(): void {
    if (this.delivered) return;
    for (const waiter of this.#waiters) {
      if (waiter.urgency !== 'ahead') continue;
      this.#waiters.delete(waiter);
      waiter.resolve('failed');
    }
  }

  finish(end: FlightEnd): void {
    for (const { resolve } of this.#waiters) resolve(end);
    this.#waiters.clear();
    this.kick();
  }

  /** Ends a running pause early: something happened that may change what comes next. */
  kick(): void {
    this.#kick?.();
  }

  /** Pauses for `ms`, or until kicked. */
  pause(timers: Timers, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        cancel();
        this.#kick = undefined;
        resolve();
      };
      const cancel = timers.after(ms, wake);
      this.#kick = wake;
    });
  }
}
