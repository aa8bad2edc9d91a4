// How the token and revocation endpoints say no: the public error (RFC 6749 5.2) beside the true reason, which only the journal sees.
import type { FamilyEnd, RefusalReason, SessionEnd } from '../src/core/server-words.ts';

export interface Refusal {
  readonly status: number;
  readonly error: string;
  /** Printable ASCII without `"` and `\` (RFC 6749 5.2). */
  readonly description: string;
  readonly reason: RefusalReason;
  readonly headers?: Readonly<Record<string, string>>;
  /** How the session of a refresh token ended: told only where the policy explains it. */
  readonly end?: SessionEnd;
  /** What the refusal changes, at commit: reuse detection, a session found expired. */
  readonly effect?: () => void;
  /** Ms since a grace window closed that would have honoured the token. */
  readonly late?: number;
}

/** One answer for every dead, foreign or unknown grant, so that nobody can probe which it is (R2). */
export function invalidGrant(reason: RefusalReason, effect?: () => void): Refusal {
  const refusal = { status: 400, error: 'invalid_grant', description: 'the grant is invalid, expired or revoked', reason };
  return effect === undefined ? refusal : { ...refusal, effect };
}

/** The same for a refresh token whose session is over: `end` is what its holder may be told, where the policy explains it. */
export function sessionOver(reason: RefusalReason, end: SessionEnd, effect?: () => void): Refusal {
  return { ...invalidGrant(reason, effect), end };
}

/** What the holder of a token of a dead family may be told. */
export const ENDS: Readonly<Record<FamilyEnd, SessionEnd>> = {
  reuse: 'reused',
  user: 'revoked-elsewhere',
  admin: 'revoked-elsewhere',
  revocation: 'revoked-elsewhere',
  password: 'password-changed',
  idle: 'refresh-token-expired',
  absolute: 'refresh-token-expired',
  'single-session': 'signed-in-on-another-device',
};

export function badRequest(description: string): Refusal {
  return { status: 400, error: 'invalid_request', description, reason: 'bad-request' };
}

/** 401 with a Basic challenge: RFC 6749 5.2 demands it after an Authorization header, RFC 9110 15.5.2 on every 401. */
export function badClient(description: string, status: 400 | 401 = 401): Refusal {
  if (status === 400) return { status, error: 'invalid_client', description, reason: 'bad-client' };
  return {
    status,
    error: 'invalid_client',
    description,
    reason: 'bad-client',
    headers: { 'www-authenticate': 'Basic realm="authorization server"' },
  };
}

/** T1: only POST may ask for or revoke a token (RFC 6749 3.2). */
export const NOT_POST: Refusal = { ...badRequest('use POST'), status: 405, headers: { allow: 'POST' } };

/** Whether a check ended in a refusal. */
export function isRefusal(value: object): value is Refusal {
  return 'reason' in value;
}
