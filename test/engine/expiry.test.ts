import { describe, expect, test } from 'vitest';
import { deathMargin, drawAhead, estimateLife, readClaims, type Told } from '../../src/engine/expiry.ts';

const NOW = Date.UTC(2026, 0, 1);
const HOUR = 3_600_000;
const told = (over: Partial<Told>): Told => ({
  expiresIn: undefined,
  claims: { exp: undefined, iat: undefined },
  date: undefined,
  wall: NOW,
  travelled: 0,
  ...over,
});
const claims = (life: number, at = NOW) => ({ iat: at, exp: at + life });

describe('the life of a token', () => {
  test.each<[string, Partial<Told>, number | undefined]>([
    ['is what expires_in says, in seconds', { expiresIn: 3_600 }, HOUR],
    ['is what expires_in says as a string, as some servers do', { expiresIn: '3600' }, HOUR],
    ['is the span from iat to exp', { claims: claims(HOUR) }, HOUR],
    ['is the same with a device clock three hours off', { claims: claims(HOUR), wall: NOW - 3 * HOUR }, HOUR],
    ['is the shorter one when expires_in and the claims disagree', { expiresIn: 3_600, claims: claims(HOUR / 2) }, HOUR / 2],
    ['is not fooled by milliseconds in expires_in when the claims know better', { expiresIn: 3_600_000, claims: claims(HOUR) }, HOUR],
    [
      "is what is left by the server's Date when the token was minted earlier",
      { claims: claims(HOUR, NOW - HOUR / 2), date: NOW, wall: NOW + 9 * HOUR },
      HOUR / 2,
    ],
    [
      'comes from exp and Date when there is no iat',
      { claims: { exp: NOW + HOUR, iat: undefined }, date: NOW, wall: NOW + 9 * HOUR },
      HOUR,
    ],
    ['comes from exp and the device clock when there is nothing else', { claims: { exp: NOW + HOUR, iat: undefined } }, HOUR],
    ['ignores a Date past the end: that clock is wrong, the token was just granted', { claims: claims(HOUR), date: NOW + 2 * HOUR }, HOUR],
    ['is unknown when nobody says', {}, undefined],
    ['is unknown with expires_in 0', { expiresIn: 0 }, undefined],
    ['is unknown with a negative expires_in', { expiresIn: -1 }, undefined],
    ['is unknown with a senseless expires_in', { expiresIn: 'soon' }, undefined],
  ])('%s', (_name, over, left) => {
    expect(estimateLife(told(over)).left).toBe(left);
  });

  test('counts half of the time the answer travelled, up to 2 s', () => {
    expect(estimateLife(told({ expiresIn: 3_600, travelled: 1_000 })).left).toBe(HOUR - 500);
    expect(estimateLife(told({ expiresIn: 3_600, travelled: 14_000 })).left).toBe(HOUR - 2_000);
    expect(estimateLife(told({ expiresIn: 1, travelled: 14_000 })).left).toBe(500);
  });

  test('counts all of the time when the answer waited in a suspended process', () => {
    expect(estimateLife(told({ expiresIn: 3_600, travelled: HOUR / 2 })).left).toBe(HOUR / 2);
    expect(estimateLife(told({ expiresIn: 3_600, travelled: 2 * HOUR })).left).toBeLessThan(0);
  });

  test("knows the end on the server's clock from exp, or from Date and expires_in", () => {
    expect(estimateLife(told({ claims: claims(HOUR) })).expiresAt).toBe(NOW + HOUR);
    expect(estimateLife(told({ expiresIn: 60, date: NOW + 5 })).expiresAt).toBe(NOW + 60_005);
    expect(estimateLife(told({ expiresIn: 60 })).expiresAt).toBeUndefined();
  });

  test('keeps the original lifetime apart from what is left of it', () => {
    expect(estimateLife(told({ claims: claims(HOUR, NOW - HOUR / 2), date: NOW }))).toMatchObject({ lifetime: HOUR, left: HOUR / 2 });
  });
});

describe('refresh-ahead', () => {
  test.each([
    ['is close to its buffer for a long life', 300_000, HOUR, 300_000],
    ['is at most half of a short life', 300_000, 30_000, 15_000],
    ['is the buffer when the life is unknown', 300_000, undefined, 300_000],
    ['is at most half of a life as long as the buffer', 300_000, 300_000, 150_000],
  ])('%s', (_name, buffer, lifetime, most) => {
    for (const fraction of [0, 0.5, 0.999]) {
      const ahead = drawAhead(buffer, lifetime, 0.1, fraction);
      expect(ahead).toBeLessThan(most);
      expect(ahead).toBeGreaterThan(most * 0.87);
    }
  });

  test('spreads with the draw', () => {
    expect(drawAhead(300_000, HOUR, 0.1, 0) - drawAhead(300_000, HOUR, 0.1, 1)).toBeCloseTo(30_000);
  });
});

test('a token is not sent in its last moments, and a short one not in its last twentieth', () => {
  expect([HOUR, 10_000, undefined].map(deathMargin)).toEqual([2_000, 500, 0]);
});

describe('reading claims', () => {
  const jwt = (payload: string): string =>
    `eyJhbGciOiJFZERTQSJ9.${btoa(payload).replaceAll('+', '-').replaceAll('/', '_').replace(/=+$/, '')}.c2ln`;
  test.each<[string, string, { exp: number | undefined; iat: number | undefined }]>([
    ['finds exp and iat', jwt('{"exp":1767225600,"iat":1767222000}'), { exp: 1_767_225_600_000, iat: 1_767_222_000_000 }],
    ['takes base64url as it comes', jwt('{"exp":1,"x":"???>>>~~~"}'), { exp: 1_000, iat: undefined }],
    ['has nothing to say of an opaque token', 'mF_9.B5f-4.1JqM', { exp: undefined, iat: undefined }],
    ['has nothing to say of a token without dots', 'opaque', { exp: undefined, iat: undefined }],
    ['has nothing to say of a payload that is no object', jwt('42'), { exp: undefined, iat: undefined }],
    ['leaves out claims of the wrong type', jwt('{"exp":"soon","iat":null}'), { exp: undefined, iat: undefined }],
  ])('%s', (_name, token, expected) => {
    expect(readClaims(token)).toEqual(expected);
  });
});
