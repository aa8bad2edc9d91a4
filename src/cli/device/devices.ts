// `tokenwarp devices`: what is connected, what it can do, what is in the way. With --watch again whenever something changes.
import { detectScreen, paintOf } from '../../report/screen.ts';
import type { Paint } from '../../report/screen.ts';
import type { Invocation } from '../invocation.ts';
import type { ExitCondition } from '../exit.ts';
import type { DevicesOptions } from './options.ts';
import { inRoom } from './room.ts';
import { look, type Found } from './tools.ts';
import { deviceLines, missingLines, unreadLines } from './words.ts';

/** Ms between two looks with --watch. */
const PAUSE = 1_000;

export async function devices({ options, system }: Invocation<DevicesOptions>): Promise<ReadonlySet<ExitCondition>> {
  const paint = paintOf(detectScreen(system.env, system.out, options.color ?? 'auto'));
  const show = (found: Found): string =>
    options.json === true ? jsonOf(found, options.watch === true) : textOf(found, paint, options.verbose === true);
  return inRoom({ system, options }, async (context) => {
    let before = '';
    for (;;) {
      const found = await look(context);
      const text = show(found);
      if (text !== before) system.out.write(text);
      before = text;
      if (options.watch !== true || system.out.isGone === true) return new Set<ExitCondition>();
      await context.machine.sleep(PAUSE, context.signal);
    }
  });
}

function jsonOf(found: Found, line: boolean): string {
  return `${JSON.stringify({ schema: 'tokenwarp/devices.v1', ...found }, undefined, line ? undefined : 2)}\n`;
}

function textOf({ devices: all, missing, unread }: Found, paint: Paint, verbose: boolean): string {
  const lines = all.length === 0 ? ['no device is connected'] : deviceLines(all, paint, verbose);
  return `${[...lines, ...unreadLines(unread, paint), ...missingLines(missing, paint)].join('\n')}\n`;
}
