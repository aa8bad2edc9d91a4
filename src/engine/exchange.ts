// The port to the authorization server: one refresh request (RFC 6749 6) and one revocation (RFC 7009 2.1), each with one time-out.
// Neither throws, neither retries.
import { classifyTokenAnswer, type Outcome } from './classify.ts';
import type { Runtime } from './runtime.ts';

/** Presents the refresh token once. Silence for `refreshTimeout` is abandoned: its outcome stays unknown (refresh-engines fact 8). */
export async function exchange(rt: Runtime, refreshToken: string): Promise<Outcome> {
  const { tokenEndpoint, clientId } = rt.host.config;
  const body = form({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId });
  const answer = await post(rt, tokenEndpoint, body, (ms, fn) => rt.exchanges.limit(ms, fn));
  return answer === undefined ? { kind: 'unknown', retryAfter: undefined } : classifyTokenAnswer(answer, rt.host.clock.now());
}

/** Best effort, once. */
export async function revoke(rt: Runtime, refreshToken: string): Promise<void> {
  const { revocationEndpoint, clientId } = rt.host.config;
  if (revocationEndpoint === '') return;
  if (!rt.gate.online) await rt.gate.wait('other').done;
  if (rt.stopped) return;
  const body = form({ token: refreshToken, token_type_hint: 'refresh_token', client_id: clientId });
  await post(rt, revocationEndpoint, body, (ms, fn) => rt.timers.after(ms, fn));
}

interface RawAnswer {
  status: number;
  body: string;
  retryAfter: string | null;
  date: string | null;
}

/** At the end of `stop` an exchange still open is given up, lest it keep the device's lock; a revocation only loses its time-out. */
function post(rt: Runtime, url: string, body: string, later: (ms: number, fn: () => void) => () => void): Promise<RawAnswer | undefined> {
  const controller = new AbortController();
  return new Promise((resolve) => {
    const cancel = later(rt.settings.refreshTimeout, () => {
      resolve(undefined);
      controller.abort();
    });
    const end = (answer: RawAnswer | undefined): void => {
      cancel();
      resolve(answer);
    };
    send(rt, url, body, controller.signal).then(end, () => end(undefined));
  });
}

/** Redirects are not followed: a 307 would carry the refresh token to wherever it points. */
async function send(rt: Runtime, url: string, body: string, signal: AbortSignal): Promise<RawAnswer> {
  const headers = { accept: 'application/json', 'content-type': 'application/x-www-form-urlencoded' };
  const response = await rt.host.fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
  const text = await response.text();
  return { status: response.status, body: text, retryAfter: response.headers.get('retry-after'), date: response.headers.get('date') };
}

function form(fields: Readonly<Record<string, string>>): string {
  return Object.entries(fields)
    .map(([name, value]) => `${name}=${encodeURIComponent(value)}`)
    .join('&');
}
