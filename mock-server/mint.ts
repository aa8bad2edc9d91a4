// Brings tokens and sessions into being. Called from commits only; who may have them is decided elsewhere.
import { pruneSessions } from './endings.ts';
import type { CodeOptions } from './contract.ts';
import type { Desk } from './desk.ts';
import { signJwt } from './jwt.ts';
import type { AccessClaims } from './jwt.ts';
import type { AccessToken, Family, RefreshToken } from './store.ts';

/** 43 characters of base64url hold 258 bits; the OpenID suite asks for 128. */
const SECRET_LENGTH = 43;
const JTI_LENGTH = 22;

export interface NewSession {
  user: string;
  device: string;
  clientId: string;
  scope: string;
  grant: string;
  /** When the user authenticated here, ms on the server's clock; without it there is no ID token. */
  authTime?: number | undefined;
  /** Key of the DPoP proof shown; `bound` ties the refresh tokens to it too. */
  jkt?: string | undefined;
  bound?: boolean;
}
export interface Session {
  family: Family;
  access: AccessToken;
  refresh: RefreshToken | undefined;
}

/** A new family with its first tokens; a refresh token comes with the scope `offline_access` (OIDC Core 11), or as the policy says. */
export function openSession(desk: Desk, wanted: NewSession): Session {
  const { user, device, clientId, scope, grant, jkt } = wanted;
  const { store } = desk;
  const family: Family = {
    id: desk.context.nextFamily?.() ?? `f${store.families.length + 1}`,
    user,
    device,
    clientId,
    scope,
    grantedAt: desk.now(),
    authTime: wanted.authTime,
    dead: undefined,
    deadAt: undefined,
    lastActive: desk.now(),
    jkt: wanted.bound === true ? jkt : undefined,
    refresh: [],
    access: [],
  };
  store.families.push(family);
  store.familyById.set(family.id, family);
  const ofUser = store.familiesOf.get(user);
  if (ofUser === undefined) store.familiesOf.set(user, [family]);
  else ofUser.push(family);
  const access = mintAccess(desk, { family, sub: user, clientId, scope, jkt });
  const lasting = desk.policy.refreshToken.given === 'always' || ` ${scope} `.includes(' offline_access ');
  const refresh = lasting ? mintRefresh(desk, family, undefined) : undefined;
  desk.record('as', {
    type: 'session.granted',
    family: family.id,
    user,
    device,
    at: access.label,
    ...(refresh === undefined ? {} : { rt: refresh.label }),
    expiresAt: desk.trueTime(access.expiresAt),
    lifetime: desk.policy.accessToken.lifetime,
    grant,
  });
  pruneSessions(desk, user);
  return { family, access, refresh };
}

/** What a user approved; a code hands it to whoever may redeem it. */
export type Approval = { user: string; device: string; clientId: string; scope: string } & CodeOptions;

/** An approved authorization code (RFC 6749 4.1.2). */
export function mintCode(desk: Desk, approval: Approval): string {
  const value = desk.context.ids.text(SECRET_LENGTH);
  const { user, device, clientId, scope, redirectUri, challenge, challengeMethod = 'S256', authTime, nonce, jkt } = approval;
  const asked = { redirectUri, challenge, challengeMethod, authTime, nonce, jkt };
  desk.store.codes.set(value, { value, user, device, clientId, scope, ...asked, issuedAt: desk.now(), family: undefined });
  return value;
}

/** A fresh refresh token, child of `parent`, known at `node`. */
export function mintRefresh(desk: Desk, family: Family, parent: RefreshToken | undefined, node = 0): RefreshToken {
  const value = desk.context.ids.text(SECRET_LENGTH);
  const now = desk.now();
  const token: RefreshToken = {
    value,
    label: desk.context.labels.issue('RT', value),
    family,
    parent,
    children: [],
    state: 'active',
    issuedAt: now,
    node,
    spentBy: node,
    supersededAt: undefined,
    supersededBy: undefined,
    idleFrom: now,
  };
  desk.store.refresh.set(value, token);
  family.refresh.push(token);
  parent?.children.push(token);
  return token;
}

/** Whom an access token is for; `jkt` binds it to a key. */
export interface AccessGrant {
  family: Family | undefined;
  sub: string;
  clientId: string;
  scope: string;
  jkt?: string | undefined;
}

/** A fresh access token in the format of the policy. It expires on a whole second, never before its lifetime is over. */
export function mintAccess(desk: Desk, to: AccessGrant): AccessToken {
  const { context, policy } = desk;
  const now = desk.now();
  const exp = Math.ceil((now + policy.accessToken.lifetime) / 1_000);
  const { format } = policy.accessToken;
  const jti = format === 'jwt' ? context.ids.text(JTI_LENGTH) : undefined;
  const value =
    jti === undefined
      ? context.ids.text(SECRET_LENGTH)
      : signJwt(desk, 'at+jwt', claimsOf(desk, to, { exp, iat: Math.floor(now / 1_000), jti }));
  const { family, sub, clientId, scope, jkt } = to;
  // Written out member by member: what every token has is made some thousand times a second.
  const token: AccessToken = {
    value,
    label: context.labels.issue('AT', value),
    family,
    sub,
    clientId,
    scope,
    format,
    expiresAt: exp * 1_000,
    issuedAt: now,
    jti,
    jkt,
    dead: undefined,
    deadAt: undefined,
    offered: undefined,
    replaces: undefined,
    adopted: false,
  };
  desk.store.access.set(value, token);
  family?.access.push(token);
  return token;
}

function claimsOf(
  { context }: Desk,
  { family, sub, clientId, scope, jkt }: AccessGrant,
  own: Pick<AccessClaims, 'exp' | 'iat' | 'jti'>,
): AccessClaims {
  const { exp, iat, jti } = own;
  const claims: AccessClaims = { iss: context.issuer, exp, aud: context.resourceOrigin, sub, client_id: clientId, iat, jti, scope };
  // RFC 9068 2.2.1.
  if (family?.authTime !== undefined) claims.auth_time = Math.floor(family.authTime / 1_000);
  if (jkt !== undefined) claims.cnf = { jkt };
  return claims;
}
