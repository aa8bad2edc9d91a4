// A server that is not of one mind: nodes that learn late from each other, an API that learns late of new tokens, and what reuse ends.
import { describe, expect, test } from 'vitest';
import { Bench, HOUR } from './kit.ts';

describe('two nodes', () => {
  test('do not know a refresh token of the other until it has arrived there', () => {
    const one = new Bench({ nodes: { lag: 2_000 } });
    const { rt } = one.session();
    one.t = HOUR;
    const next = one.refresh(rt);
    expect(one.refresh(next.rt).json['error']).toBe('invalid_grant');
    expect(one.last('token.refused').reason).toBe('unknown');
    expect(one.facts('family.dead')).toEqual([]);
    one.t += 2_000;
    expect(one.refresh(next.rt).status).toBe(200);
  });

  test('both take the same refresh token while neither has heard of the other, and call it reuse afterwards', () => {
    const one = new Bench({ nodes: { lag: 2_000 } });
    const { rt } = one.session();
    one.t = HOUR;
    const [first, second] = [one.refresh(rt), one.refresh(rt)];
    expect([first.status, second.status, first.rt === second.rt]).toEqual([200, 200, false]);
    expect(one.server.selfCheck()).toEqual([]);
    one.t += 2_000;
    expect(one.refresh(rt).json['error']).toBe('invalid_grant');
    expect(one.last('family.dead').reason).toBe('reuse');
  });

  test('are one where the policy has no nodes', () => {
    const one = new Bench();
    const { rt } = one.session();
    expect(one.refresh(one.refresh(rt).rt).status).toBe(200);
  });
});

test('an API that learns late refuses a brand-new token for a moment, and takes it then', () => {
  const one = new Bench({ resource: { issuanceLag: 500 } });
  const { at } = one.session();
  const status = (): number => one.api(at).status;
  const before = status();
  one.t = 499;
  const still = status();
  one.t = 500;
  expect([before, still, status()]).toEqual([401, 401, 200]);
  expect(one.facts('api.responded')[0]).toMatchObject({ error: 'invalid_token', reason: 'unknown' });
});

describe('reuse ends', () => {
  test.each([
    ['token', [], 200],
    ['refresh-tokens', ['f1'], 200],
    ['family', ['f1'], 401],
    ['client-and-user', ['f1', 'f2'], 401],
    ['user', ['f1', 'f2'], 401],
  ] as const)('as much as the policy says: %s', (onReuse, families, status) => {
    const one = new Bench({ refreshToken: { onReuse } });
    const phone = one.session('ada', 'phone');
    one.session('ada', 'tablet');
    one.session('bob', 'laptop');
    const next = one.refresh(phone.rt);
    expect(one.refresh(phone.rt).json['error']).toBe('invalid_grant');
    expect(one.facts('family.dead').map(({ family }) => family)).toEqual(families);
    expect(one.api(next.at).status).toBe(status);
    expect(one.refresh(next.rt).status).toBe(onReuse === 'token' ? 200 : 400);
    expect(one.server.selfCheck()).toEqual([]);
  });

  test('what the user has with this client, and what they have with others too, where all of it ends', () => {
    for (const [onReuse, left] of [
      ['client-and-user', 1],
      ['user', 0],
    ] as const) {
      const one = new Bench({ refreshToken: { onReuse } });
      const phone = one.session('ada', 'phone');
      one.server.grantSession('ada', 'tv', { clientId: 'service' });
      one.refresh(phone.rt);
      one.refresh(phone.rt);
      expect(2 - one.facts('family.dead').length).toBe(left);
    }
  });
});
