// Everything that decides whether a job runs, read at one time; `why` is the first gate of it that is shut.
import { DeviceError } from '../../core/errors.ts';
import { CLOCK_SCRIPT, parseClock } from './clock.ts';
import { shutGates, type HeldBy, type Look } from './gates.ts';
import type { AndroidDevice } from './open.ts';
import { readSituation, type Situation, type Work } from './situation.ts';
import { parseDeviceIdle } from './read/device-idle.ts';
import { backgroundScript, bucketName, bucketScript, isRestricted } from './state/standing.ts';
import { asksByName, findWork, type Wanted } from './target.ts';
import { nextRun } from './due.ts';

/** One connection, so that all of it is of one moment. */
export async function readLook(device: AndroidDevice, situation: Situation, work: Work): Promise<Look> {
  const { app } = situation;
  const { sdk, user } = device.facts;
  const parts = await device.shell.parts({
    clock: CLOCK_SCRIPT,
    idle: 'dumpsys deviceidle',
    background: backgroundScript(app),
    user: `am get-started-user-state ${user}`,
    bucket: sdk < BUCKETS_FROM ? ':' : bucketScript(app),
  });
  return {
    situation,
    work,
    device,
    wall: parseClock(parts.clock.stdout),
    idle: parseDeviceIdle(parts.idle.stdout),
    restricted: isRestricted(parts.background.stdout),
    unlocked: !parts.user.stdout.includes('RUNNING_LOCKED'),
    ...(/^\d+\s*$/.test(parts.bucket.stdout.trim()) ? { bucket: bucketName(Number(parts.bucket.stdout)) } : {}),
  };
}

/** Android 9 brought them. */
const BUCKETS_FROM = 28;

export interface Why {
  readonly app: string;
  readonly work: Work;
  readonly source: Situation['source'];
  /** The deciding gate first, then what is shut behind it; empty = nothing holds it. */
  readonly gates: readonly HeldBy[];
  readonly running: boolean;
  /** When WorkManager wants to run it, Unix ms by the phone; known only of debuggable apps. */
  readonly due?: number;
  readonly wall: number;
}

/** Changes nothing, but for the diagnostics that an app which is no debug build is asked for when work is named. */
export async function why(device: AndroidDevice, app: string, wanted: Wanted): Promise<Why> {
  const situation = await readSituation(device, app, asksByName(wanted));
  // Without jobs there may still be an answer: a stopped app.
  const work = situation.facts.stopped ? stoppedWork(situation, wanted) : findWork(situation, wanted);
  const look = await readLook(device, situation, work);
  const due = work.row === undefined ? undefined : nextRun(work.row);
  return {
    app,
    work,
    source: situation.source,
    gates: shutGates(look),
    running: work.job?.ready?.parts['active'] === true || work.row?.state === 'RUNNING',
    wall: look.wall,
    ...(due === undefined ? {} : { due }),
  };
}

/** Whatever was meant: it is the app that is stopped. */
function stoppedWork(situation: Situation, wanted: Wanted): Work {
  try {
    return findWork(situation, wanted);
  } catch (error) {
    if (!(error instanceof DeviceError)) throw error;
    return { names: wanted.work === undefined ? [] : [wanted.work], ...(wanted.worker === undefined ? {} : { worker: wanted.worker }) };
  }
}
