// The store behind one queue: reads and writes of this process never overtake each other, so a sign-out's delete always comes
// after a write that was under way (invariants I9). Unreadable is never taken for empty (refresh-bugs K15, K16). It also knows which
// tier holds what: the refresh token is in the secure one, always.
import type { Host } from '../core/contract.ts';
import type { Settings } from './options.ts';
import { decodeRecord, encodeRecord, isLater, type SessionRecord, type Stamp, type Tombstone } from './record.ts';

export type Reading =
  /** `marked`: it was written by an installation that left its mark in the plain tier. */
  | { kind: 'record'; record: SessionRecord; marked: boolean }
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
  readonly #host: Host;
  readonly #key: string;
  readonly #tier: Settings['accessTokenTier'];
  /** Whether the monotonic clock is one for all processes and launches. */
  readonly #sameClock: boolean;
  #marked = false;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(host: Host, { storeKey, accessTokenTier, monotonicSince }: Settings) {
    this.#host = host;
    this.#key = storeKey;
    this.#tier = accessTokenTier;
    this.#sameClock = monotonicSince === 'boot';
  }

  read(): Promise<Reading> {
    return this.#enqueue(() => this.#read());
  }

  /** Writes `record()` as it is when its turn comes; undefined there means that it is no longer wanted. */
  write(record: () => SessionRecord | undefined): Promise<WriteEnd> {
    return this.#enqueue(async () => {
      if (!this.#marked) await this.#mark();
      const value = record();
      return value === undefined ? 'skipped' : await this.#set(value);
    });
  }

  /** As `write`, but only over what `record` itself was read from: never brings back what a sibling has removed meanwhile. */
  update(record: () => SessionRecord | undefined): Promise<WriteEnd> {
    return this.#enqueue(async () => {
      const reading = await this.#read();
      const value = record();
      if (value === undefined || reading.kind !== 'record') return 'skipped';
      if (reading.record.session !== value.session || reading.record.revision > value.revision) return 'skipped';
      return await this.#set(value);
    });
  }

  /** Empties the store, whatever is in it. */
  clear(): Promise<WriteEnd> {
    return this.#enqueue(() => this.#delete());
  }

  /** Empties the store of what is older than a sign-out at `since`; a later sign-in of a sibling stays. */
  clearOlder(since: Stamp): Promise<WriteEnd> {
    return this.#enqueue(async () => {
      const reading = await this.#read();
      if (reading.kind === 'unreadable') return 'refused';
      if (reading.kind === 'empty' || (reading.kind === 'record' && !isLater(since, reading.record.since))) return 'skipped';
      return await this.#delete();
    });
  }

  /** Replaces that session by a note that it ended, unless the store holds another one or a younger pair by now. */
  bury({ session, revision }: { session: string; revision: number }, reason: string): Promise<WriteEnd> {
    return this.#enqueue(async () => {
      const reading = await this.#read();
      if (reading.kind === 'unreadable') return 'refused';
      if (reading.kind !== 'record' || reading.record.session !== session || reading.record.revision > revision) return 'skipped';
      return await this.#set({ session, ended: reason });
    });
  }

  /**
   * Whether what was read comes from before a reinstall: the mark of the installation that wrote it is gone with the plain tier. Only a
   * record that says it was marked is doubted, so no update of the app and no refusing plain tier signs anybody out (refresh-bugs K10).
   */
  async isReinstalled(reading: { marked: boolean }): Promise<boolean> {
    if (!reading.marked) return false;
    const mark = await this.#plain(async (plain) => (await plain.get(this.#markKey)) ?? '');
    this.#marked = mark !== undefined && mark !== '';
    return mark === '';
  }

  /** Resolves when everything asked for so far is done. */
  async drain(): Promise<void> {
    await this.#tail;
  }

  async #read(): Promise<Reading> {
    try {
      const value = await this.#host.store.get(this.#key);
      if (value === undefined) return { kind: 'empty' };
      const { clock } = this.#host;
      const stored = decodeRecord(value, { wall: clock.now(), mono: clock.monotonic() }, this.#sameClock);
      if (stored === undefined) return { kind: 'corrupt' };
      if ('ended' in stored) return { kind: 'ended', session: stored.session, reason: stored.ended };
      const { marked, ...record } = stored;
      return { kind: 'record', record: await this.#withAccess(record), marked };
    } catch (error) {
      return { kind: 'unreadable', locked: codeOf(error) === 'store-locked' };
    }
  }

  async #set(value: SessionRecord | Tombstone): Promise<WriteEnd> {
    const kept = 'ended' in value || this.#tier === 'secure' ? value : { ...value, tokens: { ...value.tokens, accessToken: '' } };
    const end = await attempt(() => this.#host.store.set(this.#key, encodeRecord({ ...kept, marked: this.#marked })));
    if (this.#tier !== 'plain' || end === 'refused') return end;
    if ('ended' in value) await this.#plain((plain) => plain.delete(this.#accessKey));
    else await this.#plain((plain) => plain.set(this.#accessKey, `${nameOf(value)} ${value.tokens.accessToken}`));
    return end;
  }

  async #delete(): Promise<WriteEnd> {
    const end = await attempt(() => this.#host.store.delete(this.#key));
    if (this.#tier === 'plain') await this.#plain((plain) => plain.delete(this.#accessKey));
    return end;
  }

  /** The record with the access token that the plain tier holds for it; one that belongs to another pair is none (a torn write). */
  async #withAccess(record: SessionRecord): Promise<SessionRecord> {
    if (this.#tier !== 'plain' || record.tokens.accessToken !== '') return record;
    const held = await this.#plain((plain) => plain.get(this.#accessKey));
    const [name, accessToken = ''] = held?.split(' ') ?? [];
    return name === nameOf(record) ? { ...record, tokens: { ...record.tokens, accessToken } } : record;
  }

  async #mark(): Promise<void> {
    this.#marked = (await this.#plain((plain) => plain.set(this.#markKey, '1').then(() => true))) === true;
  }

  /** The plain tier may fail: nothing in it is needed. */
  async #plain<T>(operation: (plain: Host['plain']) => Promise<T>): Promise<T | undefined> {
    try {
      return await operation(this.#host.plain);
    } catch {
      return undefined;
    }
  }

  get #accessKey(): string {
    return `${this.#key}.access`;
  }

  get #markKey(): string {
    return `${this.#key}.mark`;
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

function nameOf({ session, revision }: SessionRecord): string {
  return `${session}/${revision}`;
}

async function attempt(operation: () => Promise<void>): Promise<WriteEnd> {
  try {
    await operation();
    return 'written';
  } catch {
    return 'refused';
  }
}
