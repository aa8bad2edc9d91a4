// DPoP proofs (RFC 9449): read, verified with node:crypto, bound to a request, a key and a moment. Decides nothing about tokens.
import { createPublicKey, hash, verify } from 'node:crypto';
import type { JsonWebKey, KeyObject } from 'node:crypto';
import { parseObject } from '../src/core/http.ts';
import type { HttpRequest } from '../src/core/http.ts';
import type { Desk } from './desk.ts';
import { isFreshNonce, nonceNow, nonceWanted } from './dpop-nonce.ts';

/** Which of the two servers asks: their nonces are separate (RFC 9449 8 and 9). */
export type ProofSide = 'as' | 'rs';
/** A proof that holds. `mark` names it for replay detection; `nonce` is one to hand out with the answer, if a newer one is there. */
export interface Proof {
  readonly jkt: string;
  readonly mark: string;
  readonly nonce: string | undefined;
}
/** Why a proof does not hold. `nonce` when a nonce is all that is missing. */
export interface ProofProblem {
  readonly problem: string;
  readonly nonce?: string;
}

interface Algorithm {
  kty: string;
  crv?: string;
  digest: string | undefined;
}
/** Asymmetric ones alone (4.3, point 5), by the `alg` of the header: RFC 7518 3.1, RFC 8037 3.1, RFC 9864 2.2. */
const ALGORITHMS: ReadonlyMap<string, Algorithm> = new Map<string, Algorithm>([
  ['ES256', { kty: 'EC', crv: 'P-256', digest: 'sha256' }],
  ['EdDSA', { kty: 'OKP', crv: 'Ed25519', digest: undefined }],
  ['Ed25519', { kty: 'OKP', crv: 'Ed25519', digest: undefined }],
  ['RS256', { kty: 'RSA', digest: 'sha256' }],
]);
/** For metadata and challenges: `dpop_signing_alg_values_supported`. */
export const PROOF_ALGORITHMS: readonly string[] = [...ALGORITHMS.keys()];

/** Members that make a JWK private or symmetric (RFC 7517 9.2, RFC 7518 6). */
const PRIVATE_MEMBERS = ['d', 'p', 'q', 'dp', 'dq', 'qi', 'oth', 'k'];
/** Marks remembered between two rounds of forgetting. */
const SWEEP = 1_024;
/** Longest `jti`; a client that needs more is not well. */
const LONGEST_JTI = 1_024;

/** The proof of a request; undefined when it carries none. `token` is the access token it goes with, at the resource server. */
export function readProof(desk: Desk, request: HttpRequest, side: ProofSide, token?: string): Proof | ProofProblem | undefined {
  const text = request.headers['dpop'];
  if (text === undefined) return undefined;
  const [header, payload, signature, ...rest] = text.split('.');
  if (header === undefined || payload === undefined || signature === undefined || rest.length > 0) return bad('is not one compact JWS');
  const key = readKey(desk, decode(header));
  if ('problem' in key) return key;
  const claims = decode(payload) ?? {};
  const problem = claimsProblem(claims, request, token);
  if (problem !== undefined) return bad(problem);
  if (!holds(key, `${header}.${payload}`, signature)) return bad('has a signature that does not verify');
  const { nonce, iat, jti } = claims as { nonce?: unknown; iat: number; jti: string };
  const wanted = nonceWanted(desk, side);
  if (wanted && !isFreshNonce(desk, side, nonce)) return { ...bad('needs a nonce of this server'), nonce: nonceNow(desk, side) };
  // 4.3, point 11: a nonce of ours tells when the proof was made; without one `iat` must.
  if (!wanted && Math.abs(desk.now() - iat * 1_000) > desk.policy.dpop.window) return bad('was not made just now');
  const mark = hash('sha256', `${side} ${key.jkt} ${claims['htu'] as string} ${jti}`, 'base64url');
  if (isSeen(desk, mark)) return bad('was used before');
  const current = wanted ? nonceNow(desk, side) : undefined;
  return { jkt: key.jkt, mark, nonce: current === nonce ? undefined : current };
}

