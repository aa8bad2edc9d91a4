// What an answer means. Only a complete RFC 6749 5.1 answer is a grant and only `invalid_grant` in a 5.2 error ends a session;
// everything else (HTML, cut bodies, 5xx, 429, other codes) leaves the outcome open. Pure.
import { parseObject, readBearerError, readRetryAfter, readTokenResponse } from '../core/http.ts';

export interface Answer {
  status: number;
  body: string;
  retryAfter: string | null;
  date: string | null;
}

export type Outcome =
  | { kind: 'granted'; accessToken: string; refreshToken: string | undefined; expiresIn: unknown; date: number | undefined }
  /** The refresh token is dead: RFC 6749 5.2. */
  | { kind: 'invalid-grant' }
  /** An error that says nothing about the token: `invalid_client`, `temporarily_unavailable` ... The server did not act. */
  | { kind: 'declined'; retryAfter: number | undefined }
  /** The server may have acted: lost, cut, HTML, 5xx, timed out. */
  | { kind: 'unknown'; retryAfter: number | undefined };

/** Reads an answer of the token endpoint. `wall` is the device's clock, for a Retry-After date that comes without a Date header. */
export function classifyTokenAnswer(answer: Answer, wall: number): Outcome {
  const date = parseDate(answer.date);
  const reading = readTokenResponse({ status: answer.status, headers: {}, body: answer.body });
  if (reading.kind === 'granted' && reading.accessToken !== undefined) {
    const { expires_in: expiresIn } = parseObject(answer.body) ?? {};
    return { kind: 'granted', accessToken: reading.accessToken, refreshToken: reading.refreshToken, expiresIn, date };
  }
  const retryAfter = readRetryAfter(answer.retryAfter ?? undefined, date ?? wall);
  if (reading.kind === 'oauth-error')
    return reading.error === 'invalid_grant' ? { kind: 'invalid-grant' } : { kind: 'declined', retryAfter };
  return answer.status === 429 ? { kind: 'declined', retryAfter } : { kind: 'unknown', retryAfter };
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
