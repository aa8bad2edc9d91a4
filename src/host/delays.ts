// Delays of any length on top of a platform's timers, which take 2^31 - 1 ms at most and fire at once when asked for more.
import type { HostClock } from '../core/contract.ts';

/** A platform's own timers. */
export interface PlatformTimers {
  setTimeout(fn: () => void, ms: number): unknown;
  clearTimeout(timer: never): void;
}

/** 24.8 days: the longest delay a platform keeps. */
const LONGEST = 2 ** 31 - 1;

export function createDelays(timers: PlatformTimers): Pick<HostClock, 'setTimeout' | 'sleep'> {
  const after = (fn: () => void, ms: number): (() => void) => {
    let left = ms > 0 ? ms : 0;
    let timer: unknown;
    const arm = (): void => {
      const step = Math.min(left, LONGEST);
      left -= step;
      timer = timers.setTimeout(left > 0 ? arm : fn, step);
    };
    arm();
    return () => timers.clearTimeout(timer as never);
  };
  return {
    setTimeout: after,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const aborted = (): void => {
          cancel();
          reject(signal?.reason);
        };
        const cancel = after(() => {
          signal?.removeEventListener('abort', aborted);
          resolve();
        }, ms);
        signal?.addEventListener('abort', aborted, { once: true });
      }),
  };
}

/** The timers of this JavaScript, looked up at each call: a test may replace them. */
export const PLATFORM_TIMERS: PlatformTimers = {
  setTimeout: (fn, ms) => setTimeout(fn, ms),
  clearTimeout: (timer) => clearTimeout(timer),
};
