// ID tokens (OIDC Core 2, 3.1.3.6, 12.2): for users who signed in here and asked for `openid`. Made at the commit, like the rest.
import { hash } from 'node:crypto';
import type { Granted } from './ask.ts';
import type { Desk } from './desk.ts';
import { scopeValues } from './form.ts';
import { readSignedJwt, signJwt } from './jwt.ts';

/** The ID token that belongs to what was granted, if one does. */
export function idTokenFor(desk: Desk, { access, signIn }: Granted): string | undefined {
  const { family } = access;
  const { idToken } = desk.policy;
  if (family?.authTime === undefined || !scopeValues(access.scope).includes('openid')) return undefined;
  if (signIn === undefined && !idToken.onRefresh) return undefined;
  const iat = Math.floor(desk.now() / 1_000);
  return signJwt(desk, 'JWT', {
    iss: desk.context.issuer,
    sub: family.user,
    aud: family.clientId,
    exp: iat + Math.ceil(idToken.lifetime / 1_000),
    iat,
    // R12: of the original sign-in, also after a refresh; there the nonce has done its work.
    auth_time: Math.floor(family.authTime / 1_000),
    ...(signIn?.nonce === undefined ? {} : { nonce: signIn.nonce }),
    at_hash: leftHalf(desk.signer().alg, access.value),
    sid: family.id,
  });
}

/** What an `id_token_hint` proves (OIDC Core 3.1.2.1): ours, by any key we ever had, expired or not. */
export interface Hint {
  sub: string;
  clientId: string;
  /** The token family it came with. */
  sid: string | undefined;
}

/** Reads an `id_token_hint`; undefined when it is none of ours. */
export function readHint(desk: Desk, value: string): Hint | undefined {
  const { iss, sub, aud, sid } = readSignedJwt(desk, 'JWT', value, 'all') ?? {};
  if (iss !== desk.context.issuer || typeof sub !== 'string' || typeof aud !== 'string') return undefined;
  return { sub, clientId: aud, sid: typeof sid === 'string' ? sid : undefined };
}

/** OIDC Core 3.1.3.6: the left half of the hash that the signature uses; SHA-512 inside Ed25519 (RFC 8032 5.1). */
function leftHalf(alg: string, value: string): string {
  const digest = Buffer.from(hash(alg === 'EdDSA' ? 'sha512' : 'sha256', value, 'hex'), 'hex');
  return digest.subarray(0, digest.length / 2).toString('base64url');
}
