// One flight from its first attempt to its end: waits for what must be waited for, takes the device's lock, reads the store again
// inside it, exchanges, writes, and only then lets anybody use what was granted.
import { afterFailure, burstLeft, noteSending, waitLeft } from './backoff.ts';
import type { Outcome } from './classify.ts';
import { decideEnding, isOvertaken } from './decide.ts';
import { exchange, revoke } from './exchange.ts';
import { Flight, type FlightEnd } from './flight.ts';
import { bury, keep, reconcile, renew } from './keeper.ts';
import { type Grip, underLock } from './lock.ts';
import type { Reason } from './machine.ts';
import { endSession, isOnline, monoOf, observe, type Runtime, stampOf } from './runtime.ts';
import type { Session } from './session.ts';
import { tokensFrom } from './tokens.ts';

/** After so many looks a store that is not locked is taken for broken: nobody shares anything through it. */
const MOST_BLIND = 3;
/** Failures of an outage up to which a lost answer is worth a try that nobody waits for: half a minute, as long as servers usually forgive. */
const MOST_URGENT = 6;
/** Ms between two looks at a store that cannot be read. */
const BLIND_PAUSE = 1_000;
/** More rounds than this without a sending are a fault of the host; the flight gives up instead of spinning. */
const MOST_ROUNDS = 100;

/**
 * `again`: nothing was sent, the reason is dealt with by waiting. `blind`: the store cannot be read. A sibling may have spent the refresh
 * token, and a rotation could not be written, so that a kill would lose it (refresh-bugs F6): either ends the session of all.
 */
type Step = FlightEnd | 'again' | 'blind';

/** The refresh that runs for the session, or a new one. */
export function flightOf(rt: Runtime, session: Session): Flight {
  if (session.flight !== undefined) return session.flight;
  const flight = new Flight();
  session.flight = flight;
  flight.done = run(rt, session, flight);
  return flight;
}

/** Whether a refresh runs, or may be sent now. */
export function canRefresh(rt: Runtime, session: Session): boolean {
  return session.tokens.refreshToken !== undefined && (session.flight !== undefined || refreshFloor(rt, session) <= 0);
}

/** Ms before which no refresh may be sent; longer for a mere retry. */
function refreshFloor(rt: Runtime, session: Session, retry = false): number {
  const mono = monoOf(rt);
  return Math.max(waitLeft(session.record.outage, mono, retry), burstLeft(rt.sendings, mono), rt.quietUntil - mono);
}

async function run(rt: Runtime, session: Session, flight: Flight): Promise<FlightEnd> {
  try {
    let end = await fly(rt, session, flight);
    // Somebody joined in the very moment it gave up for want of anybody: their trigger, their attempts.
    while (end === 'idle' && isNeeded(session, flight)) end = await fly(rt, session, flight);
    if (end !== 'idle') flight.end = end;
  } catch {
    observe(rt, { type: 'refresh-broke' });
  }
  session.flight = undefined;
  if (!session.isFresh()) session.rest();
  flight.sparing.open();
  return flight.end;
}

/** `idle`: nobody needs it any longer. */
async function fly(rt: Runtime, session: Session, flight: Flight): Promise<FlightEnd | 'idle'> {
  let attempts = 0;
  for (let rounds = 0; attempts < rt.settings.attempts && rounds < MOST_ROUNDS; rounds++) {
    const ready = await getReady(rt, session, flight, rounds > 0);
    if (ready !== 'go') return ready;
    const held = await underLock(rt, flight, (grip) => attempt(rt, session, flight, grip));
    const step = held === undefined ? await look(rt, session) : held.done;
    if (step === 'renewed' || step === 'ended') return step;
    flight.sparing.open();
    if (step === 'failed') attempts += 1;
    if (step !== 'blind') continue;
    flight.blind += 1;
    if (isNeeded(session, flight)) await rt.timers.pause(BLIND_PAUSE, flight.pausing);
  }
  return 'failed';
}

/**
 * Whether to go on: somebody waits, or an answer was lost. Then the server may have rotated, and answers the old refresh token for a
 * moment only: the first tries cannot wait until somebody asks (refresh-bugs class G). Later ones can, that moment is over.
 */
function isNeeded({ record: { outage } }: Session, flight: Flight): boolean {
  return flight.needed || (!flight.halted && outage?.unknown === true && outage.failures < MOST_URGENT);
}

/** Waits until a refresh may be sent. `again` = not the first attempt: then somebody must still need it. */
async function getReady(rt: Runtime, session: Session, flight: Flight, again: boolean): Promise<'go' | 'idle' | FlightEnd> {
  for (let waited = again; ; waited = true) {
    if (session.ended !== undefined) return 'ended';
    if (rt.stopped) return 'failed';
    const floor = isOnline(rt) ? refreshFloor(rt, session, !flight.fresh) : Number.POSITIVE_INFINITY;
    const needed = isNeeded(session, flight);
    if (floor <= 0 && (needed || !waited)) return 'go';
    if (!needed) return 'idle';
    await rt.timers.pause(floor, flight.pausing);
  }
}

