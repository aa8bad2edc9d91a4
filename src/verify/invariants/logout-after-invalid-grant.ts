// I7: a refusal is final. The token is never shown again, and the session ends before the next request does.
import type { EventOf } from '../../core/events.ts';
import { isIssued, isYounger } from '../derived.ts';
import { between, firstAfter, holdsWithin, timeOutside, type Moment } from '../moments.ts';
import type { Exchange, ProcessInfo } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const logoutAfterInvalidGrant: Invariant = {
  id: 'I7',
  name: 'logout-after-invalid-grant',
  kind: 'wire',
  needs: ['H', 'J', 'V', 'C'],
  summary:
    'after invalid_grant the refused token is never presented again, by anyone, and the session leaves active before the next request settles, within a minute',
  why: 'The app looks signed in but nothing works, and it asks for ever: rate limits follow, and the user is never shown the sign-in screen.',
  sources: [
    'RFC 6749 5.2',
    'umbraco/Umbraco-CMS#23811',
    'router-for-me/CLIProxyAPI#5766',
    'akutishevsky/withings-mcp#37',
    'openai/codex#25599',
  ],
  judge,
};

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  const refused = new Map<string, Exchange>();
  const byToken = new Map<string, Exchange>();
  const { refusals } = view.index;
  for (const refusal of refusals) {
    if (!isIssued(refusal.rt)) continue;
    judged += 1;
    const key = `${refusal.process} ${refusal.life} ${refusal.rt}`;
    if (!refused.has(key)) refused.set(key, refusal);
    if (!byToken.has(refusal.rt)) byToken.set(refusal.rt, refusal);
  }
  if (judged === 0) return { judged, violations };
  for (const exchange of view.exchanges) {
    const refusal = refused.get(`${exchange.process} ${exchange.life} ${exchange.rt}`);
    if (refusal !== undefined && (refusal.end?.seq ?? Infinity) < exchange.sent.seq) violations.push(again(refusal, exchange));
    const first = refusal === undefined ? byToken.get(exchange.rt) : undefined;
    if (first !== undefined && isTold(view, first, exchange)) violations.push(byAnother(first, exchange));
  }
  for (const refusal of refused.values()) {
    const found = staysActive(view, refusal);
    if (found !== undefined) violations.push(found);
  }
  return { judged, violations };
}

/** Clause a. */
function again(refusal: Exchange, exchange: Exchange): Violation {
  const { process, rt, x, sent } = exchange;
  return violation(logoutAfterInvalidGrant, {
    clause: 'a',
    message: `${process} presented ${rt} again in ${x}, ${after(refusal.end ?? refusal.sent, sent)} ${refusal.x} was refused with invalid_grant`,
    hint: 'invalid_grant is final: forget the token, end the session, reject waiters with reauthentication-required',
    at: sent,
    witness: [refusal.sent, refusal.delivered, exchange.end],
  });
}

/** Clause c: a sibling, or the next launch, presents what was refused before. */
function byAnother(refusal: Exchange, exchange: Exchange): Violation {
  const { process, rt, x, sent } = exchange;
  const who = refusal.process === process ? 'an earlier run of it' : refusal.process;
  return violation(logoutAfterInvalidGrant, {
    clause: 'c',
    message: `${process} presented ${rt} in ${x}, ${after(refusal.end ?? refusal.sent, sent)} ${who} was refused with invalid_grant for it in ${refusal.x}`,
    hint: 'take a refused token out of the store, or note that it is dead, before anything else; read the store before each refresh',
    at: sent,
    witness: [refusal.sent, refusal.delivered, exchange.end],
  });
}

/** The refused token has left the store, where it can be read, or whoever was refused had the time to take it out. */
function isTold(view: HistoryView, refusal: Exchange, exchange: Exchange): boolean {
  const { delivered, process, device, rt } = refusal;
  const { sent } = exchange;
  if (delivered === undefined || delivered.seq > sent.seq || exchange.device !== device) return false;
  if (exchange.process !== process && !view.claims('cross-process')) return false;
  const info = view.device(device);
  if (holdsWithin(info.locked, delivered.seq, sent.seq) || between(info.changes, delivered.seq, sent.seq).length > 0) return false;
  if (!view.store(device, sent.seq)?.labels.includes(rt)) return info.observable;
  const { suspended, lives } = view.process(process);
  const until = Math.min(sent.t, lives[refusal.life]?.t ?? Infinity);
  const tried = info.writes.some(({ end }) => end !== undefined && !end.ok && end.seq > delivered.seq && end.seq < sent.seq);
  return !tried && timeOutside([suspended], delivered.t, until) > CHANCE;
}
/** Ms in which a refused token can be taken out of the store. */
const CHANCE = 1_000;

