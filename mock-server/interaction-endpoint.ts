// The answer a person gives on one of our pages. Each page is answered once, from the page itself; nothing but its id says which
// request it was, so nothing in the form can change that.
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import { grantCode } from './authorization-endpoint.ts';
import { closeBrowserSession, isOwnForm, openBrowserSession } from './browser.ts';
import type { Interaction, SignInQuestion, SignOutQuestion } from './browser-records.ts';
import type { Desk } from './desk.ts';
import type { Handling } from './exchange.ts';
import { readForm } from './form.ts';
import type { Form } from './form.ts';
import { errorPage, pageReply } from './pages.ts';
import { answerClient, redirectReply } from './redirects.ts';
import { DECISIONS, isUserName } from './sign-in-page.ts';
import type { Decision } from './sign-in-page.ts';

interface Trouble {
  status: number;
  error: string;
  description: string;
}
interface Answered {
  interaction: Interaction;
  form: Form;
}
type Checked = Trouble | Answered;
/** Written out at `serialised`, so that its `Date` is of then. */
type Done = () => HttpResponse;

/** How the form of a page is handled. */
export function interactionHandling(desk: Desk, request: HttpRequest): Handling<Checked, Done> {
  return {
    endpoint: 'other',
    arrive: () => undefined,
    check: () => check(desk, request),
    commit(checked) {
      const found = 'error' in checked ? checked : (stillOpen(desk, checked.interaction) ?? checked);
      if ('error' in found) return () => errorPage(desk, found.status, { ...found, hint: 'Start again from the app' });
      return answer(desk, request, found);
    },
    respond: (done) => done(),
  };
}

function trouble(status: number, error: string, description: string): Trouble {
  return { status, error, description };
}

function check(desk: Desk, request: HttpRequest): Checked {
  const { form, problem } = readForm(request);
  if (problem === 'method') return trouble(405, 'method_not_allowed', 'answer a page with its own form');
  if (problem !== undefined) return trouble(400, 'invalid_request', 'the form cannot be read');
  if (!isOwnForm(request)) return trouble(403, 'forbidden', 'the form was sent from another site');
  const interaction = desk.store.interactions.get(form.get('interaction') ?? '');
  if (interaction === undefined) return trouble(400, 'unknown_page', 'this page was never shown');
  const over = stillOpen(desk, interaction);
  if (over !== undefined) return over;
  const decision = form.get('decision');
  if (interaction.asks.kind === 'sign-out') return { interaction, form };
  if (decision === undefined || !Object.hasOwn(DECISIONS, decision))
    return trouble(400, 'invalid_request', 'no button of the page was pressed');
  if (decision === 'approve' && !isUserName(form.get('user') ?? '')) return trouble(400, 'invalid_request', 'nobody was picked');
  return { interaction, form };
}

/** A page that was answered, or waited too long, is over; checked again at the commit. */
function stillOpen(desk: Desk, { used, expiresAt }: Interaction): Trouble | undefined {
  if (used) return trouble(400, 'used_page', 'this page was answered before');
  return desk.now() >= expiresAt ? trouble(400, 'expired_page', 'this page waited too long for its answer') : undefined;
}

function answer(desk: Desk, request: HttpRequest, { interaction, form }: Answered): Done {
  interaction.used = true;
  const { asks } = interaction;
  return asks.kind === 'sign-in' ? answerSignIn(desk, request, { asks, form }) : answerSignOut(desk, request, { asks, form });
}

function answerSignIn(desk: Desk, httpRequest: HttpRequest, { asks, form }: { asks: SignInQuestion; form: Form }): Done {
  const { a, request } = asks;
  const decision = form.get('decision') as Decision;
  if (decision === 'approve') {
    const { session, headers } = openBrowserSession(desk, httpRequest, form.get('user') ?? '');
    const code = grantCode(desk, a, { request, session });
    return () => answerClient(desk, request, { code }, headers);
  }
  const outcome = decision === 'deny' ? 'access_denied' : decision;
  desk.record('as', { type: 'authorization.answered', a, outcome });
  if (outcome === 'broken_page') return () => pageReply(desk, 500, { title: 'Broken', main: '<h1>Something broke, as you wished</h1>' });
  return () => answerClient(desk, request, { error: outcome, error_description: WHY[outcome] });
}

const WHY = {
  access_denied: 'the user denied the request',
  server_error: 'the server failed, as it was told to',
  temporarily_unavailable: 'the server is busy, as it was told to be',
} as const;

function answerSignOut(desk: Desk, httpRequest: HttpRequest, { asks, form }: { asks: SignOutQuestion; form: Form }): Done {
  if (form.get('decision') !== 'sign-out')
    return () => pageReply(desk, 200, { title: 'Still signed in', main: '<h1>You stay signed in</h1>' });
  const headers = closeBrowserSession(desk, httpRequest);
  const { target, state } = asks;
  if (target !== undefined) return () => redirectReply(desk, target, { state }, headers);
  return () => pageReply(desk, 200, { title: 'Signed out', main: '<h1>You are signed out</h1>' }, headers);
}
