// I4: once a newer access token can be used, no request leaves with an older one. A token can be used when its pair is safely stored
// (no-lost-rotation asks for that order), so a request that leaves before is not judged.
import { inHand, isIssued, isYounger } from '../derived.ts';
import type { Moment } from '../moments.ts';
import type { Sending } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { earlier, violation } from '../say.ts';
import { firstUsable } from '../usable.ts';
import type { HistoryView } from '../view.ts';

export const noStaleTokenAfterRefresh: Invariant = {
  id: 'I4',
  name: 'no-stale-token-after-refresh',
  kind: 'wire',
  needs: ['J', 'V', 'C'],
  summary: 'after a refresh, requests carry the new access token, never the one it replaced',
  why: 'The request is refused although a good token was there: one more round trip at best, a failed screen or a second refresh at worst.',
  sources: ['RFC 6750 3.1', 'felangel/fresh#115', 'Alamofire/Alamofire#3877', 'TriliumNext/Trilium#10371'],
  judge,
};

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  if (view.exchanges.length === 0 && view.index.offered.size === 0) return { judged, violations };
  const usable = firstUsable(view);
  for (const sending of view.sendings) {
    const { sent, process } = sending;
    if (sent.redirect === true || !isIssued(sent.at)) continue;
    const hand = inHand(view, process, sent.seq);
    if (hand?.at === undefined || hand.source === 'sign-in') continue;
    judged += 1;
    if (hand.at === sent.at || !isYounger(view, hand.at, sent.at) || view.token(hand.at)?.family !== view.token(sent.at)?.family) continue;
    const since = usable(hand);
    if (since !== undefined && since.seq < sent.seq) violations.push(report(view, sending, hand.at, since));
  }
  return { judged, violations };
}

function report(view: HistoryView, { sent, process }: Sending, newer: string, since: Moment): Violation {
  const again = sent.k > 1 ? 'again ' : '';
  const request = view.request(sent.n);
  return violation(noStaleTokenAfterRefresh, {
    message: `${process} sent ${sent.n} ${again}with ${sent.at} although the newer ${newer} had been ready ${earlier(since, sent)}`,
    hint: 'read the current access token at the moment a request leaves, not when it was queued',
    at: sent,
    witness: [
      request?.called,
      request?.sendings.find((sending) => sending.sent.k === sent.k - 1)?.sent,
      view.exchange(view.token(newer)?.x)?.delivered,
      since,
    ],
  });
}
