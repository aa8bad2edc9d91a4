// Files that are whole or absent, whatever happens meanwhile: written aside, brought to the disk, then renamed over the old one. One
// file per key, so that no two keys share a fate.
import { readFileSync } from 'node:fs';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { HostStore } from '../core/contract.ts';
import { codeOf, HostError } from './errors.ts';

/** A file being written by a process that is gone, ms. */
const LEFT_OVER = 60_000;
const TEMPORARY = '.tmp';
/** Windows refuses to replace a file that somebody is reading: pauses between tries, ms. */
const PAUSES = [1, 5, 20, 50, 100];
const IN_USE = ['EPERM', 'EACCES', 'EBUSY'];
const FULL = ['ENOSPC', 'EDQUOT', 'EFBIG'];

/** A key as a file name on any system. */
export function fileNameOf(key: string): string {
  return encodeURIComponent(key).replaceAll('*', '%2A');
}

/** Plain files, one per key. */
export function createFileStore(folder: string): HostStore {
  const pathOf = (key: string): string => join(folder, `${fileNameOf(key)}.json`);
  return {
    get: async (key) => {
      const text = await readWhole(pathOf(key));
      return text === undefined ? undefined : contentOf(text);
    },
    set: (key, value) => writeWhole(pathOf(key), `${JSON.stringify({ value })}\n`),
    delete: (key) => removeWhole(pathOf(key)),
  };
}

/** What is no file of ours is handed on as it is: whoever reads it finds it corrupt, which is not the same as absent. */
function contentOf(text: string): string {
  try {
    const { value } = JSON.parse(text) as { value?: unknown };
    return typeof value === 'string' ? value : text;
  } catch {
    return text;
  }
}

/** The content, or undefined when there is no such file. Synchronous: it is a page or two, a thread would take longer to be asked. */
export async function readWhole(path: string): Promise<string | undefined> {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (codeOf(error) === 'ENOENT') return undefined;
    throw failed('read', error);
  }
}

/** Resolves once the content would survive a power cut. For the owner's eyes only. */
export async function writeWhole(path: string, text: string): Promise<void> {
  const aside = `${path}.${process.pid}.${crypto.randomUUID()}${TEMPORARY}`;
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const file = await open(aside, 'wx', 0o600);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await replace(aside, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await rm(aside, { force: true }).catch(() => undefined);
    throw failed('written', error);
  }
}

export async function removeWhole(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
    await syncFolder(dirname(path));
  } catch (error) {
    throw failed('removed', error);
  }
}

/** Removes what killed processes left half written. Best effort. */
export async function sweepFolder(folder: string, now: number): Promise<void> {
  try {
    for (const name of await readdir(folder)) {
      const path = join(folder, name);
      if (name.endsWith(TEMPORARY) && now - (await stat(path)).mtimeMs > LEFT_OVER) await rm(path, { force: true });
    }
  } catch {
    // Somebody else sweeps too, or there is no folder yet.
  }
}

async function replace(from: string, to: string): Promise<void> {
  for (const pause of PAUSES) {
    try {
      return await rename(from, to);
    } catch (error) {
      if (process.platform !== 'win32' || !IN_USE.includes(codeOf(error))) throw error;
    }
    await new Promise((resolve) => void setTimeout(resolve, pause));
  }
  await rename(from, to);
}

/** A rename is durable once its folder is. Windows has no such thing, and needs none. */
async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return;
  try {
    const folder = await open(path, 'r');
    try {
      await folder.sync();
    } finally {
      await folder.close();
    }
  } catch (error) {
    // Some file systems cannot sync a folder; a missing folder has nothing to lose.
    if (!['EINVAL', 'ENOTSUP', 'ENOENT'].includes(codeOf(error))) throw error;
  }
}

function failed(what: string, cause: unknown): HostError {
  const code = codeOf(cause);
  if (FULL.includes(code)) return new HostError('quota-exceeded', 'there is no room left to store', { cause, hint: 'free some space' });
  return new HostError('store-failed', `the store could not be ${what}: ${code}`, { cause, hint: 'look at the rights of its folder' });
}
