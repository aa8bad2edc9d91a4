// Synchronous, deterministic signatures for the virtual world: jose would hop through the thread pool, where the virtual clock
// cannot see it. A law test proves that jose writes the same bytes. Knows nothing of tokens or claims.
import { createPrivateKey, sign } from 'node:crypto';
import type { KeyObject } from 'node:crypto';
import { TEST_ONLY_SIGNING_KEY } from '../fixtures/keys.ts';
import type { Signer } from './contract.ts';

/** Signatures remembered before the memory is emptied. */
const LARGEST_MEMORY = 10_000;

/**
 * The key, read at first use, and signatures by signing input. Shared by all signers of the process, because every run of a
 * scenario signs the same inputs again; a signature depends on its input alone, so nobody can tell who asked first.
 */
const SHARED: { key: KeyObject | undefined; readonly memory: Map<string, string> } = { key: undefined, memory: new Map() };

/** Ed25519 with the fixture key (RFC 8037 3.1). Costs nothing to call: one per server or one for all. */
export function createSigner(): Signer {
  return { alg: TEST_ONLY_SIGNING_KEY.alg, kid: TEST_ONLY_SIGNING_KEY.kid, sign: signOnce };
}

function signOnce(signingInput: string): string {
  const { memory } = SHARED;
  const known = memory.get(signingInput);
  if (known !== undefined) return known;
  if (memory.size >= LARGEST_MEMORY) memory.clear();
  SHARED.key ??= createPrivateKey({ key: TEST_ONLY_SIGNING_KEY, format: 'jwk' });
  const signature = sign(null, Buffer.from(signingInput), SHARED.key).toString('base64url');
  memory.set(signingInput, signature);
  return signature;
}
