// I14: a request fails only when its session is over, the world does not answer, or the resource refuses the newest token too.
// Results (403, 404, 5xx of the resource) are not failures; a rejection that the app caused itself is not either.
import type { EventOf } from '../../core/events.ts';
import { isIssued } from '../derived.ts';
import type { LogicalRequest } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';
import { exchangesAround, isHonest } from './honest-failure.ts';

export const requestNeverFailsWhenRefreshable: Invariant = {
  id: 'I14',
  name: 'request-never-fails-when-refreshable',
  kind: 'client',
  needs: ['C'],
  summary: 'a request does not fail while its session could have been refreshed',
  why: 'The user sees an error or an empty screen although everything needed to show the page was there; a second try then works.',
  sources: [
    'RFC 6749 1.5',
    'RFC 6750 3.1',
    'Flyrell/axios-auth-refresh#56',
    'supabase/supabase-swift#630',
    'Flyrell/axios-auth-refresh#60',
    'modelcontextprotocol/rust-sdk#949',
  ],
  judge,
};

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const request of view.requests) {
    const { settled } = request;
    if (settled === undefined) continue;
    const isFailure = settled.status === undefined || settled.status === 401;
    if (isFailure || request.sendings.some(({ delivered }) => delivered?.status === 401)) judged += 1;
    if (isFailure && !isHonest(view, request, settled)) violations.push(report(view, request, settled));
  }
  return { judged, violations };
}

function report(view: HistoryView, request: LogicalRequest, settled: EventOf<'request.settled'>): Violation {
  const { n, process, called } = request;
  const how =
    settled.status === undefined
      ? `was rejected${settled.reason === undefined ? '' : ` as ${settled.reason}`}`
      : `ended with ${settled.status}`;
  const around = exchangesAround(view, request, settled.seq);
  const granted = around.findLast((exchange) => exchange.delivered?.kind === 'granted' && exchange.delivered.seq < settled.seq);
  const open = around.find((exchange) => exchange.end === undefined || exchange.end.seq > settled.seq);
  const hand = view.hand(process, settled.seq);
  const why =
    granted?.delivered !== undefined
      ? `${granted.x} had brought ${granted.delivered.at ?? 'a new token'}`
      : open !== undefined
        ? `the refresh ${open.x} was still under way`
        : isIssued(hand?.rt)
          ? `${hand.rt} could have been used to refresh, and was not`
          : 'the session was alive and could have been refreshed';
  return violation(requestNeverFailsWhenRefreshable, {
    message: `${n} of ${process} ${how} ${called === undefined ? '' : `${after(called, settled)} it was called `}although ${why}`,
    hint: 'let every request wait for the refresh in flight, then send it again with the new token; try again as soon as the outage is over',
    at: settled,
    witness: [
      called,
      ...request.sendings.slice(-2).flatMap(({ sent, delivered, broken }) => [sent, delivered ?? broken]),
      (granted ?? open)?.sent,
      (granted ?? open)?.end,
    ],
  });
}
