// One Android device, opened for operations: its shell, what it is, its undo journal, and the frame in which everything that an
// operation changed is put back, whatever ends it. A broken connection comes back by itself in a second or two: undoing waits for it.
import type { DeviceContext, UndoAction } from '../driver.ts';
import { notRestored } from '../errors.ts';
import { pickDevice } from '../select.ts';
import { openUndo, type Change, type Failure, type UndoJournal } from '../undo.ts';
import { TokenwarpError } from '../../core/errors.ts';
import { openAdb } from './adb.ts';
import { needCapability, type AndroidCapability } from './capabilities.ts';
import { readFacts, type AndroidFacts } from './facts.ts';
import { answered } from './listing.ts';
import { performUndo } from './perform.ts';
import { openShell, type Shell } from './shell.ts';

export interface AndroidDevice {
  readonly id: string;
  readonly name: string;
  /** Whether --device said which: a command to type next has to say it again. */
  readonly wasNamed: boolean;
  readonly shell: Shell;
  readonly facts: AndroidFacts;
  readonly undo: UndoJournal;
  /** Throws a DeviceCapabilityError when the device lacks it. */
  need(capability: AndroidCapability): void;
  /** As `undo.change`, with an action of this platform; without one there is nothing to undo. */
  change<T>(text: string, action: UndoAction | undefined, make: () => Promise<T>): Promise<T>;
}

const NONE = 'connect one by USB with USB debugging on, start an emulator, or `adb connect <host>:<port>`';

/** The device that is named, or the only one there is. Throws a MissingError when it cannot be used. */
export async function openAndroid(context: DeviceContext, wanted?: string): Promise<AndroidDevice> {
  const adb = await openAdb(context);
  const all = await answered(context, adb);
  const serial = wanted ?? (context.machine.env['ANDROID_SERIAL'] || undefined);
  const { id, name } = pickDevice(
    all.map(({ device }) => device),
    serial,
    NONE,
  );
  const shell = openShell(context, adb, id);
  const facts = all.find(({ device }) => device.id === id)?.facts ?? (await readFacts(shell));
  const undo = openUndo(context.machine, context.stateFolder, { platform: 'android', id });
  return {
    id,
    name,
    wasNamed: wanted !== undefined,
    shell,
    facts,
    undo,
    need: (capability) => needCapability({ serial: id, facts }, capability),
    change: (text, action, make) => (action === undefined ? make() : undo.change(text, action, make)),
  };
}

/** Runs `act` and undoes what it changed, after success, failure and interruption alike. Throws when something could not be undone. */
export async function withUndo<T>(device: AndroidDevice, act: () => Promise<T>): Promise<T> {
  const before = new Set(device.undo.pending().map(({ id }) => id));
  try {
    return await act();
  } finally {
    await restore(device, (change) => !before.has(change.id));
  }
}

/** How long a device may be away while its changes wait to be undone, and ms between two tries. */
const LONGEST_AWAY = 30_000;
const PAUSE = 500;

/** Undoes changes of a device that may be gone for a moment. An interruption does not reach in here. */
export async function restore(
  { id, shell, undo }: Pick<AndroidDevice, 'id' | 'shell' | 'undo'>,
  which: (change: Change) => boolean,
): Promise<void> {
  const { machine, stateFolder } = shell.context;
  const context = { machine, stateFolder };
  const calm = openShell(context, await openAdb(context), id);
  const until = machine.now() + LONGEST_AWAY;
  let failures: Failure[];
  for (;;) {
    failures = await undo.undo((action) => performUndo(calm, action), which);
    if (failures.length === 0) return;
    if (!failures.some(({ error }) => isAway(error)) || machine.now() > until) break;
    await comeBack(calm);
    await machine.sleep(PAUSE);
  }
  throw notRestored(
    id,
    failures.map(({ change, error }) => `${change.text} (${error instanceof Error ? error.message : String(error)})`),
  );
}

/** The connection, not the change, is what failed. */
function isAway(error: unknown): boolean {
  return (
    error instanceof TokenwarpError &&
    ['TW_DEVICE_DROPPED', 'TW_DEVICE_STATE', 'TW_DEVICE_UNKNOWN', 'TW_DEVICE_TIMEOUT'].includes(error.code)
  );
}

/** adb tries again by itself; over the network asking for it is faster. */
async function comeBack({ adb, id }: Shell): Promise<void> {
  if (!/:\d+$/.test(id)) return;
  await adb.run(['disconnect', id], { timeout: 5_000 });
  await adb.run(['connect', id], { timeout: 15_000 });
}
