// The protected API and its RFC 6750 answers: P1-P5 of the behaviour list, and what a resource server that checks no revocation accepts.
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET, TEST_ONLY_SIGNING_KEY } from '../../fixtures/keys.ts';
import { createSigner } from '../../mock-server/signer.ts';
import { API, basic, Bench, EPOCH, HOUR, ISSUER, refreshRequest } from './kit.ts';

const challengeOf = (response: { headers: Readonly<Record<string, string>> }) => response.headers['www-authenticate'];

/** A token in our format; by default one that our own key signed but our store never saw. */
function forge(
  claims: Readonly<Record<string, unknown>>,
  header: Readonly<Record<string, unknown>> = { typ: 'at+jwt', alg: 'EdDSA', kid: TEST_ONLY_SIGNING_KEY.kid },
): string {
  const encode = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  const input = `${encode(header)}.${encode({ iss: ISSUER, aud: API, sub: 'eve', scope: 'admin', exp: EPOCH / 1_000 + 60, ...claims })}`;
  return `${input}.${createSigner().sign(input)}`;
}

describe('answers', () => {
  test('any path with a good token answers the path and who is calling', () => {
    const bench = new Bench();
    const { at } = bench.session();
    const reply = bench.api(at, '/v1/notes/7?draft=1');
    expect([reply.status, JSON.parse(reply.body)]).toEqual([200, { path: '/v1/notes/7', sub: 'ada' }]);
    expect(bench.last('api.received')).toMatchObject({ n: 'n1', k: 1, at: 'AT-1' });
    expect(bench.last('api.responded')).toEqual({ t: 0, actor: 'rs', type: 'api.responded', n: 'n1', k: 1, status: 200 });
  });

  test('P1 no credentials: 401 with a challenge that names no error', () => {
    const bench = new Bench();
    const reply = bench.api(undefined);
    expect([reply.status, challengeOf(reply)]).toEqual([401, 'Bearer realm="api"']);
    expect(bench.last('api.responded')).toMatchObject({ status: 401, reason: 'no-token' });
    expect(bench.last('api.responded')).not.toHaveProperty('error');
  });

  test('P1 another scheme is no credentials either', () => {
    expect(challengeOf(new Bench().api(undefined, '/notes', basic('service', TEST_ONLY_SERVICE_SECRET)))).toBe('Bearer realm="api"');
  });

  test('P2 expired, revoked and unknown tokens are 401 invalid_token alike; the journal says which', () => {
    const bench = new Bench();
    const [expired, revoked] = [bench.session().at, bench.session('bob', 'tablet')];
    bench.server.revoke('access-token', { device: 'tablet' }, 'admin');
    const replies = [bench.api(revoked.at), bench.api('made-up'), bench.api(`${expired}x`)];
    bench.t = HOUR;
    replies.push(bench.api(expired));
    for (const reply of replies) expect([reply.status, challengeOf(reply)]).toEqual([401, 'Bearer realm="api", error="invalid_token"']);
    expect(bench.facts('api.responded').map((fact) => [fact.error, fact.reason])).toEqual([
      ['invalid_token', 'revoked'],
      ['invalid_token', 'unknown'],
      ['invalid_token', 'unknown'],
      ['invalid_token', 'expired'],
    ]);
  });

  test('P3 a path under /admin needs the scope admin: 403 insufficient_scope names it', () => {
    const bench = new Bench();
    const { at } = bench.session();
    const service = bench.token({ grant_type: 'client_credentials' }, basic('service', TEST_ONLY_SERVICE_SECRET)).at;
    for (const path of ['/admin', '/admin/users']) {
      const reply = bench.api(at, path);
      expect([reply.status, challengeOf(reply)]).toEqual([403, 'Bearer realm="api", error="insufficient_scope", scope="admin"']);
      expect(bench.api(service, path).status).toBe(200);
    }
    expect(bench.api(at, '/administration').status).toBe(200);
  });

  test.each(['Bearer', 'Bearer ', 'Bearer a b', 'Bearer "quoted"'])('P4 a malformed header is 400 invalid_request: %s', (authorization) => {
    const reply = new Bench().api(undefined, '/notes', { authorization });
    expect([reply.status, challengeOf(reply)]).toEqual([400, 'Bearer realm="api", error="invalid_request"']);
  });

  test('P4 a token in two places is 400 invalid_request', () => {
    const bench = new Bench();
    const { at } = bench.session();
    expect(bench.api(at, `/notes?access_token=${at}`).status).toBe(400);
    const form = { ...refreshRequest('x'), url: `${API}/notes`, body: `access_token=${at}` };
    expect(bench.server.handle({ ...form, headers: { ...form.headers, authorization: `Bearer ${at}` } }).status).toBe(400);
  });

  test('P5 the scheme is read in any case; query and form body are off', () => {
    const bench = new Bench();
    const { at } = bench.session();
    expect(bench.api(undefined, '/notes', { authorization: `bEARER ${at}` }).status).toBe(200);
    expect(challengeOf(bench.api(undefined, `/notes?access_token=${at}`))).toBe('Bearer realm="api"');
    const form = { ...refreshRequest('x'), url: `${API}/notes`, body: `access_token=${at}` };
    expect(bench.server.handle(form).status).toBe(401);
  });

  test('a leeway accepts a token that much longer, and not a millisecond more', () => {
    const bench = new Bench({ resource: { leeway: 5_000 } });
    const { at } = bench.session();
    bench.t = HOUR + 4_999;
    expect(bench.api(at).status).toBe(200);
    bench.t = HOUR + 5_000;
    expect(bench.api(at).status).toBe(401);
  });

  test('a token revoked in its leeway is dead', () => {
    const bench = new Bench({ resource: { leeway: 5_000 } });
    const { at } = bench.session();
    bench.t = HOUR + 1;
    bench.server.revoke('family', {}, 'admin');
    expect(bench.api(at).status).toBe(401);
  });
});

