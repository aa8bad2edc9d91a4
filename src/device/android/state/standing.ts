// How an app stands with the system: its standby bucket, and whether it may run in the background at all.
import { STANDBY_BUCKETS, type StandbyBucket } from '../../../core/android-words.ts';
import { commandFailed, strangeOutput } from '../../errors.ts';
import type { AndroidDevice } from '../open.ts';
import { shellUndo } from '../perform.ts';
import { line } from '../quote.ts';
import { saidBy } from '../shell.ts';

export function bucketScript(app: string): string {
  return line('am', 'get-standby-bucket', app);
}

async function readBucket({ shell }: Pick<AndroidDevice, 'shell'>, app: string): Promise<number> {
  const said = await shell.must(bucketScript(app), 'am get-standby-bucket exists from Android 9 on');
  if (!/^\d+$/.test(said)) throw strangeOutput('am get-standby-bucket', said.slice(0, 60));
  return Number(said);
}

export function bucketName(value: number): string {
  return Object.entries(STANDBY_BUCKETS).find(([, number]) => number === value)?.[0] ?? String(value);
}

/** The system may move the app back as soon as it is used. */
export async function setBucket(device: AndroidDevice, app: string, bucket: StandbyBucket): Promise<{ from: number; to: number }> {
  device.need('bucket');
  const { shell, id } = device;
  const from = await readBucket(device, app);
  const to = STANDBY_BUCKETS[bucket];
  const set = (value: number): string => line('am', 'set-standby-bucket', app, value);
  await device.change(`${app} moved to ${bucket} from ${bucketName(from)}`, shellUndo(set(from)), async () => {
    const ran = await shell.run(set(to));
    if (ran.code !== 0 || (await readBucket(device, app)) !== to) {
      throw commandFailed(id, set(to), saidBy(ran), `this Android does not know the bucket ${bucket}, or does not let a shell set it`);
    }
  });
  return { from, to };
}

export function backgroundScript(app: string): string {
  return line('cmd', 'appops', 'get', app, 'RUN_ANY_IN_BACKGROUND');
}

/** Of what that script printed. */
export function isRestricted(said: string): boolean {
  return /RUN_ANY_IN_BACKGROUND: (?:ignore|deny)/.test(said);
}

export async function restrictBackground(device: AndroidDevice, app: string, restricted: boolean): Promise<void> {
  device.need('background-restriction');
  const before = await device.shell.run(backgroundScript(app));
  const mode = /RUN_ANY_IN_BACKGROUND: (\w+)/.exec(before.stdout)?.[1] ?? 'default';
  const set = (to: string): string => line('cmd', 'appops', 'set', app, 'RUN_ANY_IN_BACKGROUND', to);
  await device.change(`background use of ${app} set to ${restricted ? 'ignore' : 'allow'}`, shellUndo(set(mode)), () =>
    device.shell.must(set(restricted ? 'ignore' : 'allow'), 'cmd appops exists from Android 9 on'),
  );
}

/** What it ran so far no longer counts. There is nothing to undo it with. */
export async function resetQuota({ shell }: AndroidDevice, app: string): Promise<void> {
  await shell.must(
    line('cmd', 'jobscheduler', 'reset-execution-quota', app),
    'cmd jobscheduler reset-execution-quota exists from Android 11 on',
  );
}
