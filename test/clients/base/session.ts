// What the base client remembers of a session and how it reads a token response. Pure: no time, no storage, no network.
import type { Rejection, TokenResponse } from '../../../src/core/contract.ts';

export interface Session {
  /** Drawn at sign-in, kept over refreshes: tells one sign-in from the next, also between processes. */
  readonly id: string;
  readonly accessToken: string;
  readonly refreshToken?: string;
  /** Monotonic ms at which the access token was issued, as far as a client can know. */
  readonly issuedAt: number;
  /** Ms, as told at issue; absent when neither the answer nor the token says. */
  readonly lifetime?: number;
  /** In [0, 1), drawn per token: where in the jitter band the refresh ahead begins. */
  readonly early: number;
}

/** A token endpoint's answer as a client may read it. `unknown`: it may or may not have been committed (RFC 6749 names no such answer). */
export type Answer =
  | { readonly kind: 'granted'; readonly body: TokenResponse; readonly sentAt: number; readonly status: number }
  | { readonly kind: 'refused'; readonly error: string; readonly status: number }
  | { readonly kind: 'unknown'; readonly status: number; readonly retryAfter: number };

/** What a caller is told; the message never holds a token. */
export class Rejected extends Error {
  readonly reason: Rejection;
  constructor(reason: Rejection) {
    super(`request rejected: ${reason}`);
    this.reason = reason;
  }
}

export interface Stored {
  /** Whose tokens they are. */
  readonly issuer?: string;
  readonly session?: Session;
  readonly ended?: 'expired';
  /** There is something, and it cannot be read. */
  readonly corrupt?: true;
}

/** The record in the store. */
export function readStored(text: string | undefined): Stored {
  if (text === undefined) return {};
  const value = parseObject(text);
  const issuer = textOf(value?.['issuer']);
  const from = issuer === undefined ? {} : { issuer };
  if (value?.['ended'] === 'expired') return { ...from, ended: 'expired' };
  return typeof value?.['accessToken'] === 'string' ? { ...from, session: value as unknown as Session } : { corrupt: true };
}

/** A JSON object, or undefined for anything else: HTML, half a body, an array. */
export function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Record<string, unknown>) : undefined;
  } catch {
    return undefined;
  }
}

/** A member of the token that is a non-empty string, else undefined. */
export function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/**
 * Lifetime in ms: `expires_in` (also as a string; 0 tells nothing), else `exp - iat` of a JWT. Never the wall clock: both ends of a difference
 * are the server's.
 */
export function lifetimeOf(body: TokenResponse): number | undefined {
  const told = Number(body.expires_in);
  if (Number.isFinite(told) && told > 0) return told * 1_000;
  const { exp, iat } = claimsOf(String(body.access_token));
  return exp === undefined || iat === undefined ? undefined : (exp - iat) * 1_000;
}

/** Times a JWT claims, in seconds of the server's clock; empty for an opaque token. */
export function claimsOf(token: string): { exp?: number; iat?: number } {
  const part = token.split('.')[1];
  if (part === undefined) return {};
  try {
    const claims = parseObject(atob(part.replaceAll('-', '+').replaceAll('_', '/'))) ?? {};
    const { exp, iat } = claims as { exp?: unknown; iat?: unknown };
    return { ...(typeof exp === 'number' ? { exp } : {}), ...(typeof iat === 'number' ? { iat } : {}) };
  } catch {
    return {};
  }
}

/** Ms announced by Retry-After (RFC 9110 10.2.3). A date is read against the same answer's `Date`, so a wrong device clock does not matter. */
export function retryAfterOf(header: (name: string) => string | null, wall: number): number {
  const value = header('retry-after')?.trim();
  if (value === undefined) return 0;
  if (/^\d+$/.test(value)) return Number(value) * 1_000;
  const serverNow = Date.parse(header('date') ?? '');
  const until = Date.parse(value) - (Number.isNaN(serverNow) ? wall : serverNow);
  return Number.isNaN(until) ? 0 : Math.max(0, until);
}
