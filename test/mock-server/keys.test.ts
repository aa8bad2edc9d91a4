// Signing keys: what jose makes of them, rotations good and bad (M4), and what a client sees at each moment of one.
import { createLocalJWKSet, decodeProtectedHeader, errors, importJWK, jwtVerify, SignJWT } from 'jose';
import type { JSONWebKeySet, JWTPayload } from 'jose';
import { describe, expect, test } from 'vitest';
import { TEST_ONLY_RSA_KEY } from '../../fixtures/keys.ts';
import { keyMaterial } from '../../mock-server/key-material.ts';
import { createKeyRing, ROTATIONS } from '../../mock-server/keys.ts';
import type { Rotation } from '../../mock-server/keys.ts';
import { SIGNING_ALGS } from '../../mock-server/policy.ts';
import type { PolicyPatch } from '../../mock-server/policy.ts';
import { EPOCH, HOUR, MINUTE } from './kit.ts';
import { ORIGIN, Visit } from './visit.ts';

class Keys {
  readonly visit: Visit;

  constructor(patch: PolicyPatch = {}) {
    this.visit = new Visit(patch);
  }

  jwks(): JSONWebKeySet {
    return JSON.parse(this.visit.get('/jwks').body) as JSONWebKeySet;
  }

  token(): string {
    return String(this.visit.app.site.issuers[0]?.server.grantSession('ada', 'phone').response.access_token);
  }

  rotate(rotation: Rotation): void {
    this.visit.app.site.issuers[0]?.rotateKeys(rotation, { lead: 5 * MINUTE, overlap: HOUR });
  }

  /** As a client would: the keys it can fetch now against a token. */
  async accepts(token: string): Promise<boolean> {
    const options = { issuer: ORIGIN, audience: `${ORIGIN}/api`, typ: 'at+jwt', currentDate: new Date(EPOCH) };
    try {
      await jwtVerify(token, createLocalJWKSet(this.jwks()), options);
      return true;
    } catch (error) {
      if (error instanceof errors.JWKSNoMatchingKey || error instanceof errors.JWSSignatureVerificationFailed) return false;
      throw error;
    }
  }
}

describe.each(SIGNING_ALGS)('%s', (alg) => {
  test('jose verifies what we sign with the fixture key and with a derived one, and sees no private member', async () => {
    const keys = new Keys({ signing: { alg } });
    for (const round of ['fixture', 'derived']) {
      expect([round, decodeProtectedHeader(keys.token())]).toEqual([round, expect.objectContaining({ alg, typ: 'at+jwt' })]);
      expect(await keys.accepts(keys.token())).toBe(true);
      for (const key of keys.jwks().keys) {
        expect(key).toMatchObject({ alg, use: 'sig', kid: expect.any(String) as string });
        expect(Object.keys(key).filter((member) => ['d', 'p', 'q', 'dp', 'dq', 'qi', 'k'].includes(member))).toEqual([]);
      }
      keys.rotate('drop-old-early');
    }
  });

  test('the same seed gives the same key, another seed another one; it refuses what it did not sign', () => {
    const [one, two, other] = [keyMaterial(alg, 'seed'), keyMaterial(alg, 'seed'), keyMaterial(alg, 'other')];
    expect(one.publicJwk).toEqual(two.publicJwk);
    expect(one.kid).toBe(two.kid);
    expect(other.kid).not.toBe(one.kid);
    const signature = one.sign('a.b');
    expect([two.verify('a.b', signature), two.verify('a.c', signature), other.verify('a.b', signature)]).toEqual([true, false, false]);
  });

  test('switching to it at run time signs with it at once, and the keys of before stay listed', async () => {
    const before = alg === 'EdDSA' ? 'ES256' : 'EdDSA';
    const keys = new Keys({ signing: { alg: before } });
    const old = keys.token();
    keys.visit.app.site.issuers[0]?.server.setPolicy({ signing: { alg } });
    expect([await keys.accepts(old), await keys.accepts(keys.token())]).toEqual([true, true]);
    expect(keys.jwks().keys.map((key) => key.alg)).toEqual([before, alg]);
  });
});

test('RS256 signatures are byte for byte those of jose', async () => {
  const claims: JWTPayload = { iss: 'x', iat: 1 };
  const signed = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256' }).sign(await importJWK(TEST_ONLY_RSA_KEY, 'RS256'));
  const [header, payload, signature] = signed.split('.');
  expect(keyMaterial('RS256', undefined).sign(`${header}.${payload}`)).toBe(signature);
});

