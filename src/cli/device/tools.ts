// What of adb and Xcode this machine has, and what is connected through them.
import type { Device, DeviceContext, Listing, MissingTool } from '../../device/driver.ts';
import { realMachine } from '../../device/exec.ts';
import { loadPlatforms } from '../../device/platforms.ts';
import { namedDevice } from '../../device/select.ts';
import { stateFolder } from '../../device/undo.ts';
import { MissingError } from '../../core/errors.ts';
import type { System } from '../system.ts';

export interface Found {
  devices: readonly Device[];
  missing: readonly MissingTool[];
  /** Tools whose answer could not be read. */
  unread: readonly string[];
}

/** Throws a MissingError when no platform at all can be used: then there is nothing to list. */
export async function look(context: DeviceContext): Promise<Found> {
  const listings: Listing[] = await Promise.all((await loadPlatforms()).map((platform) => platform.list(context)));
  const missing = listings.flatMap(({ missing: tool }) => (tool === undefined ? [] : [tool]));
  if (missing.length === listings.length) throw nothingInstalled(missing);
  return {
    devices: listings.flatMap(({ devices: some }) => some),
    missing,
    unread: listings.flatMap(({ unread = [] }) => unread),
  };
}

/** The id of the device that is meant by an id or a name; undefined when nothing of that name is connected, or nothing can be asked. */
export async function connectedId(context: DeviceContext, wanted: string): Promise<string | undefined> {
  try {
    return namedDevice((await look(context)).devices, wanted)?.id;
  } catch (error) {
    if (error instanceof MissingError) return undefined;
    throw error;
  }
}

/** For commands that are asked for their help only: no device is touched, no server started. */
export async function checkTools(system: System): Promise<void> {
  const machine = realMachine(system.env);
  const context = { machine, stateFolder: stateFolder(machine) };
  const platforms = await loadPlatforms();
  const asked = platforms.map(async (platform) =>
    platform.tool === undefined ? (await platform.list(context)).missing : platform.tool(context),
  );
  const missing = (await Promise.all(asked)).filter((tool) => tool !== undefined);
  if (missing.length === platforms.length) throw nothingInstalled(missing);
}

function nothingInstalled(missing: readonly MissingTool[]): MissingError {
  return new MissingError('TW_DEVICE_TOOL', missing.map(({ tool, found }) => `${tool} ${found}`).join('; '), {
    hint: missing.map(({ tool, fix }) => `${tool}: ${fix}`).join('\n        '),
  });
}
