// What an app asks of WorkManager: enqueue, unique work and its policies, update, cancel. EnqueueRunnable and WorkerUpdater as rules.
import type { EnqueueEffect } from './decisions.ts';
import { endRun } from './execution.ts';
import { cancelJob, scheduleWork } from './handover.ts';
import type { CallInput } from './inputs.ts';
import { NEVER, nextRunTime } from './next-run.ts';
import { settleDependents, stateAfter } from './outcome.ts';
import { decide, type Device } from './state.ts';
import { isFinished, refusalOf, specOf, type Clamp, type WorkRequest, type WorkSpec } from './work-spec.ts';

type Enqueue = Extract<CallInput, { type: 'enqueue' }>;
type Unique = NonNullable<Enqueue['unique']>;

export function enqueue(device: Device, { requests, unique }: Enqueue): void {
  const refusal = requests.map(refusalOf).find((why) => why !== undefined) ?? repeatedId(device, requests);
  if (refusal !== undefined) return refuse(device, 'enqueue', 'IllegalArgumentException', refusal);
  if (unique === undefined) return insert(device, requests, 'ENQUEUED');
  enqueueUnique(device, requests, unique);
}

/** WorkManager.updateWork and the UPDATE policy: the row keeps its id, its times and its counts. */
export function updateWork(device: Device, old: WorkSpec, request: WorkRequest): void {
  if ((request.periodic !== undefined) !== old.periodic)
    return refuse(device, 'update-work', 'UnsupportedOperationException', `${old.id} cannot change between periodic and one-time`);
  const { spec, clamps } = specOf(request, old.id, device.figures);
  if (isFinished(old.state)) return tell(device, old, 'NOT_APPLIED', clamps);
  const running = device.runs.has(old.id);
  const touched = request.nextScheduleTimeOverride !== undefined;
  Object.assign(old, {
    worker: spec.worker,
    interval: spec.interval,
    flex: spec.flex,
    initialDelay: spec.initialDelay,
    backoffPolicy: spec.backoffPolicy,
    backoffDelay: spec.backoffDelay,
    constraints: spec.constraints,
    expedited: spec.expedited,
    backoffOnSystemInterruptions: spec.backoffOnSystemInterruptions,
    generation: old.generation + 1,
    nextScheduleTimeOverride: touched ? spec.nextScheduleTimeOverride : old.nextScheduleTimeOverride,
    overrideGeneration: old.overrideGeneration + Number(touched),
  });
  if (running) return tell(device, old, 'APPLIED_FOR_NEXT_RUN', clamps);
  cancelJob(device, old);
  tell(device, old, 'APPLIED_IMMEDIATELY', clamps);
  scheduleWork(device, 'UPDATE');
}

/** Cancels every work that `which` picks, and what waits for it. A worker that runs is stopped. */
export function cancelWork(device: Device, which: (work: WorkSpec) => boolean, by: string): void {
  for (const work of device.works.values()) if (which(work)) cancelOne(device, work, by);
  scheduleWork(device, by);
}

export function refuse(device: Device, what: string, code: string, detail: string): void {
  decide(device, { type: 'refused', what, code, detail });
}

function enqueueUnique(device: Device, requests: readonly WorkRequest[], unique: Unique): void {
  const existing = [...device.works.values()].filter(({ uniqueName }) => uniqueName === unique.name);
  const [first, ...more] = existing;
  switch (unique.policy) {
    case 'KEEP': {
      const kept = existing.find(({ state }) => state === 'ENQUEUED' || state === 'RUNNING');
      return kept === undefined ? replace(device, requests, unique, existing) : tell(device, kept, 'KEPT', []);
    }
    case 'UPDATE': {
      if (requests.length !== 1 || requests[0]?.periodic === undefined || more.length > 0)
        return refuse(device, 'enqueue', 'UnsupportedOperationException', 'UPDATE takes one periodic request and one existing work');
      if (first === undefined || first.state === 'CANCELLED') return replace(device, requests, unique, existing);
      return updateWork(device, first, requests[0]);
    }
    case 'APPEND':
    case 'APPEND_OR_REPLACE':
      return append(device, requests, unique, existing);
    case 'REPLACE':
    case 'CANCEL_AND_REENQUEUE':
      return replace(device, requests, unique, existing);
  }
}