/** Whether the store, or a sibling through it, has answered the question by now. */
async function look(rt: Runtime, session: Session): Promise<Step> {
  await reconcile(rt, session);
  return settled(session) ?? 'again';
}

function settled(session: Session): FlightEnd | undefined {
  if (session.ended !== undefined) return 'ended';
  return session.isSettled(session.flight?.ahead) ? 'renewed' : undefined;
}

/** One attempt, inside the lock: a sibling may have done the work meanwhile. */
async function attempt(rt: Runtime, session: Session, flight: Flight, grip: Grip): Promise<Step> {
  const since = monoOf(rt);
  const stored = await reconcile(rt, session);
  const end = settled(session);
  if (end !== undefined) return end;
  const { refreshToken } = session.tokens;
  if (refreshToken === undefined) return await finish(rt, session, 'no-refresh-token');
  if (stored === 'locked' || (stored === 'unreadable' && flight.blind < MOST_BLIND)) return 'blind';
  if (!isOnline(rt) || rt.stopped || refreshFloor(rt, session, !flight.fresh) > 0) return 'again';
  if (!flight.late && monoOf(rt) - since > rt.settings.lockTimeout) {
    flight.late = true;
    return 'again';
  }
  noteSending(rt.sendings, monoOf(rt));
  flight.fresh = false;
  const exchanged = present(rt, session, refreshToken, grip);
  flight.exchange = exchanged;
  return await exchanged;
}

/** Presents the refresh token and deals with the answer. */
async function present(rt: Runtime, session: Session, refreshToken: string, grip: Grip): Promise<Step> {
  const { revision } = session.record;
  const sentAt = monoOf(rt);
  const outcome = await exchange(rt, refreshToken);
  switch (outcome.kind) {
    case 'granted':
      return await session.hold(persist(rt, session, { ...outcome, sentAt, revision, grip }));
    case 'invalid-grant':
      return await confirmEnd(rt, session, refreshToken, outcome.why);
    default:
      return await backOff(rt, session, outcome);
  }
}

interface Grant extends Extract<Outcome, { kind: 'granted' }> {
  sentAt: number;
  /** The pair that was presented. */
  revision: number;
  grip: Grip;
}

/**
 * The rotated pair is durable before anyone uses it (invariants I3a); if the store refuses, memory keeps it and the write is repeated. A
 * grant for a session that is over is dropped, and its refresh token revoked so that nobody is left holding it (invariants I9).
 */
async function persist(rt: Runtime, session: Session, { response, date, sentAt, revision, grip }: Grant): Promise<Step> {
  const now = stampOf(rt);
  const before = session.tokens;
  const tokens = tokensFrom(rt, response, { now, date, travelled: now.mono - sentAt, before });
  const isYoungest = (): boolean => session.record.revision === revision || !isOvertaken(session.tokens, tokens, grip === 'held');
  await renew(rt, session, { tokens, outage: undefined }, { wanted: isYoungest, stays: true });
  if (session.ended === undefined) return 'renewed';
  const { refreshToken } = tokens;
  if (refreshToken !== undefined && refreshToken !== session.tokens.refreshToken) void revoke(rt, refreshToken);
  return 'ended';
}

/**
 * `invalid_grant` counts only for the pair that is current: a sibling may have rotated it (refresh-bugs L1 ff). A store that cannot be
 * read now does not unsay it; if a younger pair shows there later, the session comes back with it.
 */
async function confirmEnd(rt: Runtime, session: Session, refused: string, why: Reason | undefined): Promise<Step> {
  const stored = await reconcile(rt, session);
  if (stored === 'over' || stored === 'adopted' || session.tokens.refreshToken !== refused) return settled(session) ?? 'again';
  return await finish(rt, session, decideEnding(why, session.record.outage?.unknown === true));
}

/** The session is over for good: noted here, then in the store. */
export async function finish(rt: Runtime, session: Session, reason: Reason): Promise<FlightEnd> {
  endSession(rt, session, reason);
  await bury(rt, session, reason);
  return 'ended';
}

/** Notes the failure for this process, its siblings and its next launch. */
async function backOff(
  rt: Runtime,
  session: Session,
  { kind, retryAfter = 0 }: { kind: string; retryAfter: number | undefined },
): Promise<Step> {
  const at = stampOf(rt);
  rt.quietUntil = Math.max(rt.quietUntil, at.mono + retryAfter);
  session.note(afterFailure(session.record.outage, { at, retryAfter, unknown: kind === 'unknown' }, rt.host.random()));
  await keep(rt, session);
  return settled(session) ?? 'failed';
}
