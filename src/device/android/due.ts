// When WorkManager wants a WorkSpec to run: `WorkSpec.calculateNextRunTime`, first matching row wins. Wall clock, Unix ms. Work that is
// periodic or backed off is refused before that time, however hard JobScheduler was forced.

/** A row of WorkManager's database as far as time goes. */
export interface WorkTiming {
  readonly state: string;
  readonly periodic: boolean;
  readonly interval: number;
  readonly flex: number;
  readonly initialDelay: number;
  readonly attempts: number;
  readonly linear: boolean;
  readonly backoff: number;
  /** -1 = never enqueued. */
  readonly lastEnqueue: number;
  readonly periods: number;
  readonly override?: number;
}

const MOST_BACKOFF = 5 * 3_600_000;
const LEAST_INTERVAL = 900_000;

/** Unix ms; undefined = never. */
export function nextRun(work: WorkTiming): number | undefined {
  const { periodic, override, periods, lastEnqueue } = work;
  if (periodic && override !== undefined) return periods === 0 ? override : Math.max(override, lastEnqueue + LEAST_INTERVAL);
  if (isBackedOff(work)) return lastEnqueue + backoffDelay(work);
  if (periodic) return lastEnqueue + period(work);
  return lastEnqueue === -1 ? undefined : lastEnqueue + work.initialDelay;
}

/** Unix ms before which WorkManager refuses to run it; undefined = it does not. One-time work in its first delay is not refused. */
export function refusedUntil(work: WorkTiming, now: number): number | undefined {
  if (!work.periodic && !isBackedOff(work)) return undefined;
  const due = nextRun(work);
  return due !== undefined && now < due ? due : undefined;
}

function isBackedOff({ state, attempts }: WorkTiming): boolean {
  return state === 'ENQUEUED' && attempts > 0;
}

/** The exponential one is computed on a 32-bit float. */
function backoffDelay({ linear, backoff, attempts }: WorkTiming): number {
  return Math.min(linear ? backoff * attempts : Math.fround(backoff) * 2 ** (attempts - 1), MOST_BACKOFF);
}

function period({ periods, interval, flex, initialDelay }: WorkTiming): number {
  if (periods > 0) return interval;
  return initialDelay + (flex === interval ? 0 : interval - flex);
}
