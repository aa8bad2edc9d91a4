// DPoP (RFC 9449) at both servers: X1-X8 of the behaviour list, with proofs signed by real keys.
import { createHmac, generateKeyPairSync, hash } from 'node:crypto';
import { calculateJwkThumbprint } from 'jose';
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET } from '../../fixtures/keys.ts';
import { decideDevice } from '../../mock-server/device-grant.ts';
import { metadata } from '../../mock-server/metadata.ts';
import { basic, EPOCH, ISSUER } from './kit.ts';
import { API, DEVICE_GRANT, encode, Prover, Stage } from './grants-kit.ts';
import type { ProofOptions } from './grants-kit.ts';

const SERVICE = basic('service', TEST_ONLY_SERVICE_SECRET);
const claimsOf = (token: string): Record<string, unknown> =>
  JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as Record<string, unknown>;
const credentials = (stage: Stage, headers: Record<string, string>) =>
  stage.token({ grant_type: 'client_credentials' }, { ...SERVICE, ...headers });

/** A session of the public client whose code was redeemed with a proof: its refresh tokens are bound. */
function boundSession(stage: Stage, prover: Prover, options: ProofOptions = {}) {
  const code = stage.server.grantCode('ada', 'phone');
  return stage.token({ grant_type: 'authorization_code', client_id: 'app', code }, { dpop: prover.proof(options) });
}

describe.each(['ES256', 'EdDSA', 'RS256'] as const)('with a key for %s', (alg) => {
  const prover = new Prover(alg);

  test('X4 the token is of type DPoP and names the thumbprint of the key (RFC 7638, as jose computes it)', async () => {
    const stage = new Stage();
    const { status, json, at } = boundSession(stage, prover);
    expect([status, json['token_type']]).toEqual([200, 'DPoP']);
    expect(claimsOf(at)['cnf']).toEqual({ jkt: await calculateJwkThumbprint(prover.jwk as Parameters<typeof calculateJwkThumbprint>[0]) });
  });

  test('the API takes the token with a proof by the same key, made for this very request', () => {
    const stage = new Stage();
    const { at } = boundSession(stage, prover);
    expect(stage.api('/feed', undefined, { headers: prover.headers(at, '/feed') }).status).toBe(200);
    expect(stage.api('/feed?limit=1', undefined, { headers: prover.headers(at, '/feed') }).status).toBe(200);
  });
});

