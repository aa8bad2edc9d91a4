// One signed-in session as this process holds it. A new sign-in makes a new object: whoever still holds the old one sees `ended`,
// which is the generation check of invariants I9 and I10.
import type { Rejection, SessionState } from '../core/contract.ts';
import { deathMargin } from './expiry.ts';
import type { Flight } from './flight.ts';
import { elapsedSince, type Outage, type SessionRecord, type Stamp, type TokenSet } from './record.ts';

/** Why a session is over, for its waiting requests and for whoever watches the state. */
export interface Ending {
  state: SessionState;
  reason: string;
  rejection: Rejection;
}

export const ENDINGS = {
  invalidGrant: { state: 'expired', reason: 'invalid-grant', rejection: 'reauthentication-required' },
  /** The refresh token was spent by an exchange whose answer never came (refresh-bugs F11): told apart, so that it gets reported. */
  lostResponse: { state: 'expired', reason: 'lost-response', rejection: 'reauthentication-required' },
  noRefreshToken: { state: 'expired', reason: 'no-refresh-token', rejection: 'reauthentication-required' },
  signedOut: { state: 'signed-out', reason: 'signed-out', rejection: 'signed-out' },
  siblingSignedOut: { state: 'signed-out', reason: 'sibling-signed-out', rejection: 'signed-out' },
  replaced: { state: 'active', reason: 'sibling-signed-in', rejection: 'signed-out' },
  signedInAnew: { state: 'active', reason: 'signed-in', rejection: 'signed-out' },
} as const satisfies Readonly<Record<string, Ending>>;

/** Paths remembered at most. */
const MOST_STUBBORN = 100;

export class Session {
  readonly id: string;
  readonly since: Stamp;
  revision: number;
  tokens: TokenSet;
  outage: Outage | undefined;
  /** The store has held this session: if it is gone from there, somebody signed out. */
  durable: boolean;
  /** The newest pair is not in the store yet. */
  dirty = false;
  /** A sign-in is being written: nobody uses it before. */
  writing: Promise<unknown> | undefined;
  ended: Ending | undefined;
  flight: Flight | undefined;
  /** Paths that refused brand-new tokens: how many different ones, and until when (monotonic ms) that is held against them. */
  readonly #stubborn = new Map<string, { tokens: Set<string>; until: number }>();
  /** Only the wall clock could tell the age of a restored token: the next `Date` header may correct it. */
  #uncertain = false;
  #refused: string | undefined;
  #freshUntil = 0;
  #aliveUntil = 0;

  constructor(record: SessionRecord, now: Stamp, origin: { durable: boolean; monotonicHolds: boolean }) {
    this.id = record.session;
    this.since = record.since;
    this.revision = record.revision;
    this.tokens = record.tokens;
    this.outage = record.outage;
    this.durable = origin.durable;
    this.#measure(now, origin.monotonicHolds);
  }

  get record(): SessionRecord {
    return { session: this.id, since: this.since, revision: this.revision, tokens: this.tokens, outage: this.outage };
  }

  /** Takes over a younger pair. Everything known about the old one is forgotten. */
  adopt(record: SessionRecord, now: Stamp, monotonicHolds: boolean): void {
    this.revision = record.revision;
    this.tokens = record.tokens;
    this.outage = record.outage;
    this.#refused = undefined;
    this.#measure(now, monotonicHolds);
  }

  /** Notes a 401 for the token a request was sent with. A token that is no longer current says nothing (late 401). */
  refuse(accessToken: string): void {
    if (accessToken === this.tokens.accessToken) this.#refused = accessToken;
  }

  get refused(): boolean {
    return this.#refused !== undefined;
  }

  /** A path refused a token that had just been refreshed for it. One may have died on the way; the second says that it is the path. */
  noteStubborn(path: string, until: number): void {
    const known = this.#stubborn.get(path);
    if (this.#stubborn.size >= MOST_STUBBORN) this.#stubborn.clear();
    this.#stubborn.set(path, { tokens: new Set([...(known?.tokens ?? []), this.tokens.accessToken]), until });
  }

  isStubborn(path: string, mono: number): boolean {
    const known = this.#stubborn.get(path);
    return known !== undefined && known.tokens.size > 1 && known.until > mono;
  }

  /** The path accepts tokens after all. */
  forgive(path: string): void {
    if (this.#stubborn.size > 0) this.#stubborn.delete(path);
  }

  /** The happy path: neither refused nor near its end. Two comparisons. */
  isFresh(mono: number): boolean {
    return mono < this.#freshUntil && this.#refused === undefined;
  }

  isAlive(mono: number): boolean {
    return mono < this.#aliveUntil && this.#refused === undefined;
  }

  /** Ms until refresh-ahead is due; Infinity when the token's life is unknown. */
  untilAhead(mono: number): number {
    return this.#freshUntil - mono;
  }

  /** The server said what time it is, ms since the Unix epoch: beats the wall clock, which may have been set over a restart. */
  serverTime(date: number, mono: number): void {
    const { expiresAt } = this.tokens;
    if (!this.#uncertain || expiresAt === undefined) return;
    this.#uncertain = false;
    this.#endsIn(expiresAt - date, mono);
  }

  #measure(now: Stamp, monotonicHolds: boolean): void {
    const { life, receivedAt } = this.tokens;
    this.#uncertain = !monotonicHolds || now.mono < receivedAt.mono;
    this.#endsIn(life === undefined ? Number.POSITIVE_INFINITY : life - elapsedSince(receivedAt, now, monotonicHolds), now.mono);
  }

  #endsIn(remaining: number, mono: number): void {
    const { ahead, life } = this.tokens;
    this.#freshUntil = mono + remaining - ahead;
    this.#aliveUntil = mono + remaining - deathMargin(life);
  }
}
