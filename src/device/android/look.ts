// Everything that decides whether a job runs, read at one time; `why` is the first gate of it that is shut.
import { DeviceError } from '../../core/errors.ts';
import { readClock } from './clock.ts';
import { shutGates, type HeldBy, type Look } from './gates.ts';
import type { AndroidDevice } from './open.ts';
import { readSituation, type Situation, type Work } from './situation.ts';
import { readDeviceIdle } from './state/power.ts';
import { bucketName, isBackgroundRestricted, readBucket } from './state/standing.ts';
import { asksByName, findWork, type Wanted } from './target.ts';
import { nextRun } from './due.ts';

export async function readLook(device: AndroidDevice, situation: Situation, work: Work): Promise<Look> {
  const { app } = situation;
  return {
    situation,
    work,
    wall: await readClock(device.shell),
    idle: await readDeviceIdle(device),
    restricted: await isBackgroundRestricted(device, app),
    unlocked: await isUnlocked(device),
    ...(await bucketOf(device, app)),
  };
}

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

async function isUnlocked({ shell, facts }: AndroidDevice): Promise<boolean> {
  const { stdout } = await shell.run(`am get-started-user-state ${facts.user}`);
  return !/RUNNING_LOCKED/.test(stdout);
}

async function bucketOf(device: AndroidDevice, app: string): Promise<{ bucket?: string }> {
  if (device.facts.sdk < 28) return {};
  return { bucket: bucketName(await readBucket(device, app)) };
}
