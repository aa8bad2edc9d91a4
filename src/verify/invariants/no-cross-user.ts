// I10: what one user asked for is never done with the tokens of another, and the store never mixes them.
import type { EventOf } from '../../core/events.ts';
import { isIssued } from '../derived.ts';
import { isBehind } from '../known-sessions.ts';
import { between } from '../moments.ts';
import type { DeviceInfo, Sending, Session, StoreWrite, Stream } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const noCrossUser: Invariant = {
  id: 'I10',
  name: 'no-cross-user',
  kind: 'wire',
  needs: ['J', 'V', 'C'],
  summary:
    'a request of one user never carries a token of another, and after a user switch no token of the former user is written over the new one; the same name at another server is another user',
  why: 'One user reads or changes the data of another: the worst thing an account switch can do.',
  sources: [
    'RFC 6749 10.3',
    'lelylan/simple-oauth2#88',
    'forcedotcom/SalesforceMobileSDK-Android#2948',
    'auth0/auth0-spa-js#1456',
    'robinebers/openusage#947',
  ],
  judge,
};

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const device of view.devices) {
    if (device.sessions.length < 2) continue;
    for (let i = 1; i < device.sessions.length; i++) {
      const session = device.sessions[i] as Session;
      judged += 1;
      violations.push(...overwritten(view, device, session));
    }
  }
  for (const sending of judged === 0 ? [] : view.sendings) {
    const found = borrowed(view, sending);
    if (found !== undefined) violations.push(found);
  }
  for (const stream of view.index.streams) {
    judged += stream.renewals.length;
    const found = handedOver(view, stream);
    if (found !== undefined) violations.push(found);
  }
  return { judged, violations: violations.sort((a, b) => a.seq - b.seq) };
}

/** Clause c: a stream that one user opened is told the token of another. */
function handedOver(view: HistoryView, { s, opened, process, renewals }: Stream): Violation | undefined {
  const user = view.token(opened.at)?.user;
  const renewal = renewals.find(({ at }) => isIssued(at) && user !== undefined && view.token(at)?.user !== user);
  if (renewal === undefined) return undefined;
  return violation(noCrossUser, {
    clause: 'c',
    message: `${process} told stream ${s}, opened by user ${user}, the token ${renewal.at} of user ${view.token(renewal.at)?.user ?? 'nobody'}`,
    hint: 'close the streams of a session when it ends; a late refresh of it renews nothing',
    at: renewal,
    root: opened,
    witness: [opened, view.exchange(view.token(renewal.at)?.x)?.delivered],
  });
}

/** Clause a: called under one user, sent with the token of another. */
function borrowed(view: HistoryView, { sent, process }: Sending): Violation | undefined {
  const called = view.request(sent.n)?.called;
  const user = view.token(sent.at)?.user;
  if (called === undefined || user === undefined) return undefined;
  const session = view.session(view.process(process).device, called.seq);
  if (session === undefined || session.user === user || isBehind(view, process, session, sent.seq)) return undefined;
  return violation(noCrossUser, {
    clause: 'a',
    message: `${sent.n}, which ${process} was asked for under user ${session.user}, left with ${sent.at} of user ${user}`,
    hint: 'bind every request and every refresh to the session it was called in; drop it when the session has changed',
    at: sent,
    witness: [session.from, called, view.exchange(view.token(sent.at)?.x)?.sent, view.exchange(view.token(sent.at)?.x)?.delivered],
  });
}

/** Clause b: a token of an earlier user is written after the sign-in of the next. */
function overwritten(view: HistoryView, device: DeviceInfo, session: Session): Violation[] {
  return between(device.writes, session.from.seq, session.to?.seq ?? Infinity)
    .filter((write) => write.op === 'set' && write.process === session.from.actor && write.begin !== undefined)
    .filter((write) => write.labels.some((label) => isOther(view, label, session)) && !isApart(view, device, write, session))
    .filter((write) => !isStraggler(view, device, write, session))
    .map((write) => overwrites(view, write, session));
}

function isOther(view: HistoryView, label: string, session: Session): boolean {
  const user = view.token(label)?.user;
  return isIssued(label) && user !== undefined && user !== session.user;
}

/** What another server issued may be kept for the day the app is pointed there again, where no token of this session ever lies. */
function isApart({ index }: HistoryView, { writes }: DeviceInfo, write: StoreWrite, { family }: Session): boolean {
  const familyOf = (label: string): string => index.tokens.get(label)?.family ?? '';
  const isElsewhere = (label: string): boolean => index.issuers.get(familyOf(label)) !== index.issuers.get(family);
  const isBeside = ({ key, tier, labels }: StoreWrite): boolean =>
    key === write.key && tier === write.tier && labels.some((label) => familyOf(label) === family);
  return write.labels.every(isElsewhere) && !writes.some(isBeside);
}

/**
 * A write of the very millisecond of the switch, for an answer that had come before, or of an earlier sign-in still waiting for its turn,
 * replaced by the new user's own later.
 */
function isStraggler(view: HistoryView, device: DeviceInfo, write: StoreWrite, session: Session): boolean {
  if (write.begin?.t !== session.from.t && !isWaitingSignIn(view, write, session)) return false;
  const came = write.labels.every((label) => (view.exchange(view.token(label)?.x)?.delivered?.seq ?? 0) < session.from.seq);
  const last = device.stores.at(-1);
  return came && last !== undefined && !last.labels.some((label) => isOther(view, label, session));
}

/** The pair of a sign-in that was still going on when the next one began: stores are written one after the other. */
function isWaitingSignIn(view: HistoryView, write: StoreWrite, session: Session): boolean {
  const signingIn = view
    .device(write.device)
    .sessions.find(
      ({ from, family }) => from.seq < session.from.seq && write.labels.every((label) => view.token(label)?.family === family),
    );
  if (signingIn === undefined || write.labels.some((label) => view.token(label)?.x !== undefined)) return false;
  const operation = view.process(write.process).opened.find(({ called }) => called === signingIn.from);
  return operation !== undefined && (operation.done === undefined || operation.done.seq > session.from.seq);
}

function overwrites(view: HistoryView, write: StoreWrite, session: Session): Violation {
  const at = write.begin as EventOf<'store.begin'>;
  const labels = write.labels.filter((label) => isOther(view, label, session));
  const exchange = view.exchange(view.token(labels[0])?.x);
  const user = view.token(labels[0])?.user ?? 'another user';
  return violation(noCrossUser, {
    clause: 'b',
    message: `${write.process} wrote ${labels.join(' and ')} of user ${user} into the store ${after(session.from, at)} the sign-in of user ${session.user}`,
    hint: 'after every await, compare the session the refresh began in with the current one before writing its answer',
    at,
    witness: [exchange?.sent, session.from, exchange?.delivered, write.end],
  });
}
