// The double of `xcrun`: `node main.ts <folder> <arguments of xcrun>`. It writes down every call, lets a fault answer where one matches,
// and otherwise plays simctl, devicectl or lldb over the state in its folder.
import { createHash } from 'node:crypto';
import { appendFileSync, fstatSync, readFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { devicectl } from './devicectl.ts';
import { lldb } from './lldb.ts';
import { noTool, Refusal } from './said.ts';
import { simctl } from './simctl.ts';
import { change, read } from './state.ts';
import type { Fault } from './state.ts';

const [folder = '', ...argv] = process.argv.slice(2);
const [tool = '', ...args] = argv;
/** lldb is talked to while it runs; everything else gets its input at once. */
const input = tool === 'lldb' ? '' : readInput();
appendFileSync(
  join(folder, 'calls.jsonl'),
  `${JSON.stringify({
    argv,
    env: Object.fromEntries(Object.entries(process.env).filter(([name]) => name.startsWith('SIMCTL_CHILD_'))),
    stdin: input,
    stdinHash: createHash('sha256').update(input).digest('hex'),
    cwd: process.cwd(),
    pid: process.pid,
    t: Date.now(),
  })}\n`,
);

try {
  const fault = takeFault();
  if (fault?.hang === true) await forever();
  if (fault?.delay !== undefined) await wait(fault.delay);
  if (fault?.exit !== undefined || fault?.stdout !== undefined || fault?.stderr !== undefined) answer(fault);
  else await run();
} catch (error) {
  if (!(error instanceof Refusal)) throw error;
  process.stdout.write(error.stdout);
  process.stderr.write(error.message);
  process.exitCode = error.exit;
}

async function run(): Promise<void> {
  const { xcode } = read(folder);
  if (tool === '--version') return say('xcrun version 72.\n');
  if (tool === '--find')
    return xcode === null ? refuse(args[0] ?? '') : say(`/Applications/Xcode.app/Contents/Developer/usr/bin/${args[0]}\n`);
  if (xcode === null) return refuse(tool);
  if (tool === 'xcodebuild') return say(xcode);
  if (tool === 'simctl') return simctl(folder, args, input);
  if (tool === 'devicectl') return devicectl(folder, args);
  if (tool === 'lldb') return lldb(folder, args);
  return refuse(tool);
}

function say(text: string): void {
  process.stdout.write(text);
}

function refuse(name: string): never {
  throw noTool(name);
}

function answer(fault: Fault): void {
  process.stdout.write(fault.stdout ?? '');
  process.stderr.write(fault.stderr ?? '');
  process.exitCode = fault.exit ?? 0;
}

/** The first fault that matches and has turns left. */
function takeFault(): Fault | undefined {
  const line = argv.join(' ');
  return change(folder, ({ faults }) => {
    const found = faults.find((fault) => (fault.times ?? 1) > 0 && new RegExp(fault.on).test(line));
    if (found !== undefined) found.times = (found.times ?? 1) - 1;
    return found;
  });
}

function forever(): Promise<never> {
  setInterval(() => undefined, 60_000);
  return new Promise(() => undefined);
}

/** Nothing from a terminal or /dev/null, all of a pipe or a file. */
function readInput(): string {
  const stdin = fstatSync(0, { bigint: false });
  return stdin.isFIFO() || stdin.isFile() || stdin.isSocket() ? readFileSync(0, 'utf8') : '';
}
