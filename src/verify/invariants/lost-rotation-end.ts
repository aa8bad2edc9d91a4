// The slow half of I3: rotations thrown away by a caller's abort, and rotations missing from the store when the run ends.
import type { EventOf } from '../../core/events.ts';
import { alive, endingRefusal, isYounger } from '../derived.ts';
import { hasSignedOutOf } from '../known-sessions.ts';
import { countWithin, holdsAt } from '../moments.ts';
import type { DeviceInfo, Exchange } from '../records.ts';
import type { Invariant, Violation } from '../result.ts';
import { violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

/** Ms a client has to try a failed write again, or to finish one, before the end of a run is held against it. */
const PATIENCE = 60_000;
/** Keys of the plain tier in what a run ends with: a refresh token there is not kept. */
const PLAIN = 'plain:';
/** Endings at which nothing more can happen by itself. */
const QUIET: readonly string[] = ['finished', 'deadlock'];

/** Clause e: a caller's abort took a refresh down that the server then committed. */
export function discarded(view: HistoryView, exchange: Exchange, invariant: Invariant): Violation | undefined {
  const { end, committed, process, x } = exchange;
  if (end?.how !== 'abandoned' || committed?.newRt === undefined || committed.newRt === exchange.rt) return undefined;
  const abort = abortBehind(view, exchange);
  if (abort === undefined) return undefined;
  return violation(invariant, {
    clause: 'e',
    message: `${process} hung up on ${x} because ${abort.n} was aborted; the server committed it, and ${committed.newRt} is lost`,
    hint: 'a caller may stop waiting, the refresh itself must go on: its answer has to be stored',
    at: end,
    witness: [exchange.sent, abort, committed],
  });
}

/**
 * The abort of a request, in the same process and millisecond, right before the exchange was abandoned. At a resume nobody can tell:
 * every timer that came due during the sleep fires at once, the time-out of the refresh among them.
 */
export function abortBehind(view: HistoryView, exchange: Exchange): EventOf<'aborted'> | undefined {
  const { end, process } = exchange;
  if (end === undefined || view.process(process).suspended.some((span) => span.to?.t === end.t)) return undefined;
  return view.index.aborts.findLast(
    (abort) => abort.actor === process && abort.seq < end.seq && abort.t === end.t && abort.seq > exchange.sent.seq,
  );
}

/** Clause b at the end of a run: the store lacks the youngest refresh token that its session was given. */
export function lostAtEnd(view: HistoryView, device: DeviceInfo, invariant: Invariant): Violation | undefined {
  const { runEnd } = view;
  const content = runEnd?.stores[device.device];
  const session = runEnd === undefined ? undefined : view.session(device.device, runEnd.seq);
  if (runEnd === undefined || content === undefined || session === undefined || !device.observable || !QUIET.includes(runEnd.ending))
    return undefined;
  const granted = device.exchanges.findLast(
    (exchange) =>
      exchange.sent.seq > session.from.seq &&
      (view.token(exchange.rt)?.family ?? session.family) === session.family &&
      exchange.delivered?.kind === 'granted' &&
      exchange.delivered.newRt !== undefined &&
      exchange.delivered.newRt !== exchange.rt,
  );
  const newRt = granted?.delivered?.newRt;
  if (granted?.delivered === undefined || newRt === undefined) return undefined;
  const labels = Object.entries(content).flatMap(([key, held]) => (key.startsWith(PLAIN) ? [] : held));
  if (labels.some((label) => label === newRt || (isYounger(view, label, newRt) && label.startsWith('RT-')))) return undefined;
  if (isOver(view, granted, runEnd.seq) || endingRefusal(view, device.device, session, runEnd.seq) !== undefined) return undefined;
  const last = device.stores.at(-1)?.write;
  if (last?.op === 'delete' && hasSignedOutOf(view.process(last.process), session, runEnd.seq)) return undefined;
  if (hasTwin(view, granted, labels) || countWithin(device.changes, granted.delivered.seq, runEnd.seq) > 0) return undefined;
  if (hadNoChance(view, device, granted, runEnd)) return undefined;
  return violation(invariant, {
    clause: 'b',
    message: `at the end the store of ${device.device} does not hold ${newRt}, which came with ${granted.x}; it holds ${labels.length === 0 ? 'nothing' : labels.join(', ')}`,
    hint: 'store the refresh token of every answer, also when something else about the answer displeases you, and again when a write failed',
    at: runEnd,
    root: granted.delivered,
    witness: [
      granted.sent,
      granted.delivered,
      ...device.writes
        .filter((write) => (write.end?.seq ?? 0) > (granted.delivered?.seq ?? 0))
        .map((write) => write.end)
        .slice(0, 3),
    ],
  });
}

/** Two processes were given successors of one token because the first could not be stored, and the store has the other: one is enough. */
function hasTwin(view: HistoryView, { rt, delivered }: Exchange, labels: readonly string[]): boolean {
  if (delivered?.newRt === undefined || view.index.persisted.has(delivered.newRt)) return false;
  const stored = labels.filter((label) => label.startsWith('RT-') && view.token(label)?.parent === rt);
  return stored.some((label) => (view.index.persisted.get(label)?.seq ?? 0) > delivered.seq);
}

function isOver(view: HistoryView, granted: Exchange, seq: number): boolean {
  const family = view.token(granted.rt)?.family;
  const state = view.state(granted.process, seq);
  return !alive(view, family, seq) || state === 'expired' || state === 'signed-out';
}

/** It died before it could write, it sleeps, the store is shut, or the answer or a failed write is too recent. */
function hadNoChance(view: HistoryView, device: DeviceInfo, granted: Exchange, end: { seq: number; t: number }): boolean {
  const { process, life, delivered } = granted;
  const info = view.process(process);
  const pending = device.writes.at(-1);
  if (holdsAt(info.suspended, end.seq) || holdsAt(device.locked, end.seq)) return true;
  if (pending !== undefined && pending.end === undefined && pending.process === process && pending.life === info.life) return true;
  if (info.life !== life) return !wasUsed(view, granted);
  const failed = device.writes.findLast((write) => write.end !== undefined && !write.end.ok)?.end;
  const unlocked = device.locked.at(-1)?.to;
  const since = Math.max(failed?.t ?? Number.NEGATIVE_INFINITY, unlocked?.t ?? Number.NEGATIVE_INFINITY);
  return end.t - since < PATIENCE || (end.t === (delivered?.t ?? 0) && failed === undefined);
}

function wasUsed(view: HistoryView, granted: Exchange): boolean {
  const at = granted.delivered?.at;
  const use = at === undefined ? undefined : view.index.used.get(at);
  return use !== undefined && use.seq > (granted.delivered?.seq ?? 0);
}
