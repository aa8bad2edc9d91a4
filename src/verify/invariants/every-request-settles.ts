// I5: everything the app asks for ends before its deadline. Only time in which the process could act counts: running, online, store open.
// A run that stops early is inconclusive, never a violation.
import type { EventOf } from '../../core/events.ts';
import { holdsAt, timeOutside, type Span } from '../moments.ts';
import type { DeviceInfo, LogicalRequest, Operation, ProcessInfo } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { ms, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';

export const everyRequestSettles: Invariant = {
  id: 'I5',
  name: 'every-request-settles',
  kind: 'client',
  needs: ['C'],
  summary: 'every request, start, sign-in and sign-out ends before its deadline',
  why: 'A screen that loads for ever: nothing on the wire, no error to show, and often every later request waits for the same dead refresh.',
  sources: ['RFC 9110 9.2.2', 'ktorio/ktor#3599', 'Flyrell/axios-auth-refresh#120', 'Chetan0e/Verath#61', 'openid/AppAuth-Android#695'],
  judge,
};

/** Ms for `start`, `signIn` and `signOut`, of virtual time in which the process could act. */
const OPERATION_DEADLINE = 60_000;

/** Ms for a request whose caller has aborted. */
const AT_ONCE = 1_000;

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  const { runEnd } = view;
  for (const request of view.requests) {
    judged += 1;
    const found = request.settled === undefined ? unsettled(view, request, runEnd) : late(view, request, request.settled);
    if (found !== undefined) violations.push(found);
  }
  for (const info of view.processes) {
    for (const operation of info.opened) {
      judged += 1;
      const found = operation.done === undefined ? unfinished(view, info, operation, runEnd) : undefined;
      if (found !== undefined) violations.push(found);
    }
  }
  return { judged, violations };
}

function late(view: HistoryView, request: LogicalRequest, settled: EventOf<'request.settled'>): Violation | undefined {
  const { called, n, process } = request;
  if (called === undefined) return undefined;
  const clung = afterAbort(view, request, settled);
  if (clung !== undefined) return clung;
  const took = activeTime(view, process, called.t, settled.t);
  if (took <= called.deadline) return undefined;
  return violation(everyRequestSettles, {
    message: `${n} of ${process} settled only after ${ms(took)}, past its deadline of ${ms(called.deadline)}`,
    hint: 'bound every wait: for the token endpoint, for the lock, for the network',
    at: settled,
    witness: [called, ...traffic(view, request)],
  });
}

function unsettled(view: HistoryView, request: LogicalRequest, end: EventOf<'run.end'> | undefined): Violation | undefined {
  const { called, n, process, device, life } = request;
  if (called === undefined || end === undefined || view.process(process).life !== life) return undefined;
  const isOver = end.ending === 'finished' || end.ending === 'deadlock';
  const clung = isOver ? afterAbort(view, request, end) : undefined;
  if (clung !== undefined) return clung;
  const waited = activeTime(view, process, called.t, end.t);
  if (!isOverdue(view, process, device, { waited, deadline: called.deadline, end })) return undefined;
  return violation(everyRequestSettles, {
    message: `${n} of ${process} never settled: ${ms(waited)} after it was called ${end.ending === 'deadlock' ? 'nothing is left that could settle it' : 'it is still open'}`,
    hint: 'settle every waiter when the refresh ends, whichever way; give the refresh itself a time-out',
    at: end,
    witness: [called, ...traffic(view, request)],
  });
}

/** A caller that aborts is let go at once, whatever its request waits for. */
function afterAbort(
  view: HistoryView,
  { aborted, called, n, process }: LogicalRequest,
  at: { seq: number; t: number },
): Violation | undefined {
  if (aborted === undefined) return undefined;
  const clung = activeTime(view, process, aborted.t, at.t);
  if (clung <= AT_ONCE) return undefined;
  return violation(everyRequestSettles, {
    message: `${n} of ${process} was aborted and had not settled ${ms(clung)} later`,
    hint: 'listen to the signal of the caller wherever it waits, and reject with aborted at once',
    at,
    witness: [called, aborted],
  });
}

function unfinished(
  view: HistoryView,
  info: ProcessInfo,
  operation: Operation,
  end: EventOf<'run.end'> | undefined,
): Violation | undefined {
  if (end === undefined || info.life !== operation.life) return undefined;
  const waited = activeTime(view, info.process, operation.called.t, end.t);
  if (!isOverdue(view, info.process, info.device, { waited, deadline: OPERATION_DEADLINE, end })) return undefined;
  return violation(everyRequestSettles, {
    message: `${operation.name}() of ${info.process} never came back: ${ms(waited)} after the call it is still open`,
    hint: 'bound every wait inside it, and let it reject when it cannot finish',
    at: end,
    witness: [operation.called],
  });
}

interface Wait {
  waited: number;
  deadline: number;
  end: EventOf<'run.end'>;
}

/** Overdue by the clock, or the world came to a stop in which the process could still have acted. */
function isOverdue(view: HistoryView, process: string, device: string, { waited, deadline, end }: Wait): boolean {
  if (end.ending === 'finished' || end.ending === 'deadlock') {
    if (waited >= deadline) return true;
    return (
      end.ending === 'deadlock' && !idleLists(view, view.process(process), view.device(device)).some((spans) => holdsAt(spans, end.seq))
    );
  }
  return false;
}

function activeTime(view: HistoryView, process: string, from: number, to: number): number {
  const info = view.process(process);
  return timeOutside(idleLists(view, info, view.device(info.device)), from, to);
}

/** Stretches that do not count. A client that promises no queue has to give up while offline. */
function idleLists(view: HistoryView, info: ProcessInfo, device: DeviceInfo): (readonly Span[])[] {
  return [info.suspended, device.locked, ...(view.claims('offline-queue') ? [device.offline] : [])];
}

/** What the request waited for: its last sending, and the refresh in flight around it. */
function traffic(view: HistoryView, request: LogicalRequest): ({ seq: number } | undefined)[] {
  const last = request.sendings.at(-1);
  const exchange = view
    .device(request.device)
    .exchanges.findLast(
      ({ end, process, sent }) =>
        process === request.process &&
        (end === undefined || end.seq > (request.called?.seq ?? 0)) &&
        sent.seq < (request.settled?.seq ?? Infinity),
    );
  return [last?.sent, last?.delivered ?? last?.broken, exchange?.sent, exchange?.end];
}
