// Keeps memory and store in step: adopts what siblings wrote, writes what was granted, and does not give up on a write or a
// clear that the store refuses for now (a locked phone): the rotation lives on in memory meanwhile (refresh-bugs F2, F6).
import type { Rejection } from '../core/contract.ts';
import { laterOutage } from './backoff.ts';
import type { Call } from './call.ts';
import { decideStored, isLeftover, isRefused } from './decide.ts';
import type { Reason } from './machine.ts';
import type { SessionRecord, Stamp } from './record.ts';
import { adopt, endSession, observe, openSession, rejectCalls, type Runtime, stampOf } from './runtime.ts';
import type { Session } from './session.ts';
import { codeOf, type Reading } from './vault.ts';

/** The one lock of a device: whoever holds it may present the refresh token. */
export const LOCK = 'refresh';
/** A holder that outlasts two waits is frozen or dead: its own exchange was abandoned long ago (refresh-bugs class L). */
export const LOCK_PATIENCE = 2;
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
  return heed(rt, session, await rt.vault.read());
}

/** What was read while a failure is noted: a sibling's sign-in, sign-out or burial is heeded at once, everything else at the next attempt. */
export function heedOthers(rt: Runtime, session: Session, reading: Reading): void {
  if (reading.kind !== 'record' || reading.record.session !== session.id) heed(rt, session, reading);
}

/** Lets what the store was read to hold correct the session in hand. */
function heed(rt: Runtime, session: Session, reading: Reading): Reconciled {
  if (session.ended !== undefined) return 'over';
  if (reading.kind === 'unreadable') return reading.locked ? 'locked' : 'unreadable';
  const { id, since, revision, durable, tokens } = session;
  const mine = { session: id, since, revision, durable, accessToken: tokens.accessToken };
  const verdict = decideStored(reading, mine, (stored) => rt.holder.isOver(stored));
  switch (verdict.kind) {
    case 'ours':
      return 'mine';
    case 'same':
      wasWritten(session);
      session.outage = laterOutage(session.outage, verdict.record.outage);
      return 'mine';
    case 'newer':
      wasWritten(session);
      adopt(rt, session, verdict.record);
      return 'adopted';
    case 'damaged':
      if (session.durable) rewrite(rt, session);
      return 'mine';
    case 'signed-out':
      endSession(rt, session, 'sibling-signed-out');
      return 'over';
    case 'ended':
      rt.holder.buried = true;
      endSession(rt, session, verdict.reason);
      return 'over';
    case 'replaced':
      endSession(rt, session, 'sibling-signed-in', (call) => mayCarryOver(call, verdict.record.since.mono));
      openSession(rt, verdict.record, true);
      rt.machine.fire('sibling-signed-in');
      return 'over';
  }
}

/** A read that the app asked for after the other sign-in is the new user's; a write may have been composed for the old one. */
function mayCarryOver({ init, calledAt }: Call, since: number): boolean {
  return calledAt > since && SAFE_METHODS.includes(init.method ?? 'GET');
}

/** Writes `record` for the session; if the store refuses, the write is repeated until it does not. */
export async function save(rt: Runtime, session: Session, record: SessionRecord): Promise<void> {
  const end = await rt.vault.write(() => (session.ended === undefined ? record : undefined));
  if (end === 'written') wasWritten(session);
  else if (end === 'refused') rewrite(rt, session);
}

/** The store holds what memory does. */
export function wasWritten(session: Session): void {
  session.durable = true;
  session.dirty = false;
}

/** The store does not hold what memory does: it is written until it does. */
function rewrite(rt: Runtime, session: Session): void {
  if (session.dirty) return;
  session.dirty = true;
  observe(rt, { type: 'store-write-failed' });
  void keepSaving(rt, session);
}

/**
 * Nobody is signed in here from now on, whatever the store holds: state first, then the requests, then the store. That is emptied again
 * and again until it works or somebody signs in here.
 */
export async function leave(rt: Runtime, reason: Reason, rejection: Rejection = 'signed-out'): Promise<void> {
  const { holder } = rt;
  const since = stampOf(rt);
  if (holder.session === undefined) {
    holder.leave(reason);
    rejectCalls(rt, rejection);
  } else {
    endSession(rt, holder.session, reason);
  }
  holder.cutoff = since;
  const { epoch } = holder;
  if ((await rt.vault.write(() => null)) !== 'refused') return;
  observe(rt, { type: 'store-clear-failed' });
  const wanted = (): boolean => rt.holder.epoch === epoch;
  void repeatLocked(rt, wanted, () => clearOlder(rt, since));
}

