// The revocation endpoint (RFC 7009): V1-V9 of the behaviour list. V7 (503) is a fault rule, not a behaviour of the core.
import { expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import { basic, Bench, ISSUER } from './kit.ts';

const SERVICE = basic('service', TEST_ONLY_SERVICE_SECRET);

test('V1 V2 revoking a refresh token by POST is 200 with an empty body, and the session is over', () => {
  const bench = new Bench();
  const { rt } = bench.session();
  const reply = bench.revocation({ token: rt, token_type_hint: 'refresh_token' });
  expect([reply.status, reply.body]).toEqual([200, '']);
  expect(bench.last('revocation.received')).toMatchObject({ token: 'RT-1', status: 200 });
  expect(bench.last('family.dead')).toMatchObject({ family: 'f1', reason: 'revocation' });
  expect(bench.refresh(rt).status).toBe(400);
});

test('V1 anything but a POST form is refused', () => {
  const bench = new Bench();
  const { rt } = bench.session();
  expect(bench.server.handle({ method: 'GET', url: `${ISSUER}/revoke?token=${rt}`, headers: {}, body: '' }).status).toBe(405);
  expect(bench.revocation({ token: rt }, { 'content-type': 'application/json' }).status).toBe(400);
  expect(bench.refresh(rt).status).toBe(200);
});

test('V3 an unknown token and one that is already dead are 200 as well', () => {
  const bench = new Bench();
  const { rt } = bench.session();
  expect(
    [bench.revocation({ token: 'made-up' }), bench.revocation({ token: rt }), bench.revocation({ token: rt })].map((reply) => reply.status),
  ).toEqual([200, 200, 200]);
  expect(bench.facts('revocation.received').map((fact) => fact.token)).toEqual(['unknown', 'RT-1', 'RT-1']);
  expect(bench.facts('family.dead')).toHaveLength(1);
});

test('V4 a wrong or unknown hint is ignored', () => {
  const bench = new Bench();
  const [one, two] = [bench.session(), bench.session()];
  expect(bench.revocation({ token: one.rt, token_type_hint: 'access_token' }).status).toBe(200);
  expect(bench.revocation({ token: two.rt, token_type_hint: 'cookie' }).status).toBe(200);
  expect([one, two].map(({ rt }) => bench.refresh(rt).status)).toEqual([400, 400]);
});

test('V5 the token of another client is refused and stays valid', () => {
  const bench = new Bench();
  const { rt, at } = bench.session();
  for (const token of [rt, at]) {
    const reply = bench.server.handle({
      method: 'POST',
      url: `${ISSUER}/revoke`,
      headers: { 'content-type': 'application/x-www-form-urlencoded', ...SERVICE },
      body: `token=${token}`,
    });
    expect([reply.status, JSON.parse(reply.body)]).toMatchObject([400, { error: 'invalid_grant' }]);
  }
  expect(bench.last('revocation.received').status).toBe(400);
  expect(bench.api(at).status).toBe(200);
  expect(bench.refresh(rt).status).toBe(200);
});

test('V6 a JWT access token that nobody would look up is unsupported_token_type; an opaque one is not', () => {
  const [jwt, opaque] = (['jwt', 'opaque'] as const).map((format) => {
    const bench = new Bench({ accessToken: { format }, resource: { checksRevocation: false } });
    return bench.revocation({ token: bench.session().at });
  });
  expect([jwt?.status, JSON.parse(jwt?.body ?? '')]).toMatchObject([400, { error: 'unsupported_token_type' }]);
  expect(opaque?.status).toBe(200);
});

test('V8 whether a refresh token takes its access tokens along is a switch', () => {
  for (const refreshKillsAccess of [true, false]) {
    const bench = new Bench({ revocation: { refreshKillsAccess } });
    const { rt, at } = bench.session();
    const next = bench.refresh(rt);
    bench.revocation({ token: next.rt });
    expect([at, next.at].map((token) => bench.api(token).status)).toEqual(refreshKillsAccess ? [401, 401] : [200, 200]);
  }
});

test('V8 whether an access token takes its session along is a switch', () => {
  for (const accessKillsRefresh of [true, false]) {
    const bench = new Bench({ revocation: { accessKillsRefresh } });
    const { rt, at } = bench.session();
    expect(bench.revocation({ token: at }).status).toBe(200);
    expect(bench.api(at).status).toBe(401);
    expect(bench.refresh(rt).status).toBe(accessKillsRefresh ? 400 : 200);
  }
});

test('V8 a superseded refresh token still stands for its session: a client that lost the answer can sign out', () => {
  const bench = new Bench();
  const { rt } = bench.session();
  const child = bench.refresh(rt).rt;
  expect(bench.revocation({ token: rt }).status).toBe(200);
  expect(bench.refresh(child).status).toBe(400);
});

test('V9 a missing token is invalid_request, a bad client 401 invalid_client', () => {
  const bench = new Bench();
  expect(JSON.parse(bench.revocation({}).body)).toMatchObject({ error: 'invalid_request' });
  const { rt } = bench.session();
  const reply = bench.revocation({ token: rt, client_id: 'nobody' });
  expect([reply.status, JSON.parse(reply.body)]).toMatchObject([401, { error: 'invalid_client' }]);
  expect(bench.refresh(rt).status).toBe(200);
});

test('revocation answers and errors are never stored by caches', () => {
  const bench = new Bench();
  for (const reply of [bench.revocation({ token: 'x' }), bench.revocation({})]) expect(reply.headers['cache-control']).toBe('no-store');
});
