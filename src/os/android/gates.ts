// The gates of a job in the order in which Android asks them: the first that is shut is the answer to "why does it not run".
// Words for them are in explain.ts.
import { ANDROID_GATES, type AndroidGate } from '../../core/android-words.ts';
import type { OsMoment } from '../model.ts';
import { inWindow } from './doze.ts';
import { wishesOf } from './flexibility.ts';
import { isBackedOff, nextRunTime } from './next-run.ts';
import { unsatisfied, type ConstraintName } from './phone.ts';
import { backgroundRestriction, dozing, effectiveBucket, quotaShortage, treatedAsExpedited } from './standing.ts';
import type { Device, Job } from './state.ts';
import type { WorkSpec } from './work-spec.ts';

export const GATES = ANDROID_GATES;
export type GateName = AndroidGate;

/** One work at one moment. */
export interface Case {
  readonly device: Device;
  readonly work: WorkSpec;
  readonly job: Job;
  readonly at: OsMoment;
}

/** The first gate that is shut, with WorkManager's own in front; undefined = nothing holds the work. */
export function firstShut(device: Device, work: WorkSpec, at: OsMoment): GateName | undefined {
  const job = device.jobs.get(work.id);
  if (device.app.stopped) return 'FLAG_STOPPED';
  if (!device.phone.userUnlocked) return 'USER_LOCKED';
  if (work.state === 'BLOCKED') return 'BLOCKED';
  if (job === undefined) return 'NOT_SCHEDULED';
  if (refusedUntil(device, work, at) !== undefined && job.override === 'none') return 'WORK_NOT_DUE';
  return firstShutOfJob({ device, work, job, at });
}

/** As {@link firstShut} for JobScheduler alone, which knows nothing of WorkManager's due time. */
export function firstShutOfJob(look: Case): GateName | undefined {
  const shut = firstShutBeforeCompany(look);
  if (shut !== undefined) return shut;
  if (needsCompany(look)) return 'BATCHING';
  return look.device.runs.size >= look.device.figures.appConcurrency ? 'CONCURRENCY' : undefined;
}

/** Up to where JobScheduler calls a job ready. */
export function firstShutBeforeCompany({ device, work, job, at }: Case): GateName | undefined {
  const now = at.elapsed;
  if (job.override === 'none' && now < job.earliest) return 'TIMING_DELAY';
  const constraint = shutConstraint(device, work, job.override, now);
  if (constraint !== undefined) return constraint;
  const expedited = treatedAsExpedited(device, job, now);
  if (dozing(device) && !expedited) return 'DEVICE_NOT_DOZING';
  const restriction = backgroundRestriction(device);
  if (restriction === 'user' || (restriction !== undefined && !expedited)) return 'BACKGROUND_NOT_RESTRICTED';
  if (effectiveBucket(device) === 'NEVER' || (!expedited && quotaShortage(device, now) !== undefined)) return 'WITHIN_QUOTA';
  return wishesOf(device, work, job, now) === undefined ? undefined : 'FLEXIBILITY';
}

/** An explicit constraint that holds the job; `run` without a flag forgives all but the network, `run -f` all. */
export function shutConstraint(device: Device, work: WorkSpec, override: Job['override'], now: number): ConstraintName | undefined {
  if (override === 'full') return undefined;
  const network = work.constraints.network ?? 'NOT_REQUIRED';
  return unsatisfied(device.phone, override === 'soft' ? { network } : work.constraints, now, device.figures);
}

/** Jobs of an app that is not active wait until five are ready, or until the first attempt is 31 min old. A window brings company. */
export function needsCompany({ device, job, at }: Case): boolean {
  const bucket = effectiveBucket(device);
  if (!device.features.batching || bucket === 'ACTIVE' || bucket === 'EXEMPTED') return false;
  if (job.override !== 'none' || job.numFailures > 0 || inWindow(device.doze) || treatedAsExpedited(device, job, at.elapsed)) return false;
  return at.elapsed < (job.firstBatched ?? at.elapsed) + device.figures.batchDelay;
}

/** Unix ms before which WorkManager refuses to run the work; undefined = it does not. One-time work in its first delay is not refused. */
export function refusedUntil(device: Device, work: WorkSpec, at: OsMoment): number | undefined {
  const spec = work.state === 'RUNNING' ? { ...work, state: 'ENQUEUED' as const } : work;
  if (!spec.periodic && !isBackedOff(spec)) return undefined;
  const due = nextRunTime(spec, device.figures);
  return at.wall < due ? due : undefined;
}
