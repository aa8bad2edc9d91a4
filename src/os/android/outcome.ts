// What a result does to a WorkSpec and to those that wait for it. Pure on the rows: WorkerWrapper's table.
import type { WorkOutcome } from './inputs.ts';
import type { WorkSpec, WorkState } from './work-spec.ts';

/** A worker that was not stopped returned. `generation`: that of the override the run knew. */
export function applyOutcome(work: WorkSpec, outcome: WorkOutcome, wall: number, generation: number): void {
  if (work.overrideGeneration === generation) work.nextScheduleTimeOverride = undefined;
  if (outcome === 'retry') Object.assign(work, { state: 'ENQUEUED', lastEnqueueTime: wall });
  else if (work.periodic) resetPeriodic(work, wall);
  else work.state = outcome === 'success' ? 'SUCCEEDED' : 'FAILED';
}

/** A stop keeps the attempts and the old enqueue time, so the work is usually due again at once; 2.11 can count it as a retry. */
export function applyStop(work: WorkSpec, reason: number, wall: number): void {
  work.state = 'ENQUEUED';
  work.stopReason = reason;
  if (work.backoffOnSystemInterruptions) work.lastEnqueueTime = wall;
}

/** Success and failure alike: a failed period is over and does not back off. */
function resetPeriodic(work: WorkSpec, wall: number): void {
  Object.assign(work, { state: 'ENQUEUED', lastEnqueueTime: wall, runAttemptCount: 0, periodCount: work.periodCount + 1 });
}

/** Follows an end down the chain; answers with every row that changed. */
export function settleDependents(works: ReadonlyMap<string, WorkSpec>, ended: WorkSpec, wall: number): WorkSpec[] {
  const changed: WorkSpec[] = [];
  const visit = (parent: WorkSpec): void => {
    for (const work of works.values()) {
      if (!work.after.includes(parent.id) || work.state !== 'BLOCKED') continue;
      const state = stateAfter(works, work);
      if (state === 'BLOCKED') continue;
      work.state = state;
      if (state === 'ENQUEUED') work.lastEnqueueTime = wall;
      changed.push(work);
      if (state !== 'ENQUEUED') visit(work);
    }
  };
  visit(ended);
  return changed;
}

/** What its prerequisites make of a work: one that failed or was cancelled takes it along. */
export function stateAfter(works: ReadonlyMap<string, WorkSpec>, work: Pick<WorkSpec, 'after'>): WorkState {
  const states = work.after.map((id) => works.get(id)?.state);
  if (states.includes('FAILED')) return 'FAILED';
  if (states.includes('CANCELLED')) return 'CANCELLED';
  return states.every((state) => state === 'SUCCEEDED' || state === undefined) ? 'ENQUEUED' : 'BLOCKED';
}
