// A run on a device as a transcript, and back: every command with its answer, every look at the journal, every reading of the clock, as
// lines of JSON. What is played back answers the same questions in the same order, so the same report comes out without a device. What a
// recorded run sees is what was written, tokens already replaced by their labels: the two cannot differ.
import { InvalidInputError } from '../core/errors.ts';
import type { HistoryEvent } from '../core/events.ts';
import { defined } from '../core/defined.ts';
import type { CommandRecord, Machine, RunOptions } from '../device/exec.ts';
import type { LiveServer, Look, OpenServer, ServerAct, ServerOptions } from './server.ts';

/** Name and version of the format. */
export const TRANSCRIPT_SCHEMA = 'tokenwarp/transcript.v1';

/** What a run touches outside itself. */
export interface World {
  readonly machine: Machine;
  readonly openServer: OpenServer;
}

type RunLine = { run: Omit<CommandRecord, 'bytes'> & { input?: string; bytes?: string } };
type Line =
  | RunLine
  | { now: number }
  | { open: { port: number } }
  | { look: Omit<Look, 'entries'> & { from: number; entries: readonly HistoryEvent[] } }
  | { act: ServerAct }
  | { stop: readonly string[] };

const TOKENS = [/\beyJ[\w-]{8,}\.[\w-]+\.[\w-]*/g, /(?<=\bBearer\s+)[\w\-.~+/=]{12,}/gi];

/** The same world, with everything that it answers written down. */
export function recorded({ machine, openServer }: World, write: (line: string) => void): World {
  const servers: LiveServer[] = [];
  const put = (line: Line): void => write(`${JSON.stringify(line)}\n`);
  const clean = (text: string): string => {
    // The newest first: what the tokens of two servers have in common would be taken for a piece of the older one's.
    const known = servers.reduceRight((out, server) => redactWords(out, server), text);
    return TOKENS.reduce((out, token) => out.replaceAll(token, '‹token›'), known);
  };
  return {
    machine: {
      ...machine,
      now() {
        const now = machine.now();
        put({ now });
        return now;
      },
      async run(file, args, options = {}) {
        const record = await machine.run(file, args, options);
        const told = { ...record, args: args.map(clean), stdout: clean(record.stdout), stderr: clean(record.stderr) };
        const { bytes, ...rest } = told;
        const blank = bytes === undefined ? undefined : blanked(bytes, clean);
        put({ run: { ...rest, ...inputOf(options, clean), ...(blank === undefined ? {} : { bytes: base64(blank) }) } });
        return defined({ ...rest, bytes: blank }) as CommandRecord;
      },
      lines: unrecorded,
      talk: unrecorded,
    },
    async openServer(options) {
      const server = await openServer(options);
      servers.push(server);
      put({ open: { port: server.port } });
      return recordedServer(server, put);
    },
  };
}

/** A run of a scenario needs no program that goes on. */
function unrecorded(): never {
  throw new InvalidInputError('TW_TRANSCRIPT', 'a program that goes on cannot be recorded', { hint: 'leave out --record' });
}

/** Word by word: what stands around a token is what the answer is read by. */
function redactWords(text: string, server: LiveServer): string {
  if (server.redact(text) === text) return text;
  return text.replaceAll(/[\w\-.~+/=]{12,}/g, (word) => server.redact(word));
}

function recordedServer(server: LiveServer, put: (line: Line) => void): LiveServer {
  let from = 0;
  const told = (look: Look): Look => {
    const { entries, ...rest } = look;
    put({ look: { ...rest, from, entries: entries.slice(from) } });
    from = entries.length;
    return look;
  };
  return {
    port: server.port,
    look: () => told(server.look()),
    next: async (atMost) => told(await server.next(atMost)),
    act(act) {
      put({ act });
      server.act(act);
    },
    redact: (text) => server.redact(text),
    async stop() {
      const broken = await server.stop();
      put({ stop: broken });
      return broken;
    },
  };
}

