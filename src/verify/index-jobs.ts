// The background jobs' part of the index: what was asked of the system, and each run from its start to its answer.
import { deviceOf, type Handlers, type Index } from './indexer.ts';
import type { JobRun } from './records.ts';

/** Handlers of what the system and the app make of background jobs. */
export const JOB_HANDLERS: Handlers = {
  'job.requested'(index, event) {
    const device = index.device(deviceOf(event.actor));
    const { job, due = event.t } = event;
    device.jobRequests.push(event);
    device.jobIntervals.set(job, Math.max(device.jobIntervals.get(job) ?? 0, due - event.t));
  },
  'job.refused': (index, event) => void index.device(deviceOf(event.actor)).jobRequests.push(event),
  'job.started'(index, event) {
    const info = index.process(event.actor);
    const { device, life } = info;
    const { run, job } = event;
    const interval = index.device(device).jobIntervals.get(job);
    info.jobs.push({ run, job, process: event.actor, device, life, interval, started: event, stopped: undefined, end: undefined });
    info.triggers.push(event);
  },
  'job.stopped'(index, event) {
    const run = runOf(index, event.actor, event.run);
    if (run !== undefined) run.stopped ??= event;
  },
  'job.ended'(index, event) {
    const run = runOf(index, event.actor, event.run);
    if (run !== undefined) run.end ??= event;
  },
  'job.lost'(index, event) {
    const run = event.run === undefined ? undefined : runOf(index, event.actor, event.run);
    if (run !== undefined) run.end ??= event;
  },
};

function runOf(index: Index, actor: string, name: string): JobRun | undefined {
  return index.process(actor).jobs.findLast(({ run }) => run === name);
}
