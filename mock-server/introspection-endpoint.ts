// Introspection (RFC 7662): an authorised caller learns whether a token works now. Whatever does not work is `{"active":false}` and no more.
import type { HttpRequest } from '../src/core/http.ts';
import { checkAccess, deathSeen, readToken } from './access-check.ts';
import { checkClient } from './client-check.ts';
import type { RegisteredClient } from './clients.ts';
import { deniedReply } from './challenge.ts';
import type { Denied } from './access-check.ts';
import type { Desk } from './desk.ts';
import { spendProof } from './dpop.ts';
import type { Proof } from './dpop.ts';
import type { Handling } from './exchange.ts';
import { readForm } from './form.ts';
import { isUsableNow } from './refresh.ts';
import { badClient, badRequest, isRefusal } from './refusals.ts';
import type { Refusal } from './refusals.ts';
import { jsonReply, refusedReply } from './replies.ts';
import type { AccessToken, RefreshToken } from './store.ts';
import { FORM_REFUSALS } from './token-endpoint.ts';

interface Caller {
  client: RegisteredClient;
  proof: Proof | undefined;
}
type No = { refusal: Refusal } | { denied: Denied };
type Checked = No | { caller: Caller; value: string };
type Done = No | { state: Readonly<Record<string, unknown>> };

/** How a question about a token is handled. Answered with the state at the commit. */
export function introspectionHandling(desk: Desk, request: HttpRequest): Handling<Checked, Done> {
  return {
    endpoint: 'other',
    arrive: () => undefined,
    check: () => check(desk, request),
    commit(checked) {
      if (!('caller' in checked)) return checked;
      const { caller, value } = checked;
      const spent = caller.proof === undefined || spendProof(desk, caller.proof);
      return spent
        ? { state: introspect(desk, value, caller.client) }
        : { denied: { status: 401, error: 'invalid_dpop_proof', reason: 'bad-proof', dpop: true } };
    },
    respond(done) {
      if ('refusal' in done) return refusedReply(desk, done.refusal);
      if ('denied' in done) return deniedReply(desk, done.denied);
      return jsonReply(desk, 200, { 'cache-control': 'no-store' }, done.state);
    },
  };
}

function check(desk: Desk, request: HttpRequest): Checked {
  const { form, problem } = readForm(request);
  if (problem !== undefined) return { refusal: FORM_REFUSALS[problem] };
  const caller = callerOf(desk, request);
  if (!('client' in caller)) return caller;
  const value = form.get('token');
  return value === undefined ? { refusal: badRequest('token is missing') } : { caller, value };
}

/** I1: a client that proves who it is, or a token that such a client got for itself. A public client proves nothing (2.1). */
function callerOf(desk: Desk, request: HttpRequest): No | Caller {
  const shown = readToken(request.headers['authorization']);
  if (shown.kind === 'none') {
    const client = checkClient(desk, request, readForm(request).form);
    if (isRefusal(client)) return { refusal: client };
    return client.secret === undefined ? { refusal: badClient('a public client may not introspect') } : { client, proof: undefined };
  }
  const access = checkAccess(desk, request, shown);
  if ('reason' in access) return { denied: access };
  const client = desk.clients.find(({ id }) => id === access.clientId);
  const own = client?.secret !== undefined && access.sub === access.clientId;
  return own ? { client, proof: access.proof } : { denied: { status: 403, error: 'insufficient_scope', reason: 'scope', scope: 'api' } };
}

const INACTIVE = { active: false } as const;

/** What `client` may know of a token (I2, I3). Clients that may ask for the scope `api` are resource servers: they see every token. */
export function introspect(desk: Desk, value: string, client: RegisteredClient): Readonly<Record<string, unknown>> {
  const access = desk.store.access.get(value);
  const refresh = desk.store.refresh.get(value);
  const owner = access?.clientId ?? refresh?.family.clientId;
  if (owner !== client.id && !isResourceServer(client)) return INACTIVE;
  if (access !== undefined) return ofAccess(desk, access);
  return refresh === undefined ? INACTIVE : ofRefresh(desk, refresh);
}

function isResourceServer({ scope, grants }: RegisteredClient): boolean {
  return grants.includes('client_credentials') && ` ${scope} `.includes(' api ');
}

function ofAccess(desk: Desk, token: AccessToken): Readonly<Record<string, unknown>> {
  if (desk.now() >= token.expiresAt || deathSeen(desk, token) !== undefined) return INACTIVE;
  const { scope, clientId, sub, jti, jkt, issuedAt, expiresAt, family } = token;
  return {
    active: true,
    scope,
    client_id: clientId,
    ...(family === undefined ? {} : { username: family.user }),
    token_type: jkt === undefined ? 'Bearer' : 'DPoP',
    exp: expiresAt / 1_000,
    iat: Math.floor(issuedAt / 1_000),
    sub,
    aud: desk.context.resourceOrigin,
    iss: desk.context.issuer,
    ...(jti === undefined ? {} : { jti }),
    ...(jkt === undefined ? {} : { cnf: { jkt } }),
  };
}

/** A refresh token has no `token_type` of RFC 6749 7.1, and no `exp` while idleness alone may end it. */
function ofRefresh(desk: Desk, token: RefreshToken): Readonly<Record<string, unknown>> {
  if (!isUsableNow(desk, token)) return INACTIVE;
  const { user, clientId, scope, jkt } = token.family;
  return {
    active: true,
    scope,
    client_id: clientId,
    username: user,
    sub: user,
    iss: desk.context.issuer,
    ...(jkt === undefined ? {} : { cnf: { jkt } }),
  };
}
