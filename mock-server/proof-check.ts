// What the token endpoint makes of DPoP proofs: a refusal in the words of RFC 9449 5 and 8, or the key to bind tokens to.
import type { HttpRequest } from '../src/core/http.ts';
import type { Desk } from './desk.ts';
import { readProof, spendProof } from './dpop.ts';
import type { Proof } from './dpop.ts';
import { nonceNow, nonceWanted } from './dpop-nonce.ts';
import type { Refusal } from './refusals.ts';

/** The proof of a request for tokens; undefined when there is none and none is required. */
export function checkProof(desk: Desk, request: HttpRequest): Proof | Refusal | undefined {
  const proof = readProof(desk, request, 'as');
  if (proof === undefined) return desk.policy.dpop.use === 'required' ? missing(desk) : undefined;
  if (!('problem' in proof)) return proof;
  return proof.nonce === undefined ? badProof(proof.problem) : useNonce(proof.nonce);
}

/** Spends the proof with the commit it belongs to; a refusal when it was spent in between. */
export function spend(desk: Desk, proof: Proof | undefined): Refusal | undefined {
  return proof === undefined || spendProof(desk, proof) ? undefined : badProof('the DPoP proof was used before');
}

/** X6: a newer nonce rides on the answer. */
export function nonceHeader(proof: Proof | undefined): Readonly<Record<string, string>> {
  return proof?.nonce === undefined ? {} : { 'dpop-nonce': proof.nonce };
}

/** A client that shows nothing learns the nonce at once, where one is wanted: it saves a round (RFC 9449 8). */
function missing(desk: Desk): Refusal {
  const refusal = badProof('a DPoP proof is required');
  return nonceWanted(desk, 'as') ? { ...refusal, headers: { 'dpop-nonce': nonceNow(desk, 'as') } } : refusal;
}

function badProof(description: string): Refusal {
  return { status: 400, error: 'invalid_dpop_proof', description, reason: 'bad-proof' };
}

function useNonce(nonce: string): Refusal {
  const description = 'the authorization server requires a nonce in the DPoP proof';
  return { status: 400, error: 'use_dpop_nonce', description, reason: 'proof-nonce', headers: { 'dpop-nonce': nonce } };
}
