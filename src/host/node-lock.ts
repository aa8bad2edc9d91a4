// A lock between processes that dies with its holder: SQLite's lock on a file of its own, which the kernel keeps and takes back at the
// very moment a process ends, however it ends. No heartbeat, no age at which a holder is declared dead: a slow or stopped holder keeps it.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { Host, HostClock } from '../core/contract.ts';
import { HostError } from './errors.ts';
import { fileNameOf } from './node-files.ts';
import { lockTimeout, Mutex } from './mutex.ts';

export interface FileLockOptions {
  folder: string;
  clock: HostClock;
  random(): number;
  /** Told once when the lock cannot be had at all. */
  unavailable(error: unknown): void;
}

/** SQLITE_BUSY, in the low byte of what SQLite answers: somebody else has it. */
const BUSY = 5;
/** Ms between two looks: short at first, since a refresh takes a moment, then a share of the time waited so far. */
const SHORTEST = 2;
const LONGEST = 50;
const SHARE = 1 / 8;

export function createFileLock({ folder, clock, random, unavailable }: FileLockOptions): Host['lock'] {
  const inProcess = new Mutex(clock);
  let told = false;
  let ready: Promise<typeof DatabaseSync> | undefined;
  const open = async (name: string): Promise<DatabaseSync> => {
    try {
      const Database = await (ready ??= prepare(folder));
      return new Database(join(folder, `${fileNameOf(name)}.lock`), { timeout: 0 });
    } catch (error) {
      ready = undefined;
      throw unavailableLock(error);
    }
  };
  const acquire = async (name: string, until: number): Promise<DatabaseSync> => {
    const file = await open(name);
    try {
      for (const since = clock.monotonic(); !take(file);) {
        const now = clock.monotonic();
        if (now >= until) throw lockTimeout(name);
        const pause = Math.min(LONGEST, SHORTEST + (now - since) * SHARE) * (0.5 + random());
        await clock.sleep(Math.min(pause, until - now));
      }
      return file;
    } catch (error) {
      file.close();
      throw error;
    }
  };
  return async (name, fn, { timeout = Number.POSITIVE_INFINITY } = {}) => {
    const until = clock.monotonic() + timeout;
    const run = async (): Promise<Awaited<ReturnType<typeof fn>>> => {
      const file = await acquire(name, until);
      try {
        return await fn();
      } finally {
        release(file);
      }
    };
    try {
      return await inProcess.run(name, run, { timeout });
    } catch (error) {
      if (error instanceof HostError && error.code === 'lock-unavailable' && !told) {
        told = true;
        unavailable(error);
      }
      throw error;
    }
  };
}

/** Loaded late: on Node 22 it says on stderr that it is experimental. */
async function prepare(folder: string): Promise<typeof DatabaseSync> {
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return (await import('node:sqlite')).DatabaseSync;
}

/** False while somebody else has it. */
function take(file: DatabaseSync): boolean {
  try {
    file.exec('BEGIN EXCLUSIVE');
    return true;
  } catch (error) {
    const { errcode } = error as { errcode?: unknown };
    if (typeof errcode === 'number' && (errcode & 0xff) === BUSY) return false;
    throw unavailableLock(error);
  }
}

/** The first commit makes an empty file a database; all others write nothing. A full disk must not keep anybody from leaving. */
function release(file: DatabaseSync): void {
  try {
    file.exec('COMMIT');
  } catch {
    // Closing rolls back.
  }
  file.close();
}

function unavailableLock(cause: unknown): HostError {
  return new HostError('lock-unavailable', 'there is no lock between processes here', {
    cause,
    hint: 'the folder must be writable, and Node built with node:sqlite (as it is by default)',
  });
}
