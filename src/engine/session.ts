// One signed-in session as this process holds it. A new sign-in makes a new object: whoever still holds the old one sees `ended`,
// which is the generation check of invariants I9 and I10.
import { deathMargin } from './expiry.ts';
import type { Flight } from './flight.ts';
import type { Reason } from './machine.ts';
import type { Outage, SessionRecord, Stamp, TokenSet } from './record.ts';

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
  /** After a launch: ends when it is known whether the session is still good, or cannot be known now. */
  verifying: Promise<unknown> | undefined;
  /** The last token that the API offered: it is told again until it is used. */
  offered: string | undefined;
  ended: Reason | undefined;
  flight: Flight | undefined;
  /** Paths that refused brand-new tokens: how many different ones, and until when (monotonic ms) that is held against them. */
  readonly #stubborn = new Map<string, { tokens: Set<string>; until: number }>();
  #refused: string | undefined;
  #freshUntil = 0;
  #aliveUntil = 0;

  constructor(record: SessionRecord, mono: number, durable: boolean) {
    this.id = record.session;
    this.since = record.since;
    this.revision = record.revision;
    this.tokens = record.tokens;
    this.outage = record.outage;
    this.durable = durable;
    this.#measure(mono);
  }

  get record(): SessionRecord {
    return { session: this.id, since: this.since, revision: this.revision, tokens: this.tokens, outage: this.outage };
  }

  /** Takes over a younger pair. Everything known about the old one is forgotten, unless the store keeps no access token: then ours stays. */
  adopt(record: SessionRecord, mono: number): void {
    this.revision = record.revision;
    this.outage = record.outage;
    if (record.tokens.accessToken === '') {
      this.tokens = { ...this.tokens, refreshToken: record.tokens.refreshToken };
      return;
    }
    this.tokens = record.tokens;
    this.#refused = undefined;
    this.#measure(mono);
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

  /** As fresh, and no exchange has been lost that may have spent the refresh token: the server forgives that for a moment only. */
  isSettled(mono: number): boolean {
    return this.isFresh(mono) && this.outage?.unknown !== true;
  }

  isAlive(mono: number): boolean {
    return mono < this.#aliveUntil && this.#refused === undefined;
  }

  /** Somebody asked for a new token: from now on this one counts as near its end. */
  hasten(): void {
    this.#freshUntil = Number.NEGATIVE_INFINITY;
  }

  /** Ms until refresh-ahead is due; Infinity when the token's life is unknown. */
  untilAhead(mono: number): number {
    return this.#freshUntil - mono;
  }

  /** Ms until the token is not sent any more; Infinity when its life is unknown. */
  untilDead(mono: number): number {
    return this.#aliveUntil - mono;
  }

  /** The server said what time it is, ms since the Unix epoch: beats the wall clock, where only that could tell the age of a restored token. */
  serverTime(date: number, mono: number): void {
    const { expiresAt, certain } = this.tokens;
    if (certain || expiresAt === undefined) return;
    this.tokens = { ...this.tokens, certain: true };
    this.#endsIn(expiresAt - date, mono);
  }

  #measure(mono: number): void {
    const { life = Number.POSITIVE_INFINITY, receivedAt, accessToken } = this.tokens;
    this.#endsIn(accessToken === '' ? Number.NEGATIVE_INFINITY : life - (mono - receivedAt.mono), mono);
  }

  #endsIn(remaining: number, mono: number): void {
    const { ahead, life } = this.tokens;
    this.#freshUntil = mono + remaining - ahead;
    this.#aliveUntil = mono + remaining - deathMargin(life);
  }
}
