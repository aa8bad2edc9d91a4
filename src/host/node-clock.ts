// Time for a Node process. The monotonic clock is the machine's, not the process's: processes compare their stamps, and a stamp in the
// store outlives a process.
import { uptime } from 'node:os';
import type { HostClock } from '../core/contract.ts';
import { createDelays, PLATFORM_TIMERS } from './delays.ts';

/** Ms by which wall clock and timer clock must have moved apart before it is looked why. */
const DRIFT = 1_000;

export interface NodeTime {
  wall(): number;
  /** Ms of the timer clock, which on Linux stands still while the machine sleeps. */
  timer(): number;
  /** Ms since boot, sleep included; costs a file read. */
  uptime(): number;
}

const timer = (): number => Number(process.hrtime.bigint()) / 1e6;
/** Only Linux stops the timer clock for a sleep; elsewhere the two are different clocks that drift apart. */
const REAL: NodeTime = { wall: () => Date.now(), timer, uptime: process.platform === 'linux' ? () => uptime() * 1_000 : timer };

export function createNodeClock(time: NodeTime = REAL): HostClock {
  return { now: () => time.wall(), monotonic: createMonotonic(time), ...createDelays(PLATFORM_TIMERS) };
}

/**
 * Ms since boot, never backwards, sleep included: a token expires in a sleeping laptop too (refresh-bugs I15). The timer clock is exact
 * and cheap; what it slept through is asked of the system only after the wall clock has moved against it.
 */
function createMonotonic(time: NodeTime): () => number {
  let slept = 0;
  let offset = Number.NaN;
  return () => {
    const now = time.timer();
    const apart = time.wall() - now;
    if (!(Math.abs(apart - offset) < DRIFT)) {
      offset = apart;
      const gap = time.uptime() - now;
      // The system's answer is rounded; only what a rounding cannot explain is sleep.
      if (gap - slept > DRIFT) slept = gap;
    }
    return now + slept;
  };
}
