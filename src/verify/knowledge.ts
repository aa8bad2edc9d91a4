// What a server's journal can and cannot prove: which invariants hold at level J, with which clauses, what each lacks there, and why a
// finding is presumed. One table, from facts gathered with real clients; reports and docs are derived from it.
import type { Exchange } from './records.ts';
import type { Invariant, Knowledge, Violation } from './result.ts';
import { spentBy } from './invariants/no-refresh-token-reuse.ts';
import type { HistoryView } from './view.ts';

/** What the reader of a journal inferred, by `seq` of the history it made. */
export interface Margin {
  /** Deliveries that nothing proves. */
  readonly presumed: ReadonlySet<number>;
  /** Sendings whose device or logical request is a guess. */
  readonly guessed: ReadonlySet<number>;
  /** Exchange -> the entry in which its answer left. */
  readonly answered: ReadonlyMap<string, number>;
  /** Ms after which an answer to the device is presumed to have arrived. */
  of(device: string): number;
}

/** How an invariant fares at level J. */
export interface JournalRule {
  /** What still cannot be seen, and how to supply it. */
  lacks: string;
  /** Clauses that hold; all when absent. */
  clauses?: readonly string[];
  /** Whether this violation is one the journal can speak about at all. */
  applies?(view: HistoryView, violation: Violation, margin: Margin): boolean;
  /** Why the journal cannot prove the violation; undefined when it can. */
  doubt(view: HistoryView, violation: Violation, margin: Margin): string | undefined;
}

const UNSEEN_DELIVERY = 'the answer it goes back to left the server; nothing shows that it arrived';
const UNSEEN_REASON = 'a moved clock, a restart that lost the access token or a refresh the app forced would excuse it: mark them';
const UNSEEN_CALLS = 'requests that end before they reach the server cannot be seen, and each may have been a reason to try again';
const GUESSED = 'which device or request it belongs to is inferred: send x-request-id with every sending';

/** Invariants that hold at level J. */
export const AT_JOURNAL: Readonly<Record<string, JournalRule>> = {
  'no-duplicate-refresh': {
    lacks: 'forced refreshes, clocks and restarts of the device: mark them; processes of one device are not told apart',
    doubt: (view, violation, margin) => (violation.clause === 'a' ? concurrentDoubt(view, violation, margin) : UNSEEN_REASON),
  },
  'no-refresh-token-reuse': {
    lacks: 'whether the answer with the successor arrived, unless the client shows a token of it',
    doubt: (view, violation, margin) => reuseDoubt(view, violation, margin),
  },
  'no-lost-rotation': {
    lacks: 'the store of the client (clauses a, d, e): hold an exchange at its commit, kill the app, and look at the next refresh token',
    clauses: ['b', 'c'],
    doubt: (view, violation, margin) =>
      violation.clause === 'b' ? reuseDoubt(view, violation, margin) : (guessDoubt(violation, margin) ?? UNSEEN_REASON),
  },
  'no-stale-token-after-refresh': {
    lacks: 'first sendings of requests that had waited: only replays are judged',
    applies: (view, { seq }) => isReplay(view, seq),
    doubt: (_view, violation, margin) => guessDoubt(violation, margin) ?? deliveryDoubt(violation, margin),
  },
  'logout-after-invalid-grant': {
    lacks: 'the session state the app shows (clause b)',
    clauses: ['a'],
    doubt: (_view, violation, margin) => deliveryDoubt(violation, margin),
  },
  'no-request-after-sign-out': {
    lacks: 'the sign-out, unless it is marked or the client revokes its refresh token',
    applies: isPastMargin,
    doubt: (view, violation, margin) => guessDoubt(violation, margin) ?? signOutDoubt(view, violation),
  },
  'no-cross-user': {
    lacks: 'the store of the client (clause b), and when a request was asked for: it may have waited since before the user switch',
    clauses: ['a'],
    applies: isPastMargin,
    doubt: () => 'the request may have been asked for under the earlier user, or the app keeps several users signed in at once',
  },
  'no-retry-storm': {
    lacks: 'requests that fail without reaching the server, and hours of time: advance the clock',
    doubt: (_view, violation, margin) => (violation.clause === 'c' ? deliveryDoubt(violation, margin) : UNSEEN_CALLS),
  },
  'refresh-ahead-honoured': {
    lacks: 'the clock of the device, and the buffer the client keeps: declare it (refreshAhead)',
    doubt: () => 'the device may have been offline or asleep, or its clock moved: mark them',
  },
  'refresh-rate-bounded': {
    lacks: 'clocks, pushes and restarts of the device: mark them',
    doubt: () => UNSEEN_REASON,
  },
  'replay-at-most-once': {
    lacks: 'which sendings are one request, unless the client sends x-request-id',
    doubt: (_view, violation, margin) => guessDoubt(violation, margin),
  },
  'no-token-leak': { lacks: 'logs, and requests to servers that are not ours', doubt: () => undefined },
  'only-grants-adopted': {
    lacks: 'the store of the client (clause a)',
    clauses: ['b'],
    doubt: (_view, violation, margin) => guessDoubt(violation, margin) ?? 'a sign-out that was not marked would excuse it',
  },
};

