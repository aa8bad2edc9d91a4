// The clock port and the virtual clock of record. The virtual clock is an instance of @sinonjs/fake-timers, never installed
// on our globals (that would freeze everything else in the process); it holds no timers, so moving it has no 2^31 ms limit.
import { createClock } from '@sinonjs/fake-timers';
import { OwnBugError } from './errors.ts';

/** Anything that can say what time it is, ms. */
export interface Clock {
  now(): number;
}

/** Virtual time: starts at 0 and only moves forward, by `advanceTo`. */
export interface VirtualClock extends Clock {
  advanceTo(t: number): void;
  /** The run is over: the clock may serve another one. It must not be used any more. */
  release(): void;
}

/** The largest step fake-timers takes at once without losing precision. */
const LARGEST_STEP = 2 ** 52;
/** Clocks of finished runs: making one costs as much as a tenth of a short run. */
const idle: ReturnType<typeof createClock>[] = [];
const MOST_IDLE = 8;

/** A virtual clock at 0 ms. */
export function createVirtualClock(): VirtualClock {
  const clock = idle.pop() ?? createClock(0);
  return {
    now: () => clock.now,
    advanceTo(t) {
      if (!Number.isSafeInteger(t) || t < clock.now || t > LARGEST_STEP)
        throw new OwnBugError(`virtual time cannot go from ${clock.now} to ${t}`);
      if (t > clock.now) clock.tick(t - clock.now);
    },
    release() {
      clock.reset();
      if (idle.length < MOST_IDLE) idle.push(clock);
    },
  };
}