/** A new id and a new period: lastEnqueue is now. */
function replace(device: Device, requests: readonly WorkRequest[], { name, policy }: Unique, existing: readonly WorkSpec[]): void {
  for (const work of existing) {
    cancelOne(device, work, policy);
    device.works.delete(work.id);
  }
  insert(device, requests, existing.length === 0 ? 'ENQUEUED' : 'REPLACED', name);
}

/** The new work waits for the leaves of the chain; one that failed is either followed or thrown away. */
function append(device: Device, requests: readonly WorkRequest[], unique: Unique, existing: readonly WorkSpec[]): void {
  const broken = existing.some(({ state }) => state === 'FAILED' || state === 'CANCELLED');
  if (existing.length === 0 || (broken && unique.policy === 'APPEND_OR_REPLACE')) return replace(device, requests, unique, existing);
  const leaves = existing.filter(({ id }) => !existing.some(({ after }) => after.includes(id))).map(({ id }) => id);
  insert(
    device,
    requests.map((request) => ({ ...request, after: [...leaves, ...(request.after ?? [])] })),
    'ENQUEUED',
    unique.name,
  );
}

function insert(device: Device, requests: readonly WorkRequest[], effect: EnqueueEffect, uniqueName?: string): void {
  for (const request of requests) {
    const { spec, clamps } = specOf(request, request.id ?? freeId(device), device.figures);
    spec.uniqueName = uniqueName;
    spec.state = stateAfter(device.works, spec);
    if (spec.state === 'ENQUEUED') spec.lastEnqueueTime = device.now.wall;
    device.works.set(spec.id, spec);
    tell(device, spec, spec.state === 'ENQUEUED' ? effect : (spec.state as EnqueueEffect), clamps);
  }
  scheduleWork(device, 'enqueue');
}

function cancelOne(device: Device, work: WorkSpec, by: string): void {
  if (work.state === 'SUCCEEDED' || work.state === 'FAILED' || work.state === 'CANCELLED') return;
  work.state = 'CANCELLED';
  cancelJob(device, work);
  device.told.delete(work.id);
  decide(device, { type: 'state', work: work.id, state: 'CANCELLED', by });
  const run = device.runs.get(work.id);
  if (run !== undefined) {
    const reason = 'STOP_REASON_CANCELLED_BY_APP';
    endRun(device, run, reason);
    const told = device.features.stopReasons ? reason : 'STOP_REASON_UNKNOWN';
    decide(device, { type: 'stop', work: work.id, run: run.id, reason, told, gate: by, ran: device.now.elapsed - run.startedAt });
  }
  for (const { id, state } of settleDependents(device.works, work, device.now.wall)) decide(device, { type: 'state', work: id, state, by });
}

function tell(device: Device, work: WorkSpec, effect: EnqueueEffect, clamps: readonly Clamp[]): void {
  const nextRun = nextRunTime(work, device.figures);
  const { id, worker, uniqueName: unique } = work;
  const known = { ...(unique === undefined ? {} : { unique }), ...(nextRun === NEVER ? {} : { nextRun }) };
  decide(device, { type: 'enqueued', work: id, worker, effect, clamps, ...known });
}

function freeId(device: Device): string {
  for (;;) {
    const id = `work-${device.nextWork++}`;
    if (!device.works.has(id)) return id;
  }
}

function repeatedId(device: Device, requests: readonly WorkRequest[]): string | undefined {
  const ids = requests.map(({ id }) => id).filter((id) => id !== undefined);
  const repeated = ids.find((id, index) => device.works.has(id) || ids.indexOf(id) !== index);
  return repeated === undefined ? undefined : `${repeated} is the id of another work`;
}
