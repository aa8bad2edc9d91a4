// The shell of the emulated device is a real POSIX shell in which every command of Android is a stub that asks the phone. So quoting,
// `;`, `$?` and redirections are what they are, and a name that broke out of its quotes would really run.
import { spawn, type ChildProcess } from 'node:child_process';
import { chmodSync, linkSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';

/** What a command of the device answered. */
export interface Reply {
  out?: string | Buffer;
  err?: string;
  code?: number;
}

/** Answers one command; never answering is a device that hangs. */
export type Answer = (argv: readonly string[]) => Promise<Reply>;

/** Every command an Android shell knows and we emulate. */
export const COMMANDS = [
  'am',
  'cat',
  'cmd',
  'date',
  'dumpsys',
  'getprop',
  'id',
  'input',
  'locksettings',
  'log',
  'logcat',
  'pidof',
  'run-as',
  'settings',
  'svc',
] as const;

/** Sends its arguments on descriptor 3, hears the exit code on 4, and prints what the phone left in two files. */
const STUB = `#!/bin/sh
printf '%s\\0' "$(( $# + 1 ))" "\${0##*/}" "$@" >&3
read -r code <&4
[ -s "$TW_REPLY/out" ] && /bin/cat "$TW_REPLY/out"
[ -s "$TW_REPLY/err" ] && /bin/cat "$TW_REPLY/err" >&2
exit "$code"
`;

export class DeviceShell {
  readonly #home = mkdtempSync(join(tmpdir(), 'tokenwarp-shell-'));
  readonly #running = new Set<ChildProcess>();
  #count = 0;

  constructor() {
    const bin = join(this.#home, 'bin');
    mkdirSync(bin);
    const [first, ...rest] = COMMANDS;
    writeFileSync(join(bin, first), STUB);
    chmodSync(join(bin, first), 0o755);
    for (const name of rest) linkSync(join(bin, first), join(bin, name));
  }

  /** Starts a script. `merged`: errors on standard output, as `exec:` has it. */
  start(script: string, answer: Answer, { merged = false } = {}): RunningScript {
    const replies = join(this.#home, `reply-${this.#count++}`);
    mkdirSync(replies);
    const child = spawn('/bin/sh', ['-c', merged ? `exec 2>&1; ${script}` : script], {
      cwd: replies,
      env: { PATH: join(this.#home, 'bin'), TW_REPLY: replies },
      stdio: ['pipe', 'pipe', 'pipe', 'pipe', 'pipe'],
      detached: true,
    });
    this.#running.add(child);
    const ended = new Promise<number>((resolve) => {
      child.on('close', (code) => {
        this.#running.delete(child);
        rmSync(replies, { recursive: true, force: true });
        resolve(code ?? 255);
      });
    });
    answerCalls(child, replies, answer);
    child.stdin?.on('error', () => undefined);
    return {
      child,
      out: child.stdout as Readable,
      err: child.stderr as Readable,
      input: child.stdin as Writable,
      ended,
      kill: () => kill(child),
    };
  }

  stop(): void {
    for (const child of this.#running) kill(child);
    rmSync(this.#home, { recursive: true, force: true });
  }
}

export interface RunningScript {
  child: ChildProcess;
  out: Readable;
  err: Readable;
  input: Writable;
  ended: Promise<number>;
  kill(): void;
}

/** Its stubs with it: they are of one group, which is ours. */
function kill(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  try {
    process.kill(-child.pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

function answerCalls(child: ChildProcess, replies: string, answer: Answer): void {
  const calls = child.stdio[3] as Readable;
  const codes = child.stdio[4] as Writable;
  codes.on('error', () => undefined);
  let rest = '';
  calls.setEncoding('utf8').on('data', (chunk: string) => {
    rest += chunk;
    for (;;) {
      const words = rest.split('\0');
      const count = Number(words[0]);
      if (words.length < count + 2) return;
      rest = words.slice(count + 1).join('\0');
      void answer(words.slice(1, count + 1)).then(({ out = '', err = '', code = 0 }) => {
        writeFileSync(join(replies, 'out'), out);
        writeFileSync(join(replies, 'err'), err);
        codes.write(`${code}\n`);
      });
    }
  });
}