describe('proofs at the token endpoint', () => {
  const prover = new Prover();
  const other = new Prover('EdDSA');
  const secret = 'k'.repeat(43);
  const hmac = (): string => {
    const input = `${encode({ typ: 'dpop+jwt', alg: 'HS256', jwk: { kty: 'oct', k: secret } })}.${encode({ jti: 'j', htm: 'POST', htu: `${ISSUER}/token`, iat: EPOCH / 1_000 })}`;
    return `${input}.${createHmac('sha256', Buffer.from(secret, 'base64url')).update(input).digest('base64url')}`;
  };

  test.each([
    ['garbage', 'garbage'],
    ['two proofs in one header', `${prover.proof()}, ${prover.proof()}`],
    ['another typ', prover.proof({ header: { typ: 'JWT' } })],
    ['the algorithm none', prover.proof({ header: { alg: 'none' } })],
    ['a symmetric algorithm', hmac()],
    ['an algorithm of another kind of key', prover.proof({ header: { alg: 'EdDSA' } })],
    ['no key', prover.proof({ header: { jwk: undefined } })],
    ['a private key', prover.proof({ header: { jwk: prover.key.export({ format: 'jwk' }) } })],
    ['a key off the curve', prover.proof({ header: { jwk: { ...prover.jwk, x: prover.jwk.y } } })],
    [
      'a key on another curve',
      prover.proof({ header: { jwk: generateKeyPairSync('ec', { namedCurve: 'P-384' }).publicKey.export({ format: 'jwk' }) } }),
    ],
    ['the key of someone else', prover.proof({ header: { alg: 'EdDSA', jwk: other.jwk } })],
    ['a changed signature', `${prover.proof().slice(0, -8)}AAAAAAAA`],
    ['no jti', prover.proof({ claims: { jti: undefined } })],
    ['an empty jti', prover.proof({ jti: '' })],
    ['another method', prover.proof({ htm: 'GET' })],
    ['another address', prover.proof({ htu: `${ISSUER}/revoke` })],
    ['another host', prover.proof({ htu: 'https://evil.example/token' })],
    ['no address', prover.proof({ claims: { htu: undefined } })],
    ['no time', prover.proof({ claims: { iat: undefined } })],
    ['a time in text', prover.proof({ claims: { iat: String(EPOCH / 1_000) } })],
    ['a time too long ago', prover.proof({ iat: EPOCH / 1_000 - 61 })],
    ['a time too far ahead', prover.proof({ iat: EPOCH / 1_000 + 61 })],
  ])('X1, X3 %s is 400 invalid_dpop_proof', (_name, dpop) => {
    const stage = new Stage();
    const { status, json } = credentials(stage, { dpop });
    expect([status, json['error']]).toEqual([400, 'invalid_dpop_proof']);
    expect(json).not.toHaveProperty('access_token');
  });

  test.each([
    ['a query and a fragment', `${ISSUER}/token?a=1#b`],
    ['capitals in scheme and host', 'HTTPS://AS.example/token'],
    ['the default port', 'https://as.example:443/token'],
    ['nothing changed', `${ISSUER}/token`],
  ])('X3 the address is compared without what does not matter: %s', (_name, htu) => {
    expect(credentials(new Stage(), { dpop: prover.proof({ htu }) }).status).toBe(200);
  });

  test('X3 a proof is good once, and its jti alone does not make it the same for another key', () => {
    const stage = new Stage();
    const dpop = prover.proof({ jti: 'once' });
    expect(credentials(stage, { dpop }).status).toBe(200);
    expect(credentials(stage, { dpop }).json['error']).toBe('invalid_dpop_proof');
    expect(credentials(stage, { dpop: other.proof({ jti: 'once' }) }).status).toBe(200);
  });

  test('X3 of two requests with one proof that are checked side by side, only the first to commit gets tokens', () => {
    const stage = new Stage();
    const body = 'grant_type=client_credentials';
    const headers = { 'content-type': 'application/x-www-form-urlencoded', ...SERVICE, dpop: prover.proof() };
    const exchanges = [0, 1].map(() => stage.server.receive({ method: 'POST', url: `${ISSUER}/token`, headers, body }, {}));
    for (const exchange of exchanges) exchange.advance();
    for (const exchange of exchanges) while (exchange.phase !== 'flushed') exchange.advance();
    expect(exchanges.map(({ response }) => response?.status)).toEqual([200, 400]);
  });

  test('X3 proofs are forgotten only when they are too old to be accepted', () => {
    const stage = new Stage();
    for (let i = 0; i < 3_000; i++) {
      stage.t = i * 1_000;
      expect(credentials(stage, { dpop: prover.proof({ iat: EPOCH / 1_000 + i }) }).status).toBe(200);
    }
    expect(stage.desk.store.proofs.size).toBeLessThan(2_100);
  });

  test('X1 where proofs are required, none at all is 400 invalid_dpop_proof', () => {
    const { status, json } = credentials(new Stage({ dpop: { use: 'required' } }), {});
    expect([status, json['error']]).toEqual([400, 'invalid_dpop_proof']);
  });

  test('the metadata lists what a proof may be signed with', () => {
    expect(metadata(new Stage().desk)['dpop_signing_alg_values_supported']).toEqual(['ES256', 'EdDSA', 'Ed25519', 'RS256']);
  });
});

