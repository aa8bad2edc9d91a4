// How WorkManager hands work to JobScheduler (and to its own GreedyScheduler), and takes it back: always one-shot jobs, with the
// wait until the next run as minimum latency, counted from here in elapsed time.
import { nextRunTime } from './next-run.ts';
import { expeditedShortage } from './standing.ts';
import { decide, type Device } from './state.ts';
import { isFinished, type WorkSpec } from './work-spec.ts';

/** Schedulers.schedule: everything enqueued that JobScheduler was not asked for, oldest first, as far as slots reach. */
export function scheduleWork(device: Device, by: string): void {
  const enqueued = [...device.works.values()].filter(({ state }) => state === 'ENQUEUED');
  let free = device.figures.schedulerSlots - enqueued.filter(({ scheduleRequested }) => scheduleRequested).length;
  const waiting = enqueued.filter(({ scheduleRequested }) => !scheduleRequested);
  for (const work of waiting.sort((a, b) => a.lastEnqueueTime - b.lastEnqueueTime)) {
    if (free <= 0) break;
    if (schedule(device, work, by)) free -= 1;
  }
  for (const work of enqueued) if (work.state === 'ENQUEUED') device.greedy.set(work.id, greedyDue(device, work));
}

/** Takes a job back; its id is not used again. */
export function cancelJob(device: Device, work: WorkSpec): void {
  device.jobs.delete(work.id);
  device.systemIds.delete(work.id);
  device.greedy.delete(work.id);
  work.scheduleRequested = false;
}

/** After every execution WorkManager cancels the work with all its schedulers and schedules anew. */
export function afterExecution(device: Device, work: WorkSpec, by: string): void {
  cancelJob(device, work);
  scheduleWork(device, by);
}

/** When GreedyScheduler looks at the work again, elapsed ms. */
export function greedyDue(device: Device, work: WorkSpec): number {
  return device.now.elapsed + Math.max(0, nextRunTime(work, device.figures) - device.now.wall);
}

export function unfinished(device: Device): WorkSpec[] {
  return [...device.works.values()].filter(({ state }) => !isFinished(state));
}

function schedule(device: Device, work: WorkSpec, by: string): boolean {
  const latency = Math.max(nextRunTime(work, device.figures) - device.now.wall, 0);
  const wanted = work.expedited !== undefined && device.features.expedited && work.runAttemptCount === 0 && latency === 0;
  const expedited = wanted && expeditedShortage(device, device.now.elapsed) === undefined;
  if (wanted && !expedited && work.expedited === 'DROP_WORK_REQUEST') {
    work.state = 'CANCELLED';
    decide(device, { type: 'state', work: work.id, state: 'CANCELLED', by: 'DROP_WORK_REQUEST: expedited quota is used up' });
    return false;
  }
  const jobId = device.systemIds.get(work.id) ?? takeId(device);
  device.systemIds.set(work.id, jobId);
  work.scheduleRequested = true;
  const earliest = device.now.elapsed + latency;
  device.jobs.set(work.id, { workId: work.id, jobId, earliest, expedited, numFailures: 0, override: 'none', firstBatched: undefined });
  decide(device, { type: 'scheduled', work: work.id, jobId, latency, expedited, by });
  return true;
}

/** IdGenerator: counts up in the database and wraps. */
function takeId(device: Device): number {
  const id = device.nextJobId;
  device.nextJobId = id === 2 ** 31 - 1 ? (device.options.firstJobId ?? 0) : id + 1;
  return id;
}
