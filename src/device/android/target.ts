// Which work is meant: by unique name, by worker, by number, or the only one there is. What matches nothing, or more than one, is
// answered with what there is.
import { didYouMean } from '../../core/suggest.ts';
import { noJob } from '../errors.ts';
import type { JobRecord } from './read/jobs.ts';
import { jobNumbered, type Situation, type Work } from './situation.ts';

export interface Wanted {
  readonly work?: string;
  readonly worker?: string;
  readonly job?: number;
}

/** Whether the names of WorkManager are needed to find it. */
export function asksByName({ work, worker }: Wanted): boolean {
  return work !== undefined || worker !== undefined;
}

/** Throws a DeviceError that lists what there is. */
export function findWork(situation: Situation, wanted: Wanted): Work {
  const { works } = situation;
  if (wanted.job !== undefined) return byNumber(situation, wanted.job);
  const found = works.filter((work) => isMeant(work, wanted));
  const [first, second] = found;
  if (first !== undefined && second === undefined) return first;
  throw first === undefined ? nothing(situation, wanted) : tooMany(found);
}

/** `RefreshWorker`, `auth.RefreshWorker` and the whole name of the class are one. */
export function isWorker(className: string, wanted: string): boolean {
  return className === wanted || className.endsWith(`.${wanted}`) || className.endsWith(`$${wanted}`) || wanted.endsWith(`.${className}`);
}

/** Work as people would call it. */
export function describeWork({ names, worker, jobId }: Work): string {
  const parts = [names.join(', '), worker ?? '', jobId === undefined ? 'no job' : `job ${jobId}`];
  return parts.filter((part) => part !== '').join(' / ');
}

function isMeant({ names, worker }: Work, wanted: Wanted): boolean {
  if (wanted.work !== undefined && !names.includes(wanted.work)) return false;
  return wanted.worker === undefined || (worker !== undefined && isWorker(worker, wanted.worker));
}

function byNumber({ app, works, dump }: Situation, id: number): Work {
  const known = works.find((work) => work.jobId === id);
  if (known?.job !== undefined) return known;
  const job = jobNumbered(ofApp(dump.jobs, app), id);
  if (job !== undefined) return { job, jobId: id, names: [] };
  if (known !== undefined) return known;
  const numbers = ofApp(dump.jobs, app).map((each) => String(each.id));
  throw noJob(
    `${app} has no job ${id}`,
    numbers.length === 0
      ? 'it has none at all; ids change with nearly every run: --work or --worker stay the same'
      : `it has ${numbers.join(', ')}; ids change with nearly every run: --work or --worker stay the same`,
  );
}

function ofApp(jobs: readonly JobRecord[], app: string): JobRecord[] {
  return jobs.filter((job) => job.package === app);
}

function nothing({ app, works, source, facts }: Situation, { work, worker }: Wanted): Error {
  if (facts.stopped) return noJob(`${app} is force-stopped: it has no jobs`, 'open it: tokenwarp device launch --package <name>');
  const what = [work === undefined ? '' : `the name "${work}"`, worker === undefined ? '' : `the worker "${worker}"`]
    .filter((word) => word !== '')
    .join(' and ');
  if (source === 'jobs' && what !== '' && works.length > 0) {
    return noJob(
      `${app} does not say which of its jobs has ${what}`,
      'it is no debug build and its WorkManager logs nothing: choose one by --job, or set its log level to INFO',
    );
  }
  if (works.length === 0)
    return noJob(`${app} has no background work waiting`, 'has it enqueued any? open it once; finished one-time work is gone');
  const guess =
    work === undefined
      ? undefined
      : didYouMean(
          work,
          works.flatMap(({ names }) => names),
        );
  return noJob(`${app} has no work with ${what}`, guess ?? `it has ${works.map(describeWork).join('; ')}`);
}

function tooMany(works: readonly Work[]): Error {
  return noJob(
    `${works.length} pieces of work are meant alike: ${works.map(describeWork).join('; ')}`,
    'choose one by --work, --worker or --job',
  );
}
