// The page behind `verification_uri` (RFC 8628 3.3): type the code or find it filled in, say who you are, approve or deny.
// A code that came in the address is shown and confirmed, never approved by itself (5.4, remote phishing).
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import { isOwnForm } from './browser.ts';
import type { Desk } from './desk.ts';
import { decideDevice, findUserCode } from './device-grant.ts';
import type { DeviceDecision } from './device-grant.ts';
import type { Handling } from './exchange.ts';
import { readForm, scopeValues } from './form.ts';
import { escape, errorPage, pageReply } from './pages.ts';
import { isUserName, peopleChoices } from './sign-in-page.ts';

type Trouble = { status: number; error: string; description: string };
type Checked = { show: string | undefined } | { code: string; user: string; allowed: boolean } | Trouble;
type Done = () => HttpResponse;

/** How a visit to the verification page, or its form, is handled. */
export function verificationHandling(desk: Desk, request: HttpRequest): Handling<Checked, Done> {
  return {
    endpoint: 'other',
    arrive: () => undefined,
    check: () => check(request),
    commit(checked) {
      if ('error' in checked) return () => errorPage(desk, checked.status, { ...checked, hint: 'Open the address the device shows' });
      if ('show' in checked) return () => ask(desk, checked.show);
      const { code, user, allowed } = checked;
      const decision = decideDevice(desk, code, user, allowed);
      return () => outcome(desk, decision, checked);
    },
    respond: (done) => done(),
  };
}

function check(request: HttpRequest): Checked {
  if (request.method === 'GET')
    return { show: new URLSearchParams(/\?([^#]*)/.exec(request.url)?.[1] ?? '').get('user_code') ?? undefined };
  const { form, problem } = readForm(request);
  if (problem === 'method') return { status: 405, error: 'method_not_allowed', description: 'use GET or POST' };
  if (problem !== undefined) return { status: 400, error: 'invalid_request', description: 'the form cannot be read' };
  if (!isOwnForm(request)) return { status: 403, error: 'forbidden', description: 'the form was sent from another site' };
  const [code, user, decision] = [form.get('user_code'), form.get('user') ?? '', form.get('decision')];
  if (code === undefined) return { status: 400, error: 'invalid_request', description: 'no code was typed' };
  if (decision !== 'approve' && decision !== 'deny') return { show: code };
  if (decision === 'approve' && !isUserName(user)) return { status: 400, error: 'invalid_request', description: 'nobody was picked' };
  return { code, user: isUserName(user) ? user : 'nobody', allowed: decision === 'approve' };
}

/** First the code, then who and what for. A code that is over is told at once. */
function ask(desk: Desk, typed: string | undefined): HttpResponse {
  if (typed === undefined) return codeForm(desk, 200, undefined);
  const code = findUserCode(desk, typed);
  if (code === undefined) return codeForm(desk, 404, WORDS.unknown);
  if (code.state !== 'pending') return codeForm(desk, 409, WORDS['decided-before']);
  if (desk.now() >= code.expiresAt) return codeForm(desk, 410, WORDS.expired);
  const client = desk.clients.find(({ id }) => id === code.clientId);
  const name = escape(client?.name ?? code.clientId);
  const scopes = scopeValues(code.scope).map((value) => `<code>${escape(value)}</code>`);
  const main = `<h1>Sign in on ${escape(code.device)}</h1>
<p>${name} asks for ${scopes.join(', ')}. Go on only if that device shows <strong>${code.userCode}</strong>.</p>
<form method="post" action="device">
<input type="hidden" name="user_code" value="${code.userCode}">
<fieldset>
<legend>Who are you?</legend>
${peopleChoices(desk, undefined).join('\n')}
</fieldset>
<button type="submit" name="decision" value="approve" class="main">Sign in and approve</button>
<button type="submit" name="decision" value="deny">Deny</button>
</form>`;
  return pageReply(desk, 200, { title: `Sign in on ${code.device}`, main });
}

function codeForm(desk: Desk, status: number, problem: string | undefined): HttpResponse {
  const alert = problem === undefined ? '' : `<p role="alert">${problem}</p>\n`;
  const main = `<h1>Connect a device</h1>
${alert}<form method="get" action="device">
<p><label>Code <input type="text" name="user_code" required autocomplete="off" autocapitalize="characters" spellcheck="false"></label></p>
<button type="submit" class="main">Go on</button>
</form>`;
  return pageReply(desk, status, { title: 'Connect a device', main });
}

const WORDS: Readonly<Record<Exclude<DeviceDecision, 'done'>, string>> = {
  unknown: 'Nobody asked for a sign-in with this code.',
  expired: 'This code is over. Ask the device for a new one.',
  'decided-before': 'This code was answered before.',
};
const STATUS: Readonly<Record<Exclude<DeviceDecision, 'done'>, number>> = { unknown: 404, expired: 410, 'decided-before': 409 };

function outcome(desk: Desk, decision: DeviceDecision, { allowed }: { allowed: boolean }): HttpResponse {
  if (decision !== 'done') return codeForm(desk, STATUS[decision], WORDS[decision]);
  const words = allowed ? 'The device is signed in' : 'The device was refused';
  return pageReply(desk, 200, { title: words, main: `<h1>${words}</h1><p>You can close this page.</p>` });
}
