// One execution from start to end: WorkManager's own refusal before the time, the start, the stop, the result.
import { afterExecution } from './handover.ts';
import type { WorkOutcome } from './inputs.ts';
import { isBackedOff, nextRunTime, NEVER } from './next-run.ts';
import { applyOutcome, applyStop, settleDependents } from './outcome.ts';
import { onTop, treatedAsExpedited } from './standing.ts';
import { keepProcess } from './process.ts';
import { decide, type Device, type Job, type Run } from './state.ts';
import { STOP_REASON, type StopReason } from './stop-reasons.ts';
import type { Starter } from './decisions.ts';
import type { WorkSpec } from './work-spec.ts';

/** JobScheduler has bound to the app's service: WorkManager looks at the work. */
export function startJob(device: Device, work: WorkSpec, job: Job): void {
  const run = device.runs.get(work.id);
  if (run !== undefined) return joinRun(device, run, job);
  if (work.state !== 'ENQUEUED') return;
  begin(device, work, 'JobScheduler', job);
}

/** WorkManager runs the work in the process that is there anyway. */
export function startGreedily(device: Device, work: WorkSpec): void {
  begin(device, work, 'GreedyScheduler', undefined);
}

/** JobScheduler or WorkManager takes the run back. */
export function stopRun(device: Device, run: Run, reason: StopReason, gate: string): void {
  const work = device.works.get(run.workId);
  const told = device.features.stopReasons ? reason : 'STOP_REASON_UNKNOWN';
  endRun(device, run, reason);
  decide(device, { type: 'stop', work: run.workId, run: run.id, reason, told, gate, ran: device.now.elapsed - run.startedAt });
  if (work === undefined || work.state !== 'RUNNING') return;
  applyStop(work, STOP_REASON[told], device.now.wall);
  afterExecution(device, work, reason);
}

/** The worker returned. One that was stopped or died is not listened to. */
export function finishRun(device: Device, runId: string, outcome: WorkOutcome): void {
  const run = [...device.runs.values()].find(({ id }) => id === runId);
  const work = run === undefined ? undefined : device.works.get(run.workId);
  if (run === undefined || work === undefined) {
    decide(device, { type: 'late-result', run: runId, outcome, after: device.ended.get(runId) ?? 'unknown' });
    device.ended.delete(runId);
    return;
  }
  endRun(device, run, undefined);
  applyOutcome(work, outcome, device.now.wall, run.overrideGeneration);
  decide(device, { type: 'finished', work: work.id, run: runId, outcome, state: work.state, ...due(device, work) });
  const by = `${work.id} ${work.state}`;
  if (!work.periodic && outcome !== 'retry')
    for (const { id, state } of settleDependents(device.works, work, device.now.wall))
      decide(device, { type: 'state', work: id, state, by });
  afterExecution(device, work, `Worker result ${outcome.toUpperCase()}`);
}

/** Takes a run out of the books without touching the row. */
export function endRun(device: Device, run: Run, how: StopReason | undefined): void {
  device.runs.delete(run.workId);
  if (how !== undefined) device.ended.set(run.id, how);
  keepProcess(device);
}

/** WorkManager de-duplicates: the run that is there goes on, now as the job's. */
function joinRun(device: Device, run: Run, job: Job): void {
  const now = device.now.elapsed;
  Object.assign(run, { by: 'JobScheduler', limitFrom: now, expedited: treatedAsExpedited(device, job, now) });
  decide(device, { type: 'joined', work: run.workId, run: run.id, jobId: job.jobId });
}

function begin(device: Device, work: WorkSpec, by: Starter, job: Job | undefined): void {
  const { elapsed, wall } = device.now;
  const dueAt = nextRunTime(work, device.figures);
  if ((work.periodic || isBackedOff(work)) && wall < dueAt) {
    decide(device, { type: 'before-schedule', work: work.id, due: dueAt, early: dueAt - wall });
    afterExecution(device, work, 'before schedule');
    return;
  }
  const count = (device.runCount.get(work.id) ?? 0) + 1;
  device.runCount.set(work.id, count);
  const run: Run = {
    id: `${work.id}#${count}`,
    workId: work.id,
    by,
    startedAt: elapsed,
    limitFrom: elapsed,
    expedited: job !== undefined && treatedAsExpedited(device, job, elapsed),
    override: job?.override ?? 'none',
    topStarted: onTop(device),
    overrideGeneration: work.overrideGeneration,
    counted: false,
  };
  device.runs.set(work.id, run);
  Object.assign(work, { state: 'RUNNING', runAttemptCount: work.runAttemptCount + 1, stopReason: STOP_REASON.STOP_REASON_NOT_STOPPED });
  const waited = device.told.get(work.id);
  device.told.delete(work.id);
  const { id, worker } = work;
  const [forced, jobId, attempt] = [run.override !== 'none', job?.jobId, work.runAttemptCount - 1];
  const times = { due: dueAt, late: wall - dueAt };
  decide(device, { type: 'start', work: id, worker, run: run.id, by, jobId, attempt, expedited: run.expedited, forced, waited, ...times });
}

function due(device: Device, work: WorkSpec): { nextRun?: number } {
  const nextRun = work.state === 'ENQUEUED' ? nextRunTime(work, device.figures) : NEVER;
  return nextRun === NEVER ? {} : { nextRun };
}
