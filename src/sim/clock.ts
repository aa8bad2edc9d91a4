// The clock a world lends to one process: wall time that can be wrong, monotonic time that may stop in sleep, timers that a hidden tab holds back.
import type { HostClock } from '../core/contract.ts';
import { whereOf } from '../core/stack.ts';
import type { HeldTimer, Process } from './device.ts';
import type { Kernel } from './kernel.ts';

/** What a timer's item is called: those of a device that sleeps are told by it. */
export const TIMER = ':timer';

export interface ClockParts {
  kernel: Kernel;
  /** Remember where in the client each timer was set; costs a stack trace per timer. */
  traceTimers: boolean;
}

export function createClock(process: Process, parts: ClockParts): HostClock {
  const { kernel } = parts;
  const { device, epoch } = process;
  const plan = (ms: number, fn: () => void): (() => void) => {
    if (!process.alive(epoch)) return () => undefined;
    const timer = startTimer(process, ms, fn, parts);
    return () => {
      kernel.cancel(timer.item);
      process.heldTimers.delete(timer);
    };
  };
  return {
    now: () => device.wall(kernel.now),
    monotonic: () => kernel.now - device.slept,
    setTimeout: (fn, ms) => plan(ms, fn),
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        if (signal?.aborted === true) return reject(signal.reason);
        const cancel = plan(ms, resolve);
        signal?.addEventListener(
          'abort',
          () => {
            cancel();
            reject(signal.reason);
          },
          { once: true },
        );
      }),
  };
}

function startTimer(process: Process, ms: number, fn: () => void, { kernel, traceTimers }: ClockParts): HeldTimer {
  const options = { owner: process, origin: traceTimers ? whereOf(new Error('timer')) : undefined };
  const delay = Number.isFinite(ms) ? Math.max(1, Math.trunc(ms)) : 1;
  const due = (): void => {
    const wait = process.throttle === 0 ? 0 : (process.throttle - (kernel.now % process.throttle)) % process.throttle;
    if (wait === 0) return run();
    process.heldTimers.add(timer);
    timer.item = kernel.after(wait, process.name + TIMER, run, options);
  };
  const run = (): void => {
    process.heldTimers.delete(timer);
    fn();
  };
  const timer: HeldTimer = { item: kernel.after(delay, process.name + TIMER, due, options), run };
  return timer;
}

/** The tab is looked at again: timers that were held back run now, in order. */
export function releaseTimers(process: Process, kernel: Kernel): void {
  process.throttle = 0;
  for (const timer of process.heldTimers) {
    kernel.cancel(timer.item);
    timer.item = kernel.after(0, process.name + TIMER, timer.run, { owner: process });
  }
}

/** The device slept, and its monotonic clock with it: what was to come in ten minutes comes in ten minutes after the sleep. */
export function postponeTimers(process: Process, ms: number, kernel: Kernel): void {
  kernel.postpone(process, ms, (label) => label.endsWith(TIMER) || label.endsWith(':lock.timeout'));
}
