// Rate limits of the API, per user and group of methods, in fixed windows on the server's clock. Counts; what is said is decided elsewhere.
import type { Desk } from './desk.ts';
import type { RateLimit } from './policy.ts';

/** How a request fared. `headers` go on every answer, also on a good one. */
export interface RateRuling {
  /** Ms until the window ends, when the request is one too many. */
  retryAfter: number | undefined;
  headers: Readonly<Record<string, string>>;
}

/** Counts a request of `user`. The first limit that knows the method counts. Called from commits only. */
export function countRequest(desk: Desk, user: string, method: string): RateRuling {
  const limit = desk.policy.resource.rateLimits?.find(({ methods }) => methods.includes(method));
  if (limit === undefined) return { retryAfter: undefined, headers: {} };
  const window = windowOf(desk, limit, user);
  const until = window.from + limit.period;
  if (window.count >= limit.limit) {
    const wait = until - desk.now();
    return { retryAfter: wait, headers: { 'retry-after': String(Math.ceil(wait / 1_000)), ...told(limit, window.count, until) } };
  }
  window.count += 1;
  return { retryAfter: undefined, headers: told(limit, window.count, until) };
}

function windowOf(desk: Desk, limit: RateLimit, user: string): { from: number; count: number } {
  const { rates } = desk.store;
  const key = `${limit.name} ${user}`;
  const known = rates.get(key);
  if (known !== undefined && desk.now() < known.from + limit.period) return known;
  const fresh = { from: desk.now(), count: 0 };
  rates.set(key, fresh);
  return fresh;
}

/** As Trakt tells it: `period` in seconds, `until` as an ISO date. */
function told({ name, period, limit }: RateLimit, count: number, until: number): Record<string, string> {
  const remaining = Math.max(0, limit - count);
  return { 'x-ratelimit': JSON.stringify({ name, period: period / 1_000, limit, remaining, until: new Date(until).toISOString() }) };
}
