// Trakt's own dialect: JSON bodies both ways, own paths and field names, the outcome of a device poll in the status code alone.
// Translates to and from the RFC endpoints, which decide everything. Source: trakt-api contracts, docs.trakt.tv.
import { parseObject } from '../src/core/http.ts';
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import type { RefusalReason } from '../src/core/server-words.ts';
import { DEVICE_GRANT } from './clients.ts';
import type { ArrivalMeta, EndpointRow } from './contract.ts';
import type { Desk } from './desk.ts';
import { VERIFICATION_PATH } from './device-endpoint.ts';
import { beginDevice } from './device-grant.ts';
import { deviceOf } from './device-name.ts';
import { beginWith } from './endpoints.ts';
import type { Handling } from './exchange.ts';
import { badClient, badRequest, isRefusal, NOT_POST } from './refusals.ts';
import type { Refusal } from './refusals.ts';
import { jsonReply, refusedReply, reply } from './replies.ts';
import { revocationHandling } from './revocation-endpoint.ts';
import type { DeviceCode } from './store.ts';
import { tokenHandling } from './token-endpoint.ts';
import { shapeOf } from './wire-shape.ts';

const offered = (desk: Desk): boolean => shapeOf(desk).dialect === 'trakt';

/** Trakt's paths, there under its persona alone. */
export const TRAKT_ENDPOINTS: readonly EndpointRow[] = [
  { path: '/oauth/authorize', offered, begin: beginWith(authorizeHandling) },
  { path: '/oauth/device/code', offered, begin: beginWith(deviceCodeHandling) },
  { path: '/oauth/device/token', endpoint: 'token', offered, begin: beginWith(devicePollHandling) },
  { path: '/oauth/token', endpoint: 'token', offered, begin: beginWith(traktTokenHandling) },
  {
    path: '/oauth/revoke',
    endpoint: 'revocation',
    offered,
    begin: beginWith((desk, request) => guarded(desk, request, revocationHandling(desk, asForm(request)))),
  },
];

/** The strings of a JSON body; undefined when it is none. */
function members(request: HttpRequest): Record<string, string> | undefined {
  if (!/^application\/json\b/i.test(request.headers['content-type'] ?? '')) return undefined;
  const json = parseObject(request.body);
  return json === undefined
    ? undefined
    : Object.fromEntries(Object.entries(json).filter((pair): pair is [string, string] => typeof pair[1] === 'string'));
}

/** The same request in the RFC's words. `rename`: Trakt's name of a field -> the RFC's; a field without one keeps its own. */
function asForm(
  request: HttpRequest,
  rename: ReadonlyMap<string, string> = new Map(),
  more: Readonly<Record<string, string>> = {},
): HttpRequest {
  const fields = Object.entries(members(request) ?? {}).map(([name, value]) => [rename.get(name) ?? name, value] as [string, string]);
  const body = new URLSearchParams([...fields, ...Object.entries(more)]).toString();
  return { ...request, body, headers: { ...request.headers, 'content-type': 'application/x-www-form-urlencoded' } };
}

/** What a handling does, unless the request is not one of Trakt's: a POST of JSON with a secret, on every call (also for refreshes). */
function guarded<Checked extends object | undefined, Done>(
  desk: Desk,
  request: HttpRequest,
  inner: Handling<Checked, Done>,
): Handling<Checked | Refusal, Done | Refusal> {
  const problem = problemOf(request);
  if (problem === undefined) return inner as Handling<Checked | Refusal, Done | Refusal>;
  return {
    endpoint: inner.endpoint,
    arrive: () => undefined,
    check: () => problem,
    commit: () => problem,
    respond: () => refusedReply(desk, problem),
  };
}

function problemOf(request: HttpRequest): Refusal | undefined {
  if (request.method !== 'POST') return NOT_POST;
  const json = members(request);
  if (json === undefined) return badRequest('send a JSON object');
  if (json['client_secret'] === undefined) return badClient('client_secret is missing');
  // Trakt wants it back with every refresh, where RFC 6749 6 knows none.
  return json['grant_type'] === 'refresh_token' && json['redirect_uri'] === undefined ? badRequest('redirect_uri is missing') : undefined;
}

function traktTokenHandling(desk: Desk, request: HttpRequest, meta: ArrivalMeta) {
  return guarded(desk, request, tokenHandling(desk, asForm(request), meta));
}

/** What a poll came to, as a status (no `error` in sight). Whatever is not here stays as the token endpoint says it. */
const OUTCOMES: Readonly<Partial<Record<RefusalReason, number>>> = {
  'device-pending': 400,
  unknown: 404,
  'other-client': 404,
  'code-used': 409,
  'device-expired': 410,
  'device-denied': 418,
  'device-slow-down': 429,
};

/** A poll: the device code is called `code`, and the body of a refusal is empty (their own playground trips over it). */
function devicePollHandling(desk: Desk, request: HttpRequest, meta: ArrivalMeta) {
  const inner = tokenHandling(desk, asForm(request, new Map([['code', 'device_code']]), { grant_type: DEVICE_GRANT }), meta);
  return guarded(desk, request, {
    ...inner,
    respond(done): HttpResponse {
      const status = 'refusal' in done ? OUTCOMES[done.refusal.reason] : undefined;
      return status === undefined ? inner.respond(done) : reply(desk, status, { 'cache-control': 'no-store' }, '');
    },
  });
}

/** A device code costs nothing but a client id. */
function deviceCodeHandling(
  desk: Desk,
  request: HttpRequest,
): Handling<Refusal | { clientId: string; scope: string; device: string }, Refusal | DeviceCode> {
  return {
    endpoint: 'other',
    arrive: () => undefined,
    check() {
      const json = members(request);
      if (request.method !== 'POST') return NOT_POST;
      if (json === undefined) return badRequest('send a JSON object');
      const client = desk.clients.find(({ id, grants }) => id === json['client_id'] && grants.includes(DEVICE_GRANT));
      if (client === undefined) return { ...badClient('unknown client_id'), status: 403 };
      return { clientId: client.id, scope: client.scope, device: deviceOf(request, new Map(Object.entries(json))) };
    },
    commit: (checked) => (isRefusal(checked) ? checked : beginDevice(desk, checked)),
    respond: (done) =>
      isRefusal(done) ? refusedReply(desk, done) : jsonReply(desk, 200, { 'cache-control': 'no-store' }, deviceMembers(desk, done)),
  };
}

function deviceMembers(desk: Desk, { value, userCode, interval, expiresAt }: DeviceCode): object {
  return {
    device_code: value,
    user_code: userCode,
    verification_url: `${desk.base}${VERIFICATION_PATH}`,
    expires_in: Math.floor((expiresAt - desk.now()) / 1_000),
    interval: Math.ceil(interval / 1_000),
  };
}

/** Trakt's page lives elsewhere; ours is where it is for everybody, so the browser is sent there. */
function authorizeHandling(desk: Desk, request: HttpRequest): Handling<undefined, undefined> {
  const query = /\?[^#]*/.exec(request.url)?.[0] ?? '';
  return {
    endpoint: 'other',
    arrive: () => undefined,
    check: () => undefined,
    commit: () => undefined,
    respond: () => reply(desk, 302, { location: `${desk.base}/authorize${query}` }, ''),
  };
}
