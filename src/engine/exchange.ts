// The port to the authorization server: one refresh request (RFC 6749 6) and one revocation (RFC 7009 2.1), each with one time-out.
// Neither throws, neither retries.
import { classifyTokenAnswer, type Head, type Outcome } from './classify.ts';
import { isOnline, type Runtime } from './runtime.ts';

/** Presents the refresh token once. Silence for `refreshTimeout` is abandoned: its outcome stays unknown (refresh-engines fact 8). */
export async function exchange(rt: Runtime, refreshToken: string): Promise<Outcome> {
  const { clock, config } = rt.host;
  const fields = { grant_type: 'refresh_token', refresh_token: refreshToken, client_id: config.clientId };
  const answer = await post(rt, config.tokenEndpoint, fields);
  if (answer === undefined) return { kind: 'unknown', retryAfter: undefined };
  return classifyTokenAnswer(answer.head, answer.body, clock.now());
}

/** Best effort, once. */
export async function revoke(rt: Runtime, refreshToken: string): Promise<void> {
  const { revocationEndpoint, clientId } = rt.host.config;
  if (revocationEndpoint === '') return;
  if (!isOnline(rt)) await rt.queue.wait();
  if (!rt.stopped) await post(rt, revocationEndpoint, { token: refreshToken, token_type_hint: 'refresh_token', client_id: clientId });
}

interface Answer {
  head: Head;
  body: string;
}

/** Undefined = no whole answer in time, or none before `stop` gave up: an exchange still open would keep the device's lock. */
async function post(rt: Runtime, url: string, fields: Readonly<Record<string, string>>): Promise<Answer | undefined> {
  const controller = new AbortController();
  const sent = send(rt, url, fields, controller.signal).catch(() => undefined);
  const answer = await rt.timers.within(rt.settings.refreshTimeout, sent, undefined);
  if (answer === undefined) controller.abort();
  return answer;
}

/** Redirects are not followed: a 307 would carry the refresh token to wherever it points. */
async function send(rt: Runtime, url: string, fields: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Answer> {
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  const body = Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
  const head = await rt.host.fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
  return { head, body: await head.text() };
}
