// The store behind one queue: reads and writes of this process never overtake each other, so a sign-out's delete always comes
// after a write that was under way (invariants I9). Unreadable is never taken for empty (refresh-bugs K15, K16). It also knows which
// tier holds what: the refresh token is in the secure one, always.
import type { Host } from '../core/contract.ts';
import { endingNamed, type Reason } from './machine.ts';
import type { Settings } from './options.ts';
import { decodeRecord, encodeRecord, type SessionRecord, type Tombstone } from './record.ts';

export type Reading =
  | { kind: 'record'; record: SessionRecord }
  /** The server has ended this session. */
  | { kind: 'ended'; session: string; reason: Reason }
  | { kind: 'empty' }
  /** Something is there that this version did not write. */
  | { kind: 'corrupt' }
  /** Locked, or failing otherwise: says nothing about what is in it. */
  | { kind: 'unreadable'; locked: boolean };

/** What the store is to hold: null = nothing, undefined = what it holds now. */
export type Wanted = SessionRecord | Tombstone | null | undefined;
/** `skipped`: when its turn came, nothing was wanted. `refused`: it could not be written, or not be read so that nobody knows. */
export type WriteEnd = 'written' | 'refused' | 'skipped';

export class Vault {
  readonly #host: Host;
  readonly #settings: Settings;
  #marked = false;
  #tail: Promise<unknown> = Promise.resolve();

  constructor(host: Host, settings: Settings) {
    this.#host = host;
    this.#settings = settings;
  }

  read(): Promise<Reading> {
    return this.#enqueue(() => this.#read());
  }

  /** Writes what is wanted when its turn comes, whatever the store holds. */
  write(wanted: () => Wanted): Promise<WriteEnd> {
    return this.#enqueue(async () => {
      await this.#mark();
      return await this.#put(wanted());
    });
  }

  /** Writes what `decide` makes of what the store holds, with nothing of this process in between. */
  change(decide: (reading: Reading) => Wanted): Promise<WriteEnd> {
    return this.#enqueue(async () => {
      await this.#mark();
      const reading = await this.#read();
      const end = await this.#put(decide(reading));
      return end === 'skipped' && reading.kind === 'unreadable' ? 'refused' : end;
    });
  }

  /**
   * Whether what was read comes from before a reinstall: the mark of the installation that wrote it is gone with the plain tier. Only a
   * record that says it was marked is doubted, so no update of the app and no refusing plain tier signs anybody out (refresh-bugs K10).
   */
  async isReinstalled({ marked }: SessionRecord): Promise<boolean> {
    const mark = marked === true ? await this.#plain(async (plain) => (await plain.get(this.#keyOf('mark'))) ?? '') : undefined;
    this.#marked = Boolean(mark);
    return mark === '';
  }

  /** Resolves when everything asked for so far is done. */
  drain(): Promise<unknown> {
    return this.#tail;
  }

  /** Marks this installation, once. */
  async #mark(): Promise<void> {
    if (!this.#marked) this.#marked = (await this.#plain((plain) => plain.set(this.#keyOf('mark'), '1').then(() => true))) === true;
  }

  async #read(): Promise<Reading> {
    const { store, clock } = this.#host;
    const { storeKey, monotonicSince } = this.#settings;
    try {
      const value = await store.get(storeKey);
      if (value === undefined) return { kind: 'empty' };
      const stored = decodeRecord(value, { wall: clock.now(), mono: clock.monotonic() }, monotonicSince === 'boot');
      if (stored === undefined) return { kind: 'corrupt' };
      if ('ended' in stored) return { kind: 'ended', session: stored.session, reason: endingNamed(stored.ended) ?? 'invalid-grant' };
      return { kind: 'record', record: await this.#withAccess(stored) };
    } catch (error) {
      return { kind: 'unreadable', locked: codeOf(error) === 'store-locked' };
    }
  }

  async #put(value: Wanted): Promise<WriteEnd> {
    if (value === undefined) return 'skipped';
    const { storeKey, accessTokenTier: tier } = this.#settings;
    const { store } = this.#host;
    const record = value !== null && 'tokens' in value ? value : undefined;
    const kept = record === undefined || tier === 'secure' ? value : { ...record, tokens: { ...record.tokens, accessToken: '' } };
    try {
      await (kept === null ? store.delete(storeKey) : store.set(storeKey, encodeRecord(kept, this.#marked)));
    } catch {
      return 'refused';
    }
    const key = this.#keyOf('access');
    if (tier === 'plain') {
      const access = record && `${pairOf(record)} ${record.tokens.accessToken}`;
      await this.#plain((plain) => (access === undefined ? plain.delete(key) : plain.set(key, access)));
    }
    return 'written';
  }

  /** The record with the access token that the plain tier holds for it; one that belongs to another pair is none (a torn write). */
  async #withAccess(record: SessionRecord): Promise<SessionRecord> {
    if (this.#settings.accessTokenTier !== 'plain' || record.tokens.accessToken !== '') return record;
    const held = await this.#plain((plain) => plain.get(this.#keyOf('access')));
    const [pair, accessToken = ''] = held?.split(' ') ?? [];
    return pair === pairOf(record) ? { ...record, tokens: { ...record.tokens, accessToken } } : record;
  }

  /** The plain tier may fail: nothing in it is needed. */
  async #plain<T>(operation: (plain: Host['plain']) => Promise<T>): Promise<T | undefined> {
    try {
      return await operation(this.#host.plain);
    } catch {
      return undefined;
    }
  }

  #keyOf(what: 'access' | 'mark'): string {
    return `${this.#settings.storeKey}.${what}`;
  }

  #enqueue<T>(job: () => Promise<T>): Promise<T> {
    const result = this.#tail.then(job);
    this.#tail = result.catch(() => undefined);
    return result;
  }
}

/** The `code` of a host's error; the error itself is never passed on. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}

function pairOf({ session, revision }: SessionRecord): string {
  return `${session}/${revision}`;
}
