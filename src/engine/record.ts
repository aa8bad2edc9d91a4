// The one store entry of a session: tokens, their lifetime and the state of an outage, so that what one process learns binds
// its siblings and its next launch. One key, one write: a crash can never leave half of a pair (refresh-bugs F1, K12).

/** One instant on both clocks of a device. */
export interface Stamp {
  readonly wall: number;
  readonly mono: number;
}

export interface TokenSet {
  readonly accessToken: string;
  readonly refreshToken: string | undefined;
  readonly receivedAt: Stamp;
  /** Ms it had left when it was received; undefined = nobody said, so only a 401 can tell. */
  readonly life: number | undefined;
  /** Ms before its end from which it is refreshed ahead; drawn once per token (refresh-bugs E15). */
  readonly ahead: number;
  /** End on the server's clock, ms since the Unix epoch. */
  readonly expiresAt: number | undefined;
}

/** A run of failed refreshes since the last grant. */
export interface Outage {
  readonly failures: number;
  /** When the last attempt was sent, and for how many ms from then on no other may be. */
  readonly at: Stamp;
  readonly wait: number;
  /** The pause in it, from the end of that attempt. */
  readonly gap: number;
  /** The part of `wait` that nothing shortens: Retry-After. */
  readonly floor: number;
  /** As `wait`, for a retry that nothing new asks for. */
  readonly ration: number;
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
}

/** What is left of a session that the server ended: siblings and the next launch say `expired` too, and know why. No tokens. */
export interface Tombstone {
  readonly session: string;
  readonly ended: string;
}

const VERSION = 1;

export function encodeRecord(record: SessionRecord | Tombstone): string {
  return JSON.stringify({ v: VERSION, ...record });
}

/** What a stored value holds; undefined when it is nothing that this version wrote. */
export function decodeRecord(value: string): SessionRecord | Tombstone | undefined {
  const json = parse(value);
  if (!isObject(json) || json['v'] !== VERSION) return undefined;
  const { session, since, revision, tokens, outage, ended } = json;
  if (typeof session !== 'string') return undefined;
  if (typeof ended === 'string') return { session, ended };
  if (!isNumber(revision)) return undefined;
  const begun = decodeStamp(since);
  const set = decodeTokens(tokens);
  if (begun === undefined || set === undefined) return undefined;
  return { session, since: begun, revision, tokens: set, outage: decodeOutage(outage) };
}

/** By both clocks: one may have been set, the other may have begun anew. */
export function isLater(one: Stamp, other: Stamp): boolean {
  return one.mono > other.mono && one.wall > other.wall;
}

/** Whether `one` came before `other`, which is of this boot: the clock that nobody sets is enough where it holds for all processes. */
export function isEarlier(one: Stamp, other: Stamp, monotonicHolds: boolean): boolean {
  return monotonicHolds ? one.mono < other.mono : isLater(other, one);
}

/**
 * Ms from `stamp` to `now`. The monotonic clock knows best, as long as it is the same one: it went backwards over a reboot, and a
 * host may say that it starts anew with each process. Then the wall clock must do; one that was set back counts as no time.
 */
export function elapsedSince(stamp: Stamp, now: Stamp, monotonicHolds: boolean): number {
  return monotonicHolds && now.mono >= stamp.mono ? now.mono - stamp.mono : Math.max(0, now.wall - stamp.wall);
}

function decodeTokens(value: unknown): TokenSet | undefined {
  if (!isObject(value)) return undefined;
  const { accessToken, refreshToken, receivedAt, life, ahead, expiresAt } = value;
  const stamp = decodeStamp(receivedAt);
  if (typeof accessToken !== 'string' || accessToken === '' || stamp === undefined || !isNumber(ahead)) return undefined;
  return {
    accessToken,
    receivedAt: stamp,
    ahead,
    refreshToken: typeof refreshToken === 'string' && refreshToken !== '' ? refreshToken : undefined,
    life: isNumber(life) ? life : undefined,
    expiresAt: isNumber(expiresAt) ? expiresAt : undefined,
  };
}

/** A damaged outage costs nothing but its memory: the tokens are worth more. */
function decodeOutage(value: unknown): Outage | undefined {
  if (!isObject(value)) return undefined;
  const { failures, at, wait, gap, floor, ration, credit, unknown } = value;
  const stamp = decodeStamp(at);
  if (
    stamp === undefined ||
    !isNumber(failures) ||
    !isNumber(wait) ||
    !isNumber(gap) ||
    !isNumber(floor) ||
    !isNumber(ration) ||
    !isNumber(credit)
  )
    return undefined;
  return { failures, at: stamp, wait, gap, floor, ration, credit, unknown: unknown === true };
}

function decodeStamp(value: unknown): Stamp | undefined {
  if (!isObject(value)) return undefined;
  const { wall, mono } = value;
  return isNumber(wall) && isNumber(mono) ? { wall, mono } : undefined;
}

function parse(value: string): unknown {
  try {
    return JSON.parse(value);
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isNumber(value: unknown): value is number {
  return typeof value === 'number' && Number.isFinite(value);
}
