// Sessions ended from outside: by the user, an administrator, a password change (R13), or a limit per user.
import { describe, expect, test } from 'vitest';
import { Bench } from './kit.ts';

describe('revoked by the server', () => {
  const twoUsers = (bench: Bench) => ({
    phone: bench.session('ada', 'phone'),
    tablet: bench.session('ada', 'tablet'),
    bob: bench.session('bob', 'phone'),
  });

  test('R13 a password change ends every session of the user and of nobody else', () => {
    const bench = new Bench();
    const { phone, tablet, bob } = twoUsers(bench);
    bench.server.revoke('user', { user: 'ada' }, 'password');
    expect([phone, tablet, bob].map(({ rt }) => bench.refresh(rt).status)).toEqual([400, 400, 200]);
    expect([phone, tablet].map(({ at }) => bench.api(at).status)).toEqual([401, 401]);
    expect(bench.facts('family.dead').map((fact) => [fact.device, fact.reason])).toEqual([
      ['phone', 'password'],
      ['tablet', 'password'],
    ]);
  });

  test('a user named by a device is ended on every device', () => {
    const bench = new Bench();
    const { tablet } = twoUsers(bench);
    bench.server.revoke('user', { device: 'tablet' }, 'admin');
    expect(bench.facts('family.dead').map((fact) => fact.family)).toEqual(['f1', 'f2']);
    expect(bench.refresh(tablet.rt).status).toBe(400);
  });

  test.each(['refresh-token', 'family'] as const)('revoking the %s of a device ends its sessions, access tokens by policy', (what) => {
    for (const refreshKillsAccess of [true, false]) {
      const bench = new Bench({ revocation: { refreshKillsAccess } });
      const { phone, tablet } = twoUsers(bench);
      bench.server.revoke(what, { user: 'ada', device: 'phone' }, 'user');
      expect([phone, tablet].map(({ rt }) => bench.refresh(rt).status)).toEqual([400, 200]);
      expect(bench.api(phone.at).status).toBe(refreshKillsAccess ? 401 : 200);
    }
  });

  test('revoking access tokens ends what is accepted now and leaves the refresh tokens', () => {
    const bench = new Bench();
    const { phone, tablet } = twoUsers(bench);
    bench.server.revoke('access-token', { user: 'ada', device: 'phone' }, 'admin');
    expect(bench.facts('access.dead').map((fact) => fact.at)).toEqual(['AT-1']);
    expect([phone, tablet].map(({ at }) => bench.api(at).status)).toEqual([401, 200]);
    expect(bench.refresh(phone.rt).status).toBe(200);
  });

  test('R13 a password change reaches the access tokens that outlived their session', () => {
    const bench = new Bench({ refreshToken: { onReuse: 'refresh-tokens' } });
    const { rt, at } = bench.session();
    bench.refresh(rt);
    bench.refresh(rt);
    expect(bench.api(at).status).toBe(200);
    bench.server.revoke('user', { user: 'ada' }, 'password');
    expect(bench.api(at).status).toBe(401);
    expect(bench.facts('family.dead')).toHaveLength(1);
  });

  test('revoking access tokens ends the sessions too where the policy says so', () => {
    const bench = new Bench({ revocation: { accessKillsRefresh: true } });
    const { phone, tablet } = twoUsers(bench);
    bench.server.revoke('access-token', { user: 'ada', device: 'phone' }, 'admin');
    expect([phone, tablet].map(({ rt }) => bench.refresh(rt).status)).toEqual([400, 200]);
    expect(bench.last('family.dead')).toMatchObject({ family: 'f1', reason: 'admin' });
  });

  test('a limit of sessions per user ends the oldest when a new one begins', () => {
    const bench = new Bench({ sessionsPerUser: 2 });
    const sessions = ['phone', 'tablet', 'laptop'].map((device) => bench.session('ada', device));
    const bob = bench.session('bob', 'phone');
    expect(bench.facts('family.dead')).toMatchObject([{ family: 'f1', reason: 'single-session', device: 'phone' }]);
    expect([...sessions, bob].map(({ rt }) => bench.refresh(rt).status)).toEqual([400, 200, 200, 200]);
  });
});
