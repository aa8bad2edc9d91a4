// Law test: our synchronous signatures are byte for byte those of jose, and what we issue passes its strict checks (RFC 9068, J1-J6).
import { decodeProtectedHeader, importJWK, jwtVerify, SignJWT } from 'jose';
import type { JWTPayload } from 'jose';
import { expect, test } from 'vitest';
import { TEST_ONLY_SERVICE_SECRET, TEST_ONLY_SIGNING_KEY } from '../../fixtures/keys.ts';
import { createSigner } from '../../mock-server/signer.ts';
import { API, basic, Bench, EPOCH, HOUR, ISSUER } from './kit.ts';

const { d: _private, ...publicKey } = TEST_ONLY_SIGNING_KEY;
const publicSide = await importJWK(publicKey, 'EdDSA');
const privateSide = await importJWK(TEST_ONLY_SIGNING_KEY, 'EdDSA');

/** The checks of RFC 9068 4 that need no network, through jose. */
async function verify(token: string, at: number): Promise<JWTPayload> {
  const { payload } = await jwtVerify(token, publicSide, {
    issuer: ISSUER,
    audience: API,
    typ: 'at+jwt',
    algorithms: ['EdDSA'],
    currentDate: new Date(EPOCH + at),
    requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
  });
  return payload;
}

test('an access token is byte for byte what jose signs from the same header and claims', async () => {
  const bench = new Bench();
  for (const t of [0, 1, 999, 1_000, 12_345, 86_400_001]) {
    bench.t = t;
    const { at } = bench.session();
    const header = decodeProtectedHeader(at);
    const claims = JSON.parse(Buffer.from(at.split('.')[1] ?? '', 'base64url').toString()) as JWTPayload;
    expect(await new SignJWT(claims).setProtectedHeader({ ...header, alg: 'EdDSA' }).sign(privateSide)).toBe(at);
  }
});

test('the same input gives the same signature, another input another one', () => {
  const signer = createSigner();
  expect(signer.sign('a.b')).toBe(signer.sign('a.b'));
  expect(signer.sign('a.b')).toBe(createSigner().sign('a.b'));
  expect(signer.sign('a.c')).not.toBe(signer.sign('a.b'));
});

test('signatures stay right after the memory was emptied', async () => {
  const signer = createSigner();
  const before = signer.sign('first.input');
  for (let i = 0; i < 10_001; i++) signer.sign(`filler.${i}`);
  expect(signer.sign('first.input')).toBe(before);
});

test('J1 the header says at+jwt, a real algorithm and the key id', () => {
  const header = decodeProtectedHeader(new Bench().session().at);
  expect(header).toEqual({ typ: 'at+jwt', alg: 'EdDSA', kid: TEST_ONLY_SIGNING_KEY.kid });
});

test('J2 J3 J4 J6 a user token carries the seven claims and its scope, and jose verifies it', async () => {
  const bench = new Bench();
  const claims = await verify(bench.session('ada', 'phone').at, 0);
  expect(claims).toMatchObject({
    iss: ISSUER,
    aud: API,
    sub: 'ada',
    client_id: 'app',
    scope: 'openid profile offline_access',
    iat: EPOCH / 1_000,
    exp: (EPOCH + HOUR) / 1_000,
  });
});

test('J2 the subject of a client_credentials token is the client', async () => {
  const bench = new Bench();
  const { at } = bench.token({ grant_type: 'client_credentials' }, basic('service', TEST_ONLY_SERVICE_SECRET));
  expect(await verify(at, 0)).toMatchObject({ sub: 'service', client_id: 'service' });
});

test('J5 no two tokens share a jti', async () => {
  const bench = new Bench();
  const ids = new Set<unknown>();
  for (let i = 0; i < 50; i++) ids.add((await verify(bench.session().at, 0)).jti);
  expect(ids.size).toBe(50);
});

test('a token is valid one millisecond before exp and not at exp, for jose and for the API alike', async () => {
  const bench = new Bench();
  const { at } = bench.session();
  bench.t = HOUR - 1_000;
  await expect(verify(at, bench.t)).resolves.toBeDefined();
  bench.t = HOUR - 1;
  expect(bench.api(at).status).toBe(200);
  bench.t = HOUR;
  await expect(verify(at, bench.t)).rejects.toThrow(/exp/);
  expect(bench.api(at).status).toBe(401);
});
