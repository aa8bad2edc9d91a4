// The authorization endpoint (RFC 6749 3.1, OIDC Core 3.1.2): a page, a code without a page, or a refusal where it belongs (A1, A2).
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import { judgeRequest, readParams } from './authorization-request.ts';
import type { Judged, Params } from './authorization-request.ts';
import { browserSession, openInteraction } from './browser.ts';
import type { AuthorizationRequest, BrowserSession, Interaction, PushedRequest } from './browser-records.ts';
import type { Desk } from './desk.ts';
import { deviceOf } from './device-name.ts';
import type { Handling } from './exchange.ts';
import { scopeValues } from './form.ts';
import { mintCode } from './mint.ts';
import { errorPage, pageReply } from './pages.ts';
import { answerClient } from './redirects.ts';
import { personOf, signInPage } from './sign-in-page.ts';

interface Checked {
  judged: Judged;
  pushed: PushedRequest | undefined;
}
type Done =
  | { kind: 'page'; interaction: Interaction; request: AuthorizationRequest; chosen: string | undefined }
  | { kind: 'code'; request: AuthorizationRequest; code: string }
  | Exclude<Judged, { kind: 'valid' }>;

/** How an authorization request is handled, by GET or POST alike (OIDC Core 3.1.2.1). */
export function authorizationHandling(desk: Desk, request: HttpRequest): Handling<Checked, Done> {
  return {
    endpoint: 'other',
    arrive: () => undefined,
    check: () => check(desk, request),
    commit: (checked) => commit(desk, request, checked),
    respond: (done) => respond(desk, done),
  };
}

function check(desk: Desk, request: HttpRequest): Checked {
  if (!['GET', 'HEAD', 'POST'].includes(request.method)) return { judged: unsafe('use GET or POST'), pushed: undefined };
  const params = readParams(request.method === 'POST' ? request.body : queryOf(request.url));
  const uri = params.values.get('request_uri');
  if (uri === undefined) return { judged: judgeDirect(desk, request, params), pushed: undefined };
  const pushed = desk.store.pushed.get(uri);
  if (pushed === undefined || pushed.used || desk.now() >= pushed.expiresAt || pushed.clientId !== params.values.get('client_id')) {
    return { judged: unsafe('request_uri is unknown, used, expired or of another client', 'invalid_request_uri'), pushed: undefined };
  }
  // RFC 9126 4: what was pushed counts, nothing beside it.
  return { judged: judgeRequest(desk, { values: pushed.params, repeated: new Set() }, deviceOf(request, pushed.params)), pushed };
}

function unsafe(description: string, error = 'invalid_request'): Judged {
  return { kind: 'unsafe', error, description, hint: 'Start the sign-in again from the app' };
}

function judgeDirect(desk: Desk, request: HttpRequest, params: Params): Judged {
  const judged = judgeRequest(desk, params, deviceOf(request, params.values));
  if (judged.kind !== 'valid' || desk.policy.authorization.par !== 'required') return judged;
  const { target, state } = judged.request;
  return { kind: 'refused', to: { target, state }, error: 'invalid_request', description: 'the request must be pushed first' };
}

/** `https://host/a?b#c` -> `b`. */
function queryOf(url: string): string {
  const [beforeHash = ''] = url.split('#', 1);
  const at = beforeHash.indexOf('?');
  return at < 0 ? '' : beforeHash.slice(at + 1);
}

function commit(desk: Desk, httpRequest: HttpRequest, { judged, pushed }: Checked): Done {
  // RFC 9126 2.2: a request_uri is used once; two that were checked before either came to commit, too.
  if (pushed?.used === true) return { ...unsafe('request_uri was used', 'invalid_request_uri') } as Done;
  if (pushed !== undefined) pushed.used = true;
  if (judged.kind !== 'valid') return judged;
  const { request } = judged;
  const session = desk.policy.authorization.singleSignOn ? browserSession(desk, httpRequest) : undefined;
  const missing = whatIsMissing(desk, request, session);
  const a = desk.nextAuthorization();
  const silent = request.prompt.includes('none');
  desk.record('as', {
    type: 'authorization.asked',
    a,
    client: request.clientId,
    device: request.device,
    page: missing !== undefined && !silent,
  });
  if (missing !== undefined && !silent) {
    const chosen = personOf(desk, request.hintedUser ?? request.loginHint) ?? session?.user;
    return { kind: 'page', interaction: openInteraction(desk, { kind: 'sign-in', a, request }), request, chosen };
  }
  if (missing !== undefined || session === undefined) {
    const error = missing ?? 'login_required';
    desk.record('as', { type: 'authorization.answered', a, outcome: error });
    return { kind: 'refused', to: request, error, description: 'the user would have to be asked' };
  }
  return { kind: 'code', request, code: grantCode(desk, a, { request, session }) };
}

/** Why the user must be asked (OIDC Core 3.1.2.6); undefined when all is known. */
function whatIsMissing(
  desk: Desk,
  request: AuthorizationRequest,
  session: BrowserSession | undefined,
): 'login_required' | 'consent_required' | undefined {
  if (session === undefined) return 'login_required';
  const { prompt, maxAge, hintedUser, loginHint } = request;
  if (prompt.includes('login') || prompt.includes('select_account')) return 'login_required';
  if (maxAge !== undefined && desk.now() - session.authTime >= maxAge) return 'login_required';
  const wanted = hintedUser ?? personOf(desk, loginHint);
  if (wanted !== undefined && wanted !== session.user) return 'login_required';
  const agreed = scopeValues(request.scope).every((value) => session.consents.has(`${request.clientId} ${value}`));
  return agreed && !prompt.includes('consent') ? undefined : 'consent_required';
}

/** The code of an approved request (RFC 6749 4.1.2), and what the user agreed to, remembered. */
export function grantCode(desk: Desk, a: string, { request, session }: { request: AuthorizationRequest; session: BrowserSession }): string {
  const { clientId, scope, redirectUri, challenge, challengeMethod, nonce, jkt, device } = request;
  for (const value of scopeValues(scope)) session.consents.add(`${clientId} ${value}`);
  desk.record('as', { type: 'authorization.answered', a, outcome: 'code', user: session.user });
  return mintCode(desk, {
    user: session.user,
    device,
    clientId,
    scope,
    authTime: session.authTime,
    ...(redirectUri === undefined ? {} : { redirectUri }),
    ...(challenge === undefined ? {} : { challenge, challengeMethod }),
    ...(nonce === undefined ? {} : { nonce }),
    ...(jkt === undefined ? {} : { jkt }),
  });
}

function respond(desk: Desk, done: Done): HttpResponse {
  switch (done.kind) {
    case 'page':
      return pageReply(desk, 200, signInPage(desk, done.interaction, done));
    case 'code':
      return answerClient(desk, done.request, { code: done.code });
    case 'refused':
      return answerClient(desk, done.to, { error: done.error, error_description: done.description });
    case 'unsafe':
      return errorPage(desk, 400, done);
  }
}
