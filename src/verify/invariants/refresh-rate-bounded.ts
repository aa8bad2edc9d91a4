// I24: as long as no token is refused, a device refreshes about as often as its tokens run out. The only rule that sees a loop in which
// every answer is 200 and every single refresh has its excuse, such as an answer that tells no lifetime, or 0.
import { isIssued, jobOf, outcome, refusedAt, remaining } from '../derived.ts';
import { between, lastBefore } from '../moments.ts';
import type { Exchange } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { ms, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const refreshRateBounded: Invariant = {
  id: 'I24',
  name: 'refresh-rate-bounded',
  kind: 'wire',
  needs: ['H', 'J', 'V', 'C'],
  summary: 'while no access token is refused, a device is granted no more refreshes than 1 + time / (0.4 x lifetime)',
  why: 'One refresh for every request, each of them granted: nobody notices until the rate limit of the provider locks the app out, and every one of them can lose the session.',
  sources: [
    'RFC 6749 5.1',
    'directus/directus#4054',
    'Bdaya-Dev/oidc#123',
    'Wei-Shaw/sub2api#5885',
    'openfga/java-sdk#388',
    'dimagi/commcare-connect#1344',
    'nextauthjs/next-auth#7558',
  ],
  judge,
};

/** Part of a lifetime after which the next refresh is in order at the earliest: half of it, and some room for jitter. */
const SHARE = 0.4;
/** Ms that rounding and the way of the messages may take off each of them. */
const SLACK = 2_000;
/** Fewer than these are no series. */
const LEAST = 4;

/** Granted refreshes in a row that nothing outside the client asked for. */
interface Series {
  exchanges: Exchange[];
  lifetime: number;
  reported: boolean;
}

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  const series = new Map<string, Series>();
  for (const exchange of view.exchanges) {
    if (!isIssued(exchange.rt) || outcome(exchange).kind !== 'granted') continue;
    const key = `${view.claims('cross-process') ? exchange.device : exchange.process} ${view.token(exchange.rt)?.family}`;
    const lifetime = lifetimeOf(view, exchange);
    const last = series.get(key);
    if (lifetime === undefined || last === undefined || isAskedFor(view, exchange, last)) {
      series.set(key, { exchanges: [exchange], lifetime: lifetime ?? Infinity, reported: false });
      continue;
    }
    judged += 1;
    last.exchanges.push(exchange);
    last.lifetime = Math.min(last.lifetime, lifetime);
    const found = last.reported ? undefined : tooMany(last, exchange);
    if (found !== undefined) violations.push(found);
    last.reported ||= found !== undefined;
  }
  return { judged, violations };
}

/** Ms that the token which the answer brought is good for: as told, where that is something, else as it is. */
function lifetimeOf(view: HistoryView, { delivered }: Exchange): number | undefined {
  const real = view.token(delivered?.at)?.lifetime;
  const told = delivered?.expiresIn;
  if (told !== undefined && told > 0) return Math.min(told, real ?? told);
  return real === 0 ? undefined : real;
}

/**
 * A refusal, a retry, by whomever, of what brought nothing, an app, a push or a background job that wanted it, a clock that was moved, or a
 * process that had no living access token to begin with.
 */
function isAskedFor(view: HistoryView, exchange: Exchange, { exchanges }: Series): boolean {
  const { sent, process, device, previous } = exchange;
  if (sent.forced !== undefined || (previous !== undefined && outcome(previous).kind !== 'granted')) return true;
  const before = exchanges.at(-1) as Exchange;
  const at = before.delivered?.at;
  if (at !== undefined && refusedAt(view, at, sent.seq)) return true;
  const { pushes } = view.process(process);
  if (jobOf(view, exchange) !== undefined) return true;
  const since = before.sent.seq;
  if (between(pushes, since, sent.seq).length > 0 || between(view.device(device).jumps, since, sent.seq).length > 0) return true;
  const held = view.hand(process, sent.seq)?.at ?? view.store(device, sent.seq)?.at;
  return isFirstOfLife(view, exchange) && (held === undefined || (remaining(view, held, sent) ?? Infinity) <= 0);
}

function isFirstOfLife(view: HistoryView, { process, sent }: Exchange): boolean {
  const info = view.process(process);
  return (lastBefore(info.sent, sent.seq)?.seq ?? -1) < (lastBefore(info.lives, sent.seq)?.seq ?? 0);
}

function tooMany({ exchanges, lifetime }: Series, exchange: Exchange): Violation | undefined {
  const count = exchanges.length;
  const first = exchanges[0] as Exchange;
  const elapsed = exchange.sent.t - first.sent.t;
  if (count < LEAST || count <= 1 + (elapsed + count * SLACK) / (lifetime * SHARE)) return undefined;
  return violation(refreshRateBounded, {
    message: `${exchange.device} was granted ${count} refreshes within ${ms(elapsed)} although none of its access tokens had been refused and each was good for ${ms(lifetime)}`,
    hint: 'derive every delay from the lifetime of this very token; when the answer tells none, keep the last one told, or wait for a 401',
    at: exchange.sent,
    root: (exchanges[1] as Exchange).sent,
    witness: [first.sent, first.delivered, ...exchanges.slice(1, 4).map(({ sent }) => sent)],
  });
}
