// I3: what a rotation brought is durable before it is used, and is not lost. Order is judged, not survival: a world may kill at any event.
// A kill between delivery and write is nobody's fault and is not judged.
import { isIssued, isYounger } from '../derived.ts';
import { holdsAt } from '../moments.ts';
import type { DeviceInfo, Exchange, StoreContent } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, ms, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';
import { discarded, lostAtEnd } from './lost-rotation-end.ts';
import { judgeJournal } from './lost-rotation-journal.ts';
import { spentBy } from './no-refresh-token-reuse.ts';

export const noLostRotation: Invariant = {
  id: 'I3',
  name: 'no-lost-rotation',
  kind: 'client',
  needs: ['J', 'V', 'C'],
  summary: 'a rotated refresh token is in the store before anything of its answer is used, and is never lost again',
  why: 'A crash, a kill or the next launch brings the spent token back: the server refuses it, and the user is signed out hours after the cause.',
  sources: [
    'RFC 6749 6',
    'RFC 9700 4.14.2',
    'auth0/Auth0.swift#490',
    'stacklok/toolhive#5636',
    'TomBursch/kitchenowl#1042',
    'badgateway/oauth2-client#161',
    'D00mch/souz#711',
  ],
  judge,
};

function judge(view: HistoryView): Judgement {
  if (view.knowledge === 'J') return judgeJournal(view, noLostRotation);
  let judged = 0;
  const violations: Violation[] = [];
  const add = (found: Violation | undefined): void => void (found !== undefined && violations.push(found));
  for (const exchange of view.exchanges) {
    const { delivered } = exchange;
    add(discarded(view, exchange, noLostRotation));
    if (delivered?.kind !== 'granted') continue;
    if (!view.device(exchange.device).observable || isSuperseded(view, exchange)) continue;
    judged += 1;
    if (delivered.newRt === undefined || delivered.newRt === exchange.rt) continue;
    add(usedTooEarly(view, exchange) ?? notAdopted(view, exchange));
  }
  for (const device of view.devices) {
    for (const content of device.stores) {
      // What somebody else did to the store has neither begin nor end.
      if (content.write.end !== undefined) add(dropped(view, device, content) ?? mixed(view, device, content));
    }
    add(lostAtEnd(view, device, noLostRotation));
  }
  return { judged, violations };
}

/** The session was another one by the time the answer came: discarding it is right. */
function isSuperseded(view: HistoryView, exchange: Exchange): boolean {
  const session = view.session(exchange.device, exchange.delivered?.seq ?? 0);
  const family = view.token(exchange.rt)?.family;
  return session === undefined ? view.device(exchange.device).sessions.length > 0 : family !== undefined && family !== session.family;
}

/** Clause a: the first use of a token of the answer comes before the end of the write. */
function usedTooEarly(view: HistoryView, exchange: Exchange): Violation | undefined {
  const { delivered, device, process, x } = exchange;
  const { at, newRt } = delivered ?? {};
  if (delivered === undefined || newRt === undefined || !isIssued(newRt)) return undefined;
  const use = [at, newRt]
    .map((label) => (label === undefined ? undefined : view.index.used.get(label)))
    .filter((event) => event !== undefined)
    .filter((event) => event.seq > delivered.seq)
    .sort((a, b) => a.seq - b.seq)[0];
  if (use === undefined || view.session(device, use.seq) === undefined) return undefined;
  const written = view.index.persisted.get(newRt);
  if ((written !== undefined && written.seq < use.seq) || wasTried(view.device(device), delivered.seq, use.seq)) return undefined;
  const what = use.type === 'api.sent' ? `${use.at} in ${use.n}` : `${use.rt} in ${use.x}`;
  const state = written === undefined ? 'was never stored' : `was stored only ${ms(written.t - use.t)} later`;
  return violation(noLostRotation, {
    clause: 'a',
    message: `${process} used ${what} before ${newRt} of the same answer (${x}) was safe: it ${state}`,
    hint: 'write the rotated refresh token and await the write before any waiter gets the new access token',
    at: use,
    witness: [exchange.sent, delivered, view.device(device).writes.find((write) => write.labels.includes(newRt))?.begin, written],
  });
}

