// The token endpoint in general: T1-T13 of the behaviour list.
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import { basic, Bench, EPOCH, HOUR, ISSUER, MINUTE, readReply, tokenRequest } from './kit.ts';

const SERVICE = basic('service', TEST_ONLY_SERVICE_SECRET);

describe('requests', () => {
  test('T1 anything but POST is answered with 405 and Allow', () => {
    const bench = new Bench();
    const { rt } = bench.session();
    const reply = bench.server.handle({
      method: 'GET',
      url: `${ISSUER}/token?grant_type=refresh_token&client_id=app&refresh_token=${rt}`,
      headers: {},
      body: '',
    });
    expect(reply.status).toBe(405);
    expect(reply.headers['allow']).toBe('POST');
    expect(bench.refresh(rt).status).toBe(200);
  });

  test('T2 a JSON body is refused with invalid_request', () => {
    const bench = new Bench();
    const request = tokenRequest(
      { grant_type: 'refresh_token', client_id: 'app', refresh_token: bench.session().rt },
      { 'content-type': 'application/json' },
    );
    const reply = readReply(bench.server.handle(request, { x: 'x1' }));
    expect([reply.status, reply.json['error']]).toEqual([400, 'invalid_request']);
    expect(bench.last('token.refused')).toMatchObject({ x: 'x1', reason: 'bad-request' });
  });

  test('T2 a charset parameter and capital letters in the content type are fine', () => {
    const bench = new Bench();
    const request = tokenRequest(
      { grant_type: 'refresh_token', client_id: 'app', refresh_token: bench.session().rt },
      { 'content-type': 'Application/X-WWW-Form-Urlencoded; charset=UTF-8' },
    );
    expect(bench.server.handle(request).status).toBe(200);
  });

  test('T3 an empty parameter counts as absent, an unknown one is ignored, a repeated one is an error', () => {
    const bench = new Bench();
    expect(bench.refresh(bench.session().rt, { scope: '', audience: 'whatever' }).status).toBe(200);
    expect(bench.refresh('').json['error']).toBe('invalid_request');
    const request = tokenRequest({ grant_type: 'refresh_token', client_id: 'app', refresh_token: bench.session().rt });
    const twice = readReply(bench.server.handle({ ...request, body: `${request.body}&client_id=app` }));
    expect([twice.status, twice.json['error']]).toEqual([400, 'invalid_request']);
  });

  test('T4 a missing grant_type is invalid_request', () => {
    expect(new Bench().token({ client_id: 'app' })).toMatchObject({ status: 400, json: { error: 'invalid_request' } });
  });

  test('T5 an unknown grant_type is unsupported_grant_type', () => {
    expect(new Bench().token({ client_id: 'app', grant_type: 'password' })).toMatchObject({
      status: 400,
      json: { error: 'unsupported_grant_type' },
    });
  });

  test('T6 a grant the client may not use is unauthorized_client', () => {
    expect(new Bench().token({ client_id: 'app', grant_type: 'client_credentials' })).toMatchObject({
      status: 400,
      json: { error: 'unauthorized_client' },
    });
  });
});

