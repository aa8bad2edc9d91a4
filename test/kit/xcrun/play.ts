// One call of the double of `xcrun`: written down, answered by a fault where one matches, otherwise played by simctl, devicectl or lldb
// over the state in the folder. As a program it costs the start of a Node; a test that asks often calls this directly.
import { createHash } from 'node:crypto';
import { appendFileSync } from 'node:fs';
import { setTimeout as wait } from 'node:timers/promises';
import { join } from 'node:path';
import { devicectl } from './devicectl.ts';
import { lldb } from './lldb.ts';
import { noTool, Refusal } from './said.ts';
import { simctl } from './simctl.ts';
import { change, read } from './state.ts';
import type { Fault } from './state.ts';

/** The outside of one call. */
export interface Io {
  say(text: string): void;
  complain(text: string): void;
  /** All of standard input. */
  readonly input: string;
  /** Standard input of a program that is talked to. */
  readonly lines: AsyncIterable<string> | Iterable<string>;
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Ends what hangs or goes on. */
  readonly signal?: AbortSignal;
  /** The real debugger. */
  debug?(args: readonly string[]): number;
}

/** Its exit code. */
export async function play(folder: string, argv: readonly string[], io: Io): Promise<number> {
  writeDown(folder, argv, io);
  try {
    const fault = takeFault(folder, argv);
    if (fault?.hang === true) await new Promise((_, reject) => void io.signal?.addEventListener('abort', reject));
    if (fault?.delay !== undefined) await wait(fault.delay);
    if (fault?.exit !== undefined || fault?.stdout !== undefined || fault?.stderr !== undefined) {
      io.say(fault.stdout ?? '');
      io.complain(fault.stderr ?? '');
      return fault.exit ?? 0;
    }
    return await answer(folder, argv, io);
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    io.say(error.stdout);
    io.complain(error.message);
    return error.exit;
  }
}

async function answer(folder: string, [tool = '', ...args]: readonly string[], io: Io): Promise<number> {
  const { xcode } = read(folder);
  if (tool === '--version') io.say('xcrun version 72.\n');
  else if (xcode === null) throw noTool(tool === '--find' ? (args[0] ?? '') : tool);
  else if (tool === '--find') io.say(`/Applications/Xcode.app/Contents/Developer/usr/bin/${args[0]}\n`);
  else if (tool === 'xcodebuild') io.say(xcode);
  else if (tool === 'simctl') await simctl(folder, args, io);
  else if (tool === 'devicectl') devicectl(folder, args, io);
  else if (tool === 'lldb' && io.debug !== undefined) return io.debug(args);
  else if (tool === 'lldb') await lldb(folder, args, io);
  else throw noTool(tool);
  return 0;
}

function writeDown(folder: string, argv: readonly string[], { input, env = process.env }: Io): void {
  const call = {
    argv,
    env: Object.fromEntries(Object.entries(env).filter(([name]) => name.startsWith('SIMCTL_CHILD_'))),
    stdin: input,
    stdinHash: createHash('sha256').update(input).digest('hex'),
    cwd: process.cwd(),
    pid: process.pid,
    t: Date.now(),
  };
  appendFileSync(join(folder, 'calls.jsonl'), `${JSON.stringify(call)}\n`);
}

/** The first fault that matches and has turns left. */
function takeFault(folder: string, argv: readonly string[]): Fault | undefined {
  const line = argv.join(' ');
  return change(folder, ({ faults }) => {
    const found = faults.find((fault) => (fault.times ?? 1) > 0 && new RegExp(fault.on).test(line));
    if (found !== undefined) found.times = (found.times ?? 1) - 1;
    return found;
  });
}
