// The double of `xcrun` as a program: `node main.ts <folder> <arguments of xcrun>`. With a real debugger in its state, `xcrun lldb` is that.
import { spawnSync } from 'node:child_process';
import { fstatSync, readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { play } from './play.ts';
import { read } from './state.ts';

const [folder = '', ...argv] = process.argv.slice(2);
const isDebugger = argv[0] === 'lldb';
const real = isDebugger ? read(folder).lldb : null;
// Without an unsettled timer a process that hangs would end.
const alive = setInterval(() => undefined, 60_000);
process.exitCode = await play(folder, argv, {
  say: (text) => void process.stdout.write(text),
  complain: (text) => void process.stderr.write(text),
  input: isDebugger ? '' : readInput(),
  lines: isDebugger && real === null ? createInterface({ input: process.stdin }) : [],
  ...(real === null ? {} : { debug: (args) => spawnSync(real, args, { stdio: 'inherit' }).status ?? 1 }),
});
clearInterval(alive);

/** Nothing from a terminal or /dev/null, all of a pipe or a file. */
function readInput(): string {
  const stdin = fstatSync(0);
  return stdin.isFIFO() || stdin.isFile() || stdin.isSocket() ? readFileSync(0, 'utf8') : '';
}
