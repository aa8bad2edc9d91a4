// From what a server granted to what is kept: lifetime, moment of refresh-ahead, and the refresh token that stays when none came.
import { drawAhead, estimateLife, readClaims } from './expiry.ts';
import type { Stamp, TokenSet } from './record.ts';
import type { Runtime } from './runtime.ts';

export interface Granted {
  accessToken: string;
  refreshToken: string | undefined;
  expiresIn: unknown;
  date: number | undefined;
}
export interface Receipt {
  now: Stamp;
  /** Ms from request to answer. */
  travelled: number;
  /** The one presented: kept when the answer brings none (RFC 6749 6, refresh-bugs F9 to F17). */
  refreshToken: string | undefined;
}

export function tokensFrom(rt: Runtime, granted: Granted, receipt: Receipt): TokenSet {
  const { accessToken, expiresIn, date } = granted;
  const { now, travelled } = receipt;
  const life = estimateLife({ expiresIn, claims: readClaims(accessToken), date, wall: now.wall, travelled });
  const { refreshAhead, jitter } = rt.settings;
  return {
    accessToken,
    receivedAt: now,
    life: life.left,
    expiresAt: life.expiresAt,
    refreshToken: granted.refreshToken ?? receipt.refreshToken,
    ahead: drawAhead(refreshAhead, life.lifetime, jitter, rt.host.random()),
  };
}
