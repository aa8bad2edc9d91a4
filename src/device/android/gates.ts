// Why a job does not run: the first gate that is shut, in the order in which Android asks, with what would open it. Pure: facts in, one
// gate out. The words are those of the model of Android.
import type { AndroidGate } from '../../core/android-words.ts';
import { JOB_CONSTRAINTS } from '../../core/android-words.ts';
import { formatDuration } from '../../core/duration.ts';
import { isWireless } from './capabilities.ts';
import { refusedUntil } from './due.ts';
import type { AndroidDevice } from './open.ts';
import { line } from './quote.ts';
import type { DeviceIdle } from './read/device-idle.ts';
import type { JobRecord } from './read/jobs.ts';
import type { Situation, Work } from './situation.ts';

/** Everything that decides, read at one time. */
export interface Look {
  readonly situation: Situation;
  readonly work: Work;
  /** Where it had to be named, the command that opens a gate has to say it again. */
  readonly device: Pick<AndroidDevice, 'id' | 'wasNamed'>;
  /** Unix ms of the phone. */
  readonly wall: number;
  readonly idle: DeviceIdle;
  readonly restricted: boolean;
  /** Standby bucket by its name; undefined before Android 9. */
  readonly bucket?: string;
  readonly unlocked: boolean;
}

export interface HeldBy {
  readonly gate: AndroidGate;
  /** The facts behind it. */
  readonly detail: string;
  /** What would open it. */
  readonly by: string;
  /** The command that opens it from here; undefined when none can. */
  readonly command?: string;
  /** Ms until it opens by itself; undefined = not by itself, or nobody knows. */
  readonly opensIn?: number;
}

/** Gates that no flag of `cmd jobscheduler run` opens. */
export const HARD_GATES: readonly AndroidGate[] = [
  'FLAG_STOPPED',
  'USER_LOCKED',
  'BLOCKED',
  'NOT_SCHEDULED',
  'DEVICE_NOT_DOZING',
  'BACKGROUND_NOT_RESTRICTED',
  'WITHIN_QUOTA',
];

/** All gates that are shut, the deciding one first. */
export function shutGates(look: Look): HeldBy[] {
  const { job } = look.work;
  const first = beforeJob(look);
  if (first !== undefined || job === undefined) return first === undefined ? [] : [first];
  return [
    due(look),
    latency(look, job),
    ...constraints(look, job),
    doze(look, job),
    restriction(look, job),
    quota(look, job),
    flexibility(look, job),
    batching(look, job),
    concurrency(job),
  ].filter((gate) => gate !== undefined);
}

function beforeJob(look: Look): HeldBy | undefined {
  const { situation, work, unlocked } = look;
  const { facts } = situation;
  if (facts.stopped) {
    return {
      gate: 'FLAG_STOPPED',
      detail: facts.neverLaunched ? 'the app was never opened' : 'the app is force-stopped, its jobs are gone',
      by: 'the user opens the app',
      command: onApp(look, 'launch'),
    };
  }
  if (!unlocked)
    return {
      gate: 'USER_LOCKED',
      detail: 'not unlocked since it started: jobs are not kept, the database is sealed',
      by: 'the first unlock',
    };
  if (work.row?.state === 'BLOCKED')
    return { gate: 'BLOCKED', detail: `waits for ${work.row.after.length} other work`, by: 'its prerequisites succeed' };
  if (work.job !== undefined) return undefined;
  return {
    gate: 'NOT_SCHEDULED',
    detail: 'WorkManager knows it, JobScheduler has no job for it',
    by: 'the process starts',
    command: onApp(look, 'launch'),
  };
}

function due(look: Look): HeldBy | undefined {
  const { row } = look.work;
  const { wall } = look;
  const until = row === undefined ? undefined : refusedUntil(row, wall);
  if (row === undefined || until === undefined) return undefined;
  const kind = row.attempts > 0 ? `backed off after ${row.attempts} ${row.attempts === 1 ? 'attempt' : 'attempts'}` : 'periodic';
  const opensIn = until - wall;
  return {
    gate: 'WORK_NOT_DUE',
    detail: `${kind}: WorkManager refuses it for ${formatDuration(whole(opensIn))} of wall clock time`,
    by: 'time, or a change of the wall clock',
    command: fireIt(look, '--make-due'),
    opensIn,
  };
}

