// How long an access token lives, from everything the server said about it. The device's wall clock is asked last: it may be
// hours off and may jump (refresh-bugs class I). Pure.

import { parseObject } from '../core/http.ts';

export interface Claims {
  exp: number | undefined;
  iat: number | undefined;
  /** Whose it is. */
  sub?: string | undefined;
}

/** What there is to go by when a token arrives. Times in ms. */
export interface Told {
  /** `expires_in` as it came: seconds, by some servers as a string. */
  expiresIn: unknown;
  claims: Claims;
  /** Server time when it answered (its `Date` header), ms since the Unix epoch. */
  date: number | undefined;
  /** The device's wall clock. */
  wall: number;
  /** Ms from sending to answer. */
  travelled: number;
}

export interface Life {
  /** Ms left at receipt; undefined = unknown. */
  left: number | undefined;
  /** Ms from issue to end: what refresh-ahead is measured against (invariants 3.2, `ahead`). */
  lifetime: number | undefined;
  /** On the server's clock. */
  expiresAt: number | undefined;
}

/** Longest part of the way back that is taken off a lifetime, ms. */
const TRAVEL_LIMIT = 2_000;
/** An answer that took longer waited in a process that was suspended: all of that time counts (refresh-bugs I16). */
const LONGEST_TRIP = 15_000;

/** Several sources may disagree: the shortest positive one is believed, since only one that is too long hurts. */
export function estimateLife({ claims: { exp, iat }, date, expiresIn, wall, travelled }: Told): Life {
  const byServerClock = minus(exp, date);
  const lifetime = shortest(secondsToMs(expiresIn), minus(exp, iat)) ?? shortest(byServerClock) ?? shortest(minus(exp, wall));
  const left = shortest(lifetime, byServerClock);
  const expiresAt = exp ?? (date !== undefined && left !== undefined ? date + left : undefined);
  return { lifetime, expiresAt, left: left === undefined ? undefined : left - ageOf(travelled, left) };
}

function minus(end: number | undefined, begin: number | undefined): number | undefined {
  return end === undefined || begin === undefined ? undefined : end - begin;
}

function ageOf(travelled: number, left: number): number {
  return travelled > LONGEST_TRIP ? travelled : Math.min(travelled / 2, TRAVEL_LIMIT, left / 2);
}

/** Ms before the end at which a token is refreshed: at most `buffer` and half of its life, less a share drawn once per token. */
export function drawAhead(buffer: number, lifetime: number | undefined, jitter: number, fraction: number): number {
  const most = lifetime === undefined ? buffer : Math.min(buffer, lifetime / 2);
  return most * (1 - SAFE_SHARE - jitter * fraction);
}

/** `exp` and `iat` are told in whole seconds: without this share, rounding could make a refresh look too early. */
const SAFE_SHARE = 0.02;

/** From this many ms before its end a token is not sent any more: it would die on the way (refresh-bugs J7). */
export function deathMargin(life: number | undefined): number {
  return life === undefined ? 0 : Math.min(2_000, life / 20);
}

/** `exp` and `iat` of a JWT, in ms, and its `sub`; nothing for an opaque token. The signature is none of a client's business. */
export function readClaims(token: string): Claims {
  const { exp, iat, sub } = payloadOf(token) ?? {};
  return { exp: secondsToMs(exp), iat: secondsToMs(iat), sub: typeof sub === 'string' ? sub : undefined };
}

function payloadOf(token: string): Record<string, unknown> | undefined {
  try {
    return parseObject(atob((token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')));
  } catch {
    return undefined;
  }
}

/** Whether two tokens are of one user; undefined when they do not say. */
export function isSameUser(one: string | undefined, other: string): boolean | undefined {
  const subjects = [one ?? '', other].map((token) => readClaims(token).sub);
  return subjects.includes(undefined) ? undefined : subjects[0] === subjects[1];
}

/** A positive number of seconds, as a number or as digits. */
export function secondsToMs(value: unknown): number | undefined {
  const seconds = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  return typeof seconds === 'number' && Number.isFinite(seconds) && seconds > 0 ? seconds * 1_000 : undefined;
}

/** The shortest of those that are known and positive. */
function shortest(...values: (number | undefined)[]): number | undefined {
  const known = values.filter((value) => value !== undefined && value > 0);
  return known.length === 0 ? undefined : Math.min(...(known as number[]));
}
