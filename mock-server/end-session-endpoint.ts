// Sign-out started by the app (OIDC RP-Initiated Logout 1.0): with an ID token as proof at once, without one after a question.
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import { readParams } from './authorization-request.ts';
import type { Params } from './authorization-request.ts';
import { browserSession, closeBrowserSession, openInteraction } from './browser.ts';
import type { Interaction } from './browser-records.ts';
import type { Desk } from './desk.ts';
import { endFamily } from './endings.ts';
import type { Handling } from './exchange.ts';
import { readHint } from './id-token.ts';
import { errorPage, escape, pageReply } from './pages.ts';
import { isRegistered, redirectReply } from './redirects.ts';

interface Wish {
  /** The token family the ID token came with; undefined without a proof. */
  sid: string | undefined;
  proven: boolean;
  target: string | undefined;
  state: string | undefined;
}
interface Trouble {
  status: number;
  error: string;
  description: string;
}
type Checked = Wish | Trouble;
type Done = () => HttpResponse;

/** How a sign-out is handled, by GET or POST alike (section 2). */
export function endSessionHandling(desk: Desk, request: HttpRequest): Handling<Checked, Done> {
  return {
    endpoint: 'other',
    arrive: () => undefined,
    check: () =>
      METHODS.includes(request.method)
        ? check(desk, paramsOf(request))
        : { status: 405, error: 'method_not_allowed', description: 'use GET or POST' },
    commit(checked) {
      if ('error' in checked) return () => errorPage(desk, checked.status, { ...checked, hint: 'Nobody was signed out' });
      return checked.proven ? signOut(desk, request, checked) : ask(desk, request, checked);
    },
    respond: (done) => done(),
  };
}

const METHODS = ['GET', 'HEAD', 'POST'];

function paramsOf({ method, url, body }: HttpRequest): Params {
  return readParams(method === 'POST' ? body : (url.split('#', 1)[0]?.split('?').slice(1).join('?') ?? ''));
}

function check(desk: Desk, { values, repeated }: Params): Checked {
  if (repeated.size > 0) return invalid('a parameter is included more than once');
  const token = values.get('id_token_hint');
  const hint = token === undefined ? undefined : readHint(desk, token);
  if (token !== undefined && hint === undefined) return invalid('id_token_hint is not an ID token of this issuer');
  const clientId = values.get('client_id') ?? hint?.clientId;
  if (hint !== undefined && clientId !== hint.clientId) return invalid('id_token_hint belongs to another client');
  const target = values.get('post_logout_redirect_uri');
  const registered = desk.clients.find((one) => one.id === clientId)?.postLogoutRedirectUris ?? [];
  // Section 3: an address that cannot be tied to a client is never followed.
  if (target !== undefined && !isRegistered(registered, target))
    return invalid('post_logout_redirect_uri is not registered for the client');
  return { sid: hint?.sid, proven: hint !== undefined, target, state: values.get('state') };
}

function invalid(description: string): Trouble {
  return { status: 400, error: 'invalid_request', description };
}

function signOut(desk: Desk, request: HttpRequest, { sid, target, state }: Wish): Done {
  const headers = closeBrowserSession(desk, request);
  const family = desk.store.families.find((one) => one.id === sid);
  // R13: the grant may end with the session.
  if (family !== undefined && desk.policy.endSession.endsGrant) endFamily(desk, family, 'user', desk.policy.revocation.refreshKillsAccess);
  if (target !== undefined) return () => redirectReply(desk, target, { state }, headers);
  return () => pageReply(desk, 200, { title: 'Signed out', main: '<h1>You are signed out</h1>' }, headers);
}

/** Section 2: without a proof the user is asked, or any page could sign people out. */
function ask(desk: Desk, request: HttpRequest, { target, state }: Wish): Done {
  const user = browserSession(desk, request)?.user;
  const interaction = openInteraction(desk, { kind: 'sign-out', target, state });
  return () => pageReply(desk, 200, { title: 'Sign out', main: question(interaction, user) });
}

function question({ id }: Interaction, user: string | undefined): string {
  return `<h1>Sign out?</h1>
<p>${user === undefined ? 'Nobody is signed in in this browser.' : `You are signed in as ${escape(user)}.`}</p>
<form method="post" action="interaction">
<input type="hidden" name="interaction" value="${escape(id)}">
<button type="submit" name="decision" value="sign-out" class="main">Sign out</button>
<button type="submit" name="decision" value="stay">Stay signed in</button>
</form>`;
}
