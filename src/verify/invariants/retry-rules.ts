// The clauses of I11, each a small function over one retry and what led to it.
import { needed, outcome, refusedAt } from '../derived.ts';
import { countWithin, holdsWithin, lastBefore } from '../moments.ts';
import type { Exchange } from '../records.ts';
import type { Violation } from '../result.ts';
import { ms, ordinal, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';
import type { Floor, Retry } from './retry-outage.ts';

const NAME = { name: 'no-retry-storm' };
/** Ms; one retry per outage may come sooner. */
const SHORTEST_GAP = 50;
/** Gaps of this length are long enough whatever came before: the cap of a back-off. */
const LONG_GAP = 10_000;
const MAX_IN_10_S = 8;
const MAX_IN_1_H = 30;
const MAX_ATTEMPTS = 8;
/** Devices that must move together before it is no coincidence. */
const HERD = 8;

/**
 * Clause c: a refresh inside the time the server announced (RFC 9110 10.2.3), 5 % tolerance: to this life of this process, or to a
 * sibling, for clients that claim to share.
 */
export function beforeRetryAfter(view: HistoryView, { exchange, floor: own }: Retry): Violation | undefined {
  const { sent, process, rt, x, device } = exchange;
  const floor = own !== undefined && own.until > sent.t ? own : (siblingFloor(view, exchange) ?? own);
  if (floor === undefined || sent.t >= floor.until - floor.announced * 0.05) return undefined;
  const { delivered } = floor.exchange;
  if (delivered === undefined || view.session(device, sent.seq) !== view.session(device, delivered.seq)) return undefined;
  return violation(NAME, {
    clause: 'c',
    message: `${process} sent ${rt} in ${x} ${ms(sent.t - delivered.t)} after ${floor.exchange.x} was answered ${delivered.status} with Retry-After ${ms(floor.announced)}`,
    hint: 'wait out Retry-After (seconds or a date) before any refresh, whoever asks for it',
    at: sent,
    witness: [floor.exchange.sent, delivered],
  });
}

/** What a sibling was told and had time to leave in a store that can be read. */
function siblingFloor(view: HistoryView, exchange: Exchange): Floor | undefined {
  const { process, device, sent } = exchange;
  if (!view.claims('cross-process')) return undefined;
  for (let other = exchange.before, steps = 0; other !== undefined && steps < SIBLINGS_BACK; other = other.before, steps++) {
    const { delivered } = other;
    if (other.process === process || delivered?.retryAfter === undefined || delivered.kind === 'granted') continue;
    if (delivered.seq > sent.seq || sent.t - delivered.t < TIME_TO_SHARE || !isShared(view, device, delivered.seq, sent.seq)) continue;
    return { exchange: other, until: delivered.t + delivered.retryAfter, announced: delivered.retryAfter };
  }
  return undefined;
}
const SIBLINGS_BACK = 8;
/** Ms from the answer to a note of it in the store. */
const TIME_TO_SHARE = 1_000;

/** The store took what was written to it all the while. */
function isShared(view: HistoryView, device: string, from: number, to: number): boolean {
  const { locked, writes } = view.device(device);
  return !holdsWithin(locked, from, to) && !writes.some(({ end }) => end !== undefined && !end.ok && end.seq > from && end.seq < to);
}

/** Clause b: gaps do not shrink, and only one retry of an outage comes at once. */
export function growthBroken(_view: HistoryView, { exchange, gaps, attempts, isRetry }: Retry): Violation | undefined {
  const gap = gaps.at(-1);
  if (!isRetry || gap === undefined) return undefined;
  const isHasty = gap < SHORTEST_GAP && gaps.filter((one) => one < SHORTEST_GAP).length > 1;
  if (!isHasty && !isShrinking(gaps)) return undefined;
  const { process, rt, sent } = exchange;
  const shown = gaps.slice(-4).map(ms).join(', ');
  return violation(NAME, {
    clause: 'b',
    message: `${process} sent ${rt} for the ${ordinal(attempts.length)} time with pauses of ${shown}: failures do not slow it down`,
    hint: 'back off: pauses that grow (for instance 200ms, 400ms, 800ms with jitter), at most one immediate retry',
    at: sent,
    witness: attempts.slice(-4).flatMap((attempt) => [attempt.sent, attempt === exchange ? undefined : attempt.end]),
  });
}

/** The later half of at least four pauses is clearly shorter than the first, and short in itself. */
function isShrinking(gaps: readonly number[]): boolean {
  if (gaps.length < 4) return false;
  const half = gaps.length >> 1;
  const later = mean(gaps.slice(-half));
  return later < LONG_GAP && later < 0.7 * mean(gaps.slice(0, half));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Clause d: after this many attempts only something new starts again. */
export function unbounded(_view: HistoryView, { exchange, attempts, isRetry }: Retry): Violation | undefined {
  if (!isRetry || attempts.length <= MAX_ATTEMPTS) return undefined;
  const { process, rt, sent } = exchange;
  const first = attempts[0] as Exchange;
  return violation(NAME, {
    clause: 'd',
    message: `${process} sent ${rt} ${attempts.length} times within ${ms(sent.t - first.sent.t)} for one reason, and it failed every time`,
    hint: `give up after a few attempts (${MAX_ATTEMPTS} at most) and start again with the next request, when the network returns, or after a minute`,
    at: sent,
    witness: [first.sent, first.end, attempts.at(-2)?.sent, attempts.at(-2)?.end],
  });
}

/** Clause f: granted, and at once the next one, though the new token is good; twice in a row, with nothing new in between. */
export function loops(view: HistoryView, { exchange, chain, isRetry }: Retry): Violation | undefined {
  const [one, two] = chain.slice(-2);
  if (!isRetry || one === undefined || two === undefined || isWaitedFor(view, exchange) || isWaitedFor(view, two)) return undefined;
  if (![two, exchange].every((next) => isNeedless(view, next))) return undefined;
  const { process, sent } = two;
  return violation(NAME, {
    clause: 'f',
    message: `${process} refreshes in a loop: ${one.x}, ${two.x} and ${exchange.x} within ${ms(exchange.sent.t - one.sent.t)}, each granted, none of them needed`,
    hint: 'clamp the refresh-ahead time to half of the lifetime, and split timers longer than 2^31-1 ms (24.8 days): they fire at once',
    at: sent,
    root: isNeedless(view, one) ? one.sent : sent,
    witness: [one.sent, one.delivered, two.delivered, exchange.sent],
  });
}

/** Some request is still open: what looks like a loop may be a queue of callers, each with a reason of its own. */
function isWaitedFor(view: HistoryView, { process, sent }: Exchange): boolean {
  const { calls, settles, lives } = view.process(process);
  const born = lastBefore(lives, sent.seq)?.seq ?? -1;
  return countWithin(calls, born, sent.seq) > countWithin(settles, born, sent.seq);
}

function isNeedless(view: HistoryView, exchange: Exchange): boolean {
  const hand = view.hand(exchange.process, exchange.sent.seq);
  return hand?.at !== undefined && !refusedAt(view, hand.at, exchange.sent.seq) && !needed(view, exchange.process, hand.at, exchange.sent);
}

/** Clause a: too many retries of one device, however they are spaced. */
export function rateBroken(_view: HistoryView, { exchange, recent, hour, isRetry }: Retry): Violation | undefined {
  if (!isRetry) return undefined;
  const isFast = recent.length > MAX_IN_10_S;
  if (!isFast && hour.length <= MAX_IN_1_H) return undefined;
  const { device, sent } = exchange;
  const shown = isFast ? recent : hour;
  const first = shown[0] as Exchange;
  return violation(NAME, {
    clause: 'a',
    message: `${device} retried the token endpoint ${shown.length} times within ${ms(sent.t - first.sent.t)}${isFast ? '' : ' without one grant'}`,
    hint: `at most ${MAX_IN_10_S} retries in 10 s and ${MAX_IN_1_H} in an hour; remember failures across requests`,
    at: sent,
    witness: [first.sent, first.end, ...shown.slice(-2).map((other) => other.sent)],
  });
}

/** Clause e: many devices that failed at one instant come back at one instant; without a Retry-After they must spread. */
export function herd(view: HistoryView): Violation[] {
  const groups = new Map<number, Exchange[]>();
  for (const device of view.devices) {
    const first = device.exchanges.find((exchange) => exchange.end !== undefined && outcome(exchange).kind === 'unknown');
    const retry = first?.next;
    if (first?.end === undefined || retry === undefined || retry.rt !== first.rt || retry.sent.seq < first.end.seq) continue;
    groups.set(first.end.t, [...(groups.get(first.end.t) ?? []), retry]);
  }
  const found: Violation[] = [];
  for (const [failedAt, retries] of groups) {
    const gaps = retries.map((retry) => retry.sent.t - failedAt);
    const [least, most] = [Math.min(...gaps), Math.max(...gaps)];
    const last = retries.reduce((a, b) => (b.sent.seq > a.sent.seq ? b : a));
    if (retries.length < HERD || most < SHORTEST_GAP || most - least > 0.05 * most) continue;
    found.push(
      violation(NAME, {
        clause: 'e',
        message: `${retries.length} devices that failed at one instant all retried ${ms(least)} to ${ms(most)} later`,
        hint: "add jitter from a source of the device's own to every pause",
        at: last.sent,
        witness: retries.slice(0, 6).map((retry) => retry.sent),
      }),
    );
  }
  return found;
}
