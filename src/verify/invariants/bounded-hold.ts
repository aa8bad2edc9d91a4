// I27: every refresh and every hold of a lock has an end, and nobody waits for a holder without one. Time in which a process slept does
// not count for itself, but it counts for who waits: a frozen holder is the case this is about.
import { holdsAt, timeOutside, type Moment } from '../moments.ts';
import type { Exchange, LockUse, ProcessInfo } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { ms, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const boundedHold: Invariant = {
  id: 'I27',
  name: 'bounded-hold',
  kind: 'client',
  needs: ['V', 'C'],
  summary: 'no refresh stays in flight, no lock is held and nobody waits for one for more than 90 s of the time in which its process runs',
  why: 'One answer that never comes, or one sleeping sibling that holds the lock, and the app is dead until it is killed: every later request waits behind it.',
  sources: [
    'RFC 9112 9.5',
    'piotr-agier/google-drive-mcp#169',
    'earendil-works/pi#7508',
    'supabase/supabase-js#2013',
    'zalando/tokens#52',
    'ForgeRock/forgerock-ios-sdk#362',
  ],
  judge,
};

/** Ms: above the longest default time-out of a mobile HTTP stack (60 s), with room for what comes around it. */
const LIMIT = 90_000;

function judge(view: HistoryView): Judgement {
  const violations: Violation[] = [];
  for (const exchange of view.exchanges) {
    const found = endless(view, exchange);
    if (found !== undefined) violations.push(found);
  }
  for (const use of view.index.locks) {
    const found = use.held === undefined ? waited(view, use, view.runEnd) : (waited(view, use, use.held) ?? hoarded(view, use, use.held));
    if (found !== undefined) violations.push(found);
  }
  return { judged: view.exchanges.length + view.index.locks.length, violations: violations.sort((a, b) => a.seq - b.seq) };
}

/** Clause a. */
function endless(view: HistoryView, { sent, end, process, rt, x }: Exchange): Violation | undefined {
  const until = end ?? view.runEnd;
  if (until === undefined) return undefined;
  const took = awake(view.process(process), sent, until);
  if (took <= LIMIT) return undefined;
  return violation(boundedHold, {
    clause: 'a',
    message: `${process} waited ${ms(took)} for the answer to ${x}, sent with ${rt}${end === undefined ? ', and waits still' : ''}`,
    hint: 'give the refresh a time-out of its own (10 to 30 s) that aborts the request itself, not only the wait for it',
    at: until,
    root: sent,
    witness: [sent],
  });
}

/** Clause b: it holds the lock and does not sleep. */
function hoarded(view: HistoryView, { name, process, end }: LockUse, held: Moment): Violation | undefined {
  const until = end ?? view.runEnd;
  if (until === undefined) return undefined;
  const took = awake(view.process(process), held, until);
  if (took <= LIMIT) return undefined;
  return violation(boundedHold, {
    clause: 'b',
    message: `${process} held the lock "${name}" for ${ms(took)}${end === undefined ? ' and holds it still' : ''}`,
    hint: 'hold the lock for one attempt: read, refresh, write; wait for the network and for the next try outside of it',
    at: until,
    root: held,
    witness: [held],
  });
}

/** Clause c: it waits for the lock, whoever holds it and whatever that one is doing. */
function waited(view: HistoryView, use: LockUse, until: Moment | undefined): Violation | undefined {
  const { name, process, wait, end } = use;
  const over = end !== undefined && (until === undefined || end.seq < until.seq) ? end : until;
  if (over === undefined) return undefined;
  const took = awake(view.process(process), wait, over);
  if (took <= LIMIT) return undefined;
  const holder = view.index.locks.findLast(
    (one) => one.name === name && one.device === use.device && one !== use && one.held !== undefined && one.held.seq < over.seq,
  );
  const sleeps = holder !== undefined && holdsAt(view.process(holder.process).suspended, over.seq);
  const who = holder === undefined ? '' : `, held by ${holder.process}${sleeps ? ', which sleeps' : ''}`;
  return violation(boundedHold, {
    clause: 'c',
    message: `${process} waited ${ms(took)} for the lock "${name}"${who}`,
    hint: 'pass host.lock a timeout; when it runs out, read the store again and go on without the lock',
    at: over,
    root: wait,
    witness: [holder?.held, wait],
  });
}

/** Ms between two points in which the process did not sleep. */
function awake({ suspended }: ProcessInfo, from: Moment, to: Moment): number {
  return timeOutside([suspended], from.t, to.t);
}
