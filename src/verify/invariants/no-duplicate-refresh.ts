// I1: a refresh token is presented once at a time, and only when a refresh is needed. The clause about needless refreshes matters
// most: it alone sees a mutex that compares too late, where every request still ends well.
import type { Hand, Exchange } from '../records.ts';
import { inHand, inHandOfDevice, isIssued, isWoken, isRetry, isYounger, needed, remaining } from '../derived.ts';
import { holdsAt, type Moment } from '../moments.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { earlier, ms, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';
import { isAtLaunch } from './no-needless-refresh-at-start.ts';

export const noDuplicateRefresh: Invariant = {
  id: 'I1',
  name: 'no-duplicate-refresh',
  kind: 'wire',
  needs: ['H', 'J', 'V', 'C'],
  summary: 'a device refreshes once at a time, and never while it holds an access token that is neither refused nor near its end',
  why:
    'Servers that rotate see the second presentation as theft and end the session: the user is signed out at random, under load or when ' +
    'two screens open at once.',
  sources: [
    'RFC 9700 4.14.2',
    'RFC 6749 6',
    'AlexAegis/auth#382',
    'ansari-project/ansari-frontend#71',
    'Alamofire/Alamofire#3950',
    'andrewkoltsov/librus-sdk#114',
    'duckduckgo/Android#9471',
  ],
  judge,
};

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const exchange of view.exchanges) {
    if (!isIssued(exchange.rt)) continue;
    judged += 1;
    const found = concurrent(view, exchange) ?? redundant(view, exchange) ?? redundantAcross(view, exchange);
    if (found !== undefined) violations.push(found);
  }
  return { judged, violations };
}

/** Clause a, and c for two processes: another presentation of the same token is still in flight. */
function concurrent(view: HistoryView, exchange: Exchange): Violation | undefined {
  const twin = exchange.beside.find((other) => other.rt === exchange.rt && mayCollide(view, other, exchange));
  if (twin === undefined) return undefined;
  const { rt, process, x, sent } = exchange;
  const across = twin.process !== process;
  return violation(noDuplicateRefresh, {
    clause: across ? 'c' : 'a',
    message: `${process} sent ${rt} in ${x} while ${twin.x}, sent${across ? ` by ${twin.process}` : ''} ${earlier(twin.sent, sent)} with the same token, was still in flight`,
    hint: across
      ? 'hold host.lock around the refresh and read the store again once you have it: a sibling may have refreshed'
      : 'let every caller wait for the one refresh in flight instead of starting another; give up on a hanging one before trying again',
    at: sent,
    witness: [twin.sent, refusal(view, twin), refusal(view, exchange), twin.delivered, exchange.delivered],
  });
}

/** Siblings count only for clients that claim to share; a suspended one may be gone for good without anyone knowing. */
function mayCollide(view: HistoryView, other: Exchange, exchange: Exchange): boolean {
  if (other.process === exchange.process) return true;
  return view.claims('cross-process') && !holdsAt(view.process(other.process).suspended, exchange.sent.seq);
}

/** Clause b: the process itself holds a good access token. */
function redundant(view: HistoryView, exchange: Exchange): Violation | undefined {
  const { process, sent } = exchange;
  const hand = inHand(view, process, sent.seq);
  if (hand?.at === undefined || isExcused(view, exchange, hand.at) || needed(view, process, hand.at, sent)) return undefined;
  if (isAtLaunch(view, exchange, hand)) return undefined;
  const late = lateRefusal(view, exchange, hand);
  return violation(noDuplicateRefresh, {
    clause: 'b',
    message: needless(view, exchange, hand.at, hand.since, late),
    hint: hintFor(late),
    at: sent,
    witness: [
      ...(late === undefined ? [] : [view.request(late.n)?.sendings.find((sending) => sending.sent.k === late.k)?.sent, late]),
      gained(view, hand, exchange),
    ],
  });
}

/** Clause c: a sibling has stored a good access token, in a store that can be read. */
function redundantAcross(view: HistoryView, exchange: Exchange): Violation | undefined {
  if (!view.claims('cross-process')) return undefined;
  const { process, device, sent } = exchange;
  if (holdsAt(view.device(device).locked, sent.seq)) return undefined;
  const owned = inHandOfDevice(view, process, sent.seq);
  if (owned === undefined || owned.writer === process || isExcused(view, exchange, owned.at) || needed(view, process, owned.at, sent))
    return undefined;
  return violation(noDuplicateRefresh, {
    clause: 'c',
    message: `${process} sent ${exchange.rt} in ${exchange.x} although ${owned.writer} had stored ${owned.at} ${earlier(owned.since, sent)}, which was good for another ${life(view, owned.at, sent)}`,
    hint: 'after taking host.lock, read the store again and use the pair that a sibling has left there',
    at: sent,
    witness: [view.exchange(view.token(owned.at)?.x)?.sent, view.exchange(view.token(owned.at)?.x)?.delivered, owned.since],
  });
}

function isExcused(view: HistoryView, exchange: Exchange, at: string): boolean {
  const mine = view.token(exchange.rt)?.family;
  const held = view.token(at)?.family;
  if (exchange.sent.forced !== undefined || isRetry(exchange) || isWoken(view, exchange, at)) return true;
  return mine !== undefined && held !== undefined && mine !== held;
}

/** The delivered 401 for an older token that most likely set this refresh off. */
function lateRefusal(view: HistoryView, exchange: Exchange, hand: Hand) {
  const { process, sent } = exchange;
  for (let i = view.position(sent.seq) - 1; i >= 0; i--) {
    const event = view.events[i];
    if (event === undefined || event.seq <= hand.since.seq) return undefined;
    if (event?.type === 'api.delivered' && event.actor === process && event.status === 401 && isYounger(view, hand.at, event.at))
      return event;
  }
  return undefined;
}

function needless(view: HistoryView, exchange: Exchange, at: string, since: Moment, late: { at: string; n: string } | undefined): string {
  const { process, rt, x, sent } = exchange;
  const cause = late === undefined ? '' : ` after a late 401 of ${late.n} for the older ${late.at}`;
  return `${process} sent ${rt} in ${x}${cause} although it had held ${at} for ${ms(sent.t - since.t)}, not refused and good for another ${life(view, at, sent)}`;
}

function hintFor(late: object | undefined): string {
  return late === undefined
    ? 'refresh only when there is no access token, when it was refused, or when less than the refresh-ahead time of its original lifetime is left'
    : 'compare the token the refused request was sent with to the current one: when they differ, send the request again with the current one';
}

function life(view: HistoryView, at: string, moment: Moment): string {
  const left = remaining(view, at, moment);
  return left === undefined ? 'unknown time' : ms(left);
}

function gained(view: HistoryView, hand: Hand, exchange: Exchange): Moment | undefined {
  return exchange.sent.seq > hand.since.seq ? (view.at(hand.since.seq) ?? hand.since) : undefined;
}

function refusal(view: HistoryView, exchange: Exchange): Moment | undefined {
  const { cause } = exchange.sent;
  const event = cause === undefined ? undefined : view.at(cause);
  return event?.type === 'api.delivered' ? event : undefined;
}
