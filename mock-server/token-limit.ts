// Budgets of the token endpoint: how many refreshes and sign-ins of a user it takes per period. A budget may be shared, so that a client
// that retries a dead token takes away the sign-in that would help.
import type { Desk } from './desk.ts';
import type { Form } from './form.ts';
import type { TokenLimit } from './policy.ts';
import type { Refusal } from './refusals.ts';

/** Counts a request for tokens; a refusal when it is one too many. Called from commits only. */
export function countTokens(desk: Desk, form: Form): Refusal | undefined {
  if (desk.policy.tokenLimits === undefined) return undefined;
  const refreshes = form.get('grant_type') === 'refresh_token';
  const user = desk.store.refresh.get(form.get('refresh_token') ?? '')?.family.user ?? desk.store.codes.get(form.get('code') ?? '')?.user;
  const wait = spend(desk, refreshes ? 'refresh' : 'sign-in', user ?? form.get('client_id') ?? 'nobody');
  if (wait === undefined) return undefined;
  return {
    status: 429,
    error: 'rate_limited',
    description: 'too many requests',
    reason: 'rate-limited',
    headers: { 'retry-after': String(Math.ceil(wait / 1_000)) },
  };
}

/** Counts a sign-in that no request of ours carries; ms to wait when it is one too many. */
export function countSignIn(desk: Desk, user: string): number | undefined {
  return spend(desk, 'sign-in', user);
}

function spend(desk: Desk, kind: 'refresh' | 'sign-in', user: string): number | undefined {
  const limit = desk.policy.tokenLimits?.find(({ of }) => of === 'all' || of === kind);
  if (limit === undefined) return undefined;
  const window = windowOf(desk, limit, user);
  if (window.count < limit.limit) {
    window.count += 1;
    return undefined;
  }
  if (limit.prolongs) window.from = desk.now();
  return window.from + limit.period - desk.now();
}

function windowOf(desk: Desk, { of, period }: TokenLimit, user: string): { from: number; count: number } {
  const { rates } = desk.store;
  const key = `tokens ${of} ${user}`;
  const known = rates.get(key);
  if (known !== undefined && desk.now() < known.from + period) return known;
  const fresh = { from: desk.now(), count: 0 };
  rates.set(key, fresh);
  return fresh;
}
