// The file of a transcript: a head with what was run and how, then one line per answer. The head is enough to run it again; nothing in it
// is secret, and of the machine it names only what decided which client and which device were used.
import { closeSync, openSync, readFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { InvalidInputError, UsageError } from '../../core/errors.ts';
import type { Machine } from '../../device/exec.ts';
import { TRANSCRIPT_SCHEMA } from '../../live/transcript.ts';
import { packageVersion } from '../system.ts';
import type { DeviceRunOptions } from './run-options.ts';

/** Options that decide what happens; those of reports do not. */
export type RunWords = Pick<
  DeviceRunOptions,
  'device' | 'package' | 'bundle' | 'appPort' | 'deviceClock' | 'byHand' | 'certain' | 'wait'
> & {
  seed?: number;
  timeout?: number;
  bail?: number;
};

export interface Head {
  readonly transcript: typeof TRANSCRIPT_SCHEMA;
  /** Of tokenwarp. */
  readonly version: string;
  readonly scenarios: readonly { readonly file: string; readonly text: string; readonly replay: string }[];
  readonly options: RunWords;
  readonly machine: Pick<Machine, 'env' | 'os' | 'pid'>;
}

/** What of the environment decides which client and which device are used. */
const VARIABLES = ['TOKENWARP_ADB', 'ANDROID_HOME', 'ANDROID_SDK_ROOT', 'ANDROID_SERIAL', 'TOKENWARP_XCRUN', 'XCRUN_BINARY'] as const;

export interface TranscriptFile {
  write(line: string): void;
  close(): void;
}

/** Line by line: an interrupted run leaves what there is. Throws TW_TRANSCRIPT_FILE (UsageError) when it cannot be written. */
export function createTranscript(file: string, cwd: string, head: Omit<Head, 'transcript' | 'version'>): TranscriptFile {
  const path = resolve(cwd, file);
  const handle = attempt(path, () => openSync(path, 'w', 0o600));
  const write = (line: string): void => attempt(path, () => void writeSync(handle, line));
  const { machine } = head;
  const env = Object.fromEntries(VARIABLES.flatMap((name) => (machine.env[name] === undefined ? [] : [[name, machine.env[name]]])));
  const full: Head = { transcript: TRANSCRIPT_SCHEMA, version: packageVersion(), ...head, machine: { ...machine, env } };
  write(`${JSON.stringify(full)}\n`);
  return { write, close: () => closeSync(handle) };
}

/** Throws TW_TRANSCRIPT (InvalidInputError) for a file that is none. */
export function readTranscript(file: string, cwd: string): { head: Head; lines: string[] } {
  const [first = '', ...lines] = textOf(file, cwd).split('\n');
  const head = headIn(first);
  if (head === undefined)
    throw new InvalidInputError('TW_TRANSCRIPT', `${file} is no transcript of ${TRANSCRIPT_SCHEMA}`, {
      hint: '`tokenwarp run --device <id> --record <file>` writes one',
    });
  return { head, lines: lines.filter((line) => line !== '') };
}

function headIn(line: string): Head | undefined {
  try {
    const value = JSON.parse(line) as Partial<Head> | null;
    return value?.transcript === TRANSCRIPT_SCHEMA && Array.isArray(value.scenarios) && value.machine !== undefined
      ? (value as Head)
      : undefined;
  } catch {
    return undefined;
  }
}

function textOf(file: string, cwd: string): string {
  try {
    return readFileSync(resolve(cwd, file), 'utf8');
  } catch (error) {
    throw new InvalidInputError('TW_TRANSCRIPT', `${file} cannot be read: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
      hint: 'is the path right?',
    });
  }
}

function attempt<T>(path: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    throw new UsageError('TW_TRANSCRIPT_FILE', `${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
      hint: 'choose another --record',
    });
  }
}
