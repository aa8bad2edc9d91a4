// From what a server granted to what is kept: lifetimes, moment of refresh-ahead, and the refresh token that stays when none came.
import { drawAhead, estimateLife, readClaims, secondsToMs } from './expiry.ts';
import type { Stamp, TokenSet } from './record.ts';
import type { Runtime } from './runtime.ts';

export interface Receipt {
  now: Stamp;
  /** Server time when it answered (its `Date` header), ms since the Unix epoch. */
  date?: number | undefined;
  /** Ms from request to answer. */
  travelled?: number;
  /** The one it was granted for: its refresh token is kept when the answer brings none (RFC 6749 6, refresh-bugs F9 to F17). */
  before?: TokenSet;
}

/** Members of a token response as they came: lifetimes in seconds, by some servers as a string. */
export interface Granted {
  readonly access_token: string;
  readonly [member: string]: unknown;
}

/** An empty refresh token is none. */
export function tokensFrom(rt: Runtime, response: Granted, { now, date, travelled = 0, before }: Receipt): TokenSet {
  const { access_token: accessToken, refresh_token: granted, expires_in: expiresIn } = response;
  const life = estimateLife({ expiresIn, claims: readClaims(accessToken), date, wall: now.wall, travelled });
  const refreshToken = typeof granted === 'string' && granted !== '' ? granted : before?.refreshToken;
  const told = secondsToMs(response['refresh_token_expires_in'] ?? response['refresh_expires_in']);
  const { refreshAhead, jitter } = rt.settings;
  return {
    accessToken,
    receivedAt: now,
    life: life.left,
    expiresAt: life.expiresAt,
    refreshToken,
    refreshLife: told ?? (refreshToken === before?.refreshToken ? refreshLifeLeft(before, now.mono) : undefined),
    certain: true,
    ahead: drawAhead(refreshAhead, life.lifetime, jitter, rt.host.random()),
  };
}

/** Ms until the server will not take the refresh token any more; undefined = it did not say. */
export function refreshLifeLeft(tokens: TokenSet | undefined, mono: number): number | undefined {
  return tokens?.refreshLife === undefined ? undefined : tokens.refreshLife - (mono - tokens.receivedAt.mono);
}
