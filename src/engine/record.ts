// The one store entry of a session: tokens, their lifetime and the state of an outage, so that what one process learns binds
// its siblings and its next launch. One key, one write: a crash can never leave half of a pair (refresh-bugs F1, K12).

import { parseObject } from '../core/http.ts';

/** One instant on both clocks of a device. */
export interface Stamp {
  readonly wall: number;
  readonly mono: number;
}

/** As long as a session is in hand, the monotonic parts of its stamps are of this process's own clock: see `rebase`. */
export interface TokenSet {
  /** Empty: the store does not hold it, by the choice of `accessTokenTier`. */
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly receivedAt: Stamp;
  /** Ms it had left when it was received; undefined = nobody said, so only a 401 can tell. */
  readonly life: number | undefined;
  /** As `life`, of the refresh token: known only where the server tells it. */
  readonly refreshLife: number | undefined;
  /** Ms before its end from which it is refreshed ahead; drawn once per token (refresh-bugs E15). */
  readonly ahead: number;
  /** End on the server's clock, ms since the Unix epoch. */
  readonly expiresAt: number | undefined;
  /** Its age is known for certain, not by a wall clock that may have been set over a restart. Not stored. */
  readonly certain: boolean;
}

/** A run of failed refreshes since the last grant. */
export interface Outage {
  readonly failures: number;
  /** When the last attempt ended, and for how many ms from then on no other may be sent. */
  readonly at: Stamp;
  readonly wait: number;
  /** The part of `wait` that nothing shortens: Retry-After. */
  readonly floor: number;
  /** Retries that may still be spent before the hourly allowance sets the pace. */
  readonly credit: number;
  /** An answer may have been lost after the server committed. */
  readonly unknown: boolean;
}

export interface SessionRecord {
  /** Names the sign-in; the same in all processes of the device. */
  readonly session: string;
  /** When that was: an older session in the store is a leftover. */
  readonly since: Stamp;
  /** Counts rotations: the higher one is the younger pair. */
  readonly revision: number;
  readonly tokens: TokenSet;
  readonly outage: Outage | undefined;
  /** In the store: written by an installation that had left its mark in the plain tier (see vault.ts). */
  readonly marked?: boolean;
}

/** What is left of a session that the server ended: siblings and the next launch say `expired` too, and know why. No tokens. */
export interface Tombstone {
  readonly session: string;
  readonly ended: string;
}

const VERSION = 1;

/** `marked`: the plain tier holds the mark of this installation (see vault.ts). `issuer`: whose tokens they are. */
export function encodeRecord(record: SessionRecord | Tombstone, marked: boolean, issuer: string): string {
  return JSON.stringify({ ...record, v: VERSION, marked, issuer });
}

/**
 * What a stored value holds, its stamps as `now` has them; undefined when it is nothing that this version wrote, null when it is of another
 * issuer than ours: an app that was pointed at another server must not take it there (refresh-bugs H11).
 */
export function decodeRecord(value: string, now: Stamp, sameClock: boolean, ours: string): SessionRecord | Tombstone | undefined | null {
  const stored = parseObject(value) as Partial<SessionRecord & Tombstone & { v: number; issuer: string }> | undefined;
  if (stored?.v !== VERSION || typeof stored.session !== 'string') return undefined;
  if ((stored.issuer ?? ours) !== ours) return null;
  const { session, since, revision, tokens, outage, ended, marked } = stored;
  if (typeof ended === 'string') return { session, ended };
  if (typeof revision !== 'number' || !isStamp(since) || typeof tokens?.accessToken !== 'string' || !isStamp(tokens.receivedAt))
    return undefined;
  const receivedAt = rebase(tokens.receivedAt, now, sameClock);
  return {
    session,
    since: rebase(since, now, sameClock),
    revision,
    tokens: { ...tokens, receivedAt, certain: receivedAt === tokens.receivedAt },
    // A damaged outage costs nothing but its memory: the tokens are worth more.
    outage: isStamp(outage?.at) ? { ...outage, at: rebase(outage.at, now, sameClock) } : undefined,
    marked: marked === true,
  };
}

/** By both clocks: one may have been set, the other may have begun anew. */
export function isLater(one: Stamp, other: Stamp): boolean {
  return one.mono > other.mono && one.wall > other.wall;
}

/**
 * `stamp` with its monotonic part as the clock of this process would have said it. The monotonic clock knows best, as long as it is the same
 * one: it went backwards over a reboot, and a host may say that it starts anew with each process. Then the wall clock must do; one that
 * was set back counts as no time, but what was before the boot stays before it.
 */
export function rebase(stamp: Stamp, now: Stamp, sameClock: boolean): Stamp {
  if (sameClock && now.mono >= stamp.mono) return stamp;
  const mono = now.mono - Math.max(0, now.wall - stamp.wall);
  return { wall: stamp.wall, mono: sameClock ? Math.min(0, mono) : mono };
}

function isStamp(value: Partial<Stamp> | null | undefined): value is Stamp {
  return typeof value?.wall === 'number' && typeof value.mono === 'number';
}