/** Remembers a proof as used; false when another request was faster with it (4.3, 11.1). Called from commits only. */
export function spendProof(desk: Desk, proof: Proof): boolean {
  if (isSeen(desk, proof.mark)) return false;
  const { proofs } = desk.store;
  const { window, nonceLifetime } = desk.policy.dpop;
  if (proofs.size > 0 && proofs.size % SWEEP === 0) for (const [mark, until] of proofs) if (until <= desk.now()) proofs.delete(mark);
  proofs.set(proof.mark, desk.now() + 2 * Math.max(window, nonceLifetime));
  return true;
}

function isSeen(desk: Desk, mark: string): boolean {
  return (desk.store.proofs.get(mark) ?? 0) > desk.now();
}

function bad(what: string): ProofProblem {
  return { problem: `the DPoP proof ${what}` };
}

function decode(part: string): Record<string, unknown> | undefined {
  return parseObject(Buffer.from(part, 'base64url').toString());
}

/** A key as a proof shows it, imported once. */
export interface ProofKey {
  /** A KeyObject of node:crypto, by no name of its own: declarations of ours must not need the types of Node. */
  readonly key: object;
  readonly jkt: string;
  readonly digest: string | undefined;
}

function readKey(desk: Desk, header: Record<string, unknown> | undefined): ProofKey | ProofProblem {
  if (header?.['typ'] !== 'dpop+jwt') return bad('has a header whose typ is not dpop+jwt');
  const algorithm = typeof header['alg'] === 'string' ? ALGORITHMS.get(header['alg']) : undefined;
  if (algorithm === undefined) return bad(`has an alg other than ${PROOF_ALGORITHMS.join(', ')}`);
  const { jwk } = header;
  if (typeof jwk !== 'object' || jwk === null) return bad('has no jwk');
  if (PRIVATE_MEMBERS.some((member) => member in jwk)) return bad('has a jwk that is not public');
  const name = JSON.stringify([header['alg'], jwk]);
  const known = desk.proofKeys.get(name) ?? importKey(jwk, algorithm);
  if (known === undefined) return bad('has a jwk that does not fit its alg');
  if (desk.proofKeys.size >= LARGEST_CACHE) desk.proofKeys.clear();
  desk.proofKeys.set(name, known);
  return known;
}

/** Imported keys remembered before the memory is emptied. */
const LARGEST_CACHE = 1_000;

function importKey(jwk: object, { kty, crv, digest }: Algorithm): ProofKey | undefined {
  try {
    const key = createPublicKey({ key: jwk as JsonWebKey, format: 'jwk' });
    const plain = key.export({ format: 'jwk' });
    return plain.kty === kty && plain.crv === crv ? { key, jkt: thumbprint(plain), digest } : undefined;
  } catch {
    return undefined;
  }
}

/** RFC 7638 3: SHA-256 over the members a key cannot do without, in the order of their names. */
function thumbprint({ crv, e, kty, n, x, y }: JsonWebKey): string {
  return hash('sha256', JSON.stringify({ crv, e, kty, n, x, y }), 'base64url');
}

function holds({ key, digest }: ProofKey, input: string, signature: string): boolean {
  try {
    return verify(digest, Buffer.from(input), { key: key as KeyObject, dsaEncoding: 'ieee-p1363' }, Buffer.from(signature, 'base64url'));
  } catch {
    return false;
  }
}

/** 4.3, points 2 and 8 to 10, and `ath` (7.1). */
function claimsProblem(claims: Record<string, unknown>, request: HttpRequest, token: string | undefined): string | undefined {
  const { jti, htm, htu, iat, ath } = claims;
  if (typeof jti !== 'string' || jti === '' || jti.length > LONGEST_JTI) return 'has no jti';
  if (typeof iat !== 'number' || !Number.isFinite(iat)) return 'has no iat';
  if (htm !== request.method) return 'was made for another method';
  if (typeof htu !== 'string' || plainUrl(htu) === undefined || plainUrl(htu) !== plainUrl(request.url))
    return 'was made for another address';
  if (token !== undefined && ath !== hash('sha256', token, 'base64url')) return 'was made for another access token';
  return undefined;
}

/** Without query and fragment, host and scheme in lower case, no default port (RFC 3986 6.2.2, 6.2.3). */
function plainUrl(text: string): string | undefined {
  if (!URL.canParse(text)) return undefined;
  const { origin, pathname } = new URL(text);
  return `${origin}${pathname}`;
}
