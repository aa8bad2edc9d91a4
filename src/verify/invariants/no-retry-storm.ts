// I11: retries of the token endpoint are few, spaced, and later than the server asked. Only retries count: an exchange that a new request,
// a launch, a return online or a pause of a minute set off is a first try. A token that was refused for good is I7's business.
import { isIssued, outcome } from '../derived.ts';
import type { Exchange } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import type { HistoryView } from '../view.ts';
import { beforeRetryAfter, growthBroken, herd, loops, rateBroken, unbounded } from './retry-rules.ts';
import { Outages } from './retry-outage.ts';

export const noRetryStorm: Invariant = {
  id: 'I11',
  name: 'no-retry-storm',
  kind: 'wire',
  needs: ['H', 'J', 'V', 'C'],
  summary: 'retries of a refresh back off, are bounded, keep to Retry-After, and a granted refresh does not set off the next one',
  why: 'A short outage becomes a long one: clients keep the token endpoint down, or get themselves banned, and drain the battery meanwhile.',
  sources: [
    'RFC 9110 10.2.3',
    'RFC 6585 4',
    'directus/directus#4054',
    'descope/descope-js#287',
    'ginlix-ai/LangAlpha#379',
    'mozilla/fxa-oauth-server#370',
    'marcusquinn/aidevops#5302',
  ],
  judge,
};

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  const outages = new Outages(view);
  for (const exchange of view.exchanges) {
    if (!isIssued(exchange.rt) || exchange.sent.forced !== undefined) continue;
    const retry = outages.enter(exchange);
    if (retry.previous === undefined && (exchange.before === undefined || exchange.before.process === exchange.process)) continue;
    judged += 1;
    if (isRefusedForGood(exchange)) continue;
    const found = [beforeRetryAfter, growthBroken, unbounded, loops, rateBroken].map((rule) => rule(view, retry));
    const news = found.find((one) => one !== undefined && outages.report(retry, one.clause));
    if (news !== undefined) violations.push(news);
  }
  violations.push(...herd(view));
  return { judged, violations: violations.sort((a, b) => a.seq - b.seq) };
}

/** This very token has been refused with invalid_grant before: presenting it again is a broken session end, not a storm. */
function isRefusedForGood({ previous }: Exchange): boolean {
  if (previous === undefined) return false;
  const result = outcome(previous);
  return result.kind === 'refused' && result.code === 'invalid_grant';
}
