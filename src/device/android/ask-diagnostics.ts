// Asks WorkManager itself: a broadcast that any build answers in the log, at level INFO. The answer of the broadcast command says
// nothing, so a marker is put into the log first and what comes after it is read.
import type { AndroidDevice } from './open.ts';
import { line } from './quote.ts';
import { parseDiagnostics, type Diagnostics } from './read/diagnostics.ts';
import { afterMarker, parseLog, type LogLine } from './read/logcat.ts';
import type { Shell } from './shell.ts';

const ACTION = 'androidx.work.diagnostics.REQUEST_DIAGNOSTICS';
const TAG = 'tokenwarp';
/** Looks at the log, and ms between: nothing within five seconds means nobody will answer. */
const LOOKS = 20;
const PAUSE = 250;

/** Undefined when nobody answers: the app has no WorkManager, logs less than INFO, or is stopped. */
export async function askDiagnostics(device: AndroidDevice, app: string): Promise<Diagnostics | undefined> {
  const { shell, facts } = device;
  const marker = await mark(shell, 'diagnostics');
  await shell.must(line('am', 'broadcast', '-a', ACTION, '-p', app, '--user', facts.user), 'is the app installed for this user?');
  let before = -1;
  for (let i = 0; i < LOOKS; i++) {
    const lines = await logSince(shell, marker, ['WM-DiagnosticsWrkr']);
    // Three messages, one after the other: complete when nothing is added any more.
    if (lines.length > 0 && lines.length === before) return parseDiagnostics(lines);
    before = lines.length;
    await shell.context.machine.sleep(PAUSE, shell.context.signal);
  }
  return undefined;
}

/** A line of ours in the log of the phone, by which the lines after it are found whatever its clock does. */
export async function mark(shell: Shell, what: string): Promise<string> {
  const { machine } = shell.context;
  const text = `${what} ${machine.pid}-${machine.now()}`;
  await shell.must(line('log', '-p', 'i', '-t', TAG, text), 'is this an Android device?');
  return text;
}

export async function logSince(shell: Shell, marker: string, tags: readonly string[]): Promise<LogLine[]> {
  const { stdout } = await shell.run(`logcat -d -b main -v epoch -s ${[TAG, ...tags].map((tag) => `${tag}:I`).join(' ')}`);
  return afterMarker(parseLog(stdout), TAG, marker);
}