/** The world of a transcript: `lines` without its head. Throws TW_TRANSCRIPT for lines that are none. */
export function replayed(lines: readonly string[], { env, os, pid }: Pick<Machine, 'env' | 'os' | 'pid'>): World {
  const tape = new Tape(lines);
  return {
    machine: {
      env,
      os,
      pid,
      home: '/',
      lives: () => false,
      now: () => tape.next('now', 'the time'),
      sleep: async () => undefined,
      run: async (file, args, options = {}) => tape.command(file, args, options),
      lines: unrecorded,
      talk: unrecorded,
    },
    async openServer(options: ServerOptions) {
      const { port } = tape.next('open', `a server for ${options.issuer}`);
      return replayedServer(port, tape);
    },
  };
}

function replayedServer(port: number, tape: Tape): LiveServer {
  let entries: readonly HistoryEvent[] = [];
  const look = (): Look => {
    const { from, entries: more, ...rest } = tape.next('look', 'the journal');
    entries = [...entries.slice(0, from), ...more];
    return { ...rest, entries };
  };
  return {
    port,
    look,
    next: async () => look(),
    act(act) {
      const was = tape.next('act', `the server to ${act.do}`);
      if (JSON.stringify(was) !== JSON.stringify(act)) throw tape.lacks(`the server to ${act.do}, it has ${was.do}`);
    },
    redact: (text) => text,
    stop: async () => tape.next('stop', 'the end of the server'),
  };
}

type Kind = 'now' | 'open' | 'look' | 'act' | 'stop';
type ValueOf<K extends Kind> = Extract<Line, Record<K, unknown>>[K];

/** Answers by kind in the order in which they were written, commands by what they are: several may be under way at once. */
class Tape {
  readonly #lines = new Map<string, unknown[]>();

  constructor(lines: readonly string[]) {
    for (const [at, text] of lines.entries()) {
      const line = parsed(text, at);
      const [kind = ''] = Object.keys(line);
      const value = (line as Record<string, unknown>)[kind];
      this.#add(kind === 'run' ? keyOf((value as RunLine['run']).file, (value as RunLine['run']).args) : kind, value);
    }
  }

  next<K extends Kind>(kind: K, what: string): ValueOf<K> {
    const value = this.#lines.get(kind)?.shift();
    if (value === undefined) throw this.lacks(what);
    return value as ValueOf<K>;
  }

  command(file: string, args: readonly string[], { binary = false }: RunOptions): CommandRecord {
    const value = this.#lines.get(keyOf(file, args))?.shift();
    if (value === undefined) throw this.lacks([file, ...args].join(' '));
    const { bytes, input: _input, ...record } = value as RunLine['run'];
    return defined({ ...record, bytes: binary ? fromBase64(bytes ?? '') : undefined }) as CommandRecord;
  }

  lacks(what: string): InvalidInputError {
    return new InvalidInputError('TW_TRANSCRIPT', `the transcript has no answer (any more) for: ${what}`, {
      hint: 'it was cut short, belongs to another version of tokenwarp, or the run was interrupted there',
    });
  }

  #add(key: string, value: unknown): void {
    const list = this.#lines.get(key);
    if (list === undefined) this.#lines.set(key, [value]);
    else list.push(value);
  }
}

/** A command line cannot have this character. */
function keyOf(file: string, args: readonly string[]): string {
  return ['run', file, ...args].join('\0');
}

function parsed(text: string, at: number): object {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value;
  } catch {
    // Said below, with its number.
  }
  // The head is line 1.
  throw new InvalidInputError('TW_TRANSCRIPT', `line ${at + 2} of the transcript is no line of one`, { hint: 'was it cut short?' });
}

function inputOf({ input }: RunOptions, clean: (text: string) => string): { input?: string } {
  return input === undefined ? {} : { input: clean(input) };
}

/** A file keeps its length: a database with a label in the place of a token would be none. */
function blanked(bytes: Uint8Array, clean: (text: string) => string): Uint8Array {
  const text = binaryText(bytes);
  if (clean(text) === text) return bytes;
  const out = text.replaceAll(/[\w\-.~+/=]{12,}/g, (word) => (clean(word) === word ? word : '*'.repeat(word.length)));
  return Uint8Array.from(out, (character) => character.codePointAt(0) ?? 0);
}

function base64(bytes: Uint8Array): string {
  return btoa(binaryText(bytes));
}

function binaryText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return text;
}

function fromBase64(text: string): Uint8Array {
  return Uint8Array.from(atob(text), (character) => character.codePointAt(0) ?? 0);
}
