// What one process can know of sessions that its siblings begin and end: they share a store, and the news arrives with a read of it.
import type { EventOf } from '../core/events.ts';
import { countWithin, firstAfter, lastBefore } from './moments.ts';
import type { ProcessInfo, Session } from './records.ts';
import type { HistoryView } from './view.ts';

/** The session that the process itself knows of before `seq`, which is another than the device's while a sibling's sign-in is news to it. */
export function knownSession(view: HistoryView, process: string, seq: number): Session | undefined {
  const info = view.process(process);
  const family = lastBefore(info.known, seq)?.family;
  return family === undefined
    ? undefined
    : view.device(info.device).sessions.findLast((one) => one.family === family && one.from.seq < seq);
}

/** The process takes an older session for the device's: a sibling has signed in since, and it has not read the store. */
export function isBehind(view: HistoryView, process: string, session: Session, seq: number): boolean {
  const known = knownSession(view, process, seq);
  return known !== undefined && known.family !== session.family && known.from.seq < session.from.seq;
}

/** Rejected because the client was told to stop: what was asked for before that, and in a process that ends also what was after. */
export function isByStop(view: HistoryView, process: string, { n, reason, seq }: EventOf<'request.settled'>): boolean {
  const info = view.process(process);
  const stop = lastBefore(info.stops, seq);
  if (reason === undefined || stop === undefined || countWithin(info.lives, stop.seq, seq) > 0) return false;
  const called = view.request(n)?.called;
  const end = firstAfter(info.lives, seq);
  return (called !== undefined && called.seq < stop.seq) || (end !== undefined && view.at(end.seq)?.type === 'process.stop');
}

/** The last thing the user did in this process was to sign out; a sibling may have signed in since. */
export function hasSignedOut({ opened }: ProcessInfo, seq: number): boolean {
  return opened.findLast((operation) => operation.name !== 'start' && operation.called.seq < seq)?.name === 'signOut';
}

/** The process signed out after this session had begun: what it deletes, late though it may be, was meant. */
export function hasSignedOutOf({ opened }: ProcessInfo, session: Session, seq: number): boolean {
  return opened.some(({ name, called }) => name === 'signOut' && called.seq > session.began && called.seq < seq);
}

/** A sibling took the session out of the store, and this process has read it since: it follows; the deletion itself is judged. */
export function wasEmptied(view: HistoryView, { process, device, reads }: ProcessInfo, seq: number): boolean {
  const content = view.store(device, seq);
  const read = lastBefore(reads, seq);
  return (
    content !== undefined && content.rt === undefined && content.write.process !== process && read !== undefined && read.seq > content.seq
  );
}