describe('a resource server that checks no revocation', () => {
  test.each(['jwt', 'opaque'] as const)('accepts a revoked %s token until it expires', (format) => {
    const bench = new Bench({ accessToken: { format }, resource: { checksRevocation: false } });
    const { at } = bench.session();
    bench.server.revoke('family', {}, 'admin');
    expect(bench.api(at).status).toBe(200);
    bench.t = HOUR;
    expect(bench.api(at).status).toBe(401);
  });

  test('accepts what our key signed, by signature and expiry alone', () => {
    const bench = new Bench({ resource: { checksRevocation: false } });
    expect(bench.api(forge({})).status).toBe(200);
    expect(bench.api(forge({}), '/admin').status).toBe(200);
    expect(bench.api(forge({ scope: undefined }), '/admin').status).toBe(403);
    expect(bench.server.selfCheck()).toEqual([]);
    bench.server.setPolicy({ resource: { checksRevocation: true } });
    expect(bench.api(forge({})).status).toBe(401);
  });

  test.each([
    ['another issuer', forge({ iss: 'https://evil.example' })],
    ['another audience', forge({ aud: 'https://other.example' })],
    ['no subject', forge({ sub: undefined })],
    ['no expiry', forge({ exp: undefined })],
    ['an expiry in the past', forge({ exp: EPOCH / 1_000 })],
    ['another type', forge({}, { typ: 'JWT', alg: 'EdDSA', kid: TEST_ONLY_SIGNING_KEY.kid })],
    ['the algorithm none', forge({}, { typ: 'at+jwt', alg: 'none' })],
    ['a broken signature', `${forge({}).slice(0, -4)}AAAA`],
    ['four parts', `${forge({})}.x`],
    [
      'no JSON inside',
      (() => {
        const header = forge({}).split('.')[0];
        const input = `${header}.bm8`;
        return `${input}.${createSigner().sign(input)}`;
      })(),
    ],
  ])('refuses a token with %s', (_name, token) => {
    expect(new Bench({ resource: { checksRevocation: false } }).api(token).status).toBe(401);
  });
});
