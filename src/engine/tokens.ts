// From what a server granted to what is kept: lifetimes, moment of refresh-ahead, and the refresh token that stays when none came.
import type { Granted } from './classify.ts';
import { drawAhead, estimateLife, readClaims, secondsToMs } from './expiry.ts';
import type { Stamp, TokenSet } from './record.ts';
import type { Runtime } from './runtime.ts';

export interface Receipt {
  now: Stamp;
  /** Ms from request to answer. */
  travelled: number;
  /** The one it was granted for: its refresh token is kept when the answer brings none (RFC 6749 6, refresh-bugs F9 to F17). */
  before: TokenSet | undefined;
}

export function tokensFrom(rt: Runtime, granted: Granted, receipt: Receipt): TokenSet {
  const { accessToken, expiresIn, date } = granted;
  const { now, travelled, before } = receipt;
  const life = estimateLife({ expiresIn, claims: readClaims(accessToken), date, wall: now.wall, travelled });
  const { refreshAhead, jitter } = rt.settings;
  const refreshToken = granted.refreshToken ?? before?.refreshToken;
  const left = refreshToken === before?.refreshToken ? refreshLifeLeft(before, now.mono) : undefined;
  return {
    accessToken,
    receivedAt: now,
    life: life.left,
    expiresAt: life.expiresAt,
    refreshToken,
    refreshLife: secondsToMs(granted.refreshExpiresIn) ?? left,
    certain: true,
    ahead: drawAhead(refreshAhead, life.lifetime, jitter, rt.host.random()),
  };
}

/** Ms until the server will not take the refresh token any more; undefined = it did not say. */
export function refreshLifeLeft(tokens: TokenSet | undefined, mono: number): number | undefined {
  return tokens?.refreshLife === undefined ? undefined : tokens.refreshLife - (mono - tokens.receivedAt.mono);
}
