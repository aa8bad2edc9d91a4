// `tokenwarp device changes` and `tokenwarp device restore`: what undo journals hold, and putting it back, also what a process that was
// killed has left behind.
import type { DeviceContext, Platform } from '../../device/driver.ts';
import { PLATFORM_LOADERS } from '../../device/platforms.ts';
import { changedDevices, openUndo, type Change, type DeviceKey, type UndoJournal } from '../../device/undo.ts';
import { busy as busyDevice, notRestored } from '../../device/errors.ts';
import { detectScreen, paintOf, type Paint } from '../../report/screen.ts';
import type { Invocation } from '../invocation.ts';
import type { ExitCondition } from '../exit.ts';
import type { DeviceOptions } from './options.ts';
import { inRoom } from './room.ts';

interface Left {
  key: DeviceKey;
  journal: UndoJournal;
  pending: Change[];
}

export async function changes({ options, system }: Invocation<DeviceOptions>): Promise<ReadonlySet<ExitCondition>> {
  return inRoom({ system, options }, async (context) => {
    const left = leftOn(context, options.device);
    const told = left.map(({ key, pending }) => ({
      platform: key.platform,
      device: key.id,
      changes: pending.map(({ text, at, pid }) => ({ text, at, pid })),
    }));
    if (options.json === true) system.out.write(`${JSON.stringify({ schema: 'tokenwarp/changes.v1', devices: told }, undefined, 2)}\n`);
    else
      system.out.write(
        left.length === 0
          ? 'nothing is changed\n'
          : left.map(({ key, pending }) => `${key.id}\n${pending.map(({ text }) => `    ${text}\n`).join('')}`).join(''),
      );
    return new Set<ExitCondition>();
  });
}

export async function restore({ options, system }: Invocation<DeviceOptions>): Promise<ReadonlySet<ExitCondition>> {
  const paint = paintOf(detectScreen(system.env, system.out, options.color ?? 'auto'));
  return inRoom({ system, options }, async (context) => {
    const left = leftOn(context, options.device);
    const undone: { device: string; text: string }[] = [];
    const failed: string[] = [];
    for (const one of left) {
      const platform = await PLATFORM_LOADERS[one.key.platform]();
      const failures = await putBack(context, platform, one, options);
      undone.push(
        ...one.pending
          .filter(({ id }) => !failures.some(({ change }) => change.id === id))
          .map(({ text }) => ({ device: one.key.id, text })),
      );
      failed.push(...failures.map(({ change, error }) => `${change.text} (${error instanceof Error ? error.message : String(error)})`));
    }
    system.out.write(
      options.json === true
        ? `${JSON.stringify({ schema: 'tokenwarp/restored.v1', undone, failed }, undefined, 2)}\n`
        : restoredLines(undone, paint),
    );
    if (failed.length > 0) throw notRestored(left.map(({ key }) => key.id).join(', '), failed);
    return new Set<ExitCondition>();
  });
}

function restoredLines(undone: readonly { device: string; text: string }[], paint: Paint): string {
  if (undone.length === 0) return 'nothing is left to put back\n';
  return undone.map(({ device, text }) => `${paint('green', '✓')} ${device}: put back: ${text}\n`).join('');
}

function leftOn({ machine, stateFolder }: DeviceContext, wanted: string | undefined): Left[] {
  return changedDevices(stateFolder)
    .filter(({ id }) => wanted === undefined || id === wanted)
    .map((key) => {
      const journal = openUndo(machine, stateFolder, key);
      return { key, journal, pending: journal.pending() };
    });
}

/** With --forget what cannot be undone is struck from the list. */
async function putBack(context: DeviceContext, platform: Platform, { key, journal, pending }: Left, options: DeviceOptions) {
  const { machine } = context;
  const busy = pending.find(({ pid }) => pid !== machine.pid && machine.lives(pid));
  if (busy !== undefined && options.force !== true) throw busyDevice(key.id, busy.pid);
  const failures = await journal.undo((action) => platform.perform(context, key.id, action));
  if (options.forget !== true) return failures;
  await journal.undo(async () => undefined);
  return [];
}
