// The authorization_code grant and client_credentials: A3-A9 and C1 of the behaviour list.
import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import { basic, Bench, HOUR, MINUTE, tokenRequest } from './kit.ts';

const SERVICE = basic('service', TEST_ONLY_SERVICE_SECRET);

describe('authorization_code', () => {
  const redeem = (bench: Bench, code: string, more: Readonly<Record<string, string>> = {}) =>
    bench.token({ grant_type: 'authorization_code', client_id: 'app', code, ...more });

  test('a code gives a session of the user it was granted to, and the journal knows it', () => {
    const bench = new Bench();
    const reply = redeem(bench, bench.server.grantCode('ada', 'phone'));
    expect(reply.status).toBe(200);
    expect(JSON.parse(bench.api(reply.at).body)).toEqual({ path: '/notes', sub: 'ada' });
    expect(bench.last('session.granted')).toMatchObject({
      family: 'f1',
      user: 'ada',
      device: 'phone',
      at: 'AT-1',
      rt: 'RT-1',
      grant: 'authorization_code',
      lifetime: HOUR,
    });
    expect(bench.journal.some((fact) => fact.type.startsWith('token.'))).toBe(false);
    expect(bench.refresh(reply.rt).status).toBe(200);
  });

  test('A3 a code lives ten minutes', () => {
    const bench = new Bench();
    const [early, late] = [bench.server.grantCode('ada', 'phone'), bench.server.grantCode('ada', 'phone')];
    bench.t = 10 * MINUTE - 1;
    expect(redeem(bench, early).status).toBe(200);
    bench.t = 10 * MINUTE;
    expect(redeem(bench, late).json['error']).toBe('invalid_grant');
  });

  test('A3 a replayed code is refused and ends what it gave', () => {
    const bench = new Bench();
    const code = bench.server.grantCode('ada', 'phone');
    const first = redeem(bench, code);
    expect(redeem(bench, code)).toMatchObject({ status: 400, json: { error: 'invalid_grant' } });
    expect(bench.last('family.dead')).toMatchObject({ family: 'f1', reason: 'reuse' });
    expect(bench.refresh(first.rt).status).toBe(400);
    expect(bench.api(first.at).status).toBe(401);
  });

  test('A3 two redemptions that were both checked cannot both commit, not even under a race policy', () => {
    const bench = new Bench({ atomicity: { race: 50 } });
    const request = tokenRequest({ grant_type: 'authorization_code', client_id: 'app', code: bench.server.grantCode('ada', 'phone') });
    const exchanges = [bench.server.receive(request, {}), bench.server.receive(request, {})];
    for (const phase of ['validated', 'committed', 'serialised']) for (const exchange of exchanges) expect(exchange.advance()).toBe(phase);
    expect(exchanges.map((exchange) => exchange.response?.status)).toEqual([200, 400]);
  });

  test('A4 the redirect_uri must be the one of the authorization request', () => {
    const bench = new Bench();
    const grant = () => bench.server.grantCode('ada', 'phone', { redirectUri: 'app://callback' });
    expect(redeem(bench, grant()).json['error']).toBe('invalid_grant');
    expect(redeem(bench, grant(), { redirect_uri: 'app://other' }).json['error']).toBe('invalid_grant');
    expect(redeem(bench, grant(), { redirect_uri: 'app://callback' }).status).toBe(200);
  });

  test('A5 the code of another client is invalid_grant and stays good for its own', () => {
    const bench = new Bench();
    const code = bench.server.grantCode('ada', 'phone');
    expect(bench.token({ grant_type: 'authorization_code', code }, SERVICE)).toMatchObject({
      status: 400,
      json: { error: 'invalid_grant' },
    });
    expect(redeem(bench, code).status).toBe(200);
  });

  test('an unknown code is invalid_grant and a missing one invalid_request', () => {
    const bench = new Bench();
    expect(redeem(bench, 'made-up').json['error']).toBe('invalid_grant');
    expect(redeem(bench, '').json['error']).toBe('invalid_request');
  });

  test('A7 A8 A9 a challenge must be proven, and a verifier without a challenge is refused', () => {
    const bench = new Bench();
    const verifier = 'v'.repeat(43);
    const grant = () => bench.server.grantCode('ada', 'phone', { challenge: hash('sha256', verifier, 'base64url') });
    expect(redeem(bench, grant()).json['error']).toBe('invalid_grant');
    expect(redeem(bench, grant(), { code_verifier: 'w'.repeat(43) }).json['error']).toBe('invalid_grant');
    expect(redeem(bench, grant(), { code_verifier: verifier }).status).toBe(200);
    expect(redeem(bench, bench.server.grantCode('ada', 'phone'), { code_verifier: verifier }).json['error']).toBe('invalid_request');
  });

  test('a session without offline_access has no refresh token', () => {
    const bench = new Bench();
    expect(redeem(bench, bench.server.grantCode('ada', 'phone', { scope: 'openid' })).json).not.toHaveProperty('refresh_token');
    expect(bench.last('session.granted')).not.toHaveProperty('rt');
  });
});

describe('client_credentials', () => {
  test('C1 it gives an access token, no refresh token and no session', () => {
    const bench = new Bench();
    const reply = bench.token({ grant_type: 'client_credentials', scope: 'api' }, SERVICE);
    expect(reply.status).toBe(200);
    expect(reply.json).not.toHaveProperty('refresh_token');
    expect(JSON.parse(bench.api(reply.at).body)).toMatchObject({ sub: 'service' });
    expect(bench.facts('session.granted')).toEqual([]);
  });

  test('a scope beyond the registered one is invalid_scope', () => {
    expect(new Bench().token({ grant_type: 'client_credentials', scope: 'api root' }, SERVICE)).toMatchObject({
      status: 400,
      json: { error: 'invalid_scope' },
    });
  });
});
