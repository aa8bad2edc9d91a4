// I8: after a sign-out nothing leaves the device with a token of the session that ended. What was on the wire before is not judged.
import type { EventOf } from '../../core/events.ts';
import { isIssued } from '../derived.ts';
import { holdsAt } from '../moments.ts';
import type { DeviceInfo } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const noRequestAfterSignOut: Invariant = {
  id: 'I8',
  name: 'no-request-after-sign-out',
  kind: 'wire',
  needs: ['J', 'V', 'C'],
  summary: 'after sign-out no request and no refresh leaves the device with a token of the session that ended',
  why: 'The user has left, and the app goes on acting in their name: on a shared device, in front of somebody else.',
  sources: ['RFC 7009 1', 'WoojinAhn/CursorMeter#57', 'DuendeArchive/identity-model-oidc-client-js#1046', 'supabase/supabase-swift#1371'],
  judge,
};

type Use = EventOf<'api.sent'> | EventOf<'token.sent'>;

function judge(view: HistoryView): Judgement {
  const violations: Violation[] = [];
  let judged = 0;
  const spared = new Set<string>();
  for (const device of view.devices) judged += device.signOuts.length;
  if (judged === 0) return { judged, violations };
  for (const { sent, process } of view.sendings) {
    const signOut = endedBy(view, process, sent.at, sent.seq);
    if (signOut === undefined || sent.redirect === true) continue;
    if (!isSpared(view, sent, signOut, spared)) violations.push(report(view, sent, sent.at, signOut));
  }
  for (const { sent, process } of view.exchanges) {
    const signOut = endedBy(view, process, sent.rt, sent.seq);
    if (signOut !== undefined) violations.push(report(view, sent, sent.rt, signOut));
  }
  return { judged, violations: violations.sort((a, b) => a.seq - b.seq) };
}

/** The sign-out, known to this process, that ended the session a token belongs to. */
function endedBy(view: HistoryView, process: string, label: string, seq: number): EventOf<'signOut.called'> | undefined {
  if (!isIssued(label)) return undefined;
  const device = view.device(view.process(process).device);
  if (device.signOuts.length === 0) return undefined;
  const family = view.token(label)?.family;
  const session = device.sessions.findLast((one) => one.family === family && one.from.seq < seq);
  if (session?.to?.type !== 'signOut.called' || session.to.seq >= seq) return undefined;
  return session.to.actor === process || siblingKnows(view, device, session.to, seq) ? session.to : undefined;
}

/** A sibling learns of the sign-out from a store it can read, before its next refresh; a client that shares nothing never does. */
function siblingKnows(view: HistoryView, device: DeviceInfo, signOut: EventOf<'signOut.called'>, seq: number): boolean {
  if (!view.claims('cross-process') || view.at(seq)?.type !== 'token.sent' || holdsAt(device.locked, seq)) return false;
  const done = view.process(signOut.actor).opened.find((operation) => operation.called === signOut)?.done;
  return done !== undefined && done.seq < seq && view.store(device.device, seq)?.rt === undefined;
}

/** One request of the client's own per token, to tell the app's server; and what the app asked for in the very millisecond of the sign-out. */
function isSpared(view: HistoryView, sent: EventOf<'api.sent'>, signOut: EventOf<'signOut.called'>, spared: Set<string>): boolean {
  const called = view.request(sent.n)?.called;
  if (called === undefined) {
    if (spared.has(sent.at)) return false;
    spared.add(sent.at);
    return true;
  }
  return called.seq < signOut.seq && sent.k === 1 && sent.t === signOut.t;
}

function report(view: HistoryView, use: Use, label: string, signOut: EventOf<'signOut.called'>): Violation {
  const what = use.type === 'api.sent' ? `sent ${use.n} with ${label}` : `presented ${label} in ${use.x}`;
  const exchange = view.exchange(view.token(label)?.x);
  const fresh = exchange?.delivered !== undefined && exchange.delivered.seq > signOut.seq ? exchange : undefined;
  const origin =
    fresh === undefined ? '' : `, which a refresh of the old session had brought ${after(signOut, fresh.delivered ?? signOut)} it`;
  return violation(noRequestAfterSignOut, {
    message: `${use.actor} ${what} ${after(signOut, use)} the sign-out${origin}`,
    hint: 'count generations: compare the one a request began in with the current one right before it is sent, and drop what is older',
    at: use,
    witness: [signOut, fresh?.sent, fresh?.delivered, use.type === 'api.sent' ? view.request(use.n)?.called : undefined],
  });
}
