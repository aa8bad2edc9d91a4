// Keeps memory and store in step: adopts what siblings wrote, writes what was granted, and does not give up on a write or a
// clear that the store refuses for now (a locked phone): the rotation lives on in memory meanwhile (refresh-bugs F2, F6).
import type { Rejection } from '../core/contract.ts';
import { laterOutage } from './backoff.ts';
import type { Call } from './call.ts';
import { decideAbsence, decideRecord, isLeftover } from './decide.ts';
import { isSameUser } from './expiry.ts';
import { isOver } from './leftovers.ts';
import { underLock } from './lock.ts';
import type { Reason } from './machine.ts';
import type { SessionRecord, Stamp } from './record.ts';
import { adopt, endSession, fire, observe, openSession, quit, rejectCalls, type Runtime, stampOf } from './runtime.ts';
import type { Session } from './session.ts';
import { changeStore, type Reading, readStore, type WriteEnd, writeStore } from './vault.ts';

/** RFC 9110 9.2.1. */
const SAFE_METHODS = ['GET', 'HEAD', 'OPTIONS'];
const FIRST_RETRY = 200;
/** Short, because until the write succeeds a kill loses the rotation. */
const LONGEST_RETRY = 1_000;
/** A phone that stays locked is asked less often after so many tries (ten minutes); coming back to the screen asks at once. */
const PATIENT_AFTER = 600;
const PATIENT_RETRY = 10_000;

/** `locked` and `unreadable`: the store said nothing; only the first will change by itself. */
export type Reconciled = 'mine' | 'adopted' | 'over' | 'locked' | 'unreadable';

/** Reads the store again and lets it correct the session in hand. */
export async function reconcile(rt: Runtime, session: Session): Promise<Reconciled> {
  return heed(rt, session, await readStore(rt));
}

/** The same, and then writes what `next` makes of the session, if anything, unless it is over. */
export async function commit(rt: Runtime, session: Session, next: (stored: Reconciled) => SessionRecord | undefined): Promise<WriteEnd> {
  const end = await changeStore(rt, (reading) => {
    const stored = heed(rt, session, reading);
    // Stopped, because the app is at another server now: whoever is signed in there stays.
    const isAway = rt.stopped && reading.kind === 'empty' && reading.foreign;
    return stored === 'over' || isAway ? undefined : next(stored);
  });
  if (end === 'written') wasWritten(session);
  return end;
}

/** Writes the session as it is in hand, where that is what the store should hold. */
export function keep(rt: Runtime, session: Session): Promise<WriteEnd> {
  return commit(rt, session, (stored) => (stored === 'mine' ? session.record : undefined));
}

/**
 * Writes a younger pair of the session, if that is `wanted` once the store has been heeded. It is used from then on; where the store
 * refuses it, only if it `stays` all the same, and the write is repeated.
 */
export async function renew(
  rt: Runtime,
  session: Session,
  pair: Pick<SessionRecord, 'tokens' | 'outage'>,
  { wanted, stays }: { wanted: (stored: Reconciled) => boolean; stays: boolean },
): Promise<void> {
  let next: SessionRecord | undefined;
  const end = await commit(rt, session, (stored) => {
    const { record } = session;
    next = wanted(stored) ? { ...record, ...pair, revision: record.revision + 1 } : undefined;
    return next;
  });
  if (next === undefined || session.ended !== undefined || (end !== 'written' && !stays)) return;
  adopt(rt, session, next);
  if (end !== 'written') rewrite(rt, session);
}

/** Lets what the store was read to hold correct the session in hand. */
function heed(rt: Runtime, session: Session, reading: Reading): Reconciled {
  if (session.ended !== undefined) return 'over';
  if (reading.kind === 'unreadable') return reading.locked ? 'locked' : 'unreadable';
  if (reading.kind === 'record') return heedRecord(rt, session, reading.record);
  const verdict = decideAbsence(reading, session, rt);
  if (verdict === 'damaged') rewrite(rt, session);
  if (verdict === 'damaged' || verdict === 'ours') return 'mine';
  endSession(rt, session, verdict);
  return 'over';
}

function heedRecord(rt: Runtime, session: Session, record: SessionRecord): Reconciled {
  switch (decideRecord(record, session, rt)) {
    case 'ours':
      return 'mine';
    case 'same':
      wasWritten(session);
      session.note(laterOutage(session.record.outage, record.outage));
      return 'mine';
    case 'newer':
      wasWritten(session);
      adopt(rt, session, record);
      return 'adopted';
    case 'damaged':
      rewrite(rt, session);
      return 'mine';
    case 'replaced':
      takeOver(rt, record);
      return 'over';
  }
}

/**
 * A sibling has signed somebody in. What was asked for after that goes on; but a write may have been composed for the user that was shown
 * until now. What was asked for before goes on for a user who is known to have come back.
 */
