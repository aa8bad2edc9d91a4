// Where the key to the encrypted store comes from: given by the app, kept in the keychain of the system, or, where there is none, in a
// file beside the store. A keychain holds the key and not the session: keychains have size limits (2,560 bytes on Windows), are slow, may
// ask the user on every write (refresh-bugs L22), and cannot replace an entry atomically.
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import type { Host } from '../core/contract.ts';
import { HostError, type HostWarning } from './errors.ts';
import { readWhole, writeWhole } from './node-files.ts';
import type { Keychain } from './node-keychain.ts';

export type KeySource = 'given' | 'keychain' | 'file';

export interface Key {
  readonly source: KeySource;
  /** Tells keys apart without telling them. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

export interface KeyOptions {
  folder: string;
  given: Uint8Array | undefined;
  /** Undefined = there is none on this system. */
  keychain(): Promise<Keychain | undefined>;
  lock: Host['lock'];
  /** A session is begun with a key in a file, for want of anything better; `created`: it is a new key. */
  onFile(created: boolean): void;
}

/** AES-256. */
export const KEY_BYTES = 32;
const LOCK_TIMEOUT = 5_000;

export class Keys {
  readonly #options: KeyOptions;
  readonly #known = new Map<KeySource, Key>();

  constructor(options: KeyOptions) {
    this.#options = options;
    if (options.given !== undefined) this.#known.set('given', keyOf('given', options.given));
  }

  /**
   * The given one. Else the one that what is there was written with: processes of one user may differ in what they reach (a desktop, a
   * remote shell), and one that moved the key to the keychain would lock the others out. Else the best there is.
   */
  async forWriting(held: Pick<Key, 'source' | 'id'> | undefined): Promise<Key> {
    const given = this.#known.get('given');
    if (given !== undefined) return given;
    const same = held === undefined ? undefined : await this.forReading(held.source, held.id).catch(() => undefined);
    return same ?? (await this.#fromKeychain()) ?? (await this.#fromFile());
  }

  /**
   * The key something was written with; undefined when it is gone for good. Rejects with `store-locked` when it cannot be had now, and
   * with `key-mismatch` when it was given by the app and another one, or none, is given today.
   */
  async forReading(source: KeySource, id: string): Promise<Key | undefined> {
    const known = this.#known.get(source);
    if (known?.id === id) return known;
    if (source === 'given') throw keyMismatch();
    const found = source === 'keychain' ? await this.#readKeychain() : await this.#readFile();
    return found?.id === id ? found : undefined;
  }

  async #readKeychain(): Promise<Key | undefined> {
    const keychain = await this.#options.keychain();
    if (keychain === undefined) throw keychainLocked();
    try {
      return this.#remember('keychain', await keychain.get());
    } catch (error) {
      throw keychainLocked(error);
    }
  }

  /** Undefined where a keychain is of no use. */
  async #fromKeychain(): Promise<Key | undefined> {
    const keychain = await this.#options.keychain();
    if (keychain === undefined) return undefined;
    try {
      return await this.#once(
        async () => this.#remember('keychain', await keychain.get()),
        (secret) => keychain.set(secret),
      );
    } catch {
      return undefined;
    }
  }

  get #path(): string {
    return join(this.#options.folder, 'key');
  }

  async #readFile(): Promise<Key | undefined> {
    return this.#remember('file', (await readWhole(this.#path))?.trim());
  }

  async #fromFile(): Promise<Key> {
    let created = false;
    const write = async (secret: string): Promise<void> => {
      await writeWhole(this.#path, `${secret}\n`);
      created = true;
    };
    const key = await this.#once(() => this.#readFile(), write);
    this.#options.onFile(created);
    return key;
  }

  /** Reads a key, or makes one: once, however many processes begin together. */
  async #once(read: () => Promise<Key | undefined>, write: (secret: string) => Promise<void>): Promise<Key> {
    const found = await read();
    if (found !== undefined) return found;
    const make = async (): Promise<Key> => {
      const meanwhile = await read();
      if (meanwhile !== undefined) return meanwhile;
      await write(Buffer.from(crypto.getRandomValues(new Uint8Array(KEY_BYTES))).toString('base64'));
      const made = await read();
      if (made === undefined) throw new HostError('store-failed', 'the key to the store does not stay where it was put');
      return made;
    };
    try {
      return await this.#options.lock('key', make, { timeout: LOCK_TIMEOUT });
    } catch (error) {
      if (error instanceof HostError && error.code === 'lock-unavailable') return await make();
      throw error;
    }
  }

  /** What is no key is taken for none: it was cut short, or is somebody else's. */
  #remember(source: KeySource, secret: string | undefined): Key | undefined {
    const bytes = Buffer.from(secret ?? '', 'base64');
    if (bytes.length !== KEY_BYTES) return undefined;
    const key = keyOf(source, bytes);
    this.#known.set(source, key);
    return key;
  }
}

/** The warning that goes with a key in a file. */
export const KEY_IN_FILE: HostWarning = {
  code: 'TW_KEY_IN_FILE',
  message: 'the session is encrypted, but its key lies in a file beside it: whoever can read your files can read both',
  hint: 'install @napi-rs/keyring and sign in again to keep the key in the keychain of the system, or pass `key` yourself',
};

/** Takes 32 bytes, or as many in base64. */
export function givenKey(key: string | Uint8Array): Uint8Array {
  const bytes = typeof key === 'string' ? Buffer.from(key, 'base64') : key;
  if (bytes.length === KEY_BYTES) return bytes;
  throw new HostError('key-mismatch', `a key has ${KEY_BYTES} bytes, this one has ${bytes.length}`, {
    hint: 'make one with: openssl rand -base64 32',
  });
}

function keyOf(source: KeySource, bytes: Uint8Array): Key {
  return { source, bytes, id: createHash('sha256').update('tokenwarp key id').update(bytes).digest('hex').slice(0, 16) };
}

function keychainLocked(cause?: unknown): HostError {
  return new HostError('store-locked', 'the key to the store is in a keychain that cannot be opened now', {
    cause,
    hint: 'unlock the keychain, or sign in to the desktop session; @napi-rs/keyring must be installed',
  });
}

function keyMismatch(): HostError {
  return new HostError('key-mismatch', 'the store was written with another key than the one given', {
    hint: 'pass the `key` of that time, or sign in anew with another folder',
  });
}