describe('bound tokens', () => {
  const prover = new Prover();
  const other = new Prover();

  test('X5 a refresh token of a public client is worth nothing with another key, or none, and lives on', () => {
    const stage = new Stage();
    const { rt } = boundSession(stage, prover);
    expect(stage.refresh(rt, { dpop: other.proof() }).json['error']).toBe('invalid_grant');
    expect(stage.refresh(rt).json['error']).toBe('invalid_grant');
    expect(stage.facts('token.refused').map(({ reason }) => reason)).toEqual(['other-key', 'other-key']);
    expect(stage.server.selfCheck()).toEqual([]);
    const next = stage.refresh(rt, { dpop: prover.proof() });
    expect([next.status, next.json['token_type']]).toEqual([200, 'DPoP']);
    expect(stage.refresh(next.rt, { dpop: other.proof() }).json['error']).toBe('invalid_grant');
  });

  test('X5 a confidential client is bound by its secret: its refresh token takes any key, its access token the one shown', async () => {
    const stage = new Stage();
    const code = stage.server.grantCode('ada', 'phone', { clientId: 'service', scope: 'api offline_access' });
    const first = stage.token({ grant_type: 'authorization_code', code }, { ...SERVICE, dpop: prover.proof() });
    const next = stage.token({ grant_type: 'refresh_token', refresh_token: first.rt }, { ...SERVICE, dpop: other.proof() });
    expect(next.status).toBe(200);
    expect(claimsOf(next.at)['cnf']).toEqual({
      jkt: await calculateJwkThumbprint(other.jwk as Parameters<typeof calculateJwkThumbprint>[0]),
    });
    expect(stage.token({ grant_type: 'refresh_token', refresh_token: next.rt }, SERVICE).json['token_type']).toBe('Bearer');
  });

  test('a code asked for with dpop_jkt is redeemed by that key alone', async () => {
    const stage = new Stage();
    const jkt = await calculateJwkThumbprint(prover.jwk as Parameters<typeof calculateJwkThumbprint>[0]);
    const code = stage.server.grantCode('ada', 'phone', { jkt });
    const redeem = (headers: Record<string, string>) => stage.token({ grant_type: 'authorization_code', client_id: 'app', code }, headers);
    expect(redeem({}).json['error']).toBe('invalid_grant');
    expect(redeem({ dpop: other.proof() }).json['error']).toBe('invalid_grant');
    expect(redeem({ dpop: prover.proof() }).status).toBe(200);
  });

  test('an opaque token is bound as well, and so is one that a device code gave', () => {
    const stage = new Stage({ accessToken: { format: 'opaque' } });
    const { json } = stage.post('/device_authorization', { client_id: 'app' });
    decideDevice(stage.desk, String(json['user_code']), 'ada', true);
    const params = { grant_type: DEVICE_GRANT, client_id: 'app', device_code: String(json['device_code']) };
    for (const { at, rt } of [boundSession(stage, prover), stage.token(params, { dpop: prover.proof() })]) {
      expect(stage.api('/feed', undefined, { headers: prover.headers(at, '/feed') }).status).toBe(200);
      expect(stage.api('/feed', `Bearer ${at}`).status).toBe(401);
      expect(stage.refresh(rt).json['error']).toBe('invalid_grant');
    }
  });

  test('X7 a bound token as a bearer token is 401, with a challenge for DPoP', () => {
    const stage = new Stage();
    const { at } = boundSession(stage, prover);
    const reply = stage.api('/feed', `Bearer ${at}`);
    expect([reply.status, reply.headers['www-authenticate']]).toEqual([
      401,
      'DPoP realm="api", error="invalid_token", algs="ES256 EdDSA Ed25519 RS256"',
    ]);
    expect(stage.facts('api.responded').at(-1)).toMatchObject({ error: 'invalid_token', reason: 'not-bound' });
  });

  test('X7 a resource server that knows JWTs alone checks the binding too', () => {
    const stage = new Stage();
    const { at } = boundSession(stage, prover);
    stage.desk.store.access.clear();
    stage.server.setPolicy({ resource: { checksRevocation: false } });
    expect(stage.api('/feed', `Bearer ${at}`).status).toBe(401);
    expect(stage.api('/feed', undefined, { headers: prover.headers(at, '/feed') }).status).toBe(200);
  });

  test('an unbound token is no DPoP token', () => {
    const stage = new Stage();
    const { at } = stage.session();
    expect(stage.api('/feed', undefined, { headers: prover.headers(at, '/feed') }).headers['www-authenticate']).toContain(
      'error="invalid_token"',
    );
  });

  test.each<[string, (at: string) => Record<string, string>]>([
    ['no proof', (at) => ({ authorization: `DPoP ${at}` })],
    ['a proof without ath', (at) => ({ authorization: `DPoP ${at}`, dpop: prover.proof({ htm: 'GET', htu: `${API}/feed` }) })],
    [
      'a proof for another token',
      (at) => ({ authorization: `DPoP ${at}`, dpop: prover.proof({ htm: 'GET', htu: `${API}/feed`, token: 'other' }) }),
    ],
    ['a proof for another path', (at) => prover.headers(at, '/profile')],
    ['a proof for another method', (at) => prover.headers(at, '/feed', { htm: 'POST' })],
  ])('X3 at the API, %s is 401 invalid_dpop_proof', (_name, headers) => {
    const stage = new Stage();
    const reply = stage.api('/feed', undefined, { headers: headers(boundSession(stage, prover).at) });
    expect(reply.status).toBe(401);
    expect(reply.headers['www-authenticate']).toMatch(/^DPoP .*error="invalid_dpop_proof"/);
  });

  test('X5 at the API, a proof by another key is 401 invalid_token', () => {
    const stage = new Stage();
    const reply = stage.api('/feed', undefined, { headers: other.headers(boundSession(stage, prover).at, '/feed') });
    expect(reply.headers['www-authenticate']).toContain('error="invalid_token"');
  });

  test('X3 at the API, a proof is good once', () => {
    const stage = new Stage();
    const headers = prover.headers(boundSession(stage, prover).at, '/feed');
    expect(stage.api('/feed', undefined, { headers }).status).toBe(200);
    expect(stage.api('/feed', undefined, { headers }).status).toBe(401);
  });
});

test('the thumbprint in a token is that of the key, not of what the proof wrote around it', () => {
  const prover = new Prover();
  const stage = new Stage();
  const { at } = credentials(stage, { dpop: prover.proof({ header: { jwk: { ...prover.jwk, kid: 'mine', use: 'sig' } } }) });
  const { crv, kty, x, y } = prover.jwk;
  expect(claimsOf(at)['cnf']).toEqual({ jkt: hash('sha256', JSON.stringify({ crv, kty, x, y }), 'base64url') });
});
