// `tokenwarp devices`: what is connected, what it can do, what is in the way. With --watch again whenever something changes.
import type { Device, DeviceContext, Listing, MissingTool } from '../../device/driver.ts';
import { loadPlatforms } from '../../device/platforms.ts';
import { MissingError } from '../../core/errors.ts';
import { detectScreen, paintOf } from '../../report/screen.ts';
import type { Paint } from '../../report/screen.ts';
import type { Invocation } from '../invocation.ts';
import type { ExitCondition } from '../exit.ts';
import type { DevicesOptions } from './options.ts';
import { inRoom } from './room.ts';
import { deviceLines, missingLines } from './words.ts';

/** Ms between two looks with --watch. */
const PAUSE = 1_000;

export async function devices({ options, system }: Invocation<DevicesOptions>): Promise<ReadonlySet<ExitCondition>> {
  const paint = paintOf(detectScreen(system.env, system.out, options.color ?? 'auto'));
  const show = (found: Found): string =>
    options.json === true ? jsonOf(found, options.watch === true) : textOf(found, paint, options.verbose === true);
  return inRoom(system, async (context) => {
    let before = '';
    for (;;) {
      const found = await look(context);
      const text = show(found);
      if (text !== before) system.out.write(text);
      before = text;
      if (options.watch !== true) return new Set<ExitCondition>();
      await context.machine.sleep(PAUSE, context.signal);
    }
  });
}

interface Found {
  devices: readonly Device[];
  missing: readonly MissingTool[];
}

/** Throws a MissingError when no platform at all can be used: then there is nothing to list. */
async function look(context: DeviceContext): Promise<Found> {
  const listings: Listing[] = await Promise.all((await loadPlatforms()).map((platform) => platform.list(context)));
  const missing = listings.flatMap(({ missing: tool }) => (tool === undefined ? [] : [tool]));
  if (missing.length === listings.length) throw nothingInstalled(missing);
  return { devices: listings.flatMap(({ devices: some }) => some), missing };
}

function nothingInstalled(missing: readonly MissingTool[]): MissingError {
  return new MissingError('TW_DEVICE_TOOL', missing.map(({ tool, found }) => `${tool} ${found}`).join('; '), {
    hint: missing.map(({ tool, fix }) => `${tool}: ${fix}`).join('\n        '),
  });
}

function jsonOf(found: Found, line: boolean): string {
  return `${JSON.stringify({ schema: 'tokenwarp/devices.v1', ...found }, undefined, line ? undefined : 2)}\n`;
}

function textOf({ devices: all, missing }: Found, paint: Paint, verbose: boolean): string {
  const lines = all.length === 0 ? ['no device is connected'] : deviceLines(all, paint, verbose);
  return `${[...lines, ...missingLines(missing, paint)].join('\n')}\n`;
}
