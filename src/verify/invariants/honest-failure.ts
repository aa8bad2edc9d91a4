// When a failure is the honest answer to a request: the list of reasons that I14 accepts, each as one small question.
import type { EventOf } from '../../core/events.ts';
import { alive, endingRefusal, isIssued, isYounger, lastExchange, outcome } from '../derived.ts';
import { hasSignedOut, isBehind, isByStop, knownSession, wasEmptied } from '../known-sessions.ts';
import { holdsAt, holdsWithin } from '../moments.ts';
import type { Exchange, LogicalRequest, ProcessInfo, Session } from '../records.ts';
import type { HistoryView } from '../view.ts';
import { isClosed } from './lock-timing.ts';

type Settled = EventOf<'request.settled'>;
/** Ms for which a failed refresh still answers for a request that comes right after it. */
const JUST_NOW = 50;
/** Ms a caller may be said to have waited when it is rejected as `deadline`. */
const A_WHILE = 1_000;

/** Whether the failure of a request is excused by what its client could know. */
export function isHonest(view: HistoryView, request: LogicalRequest, settled: Settled): boolean {
  return (
    isByRequest(request, settled) ||
    isByStop(view, request.process, settled) ||
    isBehindLock(view, request, settled) ||
    isByNews(view, request, settled) ||
    sessionOver(view, request, settled) ||
    worldSilent(view, request, settled) ||
    refusedAnyway(view, request) ||
    refreshFailed(view, request, settled)
  );
}

/** Exchanges of the device that overlap the life of a request, or ended right before it, oldest first. */
export function exchangesAround(view: HistoryView, request: LogicalRequest, until: number): readonly Exchange[] {
  const { called, device } = request;
  const found: Exchange[] = [];
  for (let exchange = lastExchange(view, device, until); exchange !== undefined && found.length < MAX_AROUND; exchange = exchange.before) {
    const { end } = exchange;
    const isBefore = end !== undefined && called !== undefined && end.seq < called.seq;
    if (isBefore && called.t - end.t > JUST_NOW) break;
    if (!isBefore || outcome(exchange).kind !== 'granted') found.push(exchange);
  }
  return found.reverse();
}
const MAX_AROUND = 64;

/** The caller asked for it: it aborted, or its body cannot be sent twice. */
function isByRequest({ aborted }: LogicalRequest, { reason }: Settled): boolean {
  return aborted !== undefined || reason === 'not-replayable';
}

/** The app is locked, or does not know yet: a policy may refuse what comes meanwhile. Or it was installed anew, and began again. */
function isBehindLock(view: HistoryView, { called, process, device }: LogicalRequest, { seq, reason }: Settled): boolean {
  if (called === undefined) return false;
  if (reason === 'locked' && [called.seq, seq].some((at) => isClosed(view.state(process, at) ?? 'loading'))) return true;
  const session = view.session(device, called.seq);
  return view.device(device).installs.some(({ how, seq: at }) => how === 'reinstall' && at < seq && at > (session?.began ?? 0));
}

/** This user has left, here or in a sibling: what a sibling has begun since need not be taken up, and what it deleted cannot. */
function isSignedOut(view: HistoryView, info: ProcessInfo, { seq, status }: Settled): boolean {
  return status === undefined && (hasSignedOut(info, seq) || wasEmptied(view, info, seq));
}

/** A sibling began the session, and its tokens have not reached the store: this process cannot know of them. */
function isOutOfReach(view: HistoryView, process: string, session: Session, seq: number): boolean {
  const { device } = view.process(process);
  if (session.from.actor === process || !view.device(device).observable) return false;
  const stored = view.store(device, seq);
  return view.token(stored?.rt ?? stored?.at)?.family !== session.family && knownSession(view, process, seq)?.family !== session.family;
}

/** It was called when a sibling's sign-in was news to its process: it belongs to the session before, which is over or has ended meanwhile. */
function isByNews(view: HistoryView, { called, process, device }: LogicalRequest, settled: Settled): boolean {
  const session = called === undefined ? undefined : view.session(device, called.seq);
  if (called === undefined || session === undefined) return false;
  if (isOutOfReach(view, process, session, settled.seq) || isSignedOut(view, view.process(process), settled)) return true;
  if (!isBehind(view, process, session, called.seq)) return false;
  const known = knownSession(view, process, called.seq);
  return (
    !isBehind(view, process, session, settled.seq) ||
    !alive(view, known?.family, settled.seq) ||
    endingRefusal(view, device, known, settled.seq) !== undefined
  );
}

