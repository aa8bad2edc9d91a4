// After each event: timers that came due, runs that must end, work that may start, the gates to tell about, and when to look again.
// The one loop of the model; it ends when nothing more changes at this instant.
import { OwnBugError } from '../../core/errors.ts';
import { nextStep } from './doze.ts';
import { startGreedily, startJob, stopRun } from './execution.ts';
import { explainGate } from './explain.ts';
import { wishesOf } from './flexibility.ts';
import { firstShut, firstShutBeforeCompany, firstShutOfJob, needsCompany, refusedUntil, type Case } from './gates.ts';
import { greedyDue, unfinished } from './handover.ts';
import { nextRunTime } from './next-run.ts';
import { deviceIdleFrom, unsatisfied } from './phone.ts';
import { startProcess } from './process.ts';
import { deliverPush } from './push.ts';
import { endOf, endsAt } from './running.ts';
import { nextAgeing } from './standby.ts';
import { freezesAt, onTop, processAwake, quotaOpens, screenOf } from './standing.ts';
import { decide, type Device, type Job } from './state.ts';
import { advanceTimers, trackQuota } from './timers.ts';

/** More rounds than this at one instant means that a rule feeds itself. */
const ROUNDS = 1_000;

export function settle(device: Device): void {
  for (let round = 0; ; round++) {
    if (round > ROUNDS) throw new OwnBugError(`the Android model does not come to rest at ${device.now.elapsed} ms`);
    advanceTimers(device);
    if (stopRuns(device) || startJobs(device) || startInProcess(device) || deliverPush(device)) continue;
    break;
  }
  tellGates(device);
  device.next = nextEvent(device);
}

function stopRuns(device: Device): boolean {
  for (const run of device.runs.values()) {
    const end = endOf(device, run, device.now.elapsed);
    if (end === undefined) continue;
    stopRun(device, run, end.reason, end.gate);
    return true;
  }
  return false;
}

/** Starts one job that may start. Jobs that wait for company go together with the first that need not, or when there are enough. */
function startJobs(device: Device): boolean {
  const ready = readyJobs(device);
  if (ready.length === 0) return false;
  const waiting = ready.filter(needsCompany);
  for (const { job, at } of waiting) job.firstBatched ??= at.elapsed;
  const together = waiting.length < ready.length || waiting.length >= device.figures.batchSize;
  const go = together ? ready : ready.filter((look) => !needsCompany(look));
  const room = Math.max(0, device.figures.appConcurrency - device.runs.size);
  if (go.length === 0 || room === 0) return false;
  // A process that comes up may schedule anew, so look again before the first job runs in it.
  if (!device.app.alive || device.app.frozen) {
    startProcess(device, `job ${go[0]?.job.jobId ?? ''}`);
    return true;
  }
  for (const look of go.slice(0, room)) {
    // Each start uses up quota, so that the last of many may be one too many.
    if (firstShutBeforeCompany(look) !== undefined) continue;
    startJob(device, look.work, look.job);
    trackQuota(device);
  }
  return true;
}

function jobRuns({ runs }: Device, { workId }: Job): boolean {
  return runs.get(workId)?.by === 'JobScheduler';
}

function readyJobs(device: Device): Case[] {
  const ready: Case[] = [];
  if (device.app.stopped || !device.phone.userUnlocked) return ready;
  for (const job of device.jobs.values()) {
    const work = device.works.get(job.workId);
    if (work === undefined || jobRuns(device, job)) continue;
    const look = { device, work, job, at: device.now };
    if (firstShutBeforeCompany(look) === undefined) ready.push(look);
  }
  return ready;
}

/**
 * GreedyScheduler: due work whose constraints hold, in a process that is awake. It does not do idle-mode work. Where JobScheduler may
 * start too, both do and WorkManager keeps one of them: such a run counts as JobScheduler's, whose limits hold for it.
 */
function startInProcess(device: Device): boolean {
  const { elapsed, wall } = device.now;
  if (device.greedy.size === 0 || !processAwake(device)) return false;
  for (const [id, due] of device.greedy) {
    const work = device.works.get(id);
    if (work === undefined || work.state !== 'ENQUEUED' || device.runs.has(id) || elapsed < due || work.constraints.deviceIdle === true)
      continue;
    if (wall < nextRunTime(work, device.figures)) {
      device.greedy.set(id, greedyDue(device, work));
      continue;
    }
    if (unsatisfied(device.phone, work.constraints, elapsed, device.figures) !== undefined) continue;
    startGreedily(device, work);
    return true;
  }
  return false;
}

function tellGates(device: Device): void {
  for (const work of unfinished(device)) {
    if (device.runs.has(work.id)) continue;
    const gate = firstShut(device, work, device.now);
    if (gate === undefined || device.told.get(work.id) === gate) continue;
    device.told.set(work.id, gate);
    decide(device, { type: 'held', work: work.id, gate: explainGate(gate, device, work, device.now) });
  }
}

/** The earliest moment at which anything can change by itself. */
function nextEvent(device: Device): number | undefined {
  const { elapsed: now } = device.now;
  const { phone, figures, standby, ageing, runs } = device;
  let soonest = nextStep(device.doze);
  const consider = (at: number | undefined): void => {
    if (at !== undefined && at > now && at < soonest) soonest = at;
  };
  consider(freezesAt(device));
  consider(phone.chargingFrom);
  consider(deviceIdleFrom(phone, figures));
  if (!onTop(device)) consider(nextAgeing(standby, ageing, now, screenOf(device, now)));
  for (const run of runs.values()) consider(endsAt(device, run, now));
  for (const job of device.jobs.values()) {
    consider(wakeOf(device, job));
    consider(dueFrom(device, job));
  }
  considerGreedy(device, consider);
  return soonest === Infinity ? undefined : soonest;
}

/** When a job is worth looking at again. */
function wakeOf(device: Device, job: Job): number | undefined {
  const work = device.works.get(job.workId);
  if (work === undefined || jobRuns(device, job)) return undefined;
  const { now: at } = device;
  switch (firstShutOfJob({ device, work, job, at })) {
    case 'TIMING_DELAY':
      return job.earliest;
    case 'WITHIN_QUOTA':
      return quotaOpens(device, job, at.elapsed);
    case 'FLEXIBILITY':
      return wishesOf(device, work, job, at.elapsed)?.nextDrop;
    case 'BATCHING':
      return (job.firstBatched ?? at.elapsed) + device.figures.batchDelay;
    default:
      return undefined;
  }
}

/** When WorkManager stops refusing, which is later or earlier than the job's latency after a kill or a change of the clock. */
function dueFrom(device: Device, job: Job): number | undefined {
  const work = device.works.get(job.workId);
  const due = work === undefined || jobRuns(device, job) ? undefined : refusedUntil(device, work, device.now);
  return due === undefined ? undefined : device.now.elapsed + due - device.now.wall;
}

function considerGreedy(device: Device, consider: (at: number) => void): void {
  if (!processAwake(device)) return;
  for (const due of device.greedy.values()) consider(due);
}
