// What an answer means. Only a complete RFC 6749 5.1 answer is a grant and only `invalid_grant` in a 5.2 error ends a session;
// everything else (HTML, cut bodies, 5xx, 429, other codes) leaves the outcome open. Pure.
import type { HostResponse, TokenResponse } from '../core/contract.ts';
import { readBearerError, readRetryAfter, readTokenAnswer } from '../core/http.ts';
import { endingNamed, type Reason } from './machine.ts';

/** An answer, as `fetch` gives it, without its body. */
export type Head = Pick<HostResponse, 'status' | 'headers'>;

export type Outcome =
  /** `date`: when the server answered, ms since the Unix epoch. */
  | { kind: 'granted'; response: TokenResponse; date: number | undefined }
  /** The refresh token is dead: RFC 6749 5.2. `why`: a server may tell its holder (member `session_end`). */
  | { kind: 'invalid-grant'; why: Reason | undefined }
  /** An error that says nothing about the token: `invalid_client`, `temporarily_unavailable` ... The server did not act. */
  | { kind: 'declined'; retryAfter: number | undefined }
  /** The server may have acted: lost, cut, HTML, 5xx, timed out. */
  | { kind: 'unknown'; retryAfter: number | undefined };

/** Reads an answer of the token endpoint. `wall` is the device's clock, for a Retry-After date that comes without a Date header. */
export function classifyTokenAnswer({ status, headers }: Head, body: string, wall: number): Outcome {
  const date = dateIn(headers);
  const { kind, json } = readTokenAnswer(status, body);
  if (kind === 'granted') return { kind, response: json as TokenResponse, date };
  if (kind === 'oauth-error' && json['error'] === 'invalid_grant') return { kind: 'invalid-grant', why: endingNamed(json['session_end']) };
  const retryAfter = readRetryAfter(headers.get('retry-after'), date ?? wall);
  return { kind: kind === 'oauth-error' || status === 429 ? 'declined' : 'unknown', retryAfter };
}

/** Whether a resource answer says that the token it was sent with is no good (RFC 6750 3.1); a 403 never does. */
export function refusesToken({ status, headers }: Head): boolean {
  if (status !== 401) return false;
  const error = readBearerError(headers.get('www-authenticate'));
  return error === undefined || error === 'invalid_token';
}

/** When the server answered, ms since the Unix epoch; undefined where it does not say. */
export function dateIn(headers: Head['headers']): number | undefined {
  return Date.parse(headers.get('date') ?? '') || undefined;
}
