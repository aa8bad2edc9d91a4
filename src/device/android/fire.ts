// Fires a background job of an app and finds out what became of it. `Running job` says only that the explicit constraints are met or
// overridden: Doze, quota and WorkManager itself may still refuse. Whatever is changed for it is undone, whatever happens.
import { JOB_STOP_REASONS, type JobStopReason } from '../../core/android-words.ts';
import { commandFailed, noJob } from '../errors.ts';
import type { Hold, Refreshes, ServerPort } from '../server-port.ts';
import { mark } from './ask-diagnostics.ts';
import { nextRun, refusedUntil } from './due.ts';
import { HARD_GATES, shutGates, type HeldBy, type Look } from './gates.ts';
import { readLook } from './look.ts';
import { withUndo, type AndroidDevice } from './open.ts';
import type { JobRecord } from './read/jobs.ts';
import { saidBy } from './shell.ts';
import { readSituation, type Situation, type Work } from './situation.ts';
import { moveClock } from './state/clock.ts';
import { jobArguments, stopJob } from './state/stop-job.ts';
import { asksByName, describeWork, findWork, type Wanted } from './target.ts';
import type { Snapshot, Verdict } from './verdict.ts';
import { snapshotOf, watch } from './watch.ts';
import type { WorkRow } from './workdb.ts';

export interface FireOptions extends Wanted {
  readonly app: string;
  readonly makeDue: boolean;
  /** Ms to wait for a proof. */
  readonly timeout: number;
  /** Stop the job with this reason while its token request is held after the commit. Needs a server. */
  readonly stop?: JobStopReason;
  readonly server?: ServerPort;
}

export interface Fired {
  readonly device: string;
  readonly app: string;
  readonly work: Work;
  readonly source: Situation['source'];
  readonly verdict: Verdict;
  /** Number before and after: it changes with nearly every run. */
  readonly job: { readonly before: number; readonly after?: number };
  /** What `cmd jobscheduler run` said, and the command itself. */
  readonly said: string;
  readonly command: string;
  /** The wall clock went from here to there for it. */
  readonly clock?: { readonly from: number; readonly to: number };
  /** Ms until WorkManager would not have refused it. */
  readonly dueIn?: number;
  /** Ms until the next run by the clock as it was before: one that ran under a moved clock counts its period from there. */
  readonly nextIn?: number;
  readonly server?: Refreshes;
}

/** Past the next run: commands take a moment, and the clock of the phone may be told in whole seconds. */
const MARGIN = 2_000;
/** The number may change between our look and our command. */
const TRIES = 4;

export async function fire(device: AndroidDevice, options: FireOptions): Promise<Fired> {
  device.need('fire-job');
  return withUndo(device, async () => {
    const situation = await readSituation(device, options.app, asksByName(options));
    const work = findWork(situation, options);
    const look = await readLook(device, situation, work);
    const gates = shutGates(look);
    const hard = gates.find(({ gate }) => HARD_GATES.includes(gate));
    const until = work.row === undefined ? undefined : refusedUntil(work.row, look.wall);
    const known = until === undefined ? {} : { dueIn: until - look.wall };
    if (hard !== undefined) return heldBack(device, { situation, work, hard, known });
    const clock = options.makeDue ? await makeDue(device, look, gates) : undefined;
    const { fired, row } = await fireAndWatch(device, options, { situation, work });
    const next = row?.state === 'ENQUEUED' ? nextRun(row) : undefined;
    return { ...fired, ...known, ...(clock === undefined ? {} : { clock }), ...(next === undefined ? {} : { nextIn: next - look.wall }) };
  });
}

interface Held {
  situation: Situation;
  work: Work;
  hard: HeldBy;
  known: { dueIn?: number };
}

/** It is not fired: the override would stay armed, and the job would run at some later moment, when nobody expects it. */
function heldBack({ id }: AndroidDevice, { situation, work, hard, known }: Held): Fired {
  const { app, source } = situation;
  return {
    device: id,
    app,
    work,
    source,
    verdict: { outcome: 'held', gate: hard },
    job: { before: work.jobId ?? -1 },
    said: '',
    command: '',
    ...known,
  };
}

/** Moves the wall clock past the next run; nothing when it is due already: a latency that JobScheduler still counts is forced. */
async function makeDue(device: AndroidDevice, { work, wall }: Look, gates: readonly HeldBy[]): Promise<Fired['clock']> {
  device.need('make-due');
  const { row, job } = work;
  const waits = gates.find(({ gate }) => gate === 'WORK_NOT_DUE' || gate === 'TIMING_DELAY');
  const due = row === undefined ? undefined : nextRun(row);
  if (waits === undefined || (due !== undefined && due <= wall)) return undefined;
  // Without the database: JobScheduler was handed the same time as a latency.
  const wait = job?.earliest ?? waits.opensIn;
  if (due === undefined && wait === undefined)
    throw noJob(`nobody says when ${describeWork(work)} is due`, 'a debug build of the app lets its database be read');
  return moveClock(device, (now) => (due ?? now + Math.max(0, wait ?? 0)) + MARGIN);
}

