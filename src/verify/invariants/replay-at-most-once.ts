// I15: a refused request is sent once more, the same as before; one that may have changed something is never repeated on a guess.
import { holdsAt } from '../moments.ts';
import type { LogicalRequest, Sending } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { ordinal, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const replayAtMostOnce: Invariant = {
  id: 'I15',
  name: 'replay-at-most-once',
  kind: 'wire',
  needs: ['J', 'V', 'C'],
  summary:
    'a request refused with 401 is replayed at most once, to the same place, with the same method and body; an unsafe one is not repeated after an unknown outcome',
  why: 'Replays without end burn battery and quota; a replay without its body stores an empty form; a repeated payment is a second payment.',
  sources: ['RFC 9110 9.2.2', 'RFC 6750 3.1', 'Alamofire/Alamofire#3735', 'cfug/dio#1626', 'sindresorhus/got#1513', 'stripe/link-cli#294'],
  judge,
};

/** RFC 9110 9.2.2. */
const IDEMPOTENT: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'PUT', 'DELETE'];

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const request of view.index.requests.values()) {
    const sendings = request.sendings.filter(({ sent }) => sent.redirect !== true);
    let afterRefusal = 0;
    for (let i = 1; i < sendings.length; i++) {
      const first = sendings[0] as Sending;
      const last = sendings[i - 1] as Sending;
      const now = sendings[i] as Sending;
      if (isRedirect(last)) continue;
      judged += 1;
      const isRefused = answerBefore(last, now)?.status === 401;
      if (isRefused) afterRefusal += 1;
      const found =
        (isRefused && afterRefusal > 1 ? tooOften(request, sendings, i) : undefined) ??
        changed(request, first, last, now) ??
        guessed(view, request, last, now);
      if (found !== undefined) violations.push(found);
    }
  }
  return { judged, violations };
}

function isRedirect({ delivered }: Sending): boolean {
  return delivered !== undefined && delivered.status >= 300 && delivered.status < 400;
}

/** What the client knew of a sending when it sent the next: an answer that came later was no reason for it. */
function answerBefore({ delivered }: Sending, { sent }: Sending): Sending['delivered'] {
  return delivered !== undefined && delivered.seq < sent.seq ? delivered : undefined;
}

/** Clause a. */
function tooOften(request: LogicalRequest, sendings: readonly Sending[], i: number): Violation {
  const { sent, process } = sendings[i] as Sending;
  const shown = sendings.slice(Math.max(0, i - 2), i).flatMap((sending) => [sending.sent, sending.delivered]);
  return violation(replayAtMostOnce, {
    clause: 'a',
    message: `${process} sent ${request.n} for the ${ordinal(i + 1)} time after two 401s, although its one replay had been refused as well`,
    hint: 'replay once after a refresh; when the new token is refused too, hand the 401 to the caller',
    at: sent,
    witness: shown,
  });
}

/** Clauses b and d. An idempotency key makes two sendings one only when it is the same in both. */
function changed(request: LogicalRequest, first: Sending, last: Sending, now: Sending): Violation | undefined {
  const a = first.sent;
  const b = now.sent;
  const what =
    a.bodyDigest !== b.bodyDigest || a.bodyLength !== b.bodyLength
      ? `a body of ${b.bodyLength} characters instead of ${a.bodyLength}`
      : a.method !== b.method
        ? `${b.method} instead of ${a.method}`
        : a.path !== b.path
          ? `${b.path} instead of ${a.path}`
          : a.origin !== b.origin
            ? `${b.origin} instead of ${a.origin}`
            : a.key !== b.key
              ? `${b.key === undefined ? 'no' : 'another'} idempotency key`
              : undefined;
  if (what === undefined) return undefined;
  return violation(replayAtMostOnce, {
    clause: a.origin === b.origin ? 'b' : 'd',
    message: `${now.process} replayed ${request.n} with ${what}`,
    hint: 'keep method, address, headers and the whole body until the request has settled; a body that can be read only once must be copied first',
    at: b,
    witness: [a, last.sent, last.delivered],
  });
}

/** Clause c: nobody knows whether the server acted. A sending while the device was offline never left it. */
function guessed(view: HistoryView, request: LogicalRequest, last: Sending, now: Sending): Violation | undefined {
  if (IDEMPOTENT.includes(now.sent.method) || (now.sent.key !== undefined && now.sent.key === last.sent.key)) return undefined;
  const answer = answerBefore(last, now);
  const status = answer?.status;
  if (answer !== undefined && status !== 502 && status !== 504) return undefined;
  if (holdsAt(view.device(request.device).offline, last.sent.seq)) return undefined;
  const end = last.delivered ?? last.broken;
  const what = status === undefined ? (last.broken?.type === 'api.lost' ? 'was lost' : 'had no answer yet') : `was answered with ${status}`;
  return violation(replayAtMostOnce, {
    clause: 'c',
    message: `${now.process} sent ${request.n} again although its sending ${last.sent.k} ${what}: the server may have acted on it`,
    hint: 'repeat a POST or PATCH only after a 401, or with the idempotency key the app gave it; otherwise tell the caller',
    at: now.sent,
    witness: [request.called, last.sent, end],
  });
}
