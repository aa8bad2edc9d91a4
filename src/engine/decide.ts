// The decisions of the engine, apart from every effect: what to do with the token in hand, what a stored record means for it, why a
// session is over, what is worth taking over. Pure.
import type { Reason } from './machine.ts';
import { isLater, type SessionRecord, type Stamp, type TokenSet } from './record.ts';
import type { Reading } from './vault.ts';

export type TokenUse =
  | 'use'
  /** Near its end: refresh first, but go on with it if that fails. */
  | 'ahead'
  /** Expired or refused: nothing to send. */
  | 'need'
  /** Its successor is here but not written yet: wait for that and send nothing older (invariants I3a, I4). */
  | 'wait';

export interface TokenFacts {
  fresh: boolean;
  alive: boolean;
  delivered: boolean;
  canRefresh: boolean;
}

export function decideToken(facts: TokenFacts): TokenUse {
  if (facts.delivered) return 'wait';
  if (facts.fresh) return 'use';
  if (!facts.alive) return 'need';
  return facts.canRefresh ? 'ahead' : 'use';
}

/** The session in hand, as far as it is compared with the stored one. */
export interface InHand {
  session: string;
  since: Stamp;
  revision: number;
  accessToken: string;
  durable: boolean;
}

/** Says of a stored session that it is over here: signed out, replaced, or ended at that revision. */
export type IsOver = (stored: { session: string; revision: number; since: Stamp | undefined; tokens?: SessionRecord['tokens'] }) => boolean;

export type StoredVerdict =
  | { kind: 'same'; record: SessionRecord }
  /** A sibling has rotated: its pair replaces ours. */
  | { kind: 'newer'; record: SessionRecord }
  /** Somebody else signed in through a sibling. */
  | { kind: 'replaced'; record: SessionRecord }
  /** A sibling signed out. */
  | { kind: 'signed-out' }
  /** A sibling saw the server end the session. */
  | { kind: 'ended'; reason: Reason }
  /** Ours is younger, or the store says nothing about it: memory counts. */
  | { kind: 'ours' }
  /** The store held it and now holds less, torn or from a backup: it is to be written again. */
  | { kind: 'damaged' };

/** What the store, read again, means for the session in hand. `isOver` tells leftovers. */
export function decideStored(reading: Reading, mine: InHand, isOver: IsOver): StoredVerdict {
  if (reading.kind === 'empty') return mine.durable ? { kind: 'signed-out' } : { kind: 'ours' };
  if (reading.kind === 'ended') return decideTombstone(reading, mine, isOver);
  if (reading.kind !== 'record') return reading.kind === 'corrupt' ? { kind: 'damaged' } : { kind: 'ours' };
  const { record } = reading;
  if (record.session !== mine.session) {
    const isOlder = isOver(record) || (!mine.durable && !isLater(record.since, mine.since));
    return isOlder ? { kind: 'ours' } : { kind: 'replaced', record };
  }
  if (record.revision < mine.revision) return { kind: 'damaged' };
  return record.revision === mine.revision && ['', mine.accessToken].includes(record.tokens.accessToken)
    ? { kind: 'same', record }
    : { kind: 'newer', record };
}

/** The note of another session's end says that ours was replaced before, unless it is older than ours. */
function decideTombstone(ended: { session: string; reason: Reason }, mine: InHand, isOver: IsOver): StoredVerdict {
  if (ended.session === mine.session) return { kind: 'ended', reason: ended.reason };
  return mine.durable && !isOver({ session: ended.session, revision: 0, since: undefined }) ? { kind: 'signed-out' } : { kind: 'ours' };
}

/** Whether the store still holds that very session, and no younger pair of it. */
export function isStill(reading: Reading, { id, revision }: { id: string; revision: number }): boolean {
  return reading.kind === 'record' && reading.record.session === id && reading.record.revision <= revision;
}

/** Whether the store still holds that refused refresh token, with a younger access token or not. */
export function isRefused(reading: Reading, session: { id: string; revision: number; tokens: TokenSet }): boolean {
  if (reading.kind !== 'record' || reading.record.session !== session.id) return false;
  return isStill(reading, session) || reading.record.tokens.refreshToken === session.tokens.refreshToken;
}

/** Whether the store holds anything older than a sign-out at `since`; a later sign-in of a sibling stays. */
export function isLeftover(reading: Reading, since: Stamp): boolean {
  return reading.kind !== 'empty' && (reading.kind !== 'record' || reading.record.since.mono < since.mono);
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
export function decideOffer(offered: Offered, mine: { accessToken: string; left: number }, askedWith: string): boolean {
  if (offered.accessToken === '' || offered.accessToken === mine.accessToken || askedWith !== mine.accessToken) return false;
  return offered.life !== undefined && offered.life > mine.left;
}

/**
 * Whether requests called before a new sign-in may go on with it. They may when the same user is known to have come back, or when nobody
 * can tell and the sign-in answered the engine's own prompt.
 */
export function decideCarryOver(sameUser: boolean | undefined, prompted: boolean): boolean {
  return sameUser ?? prompted;
}
