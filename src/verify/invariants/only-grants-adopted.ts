// I21: only a complete token response changes what the client holds, and nothing is sent with a token that nobody issued to it.
// This is what catches "any 200 is a grant": without it the next 401 heals the session and nobody notices.
import { alive, endingRefusal, isIssued, outcome } from '../derived.ts';
import { between, holdsAt } from '../moments.ts';
import type { DeviceInfo, Exchange, StoreContent } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const onlyGrantsAdopted: Invariant = {
  id: 'I21',
  name: 'only-grants-adopted',
  kind: 'wire',
  needs: ['H', 'J', 'V', 'C'],
  summary:
    'an answer that is no grant changes neither tokens nor store, and no request of a session leaves without a token that was issued to it',
  why: 'A hotel login page with status 200 replaces the tokens: the session is gone although the server never ended it.',
  sources: ['RFC 6749 5.1', 'RFC 6750 2.1', 'matrix-org/matrix-js-sdk#5472', 'natjms/resin#27', 'redon2/strapi-plugin-refresh-token#11'],
  judge,
};

const HINT = 'take an answer for a grant only when it is complete JSON with an access_token (RFC 6749 5.1); keep what you have otherwise';

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  const flawed: Exchange[] = [];
  for (const exchange of view.exchanges) {
    judged += 1;
    if (!isIssued(exchange.rt)) {
      const found = presentedNothing(view, exchange);
      if (found !== undefined) violations.push(found);
    }
    if (exchange.delivered !== undefined && outcome(exchange).kind !== 'granted') flawed.push(exchange);
  }
  if (view.exchanges.length > 0) violations.push(...flawed.flatMap((exchange) => overwritten(view, exchange)), ...bareRequests(view));
  const nobodys = ofNobody(view);
  judged += nobodys.judged;
  violations.push(...nobodys.violations);
  return { judged, violations: violations.sort((a, b) => a.seq - b.seq) };
}

/** Clause b for refreshes. */
function presentedNothing(view: HistoryView, exchange: Exchange): Violation | undefined {
  const { process, device, sent, rt, x } = exchange;
  if (!isActive(view, process, device, sent.seq)) return undefined;
  return violation(onlyGrantsAdopted, {
    clause: 'b',
    message: `${process} sent the refresh ${x} ${rt === 'none' ? 'without a refresh token' : 'with a refresh token that nobody issued'} although its session has ${view.hand(process, sent.seq)?.rt ?? 'one'}`,
    hint: HINT,
    at: sent,
    witness: [suspect(view, device, sent.seq)?.sent, suspect(view, device, sent.seq)?.delivered],
  });
}

/** Clause b for requests of the app; what the client asks for on its own account needs no token. */
function bareRequests(view: HistoryView): Violation[] {
  const found: Violation[] = [];
  for (const { sent, process } of view.sendings) {
    if (isIssued(sent.at) || sent.redirect === true || sent.foreign === true) continue;
    const request = view.request(sent.n);
    if (request?.called === undefined || !isActive(view, process, request.device, sent.seq)) continue;
    const { device } = request;
    if (sent.at === 'none' && view.hand(process, sent.seq)?.at === undefined) continue;
    const flaw = suspect(view, device, sent.seq);
    const origin =
      flaw?.delivered === undefined
        ? ''
        : `, ${after(flaw.delivered, sent)} ${flaw.x} was answered with ${flaw.delivered.status} and no grant`;
    found.push(
      violation(onlyGrantsAdopted, {
        clause: 'b',
        message: `${process} sent ${sent.n} ${sent.at === 'none' ? 'without a token' : 'with a token that nobody issued'}${origin}`,
        hint: HINT,
        at: sent,
        witness: [request.called, flaw?.sent, flaw?.delivered],
      }),
    );
  }
  return found;
}

/** Clause c: nobody is signed in, and a request goes out as if somebody were: "Bearer null". A store that others changed may hold anything. */
function ofNobody(view: HistoryView): Judgement {
  const requests = view.requests.filter(({ called, device }) => {
    return called !== undefined && view.session(device, called.seq) === undefined && view.device(device).changes.length === 0;
  });
  const violations = requests.flatMap(({ called, sendings, process }) => {
    const sent = sendings.find((sending) => sending.sent.at === 'unknown')?.sent;
    if (sent === undefined) return [];
    return violation(onlyGrantsAdopted, {
      clause: 'c',
      message: `${process} sent ${sent.n} with a token that nobody issued although nobody was signed in`,
      hint: 'without a session send no Authorization header; reject the request, or ask the user to sign in',
      at: sent,
      witness: [called],
    });
  });
  return { judged: requests.length, violations };
}

/** Clause a: a write right after an answer that is no grant takes the refresh token out of the store. */
function overwritten(view: HistoryView, exchange: Exchange): Violation[] {
  const { delivered, device, process } = exchange;
  if (delivered === undefined || delivered.kind !== 'other') return [];
  const info: DeviceInfo = view.device(device);
  const until = exchange.next?.sent.seq ?? Infinity;
  const session = view.session(device, delivered.seq);
  const before = view.store(device, delivered.seq);
  if (session === undefined || before?.rt === undefined || view.session(device, delivered.seq + 1) !== session) return [];
  const content: StoreContent | undefined = between(info.stores, delivered.seq, Math.min(until, session.to?.seq ?? Infinity)).find(
    (one) => one.write.process === process && one.write.op === 'set',
  );
  if (content === undefined || content.rt !== undefined || endingRefusal(view, device, session, content.seq) !== undefined) return [];
  return [
    violation(onlyGrantsAdopted, {
      clause: 'a',
      message: `${process} overwrote ${before.rt} in the store ${after(delivered, content)} ${exchange.x} was answered with ${delivered.status} and no grant`,
      hint: HINT,
      at: content,
      witness: [exchange.sent, delivered, content.write.begin],
    }),
  ];
}

/** The session is open, alive, not ended by a refusal, and the process has been able to read its tokens. */
function isActive(view: HistoryView, process: string, device: string, seq: number): boolean {
  const session = view.session(device, seq);
  if (session === undefined || !alive(view, session.family, seq) || holdsAt(view.device(device).locked, seq)) return false;
  const state = view.state(process, seq);
  if (state !== undefined && state !== 'active') return false;
  return isIssued(view.hand(process, seq)?.rt) && endingRefusal(view, device, session, seq) === undefined;
}

/** The last answer before `seq` that was no grant. */
function suspect(view: HistoryView, device: string, seq: number): Exchange | undefined {
  const { exchanges } = view.device(device);
  return exchanges.findLast(
    (exchange) =>
      exchange.delivered !== undefined &&
      exchange.delivered.seq < seq &&
      (outcome(exchange).kind !== 'granted' || exchange.delivered.newRt === undefined),
  );
}
