// What is known of one app's background work now: its jobs by JobScheduler, and by WorkManager what they stand for. The database tells
// most, and only of debuggable apps; the diagnostics broadcast tells names and jobs of any app, but starts its process and costs it a
// session of its quota, so it is sent only when somebody asks by name.
import { noApp } from '../errors.ts';
import type { AndroidDevice } from './open.ts';
import { askDiagnostics } from './ask-diagnostics.ts';
import { line } from './quote.ts';
import { parseJobs, type JobDump, type JobRecord } from './read/jobs.ts';
import { parsePackage, type PackageFacts } from './read/package-dump.ts';
import { readWorkDatabase, type WorkRow } from './workdb.ts';

/** One piece of background work, as far as its source knows it. */
export interface Work {
  /** WorkSpec id; undefined where only JobScheduler was asked. */
  readonly id?: string;
  readonly worker?: string;
  readonly names: readonly string[];
  /** JobScheduler's number according to WorkManager. */
  readonly jobId?: number;
  readonly job?: JobRecord;
  /** The row of the database. */
  readonly row?: WorkRow;
}

export interface Situation {
  readonly app: string;
  readonly facts: PackageFacts;
  readonly dump: JobDump;
  readonly works: readonly Work[];
  /** Where names and times are from; `jobs`: nobody but JobScheduler was asked. */
  readonly source: 'database' | 'diagnostics' | 'jobs';
}

const UNFINISHED = ['ENQUEUED', 'RUNNING', 'BLOCKED'];
const SERVICE = /androidx\.work\.impl\.background\.systemjob\.SystemJobService/;

/** `byName`: work was asked for by its name or worker, so somebody who knows names has to be asked. Throws when there is no such app. */
export async function readSituation(device: AndroidDevice, app: string, byName: boolean): Promise<Situation> {
  const facts = await readPackage(device, app);
  const rows = facts.debuggable ? await readWorkDatabase(device.shell, app, device.facts.user) : undefined;
  const diagnostics = rows === undefined && byName && !facts.stopped ? await askDiagnostics(device, app) : undefined;
  const dump = await readJobs(device, app);
  const jobs = dump.jobs.filter((job) => job.package === app && job.user === device.facts.user);
  if (rows !== undefined)
    return {
      app,
      facts,
      dump,
      source: 'database',
      works: withJobs(rows.filter(({ state }) => UNFINISHED.includes(state)).map(ofRow), jobs),
    };
  if (diagnostics !== undefined) {
    const listed = [...diagnostics.running, ...diagnostics.enqueued];
    const works = listed.map(({ work: id, worker, names, job }) => ({ id, worker, names, ...(job === undefined ? {} : { jobId: job }) }));
    return { app, facts, dump, source: 'diagnostics', works: withJobs(works, jobs) };
  }
  return { app, facts, dump, source: 'jobs', works: jobs.map(ofJob) };
}

export async function readPackage({ shell, id, facts }: AndroidDevice, app: string): Promise<PackageFacts> {
  const { stdout } = await shell.run(line('dumpsys', 'package', app));
  const found = parsePackage(stdout, app, facts.user);
  if (found === undefined || !found.installed)
    throw noApp(id, app, `adb -s ${id} shell pm list packages | grep ${app.split('.').at(-1) ?? app}`);
  return found;
}

export async function readJobs({ shell }: Pick<AndroidDevice, 'shell'>, app: string): Promise<JobDump> {
  return parseJobs((await shell.run(line('dumpsys', '-t', 20, 'jobscheduler', app))).stdout);
}

/** The job of this app with this number; WorkManager's own when an app uses the number in several namespaces. */
export function jobNumbered(jobs: readonly JobRecord[], id: number): JobRecord | undefined {
  const same = jobs.filter((job) => job.id === id);
  return same.find(isWorkManagers) ?? same[0];
}

export function isWorkManagers({ name }: JobRecord): boolean {
  return SERVICE.test(name);
}

function ofRow(row: WorkRow): Work {
  return { id: row.id, worker: row.worker, names: row.names, row, ...(row.job === undefined ? {} : { jobId: row.job }) };
}

/** Where traces are tagged the header tells the worker, without its package. */
function ofJob(job: JobRecord): Work {
  return { job, jobId: job.id, names: [], ...(job.trace === undefined ? {} : { worker: job.trace }) };
}

function withJobs(works: readonly Work[], jobs: readonly JobRecord[]): Work[] {
  const own = jobs.filter(isWorkManagers);
  return works.map((work) => {
    const job = work.jobId === undefined ? undefined : jobNumbered(own, work.jobId);
    return job === undefined ? work : { ...work, job };
  });
}