function latency(look: Look, job: JobRecord): HeldBy | undefined {
  if (!job.unsatisfied.includes('TIMING_DELAY') || !job.required.includes('TIMING_DELAY')) return undefined;
  const { earliest } = job;
  const opens = earliest === undefined || earliest <= 0 ? {} : { opensIn: earliest };
  const left = earliest === undefined ? '' : ` has ${formatDuration(whole(Math.max(0, earliest)))} to go`;
  return { gate: 'TIMING_DELAY', detail: `the minimum latency${left}`, by: 'time', command: fireIt(look), ...opens };
}

interface ConstraintWords {
  readonly detail: string;
  readonly by: string;
  /** Words of `tokenwarp device`; without them the job is fired past the constraint. */
  readonly opens?: readonly (string | number)[];
}

const CONSTRAINT_WORDS: Readonly<Record<(typeof JOB_CONSTRAINTS)[number], ConstraintWords>> = {
  CHARGING: { detail: 'needs a charger', by: 'a charger; JobScheduler believes in one only after some minutes' },
  BATTERY_NOT_LOW: { detail: 'the battery is low', by: 'a charger', opens: ['battery', 80] },
  STORAGE_NOT_LOW: { detail: 'storage is low', by: 'free storage' },
  IDLE: { detail: 'needs a phone that nobody uses', by: 'screen off for half an hour' },
  CONNECTIVITY: { detail: 'there is no network that fits', by: 'a network that fits', opens: ['radio', 'wifi', 'on'] },
};

function constraints(look: Look, job: JobRecord): HeldBy[] {
  return JOB_CONSTRAINTS.filter((name) => job.unsatisfied.includes(name) && job.required.includes(name)).map((gate) => {
    const { detail, by, ...words } = CONSTRAINT_WORDS[gate];
    // A phone that we reach by its network has one: its radios are not ours to switch.
    const opens = gate === 'CONNECTIVITY' && isWireless(look.device.id) ? undefined : words.opens;
    const asked = gate === 'CONNECTIVITY' && job.network !== undefined ? `: ${capabilities(job.network)}` : '';
    return { gate, detail: `${detail}${asked}`, by, command: opens === undefined ? fireIt(look) : tokenwarp(look, 'device', ...opens) };
  });
}

/** `NOT_METERED&INTERNET&...` of a NetworkRequest. */
function capabilities(network: string): string {
  return /Capabilities: (\S+)/.exec(network)?.[1] ?? network.slice(0, 60);
}

function doze(look: Look, job: JobRecord): HeldBy | undefined {
  const { idle, situation } = look;
  const shut =
    job.implicit['readyNotDozing'] === false ||
    (job.implicit['readyNotDozing'] === undefined && isDozing(idle) && !idle.allowed.includes(situation.app));
  if (!shut) return undefined;
  const mode = idle.deep === 'IDLE' ? 'deep' : 'light';
  const who = idle.forced ? ', forced by somebody: it does not end by itself' : '';
  return {
    gate: 'DEVICE_NOT_DOZING',
    detail: `${mode} Doze (deep ${idle.deep ?? 'unknown'}, light ${idle.light ?? 'unknown'})${who}`,
    by: 'a maintenance window, or the phone in use or on a charger',
    command: tokenwarp(look, 'device', 'doze', 'off'),
  };
}

function isDozing({ deep, light }: DeviceIdle): boolean {
  return deep === 'IDLE' || light === 'IDLE';
}

