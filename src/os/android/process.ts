// The app's process: what WorkManager does when one starts, what is lost when one dies, and what a force-stop, a reboot or an
// update takes with it.
import { backoffOf } from './next-run.ts';
import { scheduleWork, unfinished } from './handover.ts';
import { decide, type Device } from './state.ts';
import { STOP_REASON } from './stop-reasons.ts';
import { emptyBook } from './quota.ts';

/** Starts the process if there is none, and wakes it if it is frozen. It is frozen again soon unless somebody keeps it. */
export function startProcess(device: Device, by: string): void {
  const { app } = device;
  keepProcess(device);
  if (app.frozen) {
    app.frozen = false;
    decide(device, { type: 'frozen', frozen: false, by });
  }
  if (app.alive) return;
  app.alive = true;
  decide(device, { type: 'process', alive: true, by });
  initialise(device);
}

/** The freezer counts anew. Never at once: what woke the process has its turn first. */
export function keepProcess({ app, now, figures }: Device): void {
  app.freezeAt = now.elapsed + Math.max(1, figures.freezeAfter);
}

/** The process is gone; workers end without a word, their jobs are retried by JobScheduler. */
export function killProcess(device: Device, by: string): void {
  const { app } = device;
  if (!app.alive) return;
  app.alive = false;
  app.frozen = false;
  app.foreground = false;
  app.foregroundService = false;
  device.greedy.clear();
  decide(device, { type: 'process', alive: false, by });
  for (const run of device.runs.values()) {
    device.ended.set(run.id, by);
    decide(device, { type: 'died', work: run.workId, run: run.id, by });
    if (run.by === 'JobScheduler') failJob(device, run.workId);
  }
  device.runs.clear();
}

/** JobScheduler forgets every job of the app. */
function loseJobs(device: Device, by: string): void {
  if (device.jobs.size === 0) return;
  decide(device, { type: 'jobs-lost', works: [...device.jobs.keys()], by });
  device.jobs.clear();
}

export function forceStop(device: Device): void {
  killProcess(device, 'force-stop');
  loseJobs(device, 'force-stop');
  for (const { id } of device.pushes.splice(0)) decide(device, { type: 'push', id, fate: 'dropped', by: 'FLAG_STOPPED' });
  device.app.stopped = true;
  device.app.forceStopUnseen = true;
}

/** The jobs are not persisted, the database is; quota history lives in memory. */
export function reboot(device: Device): void {
  killProcess(device, 'reboot');
  loseJobs(device, 'reboot');
  device.regular = emptyBook();
  device.expedited = emptyBook();
}

/** RescheduleReceiver: enabled while there is unfinished work, not told in a stopped package or before the first unlock. */
export function receiveBroadcast(device: Device, action: string): void {
  if (device.app.stopped || !device.phone.userUnlocked || unfinished(device).length === 0) return;
  startProcess(device, action);
}

export function clearData(device: Device): void {
  killProcess(device, 'data-cleared');
  loseJobs(device, 'data-cleared');
  for (const memory of [device.works, device.systemIds, device.told, device.runCount]) memory.clear();
}

/** ForceStopRunnable: what lost its job is marked, what was running is enqueued again, then all of it is scheduled. */
function initialise(device: Device): void {
  const works = unfinished(device);
  const lost = works.some(({ id, state }) => state !== 'BLOCKED' && device.systemIds.has(id) && !device.jobs.has(id));
  const interrupted = works.filter(({ state }) => state === 'RUNNING');
  for (const work of interrupted)
    Object.assign(work, { state: 'ENQUEUED', stopReason: STOP_REASON.STOP_REASON_UNKNOWN, scheduleRequested: false });
  if (lost || device.app.forceStopUnseen) for (const work of works) work.scheduleRequested = false;
  if (device.app.forceStopUnseen) {
    device.jobs.clear();
    device.systemIds.clear();
  }
  const by = device.app.forceStopUnseen
    ? 'the app was force-stopped'
    : interrupted.length > 0
      ? 'unfinished work was found'
      : 'jobs were lost';
  if (lost || interrupted.length > 0 || device.app.forceStopUnseen) scheduleWork(device, by);
  device.app.forceStopUnseen = false;
}

/** getRescheduleJobForFailure: JobScheduler's own wait, by the criteria that WorkManager copied into the job. */
function failJob(device: Device, workId: string): void {
  const job = device.jobs.get(workId);
  const work = device.works.get(workId);
  if (job === undefined || work === undefined) return;
  job.numFailures += 1;
  job.override = 'none';
  const base = work.constraints.deviceIdle === true ? device.figures.defaultBackoff : work.backoffDelay;
  job.earliest = device.now.elapsed + backoffOf(work.backoffPolicy, base, job.numFailures, device.figures.maxBackoff);
}
