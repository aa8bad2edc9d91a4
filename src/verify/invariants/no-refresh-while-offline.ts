// I12: a client that promises an offline queue asks the host before it sends a refresh. The refresh that discovers the outage is allowed,
// and so is one of the very millisecond in which the host went offline.
import type { Invariant, Judgement, Violation } from '../result.ts';
import type { Span } from '../moments.ts';
import { after, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const noRefreshWhileOffline: Invariant = {
  id: 'I12',
  name: 'no-refresh-while-offline',
  kind: 'client',
  needs: ['C'],
  feature: 'offline-queue',
  summary: 'while the host says offline, no refresh is sent',
  why: 'Attempts without a network use up the retry budget, so the first try after the tunnel comes minutes late, or never.',
  sources: ['RFC 9110 9.2.2', 'supabase/supabase-flutter#716', 'supabase/supabase-swift#630', 'schulydev/Schuly#476'],
  judge,
};

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const { device, offline } of view.devices) {
    judged += offline.length;
    if (offline.length === 0) continue;
    let at = 0;
    for (const { sent, process, rt, x } of view.device(device).exchanges) {
      while ((offline[at + 1]?.from.seq ?? Infinity) < sent.seq) at += 1;
      const span = offline[at] as Span;
      if (span.from.seq > sent.seq || (span.to !== undefined && span.to.seq < sent.seq) || sent.t === span.from.t) continue;
      violations.push(
        violation(noRefreshWhileOffline, {
          message: `${process} sent ${rt} in ${x} ${after(span.from, sent)} its device went offline`,
          hint: 'ask host.connectivity.online() first; queue the request and refresh when the host says online again',
          at: sent,
          witness: [span.from, view.exchange(x)?.end],
        }),
      );
    }
  }
  return { judged, violations };
}
