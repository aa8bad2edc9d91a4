// I13: a client that claims refresh-ahead does not run into an expiry it was told of. A client that only reacts may: one 401 and one
// replay per expiry is right for it, so this is not applicable to it.
import { ahead, ESTIMATE_MARGIN, isIssued, lastExchange, refusedAt } from '../derived.ts';
import { holdsWithin, lastBefore } from '../moments.ts';
import type { Exchange, Sending, TokenInfo } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { ms, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const refreshAheadHonoured: Invariant = {
  id: 'I13',
  name: 'refresh-ahead-honoured',
  kind: 'wire',
  needs: ['J', 'V', 'C'],
  feature: 'refresh-ahead',
  summary: 'a client that claims to refresh ahead sends no access token past an expiry it was told, when it could have refreshed',
  why: 'Every hour one request of every user fails first: slow screens, and with a wrong clock every request of the day.',
  sources: ['RFC 6749 5.1', 'RFC 9068 2.2', 'workos/authkit-nextjs#453', 'workos/authkit-nextjs#470', 'firebase/firebase-js-sdk#6032', 'okta/okta-auth-js#1164'],
  judge,
};

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  const seen = new Set<string>();
  const expiring = new Set<string>();
  for (const sending of view.sendings) {
    const { sent } = sending;
    const token = view.token(sent.at);
    if (token?.expiresAt === undefined || sent.redirect === true || !isTold(view, token)) continue;
    if (sent.t >= token.expiresAt - ahead(view, sent.at) && !expiring.has(sent.at)) {
      expiring.add(sent.at);
      judged += 1;
    }
    if (seen.has(sent.at)) continue;
    const found = knownExpired(view, sending, token) ?? missed(view, sending, token);
    if (found === undefined) continue;
    seen.add(sent.at);
    violations.push(found);
  }
  return { judged: judged + view.exchanges.length, violations };
}

/** The client knows when the token ends: an answer said so, and said the truth. */
function isTold(view: HistoryView, token: TokenInfo): boolean {
  const exchange = view.exchange(token.x);
  if (exchange === undefined) return !view.exchanges.some((other) => other.delivered?.kind === 'granted' && other.delivered.expiresIn === undefined);
  const told = exchange.delivered?.expiresIn;
  return told !== undefined && token.lifetime !== undefined && told <= token.lifetime + ESTIMATE_MARGIN;
}

/** Clause a: sent when its end was known to be over, though a refresh was possible. */
function knownExpired(view: HistoryView, { sent, process }: Sending, token: TokenInfo): Violation | undefined {
  const expiresAt = token.expiresAt as number;
  if (sent.t < expiresAt + ESTIMATE_MARGIN || refusedAt(view, sent.at, sent.seq) || !couldRefresh(view, process, sent.seq, expiresAt, token)) return undefined;
  return violation(refreshAheadHonoured, {
    clause: 'a',
    message: `${process} sent ${sent.n} with ${sent.at}, which had expired ${ms(sent.t - expiresAt)} earlier, without refreshing first`,
    hint: 'check the expiry before each request, by a clock corrected with the Date of the server\'s answers, and refresh first',
    at: sent,
    witness: [view.exchange(token.x)?.delivered ?? view.at(token.minted.seq), view.request(sent.n)?.called],
  });
}

/** Clause b: requests flowed while a refresh was due, none began, and then the token ran out on the way. */
function missed(view: HistoryView, { sent, process, delivered }: Sending, token: TokenInfo): Violation | undefined {
  const expiresAt = token.expiresAt as number;
  if (delivered?.status !== 401 || delivered.scripted === true || delivered.t < expiresAt || sent.t < expiresAt - ahead(view, sent.at)) return undefined;
  const due = expiresAt - ahead(view, sent.at) / 2;
  const asked = view.process(process).calls.find((call) => call.seq > token.minted.seq && call.t >= due && call.t < expiresAt - ESTIMATE_MARGIN);
  if (asked === undefined || !couldRefresh(view, process, asked.seq, due, token)) return undefined;
  return violation(refreshAheadHonoured, {
    clause: 'b',
    message: `${process} let ${sent.at} run out: ${sent.n} was refused, and no refresh had begun although ${asked.n} was called ${ms(expiresAt - asked.t)} before its end`,
    hint: `begin a refresh when ${ms(ahead(view, sent.at))} of life are left, on the next request at the latest`,
    at: delivered,
    witness: [view.exchange(token.x)?.delivered, asked, sent],
  });
}

/** Online, awake and with a clock that was not moved since; and no refresh of this session is under way, failed or over since it was due. */
function couldRefresh(view: HistoryView, process: string, seq: number, due: number, token: TokenInfo): boolean {
  const info = view.process(process);
  const device = view.device(info.device);
  const since = token.minted.seq;
  if (device.jumps.some((jump) => jump.seq > since && jump.seq < seq) || !isIssued(view.hand(process, seq)?.rt)) return false;
  const from = due - ahead(view, token.label) - ESTIMATE_MARGIN;
  const tried = tries(view, info.device, seq).some(({ sent, end }) => (sent.t >= from && sent.seq > since) || end === undefined || end.seq > seq);
  const last = lastBefore(info.calls, seq);
  const asked = last?.seq ?? seq;
  return !tried && [device.offline, info.suspended, device.locked].every((spans) => !holdsWithin(spans, asked, seq + 1));
}

/** The last few exchanges of the device before `seq`, the newest first. */
function tries(view: HistoryView, device: string, seq: number): readonly Exchange[] {
  const found: Exchange[] = [];
  for (let exchange = lastExchange(view, device, seq); exchange !== undefined && found.length < 4; exchange = exchange.before) found.push(exchange);
  return found;
}
