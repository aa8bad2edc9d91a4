// The store behind one queue: reads and writes of this process never overtake each other, so a sign-out's delete always comes
// after a write that was under way (invariants I9). Unreadable is never taken for empty (refresh-bugs K15, K16).
import type { HostStore } from '../core/contract.ts';
import { decodeRecord, encodeRecord, type SessionRecord, type Stamp } from './record.ts';

export type Reading =
  | { kind: 'record'; record: SessionRecord }
  /** The server has ended this session. */
  | { kind: 'ended'; session: string; reason: string }
  | { kind: 'empty' }
  /** Something is there that this version did not write. */
  | { kind: 'corrupt' }
  /** Locked, or failing otherwise: says nothing about what is in it. */
  | { kind: 'unreadable'; locked: boolean };

/** `skipped`: when its turn came, it was no longer wanted. */
export type WriteEnd = 'written' | 'refused' | 'skipped';

export class Vault {
  readonly #store: HostStore;
  readonly #key: string;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(store: HostStore, key: string) {
    this.#store = store;
    this.#key = key;
  }

  read(): Promise<Reading> {
    return this.#enqueue(() => this.#read());
  }

  /** Writes `record()` as it is when its turn comes; undefined there means that it is no longer wanted. */
  write(record: () => SessionRecord | undefined): Promise<WriteEnd> {
    return this.#enqueue(async () => {
      const value = record();
      return value === undefined ? 'skipped' : await attempt(() => this.#store.set(this.#key, encodeRecord(value)));
    });
  }

  /** As `write`, but only over an older state of the same session: never brings back what a sibling has removed meanwhile. */
  update(record: (stored: Reading) => SessionRecord | undefined): Promise<WriteEnd> {
    return this.#enqueue(async () => {
      const reading = await this.#read();
      const value = record(reading);
      if (value === undefined || reading.kind !== 'record') return 'skipped';
      if (reading.record.session !== value.session || reading.record.revision > value.revision) return 'skipped';
      return await attempt(() => this.#store.set(this.#key, encodeRecord(value)));
    });
  }

  /** Empties the store, whatever is in it. */
  clear(): Promise<WriteEnd> {
    return this.#enqueue(() => attempt(() => this.#store.delete(this.#key)));
  }

  /** Empties the store of a session that began before a sign-out; a later sign-in of a sibling stays. */
  clearOlder(isOlder: (since: Stamp) => boolean): Promise<WriteEnd> {
    return this.#enqueue(async () => {
      const reading = await this.#read();
      if (reading.kind === 'unreadable') return 'refused';
      if (reading.kind === 'empty' || (reading.kind === 'record' && !isOlder(reading.record.since))) return 'skipped';
      return await attempt(() => this.#store.delete(this.#key));
    });
  }

  /** Replaces that session by a note that it ended, unless the store holds another one or a younger refresh token by now. */
  bury({ session, revision, tokens }: SessionRecord, reason: string): Promise<WriteEnd> {
    return this.#enqueue(async () => {
      const reading = await this.#read();
      if (reading.kind === 'unreadable') return 'refused';
      if (reading.kind !== 'record' || reading.record.session !== session) return 'skipped';
      if (reading.record.revision > revision && reading.record.tokens.refreshToken !== tokens.refreshToken) return 'skipped';
      return await attempt(() => this.#store.set(this.#key, encodeRecord({ session, ended: reason })));
    });
  }

  /** Resolves when everything asked for so far is done. */
  async drain(): Promise<void> {
    await this.#tail;
  }

  async #read(): Promise<Reading> {
    try {
      const value = await this.#store.get(this.#key);
      if (value === undefined) return { kind: 'empty' };
      const record = decodeRecord(value);
      if (record === undefined) return { kind: 'corrupt' };
      return 'ended' in record ? { kind: 'ended', session: record.session, reason: record.ended } : { kind: 'record', record };
    } catch (error) {
      return { kind: 'unreadable', locked: codeOf(error) === 'store-locked' };
    }
  }

  #enqueue<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(job);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

/** The `code` of a host's error; the error itself is never passed on. */
export function codeOf(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}

async function attempt(operation: () => Promise<void>): Promise<WriteEnd> {
  try {
    await operation();
    return 'written';
  } catch {
    return 'refused';
  }
}
