// The refresh_token grant under the default policy and its plain variants: R1-R15 of the behaviour list. Grace has its own table.
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import { basic, Bench, DAY, EPOCH, HOUR, MINUTE, refreshRequest } from './kit.ts';

const SERVICE = basic('service', TEST_ONLY_SERVICE_SECRET);
const INVALID_GRANT = { status: 400, json: { error: 'invalid_grant' } };

describe('who may refresh', () => {
  test('R1 a missing refresh_token is invalid_request', () => {
    const bench = new Bench();
    expect(bench.token({ grant_type: 'refresh_token', client_id: 'app' })).toMatchObject({
      status: 400,
      json: { error: 'invalid_request' },
    });
    expect(bench.last('token.received').rt).toBe('none');
  });

  test('R2 unknown, reused, revoked, expired and foreign tokens get the very same answer; the journal knows better', () => {
    const answers = new Set<string>();
    const reasons: string[] = [];
    const attempt = (bench: Bench, rt: string, foreign = false): void => {
      const reply = foreign ? bench.token({ grant_type: 'refresh_token', refresh_token: rt }, SERVICE) : bench.refresh(rt);
      answers.add(JSON.stringify([reply.status, { ...reply.raw.headers, date: '' }, reply.raw.body]));
      reasons.push(bench.last('token.refused').reason);
    };
    const bench = new Bench({ refreshToken: { absolute: 60 * DAY } });
    attempt(bench, 'made-up');
    const first = bench.session();
    attempt(bench, first.rt, true);
    bench.refresh(first.rt);
    attempt(bench, first.rt);
    attempt(bench, first.rt);
    const [idle, absolute] = [bench.session().rt, new Bench({ refreshToken: { absolute: DAY } })];
    const { rt } = absolute.session();
    absolute.t = DAY;
    attempt(absolute, rt);
    bench.t = 30 * DAY;
    attempt(bench, idle);
    expect(reasons).toEqual(['unknown', 'other-client', 'reused', 'family-dead', 'absolute-expired', 'idle-expired']);
    expect(answers.size).toBe(1);
  });

  test('R2 no answer carries a header of our own', () => {
    const bench = new Bench();
    for (const { raw } of [bench.refresh('made-up'), bench.refresh(bench.session().rt)]) {
      expect(Object.keys(raw.headers).filter((name) => name.startsWith('x-'))).toEqual([]);
    }
  });

  test('R3 a confidential client must prove itself to refresh, a public one names itself', () => {
    const bench = new Bench();
    const { response } = bench.server.grantSession('ada', 'desk', { clientId: 'service', scope: 'api offline_access' });
    const refresh = { grant_type: 'refresh_token', refresh_token: String(response.refresh_token) };
    expect(bench.token({ ...refresh, client_id: 'service' }).status).toBe(401);
    expect(bench.token(refresh, SERVICE).status).toBe(200);
  });

  test('R2 a token tried by another client stays good for its own', () => {
    const bench = new Bench();
    const { rt } = bench.session();
    bench.token({ grant_type: 'refresh_token', refresh_token: rt }, SERVICE);
    expect(bench.refresh(rt).status).toBe(200);
  });
});

describe('scope', () => {
  test('R4 a wider scope is invalid_scope and spends nothing', () => {
    const bench = new Bench();
    const { rt } = bench.session();
    expect(bench.refresh(rt, { scope: 'openid admin' })).toMatchObject({ status: 400, json: { error: 'invalid_scope' } });
    expect(bench.last('token.refused').reason).toBe('bad-scope');
    expect(bench.refresh(rt).status).toBe(200);
  });

  test('R4 a scope left out is the original one', () => {
    const bench = new Bench();
    expect(bench.refresh(bench.session('ada', 'phone', 'profile offline_access').rt).json['scope']).toBe('profile offline_access');
  });

  test('R5 narrowing touches the access token only: the next refresh may have the original scope again', () => {
    const bench = new Bench();
    const narrow = bench.refresh(bench.session().rt, { scope: 'profile' });
    expect(narrow.json['scope']).toBe('profile');
    expect(bench.refresh(narrow.rt).json['scope']).toBe('openid profile offline_access');
  });
});

