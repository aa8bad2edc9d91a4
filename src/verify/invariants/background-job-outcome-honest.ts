// I20: what a background job tells the system agrees with what has become of the session. The system believes it: a success ends the
// matter, a failure of periodic work waits for a whole period, and what goes on after the stop goes on without any time that is its own.
import { firstAfter, holdsAt, type Moment } from '../moments.ts';
import type { Exchange, JobRun } from '../records.ts';
import type { Invariant, Judgement, Violation } from '../result.ts';
import { after, ms, violation } from '../say.ts';
import type { HistoryView } from '../view.ts';
import { type Answered, type Came, isAskedAgain, isGone, kindOf, sentIn, whatCame } from './job-facts.ts';

export const backgroundJobOutcomeHonest: Invariant = {
  id: 'I20',
  name: 'background-job-outcome-honest',
  kind: 'client',
  needs: ['V', 'C'],
  feature: 'background',
  summary:
    'what a background job answers is true: success once nothing is under way or unsaved, retry while trying again can help, and after a stop nothing more is sent',
  why:
    'The system acts on the answer. A success or failure in an outage means no try for a whole period, and the login is lost overnight ' +
    'with nobody looking; a retry for a dead session wakes the phone for nothing, again and again.',
  sources: [
    'RFC 6749 5.2',
    'DP-3T/dp3t-sdk-android#211',
    'encointer/encointer-wallet-flutter#825',
    'PianoNic/Snepilatch#239',
    'nxtbgthng/OAuth2Client#140',
  ],
  judge,
};

/** Ms in which a run that was told to stop has to answer, or to go. */
const GRACE = 2_000;

function judge(view: HistoryView): Judgement {
  let judged = 0;
  const violations: Violation[] = [];
  for (const { jobs } of view.processes) {
    for (const run of jobs) {
      judged += 1;
      const found = isAnswered(run) ? (answer(view, run) ?? notAskedAgain(view, run)) : undefined;
      violations.push(...[found ?? tooLate(view, run), sendsAfterStop(view, run), drops(view, run)].filter((one) => one !== undefined));
    }
  }
  return { judged, violations: violations.sort((a, b) => a.seq - b.seq) };
}

function isAnswered(run: JobRun): run is Answered {
  return run.end?.type === 'job.ended';
}

/** Clauses a to c: the answer against the facts. After a stop nobody listens on Android, and iOS wants an answer at once, whatever it is. */
function answer(view: HistoryView, run: Answered): Violation | undefined {
  const { end, stopped } = run;
  if (stopped !== undefined && (end.outcome !== 'success' || end.dropped === true)) return undefined;
  const came = whatCame(view, run);
  switch (end.outcome) {
    case 'success':
      return claims(run, came);
    case 'failure':
      return givesUp(view, run, came);
    case 'retry':
      return came.to === 'ended' ? insists(run, came.exchange) : undefined;
  }
}

/** Clause a. */
function claims(run: Answered, came: Came): Violation | undefined {
  const reason = unfinished(came);
  if (reason === undefined) return undefined;
  return violation(backgroundJobOutcomeHonest, {
    clause: 'a',
    message: `${run.process} called ${run.run} of ${run.job} a success although ${reason}`,
    hint: 'wait for the answer and for the write; when neither comes in time, answer retry (Android), or ask for the next run and complete with false (iOS)',
    at: run.end,
    witness: [run.started, ...witnessOf(came)],
  });
}

/** Clause b: a `failure` of Android's work is not tried again before the next period, if at all. */
function givesUp(view: HistoryView, run: Answered, came: Came): Violation | undefined {
  const kind = kindOf(view, run);
  const reason = unfinished(came);
  if (reason === undefined || (kind !== 'periodic' && kind !== 'one-time')) return undefined;
  const then =
    kind === 'periodic' ? 'periodic work takes that for a success and waits for the next period' : 'that is the end of one-time work';
  return violation(backgroundJobOutcomeHonest, {
    clause: 'b',
    message: `${run.process} ${run.end.threw ? 'let' : 'called'} ${run.run} of ${run.job} ${run.end.threw ? 'fail' : 'a failure'} although ${reason}; ${then}`,
    hint: 'answer retry for whatever may work later: it is the only result that backs off and tries again',
    at: run.end,
    witness: [run.started, ...witnessOf(came)],
  });
}

/** Clause c. */
function insists({ process, run, job, started, end }: Answered, refusal: Exchange): Violation {
  return violation(backgroundJobOutcomeHonest, {
    clause: 'c',
    message: `${process} asked for ${run} of ${job} to be tried again ${after(refusal.delivered ?? refusal.sent, end)} the server had refused ${refusal.rt} with invalid_grant for good`,
    hint: 'invalid_grant is the end of the session: say so in the app, cancel the job, and answer success',
    at: end,
    witness: [started, refusal.sent, refusal.delivered],
  });
}

