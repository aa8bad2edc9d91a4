// What became of a job that was fired, decided from what can be seen and never from the words "Running job". Pure: what was there before,
// what is there now, and how the server and the log saw it.
import type { HeldBy } from './gates.ts';
import type { HistoryEntry } from './read/job-history.ts';
import type { WorkResult } from './read/logcat.ts';
import type { WorkRow } from './workdb.ts';

/** How the work stood at one moment. */
export interface Snapshot {
  /** JobScheduler's number; undefined when it has none now. */
  readonly jobId?: number;
  readonly active: boolean;
  readonly row?: WorkRow;
  /** Starts and stops of the app's jobs, newest last. */
  readonly history: readonly HistoryEntry[];
}

export interface Evidence {
  readonly before: Snapshot;
  readonly after: Snapshot;
  /** What WorkManager logged about this work since. */
  readonly logged?: WorkResult;
  /** Refresh requests that the mock server has seen since; undefined when none is attached. */
  readonly refreshes?: number;
  /** Whether the log of this app can be believed: it was seen to log at INFO. */
  readonly logs: boolean;
  /** Gates that are shut now and that no force opens. */
  readonly held: readonly HeldBy[];
  /** Whether nothing changed between the last two looks: what is to come of it has come. */
  readonly settled: boolean;
}

export type Verdict =
  | { readonly outcome: 'ran'; readonly result: WorkResult | 'SUCCESS or FAILURE' | 'unknown' }
  | { readonly outcome: 'stopped'; readonly reason: number }
  | { readonly outcome: 'refused' }
  | { readonly outcome: 'held'; readonly gate: HeldBy }
  | { readonly outcome: 'undecided' };

/** Undefined while it is too early to say. */
export function decide(evidence: Evidence): Verdict | undefined {
  const { before, after, logged, refreshes = 0, held, settled } = evidence;
  if (logged !== undefined) return { outcome: 'ran', result: logged };
  const byRow = rowVerdict(before.row, after.row);
  if (byRow !== undefined) return byRow;
  if (after.active || after.row?.state === 'RUNNING' || !settled) return undefined;
  if (refreshes > 0) return { outcome: 'ran', result: 'unknown' };
  const [gate] = held;
  if (!moved(before, after)) return gate === undefined ? undefined : { outcome: 'held', gate };
  if (before.row !== undefined || evidence.logs) return { outcome: 'refused' };
  return { outcome: 'undecided' };
}

/** Of a periodic work the database does not tell success from failure: WorkManager treats them alike. */
function rowVerdict(before: WorkRow | undefined, after: WorkRow | undefined): Verdict | undefined {
  if (before === undefined) return undefined;
  if (after === undefined || after.state === 'CANCELLED') return { outcome: 'ran', result: 'cancelled' };
  if (after.state === 'SUCCEEDED') return { outcome: 'ran', result: 'SUCCESS' };
  if (after.state === 'FAILED') return { outcome: 'ran', result: 'FAILURE' };
  if (after.state !== 'ENQUEUED') return undefined;
  if (after.periods > before.periods) return { outcome: 'ran', result: 'SUCCESS or FAILURE' };
  if (after.attempts <= before.attempts) return undefined;
  return after.lastEnqueue !== before.lastEnqueue ? { outcome: 'ran', result: 'RETRY' } : { outcome: 'stopped', reason: after.stopReason };
}

/** JobScheduler did something with it: another number, or a start of this number that was not there before. */
function moved(before: Snapshot, after: Snapshot): boolean {
  return before.jobId !== after.jobId || startsOf(after, before.jobId) > startsOf(before, before.jobId);
}

/** An entry has no other name than the number; the app's other jobs start too. Without a number, all of them. */
function startsOf({ history }: Snapshot, jobId: number | undefined): number {
  return history.filter(({ what, id }) => what === 'START' && (jobId === undefined || id === jobId)).length;
}