/** Clause b. The state is read after each settle, so the second settle shows it for sure. */
function staysActive(view: HistoryView, refusal: Exchange): Violation | undefined {
  const { delivered, process, rt, life } = refusal;
  const info = view.process(process);
  if (delivered === undefined || info.states.length === 0 || isStaleRefusal(view, refusal)) return undefined;
  const until = endOfMatter(view, info, refusal);
  const witness = secondSettle(view, info, confirmed(info, delivered), until) ?? returned(info, delivered.seq, until);
  const end = view.runEnd;
  const atEnd =
    end !== undefined && until > end.seq && info.life === life && end.states[process] === 'active' && end.t > delivered.t ? end : undefined;
  const at = witness?.at ?? atEnd ?? lingering(view, info, delivered, until);
  if (at === undefined) return undefined;
  const what = witness?.kind === 'returned' ? 'went back to active' : 'was still active';
  return violation(logoutAfterInvalidGrant, {
    clause: 'b',
    message: `${process} ${what} ${after(delivered, at)} ${refusal.x} was refused with invalid_grant for ${rt}, the current refresh token`,
    hint: 'on invalid_grant for the current refresh token, leave active at once and stay so until the next sign-in',
    at,
    witness: [refusal.sent, delivered, ...(witness?.shown ?? [])],
  });
}

/** A younger token is in the hand or the store: this refusal says nothing about the session. */
function isStaleRefusal(view: HistoryView, refusal: Exchange): boolean {
  const { rt, process, device, end } = refusal;
  const seq = (end?.seq ?? 0) + 1;
  return (
    isYounger(view, view.hand(process, seq)?.rt, rt) ||
    isYounger(view, view.store(device, seq)?.rt, rt) ||
    view.session(device, seq) === undefined
  );
}

/** Until the process dies, a grant comes, a sibling stores a younger token, or the session is replaced. */
function endOfMatter(view: HistoryView, info: ProcessInfo, refusal: Exchange): number {
  const seq = refusal.end?.seq ?? 0;
  const device = view.device(info.device);
  const session = view.session(info.device, seq + 1);
  const stops = [
    info.lives.find((life) => life.seq > seq)?.seq,
    session?.to?.seq,
    device.stores.find((content) => content.seq > seq && isYounger(view, content.rt, refusal.rt))?.seq,
    info.hands.find((hand) => hand.seq > seq && isYounger(view, hand.rt, refusal.rt))?.seq,
  ].filter((stop) => stop !== undefined);
  return Math.min(Infinity, ...stops);
}

/** It left active at last, long after it could have: the screen looked signed in all that time. */
function lingering(view: HistoryView, info: ProcessInfo, delivered: Moment, until: number): Moment | undefined {
  const left = firstAfter(info.states, delivered.seq);
  if (left === undefined || left.seq > until || left.from !== 'active') return undefined;
  const { locked, offline } = view.device(info.device);
  return timeOutside([info.suspended, locked, offline], delivered.t, left.t) > BOUND ? left : undefined;
}
/** Ms within which a refusal reaches the user. */
const BOUND = 60_000;

interface Shown {
  at: { seq: number; t: number };
  kind: 'still' | 'returned';
  shown: readonly { seq: number }[];
}

/**
 * When the refusal can be acted upon: after the read of the store that may show a younger token, if one follows at once; states are polled,
 * so what settles in the millisecond of the read is not judged.
 */
function confirmed(info: ProcessInfo, delivered: Moment): number {
  const read = firstAfter(info.reads, delivered.seq);
  if (read === undefined || read.t - delivered.t > CONFIRMING) return delivered.seq;
  return info.settles.findLast((settled) => settled.seq > read.seq && settled.t <= read.t + 1)?.seq ?? read.seq;
}
/** Ms in which that read begins and ends. */
const CONFIRMING = 50;

/** A request that was called after an earlier one had settled, and settles while the state is still active. */
function secondSettle(view: HistoryView, info: ProcessInfo, from: number, until: number): Shown | undefined {
  let first: EventOf<'request.settled'> | undefined;
  for (const settled of between(info.settles, from, until)) {
    if (view.state(info.process, settled.seq) !== 'active') return undefined;
    const called = view.request(settled.n)?.called;
    if (first !== undefined && called !== undefined && called.seq > first.seq)
      return { at: settled, kind: 'still', shown: [first, called] };
    first ??= settled;
  }
  return undefined;
}

function returned(info: ProcessInfo, from: number, until: number): Shown | undefined {
  let left: EventOf<'state'> | undefined;
  for (const state of between(info.states, from, until)) {
    if (state.to === 'active' && left !== undefined) return { at: state, kind: 'returned', shown: [left] };
    if (state.to === 'expired' || state.to === 'signed-out') left = state;
  }
  return undefined;
}
