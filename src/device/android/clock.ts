// The wall clock of a device. `cmd alarm set-time` needs no root: the shell holds SET_TIME. What the command says is not believed, the
// clock is read again.
import { commandFailed, strangeOutput } from '../errors.ts';
import { line } from './quote.ts';
import { saidBy, type Shell } from './shell.ts';

/** Two clocks that differ by less are the same: commands take a moment, and old ones tell whole seconds. */
const TOLERANCE = 5_000;
const HINT = 'adb root (emulators, userdebug builds) lets `date` set it; or use a newer device';

/** Sets it to `wall` (Unix ms) and checks it. */
export async function setClock(shell: Shell, wall: number): Promise<void> {
  const script = line('cmd', 'alarm', 'set-time', Math.round(wall));
  const ran = await shell.run(script);
  if (await isAt(shell, wall)) return;
  const asRoot = await shell.run(line('date', '-u', `@${Math.round(wall / 1_000)}`));
  if (asRoot.code === 0 && (await isAt(shell, wall))) return;
  throw commandFailed(shell.id, script, ran.code === 0 ? 'it said nothing and the clock did not move' : saidBy(ran), HINT);
}

/** Prints the time in seconds and, where `date` knows it, the nanoseconds behind. */
export const CLOCK_SCRIPT = "date '+%s %N'";

export async function readClock(shell: Shell): Promise<number> {
  return parseClock(await shell.must(CLOCK_SCRIPT, 'is this an Android device?'));
}

/** Unix ms; to the second where `date` knows no `%N`. */
export function parseClock(said: string): number {
  const [, seconds, nanos] = /^\s*(\d+) (\d{9})?/.exec(said) ?? [];
  if (seconds === undefined) throw strangeOutput('date', said.trim().slice(0, 60));
  return Number(seconds) * 1_000 + (nanos === undefined ? 0 : Math.floor(Number(nanos) / 1e6));
}

async function isAt(shell: Shell, wall: number): Promise<boolean> {
  return Math.abs((await readClock(shell)) - wall) < TOLERANCE;
}
