// The wall clock of a device. `cmd alarm set-time` needs no root: the shell holds SET_TIME. What the command says is not believed, the
// clock is read again.
import { commandFailed } from '../errors.ts';
import { line } from './quote.ts';
import { saidBy, type Shell } from './shell.ts';

/** Two clocks that differ by less are the same: a command takes a moment, and `date` has whole seconds. */
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

/** Unix ms, to the second. */
export async function readClock(shell: Shell): Promise<number> {
  return Number(await shell.must('date +%s', 'is this an Android device?')) * 1_000;
}

async function isAt(shell: Shell, wall: number): Promise<boolean> {
  return Math.abs((await readClock(shell)) - wall) < TOLERANCE;
}
