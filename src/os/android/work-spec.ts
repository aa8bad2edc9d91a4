// One row of WorkManager's database, and the request an app makes one from: defaults, clamps and what the builders refuse.
import type { Figures } from './tables.ts';

export type NetworkType = 'NOT_REQUIRED' | 'CONNECTED' | 'UNMETERED' | 'NOT_ROAMING' | 'METERED' | 'TEMPORARILY_UNMETERED';

export interface Constraints {
  readonly network?: NetworkType;
  readonly charging?: boolean;
  readonly batteryNotLow?: boolean;
  readonly storageNotLow?: boolean;
  readonly deviceIdle?: boolean;
}

export type BackoffPolicy = 'EXPONENTIAL' | 'LINEAR';
export type OutOfQuotaPolicy = 'RUN_AS_NON_EXPEDITED_WORK_REQUEST' | 'DROP_WORK_REQUEST';
export type WorkState = 'ENQUEUED' | 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'BLOCKED' | 'CANCELLED';

/** What an app builds. Durations in ms; without `periodic` it is one-time work. */
export interface WorkRequest {
  /** The model numbers a request that names none. */
  readonly id?: string;
  readonly worker: string;
  readonly periodic?: { readonly interval: number; readonly flex?: number };
  readonly initialDelay?: number;
  readonly backoff?: { readonly policy: BackoffPolicy; readonly delay: number };
  readonly constraints?: Constraints;
  readonly expedited?: OutOfQuotaPolicy;
  /** Unix ms; `clear` takes an earlier one back. Periodic work only. */
  readonly nextScheduleTimeOverride?: number | 'clear';
  /** WorkManager 2.11: a stop by the system counts as a retry. */
  readonly backoffOnSystemInterruptions?: boolean;
  /** Ids of the work this one waits for. One-time work only. */
  readonly after?: readonly string[];
}

export interface WorkSpec {
  readonly id: string;
  worker: string;
  readonly periodic: boolean;
  interval: number;
  flex: number;
  initialDelay: number;
  backoffPolicy: BackoffPolicy;
  backoffDelay: number;
  constraints: Constraints;
  expedited: OutOfQuotaPolicy | undefined;
  backoffOnSystemInterruptions: boolean;
  state: WorkState;
  runAttemptCount: number;
  /** Unix ms; -1 = never. */
  lastEnqueueTime: number;
  periodCount: number;
  generation: number;
  nextScheduleTimeOverride: number | undefined;
  /** Grows with each change of the override, so that a run clears only the one it knew. */
  overrideGeneration: number;
  /** Code of the last stop; -256 = not stopped. */
  stopReason: number;
  /** Whether JobScheduler was asked (schedule_requested_at is not -1). */
  scheduleRequested: boolean;
  uniqueName: string | undefined;
  readonly after: readonly string[];
}

/** A value that was raised or lowered with a warning instead of being refused. */
export interface Clamp {
  readonly what: 'interval' | 'flex' | 'backoff';
  readonly asked: number;
  readonly used: number;
}

/** Why a builder throws; undefined when it does not. All of them are an IllegalArgumentException. */
export function refusalOf(request: WorkRequest): string | undefined {
  const { periodic, expedited, constraints = {}, initialDelay = 0 } = request;
  if (periodic !== undefined && expedited !== undefined) return 'periodic work cannot be expedited';
  if (expedited !== undefined && initialDelay > 0) return 'expedited work cannot be delayed';
  if (expedited !== undefined && [constraints.charging, constraints.batteryNotLow, constraints.deviceIdle].includes(true))
    return 'expedited work supports network and storage constraints only';
  if (request.backoff !== undefined && constraints.deviceIdle === true)
    return 'backoff criteria and the device idle constraint exclude each other';
  if (periodic !== undefined && request.after !== undefined) return 'periodic work cannot be chained';
  if (periodic === undefined && request.nextScheduleTimeOverride !== undefined)
    return 'only periodic work has a next schedule time override';
  return undefined;
}

/** The row of a request, not yet enqueued, and what was clamped on the way. */
export function specOf(request: WorkRequest, id: string, figures: Figures): { spec: WorkSpec; clamps: Clamp[] } {
  const clamps: Clamp[] = [];
  const clamp = (what: Clamp['what'], asked: number, min: number, max: number): number => {
    const used = Math.min(Math.max(asked, min), max);
    if (used !== asked) clamps.push({ what, asked, used });
    return used;
  };
  const asked = request.periodic;
  const interval = asked === undefined ? 0 : clamp('interval', asked.interval, figures.minPeriodicInterval, Infinity);
  const flex = asked?.flex === undefined ? interval : clamp('flex', asked.flex, figures.minPeriodicFlex, interval);
  const backoffDelay = clamp('backoff', request.backoff?.delay ?? figures.defaultBackoff, figures.minBackoff, figures.maxBackoff);
  const override = request.nextScheduleTimeOverride;
  const spec: WorkSpec = {
    id,
    worker: request.worker,
    periodic: asked !== undefined,
    interval,
    flex,
    initialDelay: request.initialDelay ?? 0,
    backoffPolicy: request.backoff?.policy ?? 'EXPONENTIAL',
    backoffDelay,
    constraints: request.constraints ?? {},
    expedited: request.expedited,
    backoffOnSystemInterruptions: request.backoffOnSystemInterruptions ?? false,
    state: 'ENQUEUED',
    runAttemptCount: 0,
    lastEnqueueTime: -1,
    periodCount: 0,
    generation: 0,
    nextScheduleTimeOverride: override === 'clear' ? undefined : override,
    overrideGeneration: override === undefined ? 0 : 1,
    stopReason: -256,
    scheduleRequested: false,
    uniqueName: undefined,
    after: request.after ?? [],
  };
  return { spec, clamps };
}

export function isFinished(state: WorkState): boolean {
  return state === 'SUCCEEDED' || state === 'FAILED' || state === 'CANCELLED';
}
