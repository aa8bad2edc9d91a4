// jose's createRemoteJWKSet, unmodified, across rotations of the signing key: the good ones pass unnoticed, the bad ones hurt as they should.
import { createRemoteJWKSet, customFetch, decodeProtectedHeader, jwtVerify } from 'jose';
import type { JWTPayload, JWTVerifyGetKey } from 'jose';
import { describe, expect, test } from 'vitest';
import { mainServer, serve } from '../kit/served.ts';
import { SIGNING_ALGS } from '../../mock-server/policy.ts';
import type { PolicyPatch } from '../../mock-server/policy.ts';
import type { Rotation } from '../../mock-server/keys.ts';
import type { RotationTimes } from '../../mock-server/site.ts';

const MINUTE = 60_000;

/** A resource server: it knows the issuer's address and nothing else. */
class Verifier {
  readonly url: string;
  readonly rotate: (rotation: Rotation, times?: RotationTimes) => void;
  readonly advance: (ms: number) => void;
  readonly token: () => string;
  readonly #now: () => number;
  readonly #keys: JWTVerifyGetKey;
  /** How often it asked for the key set. */
  fetches = 0;

  private constructor(url: string, parts: Pick<Verifier, 'rotate' | 'advance' | 'token'> & { now: () => number; cooldown: number }) {
    this.url = url;
    this.rotate = parts.rotate;
    this.advance = parts.advance;
    this.token = parts.token;
    this.#now = parts.now;
    const counting = (...args: Parameters<typeof fetch>): Promise<Response> => {
      this.fetches += 1;
      return fetch(...args);
    };
    this.#keys = createRemoteJWKSet(new URL(`${url}/jwks`), { cooldownDuration: parts.cooldown, [customFetch]: counting });
  }

  /** jose asks again at most every `cooldown` ms of real time when it meets a key it does not know. */
  static async open(policy: PolicyPatch = {}, cooldown = 0): Promise<Verifier> {
    const { server, url } = await serve({ policy, frozen: true });
    const { app } = server;
    const [issuer] = app.site.issuers;
    return new Verifier(url, {
      rotate: (rotation, times) => void issuer?.rotateKeys(rotation, times),
      advance: (ms) => app.clock.advance(ms),
      token: () => mainServer(server).grantSession('ada', 'phone').response.access_token,
      now: () => app.epoch + app.clock.now(),
      cooldown,
    });
  }

  async verify(token: string): Promise<JWTPayload> {
    const { payload } = await jwtVerify(token, this.#keys, {
      issuer: this.url,
      audience: `${this.url}/api`,
      typ: 'at+jwt',
      requiredClaims: ['iss', 'exp', 'aud', 'sub', 'client_id', 'iat', 'jti'],
      currentDate: new Date(this.#now()),
    });
    return payload;
  }

  /** How jose refuses a token, or that it does not. */
  refusal(token: string): Promise<string> {
    return this.verify(token).then(
      () => 'none',
      ({ code }: { code: string }) => code,
    );
  }
}

describe.each(SIGNING_ALGS)('tokens signed with %s', (alg) => {
  test('verify before, during and after a rotation with overlap', async () => {
    const verifier = await Verifier.open({ signing: { alg } });
    const old = verifier.token();
    expect(await verifier.verify(old)).toMatchObject({ sub: 'ada', client_id: 'app' });
    verifier.rotate('overlap');
    const young = verifier.token();
    expect(decodeProtectedHeader(young)).toMatchObject({ alg, typ: 'at+jwt' });
    expect(decodeProtectedHeader(young).kid).not.toBe(decodeProtectedHeader(old).kid);
    for (const token of [old, young]) expect(await verifier.refusal(token)).toBe('none');
    expect(verifier.fetches).toBe(2);
  });
});

test('a key that is published before it signs needs no second look', async () => {
  const verifier = await Verifier.open({}, 30_000);
  verifier.token();
  verifier.rotate('publish-before-sign', { lead: 5 * MINUTE });
  const old = verifier.token();
  await verifier.verify(old);
  verifier.advance(5 * MINUTE);
  const young = verifier.token();
  expect(decodeProtectedHeader(young).kid).not.toBe(decodeProtectedHeader(old).kid);
  await verifier.verify(young);
  await verifier.verify(old);
  expect(verifier.fetches).toBe(1);
});

test('a key that signs before it is published is met by the cool-down of jose, and later by the list', async () => {
  const verifier = await Verifier.open();
  await verifier.verify(verifier.token());
  verifier.rotate('sign-before-publish', { lead: MINUTE });
  const young = verifier.token();
  expect(await verifier.refusal(young)).toBe('ERR_JWKS_NO_MATCHING_KEY');
  verifier.advance(MINUTE);
  expect(await verifier.refusal(young)).toBe('none');
});

test('a key that signs at once is unknown to whoever looked less than the cool-down ago', async () => {
  const verifier = await Verifier.open({}, 30_000);
  await verifier.verify(verifier.token());
  verifier.rotate('overlap');
  expect(await verifier.refusal(verifier.token())).toBe('ERR_JWKS_NO_MATCHING_KEY');
  expect(verifier.fetches).toBe(1);
});

test('an old key dropped early takes living tokens along', async () => {
  const verifier = await Verifier.open();
  const old = verifier.token();
  verifier.rotate('drop-old-early');
  expect(await verifier.refusal(verifier.token())).toBe('none');
  expect(await verifier.refusal(old)).toBe('ERR_JWKS_NO_MATCHING_KEY');
});

test('an old key leaves the list when the last token it signed is over', async () => {
  const verifier = await Verifier.open({ accessToken: { lifetime: 10 * MINUTE } });
  const old = verifier.token();
  verifier.rotate('overlap');
  verifier.advance(10 * MINUTE - 1);
  const listed = async (): Promise<number> => ((await (await fetch(`${verifier.url}/jwks`)).json()) as { keys: unknown[] }).keys.length;
  expect([await listed(), await verifier.refusal(old)]).toEqual([2, 'none']);
  verifier.advance(1_000);
  expect([await listed(), await verifier.refusal(old)]).toEqual([1, 'ERR_JWT_EXPIRED']);
});

test('a token without kid is tried against the one key there is; a kid that nobody lists is refused (M4)', async () => {
  const nameless = await Verifier.open({ signing: { kid: 'absent' } });
  const token = nameless.token();
  expect(decodeProtectedHeader(token)).not.toHaveProperty('kid');
  expect(await nameless.refusal(token)).toBe('none');
  nameless.rotate('overlap');
  const again = await nameless.refusal(nameless.token());
  expect(['none', 'ERR_JWKS_MULTIPLE_MATCHING_KEYS', 'ERR_JWS_SIGNATURE_VERIFICATION_FAILED']).toContain(again);
  const unknown = await Verifier.open({ signing: { kid: 'unknown' } });
  expect(await unknown.refusal(unknown.token())).toBe('ERR_JWKS_NO_MATCHING_KEY');
});

test('a token is over for jose when it is over for the server', async () => {
  const verifier = await Verifier.open({ accessToken: { lifetime: MINUTE } });
  const token = verifier.token();
  verifier.advance(MINUTE - 1);
  expect(await verifier.refusal(token)).toBe('none');
  verifier.advance(1_001);
  expect(await verifier.refusal(token)).toBe('ERR_JWT_EXPIRED');
});
