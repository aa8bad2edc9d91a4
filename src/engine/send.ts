// One request on its way: gets a token, sends, and after a 401 decides between replay, refresh and the honest 401. Sent at most
// twice; never again after a network failure, because the server may have acted (invariants I15).
import type { HostResponse } from '../core/contract.ts';
import { acquire, lookup, whileLocked } from './admit.ts';
import type { Call } from './call.ts';
import { dateIn, refusesToken } from './classify.ts';
import { takeOffer } from './offer.ts';
import type { Runtime } from './runtime.ts';
import type { Session } from './session.ts';

/** How long a path that refused two tokens just refreshed is believed without another refresh, ms (refresh-bugs C18). */
const STUBBORN_FOR = 30_000;

/** Brings the call to its end. Never rejects: the call does. */
export async function perform(rt: Runtime, call: Call<HostResponse>): Promise<void> {
  let renewed = false;
  while (!call.closed) {
    const session = lookup(rt) ?? (await acquire(rt, call));
    if (session === undefined) return;
    const { accessToken } = session.tokens;
    const answer = await transmit(rt, call, accessToken);
    if (call.closed) return;
    if (answer === undefined) return call.reject('network');
    const date = dateIn(answer.headers);
    if (date !== undefined) session.serverTime(date);
    const refused = refusesToken(answer);
    const next: AfterRefusal = refused ? afterRefusal(session, call, accessToken, renewed) : 'settle';
    if (!refused) {
      session.forgive(call.path);
      takeOffer(rt, session, answer, accessToken);
    }
    if (next === 'settle') {
      // What came back while the app was locked is not shown before the unlock (invariants I18).
      while (rt.state === 'locked' && !call.closed) await whileLocked(rt, call);
      return call.settle(answer);
    }
    answer.text().catch(() => {});
    if (call.oneShot) return call.reject('not-replayable');
    renewed = next === 'refresh';
    call.replayed = true;
  }
}

type AfterRefusal = 'settle' | 'refresh' | 'replay';

/** A 401 for a token that is no longer the current one says nothing about the current one: replay, no refresh (late 401). */
function afterRefusal(session: Session, call: Call<HostResponse>, accessToken: string, renewed: boolean): AfterRefusal {
  const { path } = call;
  const late = session.tokens.accessToken !== accessToken;
  if (call.replayed) {
    if (renewed && !late) session.noteStubborn(path, STUBBORN_FOR);
    else session.refuse(accessToken);
    return 'settle';
  }
  if (late) return 'replay';
  if (session.isStubborn(path)) return 'settle';
  session.refuse(accessToken);
  return 'refresh';
}

/** One sending; undefined = no answer. */
async function transmit(rt: Runtime, call: Call<HostResponse>, accessToken: string): Promise<HostResponse | undefined> {
  const { init, path } = call;
  try {
    return await rt.host.fetch(urlOf(rt, path), {
      method: init.method ?? 'GET',
      headers: headersOf(init.headers, accessToken),
      signal: call.controller.signal,
      ...(init.body === undefined ? {} : { body: init.body }),
    });
  } catch {
    return undefined;
  }
}

/** Always on the resource server, whatever the path looks like. */
export function urlOf({ host }: Runtime, path: string): string {
  return `${host.config.resourceBaseUrl}${path.startsWith('/') ? '' : '/'}${path}`;
}

/** The caller's headers go along on every sending; only the engine sets Authorization. */
function headersOf(given: Readonly<Record<string, string>> | undefined, accessToken: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in given) if (name.toLowerCase() !== 'authorization') headers[name] = given[name] ?? '';
  headers['authorization'] = `Bearer ${accessToken}`;
  return headers;
}