/** Invariants that a journal cannot judge, with what is missing. */
export const MISSING_AT_JOURNAL: Readonly<Record<string, string>> = {
  'every-request-settles': 'when the app asked and what it was told',
  'no-logout-without-invalid-grant': 'the session state of the app, and its store',
  'no-resurrection':
    'the store and the state of the client after a sign-out; what is sent afterwards is judged by no-request-after-sign-out',
  'no-refresh-while-offline': 'attempts that never arrive',
  'request-never-fails-when-refreshable': 'the outcome that the caller was given',
  'abort-isolation': 'who waited and who aborted',
  'background-job-outcome-honest': 'when a job ran and what it told the system',
  'one-prompt-at-a-time': 'what the app asks its user',
  'locked-precedes-content': 'what the app shows, and when it is locked',
  'recovers-from-lost-answer': 'when the client learned that an answer was lost',
  'unreadable-is-not-absent': 'the store of the client',
  'fenced-writes': 'the store of the client',
  'bounded-hold': 'when the client gives up waiting, and the locks it holds',
  'stream-follows-token': 'what the app listens to, and for how long',
  'no-needless-refresh-at-start': 'launches and the store; a needless refresh is reported by no-duplicate-refresh',
};

/** Why an invariant is not applicable to histories of this level; undefined when it is. */
export function missingAt(knowledge: Knowledge, invariant: Invariant): string | undefined {
  if (knowledge !== 'J' && knowledge !== 'H') return undefined;
  if (knowledge === 'J' ? AT_JOURNAL[invariant.name] !== undefined : invariant.needs.includes('H')) return undefined;
  const missing = knowledge === 'J' ? MISSING_AT_JOURNAL[invariant.name] : undefined;
  return missing === undefined ? 'this kind of recording does not show enough' : `a server's journal does not show ${missing}`;
}

/** The violation as a journal may put it: dropped when it cannot speak about it, with its doubt when it cannot prove it. */
export function soften(view: HistoryView, violation: Violation, margin: Margin): Violation | undefined {
  const rule = AT_JOURNAL[violation.invariant];
  if (rule === undefined) return undefined;
  if (rule.clauses !== undefined && !rule.clauses.includes(violation.clause ?? '')) return undefined;
  if (rule.applies?.(view, violation, margin) === false) return undefined;
  const presumed = rule.doubt(view, violation, margin);
  return presumed === undefined ? violation : { ...violation, presumed };
}

/** A twin whose answer had not left when the second presentation arrived was in flight for certain. */
function concurrentDoubt(view: HistoryView, { seq }: Violation, { answered }: Margin): string | undefined {
  const exchange = exchangeAt(view, seq);
  const twins = exchange?.beside.filter((other) => other.rt === exchange.rt) ?? [];
  const isCertain = twins.some((twin) => (answered.get(twin.x) ?? Number.POSITIVE_INFINITY) > seq);
  return isCertain
    ? undefined
    : 'it arrived right after the answer had left: sent together, or sent again; only an answer that got lost would excuse it';
}

function reuseDoubt(view: HistoryView, { seq }: Violation, { presumed }: Margin): string | undefined {
  const exchange = exchangeAt(view, seq);
  const spent = exchange === undefined ? undefined : spentBy(view, exchange);
  return spent?.delivered !== undefined && !presumed.has(spent.delivered.seq) ? undefined : UNSEEN_DELIVERY;
}

/** Only what came before the breach was relied on. */
function deliveryDoubt({ seq, witness }: Violation, { presumed }: Margin): string | undefined {
  return witness.some((one) => one < seq && presumed.has(one)) ? UNSEEN_DELIVERY : undefined;
}

function guessDoubt({ seq, witness }: Violation, { guessed }: Margin): string | undefined {
  return guessed.has(seq) || witness.some((one) => guessed.has(one)) ? GUESSED : undefined;
}

/** A token of the old session that came into being after its end was asked for by somebody who should have known. */
function signOutDoubt(view: HistoryView, { seq, witness }: Violation): string | undefined {
  const use = view.at(seq);
  const label = use?.type === 'api.sent' ? use.at : use?.type === 'token.sent' ? use.rt : undefined;
  const signOut = witness.find((one) => view.at(one)?.type === 'signOut.called') ?? seq;
  const minted = view.token(label)?.minted.seq ?? 0;
  return minted > signOut ? undefined : 'another process of the app may not have known of the sign-out yet';
}

function isReplay(view: HistoryView, seq: number): boolean {
  const event = view.at(seq);
  return event?.type === 'api.sent' && event.k > 1;
}

/** What was on its way when the session changed arrives within the margin. */
function isPastMargin(view: HistoryView, { seq, witness }: Violation, margin: Margin): boolean {
  const event = view.at(seq);
  const change = witness.map((one) => view.at(one)).find((one) => one?.type === 'signOut.called' || one?.type === 'signIn.called');
  return event !== undefined && change !== undefined && event.t - change.t > margin.of(change.actor);
}

function exchangeAt(view: HistoryView, seq: number): Exchange | undefined {
  const event = view.at(seq);
  return event?.type === 'token.sent' ? view.exchange(event.x) : undefined;
}
