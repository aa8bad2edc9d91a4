// One flight from its first attempt to its end: waits for what must be waited for, takes the device's lock, reads the store again
// inside it, exchanges, writes, and only then lets anybody use what was granted.
import { afterFailure, burstLeft, noteSending, waitLeft } from './backoff.ts';
import type { Outcome } from './classify.ts';
import { decideEnding, isOvertaken, isStill } from './decide.ts';
import { exchange, revoke } from './exchange.ts';
import { Flight, type FlightEnd } from './flight.ts';
import { bury, exclusively, heedOthers, LOCK, LOCK_PATIENCE, reconcile, save, wasWritten } from './keeper.ts';
import type { Reason } from './machine.ts';
import type { Stamp } from './record.ts';
import { adopt, endSession, monoOf, observe, type Runtime, stampOf } from './runtime.ts';
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

interface Spent {
  attempts: number;
  rounds: number;
  locks: number;
  blind: number;
}

/** The refresh that runs for the session, or a new one. */
export function flightOf(rt: Runtime, session: Session): Flight {
  if (session.flight !== undefined) return session.flight;
  const flight = new Flight();
  session.flight = flight;
  flight.done = run(rt, session, flight);
  return flight;
}

/** Ms before which no refresh may be sent; longer for a mere retry. */
export function refreshFloor(rt: Runtime, session: Session, retry = false): number {
  const mono = monoOf(rt);
  return Math.max(waitLeft(session.outage, mono, retry), burstLeft(rt.sendings, mono), rt.quietUntil - mono);
}

async function run(rt: Runtime, session: Session, flight: Flight): Promise<void> {
  let end: FlightEnd = 'failed';
  try {
    let result = await fly(rt, session, flight);
    // Somebody joined in the very moment it gave up for want of anybody: their trigger, their attempts.
    while (result === 'idle' && isNeeded(session, flight)) result = await fly(rt, session, flight);
    end = result === 'idle' ? 'failed' : result;
  } catch {
    observe(rt, { type: 'refresh-broke' });
  }
  session.flight = undefined;
  flight.finish(end);
}

/** `idle`: nobody needs it any longer. */
async function fly(rt: Runtime, session: Session, flight: Flight): Promise<FlightEnd | 'idle'> {
  const spent: Spent = { attempts: 0, rounds: 0, locks: 0, blind: 0 };
  for (;;) {
    const ready = await getReady(rt, session, flight, spent.rounds > 0);
    if (ready !== 'go') return ready;
    const step = await underLock(rt, session, flight, spent);
    if (step === 'renewed' || step === 'ended') return step;
    if (step === 'failed') {
      spent.attempts += 1;
      flight.releaseAhead();
    }
    spent.rounds += 1;
    if (step === 'blind') {
      spent.blind += 1;
      flight.releaseAhead();
      if (isNeeded(session, flight)) await flight.pause(rt.timers, BLIND_PAUSE);
    }
    if (spent.attempts >= rt.settings.attempts || spent.rounds >= MOST_ROUNDS) return 'failed';
  }
}

/**
 * Whether to go on: somebody waits, or an answer was lost. Then the server may have rotated, and answers the old refresh token for a
 * moment only: the first tries cannot wait until somebody asks (refresh-bugs class G). Later ones can, that moment is over.
 */
function isNeeded({ outage }: Session, flight: Flight): boolean {
  return flight.needed || (!flight.halted && outage?.unknown === true && outage.failures < MOST_URGENT);
}

/** Waits until a refresh may be sent. `again` = not the first attempt: then somebody must still need it. */
async function getReady(rt: Runtime, session: Session, flight: Flight, again: boolean): Promise<'go' | 'idle' | FlightEnd> {
  let waited = again;
  for (;;) {
    if (session.ended !== undefined) return 'ended';
    if (rt.stopped) return 'failed';
    if (waited && !isNeeded(session, flight)) return 'idle';
    const floor = refreshFloor(rt, session, !flight.fresh);
    if (rt.gate.online && floor <= 0) return 'go';
    waited = true;
    if (!isNeeded(session, flight)) return 'idle';
    if (!rt.gate.online) await rt.gate.wait('other').done;
    else await flight.pause(rt.timers, floor);
  }
}

async function underLock(rt: Runtime, session: Session, flight: Flight, spent: Spent): Promise<Step> {
  const job = (holds: boolean): Promise<Step> => attempt(rt, session, flight, { ...spent, holds });
  const held = await exclusively(rt, LOCK, job);
  if (held !== undefined) return held.done;
  spent.locks += 1;
  const stored = await reconcile(rt, session);
  if (stored === 'over') return 'ended';
  if (session.isFresh(monoOf(rt) + flight.ahead)) return 'renewed';
  flight.releaseAhead();
  if (spent.locks < LOCK_PATIENCE) return 'again';
  observe(rt, { type: 'lock-bypassed' });
  return await job(false);
}

