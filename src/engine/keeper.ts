// Keeps memory and store in step: adopts what siblings wrote, writes what was granted, and does not give up on a write or a
// clear that the store refuses for now (a locked phone): the rotation lives on in memory meanwhile (refresh-bugs F2, F6).
import { laterOutage } from './backoff.ts';
import type { Call } from './call.ts';
import { decideStored } from './decide.ts';
import { isEarlier, type SessionRecord, type Stamp } from './record.ts';
import { endSession, monotonicHolds, observe, openSession, type Runtime, stampOf } from './runtime.ts';
import { ENDINGS, type Session } from './session.ts';
import { codeOf, type Reading, type WriteEnd } from './vault.ts';

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
      session.durable = true;
      session.dirty = false;
      session.outage = laterOutage(session.outage, verdict.record.outage, monotonicHolds(rt));
      return 'mine';
    case 'newer':
      session.durable = true;
      session.dirty = false;
      session.adopt(verdict.record, stampOf(rt), monotonicHolds(rt));
      return 'adopted';
    case 'signed-out':
      endSession(rt, session, ENDINGS.siblingSignedOut);
      return 'over';
    case 'ended':
      endSession(rt, session, { state: 'expired', reason: verdict.reason, rejection: 'reauthentication-required' });
      return 'over';
    case 'replaced':
      endSession(rt, session, ENDINGS.replaced, (call) => mayCarryOver(call, verdict.record.since.mono));
      openSession(rt, verdict.record, true);
      rt.holder.move('active', ENDINGS.replaced.reason);
      return 'over';
  }
}

/** A read that the app asked for after the other sign-in is the new user's; a write may have been composed for the old one. */
function mayCarryOver({ init, calledAt }: Call, since: number): boolean {
  return calledAt > since && SAFE_METHODS.includes(init.method ?? 'GET');
}

/** Writes `record` for the session and says whether the store holds it now. If not, the write is repeated until it does. */
export async function save(rt: Runtime, session: Session, record: SessionRecord): Promise<boolean> {
  const end = await rt.vault.write(() => (session.ended === undefined ? record : undefined));
  if (end === 'written') {
    session.durable = true;
    session.dirty = false;
    return true;
  }
  if (end === 'refused' && !session.dirty) {
    session.dirty = true;
    observe(rt, 'store-write-failed');
    void keepSaving(rt, session);
  }
  return false;
}

/** Empties the store after a sign-out at `since`; repeated until it works or somebody signs in here. */
export async function clear(rt: Runtime, since: Stamp): Promise<void> {
  const { epoch } = rt.holder;
  if ((await rt.vault.clear()) !== 'refused') return;
  observe(rt, 'store-clear-failed');
  const wanted = (): boolean => rt.holder.epoch === epoch;
  void repeatLocked(rt, wanted, async () => (await clearOlder(rt, since)) !== 'refused');
}

/** Notes in the store that the server ended the session; repeated until it works. */
export async function bury(rt: Runtime, session: Session, reason: string): Promise<void> {
  const write = async (): Promise<boolean> => (await rt.vault.bury(session.record, reason)) !== 'refused';
  if (!(await write())) void repeatLocked(rt, () => true, write);
}

/**
 * After a sign-in or sign-out at `since`, once: a sibling that was refreshing may have written an older session back meanwhile, or the late
 * deletion of an older one may have hit the new one. Whoever signs out of the new one for certain sweeps after this, and deletes it then.
 */
export async function sweep(rt: Runtime, since: Stamp): Promise<void> {
  const { epoch } = rt.holder;
  await exclusively(rt, async () => {
    const { session } = rt.holder;
    if (rt.stopped || rt.holder.epoch !== epoch) return;
    if (session === undefined) return void (await clearOlder(rt, since));
    const reading = await rt.vault.read();
    if (session.ended !== undefined) return;
    if (isLost(rt, session, reading)) await save(rt, session, session.record);
    else heed(rt, session, reading);
  });
}

function clearOlder(rt: Runtime, signedOut: Stamp): Promise<WriteEnd> {
  return rt.vault.clearOlder((since) => isEarlier(since, signedOut, monotonicHolds(rt)));
}

/** Whether something older than the session has taken its place in the store. */
function isLost(rt: Runtime, { id, since }: Session, reading: Reading): boolean {
  const { holder } = rt;
  if (reading.kind === 'empty') return true;
  if (reading.kind === 'ended') return reading.session !== id && holder.isOver({ session: reading.session, revision: 0, since: undefined });
  return reading.kind === 'record' && reading.record.session !== id && isEarlier(reading.record.since, since, monotonicHolds(rt));
}

/** Runs `job` under the device's lock; without it where the host has none; not at all when it stays taken: then false. */
async function exclusively(rt: Runtime, job: () => Promise<void>): Promise<boolean> {
  let entered = false;
  try {
    await rt.host.lock(
      LOCK,
      () => {
        entered = true;
        return job();
      },
      { timeout: rt.settings.lockTimeout },
    );
  } catch (error) {
    if (entered) return true;
    if (codeOf(error) === 'lock-timeout') return false;
    await job();
  }
  return true;
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
    if (await exclusively(rt, job)) return done;
    missed += 1;
    if (missed >= LOCK_PATIENCE) await job();
    return done;
  });
}

function keepSaving(rt: Runtime, session: Session): Promise<void> {
  const wanted = (): boolean => session.dirty && session.ended === undefined;
  return repeat(rt, wanted, async () => {
    await exclusively(rt, async () => {
      if ((await reconcile(rt, session)) !== 'mine' || !wanted()) return;
      if ((await rt.vault.write(() => (wanted() ? session.record : undefined))) !== 'written') return;
      session.durable = true;
      session.dirty = false;
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
