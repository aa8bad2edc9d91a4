// Who calls a protected resource: the token in its one legal place, alive, bound to the key that shows it (RFC 6750, RFC 9449 7).
// Says why not, for the journal; how a refusal is told is decided in challenge.ts.
import type { HttpRequest } from '../src/core/http.ts';
import type { Desk } from './desk.ts';
import { readProof } from './dpop.ts';
import type { Proof } from './dpop.ts';
import { isKeyListed, readSignedJwt } from './jwt.ts';
import type { AccessToken } from './store.ts';

/** Why a request is refused. The wire says only `invalid_token`; the journal says which. */
export type AccessReason =
  | 'no-token'
  | 'malformed'
  | 'unknown'
  | 'expired'
  | 'revoked'
  | 'superseded'
  | 'scope'
  | 'not-bound'
  | 'bad-proof'
  | 'proof-nonce'
  | 'rate';
export interface Denied {
  status: number;
  error: string | undefined;
  reason: AccessReason;
  /** What would have sufficed. */
  scope?: string;
  /** The challenge is for DPoP: the token is bound, or was shown as if it were. */
  dpop?: true;
  /** To be used in the next proof. */
  nonce?: string;
}

/** A caller with a good token. */
export interface Access {
  sub: string;
  scope: string;
  clientId: string | undefined;
  /** Absent where a resource server reads JWTs alone and nobody here issued this one. */
  token: AccessToken | undefined;
  proof: Proof | undefined;
}

/** A token as it was shown, read from the header alone (P5); query and body are off (RFC 6750 2.2 and 2.3 are optional). */
export type Shown = { kind: 'token'; value: string; scheme: 'bearer' | 'dpop' } | { kind: 'none' } | { kind: 'malformed' };

/** The scheme is read in any case (RFC 9110 11.1). */
export function readToken(authorization: string | undefined): Shown {
  const scheme = /^(bearer|dpop)(?: |$)/i.exec(authorization ?? '')?.[1]?.toLowerCase();
  if (authorization === undefined || (scheme !== 'bearer' && scheme !== 'dpop')) return { kind: 'none' };
  const value = /^[a-z]+ +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization)?.[1];
  return value === undefined ? { kind: 'malformed' } : { kind: 'token', value, scheme };
}

/** Whether the request may pass, as far as its token goes. Changes nothing; whoever lets it pass spends its proof at the commit. */
export function checkAccess(desk: Desk, request: HttpRequest, shown = readToken(request.headers['authorization'])): Access | Denied {
  if (shown.kind === 'none') return { status: 401, error: undefined, reason: 'no-token' };
  if (shown.kind === 'malformed' || hasTokenElsewhere(request)) return { status: 400, error: 'invalid_request', reason: 'malformed' };
  const standing = findToken(desk, shown.value);
  const dpop = shown.scheme === 'dpop' ? ({ dpop: true } as const) : {};
  if (typeof standing === 'string') return { status: 401, error: 'invalid_token', reason: standing, ...dpop };
  const { sub, scope, clientId, token, jkt } = standing;
  if (jkt === undefined && shown.scheme === 'bearer') return { sub, scope, clientId, token, proof: undefined };
  const proof = checkBinding(desk, request, { ...shown, jkt });
  return 'reason' in proof ? proof : { sub, scope, clientId, token, proof };
}

/** X7: a bound token is worth nothing as a bearer token, nor without a proof by its own key; an unbound one is no DPoP token. */
function checkBinding(
  desk: Desk,
  request: HttpRequest,
  shown: { value: string; scheme: 'bearer' | 'dpop'; jkt: string | undefined },
): Proof | Denied {
  const { value, scheme, jkt } = shown;
  const deny = (error: string, reason: AccessReason): Denied => ({ status: 401, error, reason, dpop: true });
  if (scheme === 'bearer' || jkt === undefined) return deny('invalid_token', 'not-bound');
  const proof = readProof(desk, request, 'rs', value);
  if (proof === undefined) return deny('invalid_dpop_proof', 'bad-proof');
  if (!('problem' in proof)) return proof.jkt === jkt ? proof : deny('invalid_token', 'not-bound');
  if (proof.nonce === undefined) return deny('invalid_dpop_proof', 'bad-proof');
  return { ...deny('use_dpop_nonce', 'proof-nonce'), nonce: proof.nonce };
}

/** P4: a second place with a token makes the request malformed (RFC 6750 2: one method per request). */
function hasTokenElsewhere(request: HttpRequest): boolean {
  if (/[?&]access_token=/.test(request.url)) return true;
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return form && /(?:^|&)access_token=/.test(request.body);
}

/** Whom an accepted token is for. */
export interface Standing {
  sub: string;
  scope: string;
  clientId: string | undefined;
  expiresAt: number;
  jkt: string | undefined;
  token: AccessToken | undefined;
}

/** Whom a token is for, or why it is not accepted. Changes nothing. */
export function findToken(desk: Desk, value: string): Standing | AccessReason {
  const { checksRevocation, leeway, issuanceLag } = desk.policy.resource;
  const known = desk.store.access.get(value);
  const standing = known === undefined ? (checksRevocation ? undefined : readJwt(desk, value)) : { ...known, token: known };
  if (standing === undefined || (known !== undefined && checksRevocation && desk.now() < known.issuedAt + issuanceLag)) return 'unknown';
  // RFC 7519 4.1.4: no longer valid at `exp` itself.
  if (desk.now() >= standing.expiresAt + leeway) return 'expired';
  // Whoever asks nobody goes by the keys: a token whose key the list does not have is worth nothing there.
  if (!checksRevocation && known?.format === 'jwt' && !isKeyListed(desk, value)) return 'unknown';
  const dead = checksRevocation && known !== undefined ? deathSeen(desk, known) : undefined;
  return dead ?? standing;
}

/** How a token died, as far as the news has come: a revocation reaches resource servers `revocationLag` later (I5). */
export function deathSeen(desk: Desk, { dead, deadAt = 0 }: AccessToken): AccessToken['dead'] {
  return dead !== undefined && desk.now() >= deadAt + desk.policy.resource.revocationLag ? dead : undefined;
}

/** A JWT of ours by signature alone: what a resource server with the issuer's keys and nothing else can know. */
function readJwt(desk: Desk, value: string): Standing | undefined {
  const { iss, aud, sub, scope, exp, cnf, client_id: clientId } = readSignedJwt(desk, 'at+jwt', value, 'published') ?? {};
  if (iss !== desk.context.issuer || aud !== desk.context.resourceOrigin) return undefined;
  if (typeof sub !== 'string' || typeof exp !== 'number') return undefined;
  const jkt = typeof cnf === 'object' && cnf !== null && 'jkt' in cnf && typeof cnf.jkt === 'string' ? cnf.jkt : undefined;
  return {
    sub,
    scope: typeof scope === 'string' ? scope : '',
    clientId: typeof clientId === 'string' ? clientId : undefined,
    expiresAt: exp * 1_000,
    jkt,
    token: undefined,
  };
}
