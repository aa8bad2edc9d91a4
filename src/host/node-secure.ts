// The secure tier on a computer: one encrypted file per entry (AES-256-GCM). The entry's name is sealed with it, so that nobody can put
// one entry in another's place.
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { join } from 'node:path';
import type { HostStore } from '../core/contract.ts';
import { fileNameOf, readWhole, removeWhole, sweepFolder, writeWhole } from './node-files.ts';
import type { Key, Keys, KeySource } from './node-keys.ts';

const ALGORITHM = 'aes-256-gcm';
const IV_BYTES = 12;
const TAG_BYTES = 16;
const VERSION = 1;
const SOURCES: readonly string[] = ['given', 'keychain', 'file'] satisfies KeySource[];

/** An entry as it lies on the disk; `data` is IV, tag and ciphertext in base64. */
interface Envelope {
  v: typeof VERSION;
  key: KeySource;
  id: string;
  data: string;
}

export function createSecureStore({ folder, keys, now }: { folder: string; keys: Keys; now(): number }): HostStore {
  const pathOf = (name: string): string => join(folder, `${fileNameOf(name)}.json`);
  let swept = false;
  return {
    get: async (name) => {
      const text = await readWhole(pathOf(name));
      if (text === undefined) return undefined;
      const envelope = parse(text);
      const key = envelope === undefined ? undefined : await keys.forReading(envelope.key, envelope.id);
      // What cannot be deciphered any more is handed on as it is: not absent, but corrupt, as the engine will find.
      return envelope === undefined || key === undefined ? text : (open(name, envelope, key) ?? text);
    },
    set: async (name, value) => {
      if (!swept) await sweepFolder(folder, now());
      swept = true;
      const held = parse((await readWhole(pathOf(name))) ?? '');
      const key = await keys.forWriting(held === undefined ? undefined : { source: held.key, id: held.id });
      await writeWhole(pathOf(name), `${JSON.stringify(seal(name, value, key))}\n`);
    },
    delete: (name) => removeWhole(pathOf(name)),
  };
}

function seal(name: string, value: string, key: Key): Envelope {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const cipher = createCipheriv(ALGORITHM, key.bytes, iv).setAAD(associated(name));
  const sealed = Buffer.concat([cipher.update(value, 'utf8'), cipher.final()]);
  return { v: VERSION, key: key.source, id: key.id, data: Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64') };
}

/** Undefined when a single bit is not as it was written. */
function open(name: string, { data }: Envelope, key: Key): string | undefined {
  const bytes = Buffer.from(data, 'base64');
  try {
    const decipher = createDecipheriv(ALGORITHM, key.bytes, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES });
    decipher.setAAD(associated(name)).setAuthTag(bytes.subarray(IV_BYTES, IV_BYTES + TAG_BYTES));
    return Buffer.concat([decipher.update(bytes.subarray(IV_BYTES + TAG_BYTES)), decipher.final()]).toString('utf8');
  } catch {
    return undefined;
  }
}

function associated(name: string): Buffer {
  return Buffer.from(`tokenwarp/${VERSION}/${name}`);
}

function parse(text: string): Envelope | undefined {
  try {
    const { v, key, id, data } = JSON.parse(text) as Partial<Record<keyof Envelope, unknown>>;
    if (v !== VERSION || typeof key !== 'string' || !SOURCES.includes(key) || typeof id !== 'string' || typeof data !== 'string')
      return undefined;
    return { v: VERSION, key: key as KeySource, id, data };
  } catch {
    return undefined;
  }
}
