// When WorkManager wants a WorkSpec to run, as wall clock time: one pure function, first matching row wins. The one place in the
// model where the wall clock decides; JobScheduler counts elapsed time.
import type { Figures } from './tables.ts';
import type { BackoffPolicy, WorkSpec } from './work-spec.ts';

/** Long.MAX_VALUE of the platform, as far as a double reaches. */
export const NEVER = Number.MAX_SAFE_INTEGER;

export type Timing = Pick<
  WorkSpec,
  | 'periodic'
  | 'state'
  | 'interval'
  | 'flex'
  | 'initialDelay'
  | 'backoffPolicy'
  | 'backoffDelay'
  | 'runAttemptCount'
  | 'lastEnqueueTime'
  | 'periodCount'
  | 'nextScheduleTimeOverride'
>;

/** Unix ms, or {@link NEVER}. */
export function nextRunTime(spec: Timing, figures: Figures): number {
  const override = spec.nextScheduleTimeOverride;
  if (spec.periodic && override !== undefined) {
    return spec.periodCount === 0 ? override : Math.max(override, spec.lastEnqueueTime + figures.minPeriodicInterval);
  }
  if (isBackedOff(spec))
    return spec.lastEnqueueTime + backoffOf(spec.backoffPolicy, spec.backoffDelay, spec.runAttemptCount, figures.maxBackoff);
  if (spec.periodic) return spec.lastEnqueueTime + periodOf(spec);
  if (spec.lastEnqueueTime === -1) return NEVER;
  return spec.lastEnqueueTime + spec.initialDelay;
}

export function isBackedOff(spec: Pick<Timing, 'state' | 'runAttemptCount'>): boolean {
  return spec.state === 'ENQUEUED' && spec.runAttemptCount > 0;
}

/**
 * The wait before attempt n + 1. The exponential one is computed on a 32-bit float, so a base above 2^24 ms loses odd milliseconds.
 */
export function backoffOf(policy: BackoffPolicy, base: number, n: number, max: number): number {
  const delay = policy === 'LINEAR' ? base * n : Math.fround(base) * 2 ** (n - 1);
  return Math.min(delay, max);
}

/** Flex counts for the first period only: WorkManager measures later ones from the end of the run before. */
function periodOf(spec: Timing): number {
  if (spec.periodCount > 0) return spec.interval;
  return spec.initialDelay + (spec.flex === spec.interval ? 0 : spec.interval - spec.flex);
}
