// Looks at a fired job until it can be said what became of it, or time is up. Each look is of one moment; only when two looks in a row
// are alike is silence taken for an answer.
import type { Refreshes } from '../server-port.ts';
import { logSince } from './ask-diagnostics.ts';
import { HARD_GATES, shutGates, type HeldBy } from './gates.ts';
import { readLook } from './look.ts';
import type { AndroidDevice } from './open.ts';
import type { JobDump, JobRecord } from './read/jobs.ts';
import { resultOf, type LogLine, type WorkResult } from './read/logcat.ts';
import { isWorkManagers, jobNumbered, readJobs, readPackage, type Work } from './situation.ts';
import { isWorker } from './target.ts';
import { decide, type Snapshot, type Verdict } from './verdict.ts';
import { readWorkDatabase, type WorkRow } from './workdb.ts';

export interface Watched {
  readonly device: AndroidDevice;
  readonly app: string;
  readonly work: Work;
  /** Our line in the log before it was fired. */
  readonly marker: string;
  readonly before: Snapshot;
  readonly timeout: number;
  /** Whether the app was seen to log at INFO. */
  readonly logs: boolean;
  refreshes?(): Promise<Refreshes>;
}

export type JobSnapshot = Snapshot & { readonly job?: JobRecord; readonly dump: JobDump };

const PAUSES = [100, 200, 400, 800, 1_000] as const;

export async function watch(watched: Watched): Promise<{ verdict: Verdict; after: Snapshot }> {
  const { device, before } = watched;
  const { machine, signal } = device.shell.context;
  const until = machine.now() + watched.timeout;
  let last = '';
  for (let i = 0; ; i++) {
    const after = await snapshotOf(device, watched.app, watched.work);
    const look = fingerprint(after);
    const settled = look === last;
    last = look;
    const seen = await watched.refreshes?.();
    const lines = await logSince(device.shell, watched.marker, ['WM-WorkerWrapper']);
    const logged = loggedResult(lines, watched.work);
    const held = settled && after.job !== undefined ? await hardGates(watched, after.job) : [];
    const verdict = decide({
      before,
      after,
      held,
      settled,
      logs: watched.logs || lines.length > 0,
      ...(logged === undefined ? {} : { logged }),
      ...(seen === undefined ? {} : { refreshes: seen.received }),
    });
    if (verdict !== undefined) return { verdict, after };
    if (machine.now() > until) return { verdict: { outcome: 'undecided' }, after };
    await machine.sleep(PAUSES[Math.min(i, PAUSES.length - 1)] ?? 1_000, signal);
  }
}

/** How the work stands now. `known`: a dump that is still fresh. */
export async function snapshotOf(device: AndroidDevice, app: string, work: Work, known?: JobDump): Promise<JobSnapshot> {
  const row = work.row === undefined ? undefined : await rowOf(device, app, work.row.id);
  const dump = known ?? (await readJobs(device, app));
  const own = dump.jobs.filter((job) => job.package === app && job.user === device.facts.user);
  const job = currentJob(own, work, row);
  return {
    active: job?.ready?.parts['active'] === true,
    history: dump.history.filter(({ name }) => name.includes(`${app}/`)),
    dump,
    ...(job === undefined ? {} : { job, jobId: job.id }),
    ...(row === undefined ? {} : { row }),
  };
}

async function rowOf(device: AndroidDevice, app: string, id: string): Promise<WorkRow | undefined> {
  return (await readWorkDatabase(device.shell, app, device.facts.user))?.find((row) => row.id === id);
}

/** The job of the work by the newest word: the database, else its old number, else the one that carries its worker's trace. */
function currentJob(jobs: readonly JobRecord[], { jobId, job }: Work, row: WorkRow | undefined): JobRecord | undefined {
  const mine = job !== undefined && !isWorkManagers(job) ? jobs : jobs.filter(isWorkManagers);
  if (row !== undefined) return row.job === undefined ? undefined : jobNumbered(mine, row.job);
  const same = jobId === undefined ? undefined : jobNumbered(mine, jobId);
  if (same !== undefined) return same;
  const traced = mine.filter(({ trace }) => trace !== undefined && trace === job?.trace);
  return traced.length === 1 ? traced[0] : mine.length === 1 ? mine[0] : undefined;
}

/** By id; where it is not known by worker, and where not even that is known the first that ended. */
function loggedResult(lines: readonly LogLine[], { id, worker }: Work): WorkResult | undefined {
  const results = lines.map(resultOf).filter((result) => result !== undefined);
  const mine = results.find(({ work, tags }) =>
    id !== undefined ? work === id : worker === undefined || tags.some((tag) => isWorker(tag, worker)),
  );
  return mine?.result;
}

async function hardGates({ device, app, work }: Watched, job: JobRecord): Promise<HeldBy[]> {
  const situation = {
    app,
    facts: await readPackage(device, app),
    dump: { jobs: [job], history: [], complete: true },
    works: [work],
    source: 'jobs' as const,
  };
  const look = await readLook(device, situation, { ...work, job });
  return shutGates(look).filter(({ gate }) => HARD_GATES.includes(gate));
}

/** What must stand still for silence to mean something. */
function fingerprint({ jobId, active, row, history }: Snapshot): string {
  return JSON.stringify([jobId, active, row, history.length, history.at(-1)?.what]);
}
