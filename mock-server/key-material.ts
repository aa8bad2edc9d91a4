// Key pairs that follow from a seed, so that a run replays byte by byte: Node's own generators are random. TEST ONLY, every one.
// Read once per key; signs synchronously. Knows nothing of rotation.
import { checkPrimeSync, createECDH, createPrivateKey, createPublicKey, hash, sign, verify } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { TEST_ONLY_EC_KEY, TEST_ONLY_RSA_KEY, TEST_ONLY_SIGNING_KEY } from '../fixtures/keys.ts';
import type { SigningAlg } from './policy.ts';

export interface KeyMaterial {
  readonly kid: string;
  /** Public members alone (RFC 7517 4, RFC 7518 6, RFC 8037 2). */
  readonly publicJwk: Readonly<Record<string, string>>;
  /** Signature over ASCII text, base64url. */
  sign(input: string): string;
  verify(input: string, signature: string): boolean;
}

/** The fixture key of an algorithm, or the key that follows from `seed`. An RSA key takes some 100 ms to find; the others none. */
export function keyMaterial(alg: SigningAlg, seed: string | undefined): KeyMaterial {
  const jwk = seed === undefined ? FIXTURES[alg] : DERIVED[alg](seed);
  const { kty = '', crv, x, y, n, e } = jwk;
  const members = Object.entries({ crv, e, kty, n, x, y }).filter((entry): entry is [string, string] => entry[1] !== undefined);
  const publicJwk = Object.fromEntries(members);
  // RFC 7638 3: the members stand in lexical order already.
  const kid = typeof jwk['kid'] === 'string' ? jwk['kid'] : hash('sha256', JSON.stringify(publicJwk), 'base64url').slice(0, 16);
  return new Pair(alg, { kid, publicJwk, jwk });
}

class Pair implements KeyMaterial {
  readonly kid: string;
  readonly publicJwk: Readonly<Record<string, string>>;
  readonly #alg: SigningAlg;
  readonly #jwk: JsonWebKey;
  #private: KeyObject | undefined;
  #public: KeyObject | undefined;

  constructor(alg: SigningAlg, { kid, publicJwk, jwk }: { kid: string; publicJwk: Readonly<Record<string, string>>; jwk: JsonWebKey }) {
    this.#alg = alg;
    this.kid = kid;
    this.publicJwk = publicJwk;
    this.#jwk = jwk;
  }

  sign(input: string): string {
    const key = (this.#private ??= createPrivateKey({ key: this.#jwk, format: 'jwk' }));
    return sign(DIGESTS[this.#alg], Buffer.from(input), this.#alg === 'ES256' ? { key, ...FORM } : key).toString('base64url');
  }

  verify(input: string, signature: string): boolean {
    const key = (this.#public ??= createPublicKey({ key: this.publicJwk, format: 'jwk' }));
    return verify(
      DIGESTS[this.#alg],
      Buffer.from(input),
      this.#alg === 'ES256' ? { key, ...FORM } : key,
      Buffer.from(signature, 'base64url'),
    );
  }
}

/** RFC 7518 3.4 wants the two numbers side by side. A key without options is signed with in two thirds of the time. */
const FORM = { dsaEncoding: 'ieee-p1363' } as const;
/** Ed25519 brings its own digest. */
const DIGESTS: Readonly<Record<SigningAlg, string | null>> = { EdDSA: null, ES256: 'sha256', RS256: 'sha256' };

const FIXTURES: Readonly<Record<SigningAlg, JsonWebKey>> = {
  EdDSA: TEST_ONLY_SIGNING_KEY,
  ES256: TEST_ONLY_EC_KEY,
  RS256: TEST_ONLY_RSA_KEY,
};

const DERIVED: Readonly<Record<SigningAlg, (seed: string) => JsonWebKey>> = { EdDSA: ed25519Key, ES256: p256Key, RS256: rsaKey };

/** RFC 8410 7: a PKCS #8 wrapping of the 32 bytes that follow it. */
const ED25519_PREFIX = Buffer.from('302e020100300506032b657004220420', 'hex');

function ed25519Key(seed: string): JsonWebKey {
  const key = createPrivateKey({ key: Buffer.concat([ED25519_PREFIX, bytes(seed, 32)]), format: 'der', type: 'pkcs8' });
  return key.export({ format: 'jwk' });
}

function p256Key(seed: string): JsonWebKey {
  const d = bytes(seed, 32);
  // Below the order of the group, whatever the rest says.
  d[0] = (d[0] ?? 0) & 0x7f;
  const curve = createECDH('prime256v1');
  curve.setPrivateKey(d);
  const point = curve.getPublicKey();
  return { kty: 'EC', crv: 'P-256', x: point.toString('base64url', 1, 33), y: point.toString('base64url', 33), d: d.toString('base64url') };
}

const E = 65_537n;

/** RSA-2048 with CRT members (RFC 8017 3.2, RFC 7518 6.3.2). */
function rsaKey(seed: string): JsonWebKey {
  const p = prime(`${seed}/p`);
  const q = prime(`${seed}/q`);
  const d = inverse(E, (p - 1n) * (q - 1n));
  const numbers = { n: p * q, e: E, d, p, q, dp: d % (p - 1n), dq: d % (q - 1n), qi: inverse(q, p) };
  return { kty: 'RSA', ...Object.fromEntries(Object.entries(numbers).map(([name, value]) => [name, encode(value)])) };
}

/** The first prime of 1024 bits above the seed's number that leaves `e` invertible; its two highest bits are set (FIPS 186-5 A.1.3). */
function prime(seed: string): bigint {
  const start = BigInt(`0x${bytes(seed, 128).toString('hex')}`) | (3n << 1022n) | 1n;
  // Primes of this size are 710 apart on average; 100,000 steps never fail.
  for (let step = 0n; step < 200_000n; step += 2n) {
    const candidate = start + step;
    if (candidate % E !== 1n && checkPrimeSync(candidate)) return candidate;
  }
  return prime(`${seed}+`);
}

/** `a` to the power of -1 modulo `m`, by Euclid. */
function inverse(a: bigint, m: bigint): bigint {
  let [low, high, x, y] = [a % m, m, 1n, 0n];
  while (low > 1n) [low, high, x, y] = [high % low, low, y - (high / low) * x, x];
  return ((x % m) + m) % m;
}

function encode(value: bigint): string {
  const hex = value.toString(16);
  return Buffer.from(hex.length % 2 === 0 ? hex : `0${hex}`, 'hex').toString('base64url');
}

/** As many bytes as wanted, from the text alone. */
function bytes(seed: string, length: number): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 64) }, (_, i) => Buffer.from(hash('sha512', `${seed}#${i}`, 'hex'), 'hex'));
  return Buffer.concat(blocks).subarray(0, length);
}
