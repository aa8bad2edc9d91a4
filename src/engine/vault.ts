// The store behind one queue: reads and writes of this process never overtake each other, so a sign-out's delete always comes
// after a write that was under way (invariants I9). Unreadable is never taken for empty (refresh-bugs K15, K16). It also knows which
// tier holds what: the refresh token is in the secure one, always.
import type { HostStore } from '../core/contract.ts';
import { endingNamed, type Reason } from './machine.ts';
import { decodeRecord, encodeRecord, type SessionRecord, type Tombstone } from './record.ts';
import { type Runtime, stampOf } from './runtime.ts';

export type Reading =
  | { kind: 'record'; record: SessionRecord }
  /** The server has ended this session. */
  | { kind: 'ended'; session: string; reason: Reason }
  /** Nothing of ours; `foreign`: an entry of another issuer. */
  | { kind: 'empty'; foreign: boolean }
  /** Something is there that this version did not write. */
  | { kind: 'corrupt' }
  /** Locked, or failing otherwise: says nothing about what is in it. */
  | { kind: 'unreadable'; locked: boolean };

/** What the store is to hold: null = nothing, undefined = what it holds now. */
export type Wanted = SessionRecord | Tombstone | null | undefined;
/** `skipped`: when its turn came, nothing was wanted. `refused`: it could not be written, or not be read so that nobody knows. */
export type WriteEnd = 'written' | 'refused' | 'skipped';

export function readStore(rt: Runtime): Promise<Reading> {
  return inTurn(rt, () => read(rt));
}

/** Writes what is wanted when its turn comes, whatever the store holds. */
export function writeStore(rt: Runtime, wanted: () => Wanted): Promise<WriteEnd> {
  return inTurn(rt, async () => {
    await mark(rt);
    return await put(rt, wanted());
  });
}

/** Writes what `decide` makes of what the store holds, with nothing of this process in between. */
export function changeStore(rt: Runtime, decide: (reading: Reading) => Wanted): Promise<WriteEnd> {
  return inTurn(rt, async () => {
    await mark(rt);
    const reading = await read(rt);
    const end = await put(rt, decide(reading));
    return end === 'skipped' && reading.kind === 'unreadable' ? 'refused' : end;
  });
}

/**
 * Whether what was read comes from before a reinstall: the mark of the installation that wrote it is gone with the plain tier. Only a
 * record that says it was marked is doubted, so no update of the app and no refusing plain tier signs anybody out (refresh-bugs K10).
 */
export async function isReinstalled(rt: Runtime, { marked }: SessionRecord): Promise<boolean> {
  const found = marked === true ? await plainly(rt, 'mark', async (plain, key) => (await plain.get(key)) ?? '') : undefined;
  rt.marked = Boolean(found);
  return found === '';
}

/** Marks this installation, once. */
async function mark(rt: Runtime): Promise<void> {
  if (!rt.marked) rt.marked = (await plainly(rt, 'mark', (plain, key) => plain.set(key, '1').then(() => true))) === true;
}

async function read(rt: Runtime): Promise<Reading> {
  const { storeKey, monotonicSince } = rt.settings;
  try {
    const value = await rt.host.store.get(storeKey);
    const stored = value === undefined ? null : decodeRecord(value, stampOf(rt), monotonicSince === 'boot', rt.host.config.issuer);
    if (stored === null) return { kind: 'empty', foreign: value !== undefined };
    if (stored === undefined) return { kind: 'corrupt' };
    if ('ended' in stored) return { kind: 'ended', session: stored.session, reason: endingNamed(stored.ended) ?? 'invalid-grant' };
    return { kind: 'record', record: await withAccess(rt, stored) };
  } catch (error) {
    return { kind: 'unreadable', locked: codeOf(error) === 'store-locked' };
  }
}

async function put(rt: Runtime, value: Wanted): Promise<WriteEnd> {
  if (value === undefined) return 'skipped';
  const { storeKey, accessTokenTier: tier } = rt.settings;
  const { store } = rt.host;
  const record = value !== null && 'tokens' in value ? value : undefined;
  const kept = record === undefined || tier === 'secure' ? value : { ...record, tokens: { ...record.tokens, accessToken: '' } };
  try {
    await (kept === null ? store.delete(storeKey) : store.set(storeKey, encodeRecord(kept, rt.marked, rt.host.config.issuer)));
  } catch {
    return 'refused';
  }
  if (tier === 'plain') {
    const access = record && `${pairOf(record)} ${record.tokens.accessToken}`;
    await plainly(rt, 'access', (plain, key) => (access === undefined ? plain.delete(key) : plain.set(key, access)));
  }
  return 'written';
}

/** The record with the access token that the plain tier holds for it; one that belongs to another pair is none (a torn write). */
async function withAccess(rt: Runtime, record: SessionRecord): Promise<SessionRecord> {
  if (rt.settings.accessTokenTier !== 'plain' || record.tokens.accessToken !== '') return record;
  const held = await plainly(rt, 'access', (plain, key) => plain.get(key));
  const [pair, accessToken = ''] = held?.split(' ') ?? [];
  return pair === pairOf(record) ? { ...record, tokens: { ...record.tokens, accessToken } } : record;
}

/** The plain tier may fail: nothing in it is needed. */
async function plainly<T>(
  rt: Runtime,
  what: 'access' | 'mark',
  operation: (plain: HostStore, key: string) => Promise<T>,
): Promise<T | undefined> {
  try {
    return await operation(rt.host.plain, `${rt.settings.storeKey}.${what}`);
  } catch {
    return undefined;
  }
}

function inTurn<T>(rt: Runtime, job: () => Promise<T>): Promise<T> {
  const result = rt.written.then(job);
  rt.written = result.catch(() => undefined);
  return result;
}

/** The `code` of a host's error; the error itself is never passed on. */
export function codeOf(error: unknown): unknown {
  return (error as { code?: unknown } | null | undefined)?.code;
}

function pairOf({ session, revision }: SessionRecord): string {
  return `${session}/${revision}`;
}
