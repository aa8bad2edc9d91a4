// What a run of a background job has come to at the moment it answers, and what kind of job it is: the facts that its answer is held against.
import type { EventOf } from '../../core/events.ts';
import { alive, endingRefusal, ESTIMATE_MARGIN, generation, inFlight, isIssued, outcome, remaining } from '../derived.ts';
import { between, countBefore, search, type Moment } from '../moments.ts';
import type { Exchange, JobRun } from '../records.ts';
import type { HistoryView } from '../view.ts';

export type Answered = JobRun & { end: EventOf<'job.ended'> };

/** `nothing`: no exchange, and none was due. `over`: none, though the access token had expired. */
export type Came =
  | { to: 'nothing' }
  | { to: 'over'; at: string }
  | { to: 'in-flight' | 'granted' | 'not-durable' | 'unknown' | 'ended' | 'refused'; exchange: Exchange };

/** What had become of the session when the run answered. */
export function whatCame(view: HistoryView, run: Answered): Came {
  const { process, device, started, end } = run;
  const own = sentIn(view, run, end.seq);
  const last = own.at(-1);
  const hanging = own.find((exchange) => inFlight(exchange, end.seq));
  if (hanging !== undefined) return { to: 'in-flight', exchange: hanging };
  if (generation(view, device, started.seq) !== generation(view, device, end.seq)) return { to: 'nothing' };
  if (last === undefined) return over(view, run);
  const renewed = view.hand(process, end.seq);
  const kind = outcome(last);
  if (kind.kind === 'granted') return { to: isDurable(view, last, end.seq) ? 'granted' : 'not-durable', exchange: last };
  // Somebody else has renewed it meanwhile.
  if (renewed !== undefined && renewed.since.seq > last.sent.seq) return { to: 'nothing' };
  if (kind.kind === 'refused') return { to: kind.code === 'invalid_grant' ? 'ended' : 'refused', exchange: last };
  return { to: 'unknown', exchange: last };
}

/** Nothing was sent: is that right? The session may be over, or be none that this process knows of. */
function over(view: HistoryView, { process, device, end }: Answered): Came {
  const hand = view.hand(process, end.seq);
  const state = view.state(process, end.seq);
  const session = view.session(device, end.seq);
  if (hand?.at === undefined || !isIssued(hand.rt) || session === undefined || view.index.untold) return { to: 'nothing' };
  if (isOver(state) || !alive(view, session.family, end.seq) || endingRefusal(view, device, session, end.seq) !== undefined)
    return { to: 'nothing' };
  const left = remaining(view, hand.at, end);
  return left !== undefined && left < -ESTIMATE_MARGIN ? { to: 'over', at: hand.at } : { to: 'nothing' };
}

/** Whether the session has ended for the app, so that no run of the job is wanted. */
export function isGone(view: HistoryView, { process, device, end }: Answered): boolean {
  const session = view.session(device, end.seq);
  if (session === undefined || isOver(view.state(process, end.seq))) return true;
  return endingRefusal(view, device, session, end.seq) !== undefined;
}

function isOver(state: string | undefined): boolean {
  return state === 'expired' || state === 'signed-out';
}

/** Exchanges that the process of a run sent in it before `seq`. */
export function sentIn(view: HistoryView, { process, device, started }: JobRun, seq: number): readonly Exchange[] {
  const { exchanges } = view.device(device);
  const countOf = (before: number): number => search(exchanges.length, (at) => (exchanges[at] as Exchange).sent.seq < before);
  return exchanges.slice(countOf(started.seq), countOf(seq)).filter((exchange) => exchange.process === process);
}

/** The refresh token it brought is in the store, or one younger; of a store that cannot be seen into nobody knows. */
function isDurable(view: HistoryView, { device, delivered }: Exchange, seq: number): boolean {
  const granted = delivered?.newRt;
  if (granted === undefined || !view.device(device).observable) return true;
  const written = view.index.persisted.get(granted);
  return written !== undefined && written.seq < seq;
}

/** What kind of job it is, as it was last asked for before the run; undefined when nobody asked. */
export function kindOf(view: HistoryView, { device, job, started }: JobRun): EventOf<'job.requested'>['kind'] | undefined {
  const { jobRequests } = view.device(device);
  for (let i = countBefore(jobRequests, started.seq) - 1; i >= 0; i--) {
    const request = jobRequests[i];
    if (request?.type === 'job.requested' && request.job === job) return request.kind;
  }
  return undefined;
}

/** Whether the job was asked for again between two moments, whatever the system made of it: under its name, or under one that took its place. */
export function isAskedAgain(view: HistoryView, run: JobRun, from: Moment, to: Moment): boolean {
  const kind = kindOf(view, run);
  return between(view.device(run.device).jobRequests, from.seq, to.seq).some(
    (request) => request.job === run.job || request.type === 'job.refused' || request.kind === kind,
  );
}