describe('client authentication', () => {
  const grant = { grant_type: 'client_credentials' };

  test('T7 a wrong secret in the Authorization header is 401 invalid_client with a Basic challenge', () => {
    const reply = new Bench().token(grant, basic('service', 'wrong'));
    expect([reply.status, reply.json['error']]).toEqual([401, 'invalid_client']);
    expect(reply.raw.headers['www-authenticate']).toMatch(/^Basic realm="/);
  });

  test.each([
    ['unknown client', { client_id: 'nobody' }],
    ['wrong secret', { client_id: 'service', client_secret: 'wrong' }],
    ['no secret for a confidential client', { client_id: 'service' }],
    ['a secret from a public client', { client_id: 'app', client_secret: 'made-up' }],
    ['no client at all', {}],
  ])('T8 %s in the body is 401 invalid_client', (_name, params) => {
    expect(new Bench().token({ ...grant, ...params })).toMatchObject({ status: 401, json: { error: 'invalid_client' } });
  });

  test('T9 credentials in the header and in the body are invalid_request', () => {
    const reply = new Bench().token({ ...grant, client_id: 'service', client_secret: TEST_ONLY_SERVICE_SECRET }, SERVICE);
    expect([reply.status, reply.json['error']]).toEqual([400, 'invalid_request']);
  });

  test('T9 a client_id beside the header may repeat the client and must not name another', () => {
    const bench = new Bench();
    expect(bench.token({ ...grant, client_id: 'service' }, SERVICE).status).toBe(200);
    expect(bench.token({ ...grant, client_id: 'app' }, SERVICE).json['error']).toBe('invalid_request');
  });

  test('T10 user and secret of Basic are form-urlencoded; unencoded ones with reserved characters are refused', () => {
    const bench = new Bench();
    expect(bench.token(grant, SERVICE).status).toBe(200);
    const raw = { authorization: `Basic ${Buffer.from(`service:${TEST_ONLY_SERVICE_SECRET}`).toString('base64')}` };
    expect(bench.token(grant, raw).status).toBe(401);
    expect(bench.token({ ...grant, client_id: 'service', client_secret: TEST_ONLY_SERVICE_SECRET }).status).toBe(200);
  });

  test.each(['Basic', 'Basic !!!', 'Digest abc', `Basic ${Buffer.from('no-colon').toString('base64')}`])(
    'a malformed header is 401: %s',
    (authorization) => {
      expect(new Bench().token(grant, { authorization }).status).toBe(401);
    },
  );
});

describe('responses', () => {
  test('T11 a success has Bearer, an integer expires_in, the refresh token and the scope', () => {
    const bench = new Bench();
    const { json, raw } = bench.refresh(bench.session().rt);
    expect(raw.headers['content-type']).toBe('application/json');
    expect(json).toMatchObject({ token_type: 'Bearer', expires_in: 3_600, scope: 'openid profile offline_access' });
    expect(json['refresh_token']).toMatch(/^[A-Za-z0-9\-_]{40,}$/);
  });

  test('T11 the scope may be left out when it is the one asked for, never when it differs', () => {
    const bench = new Bench({ response: { scope: false } });
    const { rt } = bench.session();
    expect(bench.refresh(rt).json).not.toHaveProperty('scope');
    expect(bench.token({ grant_type: 'client_credentials' }, SERVICE).json['scope']).toBe('api admin offline_access');
    expect(bench.token({ grant_type: 'client_credentials', scope: 'api' }, SERVICE).json).not.toHaveProperty('scope');
  });

  test.each([
    ['number', 3_600],
    ['string', '3600'],
    ['absent', undefined],
  ] as const)('expires_in can be told as %s', (expiresIn, expected) => {
    const bench = new Bench({ response: { expiresIn } });
    expect(bench.refresh(bench.session().rt).json['expires_in']).toBe(expected);
    expect(bench.last('token.responded').expiresIn).toBe(expiresIn === 'number' ? HOUR : undefined);
  });

  test('tokens and token errors alike carry Cache-Control: no-store and Pragma: no-cache', () => {
    const bench = new Bench();
    const { rt } = bench.session();
    for (const { raw } of [
      bench.refresh(rt),
      bench.refresh('unknown'),
      bench.token({}),
      bench.token({ grant_type: 'client_credentials' }, basic('service', 'no')),
    ]) {
      expect(raw.headers).toMatchObject({ 'cache-control': 'no-store', pragma: 'no-cache' });
    }
  });

  test('T12 error texts are printable ASCII without quotes and backslashes', () => {
    const bench = new Bench();
    const replies = [
      bench.token({}),
      bench.token({ client_id: 'app' }),
      bench.refresh('unknown'),
      bench.refresh(bench.session().rt, { scope: 'more' }),
      bench.token({ grant_type: 'x', client_id: 'app' }),
    ];
    for (const { json } of replies)
      for (const text of [json['error'], json['error_description']]) expect(text).toMatch(/^[\x20\x21\x23-\x5B\x5D-\x7E]+$/);
  });

  test('T13 a browser may read the challenge, Retry-After and Date, and its preflight is answered', () => {
    const bench = new Bench();
    expect(bench.refresh('unknown').raw.headers['access-control-expose-headers']).toBe('WWW-Authenticate, DPoP-Nonce, Retry-After, Date');
    const preflight = bench.server.handle({
      method: 'OPTIONS',
      url: 'https://api.example/notes',
      headers: { 'access-control-request-method': 'GET' },
      body: '',
    });
    expect(preflight.status).toBe(204);
    expect(bench.facts('api.received')).toEqual([]);
  });

  test('the Date header, iat and exp follow the clock of the server, which may be off', () => {
    const bench = new Bench({ clockOffset: -5 * MINUTE });
    bench.t = 90_000;
    const { raw, at } = bench.refresh(bench.session().rt);
    expect(Date.parse(raw.headers['date'] ?? '')).toBe(EPOCH + 90_000 - 5 * MINUTE);
    const claims = JSON.parse(Buffer.from(at.split('.')[1] ?? '', 'base64url').toString()) as { iat: number; exp: number };
    expect(claims.iat * 1_000).toBe(EPOCH + 90_000 - 5 * MINUTE);
    expect(claims.exp - claims.iat).toBe(3_600);
    expect(bench.last('token.committed').expiresAt).toBe(90_000 + HOUR);
  });

  test('an opaque access token says nothing and works the same', () => {
    const bench = new Bench({ accessToken: { format: 'opaque' } });
    const { at } = bench.session();
    expect(at).toMatch(/^[A-Za-z0-9\-_]{43}$/);
    expect(bench.api(at).status).toBe(200);
  });

  test('an address nobody serves is 404', () => {
    expect(new Bench().server.handle({ method: 'POST', url: `${ISSUER}/tokens`, headers: {}, body: '' }).status).toBe(404);
  });
});
