// The protected API (RFC 6750, RFC 9449 7): judges who calls, answers from the table of resources, and any other path with who is calling.
import { pathOf } from '../src/core/fault.ts';
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import { checkAccess, readToken } from './access-check.ts';
import type { Access, Denied } from './access-check.ts';
import type { AppResponse } from './app.ts';
import { deniedReply, PRIVATE, toldStatus } from './challenge.ts';
import type { ArrivalMeta } from './contract.ts';
import { DEMO_ROWS, who } from './demo-api.ts';
import type { Desk } from './desk.ts';
import { spendProof } from './dpop.ts';
import { asksForStream, EVENT_STREAM, openStream, streamBody } from './event-stream.ts';
import type { Handling } from './exchange.ts';
import { scopeValues } from './form.ts';
import { countRequest } from './rate-limit.ts';
import { jsonReply, reply } from './replies.ts';
import type { ResourceAnswer, ResourceCall, ResourceRow } from './resource-row.ts';
import { SESSION_ROWS } from './sessions-api.ts';
import { noteAdoption, offerToken } from './silent-refresh.ts';

/** Paths from here on need the scope of the same name. */
const ADMIN = { path: '/admin', scope: 'admin' };
const ROWS: readonly ResourceRow[] = [...DEMO_ROWS, ...SESSION_ROWS];

/** A good answer, or a refusal, with the headers that only the commit knows. */
type Done =
  | { answer: ResourceAnswer; headers: Readonly<Record<string, string>> }
  | { denied: Denied; headers: Readonly<Record<string, string>>; retryAfter?: number };

/** How an API request is handled: judged when checked; sessions end, offers are made and proofs are spent at the commit. */
export function resourceHandling(
  desk: Desk,
  request: HttpRequest,
  meta: ArrivalMeta,
  single?: SingleResource,
): Handling<Access | Denied, Done> {
  const shown = readToken(request.headers['authorization']);
  const at = shown.kind === 'malformed' ? 'unknown' : desk.context.labels.of(shown.kind === 'token' ? shown.value : undefined);
  const names = { n: meta.n ?? desk.nextName(), k: meta.k ?? 1 };
  const place = single === undefined ? placeOf(desk, request) : placeOfSingle(request, single);
  return {
    endpoint: 'resource',
    arrive: () => desk.record('rs', { type: 'api.received', ...names, at, ...meta.sight }),
    check: () => checkScope(place, checkAccess(desk, request, shown)),
    commit: (access) => ('reason' in access ? { denied: access, headers: {} } : commit(desk, { request, place, access })),
    respond(done) {
      if ('denied' in done) return refuse(desk, names, done);
      const { status = 200 } = done.answer;
      desk.record('rs', { type: 'api.responded', ...names, status });
      return answered(desk, status, done.answer, done.headers);
    },
    raceWindow: () => place.row?.wait?.(place.query) ?? 0,
  };
}

/** A resource that stands alone, outside the API, such as userinfo. */
export interface SingleResource {
  scope(): string;
  body(access: Access): object;
}

function placeOfSingle({ method, url }: HttpRequest, { scope, body }: SingleResource): Place {
  const path = pathOf(url);
  return {
    path,
    query: new URLSearchParams(),
    row: { method, path, scope: scope(), act: (_desk, { access }) => ({ body: body(access) }) },
  };
}

/** Where a request leads: below the base of the API, and whose it is. */
interface Place {
  path: string;
  query: URLSearchParams;
  row: ResourceRow | undefined;
}

function placeOf(desk: Desk, { method, url }: HttpRequest): Place {
  const path = pathOf(url).slice(pathOf(desk.context.resourceOrigin).replace(/\/$/, '').length);
  const query = new URLSearchParams(/\?([^#]*)/.exec(url)?.[1] ?? '');
  const row = ROWS.find((one) => one.method === method && (one.path.endsWith('/') ? path.startsWith(one.path) : path === one.path));
  return { path, query, row };
}

/** P3. */
function checkScope({ path, row }: Place, access: Access | Denied): Access | Denied {
  if ('reason' in access) return access;
  const scope = path === ADMIN.path || path.startsWith(`${ADMIN.path}/`) ? ADMIN.scope : row?.scope;
  if (scope === undefined || scopeValues(access.scope).includes(scope)) return access;
  return { status: 403, error: 'insufficient_scope', scope, reason: 'scope' };
}

function commit(desk: Desk, { request, place, access }: { request: HttpRequest; place: Place; access: Access }): Done {
  const { proof, token, sub } = access;
  if (proof !== undefined && !spendProof(desk, proof)) {
    return { denied: { status: 401, error: 'invalid_dpop_proof', reason: 'bad-proof', dpop: true }, headers: {} };
  }
  const rate = countRequest(desk, sub, request.method);
  if (rate.retryAfter !== undefined) {
    return { denied: { status: 429, error: 'rate_limited', reason: 'rate' }, headers: rate.headers, retryAfter: rate.retryAfter };
  }
  if (token?.family !== undefined) token.family.lastActive = desk.now();
  noteAdoption(desk, token);
  const call = { request, path: place.path, query: place.query, access };
  const answer = place.row === undefined ? usual(desk, call) : place.row.act(desk, call);
  const nonce: Record<string, string> = proof?.nonce === undefined ? {} : { 'dpop-nonce': proof.nonce };
  return { answer, headers: { ...rate.headers, ...nonce, ...(isGood(answer) ? offerToken(desk, token) : {}) } };
}

/** What any path answers that nobody claimed: who is calling, or a stream of events to whoever asks for one. */
function usual(desk: Desk, call: ResourceCall): ResourceAnswer {
  if (!asksForStream(call.request)) return { body: who(call) };
  const { pause } = desk.context;
  if (pause === undefined) return { text: '', type: EVENT_STREAM };
  return { text: '', type: EVENT_STREAM, stream: { chunks: streamBody(openStream(desk, call.request), pause) } };
}

function isGood({ status = 200 }: ResourceAnswer): boolean {
  return status >= 200 && status < 300;
}

function refuse(
  desk: Desk,
  names: { n: string; k: number },
  { denied, headers, retryAfter }: Extract<Done, { denied: Denied }>,
): HttpResponse {
  const { error, reason } = denied;
  const told = { ...(error === undefined ? {} : { error }), reason, ...(retryAfter === undefined ? {} : { retryAfter }) };
  desk.record('rs', { type: 'api.responded', ...names, status: toldStatus(desk, denied), ...told });
  return deniedReply(desk, denied, headers);
}

function answered(
  desk: Desk,
  status: number,
  { body, text = '', type, stream }: ResourceAnswer,
  headers: Readonly<Record<string, string>>,
): AppResponse {
  const all = { ...PRIVATE, ...headers };
  if (body !== undefined) return jsonReply(desk, status, all, body);
  const response = reply(desk, status, { ...all, ...(type === undefined ? {} : { 'content-type': type }) }, text);
  return stream === undefined ? response : { ...response, stream };
}
