// The decisions of the engine, apart from every effect: what to do with the token in hand, what a stored record means for it,
// and what follows from an exchange. Pure.
import type { Outcome } from './classify.ts';
import { isLater, type SessionRecord, type Stamp } from './record.ts';
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
  | { kind: 'ended'; reason: string }
  /** Ours is younger, or the store says nothing about it: memory counts. */
  | { kind: 'ours' };

/** What the store, read again, means for the session in hand. `isOver` tells leftovers. */
export function decideStored(reading: Reading, mine: InHand, isOver: IsOver): StoredVerdict {
  if (reading.kind === 'empty') return mine.durable ? { kind: 'signed-out' } : { kind: 'ours' };
  if (reading.kind === 'ended') return decideTombstone(reading, mine, isOver);
  if (reading.kind !== 'record') return { kind: 'ours' };
  const { record } = reading;
  if (record.session !== mine.session) {
    const isLeftover = isOver(record) || (!mine.durable && !isLater(record.since, mine.since));
    return isLeftover ? { kind: 'ours' } : { kind: 'replaced', record };
  }
  if (record.revision < mine.revision) return { kind: 'ours' };
  return record.revision === mine.revision && record.tokens.accessToken === mine.accessToken
    ? { kind: 'same', record }
    : { kind: 'newer', record };
}

/** The note of another session's end says that ours was replaced before, unless it is older than ours. */
function decideTombstone(ended: { session: string; reason: string }, mine: InHand, isOver: IsOver): StoredVerdict {
  if (ended.session === mine.session) return { kind: 'ended', reason: ended.reason };
  return mine.durable && !isOver({ session: ended.session, revision: 0, since: undefined }) ? { kind: 'signed-out' } : { kind: 'ours' };
}

export type AfterExchange =
  | { kind: 'persist'; outcome: Extract<Outcome, { kind: 'granted' }> }
  /** Answered too late: its session is over. A refresh token in it should be revoked. */
  | { kind: 'discard'; refreshToken: string | undefined }
  /** Ask the store once more, then end the session. */
  | { kind: 'confirm-end' }
  | { kind: 'back-off'; retryAfter: number | undefined; unknown: boolean };

export function decideAfterExchange(outcome: Outcome, sessionOver: boolean): AfterExchange {
  if (sessionOver) return { kind: 'discard', refreshToken: outcome.kind === 'granted' ? outcome.refreshToken : undefined };
  switch (outcome.kind) {
    case 'granted':
      return { kind: 'persist', outcome };
    case 'invalid-grant':
      return { kind: 'confirm-end' };
    case 'declined':
      return { kind: 'back-off', retryAfter: outcome.retryAfter, unknown: false };
    case 'unknown':
      return { kind: 'back-off', retryAfter: outcome.retryAfter, unknown: true };
  }
}