/** There was no session to refresh, or it has ended, or it is another one by now. */
function sessionOver(view: HistoryView, { called, process, device }: LogicalRequest, settled: Settled): boolean {
  if (called === undefined) return true;
  const session = view.session(device, called.seq);
  if (session === undefined || view.session(device, settled.seq) !== session) return true;
  if (!alive(view, session.family, settled.seq) || endingRefusal(view, device, session, settled.seq) !== undefined) return true;
  const hand = view.hand(process, settled.seq);
  return !isIssued(hand?.rt) && !isIssued(view.store(device, settled.seq)?.rt);
}

/** Offline, asleep, locked away, a write that failed, or the request itself got lost. */
function worldSilent(view: HistoryView, request: LogicalRequest, settled: Settled): boolean {
  const { called, process, device, sendings } = request;
  const from = called?.seq ?? settled.seq;
  const info = view.device(device);
  if (holdsWithin(info.offline, from, settled.seq) || holdsWithin(info.locked, from, settled.seq)) return true;
  if (holdsWithin(view.process(process).suspended, from, settled.seq) || view.state(process, settled.seq) === 'locked') return true;
  if (info.writes.length > 0 && failedWrite(view, device, from, settled.seq)) return true;
  const last = sendings.at(-1);
  if (last === undefined || settled.status !== undefined) return false;
  return last.broken !== undefined || last.delivered === undefined || isResult(last.delivered.status);
}

/** The resource answered with something that is no 401: whatever the client made of it, no refresh would have changed it. */
function isResult(status: number): boolean {
  return status !== 401;
}

function failedWrite(view: HistoryView, device: string, from: number, to: number): boolean {
  const { writes } = view.device(device);
  for (let i = writes.length - 1; i >= 0; i--) {
    const write = writes[i];
    if (write === undefined || write.seq < from - WRITE_SLACK) return false;
    if (write.end !== undefined && !write.end.ok && write.end.seq > from && write.end.seq < to) return true;
  }
  return false;
}
const WRITE_SLACK = 200;

/** The newest token was refused too: by a rule of the scenario, or after the one replay. */
function refusedAnyway(view: HistoryView, { sendings, process }: LogicalRequest): boolean {
  const last = sendings.at(-1);
  if (last?.delivered?.status !== 401) return false;
  const hand = view.hand(process, last.sent.seq);
  if (isYounger(view, hand?.at, last.sent.at)) return false;
  return (
    last.delivered.scripted === true ||
    sendings.filter(({ delivered, sent }) => delivered?.status === 401 && sent.redirect !== true).length > 1
  );
}

/** A refresh was tried and did not come through, or the server asked to wait, or the caller's patience ran out meanwhile. */
function refreshFailed(view: HistoryView, request: LogicalRequest, settled: Settled): boolean {
  const around = exchangesAround(view, request, settled.seq);
  if (waitsByOrder(view, request.device, settled)) return true;
  const last = around.at(-1);
  if (last === undefined) return false;
  const isOpen = last.end === undefined || holdsAt([{ from: last.sent, to: last.end }], settled.seq);
  if (isOpen)
    return settled.status === undefined && waited(request, settled) && (settled.reason === 'deadline' || settled.reason === 'network');
  const result = outcome(last);
  if (result.kind === 'refused') return result.code !== 'invalid_grant';
  return result.kind !== 'granted';
}

function waited({ called }: LogicalRequest, settled: Settled): boolean {
  return called !== undefined && settled.t - called.t >= A_WHILE;
}

/** A Retry-After of the token endpoint is still running. */
function waitsByOrder(view: HistoryView, device: string, settled: Settled): boolean {
  let exchange = lastExchange(view, device, settled.seq);
  for (let steps = 0; exchange !== undefined && steps < 4; exchange = exchange.before, steps++) {
    const { delivered } = exchange;
    if (delivered?.retryAfter !== undefined && delivered.seq < settled.seq && delivered.t + delivered.retryAfter >= settled.t) return true;
  }
  return false;
}
