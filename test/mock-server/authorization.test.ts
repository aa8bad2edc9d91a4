// The authorization endpoint and its page: A1, A2, A6-A9 of the behaviour list, and native apps.
import { describe, expect, test } from 'vitest';
import { answerOf, CALLBACK, claimsOf, interactionOf, ORIGIN, PKCE, VERIFIER, Visit } from './visit.ts';

describe('the way in', () => {
  test('a page, a person, a code, tokens', () => {
    const visit = new Visit();
    const page = visit.authorize();
    expect(page.status).toBe(200);
    const back = visit.press(page, 'approve', { user: 'ben' });
    expect(back.status).toBe(303);
    expect(back.headers['location']).toMatch(/^com\.example\.app:\/callback\?code=/);
    const reply = visit.redeem(answerOf(back).get('code') ?? '');
    expect(reply.status).toBe(200);
    expect(claimsOf(reply.json['access_token'])).toMatchObject({ sub: 'ben', client_id: 'app', scope: 'openid profile offline_access' });
    expect(visit.facts('authorization.asked')).toEqual([
      expect.objectContaining({ a: 'a1', client: 'app', device: 'browser', page: true }),
    ]);
    expect(visit.facts('authorization.answered')).toEqual([expect.objectContaining({ a: 'a1', outcome: 'code', user: 'ben' })]);
  });

  test('A2 an answer carries state byte by byte and the issuer (RFC 9207); the policy can leave the issuer out', () => {
    const visit = new Visit();
    const answer = answerOf(visit.press(visit.authorize(), 'approve', { user: 'ada' }));
    expect([...answer.keys()].sort()).toEqual(['code', 'iss', 'state']);
    expect([answer.get('state'), answer.get('iss')]).toEqual(['s t/1', ORIGIN]);
    const silent = new Visit({ authorization: { iss: false } });
    expect(answerOf(silent.press(silent.authorize(), 'approve', { user: 'ada' })).has('iss')).toBe(false);
  });

  test('the request may come by POST (OIDC Core 3.1.2.1)', () => {
    const page = new Visit().post('/authorize', { client_id: 'app', redirect_uri: CALLBACK, response_type: 'code', ...PKCE });
    expect(interactionOf(page)).toHaveLength(43);
  });

  test('the device is what the app calls it, else what its browser gives away', () => {
    const visit = new Visit();
    const deviceOf = (code: string): string => {
      visit.redeem(code);
      return visit.facts('session.granted').at(-1)?.device ?? '';
    };
    expect(deviceOf(visit.signIn('ada', { device: 'my phone' }))).toBe('my phone');
    expect(deviceOf(visit.signIn('ada', { device: '<script>', prompt: 'login' }))).toBe('browser');
    const page = visit.get(
      `/authorize?${new URLSearchParams({ client_id: 'app', redirect_uri: CALLBACK, response_type: 'code', prompt: 'login', ...PKCE })}`,
      {
        'user-agent': 'Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X)',
      },
    );
    expect(deviceOf(answerOf(visit.press(page, 'approve', { user: 'ada' })).get('code') ?? '')).toBe('iphone');
  });
});

describe('A1 what is never redirected', () => {
  test.each([
    ['an unknown client', { client_id: 'nobody' }],
    ['a missing client', { client_id: '' }],
    ['an address that is not registered', { redirect_uri: 'https://evil.example/callback' }],
    ['an address that only begins like a registered one', { redirect_uri: `${CALLBACK}/more` }],
    ['another letter case', { redirect_uri: 'com.example.App:/callback' }],
    ['a loopback address with another path', { redirect_uri: 'http://127.0.0.1:5000/other' }],
    ['a host that hides behind user-info', { redirect_uri: 'http://127.0.0.1:80@evil.example/callback' }],
    ['a port on an address that is not loopback', { redirect_uri: 'https://app.example:444/callback' }],
    ['no address where several are registered', { redirect_uri: '' }],
  ])('%s', (_name, more) => {
    const visit = new Visit();
    const page = visit.authorize(more);
    expect(page.status).toBe(400);
    expect(page.headers).not.toHaveProperty('location');
    expect(page.headers['content-type']).toMatch(/^text\/html/);
    expect(page.body).toContain('role="alert"');
    expect(visit.facts('authorization.asked')).toEqual([]);
  });

  test('a repeated address, of which nobody knows which one is meant', () => {
    const query = `client_id=app&response_type=code&redirect_uri=${CALLBACK}&redirect_uri=${CALLBACK}`;
    expect(new Visit().get(`/authorize?${query}`).status).toBe(400);
  });

  test('the page says what is registered, and no value of the request becomes markup', () => {
    const page = new Visit().authorize({ redirect_uri: 'https://evil.example/"><script>' });
    expect(page.body).toContain('http://127.0.0.1/callback');
    expect(new Visit().authorize({ login_hint: '"><script>alert(1)</script>' }).body).not.toContain('<script');
  });
});

describe('RFC 8252 native apps', () => {
  test.each([
    'http://127.0.0.1:51004/callback',
    'http://127.0.0.1/callback',
    'http://[::1]:61234/callback',
    'http://localhost:3000/callback',
    'https://app.example/callback',
    CALLBACK,
  ])('%s is accepted and must be repeated as it was', (address) => {
    const visit = new Visit();
    const code = visit.signIn('ada', { redirect_uri: address });
    expect(visit.redeem(code, { redirect_uri: `${address}?` }).json['error']).toBe('invalid_grant');
    expect(visit.redeem(code, { redirect_uri: address }).status).toBe(200);
  });

  test('a client with one address may leave it out, and then need not repeat it', () => {
    const clients = [{ id: 'app', grants: ['authorization_code'], scope: 'openid', redirectUris: ['my.app:/in?from=as'] }];
    const visit = new Visit({}, { clients });
    const back = visit.press(visit.authorize({ redirect_uri: '' }), 'approve', { user: 'ada' });
    expect(back.headers['location']).toMatch(/^my\.app:\/in\?from=as&code=/);
    const code = /code=([^&]+)/.exec(back.headers['location'] ?? '')?.[1] ?? '';
    expect(visit.token({ grant_type: 'authorization_code', code, code_verifier: VERIFIER }).status).toBe(200);
  });
});

