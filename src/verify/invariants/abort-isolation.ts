// I19: one caller that stops waiting changes nothing for the others, and never stops a refresh that has left the device.
import type { EventOf } from '../../core/events.ts';
import { alive } from '../derived.ts';
import { isByStop } from '../known-sessions.ts';
import type { LogicalRequest } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';
import { abortBehind } from './lost-rotation-end.ts';

export const abortIsolation: Invariant = {
  id: 'I19',
  name: 'abort-isolation',
  kind: 'client',
  needs: ['C'],
  summary: 'aborting one request changes the outcome of that request only; a refresh under way goes on',
  why: 'A user who leaves a screen takes every other request down with it, and the rotated token that was on its way is lost.',
  sources: ['RFC 9700 4.14.2', 'supabase/supabase-js#2013', 'forcedotcom/SalesforceMobileSDK-Android#2846'],
  judge,
};

function judge(view: HistoryView): Judgement {
  const violations: Violation[] = [];
  const { aborts, abandoned } = view.index;
  if (aborts.length === 0) return { judged: 0, violations };
  for (const event of abandoned) {
    const exchange = view.exchange(event.x);
    const abort = exchange?.end?.seq === event.seq ? abortBehind(view, exchange) : undefined;
    if (exchange === undefined || abort === undefined) continue;
    violations.push(
      violation(abortIsolation, {
        message: `the abort of ${abort.n} made ${event.actor} hang up on the refresh ${exchange.x}, which had already left the device`,
        hint: 'give the refresh an abort signal of its own; a caller that aborts only leaves the queue of waiters',
        at: event,
        witness: [exchange.sent, abort, exchange.committed],
      }),
    );
  }
  for (const request of view.requests) {
    const found = takenAlong(view, request);
    if (found !== undefined) violations.push(found);
  }
  return { judged: aborts.length, violations: violations.sort((a, b) => a.seq - b.seq) };
}

/** Another request settles as aborted, though nobody aborted it. */
function takenAlong(view: HistoryView, request: LogicalRequest): Violation | undefined {
  const { called, settled, aborted, process, device, n } = request;
  if (called === undefined || settled?.reason !== 'aborted' || aborted !== undefined || isByStop(view, process, settled)) return undefined;
  const abort = view.index.aborts.findLast((other) => other.actor === process && other.seq > called.seq && other.seq < settled.seq);
  const session = view.session(device, called.seq);
  if (
    abort === undefined ||
    session === undefined ||
    view.session(device, settled.seq) !== session ||
    !alive(view, session.family, settled.seq)
  )
    return undefined;
  return report(view, { abort, settled, n });
}

function report(
  view: HistoryView,
  { abort, settled, n }: { abort: EventOf<'aborted'>; settled: EventOf<'request.settled'>; n: string },
): Violation {
  return violation(abortIsolation, {
    message: `${n} of ${settled.actor} was rejected as aborted ${after(abort, settled)} ${abort.n} was aborted; nobody had aborted ${n}`,
    hint: 'every waiter has its own signal; the shared refresh has none of theirs',
    at: settled,
    witness: [view.request(n)?.called, view.request(abort.n)?.called, abort],
  });
}
