// The authorization server and the protected API as one value, without sockets: requests and time come in, answers and facts go out.
// Routes a request to its endpoint; what an endpoint does is decided there.
import { aboutOf } from './about.ts';
import { forgetBrowsersOf } from './browser.ts';
import { CLIENTS } from './clients.ts';
import type { ArrivalMeta, Exchange, GrantedSession, MockServer, RevokeTarget, ServerContext, SessionOptions } from './contract.ts';
import { Desk } from './desk.ts';
import { endFamily, killAccessOf } from './endings.ts';
import { findEndpoint } from './endpoints.ts';
import { openStream } from './event-stream.ts';
import { beginExchange } from './exchange.ts';
import type { Handling } from './exchange.ts';
import { mintCode, openSession } from './mint.ts';
import { DEFAULT_POLICY, patchPolicy } from './policy.ts';
import type { ServerPolicy } from './policy.ts';
import { jsonReply, reply, tokenMembers } from './replies.ts';
import { resourceHandling } from './resource.ts';
import { countSignIn } from './token-limit.ts';
import { underSessionPolicy } from './session-policy.ts';
import type { Family } from './store.ts';
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';

/**
 * A server with empty stores. Endpoints: `{issuer}/token`, `{issuer}/revoke` or those of the context, and everything under
 * `resourceOrigin`; any other address is answered with 404. Never throws for what a request says.
 */
export function createMockServer(context: ServerContext, policy: ServerPolicy = DEFAULT_POLICY): MockServer {
  return serverOf(new Desk(context, policy));
}

/** The server that works at this desk: for whoever needs its stores too. */
export function serverOf(desk: Desk): MockServer {
  const receive = (request: HttpRequest, meta: ArrivalMeta): Exchange =>
    underSessionPolicy(desk, request, () => route(desk, request, meta));
  return {
    get policy() {
      return desk.policy;
    },
    setPolicy(patch) {
      desk.policy = patchPolicy(desk.policy, patch);
    },
    receive,
    handle: (request, meta = {}) => finish(receive(request, meta)),
    openStream: (request) => openStream(desk, request),
    countSignIn: (user) => countSignIn(desk, user),
    grantSession: (user, device, options) => grantSession(desk, user, device, options),
    grantCode: (user, device, options = {}) =>
      mintCode(desk, { user, device, clientId: PUBLIC_CLIENT.id, scope: PUBLIC_CLIENT.scope, ...options }),
    revoke: (what, target, reason) => revoke(desk, what, target, reason),
    about: (request) => aboutOf(desk, request),
    selfCheck: () => desk.audit.broken(),
  };
}

/** Who a session is granted to when nobody says. */
const PUBLIC_CLIENT = CLIENTS[0] as (typeof CLIENTS)[number];

function route(desk: Desk, request: HttpRequest, meta: ArrivalMeta): Exchange {
  const { resourceOrigin } = desk.context;
  const url = request.url.split(/[?#]/, 1)[0] ?? '';
  if (isPreflight(request)) return begin(preflight(desk), meta);
  const endpoint = findEndpoint(desk, url);
  if (endpoint !== undefined) return endpoint.begin(desk, request, meta);
  if (url === resourceOrigin || url.startsWith(`${resourceOrigin}/`)) return begin(resourceHandling(desk, request, meta), meta);
  return begin(
    fixed(() => jsonReply(desk, 404, {}, { error: 'not_found' })),
    meta,
  );
}

function begin<Checked, Done>(handling: Handling<Checked, Done>, meta: ArrivalMeta): Exchange {
  return beginExchange(handling, meta.arrival);
}

/** A browser asking for leave (WHATWG Fetch, CORS preflight): not a request of the application, so not journalled (T13). */
function isPreflight(request: HttpRequest): boolean {
  return request.method === 'OPTIONS' && request.headers['access-control-request-method'] !== undefined;
}

function preflight(desk: Desk): Handling<undefined, undefined> {
  return fixed(() =>
    reply(
      desk,
      204,
      {
        'access-control-allow-methods': '*',
        // The star stands for what an app adds of its own (`x-device`, tracing), but never for Authorization.
        'access-control-allow-headers': 'authorization, content-type, dpop, x-request-id, *',
        'access-control-max-age': '600',
      },
      '',
    ),
  );
}

/** An answer that depends on nothing. */
function fixed(respond: () => HttpResponse): Handling<undefined, undefined> {
  return { endpoint: 'other', arrive: () => undefined, check: () => undefined, commit: () => undefined, respond };
}

function finish(exchange: Exchange): HttpResponse {
  while (exchange.phase !== 'flushed') exchange.advance();
  return exchange.response as HttpResponse;
}

function grantSession(desk: Desk, user: string, device: string, options: SessionOptions = {}): GrantedSession {
  const { clientId = PUBLIC_CLIENT.id, scope = PUBLIC_CLIENT.scope } = options;
  const { family, access, refresh } = openSession(desk, { user, device, clientId, scope, grant: 'authorization_code' });
  return {
    family: family.id,
    user,
    device,
    atLabel: access.label,
    ...(refresh === undefined ? {} : { rtLabel: refresh.label }),
    response: tokenMembers(desk, { access, refresh, asked: scope }),
    expiresAt: desk.trueTime(access.expiresAt),
  };
}

function revoke(desk: Desk, what: Parameters<MockServer['revoke']>[0], target: RevokeTarget, reason: 'user' | 'password' | 'admin'): void {
  const { refreshKillsAccess, accessKillsRefresh } = desk.policy.revocation;
  if (what === 'user' && target.user !== undefined) forgetBrowsersOf(desk, target.user);
  for (const family of sessionsOf(desk, target, what === 'user')) {
    if (what === 'access-token') {
      killAccessOf(desk, family);
      if (accessKillsRefresh) endFamily(desk, family, reason, false);
    } else {
      endFamily(desk, family, reason, refreshKillsAccess);
    }
  }
}

/** Sessions a target names, dead ones too: their access tokens may live on. A whole user means every device. */
function sessionsOf(desk: Desk, { user, device }: RevokeTarget, wholeUser: boolean): readonly Family[] {
  const { families, familiesOf } = desk.store;
  const onDevice = device === undefined ? families : families.filter((family) => family.device === device);
  if (!wholeUser) return user === undefined ? onDevice : onDevice.filter((family) => family.user === user);
  const users = user === undefined ? new Set(onDevice.map((family) => family.user)) : new Set([user]);
  return [...users].flatMap((one) => familiesOf.get(one) ?? []);
}
