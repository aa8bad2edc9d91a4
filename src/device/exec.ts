// The machine as the device room sees it, and the only file of it that touches processes, timers and the wall clock: everything else
// is handed a `Machine`, so that a test, a recorder or a replay can be one. No shell here: a program and its arguments.
import { homedir } from 'node:os';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Options } from 'execa';
import { interrupted } from './errors.ts';

/** What became of a command. A program that fails is an answer, not an exception. */
export interface CommandRecord {
  readonly file: string;
  readonly args: readonly string[];
  /** `missing`: there is no such program. `timeout` and `aborted`: we killed it. */
  readonly ended: 'exited' | 'timeout' | 'aborted' | 'missing';
  /** Exit code; undefined when a signal ended it. */
  readonly code: number | undefined;
  /** Line ends as the program wrote them. Empty for a `binary` command, whose bytes are in `bytes`. */
  readonly stdout: string;
  readonly stderr: string;
  readonly bytes?: Uint8Array;
  /** Real time it took. */
  readonly ms: number;
}

export interface RunOptions {
  /** Ms until it is killed; what the machine was told, or {@link USUAL_TIMEOUT}, when nobody says. */
  readonly timeout?: number;
  readonly signal?: AbortSignal | undefined;
  /** Standard input; closed when there is none. */
  readonly input?: string;
  /** Keep standard output as bytes. */
  readonly binary?: boolean;
  /** Added to the environment of the machine. */
  readonly env?: Readonly<Record<string, string>>;
}

export interface Machine {
  /** Runs a program to its end. Rejects only for a fault of ours. */
  run(file: string, args: readonly string[], options?: RunOptions): Promise<CommandRecord>;
  /** Starts a program that goes on, and yields its lines as they come. Returning from the loop, or `signal`, kills it. */
  lines(file: string, args: readonly string[], options: { signal: AbortSignal }): AsyncIterable<string>;
  /** Unix ms of this machine. */
  now(): number;
  /** Rejects when `signal` is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly os: string;
  readonly home: string;
  readonly pid: number;
  /** Whether a process of this machine lives. */
  lives(pid: number): boolean;
}

/** Enough for a dump of a busy phone; every command has an end. */
export const USUAL_TIMEOUT = 30_000;
/** Most bytes we keep of one stream. */
const MOST_BYTES = 2 ** 26;

/** The real machine, with the environment the command line was given and the time one command may take when nobody says. */
export function realMachine(env: Machine['env'], timeout: number = USUAL_TIMEOUT): Machine {
  return {
    run: (file, args, options = {}) => runToEnd(file, args, { timeout, ...options }, env),
    lines: (file, args, { signal }) => linesOf(file, args, signal, env),
    now: () => Date.now(),
    sleep: (ms, signal) => sleepOf(ms, signal),
    env,
    os: process.platform,
    home: env['HOME'] ?? homedir(),
    pid: process.pid,
    lives,
  };
}

async function runToEnd(file: string, args: readonly string[], options: RunOptions, env: Machine['env']): Promise<CommandRecord> {
  const { execa } = await import('execa');
  const { timeout = USUAL_TIMEOUT, signal, input, binary = false } = options;
  const since = performance.now();
  const result = await execa(file, args, {
    ...plain(env, options.env),
    encoding: 'buffer',
    timeout,
    ...(signal === undefined ? {} : { cancelSignal: signal }),
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
  });
  const bytes = bytesOf(result.stdout);
  return {
    file,
    args,
    ended: result.isCanceled ? 'aborted' : result.timedOut ? 'timeout' : isMissing(result) ? 'missing' : 'exited',
    code: result.exitCode,
    stdout: binary ? '' : textOf(bytes),
    stderr: textOf(bytesOf(result.stderr)),
    ...(binary ? { bytes } : {}),
    ms: Math.round(performance.now() - since),
  };
}

/** Killed at once and for good when its time is over: a client of a hanging device does not listen to anything less. */
function plain(env: Machine['env'], more: RunOptions['env'] = {}) {
  return {
    reject: false,
    stripFinalNewline: false,
    extendEnv: false,
    env: { ...env, ...more },
    killSignal: 'SIGKILL',
    // Its own listeners for signals would end us before what was changed is undone: `signal` of the caller kills a child.
    cleanup: false,
    maxBuffer: MOST_BYTES,
    windowsHide: true,
  } as const satisfies Options;
}

async function sleepOf(ms: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(ms, undefined, signal === undefined ? {} : { signal });
  } catch {
    throw interrupted();
  }
}

async function* linesOf(file: string, args: readonly string[], signal: AbortSignal, env: Machine['env']): AsyncGenerator<string> {
  const { execa } = await import('execa');
  const child = execa(file, args, { ...plain(env), stdin: 'ignore', stderr: 'ignore', buffer: false, cancelSignal: signal });
  try {
    yield* child.iterable({ from: 'stdout' });
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    child.kill('SIGKILL');
  }
}

function isMissing(result: { code?: string | undefined; exitCode?: number | undefined }): boolean {
  return result.exitCode === undefined && (result.code === 'ENOENT' || result.code === 'EACCES' || result.code === 'ENOTDIR');
}

function bytesOf(value: unknown): Uint8Array {
  return value instanceof Uint8Array ? value : new Uint8Array();
}

function textOf(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function lives(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
