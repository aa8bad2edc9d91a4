// I3 as a server's journal shows it: no store is seen, so a rotation is known to be lost when the next exchange presents an ancestor, or
// nothing at all after an answer that left the refresh token out.
import { isIssued } from '../derived.ts';
import type { Exchange } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';
import { spentBy } from './no-refresh-token-reuse.ts';

/** Clauses b and c of I3 over a history made from a journal. */
export function judgeJournal(view: HistoryView, invariant: Invariant): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const exchange of view.exchanges) {
    const { delivered } = exchange;
    if (delivered?.kind !== 'granted') continue;
    const next = nextAfter(exchange, delivered.seq);
    if (next === undefined || view.session(exchange.device, next.sent.seq) !== view.session(exchange.device, delivered.seq)) continue;
    judged += 1;
    const found = notAdopted(view, exchange, next, invariant) ?? notKept(exchange, next, invariant);
    if (found !== undefined) violations.push(found);
  }
  return { judged, violations };
}

function nextAfter(exchange: Exchange, seq: number): Exchange | undefined {
  let { next } = exchange;
  while (next !== undefined && next.sent.seq < seq) next = next.next;
  return next;
}

/** Clause b. */
function notAdopted(view: HistoryView, exchange: Exchange, next: Exchange, invariant: Invariant): Violation | undefined {
  const { delivered, x } = exchange;
  const newRt = delivered?.newRt;
  if (delivered === undefined || newRt === undefined || newRt === exchange.rt || spentBy(view, next) !== exchange) return undefined;
  return violation(invariant, {
    clause: 'b',
    message: `${next.process} presented ${next.rt} in ${next.x}, ${after(delivered, next.sent)} ${newRt} had come with ${x}: the rotation was lost`,
    hint: 'take the refresh token of every answer over, in memory and in the store, before anything of the answer is used',
    at: next.sent,
    root: delivered,
    witness: [exchange.sent, delivered],
  });
}

/** Clause c (RFC 6749 6: an answer without refresh_token leaves the presented one in force). */
function notKept(exchange: Exchange, next: Exchange, invariant: Invariant): Violation | undefined {
  const { delivered, x, rt } = exchange;
  if (delivered === undefined || delivered.newRt !== undefined || !isIssued(rt) || isIssued(next.rt)) return undefined;
  return violation(invariant, {
    clause: 'c',
    message: `${next.process} sent the refresh ${next.x} ${next.rt === 'none' ? 'without a refresh token' : 'with a refresh token that nobody issued'} after ${x} had brought none: ${rt} was not kept`,
    hint: 'when the answer has no refresh_token, keep the one that was presented (RFC 6749 6)',
    at: next.sent,
    root: delivered,
    witness: [exchange.sent, delivered],
  });
}