function restriction(look: Look, job: JobRecord): HeldBy | undefined {
  const { restricted } = look;
  if (!restricted && job.implicit['readyNotRestrictedInBg'] !== false) return undefined;
  const detail = restricted ? 'the user restricted background use (RUN_ANY_IN_BACKGROUND is ignored)' : 'battery saver is on';
  return {
    gate: 'BACKGROUND_NOT_RESTRICTED',
    detail,
    by: restricted ? 'the user allows it, or opens the app' : 'a charger, or battery saver off',
    command: restricted ? onApp(look, 'restrict', 'off') : adbShell(look, 'cmd power set-mode 0'),
  };
}

function quota(look: Look, job: JobRecord): HeldBy | undefined {
  const name = job.bucket ?? look.bucket ?? '';
  if (name === 'NEVER')
    return {
      gate: 'WITHIN_QUOTA',
      detail: 'bucket NEVER: jobs of the app do not run at all',
      by: 'the user opens the app',
      command: onApp(look, 'bucket', 'active'),
    };
  // No job requires it by name: it is listed as unsatisfied exactly when the app has none left.
  if (!job.unsatisfied.includes('WITHIN_QUOTA')) return undefined;
  return {
    gate: 'WITHIN_QUOTA',
    detail: `bucket ${name === '' ? 'unknown' : name}: its run time or sessions are used up`,
    by: 'time, a charger, or the app in use',
    command: onApp(look, 'reset-quota'),
  };
}

function flexibility(look: Look, job: JobRecord): HeldBy | undefined {
  if (!job.unsatisfied.includes('FLEXIBILITY') || !job.required.includes('FLEXIBILITY')) return undefined;
  return {
    gate: 'FLEXIBILITY',
    detail: 'the system waits for a better moment (charger, idle, unmetered)',
    by: 'time, or what it waits for',
    command: adbShell(look, 'cmd jobscheduler disable-flex-policy'),
  };
}

/** Ready, nothing missing, and still here: it waits for company. */
function batching(look: Look, job: JobRecord): HeldBy | undefined {
  const { bucket } = look;
  if (job.batchedFor === undefined || job.ready?.parts['active'] === true) return undefined;
  const opensIn = Math.max(0, 1_860_000 - job.batchedFor);
  return {
    gate: 'BATCHING',
    detail: `${job.bucket ?? bucket ?? 'its bucket'}: waits until five jobs are ready, since ${formatDuration(whole(job.batchedFor))}`,
    by: 'other jobs, a maintenance window, the app in use, or 31 minutes',
    command: fireIt(look),
    opensIn,
  };
}

/** Everything is open and it stands in the queue. */
function concurrency({ ready }: JobRecord): HeldBy | undefined {
  if (ready?.value !== true || ready.parts['pending'] !== true || ready.parts['active'] === true) return undefined;
  return { gate: 'CONCURRENCY', detail: 'ready and in the queue: too many jobs run', by: 'one of them ends' };
}

/** Typed into a shell as it is; it says which work where the app has more than one. */
function fireIt(look: Look, ...more: readonly string[]): string {
  const { app, works } = look.situation;
  return tokenwarp(look, 'fire', 'android', '--package', app, ...(works.length > 1 ? which(look.work) : []), ...more);
}

function which({ names: [name], worker, job }: Work): readonly (string | number)[] {
  if (name !== undefined) return ['--work', name];
  if (worker !== undefined) return ['--worker', worker];
  return job === undefined ? [] : ['--job', job.id];
}

function onApp(look: Look, ...action: readonly string[]): string {
  return tokenwarp(look, 'device', ...action, '--package', look.situation.app);
}

function tokenwarp({ device }: Look, ...words: readonly (string | number)[]): string {
  return line('tokenwarp', ...words, ...(device.wasNamed ? ['--device', device.id] : []));
}

function adbShell({ device }: Look, script: string): string {
  return `${line('adb', ...(device.wasNamed ? ['-s', device.id] : []))} shell ${script}`;
}

/** Seconds are enough for people. */
function whole(ms: number): number {
  return ms < 1_000 ? Math.round(ms) : Math.round(ms / 1_000) * 1_000;
}
