// I13: a client that claims refresh-ahead does not run into an expiry it was told of. A client that only reacts may: one 401 and one
// replay per expiry is right for it, so this is not applicable to it.
import type { EventOf } from '../../core/events.ts';
import { ahead, ESTIMATE_MARGIN, isIssued, lastExchange, refusedAt } from '../derived.ts';
import { holdsWithin, search, type Moment } from '../moments.ts';
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
  sources: [
    'RFC 6749 5.1',
    'RFC 9068 2.2',
    'workos/authkit-nextjs#453',
    'workos/authkit-nextjs#470',
    'firebase/firebase-js-sdk#6032',
    'okta/okta-auth-js#1164',
  ],
  judge,
};

function judge(view: HistoryView): Judgement {
  const violations: Violation[] = [];
  const tokens = new Set<string>();
  const add = (label: string, found: Violation | undefined): void => {
    if (found === undefined || tokens.has(label)) return;
    tokens.add(label);
    violations.push(found);
  };
  for (const sending of view.sendings) {
    const token = toldToken(view, sending.sent.at);
    if (token !== undefined && sending.sent.redirect !== true)
      add(token.label, knownExpired(view, sending, token) ?? ranOut(view, sending, token));
  }
  for (const exchange of view.exchanges) {
    const token = toldToken(view, view.hand(exchange.process, exchange.sent.seq)?.at);
    if (token !== undefined) add(token.label, tooLate(view, exchange, token));
  }
  return { judged: view.exchanges.length, violations: violations.sort((a, b) => a.seq - b.seq) };
}

/** A token of which the client knows when it ends. */
function toldToken(view: HistoryView, label: string | undefined): TokenInfo | undefined {
  const token = view.token(label);
  return token?.expiresAt !== undefined && isTold(view, token) ? token : undefined;
}

/** The client knows when the token ends: an answer said so, and said the truth. 0 says nothing. */
function isTold(view: HistoryView, token: TokenInfo): boolean {
  const exchange = view.exchange(token.x);
  if (exchange === undefined) return !view.index.untold;
  const told = exchange.delivered?.expiresIn;
  return told !== undefined && told > 0 && token.lifetime !== undefined && told <= token.lifetime + ESTIMATE_MARGIN;
}

/** Clause a: sent when its end was known to be over, though a refresh was possible. */
function knownExpired(view: HistoryView, { sent, process }: Sending, token: TokenInfo): Violation | undefined {
  const expiresAt = token.expiresAt as number;
  if (sent.t < expiresAt + ESTIMATE_MARGIN || refusedAt(view, sent.at, sent.seq)) return undefined;
  const called = view.request(sent.n)?.called;
  const from = called !== undefined && called.t >= expiresAt + ESTIMATE_MARGIN ? called : sent;
  if (!couldRefresh(view, process, { from, to: sent.t }, expiresAt, token)) return undefined;
  return violation(refreshAheadHonoured, {
    clause: 'a',
    message: `${process} sent ${sent.n} with ${sent.at}, which had expired ${ms(sent.t - expiresAt)} earlier, without refreshing first`,
    hint: "check the expiry before each request, by a clock corrected with the Date of the server's answers, and refresh first",
    at: sent,
    witness: [view.exchange(token.x)?.delivered ?? view.at(token.minted.seq), called],
  });
}

/** Clause b, seen by a refusal: requests flowed while a refresh was due, none began, and the token ran out on the way. */
function ranOut(view: HistoryView, { sent, process, delivered }: Sending, token: TokenInfo): Violation | undefined {
  const expiresAt = token.expiresAt as number;
  if (delivered?.status !== 401 || delivered.scripted === true || delivered.t < expiresAt) return undefined;
  const asked = askedInTime(view, process, token);
  if (asked === undefined || asked.seq > delivered.seq || refusedAt(view, token.label, delivered.seq)) return undefined;
  return late(view, { process, token, asked, at: delivered, how: `${sent.n} was refused`, witness: [sent] });
}

