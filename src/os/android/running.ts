// What ends a job that runs, and when: its time, its constraints, Doze, restrictions, quota. Gates stay in force during a run.
import { shutConstraint } from './gates.ts';
import { unsatisfied, savingPower, type ConstraintName } from './phone.ts';
import { exhaustedAt } from './quota.ts';
import { backgroundRestriction, counts, dozing, expeditedQuota, quotaNow, runShortage } from './standing.ts';
import type { Device, Run } from './state.ts';
import type { StopReason } from './stop-reasons.ts';
import { isIdle } from './doze.ts';

export interface End {
  readonly reason: StopReason;
  readonly gate: string;
}

const CONSTRAINT_REASON: Readonly<Record<ConstraintName, StopReason>> = {
  CONNECTIVITY: 'STOP_REASON_CONSTRAINT_CONNECTIVITY',
  CHARGING: 'STOP_REASON_CONSTRAINT_CHARGING',
  BATTERY_NOT_LOW: 'STOP_REASON_CONSTRAINT_BATTERY_NOT_LOW',
  STORAGE_NOT_LOW: 'STOP_REASON_CONSTRAINT_STORAGE_NOT_LOW',
  IDLE: 'STOP_REASON_CONSTRAINT_DEVICE_IDLE',
};

/** Why a run must end now; undefined = it may go on. */
export function endOf(device: Device, run: Run, now: number): End | undefined {
  const work = device.works.get(run.workId);
  if (work === undefined) return undefined;
  if (asleep(device, run)) return undefined;
  if (now >= run.limitFrom + limitOf(device, run)) return { reason: 'STOP_REASON_TIMEOUT', gate: 'time limit' };
  if (run.by === 'GreedyScheduler') return constraintEnd(unsatisfied(device.phone, work.constraints, now, device.figures));
  return constraintEnd(shutConstraint(device, work, run.override, now)) ?? systemEnd(device, run, now);
}

/** When a run ends by itself if nothing else happens. */
export function endsAt(device: Device, run: Run, now: number): number {
  if (asleep(device, run)) return Infinity;
  const limit = run.limitFrom + limitOf(device, run);
  const sure = run.limitFrom + device.figures.expeditedGuarantee;
  const quota = counts(device, run, now) ? quotaEnd(device, run, sure, now) : Infinity;
  const soft = run.expedited && (isIdle(device.doze) || savingPower(device.phone)) ? sure : Infinity;
  // What is past already did not end the run: RESTRICTED runs on without quota while the device is idle on a charger.
  return Math.min(...[limit, quota, soft].filter((at) => at > now));
}

function quotaEnd(device: Device, { expedited }: Run, sure: number, now: number): number {
  if (!expedited) return exhaustedAt(device.regular, quotaNow(device), now, device.figures);
  return Math.max(sure, exhaustedAt(device.expedited, expeditedQuota(device), now, device.figures));
}

/** A run in a frozen process sees neither its time nor its constraints go by. */
function asleep({ app }: Device, { by }: Run): boolean {
  return by === 'GreedyScheduler' && app.frozen;
}

function limitOf({ figures }: Device, { by }: Run): number {
  return by === 'GreedyScheduler' ? figures.greedyLimit : figures.jobLimit;
}

function constraintEnd(constraint: ConstraintName | undefined): End | undefined {
  return constraint === undefined ? undefined : { reason: CONSTRAINT_REASON[constraint], gate: constraint };
}

/** An expedited run is safe from Doze and battery saver for its guaranteed time. */
function systemEnd(device: Device, run: Run, now: number): End | undefined {
  const safe = run.expedited && now < run.limitFrom + device.figures.expeditedGuarantee;
  if (dozing(device) && !safe) return { reason: 'STOP_REASON_DEVICE_STATE', gate: 'DEVICE_NOT_DOZING' };
  const restriction = backgroundRestriction(device);
  if (restriction === 'user') return { reason: 'STOP_REASON_BACKGROUND_RESTRICTION', gate: 'BACKGROUND_NOT_RESTRICTED' };
  if (restriction !== undefined && !safe) return { reason: 'STOP_REASON_DEVICE_STATE', gate: 'BACKGROUND_NOT_RESTRICTED' };
  return runShortage(device, run, now) === undefined ? undefined : { reason: 'STOP_REASON_QUOTA', gate: 'WITHIN_QUOTA' };
}
