// WorkManager's database of a debuggable app, read from copies with SQLite itself: main file, -wal and -shm, since the main file alone
// may be empty. Nothing is ever written to the device's.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { strangeOutput } from '../errors.ts';
import type { WorkTiming } from './due.ts';
import { quote } from './quote.ts';
import type { Shell } from './shell.ts';

export interface WorkRow extends WorkTiming {
  readonly id: string;
  readonly worker: string;
  /** JobScheduler's number; undefined while it has none. */
  readonly job?: number;
  readonly names: readonly string[];
  readonly tags: readonly string[];
  /** Ids of the work it waits for. */
  readonly after: readonly string[];
  readonly stopReason: number;
}

const STATES = ['ENQUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'BLOCKED', 'CANCELLED'] as const;
const FILE = 'no_backup/androidx.work.workdb';
/** Copies are taken again when the app wrote between them. */
const TRIES = 4;
/** Long.MAX_VALUE of the platform, and whatever does not fit a number here: no override. */
const NEVER = Number.MAX_SAFE_INTEGER;

/** All work of the app; undefined when it is not debuggable, or has no database yet. */
export async function readWorkDatabase(shell: Shell, app: string, user: number): Promise<WorkRow[] | undefined> {
  let why = '';
  for (let i = 0; i < TRIES; i++) {
    const files = await copy(shell, app, user);
    if (files === undefined) return undefined;
    const read = files === 'torn' ? 'it was written to between our copies' : await readRows(files);
    if (typeof read !== 'string') return read;
    why = read;
  }
  throw strangeOutput(`run-as ${app} cat ${FILE}`, `no database that can be read (${why})`);
}

interface Files {
  readonly main: Uint8Array;
  readonly wal: Uint8Array;
  readonly shm: Uint8Array;
}

/** The -wal before and after the main file: when they are the same, nothing was written in between. */
async function copy(shell: Shell, app: string, user: number): Promise<Files | 'torn' | undefined> {
  const cat = (ending: string): Promise<{ code: number; bytes: Uint8Array }> =>
    shell.bytes(`run-as ${quote(app)} ${user === 0 ? '' : `--user ${user} `}cat ${FILE}${ending}`);
  const before = await cat('-wal');
  const main = await cat('');
  if (main.code !== 0) return undefined;
  const shm = await cat('-shm');
  const after = await cat('-wal');
  const [wal, again] = [bytesOf(before), bytesOf(after)];
  return Buffer.compare(wal, again) === 0 ? { main: main.bytes, wal, shm: bytesOf(shm) } : 'torn';
}

/** `cat` of a file that is not there says so on the same stream. */
function bytesOf({ code, bytes }: { code: number; bytes: Uint8Array }): Uint8Array {
  return code === 0 ? bytes : new Uint8Array();
}

/** What SQLite complains about when the copies do not fit together, or are no database. */
async function readRows({ main, wal, shm }: Files): Promise<WorkRow[] | string> {
  if (!hasWholePages(main)) return 'the main file is cut';
  const { DatabaseSync: Database } = await import('node:sqlite');
  const folder = mkdtempSync(join(tmpdir(), 'tokenwarp-workdb-'));
  const path = join(folder, 'work.db');
  try {
    writeFileSync(path, main);
    if (wal.length > 0) writeFileSync(`${path}-wal`, wal);
    if (shm.length > 0) writeFileSync(`${path}-shm`, shm);
    const database = new Database(path);
    try {
      return rowsOf(database);
    } finally {
      database.close();
    }
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** SQLite takes the beginning of a first page for a new, empty database. Bytes 16 and 17 hold the page size, 1 for 65536. */
function hasWholePages(main: Uint8Array): boolean {
  if (main.length === 0) return true;
  if (main.length < 512) return false;
  const said = new DataView(main.buffer, main.byteOffset).getUint16(16);
  return main.length % (said === 1 ? 65_536 : said) === 0;
}

type Values = Readonly<Record<string, unknown>>;

function rowsOf(database: DatabaseSync): WorkRow[] {
  const all = (table: string): Values[] => (hasTable(database, table) ? allOf(database, table) : []);
  const check = database.prepare('PRAGMA quick_check(1)').get() as { quick_check?: string };
  if (check.quick_check !== 'ok') throw new Error('the copies do not fit together');
  const [jobs, names, tags, dependencies] = [all('SystemIdInfo'), all('WorkName'), all('WorkTag'), all('Dependency')];
  const of = (rows: readonly Values[], id: unknown, column: string): string[] =>
    rows.filter((row) => row['work_spec_id'] === id).map((row) => String(row[column]));
  return all('WorkSpec').map((row) => {
    const { id } = row;
    const job = jobs.find((info) => info['work_spec_id'] === id)?.['system_id'];
    return {
      ...timingOf(row),
      id: String(id),
      worker: String(row['worker_class_name']),
      names: of(names, id, 'name'),
      tags: of(tags, id, 'tag'),
      after: of(dependencies, id, 'prerequisite_id'),
      stopReason: numberOf(row['stop_reason'], -256),
      ...(job === undefined ? {} : { job: Number(job) }),
    };
  });
}

/** Long.MAX_VALUE is a usual value here, and more than a number holds. */
function allOf(database: DatabaseSync, table: string): Values[] {
  const statement = database.prepare(`SELECT * FROM ${table}`);
  statement.setReadBigInts(true);
  return statement.all() as Values[];
}

function hasTable(database: DatabaseSync, name: string): boolean {
  return database.prepare('SELECT 1 FROM sqlite_master WHERE type = ? AND name = ?').get('table', name) !== undefined;
}

/** Columns came with the versions of WorkManager; the oldest calls the last enqueue time the start of the period. */
function timingOf(row: Values): WorkTiming {
  const interval = numberOf(row['interval_duration'], 0);
  const override = numberOf(row['next_schedule_time_override'], NEVER);
  return {
    state: STATES[numberOf(row['state'], -1)] ?? 'UNKNOWN',
    periodic: interval > 0,
    interval,
    flex: numberOf(row['flex_duration'], interval),
    initialDelay: numberOf(row['initial_delay'], 0),
    attempts: numberOf(row['run_attempt_count'], 0),
    linear: numberOf(row['backoff_policy'], 0) === 1,
    backoff: numberOf(row['backoff_delay_duration'], 30_000),
    lastEnqueue: numberOf(row['last_enqueue_time'] ?? row['period_start_time'], -1),
    periods: numberOf(row['period_count'], 0),
    ...(override >= NEVER ? {} : { override }),
  };
}

function numberOf(value: unknown, otherwise: number): number {
  return typeof value === 'number' || typeof value === 'bigint' ? Number(value) : otherwise;
}
