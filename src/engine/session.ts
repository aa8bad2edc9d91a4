// One signed-in session as this process holds it. A new sign-in makes a new object: whoever still holds the old one sees `ended`,
// which is the generation check of invariants I9 and I10.
import type { HostClock } from '../core/contract.ts';
import { deathMargin } from './expiry.ts';
import type { Flight } from './flight.ts';
import type { Reason } from './machine.ts';
import type { Outage, SessionRecord, TokenSet } from './record.ts';

/** Paths remembered at most. */
const MOST_STUBBORN = 100;
const NEVER = Number.NEGATIVE_INFINITY;
/** After a refresh that was tried in vain, timers and streams leave it to requests for this long, ms. */
const REST = 60_000;

export class Session {
  /** What the store holds, or is to hold. */
  record: SessionRecord;
  /** The store has held this session: if it is gone from there, somebody signed out. */
  durable: boolean;
  /** The newest pair is not in the store yet. */
  dirty = false;
  /** A new pair is being written: nobody uses it, or an older one, before (invariants I3a, I4). */
  writing: Promise<unknown> | undefined;
  /** After a launch: ends when it is known whether the session is still good, or cannot be known now. */
  verifying: Promise<unknown> | undefined;
  /** The last token that the API offered: it is told again until it is used. */
  offered: string | undefined;
  ended: Reason | undefined;
  flight: Flight | undefined;
  readonly #clock: HostClock;
  /** Paths that refused a brand-new token: which one, and until when (monotonic ms) they are believed. */
  readonly #stubborn = new Map<string, { accessToken: string; until: number }>();
  /** Monotonic ms until which the token is used without a thought, and until which it is sent at all. */
  #freshUntil = NEVER;
  #aliveUntil = NEVER;
  #restUntil = NEVER;

  constructor(record: SessionRecord, clock: HostClock, durable: boolean) {
    this.record = record;
    this.#clock = clock;
    this.durable = durable;
    this.#measure();
  }

  get tokens(): TokenSet {
    return this.record.tokens;
  }

  /** Takes over a younger pair. Everything known about the old one is forgotten, unless the store keeps no access token: then ours stays. */
  adopt(record: SessionRecord): void {
    const { accessToken, refreshToken } = record.tokens;
    this.record = accessToken === '' ? { ...record, tokens: { ...this.tokens, refreshToken } } : record;
    if (accessToken !== '') this.#measure();
    this.#restUntil = NEVER;
  }

  /** Nobody uses a token of this session before `written` is done. */
  async hold<T>(written: Promise<T>): Promise<T> {
    this.writing = written.catch(() => {});
    try {
      return await written;
    } finally {
      this.writing = undefined;
    }
  }

  note(outage: Outage | undefined): void {
    this.record = { ...this.record, outage };
  }

  /** Notes a 401 for the token a request was sent with. A token that is no longer current says nothing (late 401). */
  refuse(accessToken: string): void {
    if (accessToken === this.tokens.accessToken) this.#freshUntil = this.#aliveUntil = NEVER;
  }

  get refused(): boolean {
    return this.#aliveUntil === NEVER;
  }

  /** A path refused a token that had just been refreshed for it. One may have died on the way; the second says that it is the path. */
  noteStubborn(path: string, ms: number): void {
    const { accessToken } = this.tokens;
    const known = this.#stubborn.get(path);
    if (known?.accessToken === accessToken) return;
    if (this.#stubborn.size >= MOST_STUBBORN) this.#stubborn.clear();
    this.#stubborn.set(path, { accessToken, until: known === undefined ? NEVER : this.#clock.monotonic() + ms });
  }

  isStubborn(path: string): boolean {
    return (this.#stubborn.get(path)?.until ?? NEVER) > this.#clock.monotonic();
  }

  /** The path accepts tokens after all. */
  forgive(path: string): void {
    if (this.#stubborn.size > 0) this.#stubborn.delete(path);
  }

  /** The happy path: neither refused nor, in `ahead` ms from now, near its end. */
  isFresh(ahead = 0): boolean {
    return this.untilAhead() > ahead;
  }

  /** As fresh, and no exchange was lost that may have spent the refresh token: the server forgives that for a moment only. */
  isSettled(ahead = 0): boolean {
    return this.isFresh(ahead) && this.record.outage?.unknown !== true;
  }

  isAlive(): boolean {
    return this.untilDead() > 0;
  }

  /** Somebody asked for a new token: from now on this one counts as near its end. */
  hasten(): void {
    this.#freshUntil = NEVER;
  }

  /** Ms until refresh-ahead is due; Infinity when the token's life is unknown. */
  untilAhead(): number {
    return this.#freshUntil - this.#clock.monotonic();
  }

  /** Ms until the token is not sent any more; Infinity when its life is unknown. */
  untilDead(): number {
    return this.#aliveUntil - this.#clock.monotonic();
  }

  /** A refresh was tried in vain. */
  rest(): void {
    this.#restUntil = this.#clock.monotonic() + REST;
  }

  /** Ms for which only requests may begin another refresh. */
  untilRested(): number {
    return this.#restUntil - this.#clock.monotonic();
  }

  /** The server said what time it is, ms since the Unix epoch: beats the wall clock, where only that could tell the age of a restored token. */
  serverTime(date: number): void {
    const { expiresAt, certain } = this.tokens;
    if (certain || expiresAt === undefined || this.refused) return;
    this.record = { ...this.record, tokens: { ...this.tokens, certain: true } };
    this.#endsAt(this.#clock.monotonic() + expiresAt - date);
  }

  #measure(): void {
    const { life = Number.POSITIVE_INFINITY, receivedAt, accessToken } = this.tokens;
    this.#endsAt(accessToken === '' ? NEVER : receivedAt.mono + life);
  }

  #endsAt(mono: number): void {
    const { ahead, life } = this.tokens;
    this.#freshUntil = mono - ahead;
    this.#aliveUntil = mono - deathMargin(life);
  }
}
