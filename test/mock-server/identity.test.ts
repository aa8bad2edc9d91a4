// ID tokens, userinfo, pushed requests and sign-out: R12, R13, A10 of the behaviour list, OIDC Core 2, 5 and RP-Initiated Logout.
import { createLocalJWKSet, jwtVerify } from 'jose';
import type { JSONWebKeySet } from 'jose';
import { hash } from 'node:crypto';
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import { peopleFixture } from '../../scripts/people.ts';
import { readFileSync } from 'node:fs';
import { SIGNING_ALGS } from '../../mock-server/policy.ts';
import type { HttpResponse } from '../../src/core/http.ts';
import { basic, EPOCH, HOUR, MINUTE } from './kit.ts';
import { answerOf, CALLBACK, CHALLENGE, claimsOf, interactionOf, ORIGIN, PKCE, Visit } from './visit.ts';

const OPENID = { scope: 'openid offline_access', nonce: 'n-0S6' };

describe('ID tokens', () => {
  test.each(SIGNING_ALGS)('signed with %s, jose verifies it; at_hash is the left half of the right hash', async (alg) => {
    const visit = new Visit({ signing: { alg } });
    const { json } = visit.redeem(visit.signIn('ada', OPENID));
    const jwks = JSON.parse(visit.get('/jwks').body) as JSONWebKeySet;
    const { payload, protectedHeader } = await jwtVerify(String(json['id_token']), createLocalJWKSet(jwks), {
      issuer: ORIGIN,
      audience: 'app',
      currentDate: new Date(EPOCH),
    });
    const digest = Buffer.from(hash(alg === 'EdDSA' ? 'sha512' : 'sha256', String(json['access_token']), 'hex'), 'hex');
    expect(protectedHeader).toMatchObject({ alg, typ: 'JWT' });
    expect(payload).toMatchObject({
      sub: 'ada',
      nonce: 'n-0S6',
      auth_time: EPOCH / 1_000,
      iat: EPOCH / 1_000,
      exp: EPOCH / 1_000 + 3_600,
      sid: 'f1',
      at_hash: digest.subarray(0, digest.length / 2).toString('base64url'),
    });
  });

  test('without openid there is none; with an opaque access token there is one', () => {
    const visit = new Visit();
    expect(visit.redeem(visit.signIn('ada', { scope: 'offline_access' })).json).not.toHaveProperty('id_token');
    const opaque = new Visit({ accessToken: { format: 'opaque' } });
    expect(claimsOf(opaque.redeem(opaque.signIn('ada', OPENID)).json['id_token'])['sub']).toBe('ada');
  });

  test('auth_time is when the user signed in, not when a code was given without asking', () => {
    const visit = new Visit();
    visit.signIn('ada', OPENID);
    visit.wait(10 * MINUTE);
    const { json } = visit.redeem(answerOf(visit.authorize({ ...OPENID, nonce: 'second' })).get('code') ?? '');
    expect(claimsOf(json['id_token'])).toMatchObject({ auth_time: EPOCH / 1_000, iat: EPOCH / 1_000 + 600, nonce: 'second' });
    expect(claimsOf(json['access_token'])['auth_time']).toBe(EPOCH / 1_000);
  });

  test('R12 a refresh gives a new one: same iss, sub, aud and auth_time, new iat, no nonce; the policy can leave it out', () => {
    const visit = new Visit();
    const first = visit.redeem(visit.signIn('ada', OPENID)).json;
    visit.wait(30 * MINUTE);
    const second = visit.token({ grant_type: 'refresh_token', refresh_token: String(first['refresh_token']) }).json;
    const [before, after] = [claimsOf(first['id_token']), claimsOf(second['id_token'])];
    for (const claim of ['iss', 'sub', 'aud', 'auth_time', 'sid']) expect(after[claim]).toBe(before[claim]);
    expect(after).toMatchObject({ iat: Number(before['iat']) + 1_800 });
    expect(after).not.toHaveProperty('nonce');
    expect(after['at_hash']).not.toBe(before['at_hash']);
    visit.app.site.issuers[0]?.server.setPolicy({ idToken: { onRefresh: false } });
    expect(visit.token({ grant_type: 'refresh_token', refresh_token: String(second['refresh_token']) }).json).not.toHaveProperty(
      'id_token',
    );
  });
});

