// Budgets of the token endpoint: 429 with a Retry-After that holds, shared or not.
import { describe, expect, test } from 'vitest';
import type { TokenLimit } from '../../mock-server/policy.ts';
import { Bench, MINUTE } from './kit.ts';

const bench = (limit: Partial<TokenLimit> = {}): Bench =>
  new Bench({ tokenLimits: [{ of: 'refresh', period: 15 * MINUTE, limit: 2, prolongs: false, ...limit }] });

test('beyond the limit the answer is 429 with the seconds that are left, and nothing is spent', () => {
  const one = bench();
  const first = one.session();
  const second = one.refresh(first.rt);
  const third = one.refresh(second.rt);
  one.t = 5 * MINUTE;
  const refused = one.refresh(third.rt);
  expect([refused.status, refused.json['error'], refused.raw.headers['retry-after']]).toEqual([429, 'rate_limited', '600']);
  expect(one.last('token.refused')).toMatchObject({ status: 429, reason: 'rate-limited' });
  expect(one.last('token.responded')).toMatchObject({ status: 429, kind: 'other', retryAfter: 600_000 });
  one.t = 15 * MINUTE;
  expect(one.refresh(third.rt).status).toBe(200);
});

test('refusals of the grant itself count as well', () => {
  const one = bench();
  const { rt } = one.session();
  one.server.revoke('family', { device: 'phone' }, 'user');
  expect([one.refresh(rt).status, one.refresh(rt).status, one.refresh(rt).status]).toEqual([400, 400, 429]);
});

test('each user has a budget of their own, all devices of a user have one', () => {
  const one = bench({ limit: 1 });
  const [phone, tablet, bob] = [one.session('ada', 'phone'), one.session('ada', 'tablet'), one.session('bob', 'laptop')];
  expect([phone, tablet, bob].map(({ rt }) => one.refresh(rt).status)).toEqual([200, 429, 200]);
});

test('asking too early begins the time anew, where the server is like that', () => {
  const patient = bench({ limit: 1 });
  const hasty = bench({ limit: 1, prolongs: true });
  const told = [patient, hasty].map((one) => {
    const next = one.refresh(one.session().rt);
    one.t = 10 * MINUTE;
    return one.refresh(next.rt).raw.headers['retry-after'];
  });
  expect(told).toEqual(['300', '900']);
});

describe('a budget', () => {
  test('shared with sign-ins is used up by refreshes, and keeps the user from signing in again', () => {
    const one = bench({ of: 'all' });
    const { rt } = one.session();
    one.server.revoke('family', { device: 'phone' }, 'user');
    one.refresh(rt);
    one.refresh(rt);
    expect(one.server.countSignIn('ada')).toBe(15 * MINUTE);
    expect(one.server.countSignIn('bob')).toBeUndefined();
  });

  test('of refreshes alone leaves sign-ins in peace', () => {
    const one = bench({ limit: 1 });
    one.refresh(one.session().rt);
    expect([one.server.countSignIn('ada'), one.server.countSignIn('ada')]).toEqual([undefined, undefined]);
  });

  test('is absent unless the policy has one', () => {
    const one = new Bench();
    expect(one.server.countSignIn('ada')).toBeUndefined();
  });
});