/** Empties the store of what is older; false when it could not be looked into. */
async function clearOlder(rt: Runtime, since: Stamp): Promise<boolean> {
  return (await rt.vault.change((reading) => (isLeftover(reading, since) ? null : undefined))) !== 'refused';
}

/** Notes in the store that the server ended the session; repeated until it works. */
export async function bury(rt: Runtime, session: Session, reason: Reason): Promise<void> {
  const { epoch } = rt.holder;
  const write = async (): Promise<boolean> => {
    const end = await rt.vault.change((reading) => (isRefused(reading, session) ? { session: session.id, ended: reason } : undefined));
    if (rt.holder.epoch === epoch) rt.holder.buried = end === 'written';
    return end !== 'refused';
  };
  if (!(await write())) void repeatLocked(rt, () => true, write);
}

/**
 * After a sign-in or sign-out at `since`, once: a sibling that was refreshing may have written an older session back meanwhile, or the late
 * deletion of an older one may have hit the new one. Whoever signs out of the new one for certain sweeps after this, and deletes it then.
 */
export async function sweep(rt: Runtime, since: Stamp): Promise<void> {
  const { epoch } = rt.holder;
  await exclusively(rt, LOCK, async () => {
    const { session } = rt.holder;
    if (rt.stopped || rt.holder.epoch !== epoch) return;
    if (session === undefined) return void (await clearOlder(rt, since));
    const reading = await rt.vault.read();
    if (session.ended !== undefined) return;
    if (isLost(rt, session, reading)) await save(rt, session, session.record);
    else heed(rt, session, reading);
  });
}

/** Whether something older than the session has taken its place in the store. */
function isLost({ holder }: Runtime, { id, since }: Session, reading: Reading): boolean {
  if (reading.kind === 'empty') return true;
  if (reading.kind === 'ended') return reading.session !== id && holder.isOver({ session: reading.session, revision: 0, since: undefined });
  return reading.kind === 'record' && reading.record.session !== id && reading.record.since.mono < since.mono;
}

/** Runs `job` under a lock of the device; without it where the host has none: `holds`. Not at all when it stays taken: then undefined. */
export async function exclusively<T>(
  rt: Runtime,
  name: string,
  job: (holds: boolean) => Promise<T>,
  patient = false,
): Promise<{ done: T } | undefined> {
  const held: { entered: boolean; result?: { done: T } } = { entered: false };
  const enter = async (holds: boolean): Promise<void> => {
    held.entered = true;
    held.result = { done: await job(holds) };
  };
  try {
    await rt.host.lock(name, () => enter(true), patient ? {} : { timeout: rt.settings.lockTimeout });
  } catch (error) {
    // A lock that cannot be given back is the host's affair: what was done under it is done.
    if (!held.entered && codeOf(error) !== 'lock-timeout') await enter(false);
    else if (held.entered && held.result === undefined) throw error;
  }
  return held.result;
}

/**
 * As `repeat`, but under the device's lock: what `work` reads before it removes something stays true until it has, or the process that
 * wrote in between looks again under that lock (`sweep`). A holder that outlasts two waits is frozen; a sign-out does not wait for it.
 */
function repeatLocked(rt: Runtime, wanted: () => boolean, work: () => Promise<boolean>): Promise<void> {
  let missed = 0;
  return repeat(rt, wanted, async () => {
    let done = false;
    const job = async (): Promise<void> => {
      done = rt.stopped || !wanted() || (await work());
    };
    if ((await exclusively(rt, LOCK, job)) !== undefined) return done;
    missed += 1;
    if (missed >= LOCK_PATIENCE) await job();
    return done;
  });
}

function keepSaving(rt: Runtime, session: Session): Promise<void> {
  const wanted = (): boolean => session.dirty && session.ended === undefined;
  return repeat(rt, wanted, async () => {
    await exclusively(rt, LOCK, async () => {
      if ((await reconcile(rt, session)) !== 'mine' || !wanted()) return;
      if ((await rt.vault.write(() => (wanted() ? session.record : undefined))) !== 'written') return;
      wasWritten(session);
    });
    return !wanted();
  });
}

/** Tries again with growing pauses until it works, is no longer wanted, or the process stops. */
export async function repeat(rt: Runtime, wanted: () => boolean, work: () => Promise<boolean>): Promise<void> {
  for (let tries = 0; ; tries++) {
    await rt.timers.pause(tries < PATIENT_AFTER ? Math.min(LONGEST_RETRY, FIRST_RETRY * 2 ** tries) : PATIENT_RETRY);
    if (rt.stopped || !wanted() || (await work())) return;
  }
}
