// Moves the wall clock and keeps it there: automatic time is switched off first, or the network would put it back.
import type { AndroidDevice } from '../open.ts';
import { clockUndo, shellUndo } from '../perform.ts';
import { readClock, setClock } from '../clock.ts';
import { line } from '../quote.ts';
import { formatDuration } from '../../../core/duration.ts';

const AUTOMATIC = ['auto_time', 'auto_time_zone'] as const;

/** `to`: Unix ms, from what the clock says now. Undone by the clock of this machine, so hours later too. */
export async function moveClock(device: AndroidDevice, to: (now: number) => number): Promise<{ from: number; to: number }> {
  device.need('set-clock');
  const { shell } = device;
  for (const key of AUTOMATIC) await switchOff(device, key);
  const now = await readClock(shell);
  const offset = now - shell.context.machine.now();
  const goal = to(now);
  const text = `wall clock moved by ${formatDuration(goal - now)}`;
  await device.change(text, clockUndo(offset), () => setClock(shell, goal));
  return { from: now, to: goal };
}

async function switchOff(device: AndroidDevice, key: (typeof AUTOMATIC)[number]): Promise<void> {
  const { shell } = device;
  const before = await shell.must(`settings get global ${key}`, 'Settings cannot be read');
  if (before === '0') return;
  const back = /^\d+$/.test(before) ? line('settings', 'put', 'global', key, before) : `settings delete global ${key}`;
  await device.change(`${key} switched off`, shellUndo(back), () =>
    shell.must(`settings put global ${key} 0`, 'Settings cannot be written'),
  );
}
