// Plain request and response records, and the one strict reading of a token response that the recorder uses.
// The in-memory path never touches the global Request or Response: those cost 20 times more and hop differently per Node.
import type { ResponseKind } from './events.ts';

/** Header names are lower-case. */
export interface HttpRequest {
  method: string;
  url: string;
  headers: Readonly<Record<string, string>>;
  body: string;
}
export interface HttpResponse {
  status: number;
  headers: Readonly<Record<string, string>>;
  body: string;
}

export interface TokenReading {
  kind: ResponseKind;
  error?: string;
  /** Why the session ended, where the server explains it (`session_end`). */
  end?: string;
  accessToken?: string;
  refreshToken?: string;
  /** As told, in ms. */
  expiresIn?: number;
  /** Of the refresh token, where told (`refresh_expires_in` or `refresh_token_expires_in`), in ms. */
  refreshExpiresIn?: number;
}

/** What an answer of a token endpoint is, by RFC 6749 5.1 and 5.2, and its members as they came. Anything else is `other`: its outcome is unknown. */
export function readTokenAnswer(status: number, body: string): { kind: ResponseKind; json: Readonly<Record<string, unknown>> } {
  const json = parseObject(body) ?? {};
  const { access_token: accessToken, error } = json;
  if (status >= 200 && status < 300 && typeof accessToken === 'string' && accessToken !== '') return { kind: 'granted', json };
  return { kind: (status === 400 || status === 401) && typeof error === 'string' ? 'oauth-error' : 'other', json };
}

/** The same with its members checked: what the recorders note. */
export function readTokenResponse(response: HttpResponse): TokenReading {
  const { kind, json } = readTokenAnswer(response.status, response.body);
  const { refresh_token: refreshToken, expires_in: expiresIn, session_end: end } = json;
  if (kind === 'granted') {
    return {
      kind,
      accessToken: String(json['access_token']),
      ...(typeof refreshToken === 'string' && refreshToken !== '' ? { refreshToken } : {}),
      ...(typeof expiresIn === 'number' ? { expiresIn: expiresIn * 1_000 } : {}),
      ...refreshLife(json),
    };
  }
  if (kind === 'oauth-error') return { kind, error: String(json['error']), ...(typeof end === 'string' ? { end } : {}) };
  return { kind };
}

/** Providers tell the life of a refresh token under one of two names; RFC 6749 knows none. */
function refreshLife(json: Readonly<Record<string, unknown>>): { refreshExpiresIn?: number } {
  const told = json['refresh_expires_in'] ?? json['refresh_token_expires_in'];
  return typeof told === 'number' ? { refreshExpiresIn: told * 1_000 } : {};
}

/** A JSON object, or undefined for anything else. */
export function parseObject(body: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** Milliseconds announced by Retry-After (RFC 9110 10.2.3), seconds or HTTP-date, from `now` (ms since the Unix epoch). */
export function readRetryAfter(value: string | null | undefined, now: number): number | undefined {
  const text = (value ?? '').trim();
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

/** `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110 5.6.7) of a time in ms since the Unix epoch. */
export function httpDate(ms: number): string {
  return new Date(ms).toUTCString();
}

/** An HTTP-date moved by `ms`; one that is absent or none counts as 1970. */
export function shiftHttpDate(date: string | undefined, ms: number): string {
  return httpDate((Date.parse(date ?? '') || 0) + ms);
}

/** The error code of a `WWW-Authenticate: Bearer` challenge (RFC 6750 3). */
export function readBearerError(challenge: string | null | undefined): string | undefined {
  return /\berror="([^"]*)"/.exec(challenge ?? '')?.[1];
}

/** The token of an `Authorization: Bearer` header; the scheme is case-insensitive (RFC 9110 11.1). */
export function readBearer(authorization: string | undefined): string | undefined {
  return authorization === undefined ? undefined : /^bearer +(\S+)\s*$/i.exec(authorization)?.[1];
}