describe('M4 rotation', () => {
  /** Which tokens a client accepts that fetches the keys now: one from before the rotation, one from now. */
  const seen = async (keys: Keys, old: string): Promise<[boolean, boolean]> => [await keys.accepts(old), await keys.accepts(keys.token())];

  test('overlap: both accepted at once, the old key goes when its last token is over', async () => {
    const keys = new Keys();
    const old = keys.token();
    keys.rotate('overlap');
    expect(await seen(keys, old)).toEqual([true, true]);
    expect(decodeProtectedHeader(keys.token()).kid).not.toBe(decodeProtectedHeader(old).kid);
    keys.visit.wait(HOUR - 1);
    expect(keys.jwks().keys).toHaveLength(2);
    keys.visit.wait(1);
    expect(await seen(keys, old)).toEqual([false, true]);
    expect(keys.jwks().keys).toHaveLength(1);
  });

  test('publish-before-sign: the new key is listed first and signs after the lead', async () => {
    const keys = new Keys();
    const old = keys.token();
    keys.rotate('publish-before-sign');
    expect(keys.jwks().keys).toHaveLength(2);
    expect(decodeProtectedHeader(keys.token()).kid).toBe(decodeProtectedHeader(old).kid);
    keys.visit.wait(5 * MINUTE);
    expect(decodeProtectedHeader(keys.token()).kid).not.toBe(decodeProtectedHeader(old).kid);
    expect(await seen(keys, old)).toEqual([true, true]);
    keys.visit.wait(HOUR);
    expect(await seen(keys, old)).toEqual([false, true]);
  });

  test('sign-before-publish: new tokens are worth nothing until the lead is over', async () => {
    const keys = new Keys();
    const old = keys.token();
    keys.rotate('sign-before-publish');
    expect(await seen(keys, old)).toEqual([true, false]);
    keys.visit.wait(5 * MINUTE);
    expect(await seen(keys, old)).toEqual([true, true]);
  });

  test('drop-old-early: tokens of before are worth nothing although they live', async () => {
    const keys = new Keys();
    const old = keys.token();
    keys.rotate('drop-old-early');
    expect(await seen(keys, old)).toEqual([false, true]);
  });

  test('without kid: header and list name no key, and a client that tries all still finds it', async () => {
    const keys = new Keys({ signing: { kid: 'absent' } });
    expect(decodeProtectedHeader(keys.token())).not.toHaveProperty('kid');
    expect(keys.jwks().keys.some((key) => 'kid' in key)).toBe(false);
    expect(await keys.accepts(keys.token())).toBe(true);
  });

  test('an unknown kid: no list has it, so no client that looks keys up by name accepts', async () => {
    const keys = new Keys({ signing: { kid: 'unknown' } });
    expect(keys.jwks().keys.map(({ kid }) => kid)).not.toContain(decodeProtectedHeader(keys.token()).kid);
    expect(await keys.accepts(keys.token())).toBe(false);
  });

  test('an API that goes by the keys refuses what they cannot prove, and takes it when they can', () => {
    const keys = new Keys({ resource: { checksRevocation: false } });
    const ask = (token: string): number => keys.visit.get('/api/feed', { authorization: `Bearer ${token}` }).status;
    const old = keys.token();
    keys.rotate('sign-before-publish');
    const early = keys.token();
    expect([ask(old), ask(early)]).toEqual([200, 401]);
    keys.visit.wait(5 * MINUTE);
    expect([ask(old), ask(early)]).toEqual([200, 200]);
    keys.rotate('drop-old-early');
    expect([ask(old), ask(early), ask(keys.token())]).toEqual([401, 401, 200]);
  });

  test('an API that asks the authorization server does not mind the keys', () => {
    const keys = new Keys();
    const old = keys.token();
    keys.rotate('drop-old-early');
    expect(keys.visit.get('/api/feed', { authorization: `Bearer ${old}` }).status).toBe(200);
  });

  test('every rotation is journalled with its key and times', () => {
    const keys = new Keys();
    for (const rotation of ROTATIONS) keys.rotate(rotation);
    expect(keys.visit.facts('key.rotated').map(({ rotation, listedFrom, signsFrom }) => [rotation, listedFrom, signsFrom])).toEqual([
      ['overlap', 0, 0],
      ['publish-before-sign', 0, 5 * MINUTE],
      ['sign-before-publish', 5 * MINUTE, 0],
      ['drop-old-early', 0, 0],
    ]);
    expect(new Set(keys.visit.facts('key.rotated').map(({ kid }) => kid)).size).toBe(4);
  });

  test('records can be kept and put back: the list and the signer are as they were', () => {
    const ring = createKeyRing({ now: () => 0, seed: 's', fixtures: true });
    const signing = { alg: 'EdDSA', kid: 'present' } as const;
    const [list, kid] = [ring.jwks(signing), ring.signer(signing).kid];
    const kept = ring.records();
    ring.rotate('EdDSA', 'drop-old-early', { lead: 0, overlap: 0 });
    expect(ring.jwks(signing)).not.toBe(list);
    ring.restore(kept);
    expect([ring.jwks(signing), ring.signer(signing).kid]).toEqual([list, kid]);
  });
});