describe('rotation', () => {
  test('R6 rotation off can omit the refresh token or return the same one, which stays good', () => {
    const omit = new Bench({ refreshToken: { rotation: 'omit' } });
    const { rt } = omit.session();
    expect(omit.refresh(rt).json).not.toHaveProperty('refresh_token');
    expect(omit.last('token.committed')).not.toHaveProperty('newRt');
    expect(omit.refresh(rt).status).toBe(200);
    const same = new Bench({ refreshToken: { rotation: 'same' } });
    const session = same.session();
    expect(same.refresh(session.rt).rt).toBe(session.rt);
    expect(same.refresh(session.rt).rt).toBe(session.rt);
    expect(same.facts('session.granted')).toHaveLength(1);
  });

  test('R7 R15 by default every use gives a public client another refresh token, and lineage is in the journal', () => {
    const bench = new Bench();
    let { rt } = bench.session();
    for (let i = 0; i < 3; i++) rt = bench.refresh(rt).rt;
    expect(bench.facts('token.committed').map(({ rt: from, newRt, at, family }) => [from, newRt, at, family])).toEqual([
      ['RT-1', 'RT-2', 'AT-2', 'f1'],
      ['RT-2', 'RT-3', 'AT-3', 'f1'],
      ['RT-3', 'RT-4', 'AT-4', 'f1'],
    ]);
  });

  test('R7 a tombstone is never forgotten: the first token of a thousand is still reuse, not unknown', () => {
    const bench = new Bench();
    const first = bench.session();
    let { rt } = first;
    for (let i = 0; i < 1_000; i++) rt = bench.refresh(rt).rt;
    bench.refresh(first.rt);
    expect(bench.last('token.refused').reason).toBe('reused');
    expect(bench.refresh(rt).status).toBe(400);
  });

  test('R8 a superseded refresh token presented again kills the family under strict', () => {
    const bench = new Bench();
    const { rt, at } = bench.session();
    const next = bench.refresh(rt);
    expect(bench.refresh(rt)).toMatchObject(INVALID_GRANT);
    expect(bench.last('family.dead')).toMatchObject({ family: 'f1', reason: 'reuse', user: 'ada', device: 'phone' });
    expect(bench.facts('access.dead').map((fact) => fact.at)).toEqual(['AT-1', 'AT-2']);
    expect(bench.refresh(next.rt)).toMatchObject(INVALID_GRANT);
    expect([bench.api(at).status, bench.api(next.at).status]).toEqual([401, 401]);
  });

  test('R8 onReuse can spare the access tokens', () => {
    const bench = new Bench({ refreshToken: { onReuse: 'refresh-tokens' } });
    const { rt } = bench.session();
    const next = bench.refresh(rt);
    bench.refresh(rt);
    expect(bench.refresh(next.rt)).toMatchObject(INVALID_GRANT);
    expect(bench.api(next.at).status).toBe(200);
  });

  test('R8 reuse in one session leaves the other sessions of the user alone', () => {
    const bench = new Bench();
    const [phone, tablet] = [bench.session('ada', 'phone'), bench.session('ada', 'tablet')];
    bench.refresh(phone.rt);
    bench.refresh(phone.rt);
    expect(bench.refresh(tablet.rt).status).toBe(200);
  });

  test('R9 after revocation every member fails for ever, and the family ends once', () => {
    const bench = new Bench();
    const chain = [bench.session().rt];
    for (let i = 0; i < 3; i++) chain.push(bench.refresh(chain.at(-1) ?? '').rt);
    bench.server.revoke('family', { device: 'phone' }, 'admin');
    for (const rt of [...chain, ...chain]) expect(bench.refresh(rt)).toMatchObject(INVALID_GRANT);
    expect(new Set(bench.facts('token.refused').map((fact) => fact.reason))).toEqual(new Set(['family-dead']));
    expect(bench.facts('family.dead')).toHaveLength(1);
  });
});