describe('userinfo', () => {
  const ask = (visit: Visit, scope: string, method = 'GET'): HttpResponse => {
    const { json } = visit.redeem(visit.signIn('ada', { scope }));
    return visit.send({
      method,
      url: `${ORIGIN}/userinfo`,
      headers: { authorization: `Bearer ${String(json['access_token'])}` },
      body: '',
    });
  };

  test.each(['GET', 'POST'])('%s tells what the scope stands for and no more', (method) => {
    const told = (scope: string): string[] => Object.keys(JSON.parse(ask(new Visit(), scope, method).body) as object);
    expect(told('openid')).toEqual(['sub']);
    expect(told('openid email')).toEqual(['sub', 'email', 'email_verified']);
    expect(told('openid profile')).toEqual(expect.arrayContaining(['name', 'given_name', 'preferred_username', 'zoneinfo']));
    expect(told('openid phone address')).toEqual(['sub', 'phone_number', 'phone_number_verified', 'address']);
  });

  test('a stranger has a sub and nothing else', () => {
    const visit = new Visit();
    const { json } = visit.redeem(visit.signIn('walter', { scope: 'openid profile email' }));
    expect(visit.json('/userinfo', { authorization: `Bearer ${String(json['access_token'])}` })).toEqual({ sub: 'walter' });
  });

  test('refusals are challenged as RFC 6750 says, and journalled as requests to a resource', () => {
    const visit = new Visit();
    expect(visit.get('/userinfo').headers['www-authenticate']).toBe('Bearer realm="api"');
    const garbage = visit.get('/userinfo', { authorization: 'Bearer made-up-by-somebody' });
    expect([garbage.status, garbage.headers['www-authenticate']]).toEqual([401, 'Bearer realm="api", error="invalid_token"']);
    const narrow = ask(visit, 'profile');
    expect([narrow.status, narrow.headers['www-authenticate']]).toEqual([
      403,
      'Bearer realm="api", error="insufficient_scope", scope="openid"',
    ]);
    expect(visit.facts('api.responded').map(({ status, reason }) => [status, reason])).toEqual([
      [401, 'no-token'],
      [401, 'unknown'],
      [403, 'scope'],
    ]);
  });

  test('an expired token learns nothing', () => {
    const visit = new Visit();
    const { json } = visit.redeem(visit.signIn('ada', OPENID));
    visit.wait(HOUR);
    expect(visit.get('/userinfo', { authorization: `Bearer ${String(json['access_token'])}` }).status).toBe(401);
  });

  test('the people are those the script writes with faker', () => {
    expect(readFileSync(new URL('../../fixtures/people.ts', import.meta.url), 'utf8')).toBe(peopleFixture());
  });
});

