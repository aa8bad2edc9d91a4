// The decisions of the engine, apart from every effect: what to do with the token in hand, what a stored record means for it, why a
// session is over, what is worth taking over. Pure.
import { isOver, type Past } from './leftovers.ts';
import type { Reason } from './machine.ts';
import { isLater, type SessionRecord, type Stamp, type TokenSet } from './record.ts';
import type { Session } from './session.ts';
import type { Reading } from './vault.ts';

export type TokenUse =
  | 'use'
  /** Near its end: refresh first, but go on with it if that fails. */
  | 'ahead'
  /** Expired or refused: nothing to send. */
  | 'need';

export function decideToken(fresh: boolean, alive: boolean, canRefresh: boolean): TokenUse {
  if (fresh) return 'use';
  if (!alive) return 'need';
  return canRefresh ? 'ahead' : 'use';
}

/** The session in hand, as far as it is compared with the stored one. */
export type InHand = Pick<Session, 'record' | 'durable'>;

export type Absence = Exclude<Reading, { kind: 'record' | 'unreadable' }>;

export type RecordVerdict =
  | 'same'
  /** A sibling has rotated: its pair replaces ours. */
  | 'newer'
  /** Somebody else signed in through a sibling. */
  | 'replaced'
  /** Ours is younger, or the store says nothing about it: memory counts. */
  | 'ours'
  /** The store held it and now holds less, torn or from a backup: it is to be written again. */
  | 'damaged';

/** What a record in the store, read again, means for the session in hand. `past` tells leftovers. */
export function decideRecord(record: SessionRecord, { record: mine, durable }: InHand, past: Past): RecordVerdict {
  if (record.session !== mine.session)
    return isOver(past, record) || (!durable && !isLater(record.since, mine.since)) ? 'ours' : 'replaced';
  if (record.revision < mine.revision) return 'damaged';
  return record.revision === mine.revision && ['', mine.tokens.accessToken].includes(record.tokens.accessToken) ? 'same' : 'newer';
}

/** The same of a store that can be read and holds no record. A reason: the session is over, by a sibling or by what it saw. */
export function decideAbsence(reading: Absence, { record: mine, durable }: InHand, past: Past): Reason | 'ours' | 'damaged' {
  if (reading.kind === 'ended' && reading.session === mine.session) return reading.reason;
  // The end of another session says that ours was replaced before, unless it is older than ours.
  if (!durable || (reading.kind === 'ended' && isOver(past, reading))) return 'ours';
  return reading.kind === 'corrupt' ? 'damaged' : 'sibling-signed-out';
}

/** Whether the store holds anything older than a sign-out or sign-in at `since`; a later sign-in of a sibling stays. */
export function isLeftover(reading: Reading, since: Stamp): boolean {
  if (reading.kind === 'record') return reading.record.since.mono < since.mono;
  return reading.kind === 'ended' || reading.kind === 'corrupt';
}

/**
 * A sibling took this process for frozen and refreshed beside it: what was granted later stays, by the server's clock, or else by the
 * lock, which its holder had before anybody passed it by.
 */
export function isOvertaken(theirs: TokenSet, ours: TokenSet, heldLock: boolean): boolean {
  const [their, our] = [theirs.expiresAt, ours.expiresAt];
  return their !== undefined && our !== undefined && their !== our ? their > our : heldLock;
}

/** Why a refused refresh token is over: a server that says so knows best, but of a token spent unseen it only knows that it was used. */
export function decideEnding(why: Reason | undefined, answerLost: boolean): Reason {
  if (why !== undefined && why !== 'reused') return why;
  return answerLost ? 'lost-response' : (why ?? 'invalid-grant');
}

export interface Offered {
  accessToken: string;
  /** Ms it has left; undefined = nobody said. */
  life: number | undefined;
}

/** Whether a token that the API offers is worth taking over: it was offered for the one in hand, and is known to outlive it. */
export function decideOffer(offered: Offered, held: string, left: number, askedWith: string): boolean {
  const isAnother = offered.accessToken !== '' && offered.accessToken !== held && askedWith === held;
  return isAnother && offered.life !== undefined && offered.life > left;
}