describe('A2 what is told to the client at its address', () => {
  test.each([
    ['no response_type', { response_type: '' }, 'invalid_request'],
    ['the implicit flow', { response_type: 'token' }, 'unsupported_response_type'],
    ['another response mode', { response_mode: 'form_post' }, 'invalid_request'],
    ['a scope beyond the registered one', { scope: 'openid admin' }, 'invalid_scope'],
    ['a request object', { request: 'e30.e30.' }, 'request_not_supported'],
    ['A6 no challenge from a public client', { code_challenge: '', code_challenge_method: '' }, 'invalid_request'],
    ['A6 a challenge without method, which means plain', { code_challenge_method: '' }, 'invalid_request'],
    ['A6 an unknown method', { code_challenge_method: 'S512' }, 'invalid_request'],
    ['A6 a method without challenge', { code_challenge: '' }, 'invalid_request'],
    ['a challenge that is no SHA-256', { code_challenge: 'short' }, 'invalid_request'],
    ['prompt none beside another', { prompt: 'none login' }, 'invalid_request'],
    ['an unknown prompt', { prompt: 'create' }, 'invalid_request'],
    ['an age that is no number', { max_age: '-1' }, 'invalid_request'],
    ['an ID token of somebody else', { id_token_hint: 'e30.e30.AAAA' }, 'invalid_request'],
    ['a thumbprint that is none', { dpop_jkt: 'x' }, 'invalid_request'],
  ])('%s', (_name, more, error) => {
    const response = new Visit().authorize(more);
    expect(response.status).toBe(303);
    const answer = answerOf(response);
    expect(Object.fromEntries(answer)).toMatchObject({ error, state: 's t/1', iss: ORIGIN });
    expect(answer.get('error_description')).toMatch(/^[\x20-\x21\x23-\x5B\x5D-\x7E]+$/);
  });

  test('a repeated parameter; a repeated state is not told back', () => {
    const query = `client_id=app&response_type=code&redirect_uri=${CALLBACK}&state=a&state=b`;
    expect(Object.fromEntries(answerOf(new Visit().get(`/authorize?${query}`)))).toMatchObject({ error: 'invalid_request' });
    expect(answerOf(new Visit().get(`/authorize?${query}`)).has('state')).toBe(false);
  });

  test('a client that may not use codes', () => {
    const clients = [{ id: 'app', grants: ['refresh_token'], scope: 'openid', redirectUris: [CALLBACK] }];
    expect(answerOf(new Visit({}, { clients }).authorize()).get('error')).toBe('unauthorized_client');
  });

  test.each([
    ['deny', 'access_denied'],
    ['server_error', 'server_error'],
    ['temporarily_unavailable', 'temporarily_unavailable'],
  ])('the button %s', (button, error) => {
    const visit = new Visit();
    const back = visit.press(visit.authorize(), button, { user: 'ada' });
    expect(Object.fromEntries(answerOf(back))).toMatchObject({ error, state: 's t/1', iss: ORIGIN });
    expect(visit.facts('authorization.answered')).toMatchObject([{ a: 'a1', outcome: error }]);
    expect(back.headers).not.toHaveProperty('set-cookie');
  });

  test('the button for a broken page leaves the browser on a 500', () => {
    const visit = new Visit();
    expect(visit.press(visit.authorize(), 'broken_page', { user: 'ada' }).status).toBe(500);
  });
});

describe('PKCE end to end', () => {
  test('A6 A8 where plain is allowed, a challenge without method is its own verifier', () => {
    const visit = new Visit({ authorization: { challengeMethods: ['S256', 'plain'] } });
    const code = visit.signIn('ada', { code_challenge: VERIFIER, code_challenge_method: '' });
    expect(visit.redeem(code, { code_verifier: 'x'.repeat(43) }).json['error']).toBe('invalid_grant');
    expect(visit.redeem(code, { code_verifier: '' }).json['error']).toBe('invalid_grant');
    expect(visit.redeem(code).status).toBe(200);
  });

  test('A7 A8 A9 a wrong verifier, none, and one that nobody asked for', () => {
    const visit = new Visit({ authorization: { pkce: 'optional' } });
    const code = visit.signIn();
    expect(visit.redeem(code, { code_verifier: 'x'.repeat(43) }).json['error']).toBe('invalid_grant');
    expect(visit.redeem(code, { code_verifier: '' }).json['error']).toBe('invalid_grant');
    const bare = visit.signIn('ada', { code_challenge: '', code_challenge_method: '' });
    expect(visit.redeem(bare).json['error']).toBe('invalid_request');
    expect(visit.redeem(bare, { code_verifier: '' }).status).toBe(200);
  });

  test('policy all asks confidential clients too', () => {
    const asked = (patch: 'all' | 'public'): string | null =>
      answerOf(
        new Visit({ authorization: { pkce: patch } }).authorize({
          client_id: 'service',
          redirect_uri: 'https://service.example/callback',
          scope: 'api',
          code_challenge: '',
          code_challenge_method: '',
        }),
      ).get('error');
    expect(asked('all')).toBe('invalid_request');
    expect(asked('public')).toBeNull();
  });
});