describe('A10 pushed authorization requests', () => {
  const request = { client_id: 'app', redirect_uri: CALLBACK, response_type: 'code', state: 'pushed', ...PKCE };
  const push = (visit: Visit, form: Readonly<Record<string, string>> = request, headers = {}) => visit.post('/par', form, headers);
  const uriOf = (response: HttpResponse): string => String((JSON.parse(response.body) as Record<string, unknown>)['request_uri']);
  const use = (visit: Visit, uri: string, more: Readonly<Record<string, string>> = {}) =>
    visit.get(`/authorize?${new URLSearchParams({ client_id: 'app', request_uri: uri, ...more })}`);

  test('201 with an address nobody can guess, and from there the usual way in', () => {
    const visit = new Visit();
    const pushed = push(visit);
    expect([pushed.status, pushed.headers['cache-control']]).toEqual([201, 'no-store']);
    expect(JSON.parse(pushed.body)).toEqual({
      request_uri: expect.stringMatching(/^urn:ietf:params:oauth:request_uri:[\w-]{43}$/) as string,
      expires_in: 90,
    });
    const answer = answerOf(visit.press(use(visit, uriOf(pushed), { state: 'not-this-one' }), 'approve', { user: 'ada' }));
    expect(answer.get('state')).toBe('pushed');
    expect(visit.redeem(answer.get('code') ?? '').status).toBe(200);
  });

  test('it is used once, within its life, by its own client', () => {
    const visit = new Visit();
    const uri = uriOf(push(visit));
    expect(use(visit, uri, { client_id: 'service' }).status).toBe(400);
    expect(use(visit, uri).status).toBe(200);
    const again = use(visit, uri);
    expect([again.status, again.headers['location']]).toEqual([400, undefined]);
    const late = uriOf(push(visit));
    visit.wait(90_000);
    expect(use(visit, late).body).toContain('invalid_request_uri');
  });

  test('the client authenticates as at the token endpoint, and need not repeat its name', () => {
    const visit = new Visit();
    const form = { redirect_uri: 'https://service.example/callback', response_type: 'code', scope: 'api' };
    expect(push(visit, form, basic('service', TEST_ONLY_SERVICE_SECRET)).status).toBe(201);
    const wrong = push(visit, form, basic('service', 'wrong'));
    expect([wrong.status, JSON.parse(wrong.body)]).toEqual([401, expect.objectContaining({ error: 'invalid_client' })]);
    expect(wrong.headers['www-authenticate']).toMatch(/^Basic /);
  });

  test.each([
    ['a request_uri inside', { request_uri: 'urn:x' }, 'invalid_request'],
    ['an address that is not registered', { redirect_uri: 'https://evil.example/' }, 'invalid_request'],
    ['no challenge', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['too much scope', { scope: 'admin' }, 'invalid_scope'],
    ['another response type', { response_type: 'token' }, 'unsupported_response_type'],
  ])('%s is refused at once', (_name, more, error) => {
    const visit = new Visit();
    const response = push(visit, { ...request, ...more });
    expect([response.status, JSON.parse(response.body)]).toEqual([400, expect.objectContaining({ error })]);
  });

  test('GET is 405; where pushing is required, a request that was not is refused at its address', () => {
    const visit = new Visit({ authorization: { par: 'required' } });
    expect(visit.get('/par')).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect(Object.fromEntries(answerOf(visit.authorize()))).toMatchObject({ error: 'invalid_request', state: 's t/1' });
    expect(use(visit, uriOf(push(visit))).status).toBe(200);
  });

  test('two browsers that come with the same address at once: one gets the page', () => {
    const visit = new Visit();
    const url = `${ORIGIN}/authorize?${new URLSearchParams({ client_id: 'app', request_uri: uriOf(push(visit)) })}`;
    const exchanges = [1, 2].map(() => visit.app.site.issuers[0]!.server.receive({ method: 'GET', url, headers: {}, body: '' }, {}));
    for (let i = 0; i < 3; i++) for (const exchange of exchanges) exchange.advance();
    expect(exchanges.map(({ response }) => response?.status)).toEqual([200, 400]);
  });
});

describe('sign-out by the app', () => {
  const session = (visit: Visit): Record<string, string> => visit.redeem(visit.signIn('ada', OPENID)).json as Record<string, string>;
  const leave = (visit: Visit, params: Readonly<Record<string, string>>) => visit.get(`/logout?${new URLSearchParams(params)}`);

  test('with an ID token it is done at once: cookie, session and tokens end, and the browser goes back with state', () => {
    const visit = new Visit();
    const tokens = session(visit);
    const back = leave(visit, { id_token_hint: tokens['id_token'] ?? '', post_logout_redirect_uri: CALLBACK, state: 'bye' });
    expect([back.status, back.headers['location']]).toEqual([303, `${CALLBACK}?state=bye`]);
    expect(visit.cookies.size).toBe(0);
    expect(visit.facts('family.dead')).toMatchObject([{ family: 'f1', reason: 'user' }]);
    expect(visit.token({ grant_type: 'refresh_token', refresh_token: tokens['refresh_token'] ?? '' }).json['error']).toBe('invalid_grant');
    expect(answerOf(visit.authorize({ prompt: 'none' })).get('error')).toBe('login_required');
  });

  test('an expired ID token, and one by a key that has left the list, still prove who is leaving', () => {
    const visit = new Visit();
    const tokens = session(visit);
    visit.app.site.issuers[0]?.rotateKeys('drop-old-early');
    visit.wait(24 * HOUR);
    expect(leave(visit, { id_token_hint: tokens['id_token'] ?? '' })).toMatchObject({ status: 200 });
    expect(visit.facts('family.dead')).toHaveLength(1);
  });

  test('the policy can keep the grant: the browser is signed out, the app is not', () => {
    const visit = new Visit({ endSession: { endsGrant: false } });
    const tokens = session(visit);
    leave(visit, { id_token_hint: tokens['id_token'] ?? '' });
    expect(visit.cookies.size).toBe(0);
    expect(visit.token({ grant_type: 'refresh_token', refresh_token: tokens['refresh_token'] ?? '' }).status).toBe(200);
  });

  test('without a proof the user is asked, and may stay', () => {
    const visit = new Visit();
    session(visit);
    const question = leave(visit, { client_id: 'app', post_logout_redirect_uri: CALLBACK, state: 's' });
    expect(question.body).toContain('signed in as ada');
    expect(visit.post('/interaction', { interaction: interactionOf(question), decision: 'stay' }).body).toContain('stay signed in');
    expect(visit.cookies.size).toBe(1);
    const second = leave(visit, { client_id: 'app', post_logout_redirect_uri: CALLBACK, state: 's' });
    const back = visit.post('/interaction', { interaction: interactionOf(second), decision: 'sign-out' });
    expect(back.headers['location']).toBe(`${CALLBACK}?state=s`);
    expect(visit.cookies.size).toBe(0);
  });

  test.each([
    ['an address that is not registered', { client_id: 'app', post_logout_redirect_uri: 'https://evil.example/' }],
    ['an address without a client', { post_logout_redirect_uri: CALLBACK }],
    ['a client without such addresses', { client_id: 'service', post_logout_redirect_uri: 'https://service.example/callback' }],
    ['a token that is none of ours', { id_token_hint: 'e30.e30.AAAA' }],
  ])('%s is never followed and signs nobody out', (_name, params) => {
    const visit = new Visit();
    session(visit);
    const page = leave(visit, params);
    expect([page.status, page.headers['location']]).toEqual([400, undefined]);
    expect(visit.cookies.size).toBe(1);
    expect(visit.facts('family.dead')).toEqual([]);
  });

  test('an ID token of one client does not speak for another, and an access token is no ID token', () => {
    const visit = new Visit();
    const tokens = session(visit);
    expect(leave(visit, { id_token_hint: tokens['id_token'] ?? '', client_id: 'service' }).status).toBe(400);
    expect(leave(visit, { id_token_hint: tokens['access_token'] ?? '' }).status).toBe(400);
  });

  test('it may come by POST', () => {
    const visit = new Visit();
    expect(visit.post('/logout', { id_token_hint: session(visit)['id_token'] ?? '' }).status).toBe(200);
    expect(visit.facts('family.dead')).toHaveLength(1);
  });
});

test('dpop_jkt of the request binds the code', () => {
  const visit = new Visit();
  const code = visit.signIn('ada', { dpop_jkt: CHALLENGE });
  expect(visit.redeem(code).json['error']).toBe('invalid_grant');
});
