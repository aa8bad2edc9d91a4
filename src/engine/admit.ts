// Lets a request through to a session whose token it may send: by what the state says first, then by the token in hand.
import type { Call } from './call.ts';
import { decideToken } from './decide.ts';
import { canRefresh, flightOf } from './refresh.ts';
import { isOnline, type Runtime } from './runtime.ts';
import type { Session } from './session.ts';
import { freshen } from './triggers.ts';

/** How long a request with a living token waits for its refresh-ahead before it goes with the old one, ms. */
const AHEAD_PATIENCE = 3_000;

/** The session whose token can be sent as it is; undefined = something must be waited for. Synchronous: the happy path. */
export function lookup(rt: Runtime): Session | undefined {
  const { session } = rt;
  if (session === undefined || session.writing !== undefined || rt.state !== 'active') return undefined;
  return session.isFresh() && !rt.autoLock.isDue() && isOnline(rt) ? session : undefined;
}

/** As `lookup`, for a request that must wait; undefined when it is over. */
export async function acquire(rt: Runtime, call: Call): Promise<Session | undefined> {
  let renewals = 0;
  let patient = true;
  rt.autoLock.check();
  if (rt.state === 'locked' && !call.unasked && !call.replayed) rt.prompts.begin();
  while (!call.closed) {
    const session = await admit(rt, call);
    if (session === undefined) continue;
    const use = decideToken(session.isFresh() || isGoodEnough(session, renewals), session.isAlive(), patient && canRefresh(rt, session));
    if (use === 'use') return session;
    const flight = flightOf(rt, session);
    // A request that can go on with its old token does not wait for ever.
    patient = use === 'need';
    if (patient) call.onClose = flight.need();
    const end = await (patient ? flight.done : rt.timers.within(AHEAD_PATIENCE, flight.spare(), 'failed'));
    if (end === 'renewed') renewals += 1;
    else if (end === 'failed' && use === 'need') call.reject('network');
  }
  return undefined;
}

/** The app is locked: its requests wait for the unlock or fail, as it likes. */
export async function whileLocked(rt: Runtime, call: Call): Promise<void> {
  if (rt.settings.whenLocked === 'refuse' && !call.unasked) call.reject('locked');
  else await call.wait(rt.changed);
}

/** The session that may be used, online and active; undefined when something had to be waited for: look again. */
async function admit(rt: Runtime, call: Call): Promise<Session | undefined> {
  const { session } = rt;
  rt.autoLock.check();
  if (session?.writing !== undefined) return void (await session.writing);
  switch (rt.state) {
    case 'loading':
      return void (await call.wait(rt.changed));
    case 'locked':
      if (session?.isFresh() === false) void freshen(rt);
      return void (await whileLocked(rt, call));
    case 'active':
      if (isOnline(rt)) return session;
      return void (await queue(rt, call));
    default:
      return void (await waitForSession(rt, call));
  }
}

/** What a refresh has just brought is used, near its end or not; even when it looks dead, the second time: only the server can tell then. */
function isGoodEnough(session: Session, renewals: number): boolean {
  return (renewals > 0 && session.isAlive()) || (renewals > 1 && !session.refused);
}

async function queue(rt: Runtime, call: Call): Promise<void> {
  if (rt.queue.size >= rt.settings.queueLimit) return call.reject('queue-full');
  await call.wait(rt.queue);
}

/** Nobody is signed in: perhaps through a sibling by now, perhaps the user will, else the call fails with what the state says. */
async function waitForSession(rt: Runtime, call: Call): Promise<void> {
  const { state } = rt;
  await rt.recheck();
  if (call.closed || rt.state !== state) return;
  if (state !== 'expired') call.reject('signed-out');
  else if (rt.prompts.begin()) await call.wait(rt.changed);
  else call.reject('reauthentication-required');
}
