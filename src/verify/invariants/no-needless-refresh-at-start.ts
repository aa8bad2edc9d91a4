// I22: I1b at launch, under a name of its own because the cure is another one: restoring a session is reading, not refreshing.
import { inHand, isIssued, isWoken, isRetry, needed, remaining } from '../derived.ts';
import { firstAfter, lastBefore } from '../moments.ts';
import type { Exchange, Hand } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { ms, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const noNeedlessRefreshAtStart: Invariant = {
  id: 'I22',
  name: 'no-needless-refresh-at-start',
  kind: 'client',
  needs: ['V', 'C'],
  summary: 'a launch with a stored access token that is neither refused nor near its end refreshes nothing',
  why: 'Every start costs a rotation: a crash or a kill between the answer and the write then loses the session, and a crash loop burns it for sure.',
  sources: ['RFC 9700 4.14.2', 'hegocre/RacoAndroid#19', 'authts/react-oidc-context#1638', 'sidebase/nuxt-auth#239'],
  judge,
};

/** The refresh came out of a launch: first exchange of this life, with a token from the store, before anyone asked for anything. */
export function isAtLaunch(view: HistoryView, exchange: Exchange, hand: Hand): boolean {
  if (hand.source !== 'store') return false;
  const { process, sent, life } = exchange;
  const info = view.process(process);
  const launch = lastBefore(info.launches, sent.seq);
  if (launch === undefined || launch.seq > hand.since.seq) return false;
  if (exchange.before?.process === process && exchange.before.life === life) return false;
  const asked = firstAfter(info.calls, launch.seq);
  const started = info.opened.findLast((operation) => operation.name === 'start' && operation.called.seq < sent.seq);
  return (
    asked === undefined || asked.seq > sent.seq || (started !== undefined && (started.done === undefined || started.done.seq > sent.seq))
  );
}

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const { launches } of view.processes) {
    for (const launch of launches)
      if (view.store(launch.actor.slice(0, launch.actor.indexOf('/')), launch.seq)?.at !== undefined) judged += 1;
  }
  for (const exchange of judged === 0 ? [] : view.exchanges) {
    const { process, sent, rt } = exchange;
    if (!isIssued(rt) || sent.forced !== undefined || isRetry(exchange)) continue;
    const hand = inHand(view, process, sent.seq);
    if (hand?.at === undefined || !isAtLaunch(view, exchange, hand) || needed(view, process, hand.at, sent)) continue;
    if (isWoken(view, exchange, hand.at)) continue;
    violations.push(report(view, exchange, hand.at, hand));
  }
  return { judged, violations };
}

function report(view: HistoryView, exchange: Exchange, at: string, hand: Hand): Violation {
  const { process, sent, rt, x } = exchange;
  const launch = lastBefore(view.process(process).launches, sent.seq);
  const left = remaining(view, at, sent);
  return violation(noNeedlessRefreshAtStart, {
    message: `${process} sent ${rt} in ${x} at launch although the stored ${at} was not refused and good for another ${left === undefined ? 'unknown time' : ms(left)}`,
    hint: 'on start, read the store and use the access token as it is; refresh when it is near its end or refused',
    at: sent,
    witness: [launch, view.at(hand.since.seq), exchange.delivered],
  });
}
