// What an answer means. Only a complete RFC 6749 5.1 answer is a grant and only `invalid_grant` in a 5.2 error ends a session;
// everything else (HTML, cut bodies, 5xx, 429, other codes) leaves the outcome open. Pure.
import type { TokenResponse } from '../core/contract.ts';
import { parseObject, readBearerError, readRetryAfter, readTokenResponse } from '../core/http.ts';
import { endingNamed, type Reason } from './machine.ts';

export interface Answer {
  status: number;
  body: string;
  retryAfter: string | null;
  date: string | null;
}

export interface Granted {
  accessToken: string;
  refreshToken: string | undefined;
  /** As they came: seconds, by some servers as a string. */
  expiresIn: unknown;
  refreshExpiresIn: unknown;
  /** Server time when it answered (its `Date` header), ms since the Unix epoch. */
  date: number | undefined;
}

export type Outcome =
  | ({ kind: 'granted' } & Granted)
  /** The refresh token is dead: RFC 6749 5.2. `why`: a server may tell its holder (member `session_end`). */
  | { kind: 'invalid-grant'; why: Reason | undefined }
  /** An error that says nothing about the token: `invalid_client`, `temporarily_unavailable` ... The server did not act. */
  | { kind: 'declined'; retryAfter: number | undefined }
  /** The server may have acted: lost, cut, HTML, 5xx, timed out. */
  | { kind: 'unknown'; retryAfter: number | undefined };

/** Reads an answer of the token endpoint. `wall` is the device's clock, for a Retry-After date that comes without a Date header. */
export function classifyTokenAnswer(answer: Answer, wall: number): Outcome {
  const date = parseDate(answer.date);
  const reading = readTokenResponse({ status: answer.status, headers: {}, body: answer.body });
  const json = parseObject(answer.body) ?? {};
  if (reading.kind === 'granted') return { kind: 'granted', ...grantedIn(json as TokenResponse, date) };
  const retryAfter = readRetryAfter(answer.retryAfter ?? undefined, date ?? wall);
  if (reading.kind === 'oauth-error')
    return reading.error === 'invalid_grant'
      ? { kind: 'invalid-grant', why: endingNamed(json['session_end']) }
      : { kind: 'declined', retryAfter };
  return answer.status === 429 ? { kind: 'declined', retryAfter } : { kind: 'unknown', retryAfter };
}

/** What a token response grants; an empty refresh token is none. */
export function grantedIn(response: TokenResponse, date?: number): Granted {
  const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn } = response;
  return {
    accessToken,
    refreshToken: typeof refreshToken === 'string' && refreshToken !== '' ? refreshToken : undefined,
    expiresIn,
    refreshExpiresIn: response['refresh_token_expires_in'] ?? response['refresh_expires_in'],
    date,
  };
}

/** Whether a resource answer says that the token it was sent with is no good (RFC 6750 3.1); a 403 never does. */
export function refusesToken(status: number, challenge: string | null): boolean {
  if (status !== 401) return false;
  const error = readBearerError(challenge ?? undefined);
  return error === undefined || error === 'invalid_token';
}

/** An HTTP date as ms since the Unix epoch. */
export function parseDate(value: string | null): number | undefined {
  if (value === null) return undefined;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : date;
}