/** Clause b, seen by the refresh itself: it began only when the token was as good as over. */
function tooLate(view: HistoryView, exchange: Exchange, token: TokenInfo): Violation | undefined {
  const { process, sent, x } = exchange;
  const left = (token.expiresAt as number) - sent.t;
  if (left > ESTIMATE_MARGIN || refusedAt(view, token.label, sent.seq)) return undefined;
  const asked = askedInTime(view, process, token);
  if (asked === undefined || asked.seq > sent.seq) return undefined;
  return late(view, {
    process,
    token,
    asked,
    at: sent,
    how: `${x} began only ${left >= 0 ? `${ms(left)} before` : `${ms(-left)} after`} its end`,
    witness: [],
  });
}

/** A request that the process was asked for in the later half of the time ahead, when a refresh was possible and none had begun. */
function askedInTime(view: HistoryView, process: string, token: TokenInfo): EventOf<'request.called'> | undefined {
  const { calls } = view.process(process);
  const expiresAt = token.expiresAt as number;
  const due = expiresAt - ahead(view, token.label) / 2;
  const asked = calls[search(calls.length, (at) => (calls[at] as { t: number }).t < expiresAt - ESTIMATE_MARGIN) - 1];
  if (view.declared.refreshAhead === undefined || asked === undefined || asked.t < due || asked.seq < token.minted.seq) return undefined;
  return couldRefresh(view, process, { from: asked, to: expiresAt }, due, token) ? asked : undefined;
}

interface Late {
  process: string;
  token: TokenInfo;
  asked: EventOf<'request.called'>;
  at: { seq: number; t: number };
  how: string;
  witness: readonly { seq: number }[];
}

function late(view: HistoryView, { process, token, asked, at, how, witness }: Late): Violation {
  const { label, x, minted } = token;
  return violation(refreshAheadHonoured, {
    clause: 'b',
    message: `${process} let ${label} run out: ${how}, although ${asked.n} was called with ${ms((token.expiresAt as number) - asked.t)} left`,
    hint: `begin a refresh when ${ms(ahead(view, label))} of life are left, on the next request at the latest`,
    at,
    witness: [view.exchange(x)?.delivered ?? view.at(minted.seq), asked, ...witness],
  });
}

/** Online, awake, with an open store and a clock that was not moved, and no refresh of this session begun since it was due. */
function couldRefresh(
  view: HistoryView,
  process: string,
  { from, to }: { from: Moment; to: number },
  due: number,
  token: TokenInfo,
): boolean {
  const info = view.process(process);
  const device = view.device(info.device);
  const since = token.minted.seq;
  const until = firstAtOrAfter(view, to, from.seq);
  if (device.jumps.some((jump) => jump.seq > since && jump.seq < until) || !isIssued(view.hand(process, from.seq + 1)?.rt)) return false;
  if (view.life(process, from.seq) !== view.life(process, until)) return false;
  const began = due - ahead(view, token.label) - ESTIMATE_MARGIN;
  const tried = tries(view, info.device, until).some(
    ({ sent, end }) => (sent.t >= began && sent.seq > since) || end === undefined || end.seq > from.seq,
  );
  return !tried && [device.offline, info.suspended, device.locked].every((spans) => !holdsWithin(spans, from.seq, until));
}

/** `seq` of the first event at `t` or later, not before `seq`. */
function firstAtOrAfter(view: HistoryView, t: number, seq: number): number {
  const { events } = view;
  const at = search(events.length, (index) => (events[index] as { t: number }).t < t);
  return Math.max(seq + 1, events[at]?.seq ?? Infinity);
}

/** The last few exchanges of the device before `seq`, the newest first. */
function tries(view: HistoryView, device: string, seq: number): readonly Exchange[] {
  const found: Exchange[] = [];
  for (let exchange = lastExchange(view, device, seq); exchange !== undefined && found.length < 4; exchange = exchange.before)
    found.push(exchange);
  return found;
}