export function takeOver(rt: Runtime, record: SessionRecord): void {
  const before = rt.session;
  const isBack = before === undefined && isSameUser(rt.last?.tokens.accessToken, record.tokens.accessToken) === true;
  const isSpared = ({ init, calledAt }: Call): boolean =>
    isBack || (calledAt > record.since.mono && (before === undefined || SAFE_METHODS.includes(init.method ?? 'GET')));
  if (before === undefined) rejectCalls(rt, 'signed-out', isSpared);
  else endSession(rt, before, 'sibling-signed-in', isSpared);
  openSession(rt, record, true);
  fire(rt, before === undefined ? 'restored' : 'sibling-signed-in');
}

/** Writes a session just signed in, whatever the store holds; if that is refused, again and again until it is not. */
export async function save(rt: Runtime, session: Session): Promise<void> {
  const end = await writeStore(rt, () => (session.ended === undefined ? session.record : undefined));
  if (end === 'written') wasWritten(session);
  else if (end === 'refused') rewrite(rt, session);
}

/** The store holds what memory does. */
function wasWritten(session: Session): void {
  session.durable = true;
  session.dirty = false;
}

/** The store does not hold what memory does: it is written until it does. */
function rewrite(rt: Runtime, session: Session): void {
  if (session.dirty) return;
  session.dirty = true;
  observe(rt, { type: 'store-write-failed' });
  const wanted = (): boolean => session.dirty && session.ended === undefined;
  void insist(rt, wanted, async () => {
    await commit(rt, session, (stored) => (stored === 'mine' && wanted() ? session.record : undefined));
    return !wanted();
  });
}

/**
 * Nobody is signed in here from now on, whatever the store holds: state first, then the requests, then the store. That is emptied again
 * and again until it works or somebody signs in here.
 */
export async function leave(rt: Runtime, reason: Reason, rejection: Rejection = 'signed-out'): Promise<void> {
  const since = stampOf(rt);
  quit(rt, reason, rejection);
  rt.cutoff = since;
  const end = await writeStore(rt, () => null);
  if (end === 'refused') observe(rt, { type: 'store-clear-failed' });
  sweep(rt, since);
}

/**
 * After a sign-in or sign-out at `since`: a sibling that was refreshing may have written an older session back meanwhile, or the late
 * deletion of an older one may have hit the new one. Whoever signs out of the new one for certain sweeps after this, and deletes it then.
 */
export function sweep(rt: Runtime, since: Stamp): void {
  const { epoch } = rt;
  const isCurrent = (): boolean => rt.epoch === epoch;
  void insist(rt, isCurrent, async () => {
    const end = await changeStore(rt, (reading) => {
      const { session } = rt;
      if (!isCurrent()) return undefined;
      if (session === undefined) return isLeftover(reading, since) ? null : undefined;
      if (isLost(rt, session, reading)) return session.record;
      heed(rt, session, reading);
      return undefined;
    });
    return end !== 'refused';
  });
}

/** Whether something older than the session has taken its place in the store. */
function isLost(rt: Runtime, { record }: Session, reading: Reading): boolean {
  if (reading.kind === 'ended') return reading.session !== record.session && isOver(rt, reading);
  return (
    reading.kind === 'empty' ||
    (reading.kind === 'record' && reading.record.session !== record.session && isLeftover(reading, record.since))
  );
}

/** Notes in the store that the server ended the session; repeated until it works. */
export async function bury(rt: Runtime, { record: { session } }: Session, reason: Reason): Promise<void> {
  const note = async (): Promise<boolean> => {
    const end = await changeStore(rt, (reading) => {
      const isThat = reading.kind === 'record' && reading.record.session === session && isOver(rt, reading.record);
      return isThat ? { session, ended: reason } : undefined;
    });
    return end !== 'refused';
  };
  if (!(await note())) void insist(rt, () => true, note);
}

/**
 * As `repeat`, but under the device's lock: what `work` reads before it removes something stays true until it has, or the process that
 * wrote in between looks again under that lock (`sweep`).
 */
function insist(rt: Runtime, wanted: () => boolean, work: () => Promise<boolean>): Promise<void> {
  const wait = { missed: 0 };
  return repeat(rt, wanted, async () => {
    const held = await underLock(rt, wait, async () => rt.stopped || !wanted() || (await work()));
    return held?.done === true;
  });
}

/** Tries, with growing pauses, until it works, is no longer wanted, or the process stops. */
export async function repeat(rt: Runtime, wanted: () => boolean, work: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; !rt.stopped && wanted() && !(await work()); tries++)
    await rt.timers.pause(tries < PATIENT_AFTER ? Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** tries) : PATIENT_RETRY);
}
