// Why a session ended: told to the holder of its refresh token by a server that explains, and to nobody else.
import { describe, expect, test } from 'vitest';
import type { PolicyPatch } from '../../mock-server/policy.ts';
import { Bench, DAY, HOUR } from './kit.ts';

const told = (bench: Bench, rt: string): unknown => {
  const { json } = bench.refresh(rt);
  expect(json['error']).toBe('invalid_grant');
  return json['session_end'];
};
const bench = (patch: PolicyPatch = {}): Bench => new Bench({ explainsEnd: true, ...patch });

describe('a server that explains', () => {
  test('tells each end by its name', () => {
    const one = bench();
    const phone = one.session();
    one.server.revoke('family', { device: 'phone' }, 'user');
    expect(told(one, phone.rt)).toBe('revoked-elsewhere');
    const two = bench();
    const old = two.session();
    two.server.revoke('user', { user: 'ada' }, 'password');
    expect(told(two, old.rt)).toBe('password-changed');
    const three = bench({ sessionsPerUser: 1 });
    const first = three.session('ada', 'phone');
    three.session('ada', 'tablet');
    expect(told(three, first.rt)).toBe('signed-in-on-another-device');
  });

  test('tells a refresh token that ran out, idle or absolute, at its first use and at every later one', () => {
    const idle = bench();
    const { rt } = idle.session();
    idle.t = 31 * DAY;
    expect([told(idle, rt), told(idle, rt)]).toEqual(['refresh-token-expired', 'refresh-token-expired']);
    const absolute = bench({ refreshToken: { absolute: HOUR } });
    const other = absolute.session();
    absolute.t = 2 * HOUR;
    expect(told(absolute, other.rt)).toBe('refresh-token-expired');
  });

  test('tells reuse to whoever shows a token of the family, thief or owner', () => {
    const one = bench();
    const { rt } = one.session();
    const next = one.refresh(rt);
    expect([told(one, rt), told(one, next.rt)]).toEqual(['reused', 'reused']);
  });

  test('tells nothing to whoever holds no token of it: unknown tokens, and those of another client', () => {
    const one = bench();
    const { rt } = one.session();
    one.server.revoke('family', { device: 'phone' }, 'user');
    expect(told(one, 'never-issued-by-anybody-0000000000')).toBeUndefined();
    const foreign = one.token({ grant_type: 'refresh_token', client_id: 'spa', refresh_token: rt });
    expect(foreign.json['session_end']).toBeUndefined();
    expect(one.server.selfCheck()).toEqual([]);
  });
});

test('by default every dead grant is answered with the same bytes', () => {
  const one = new Bench();
  const dead = one.session();
  one.server.revoke('family', { device: 'phone' }, 'password');
  const bodies = [dead.rt, 'never-issued-by-anybody-0000000000'].map((rt) => one.refresh(rt).raw.body);
  expect(new Set(bodies).size).toBe(1);
  expect(bodies[0]).not.toContain('session_end');
});