/** One attempt, inside the lock: a sibling may have done the work meanwhile. */
async function attempt(rt: Runtime, session: Session, flight: Flight, { blind, holds }: Spent & { holds: boolean }): Promise<Step> {
  const stored = await reconcile(rt, session);
  if (stored === 'over' || session.ended !== undefined) return 'ended';
  if (session.isFresh(monoOf(rt) + flight.ahead)) return 'renewed';
  const { revision } = session;
  const { refreshToken } = session.tokens;
  if (refreshToken === undefined) return await finish(rt, session, 'no-refresh-token');
  if (stored === 'locked' || (stored === 'unreadable' && blind < MOST_BLIND)) return 'blind';
  if (!rt.gate.online || rt.stopped || refreshFloor(rt, session, !flight.fresh) > 0) return 'again';
  const sentAt = stampOf(rt);
  noteSending(rt.sendings, sentAt.mono);
  flight.underWay = true;
  flight.fresh = false;
  const outcome = await exchange(rt, refreshToken);
  if ('retryAfter' in outcome) rt.quietUntil = Math.max(rt.quietUntil, monoOf(rt) + (outcome.retryAfter ?? 0));
  // Answered too late: its session is over.
  if (session.ended !== undefined) return discard(rt, session, outcome.kind === 'granted' ? outcome.refreshToken : undefined);
  switch (outcome.kind) {
    case 'granted':
      return await persist(rt, session, flight, { granted: outcome, sentAt, revision, holds });
    case 'invalid-grant':
      return await confirmEnd(rt, session, refreshToken, outcome.why);
    default:
      return await backOff(rt, session, flight, { sentAt, retryAfter: outcome.retryAfter, unknown: outcome.kind === 'unknown' });
  }
}

interface Grant {
  granted: Extract<Outcome, { kind: 'granted' }>;
  sentAt: Stamp;
  /** The pair that was presented. */
  revision: number;
  /** Whether the device's lock was held, not passed by. */
  holds: boolean;
}

/** The rotated pair is durable before anyone uses it (invariants I3a); if the store refuses, memory keeps it and the write is repeated. */
async function persist(rt: Runtime, session: Session, flight: Flight, { granted, sentAt, revision, holds }: Grant): Promise<Step> {
  const now = stampOf(rt);
  const tokens = tokensFrom(rt, granted, { now, travelled: now.mono - sentAt.mono, before: session.tokens });
  flight.delivered = true;
  try {
    await reconcile(rt, session);
    if (session.ended === undefined && session.revision > revision && isOvertaken(session.tokens, tokens, holds)) return 'renewed';
    const record = { ...session.record, revision: session.revision + 1, tokens, outage: undefined };
    if (session.ended === undefined) await save(rt, session, record);
    if (session.ended !== undefined) return discard(rt, session, granted.refreshToken);
    adopt(rt, session, record);
    return 'renewed';
  } finally {
    flight.delivered = false;
  }
}

/** A grant for a session that is over is dropped, and its refresh token revoked so that nobody is left holding it (invariants I9). */
function discard(rt: Runtime, session: Session, refreshToken: string | undefined): FlightEnd {
  if (refreshToken !== undefined && refreshToken !== session.tokens.refreshToken) void revoke(rt, refreshToken);
  return 'ended';
}

/**
 * `invalid_grant` counts only for the pair that is current: a sibling may have rotated it (refresh-bugs L1 ff). A store that cannot be
 * read now does not unsay it; if a younger pair shows there later, the session comes back with it.
 */
async function confirmEnd(rt: Runtime, session: Session, refused: string, why: Reason | undefined): Promise<Step> {
  const stored = await reconcile(rt, session);
  if (stored === 'over') return 'ended';
  if (stored === 'adopted' || session.tokens.refreshToken !== refused) return session.isFresh(monoOf(rt)) ? 'renewed' : 'again';
  return await finish(rt, session, decideEnding(why, session.outage?.unknown === true));
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
  flight: Flight,
  failure: { sentAt: Stamp; retryAfter: number | undefined; unknown: boolean },
): Promise<Step> {
  const { sentAt } = failure;
  const took = monoOf(rt) - sentAt.mono;
  session.outage = afterFailure(session.outage, { ...failure, took }, rt.host.random());
  const end = await rt.vault.change((reading) => {
    heedOthers(rt, session, reading);
    return session.ended === undefined && isStill(reading, session) ? session.record : undefined;
  });
  if (end === 'written') wasWritten(session);
  flight.underWay = false;
  return session.ended === undefined ? 'failed' : 'ended';
}
