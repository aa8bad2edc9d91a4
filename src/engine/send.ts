// One request on its way: gets a token, sends, and after a 401 decides between replay, refresh and the honest 401. Sent at most
// twice; never again after a network failure, because the server may have acted (invariants I15).
import type { Call } from './call.ts';
import { parseDate, refusesToken } from './classify.ts';
import { decideToken } from './decide.ts';
import type { FlightEnd, Urgency } from './flight.ts';
import { flightOf, refreshFloor } from './refresh.ts';
import type { Runtime } from './runtime.ts';
import type { Session } from './session.ts';

/** How long a request with a living token waits for its refresh-ahead before it goes with the old one, ms. */
const AHEAD_PATIENCE = 3_000;
/** How long a path that refused two tokens just refreshed is believed without another refresh, ms (refresh-bugs C18). */
const STUBBORN_FOR = 30_000;

/** Where requests come from before a session is there: see loader.ts. */
export interface Loading {
  whenLoaded(): Promise<void>;
  recheck(): Promise<void>;
}

/** The session whose token can be sent as it is; undefined = something must be waited for. Synchronous: the happy path. */
export function lookup(rt: Runtime): Session | undefined {
  const { session } = rt.holder;
  if (session === undefined || session.writing !== undefined || session.flight?.delivered === true) return undefined;
  return session.isFresh(rt.host.clock.monotonic()) && rt.gate.online ? session : undefined;
}

/** Brings the call to its end. Never rejects: the call does. */
export async function perform(rt: Runtime, loading: Loading, call: Call): Promise<void> {
  let renewed = false;
  while (!call.closed) {
    const session = lookup(rt) ?? (await acquire(rt, loading, call));
    if (session === undefined) return;
    const accessToken = session.tokens.accessToken;
    const answer = await transmit(rt, call, accessToken);
    if (call.closed) return;
    if (answer === undefined) return call.reject('network');
    if (answer.date !== undefined) session.serverTime(answer.date, rt.host.clock.monotonic());
    const next = afterAnswer(rt, session, call, { ...answer, accessToken, renewed });
    if (next === 'settle') return call.settle(answer.status);
    renewed = next === 'refresh';
    call.replayed = true;
  }
}

interface ApiAnswer {
  status: number;
  refusesToken: boolean;
  date: number | undefined;
}

type AfterAnswer = 'settle' | 'refresh' | 'replay';

/** A 401 for a token that is no longer the current one says nothing about the current one: replay, no refresh (late 401). */
function afterAnswer(
  rt: Runtime,
  session: Session,
  call: Call,
  answer: ApiAnswer & { accessToken: string; renewed: boolean },
): AfterAnswer {
  const { path } = call;
  if (!answer.refusesToken) {
    session.forgive(path);
    return 'settle';
  }
  const late = session.tokens.accessToken !== answer.accessToken;
  const mono = rt.host.clock.monotonic();
  if (call.replayed) {
    if (answer.renewed && !late) session.noteStubborn(path, mono + STUBBORN_FOR);
    else session.refuse(answer.accessToken);
    return 'settle';
  }
  if (late) return 'replay';
  if (session.isStubborn(path, mono)) return 'settle';
  session.refuse(answer.accessToken);
  return 'refresh';
}

async function acquire(rt: Runtime, loading: Loading, call: Call): Promise<Session | undefined> {
  let renewals = 0;
  let patient = true;
  while (!call.closed) {
    const { session } = rt.holder;
    if (session === undefined) {
      if (!(await waitForSession(rt, loading, call))) return undefined;
      continue;
    }
    if (session.writing !== undefined) {
      await session.writing;
      continue;
    }
    if (!rt.gate.online) {
      await queue(rt, call);
      continue;
    }
    const mono = rt.host.clock.monotonic();
    const use = decideToken({
      fresh: session.isFresh(mono) || isGoodEnough(session, mono, renewals),
      alive: session.isAlive(mono),
      delivered: session.flight?.delivered === true,
      canRefresh: patient && session.tokens.refreshToken !== undefined && (session.flight !== undefined || refreshFloor(rt, session) <= 0),
    });
    if (use === 'use') return session;
    const end = await ride(rt, session, call, use === 'ahead' ? 'ahead' : 'need');
    if (use === 'ahead') patient = false;
    if (end === 'renewed') renewals += 1;
    else if (end === 'failed' && use === 'need') call.reject('network');
  }
  return undefined;
}

/** What a refresh has just brought is used, near its end or not; even when it looks dead, the second time: only the server can tell then. */
function isGoodEnough(session: Session, mono: number, renewals: number): boolean {
  return (renewals > 0 && session.isAlive(mono)) || (renewals > 1 && !session.refused);
}

/** Waits for the session's refresh. A request that can go on with its old token does not wait for ever. */
async function ride(rt: Runtime, session: Session, call: Call, urgency: Urgency): Promise<FlightEnd> {
  const { end, leave } = flightOf(rt, session).join(urgency);
  call.onClose = leave;
  if (urgency === 'need') return await end;
  const first = await rt.timers.within(AHEAD_PATIENCE, end, 'failed');
  leave();
  return first;
}

async function queue(rt: Runtime, call: Call): Promise<void> {
  if (rt.gate.queued >= rt.settings.queueLimit) return call.reject('queue-full');
  const { open, leave } = rt.gate.wait('request');
  call.onClose = leave;
  await open;
}

/** False when there is none: the call has been rejected with what the state says. */
async function waitForSession(rt: Runtime, loading: Loading, call: Call): Promise<boolean> {
  if (rt.holder.state === 'loading') await loading.whenLoaded();
  else await loading.recheck();
  if (call.closed) return false;
  if (rt.holder.session !== undefined) return true;
  call.reject(rt.holder.state === 'expired' ? 'reauthentication-required' : 'signed-out');
  return false;
}

/** One sending; undefined = no answer. */
async function transmit(rt: Runtime, call: Call, accessToken: string): Promise<ApiAnswer | undefined> {
  const { init, path } = call;
  const url = `${rt.host.config.resourceBaseUrl}${path.startsWith('/') ? '' : '/'}${path}`;
  try {
    const response = await rt.host.fetch(url, {
      method: init.method ?? 'GET',
      headers: headersOf(init.headers, accessToken),
      signal: call.controller.signal,
      ...(init.body === undefined ? {} : { body: init.body }),
    });
    response.text().catch(() => {});
    const { status, headers } = response;
    return { status, refusesToken: refusesToken(status, headers.get('www-authenticate')), date: parseDate(headers.get('date')) };
  } catch {
    return undefined;
  }
}

/** The caller's headers go along on every sending; only the engine sets Authorization. */
function headersOf(given: Readonly<Record<string, string>> | undefined, accessToken: string): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in given) if (name.toLowerCase() !== 'authorization') headers[name] = given[name] ?? '';
  headers['authorization'] = `Bearer ${accessToken}`;
  return headers;
}
