// The protected API (RFC 6750): any path answers who is calling, and every refusal is challenged as the RFC says.
import { pathOf } from '../src/core/fault.ts';
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import type { ArrivalMeta } from './contract.ts';
import type { Desk } from './desk.ts';
import type { Handling } from './exchange.ts';
import { scopeValues } from './form.ts';
import { readSignedJwt } from './jwt.ts';
import { jsonReply } from './replies.ts';

/** Why an API request is refused. The wire says only `invalid_token`; the journal says which. */
type ApiReason = 'no-token' | 'malformed' | 'unknown' | 'expired' | 'revoked' | 'superseded' | 'scope';
interface Denied {
  status: number;
  error: string | undefined;
  scope?: string;
  reason: ApiReason;
}
type Verdict = Denied | { sub: string };

/** Paths from here on need the scope of the same name. */
const ADMIN = { path: '/admin', scope: 'admin' };

/** How an API request is handled: judged when checked, nothing ever changes. */
export function resourceHandling(desk: Desk, request: HttpRequest, meta: ArrivalMeta): Handling<Verdict, Verdict> {
  const token = readToken(request.headers['authorization']);
  const at = token.kind === 'malformed' ? 'unknown' : desk.context.labels.of(token.kind === 'token' ? token.value : undefined);
  const n = meta.n ?? desk.nextName();
  const k = meta.k ?? 1;
  return {
    endpoint: 'resource',
    arrive: () => desk.record('rs', { type: 'api.received', n, k, at }),
    check: () => judge(desk, request, token),
    commit: (verdict) => verdict,
    respond(verdict) {
      if ('sub' in verdict) {
        desk.record('rs', { type: 'api.responded', n, k, status: 200 });
        return jsonReply(desk, 200, PRIVATE, { path: pathOf(request.url), sub: verdict.sub });
      }
      const { status, error, reason } = verdict;
      desk.record('rs', { type: 'api.responded', n, k, status, ...(error === undefined ? {} : { error }), reason });
      return deniedReply(desk, verdict);
    },
  };
}

const PRIVATE = { 'cache-control': 'private, no-store' };

type Shown = { kind: 'token'; value: string } | { kind: 'none' } | { kind: 'malformed' };

/** P5: the header alone counts, its scheme in any case; query and body are off (RFC 6750 2.2 and 2.3 are optional). */
function readToken(authorization: string | undefined): Shown {
  if (authorization === undefined || !/^bearer(?: |$)/i.test(authorization)) return { kind: 'none' };
  const value = /^bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(authorization)?.[1];
  return value === undefined ? { kind: 'malformed' } : { kind: 'token', value };
}

function judge(desk: Desk, request: HttpRequest, shown: Shown): Verdict {
  if (shown.kind === 'none') return { status: 401, error: undefined, reason: 'no-token' };
  if (shown.kind === 'malformed' || hasTokenElsewhere(request)) return { status: 400, error: 'invalid_request', reason: 'malformed' };
  const standing = findToken(desk, shown.value);
  if (typeof standing === 'string') return { status: 401, error: 'invalid_token', reason: standing };
  const path = pathOf(request.url).slice(pathOf(desk.context.resourceOrigin).replace(/\/$/, '').length);
  const needsAdmin = path === ADMIN.path || path.startsWith(`${ADMIN.path}/`);
  if (needsAdmin && !scopeValues(standing.scope).includes(ADMIN.scope)) {
    return { status: 403, error: 'insufficient_scope', scope: ADMIN.scope, reason: 'scope' };
  }
  return { sub: standing.sub };
}

/** P4: a second place with a token makes the request malformed (RFC 6750 2: one method per request). */
function hasTokenElsewhere(request: HttpRequest): boolean {
  if (/[?&]access_token=/.test(request.url)) return true;
  const form = request.headers['content-type']?.startsWith('application/x-www-form-urlencoded') ?? false;
  return form && /(?:^|&)access_token=/.test(request.body);
}

interface Standing {
  sub: string;
  scope: string;
  expiresAt: number;
}

function findToken(desk: Desk, value: string): Standing | ApiReason {
  const { checksRevocation, leeway } = desk.policy.resource;
  const known = desk.store.access.get(value);
  const token = known ?? (checksRevocation ? undefined : readJwt(desk, value));
  if (token === undefined) return 'unknown';
  // RFC 7519 4.1.4: no longer valid at `exp` itself.
  if (desk.now() >= token.expiresAt + leeway) return 'expired';
  return (checksRevocation ? known?.dead : undefined) ?? token;
}

/** A JWT of ours by signature alone: what a resource server with the issuer's keys and nothing else can know. */
function readJwt(desk: Desk, value: string): Standing | undefined {
  const { iss, aud, sub, scope, exp } = readSignedJwt(desk, 'at+jwt', value, 'published') ?? {};
  if (iss !== desk.context.issuer || aud !== desk.context.resourceOrigin) return undefined;
  if (typeof sub !== 'string' || typeof exp !== 'number') return undefined;
  return { sub, scope: typeof scope === 'string' ? scope : '', expiresAt: exp * 1_000 };
}

/** RFC 6750 3: no `error` for a request without credentials, else the code; `scope` tells what would have sufficed. */
function deniedReply(desk: Desk, { status, error, scope }: Denied): HttpResponse {
  const challenge = ['Bearer realm="api"'];
  if (error !== undefined) challenge.push(`error="${error}"`);
  if (scope !== undefined) challenge.push(`scope="${scope}"`);
  return jsonReply(desk, status, { ...PRIVATE, 'www-authenticate': challenge.join(', ') }, error === undefined ? {} : { error });
}
