// Brings tokens and sessions into being. Called from commits only; who may have them is decided elsewhere.
import { pruneSessions } from './endings.ts';
import type { Desk } from './desk.ts';
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
}
export interface Session {
  family: Family;
  access: AccessToken;
  refresh: RefreshToken | undefined;
}

/** A new family with its first tokens; a refresh token comes only with the scope `offline_access` (OIDC Core 11). */
export function openSession(desk: Desk, wanted: NewSession): Session {
  const { user, device, clientId, scope, grant } = wanted;
  const { store } = desk;
  const family: Family = {
    id: `f${store.families.length + 1}`,
    user,
    device,
    clientId,
    scope,
    grantedAt: desk.now(),
    dead: undefined,
    refresh: [],
    access: [],
  };
  store.families.push(family);
  const ofUser = store.familiesOf.get(user);
  if (ofUser === undefined) store.familiesOf.set(user, [family]);
  else ofUser.push(family);
  const access = mintAccess(desk, { family, sub: user, clientId, scope });
  const refresh = ` ${scope} `.includes(' offline_access ') ? mintRefresh(desk, family, undefined) : undefined;
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
export interface Approval {
  user: string;
  device: string;
  clientId: string;
  scope: string;
  redirectUri?: string;
  challenge?: string;
}

/** An approved authorization code (RFC 6749 4.1.2). */
export function mintCode(desk: Desk, approval: Approval): string {
  const value = desk.context.ids.text(SECRET_LENGTH);
  const { redirectUri, challenge, ...rest } = approval;
  desk.store.codes.set(value, { value, ...rest, redirectUri, challenge, issuedAt: desk.now(), family: undefined });
  return value;
}

/** A fresh refresh token, child of `parent`. */
export function mintRefresh(desk: Desk, family: Family, parent: RefreshToken | undefined): RefreshToken {
  const value = desk.context.ids.text(SECRET_LENGTH);
  const token: RefreshToken = {
    value,
    label: desk.context.labels.issue('RT', value),
    family,
    parent,
    children: [],
    state: 'active',
    supersededAt: undefined,
    supersededBy: undefined,
    idleFrom: desk.now(),
  };
  desk.store.refresh.set(value, token);
  family.refresh.push(token);
  parent?.children.push(token);
  return token;
}

/** A fresh access token in the format of the policy. It expires on a whole second, never before its lifetime is over. */
export function mintAccess(desk: Desk, to: { family: Family | undefined; sub: string; clientId: string; scope: string }): AccessToken {
  const { context, policy } = desk;
  const now = desk.now();
  const exp = Math.ceil((now + policy.accessToken.lifetime) / 1_000);
  const { format } = policy.accessToken;
  const value =
    format === 'opaque'
      ? context.ids.text(SECRET_LENGTH)
      : jwt(desk, {
          iss: context.issuer,
          exp,
          aud: context.resourceOrigin,
          sub: to.sub,
          client_id: to.clientId,
          iat: Math.floor(now / 1_000),
          jti: context.ids.text(JTI_LENGTH),
          scope: to.scope,
        });
  const token: AccessToken = { value, label: context.labels.issue('AT', value), ...to, format, expiresAt: exp * 1_000, dead: undefined };
  desk.store.access.set(value, token);
  to.family?.access.push(token);
  return token;
}

/** Claims of RFC 9068 2.2; `scope` as in 2.2.3. Times in whole seconds since the Unix epoch. */
export interface AccessClaims {
  iss: string;
  exp: number;
  aud: string;
  sub: string;
  client_id: string;
  iat: number;
  jti: string;
  scope: string;
}

function jwt(desk: Desk, claims: AccessClaims): string {
  const input = `${desk.jwtHeader}.${Buffer.from(JSON.stringify(claims)).toString('base64url')}`;
  return `${input}.${desk.context.signer.sign(input)}`;
}