describe('lifetimes', () => {
  test('R10 the idle lifetime counts from the last use', () => {
    const bench = new Bench({ refreshToken: { idle: 10 * DAY } });
    let { rt } = bench.session();
    for (let day = 9; day <= 45; day += 9) {
      bench.t = day * DAY;
      rt = bench.refresh(rt).rt;
    }
    bench.t += 10 * DAY - 1;
    rt = bench.refresh(rt).rt;
    bench.t += 10 * DAY;
    expect(bench.refresh(rt)).toMatchObject(INVALID_GRANT);
    expect(bench.last('token.refused').reason).toBe('idle-expired');
    expect(bench.last('family.dead').reason).toBe('idle');
  });

  test('R10 use counts with rotation off as well', () => {
    const bench = new Bench({ refreshToken: { rotation: 'omit', idle: 10 * DAY } });
    const { rt } = bench.session();
    for (const day of [9, 18, 27]) {
      bench.t = day * DAY;
      expect(bench.refresh(rt).status).toBe(200);
    }
  });

  test('R10 the absolute lifetime counts from the grant, however much it is used', () => {
    const bench = new Bench({ refreshToken: { idle: 10 * DAY, absolute: 20 * DAY } });
    let { rt } = bench.session();
    for (const day of [9, 18]) {
      bench.t = day * DAY;
      rt = bench.refresh(rt).rt;
    }
    bench.t = 20 * DAY - 1;
    rt = bench.refresh(rt).rt;
    bench.t = 20 * DAY;
    expect(bench.refresh(rt)).toMatchObject(INVALID_GRANT);
    expect(bench.last('token.refused').reason).toBe('absolute-expired');
    expect(bench.last('family.dead').reason).toBe('absolute');
  });

  test('R10 failed attempts extend neither', () => {
    const bench = new Bench({ refreshToken: { idle: 10 * DAY } });
    const { rt } = bench.session();
    bench.t = 9 * DAY;
    expect(bench.refresh(rt, { scope: 'too much' }).status).toBe(400);
    bench.t = 10 * DAY;
    expect(bench.refresh(rt).status).toBe(400);
  });

  test('R11 exp is the first instant at which the token is refused', () => {
    const bench = new Bench();
    bench.t = 1_234;
    const { at } = bench.session();
    const { expiresAt } = bench.last('session.granted');
    expect(expiresAt).toBeGreaterThanOrEqual(1_234 + HOUR);
    expect(expiresAt).toBeLessThan(1_234 + HOUR + 1_000);
    expect((EPOCH + expiresAt) % 1_000).toBe(0);
    bench.t = expiresAt - 1;
    expect(bench.api(at).status).toBe(200);
    bench.t = expiresAt;
    expect(bench.api(at).status).toBe(401);
  });

  test('R11 between whole seconds iat is not in the future and expires_in not beyond exp', () => {
    const bench = new Bench({ accessToken: { lifetime: 1_500 } });
    bench.t = 1_700;
    const { json, at } = bench.refresh(bench.session().rt);
    const claims = JSON.parse(Buffer.from(at.split('.')[1] ?? '', 'base64url').toString()) as { iat: number; exp: number };
    expect([claims.iat - EPOCH / 1_000, claims.exp - EPOCH / 1_000, json['expires_in']]).toEqual([1, 4, 2]);
  });

  test('R11 an answer held back tells the expires_in of its commit', () => {
    const bench = new Bench();
    const exchange = bench.server.receive(refreshRequest(bench.session().rt), { x: 'x1' });
    while (exchange.phase !== 'committed') exchange.advance();
    bench.t = 20 * MINUTE;
    exchange.advance();
    expect(JSON.parse(exchange.response?.body ?? '')).toMatchObject({ expires_in: 3_600 });
    expect(bench.last('token.committed')).toMatchObject({ t: 0, expiresAt: HOUR, lifetime: HOUR });
    expect(bench.last('token.responded')).toMatchObject({ t: 20 * MINUTE, expiresIn: HOUR });
  });

  test('a policy set later holds for what is issued and checked from then on', () => {
    const bench = new Bench();
    const { at, rt } = bench.session();
    bench.server.setPolicy({ accessToken: { lifetime: 5 * MINUTE }, refreshToken: { idle: HOUR } });
    const short = bench.refresh(rt);
    expect(short.json['expires_in']).toBe(300);
    bench.t = 5 * MINUTE;
    expect([bench.api(at).status, bench.api(short.at).status]).toEqual([200, 401]);
    bench.t = HOUR;
    expect(bench.refresh(short.rt).status).toBe(400);
  });
});
