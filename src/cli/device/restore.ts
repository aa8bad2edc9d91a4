// `tokenwarp device changes` and `tokenwarp device restore`: what undo journals hold, and putting it back, also what a process that was
// killed has left behind.
import type { DeviceContext, Platform } from '../../device/driver.ts';
import { PLATFORM_LOADERS } from '../../device/platforms.ts';
import { changedDevices, openUndo, type Change, type DeviceKey, type UndoJournal } from '../../device/undo.ts';
import { busy as busyDevice, notRestored, unknownDevice } from '../../device/errors.ts';
import { detectScreen, paintOf, type Paint } from '../../report/screen.ts';
import type { DeviceError } from '../../core/errors.ts';
import type { Invocation } from '../invocation.ts';
import type { ExitCondition } from '../exit.ts';
import type { DeviceOptions } from './options.ts';
import { inRoom } from './room.ts';
import { connectedId } from './tools.ts';

interface Left {
  key: DeviceKey;
  journal: UndoJournal;
  pending: Change[];
}

export async function changes({ options, system }: Invocation<DeviceOptions>): Promise<ReadonlySet<ExitCondition>> {
  return inRoom({ system, options }, async (context) => {
    const left = await leftOn(context, options.device);
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
    const left = await leftOn(context, options.device);
    const undone: { device: string; text: string }[] = [];
    const failed: string[] = [];
    const failedOn: string[] = [];
    const busy = options.force === true ? [] : left.flatMap((one) => atWork(context, one));
    for (const one of left.filter(({ key }) => !busy.some(({ fields }) => fields['device'] === key.id))) {
      const platform = await PLATFORM_LOADERS[one.key.platform]();
      const failures = await putBack(context, platform, one, options);
      undone.push(
        ...one.pending
          .filter(({ id }) => !failures.some(({ change }) => change.id === id))
          .map(({ text }) => ({ device: one.key.id, text })),
      );
      if (failures.length > 0) failedOn.push(one.key.id);
      failed.push(...failures.map(({ change, error }) => `${change.text} (${error instanceof Error ? error.message : String(error)})`));
    }
    system.out.write(
      options.json === true
        ? `${JSON.stringify({ schema: 'tokenwarp/restored.v1', undone, failed }, undefined, 2)}\n`
        : restoredLines(undone, left.length > 0, paint),
    );
    if (failed.length > 0) throw notRestored(failedOn.join(', '), failed);
    if (busy[0] !== undefined) throw busy[0];
    return new Set<ExitCondition>();
  });
}

function restoredLines(undone: readonly { device: string; text: string }[], wasLeft: boolean, paint: Paint): string {
  if (undone.length === 0) return wasLeft ? '' : 'nothing is left to put back\n';
  return undone.map(({ device, text }) => `${paint('green', '✓')} ${device}: put back: ${text}\n`).join('');
}

/** On all devices, or on the one that is meant by its id or its name. One that is neither changed nor connected is a mistake. */
async function leftOn(context: DeviceContext, wanted: string | undefined): Promise<Left[]> {
  const { machine, stateFolder } = context;
  const all = changedDevices(stateFolder).map((key) => {
    const journal = openUndo(machine, stateFolder, key);
    return { key, journal, pending: journal.pending() };
  });
  if (wanted === undefined) return all;
  const exact = all.filter(({ key }) => key.id === wanted);
  if (exact.length > 0) return exact;
  const id = await connectedId(context, wanted);
  if (id !== undefined) return all.filter(({ key }) => key.id === id);
  throw unknownDevice(
    wanted,
    [],
    all.length === 0 ? 'nothing is changed anywhere' : `changed are: ${all.map(({ key }) => key.id).join(', ')}`,
  );
}

/** What a process that still runs has changed and will put back itself. */
function atWork({ machine }: DeviceContext, { key, pending }: Left): DeviceError[] {
  const busy = pending.find(({ pid }) => pid !== machine.pid && machine.lives(pid));
  return busy === undefined ? [] : [busyDevice(key.id, busy.pid)];
}

/** With --forget what cannot be undone is struck from the list. */
async function putBack(context: DeviceContext, platform: Platform, { key, journal }: Left, options: DeviceOptions) {
  const failures = await journal.undo((action) => platform.perform(context, key.id, action));
  if (options.forget !== true) return failures;
  await journal.undo(async () => undefined);
  return [];
}