/** Why the work is not done, in words; undefined when it is. */
function unfinished(came: Came): string | undefined {
  switch (came.to) {
    case 'in-flight':
      return `${came.exchange.x} was still in flight`;
    case 'not-durable':
      return `${came.exchange.delivered?.newRt ?? 'the new refresh token'}, granted to ${came.exchange.x}, was in no store yet`;
    case 'unknown':
      return `nobody knows what came of ${came.exchange.x}${said(came.exchange)}, and ${came.exchange.rt} is still to be renewed`;
    case 'over':
      return `${came.at} had expired and nothing was sent`;
    default:
      return undefined;
  }
}

function said({ delivered }: Exchange): string {
  return delivered === undefined ? '' : ` (${delivered.status})`;
}

function witnessOf(came: Came): readonly (Moment | undefined)[] {
  return 'exchange' in came ? [came.exchange.sent, came.exchange.delivered, came.exchange.end] : [];
}

/** Clause d: after the stop a refresh is sent that nothing else asks for: no request, no push, no screen, no network that came back. */
function sendsAfterStop(view: HistoryView, run: JobRun): Violation | undefined {
  const { stopped, process, device, life } = run;
  const info = view.process(process);
  if (stopped === undefined || stopped.untold === true || !holdsAt(info.background, stopped.seq)) return undefined;
  const trigger = Math.min(
    firstAfter(info.triggers, stopped.seq)?.seq ?? Infinity,
    firstAfter(view.device(device).triggers, stopped.seq)?.seq ?? Infinity,
  );
  const { exchanges } = view.device(device);
  const sent = exchanges.find((one) => one.process === process && one.life === life && one.sent.seq > stopped.seq)?.sent;
  if (sent === undefined || sent.seq > trigger || isAwaited(view, process, sent)) return undefined;
  return violation(backgroundJobOutcomeHonest, {
    clause: 'd',
    message: `${process} sent ${sent.rt} in ${sent.x} ${after(stopped, sent)} the system had stopped ${run.run} of ${run.job} (${stopped.reason})`,
    hint: 'once the job is stopped begin nothing: the process may be frozen before the answer comes, and the rotation is lost',
    at: sent,
    root: stopped,
    witness: [run.started, stopped],
  });
}

/** A request of the app waits for it. */
function isAwaited(view: HistoryView, process: string, at: Moment): boolean {
  return view.requests.some(
    (one) => one.process === process && one.called !== undefined && one.called.seq < at.seq && (one.settled?.seq ?? Infinity) > at.seq,
  );
}

/** Clause e: an answer that came after the stop, to a process that lived on, was thrown away. */
function drops(view: HistoryView, run: JobRun): Violation | undefined {
  const { stopped, process, device, life } = run;
  if (stopped === undefined || !view.device(device).observable) return undefined;
  const late = sentIn(view, run, stopped.seq).find(({ delivered }) => delivered !== undefined && delivered.seq > stopped.seq);
  const granted = late?.delivered?.newRt;
  if (late?.delivered === undefined || granted === undefined) return undefined;
  const { delivered } = late;
  const tried = view.device(device).writes.some((write) => write.process === process && write.labels.includes(granted));
  const until = late.next?.sent ?? view.runEnd;
  const session = view.session(device, delivered.seq);
  if (tried || until === undefined || session?.family !== view.token(granted)?.family) return undefined;
  if (view.life(process, until.seq) !== life && until.t - delivered.t < GRACE) return undefined;
  return violation(backgroundJobOutcomeHonest, {
    clause: 'e',
    message: `${process} was granted ${granted} for ${late.x} ${after(stopped, delivered)} the system had stopped ${run.run} of ${run.job}, and never wrote it`,
    hint: 'let the exchange outlive the job: when its answer comes, write it before anything else, whoever waits for it or not',
    at: until,
    root: delivered,
    witness: [run.started, stopped, late.sent, delivered],
  });
}

/** Clause f: a request of iOS is good for one run; without the next one the job is over. A step that runs it uses up no request. */
function notAskedAgain(view: HistoryView, run: Answered): Violation | undefined {
  const { started, end, process } = run;
  const kind = kindOf(view, run);
  if (started.by === 'step' || (kind !== 'app-refresh' && kind !== 'processing')) return undefined;
  if (isAskedAgain(view, run, started, end) || isGone(view, run)) return undefined;
  return violation(backgroundJobOutcomeHonest, {
    clause: 'f',
    message: `${process} completed ${run.run} of ${run.job} without having asked for the next run: a request is good for one`,
    hint: 'submit the next request first thing in the handler',
    at: end,
    witness: [started],
  });
}

/** Clause f: told that its time is over, it does not complete, and iOS ends the process for it. */
function tooLate(view: HistoryView, run: JobRun): Violation | undefined {
  const { stopped, process, started } = run;
  const kind = kindOf(view, run);
  const until = run.end ?? view.runEnd;
  if (stopped === undefined || stopped.untold === true || until === undefined || kind === 'periodic' || kind === 'one-time')
    return undefined;
  if (until.t - stopped.t < GRACE || view.life(process, stopped.seq) !== run.life) return undefined;
  return violation(backgroundJobOutcomeHonest, {
    clause: 'f',
    message: `${process} did not complete ${run.run} of ${run.job} for ${ms(until.t - stopped.t)} after it was told that its time was over`,
    hint: 'complete with false in the expiration handler, at once, whatever is under way',
    at: until,
    root: stopped,
    witness: [started, stopped],
  });
}