interface Aim {
  readonly situation: Situation;
  readonly work: Work;
}

async function fireAndWatch(device: AndroidDevice, options: FireOptions, aim: Aim): Promise<{ fired: Fired; row?: WorkRow }> {
  const { app, server, stop } = options;
  const { work, situation } = aim;
  const hold = stop === undefined ? undefined : await server?.hold();
  try {
    const since = await server?.mark();
    const marker = await mark(device.shell, 'fire');
    const shot = await run(device, situation, work);
    const count = server === undefined || since === undefined ? undefined : () => server.since(since);
    const watched = { device, app, work, marker, before: shot.before, timeout: options.timeout, logs: situation.source === 'diagnostics' };
    const { verdict, after } =
      stop === undefined || hold === undefined
        ? await watch({ ...watched, ...(count === undefined ? {} : { refreshes: count }) })
        : await stopInFlight({ device, options, job: shot.job, work }, hold, stop);
    const seen = await count?.();
    const { id } = device;
    const fired = {
      device: id,
      app,
      work,
      source: situation.source,
      verdict,
      command: shot.command,
      said: shot.said,
      job: numbers(shot.job, after),
    };
    return { fired: { ...fired, ...(seen === undefined ? {} : { server: seen }) }, ...(after.row === undefined ? {} : { row: after.row }) };
  } finally {
    await hold?.release();
  }
}

function numbers({ id: before }: JobRecord, { jobId: after }: Snapshot): Fired['job'] {
  return { before, ...(after === undefined ? {} : { after }) };
}

interface InFlight {
  readonly device: AndroidDevice;
  readonly options: FireOptions;
  readonly job: JobRecord;
  readonly work: Work;
}

/** The server has committed and says nothing yet: now the system stops the job, and only then the answer goes out. */
async function stopInFlight({ device, options: { app, timeout }, job, work }: InFlight, hold: Hold, reason: JobStopReason) {
  await untilHeld(device, hold, timeout);
  await stopJob(device, app, job, reason);
  await hold.release();
  return {
    verdict: { outcome: 'stopped', reason: JOB_STOP_REASONS[reason] } satisfies Verdict,
    after: await snapshotOf(device, app, work),
  };
}

/** Looks the number up again and fires it at once; again when it changed in between. */
async function run(device: AndroidDevice, { app, dump }: Situation, work: Work) {
  for (let i = 1; ; i++) {
    const before = await snapshotOf(device, app, work, i === 1 ? undefined : dump);
    const { job } = before;
    if (job === undefined) throw noJob(`${describeWork(work)} has no job any more`, 'it may just have run: `tokenwarp why` looks again');
    const command = `cmd jobscheduler run -f ${jobArguments(app, job)}`;
    const ran = await device.shell.run(command);
    if (ran.code === 0) return { job, before, command, said: ran.stdout.trim() };
    if (ran.code !== NO_JOB || i === TRIES) throw refusal(device.id, command, { ...ran, job, app });
  }
}

const NO_CONSTRAINTS = 22;
const NO_JOB = 23;
const NO_PACKAGE = 24;
const USAGE = 255;

/** Exit codes are negative numbers cut to a byte: -1002, -1001, -1000, -1. */
function refusal(
  id: string,
  command: string,
  { code, stdout, stderr, job, app }: { code: number; stdout: string; stderr: string; job: JobRecord; app: string },
): Error {
  const said = saidBy({ code, stdout, stderr });
  const words: Readonly<Record<number, readonly [string, string]>> = {
    [NO_PACKAGE]: [
      `the package is not installed for user ${job.user} (${said})`,
      `adb -s ${id} shell pm list packages --user ${job.user} | grep ${app}`,
    ],
    [NO_JOB]: [`there is no such job (${said})`, 'its number keeps changing: is the app busy? try again'],
    [NO_CONSTRAINTS]: [`its constraints do not hold (${said})`, 'this Android does not know -f as others do: please report it'],
    [USAGE]: [`this Android does not know the command (${said})`, 'please report it with the version of Android'],
  };
  const [text, hint] = words[code] ?? [said, 'please report it with the version of Android'];
  return commandFailed(id, command, text, hint);
}

const PAUSE = 100;

async function untilHeld({ id, shell: { context } }: AndroidDevice, hold: Hold, timeout: number): Promise<void> {
  const until = context.machine.now() + timeout;
  while (!(await hold.isHolding())) {
    if (context.machine.now() > until) {
      throw noJob(
        `no token request of the job reached the server within ${timeout / 1_000} s`,
        `does the app on ${id} talk to this server? tokenwarp device reverse <port>`,
      );
    }
    await context.machine.sleep(PAUSE, context.signal);
  }
}
