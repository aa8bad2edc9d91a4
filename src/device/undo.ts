// Changes of a device are undone whatever happens. What undoes a change is on disk before the change is made, one file per device,
// so that a killed process leaves behind what `tokenwarp device restore` needs. Undone in reverse; what failed stays in the file.
import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, readdirSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import type { PlatformName, UndoAction } from './driver.ts';
import type { Machine } from './exec.ts';

/** One change that is not undone yet. */
export interface Change {
  readonly id: string;
  /** For people: `wall clock moved 15m ahead`. */
  readonly text: string;
  readonly action: UndoAction;
  /** Unix ms of this machine. */
  readonly at: number;
  /** The process that made it. */
  readonly pid: number;
}

export interface Failure {
  readonly change: Change;
  readonly error: unknown;
}

export interface UndoJournal {
  /** Writes down what undoes a change, then makes it. */
  change<T>(text: string, action: UndoAction, make: () => Promise<T>): Promise<T>;
  /** What is not undone yet, oldest first. */
  pending(): Change[];
  /** Undoes, newest first, what `which` picks (everything); answers what could not be undone. */
  undo(perform: (action: UndoAction) => Promise<void>, which?: (change: Change) => boolean): Promise<Failure[]>;
}

export interface DeviceKey {
  readonly platform: PlatformName;
  readonly id: string;
}

/** A file with nothing left to undo is thrown away above this size. */
const WORTH_CLEARING = 2 ** 16;
const ENDING = '.jsonl';

/** Below $TOKENWARP_STATE, else where the system keeps the state of programs. */
export function stateFolder({ env, os, home }: Pick<Machine, 'env' | 'os' | 'home'>): string {
  const own = env['TOKENWARP_STATE'];
  if (own !== undefined && own !== '') return own;
  const xdg = env['XDG_STATE_HOME'];
  if (xdg !== undefined && xdg !== '') return join(xdg, 'tokenwarp');
  const local = env['LOCALAPPDATA'];
  if (os === 'win32' && local !== undefined && local !== '') return join(local, 'tokenwarp');
  return join(home, '.local', 'state', 'tokenwarp');
}

/** The journal of one device. Several processes may write to one: each line is whole. */
export function openUndo(machine: Pick<Machine, 'now' | 'pid'>, folder: string, key: DeviceKey): UndoJournal {
  const file = fileOf(folder, key);
  let made = 0;
  return {
    async change(text, action, make) {
      clearIfDone(file);
      const { pid } = machine;
      const at = machine.now();
      made++;
      append(file, { change: `${pid}-${at}-${made}`, text, action, at, pid });
      return make();
    },
    pending: () => read(file),
    async undo(perform, which = () => true) {
      const failures: Failure[] = [];
      for (const change of read(file).filter(which).toReversed()) {
        try {
          await perform(change.action);
          append(file, { undone: change.id });
        } catch (error) {
          failures.push({ change, error });
        }
      }
      return failures;
    },
  };
}

/** Devices that have something to undo. */
export function changedDevices(folder: string): DeviceKey[] {
  const places = existsSync(undoFolder(folder)) ? readdirSync(undoFolder(folder)) : [];
  return places
    .filter((name) => name.endsWith(ENDING))
    .flatMap((name) => {
      const [, platform, id] = /^(android|ios)-(.+)\.jsonl$/.exec(name) ?? [];
      return platform === undefined || id === undefined ? [] : [{ platform: platform as PlatformName, id: decodeURIComponent(id) }];
    })
    .filter((key) => read(fileOf(folder, key)).length > 0);
}

function undoFolder(folder: string): string {
  return join(folder, 'undo');
}

function fileOf(folder: string, { platform, id }: DeviceKey): string {
  return join(undoFolder(folder), `${platform}-${encodeURIComponent(id).replaceAll('*', '%2A')}${ENDING}`);
}

/** On the disk when this returns, its entry in the folder too. */
function append(file: string, line: object): void {
  const folder = join(file, '..');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const handle = openSync(file, 'a+', 0o600);
  try {
    // A line that a crash cut short must not swallow this one.
    writeSync(handle, `${endsCut(file) ? '\n' : ''}${JSON.stringify(line)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  syncFolder(folder);
}

function syncFolder(folder: string): void {
  try {
    const handle = openSync(folder, 'r');
    fsyncSync(handle);
    closeSync(handle);
  } catch {
    // Windows has no handle on a folder; the file itself is safe.
  }
}

function endsCut(file: string): boolean {
  const text = readFileSync(file, 'utf8');
  return text !== '' && !text.endsWith('\n');
}

/** A line that is none was cut by a crash: the change it announced was never made, since it comes after the line. */
function read(file: string): Change[] {
  if (!existsSync(file)) return [];
  const pending = new Map<string, Change>();
  for (const line of readFileSync(file, 'utf8').split('\n')) {
    const entry = parsed(line);
    if (typeof entry['undone'] === 'string') pending.delete(entry['undone']);
    const { change: id, text, action, at, pid } = entry as { change?: string } & Omit<Change, 'id'>;
    if (typeof id === 'string') pending.set(id, { id, text, action, at, pid });
  }
  return [...pending.values()];
}

function parsed(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}

function clearIfDone(file: string): void {
  if (existsSync(file) && statSync(file).size > WORTH_CLEARING && read(file).length === 0) rmSync(file);
}