/** A write that failed: the client has done what it could. */
function wasTried(device: DeviceInfo, from: number, to: number): boolean {
  return device.writes.some(({ end, op }) => op === 'set' && end !== undefined && !end.ok && end.seq > from && end.seq < to);
}

/** Clause b: the next exchange presents an ancestor, and the successor is not even in the store. */
function notAdopted(view: HistoryView, exchange: Exchange): Violation | undefined {
  const { delivered, process, life, device, x } = exchange;
  const newRt = delivered?.newRt;
  if (delivered === undefined || newRt === undefined) return undefined;
  let next = exchange.next;
  while (next !== undefined && next.sent.seq < delivered.seq) next = next.next;
  if (next === undefined || next.process !== process || next.life !== life || spentBy(view, next) !== exchange) return undefined;
  const written = view.index.persisted.get(newRt);
  if (written !== undefined && written.seq < next.sent.seq) return undefined;
  return violation(noLostRotation, {
    clause: 'b',
    message: `${process} presented ${next.rt} in ${next.x}, ${after(delivered, next.sent)} ${newRt} had come with ${x}: the rotation was never adopted nor stored`,
    hint: 'take the refresh token of every answer over, in memory and in the store; keep it in memory and write again when the store refuses',
    at: next.sent,
    root: delivered,
    witness: [
      exchange.sent,
      delivered,
      ...view
        .device(device)
        .writes.filter((write) => write.labels.includes(newRt))
        .map((write) => write.end)
        .slice(0, 2),
    ],
  });
}

/** Clause c: a write after an answer without a refresh token takes the presented one out of the store (RFC 6749 6). */
function dropped(view: HistoryView, device: DeviceInfo, content: StoreContent): Violation | undefined {
  if (content.rt !== undefined || content.at === undefined || content.write.op !== 'set') return undefined;
  const exchange = view.exchange(view.token(content.at)?.x);
  const before = view.store(device.device, content.seq);
  if (exchange?.delivered === undefined || exchange.delivered.newRt !== undefined || before?.rt !== exchange.rt) return undefined;
  return violation(noLostRotation, {
    clause: 'c',
    message: `${content.write.process} overwrote ${exchange.rt} with an answer (${exchange.x}) that carried no refresh token: nothing is left to refresh with`,
    hint: 'when the answer has no refresh_token, keep the one that was presented (RFC 6749 6)',
    at: content,
    witness: [exchange.sent, exchange.delivered, content.write.begin],
  });
}

/** Clause d: the new access token is stored beside the spent refresh token, and the write of the new one has not even begun. */
function mixed(view: HistoryView, device: DeviceInfo, content: StoreContent): Violation | undefined {
  if (content.at === undefined || content.rt === undefined || !content.write.labels.includes(content.at)) return undefined;
  const exchange = view.exchange(view.token(content.at)?.x);
  const newRt = exchange?.delivered?.newRt;
  if (
    exchange === undefined ||
    newRt === undefined ||
    newRt === exchange.rt ||
    !isYounger(view, newRt, content.rt) ||
    content.rt !== exchange.rt
  )
    return undefined;
  if (device.writes.some((write) => write.labels.includes(newRt) && (write.begin?.seq ?? 0) < content.seq)) return undefined;
  if (holdsAt(device.locked, content.seq)) return undefined;
  return violation(noLostRotation, {
    clause: 'd',
    message: `${content.write.process} stored ${content.at} beside the spent ${content.rt}: a kill at this moment loses ${newRt} of the same answer (${exchange.x})`,
    hint: 'write the pair as one value, or the refresh token first',
    at: content,
    witness: [exchange.sent, exchange.delivered, content.write.begin],
  });
}
