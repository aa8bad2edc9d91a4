// The shapes of a judgement and of a whole run: what invariants produce and every reporter reads. Data only.
import type { Feature, HostConfig } from '../core/contract.ts';
import type { SourcePosition } from '../core/errors.ts';
import type { HistoryEvent } from '../core/events.ts';
import type { BackgroundReport } from './background-report.ts';
import type { HistoryView } from './view.ts';

/** One place where an invariant does not hold. */
export interface Violation {
  /** `no-duplicate-refresh`. */
  invariant: string;
  /** `a`, `b` ... of the invariant's definition. */
  clause?: string;
  /** One sentence a stranger understands, with labels and times, no token. */
  message: string;
  hint: string;
  /** The event at which it broke. */
  seq: number;
  /** The earlier event it goes back to, where there is one: findings are ordered by it. */
  root?: number;
  /** The few events that show it, ascending, `seq` among them. */
  witness: readonly number[];
  /** Why a server's journal cannot prove it; absent when it is proved, and always in histories that show both ends. */
  presumed?: string;
}

/** What one invariant says of one history. `judged` counts what it had to judge; 0 = idle. */
export interface Judgement {
  judged: number;
  violations: readonly Violation[];
}

/** Knowledge a history must carry: H = a HAR or proxy, J = the server's journal, V = the virtual wire, C = V + client events. */
export type Knowledge = 'H' | 'J' | 'V' | 'C';

/** Something that holds in every history, whoever the client is: a pure function with its explanation. */
export interface Invariant {
  id: string;
  name: string;
  kind: 'wire' | 'client';
  /** The poorest histories it can judge. */
  needs: readonly Knowledge[];
  /** Not applicable to a client that does not claim it. */
  feature?: Feature;
  /** One line: what always holds. */
  summary: string;
  /** What a user suffers when it does not. */
  why: string;
  /** RFC clauses and public bugs, `RFC 9700 4.14.2`, `zitadel/zitadel#9631`. */
  sources: readonly string[];
  judge(view: HistoryView): Judgement;
}

/** A violation with those that follow from it. */
export interface Finding extends Violation {
  /** Further violations that follow from this one, in order: at most 200, the first of each invariant always among them. */
  folded: readonly Violation[];
  /** How many follow from it in all, and of each invariant. Absent where `folded` is all there is. */
  foldedCount?: { total: number; by: Readonly<Record<string, number>> };
}

/** What all invariants say of one history. */
export interface Verdict {
  /** Ordered by first cause. */
  findings: readonly Finding[];
  /** Invariant name -> how much it judged. */
  judged: Readonly<Record<string, number>>;
  idle: readonly string[];
  notApplicable: readonly { invariant: string; reason: string }[];
  relaxed: readonly { invariant: string; reason: string; violations: number }[];
}

/** One thing a scenario expected that did not come true. */
export interface ExpectationFailure {
  message: string;
  source?: SourcePosition;
  seq?: number;
}

/** What a run came to. `inconclusive`: a limit was reached; `not-applicable`: the client does not claim what the scenario needs. */
export type Outcome = 'passed' | 'failed' | 'inconclusive' | 'not-applicable';

/** A run beside the one that counts. `options`: what its client was lent. */
export interface Compared {
  options: NonNullable<HostConfig['options']>;
  outcome: Outcome;
  reason?: string;
  /** Names of what broke, each once. */
  broken: readonly string[];
  refreshes: number;
  background: readonly BackgroundReport[];
}

/** One run: what happened, how it was judged, and how to see it again. */
export interface RunResult {
  scenario: { name: string; family: string; file: string; summary: string; tags: readonly string[] };
  /** `built-in engine`, or the module's path as given. */
  client: string;
  /** What the scenario lent it. */
  options?: NonNullable<HostConfig['options']>;
  outcome: Outcome;
  /** Why it is inconclusive or not applicable. */
  reason?: string;
  seed: number;
  digest: string;
  /** Ms of virtual time of the steps, from the first to the end. */
  virtualMs: number;
  /** Virtual time at which the first step began; reports count from here. */
  originMs: number;
  refreshes: number;
  verdict: Verdict;
  expectations: readonly ExpectationFailure[];
  /** `client.error` events: faults of the client as code. */
  clientErrors: readonly { kind: string; message: string; where?: string; seq: number }[];
  events: readonly HistoryEvent[];
  /** What became of the background jobs of each phone whose system is modelled; absent where there is none. */
  background?: readonly BackgroundReport[];
  /** The same scenario and seed with other options of the client (`compare:`). It decides nothing. */
  compared?: readonly Compared[];
  /** The command that replays it exactly. */
  replay: string;
  /** Line of each step in the scenario's file, by step index: a report points at the step during which something broke. */
  stepLines?: readonly number[];
}
