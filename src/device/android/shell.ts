// The shell of one Android device. adb 29 ends with 0 when the connection breaks in the middle of a command, so each script ends with
// a sentinel that carries its exit code: an answer without it is no answer, however it looks.
import type { DeviceContext } from '../driver.ts';
import { commandFailed, dropped, strangeOutput, timedOut } from '../errors.ts';
import type { CommandRecord, RunOptions } from '../exec.ts';
import { deviceTrouble, type Adb } from './adb.ts';

export interface Ran {
  readonly script: string;
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

export type ShellOptions = Pick<RunOptions, 'timeout'>;

export interface Shell {
  readonly id: string;
  readonly context: DeviceContext;
  readonly adb: Adb;
  /** Runs a line in the device's shell. What comes from outside must have gone through quote(). A failing script is an answer. */
  run(script: string, options?: ShellOptions): Promise<Ran>;
  /** As run, but a script that fails is an error with this hint. Answers standard output, trimmed. */
  must(script: string, hint: string): Promise<string>;
  /** Several scripts in one connection, so that their answers are of one moment. Errors of each are in its output. */
  parts<K extends string>(scripts: Readonly<Record<K, string>>, options?: ShellOptions): Promise<Record<K, Ran>>;
  /** Standard output as bytes, errors mixed in, as `adb exec-out` has it. */
  bytes(script: string, options?: ShellOptions): Promise<{ code: number; bytes: Uint8Array }>;
}

const SENTINEL = /\r?\n__tw:(\d+)\r?\n$/;
const SAYS_CODE = `printf '\\n__tw:%s\\n' "$?"`;

export function openShell(context: DeviceContext, adb: Adb, id: string): Shell {
  // `shown` is what errors name: the commands, without our marks between them.
  const call = async (kind: 'shell' | 'exec-out', script: string, shown: string, options: RunOptions): Promise<CommandRecord> => {
    const record = await adb.run(['-s', id, kind, `${script}; ${SAYS_CODE}`], options);
    if (record.ended === 'timeout') throw timedOut(id, shown, record.ms);
    return record;
  };
  const runShown = async (script: string, shown: string, options: ShellOptions): Promise<Ran> => {
    const record = await call('shell', script, shown, options);
    const end = SENTINEL.exec(record.stdout);
    if (end === null) throw troubleOf(id, shown, record);
    return { script, code: Number(end[1]), stdout: record.stdout.slice(0, end.index), stderr: record.stderr };
  };
  const run: Shell['run'] = (script, options = {}) => runShown(script, script, options);
  return {
    id,
    context,
    adb,
    run,
    async must(script, hint) {
      const ran = await run(script);
      if (ran.code !== 0) throw commandFailed(id, script, saidBy(ran), hint);
      return ran.stdout.trim();
    },
    async parts(scripts, options = {}) {
      const names = Object.keys(scripts) as (keyof typeof scripts)[];
      const whole = names.map((name) => `{ ${scripts[name]}; } 2>&1; printf '\\n__tw-part:${name}:%s\\n' "$?"`).join('; ');
      const { stdout } = await runShown(whole, Object.values<string>(scripts).join('; '), options);
      return splitParts(names, scripts, stdout, id);
    },
    async bytes(script, options = {}) {
      const record = await call('exec-out', script, script, { ...options, binary: true });
      const bytes = record.bytes ?? new Uint8Array();
      const tail = new TextDecoder('latin1').decode(bytes.subarray(Math.max(0, bytes.length - 32)));
      const end = SENTINEL.exec(tail);
      if (end === null) throw troubleOf(id, script, record);
      return { code: Number(end[1]), bytes: bytes.subarray(0, bytes.length - end[0].length) };
    },
  };
}

/** The first line a failed command said, wherever it said it. */
export function saidBy({ stdout, stderr, code }: Pick<Ran, 'stdout' | 'stderr' | 'code'>): string {
  const said = `${stderr}\n${stdout}`.split(/\r?\n/).find((text) => text.trim() !== '');
  return said?.trim() ?? `it ended with ${code} and said nothing`;
}

function troubleOf(id: string, script: string, { stderr, code, ended }: CommandRecord): Error {
  const known = code === 0 && ended === 'exited' ? undefined : deviceTrouble(id, stderr);
  return known ?? dropped(id, script, `what it did is unknown: look with \`tokenwarp devices\`, then try again`);
}

function splitParts<K extends string>(names: readonly K[], scripts: Readonly<Record<K, string>>, text: string, id: string): Record<K, Ran> {
  const parts = {} as Record<K, Ran>;
  let rest = text;
  for (const name of names) {
    const end = new RegExp(`\\r?\\n__tw-part:${name}:(\\d+)\\r?\\n?`).exec(rest);
    if (end === null) throw strangeOutput(scripts[name], `no end of "${name}" from ${id}`);
    parts[name] = { script: scripts[name], code: Number(end[1]), stdout: rest.slice(0, end.index), stderr: '' };
    rest = rest.slice(end.index + end[0].length);
  }
  return parts;
}
