// I2: a refresh token whose successor reached the device is never presented again. A successor that got lost excuses: that retry
// is legal and wanted, whatever the server then says.
import { isIssued } from '../derived.ts';
import { countWithin } from '../moments.ts';
import type { Exchange } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { earlier, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const noRefreshTokenReuse: Invariant = {
  id: 'I2',
  name: 'no-refresh-token-reuse',
  kind: 'wire',
  needs: ['H', 'J', 'V', 'C'],
  summary: 'a client never presents a refresh token after the one that replaced it has reached it',
  why: 'Reuse detection takes the second presentation for theft and revokes the whole family: the user must sign in again.',
  sources: [
    'RFC 9700 4.14.2',
    'RFC 6749 10.4',
    'openid/AppAuth-Android#309',
    'HedvigInsurance/android#1318',
    'openid/AppAuth-iOS#634',
    'lanes-sh/link#109',
  ],
  judge,
};

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const exchange of view.exchanges) {
    if (exchange.previous === undefined || !isIssued(exchange.rt)) continue;
    judged += 1;
    const spent = spentBy(view, exchange);
    if (spent !== undefined) violations.push(report(view, exchange, spent));
  }
  return { judged, violations };
}

/** The earlier exchange whose answer replaced the token now presented, when this process knows, or could have read, the successor. */
export function spentBy(view: HistoryView, exchange: Exchange): Exchange | undefined {
  const { rt, sent } = exchange;
  for (let earlier = exchange.previous, steps = 0; earlier !== undefined && steps < MAX_STEPS; earlier = earlier.previous, steps++) {
    const { delivered } = earlier;
    if (delivered?.kind !== 'granted' || delivered.seq > sent.seq || delivered.newRt === undefined || !isIssued(delivered.newRt)) continue;
    if (delivered.newRt === rt || earlier.committed?.repeated === 'stale-rt-returned') return undefined;
    return isKnown(view, earlier, exchange) && !isCurrentAgain(view, exchange) ? earlier : undefined;
  }
  return undefined;
}

const MAX_STEPS = 16;

/** The successor was delivered in this very life, or written where this process can read it, or used before its process died. */
function isKnown(view: HistoryView, earlier: Exchange, exchange: Exchange): boolean {
  const { delivered } = earlier;
  if (delivered?.newRt === undefined) return false;
  if (earlier.process === exchange.process && earlier.life === exchange.life) return true;
  const written = view.index.persisted.get(delivered.newRt);
  if (isTakenAway(view, exchange, delivered)) return false;
  if (written !== undefined && written.seq < exchange.sent.seq) return earlier.process === exchange.process || view.claims('cross-process');
  return (
    earlier.process === exchange.process && usedBefore(view, earlier, exchange.sent.seq) && !writeFailed(view, earlier, exchange.sent.seq)
  );
}

/** Somebody else has changed the store since, and what is there now is not the successor: an older backup, for instance. */
function isTakenAway(view: HistoryView, { device, sent }: Exchange, { seq, newRt }: { seq: number; newRt?: string }): boolean {
  const { changes } = view.device(device);
  if (changes.length === 0 || countWithin(changes, seq, sent.seq) === 0) return false;
  return !view.store(device, sent.seq)?.labels.includes(newRt ?? '');
}

function usedBefore(view: HistoryView, earlier: Exchange, seq: number): boolean {
  const { at } = earlier.delivered ?? {};
  const use = at === undefined ? undefined : view.index.used.get(at);
  return use !== undefined && use.seq < seq;
}

/** A store that refuses the write leaves the client nothing to survive a kill with. */
function writeFailed(view: HistoryView, earlier: Exchange, seq: number): boolean {
  const from = earlier.delivered?.seq ?? seq;
  return view.device(earlier.device).writes.some(({ end }) => end !== undefined && !end.ok && end.seq > from && end.seq < seq);
}

/** Some servers hand an old token out again: then it is the current one. */
function isCurrentAgain(view: HistoryView, exchange: Exchange): boolean {
  return view.hand(exchange.process, exchange.sent.seq)?.rt === exchange.rt && exchange.previous?.delivered?.newRt === exchange.rt;
}

function report(view: HistoryView, exchange: Exchange, spent: Exchange): Violation {
  const { process, rt, x, sent } = exchange;
  const successor = spent.delivered?.newRt ?? 'its successor';
  const seen = view.events
    .slice(view.position(sent.seq), view.position(sent.seq) + LOOK_AHEAD)
    .find((event) => event.type === 'token.refused' && event.x === x && event.reason === 'reused');
  const effect = seen === undefined ? '' : '; the server saw the reuse';
  return violation(noRefreshTokenReuse, {
    message: `${process} presented the spent ${rt} in ${x} although ${successor}, which replaces it, had come with ${spent.x} ${earlier(spent.delivered ?? spent.sent, sent)}${effect}`,
    hint: 'replace the refresh token in memory and in the store as soon as the answer is there, and read it only when the request is built',
    at: sent,
    witness: [spent.sent, spent.delivered, view.index.persisted.get(successor), seen],
  });
}

const LOOK_AHEAD = 60;
