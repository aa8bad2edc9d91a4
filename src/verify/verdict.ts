// Runs every invariant over a history and turns what they found into findings: one per cause, what follows from it folded under it.
import type { HistoryEvent } from '../core/events.ts';
import { foldByCause } from './fold.ts';
import { INVARIANTS } from './invariants.ts';
import { missingAt, soften } from './knowledge.ts';
import type { Margin } from './knowledge.ts';
import type { Finding, Invariant, Judgement, Knowledge, Verdict, Violation } from './result.ts';
import { HistoryView } from './view.ts';

/** What the judge is told besides the history. */
export interface JudgeOptions {
  /** What the client claims; what it declared in the history when absent, everything when it declared nothing. */
  features?: readonly string[];
  /**
   * What kind of recording this is; `C` when absent. At `J` (a server's journal, made into a history by readJournal) only the invariants
   * and clauses that hold there are judged, and a finding that the journal cannot prove says so (`presumed`).
   */
  knowledge?: Knowledge;
  /** At `J`: what the reader inferred. */
  margin?: Margin;
  /** Ms before expiry at which the client refreshes, where the history does not say. */
  refreshAhead?: number;
  /** Invariants not held against this run, by name, each with its reason. */
  relax?: readonly { invariant: string; reason: string }[];
}

/**
 * Judges a history. Pure: the same events give the same verdict, and the events are not touched. Never throws on a history that is cut
 * short or out of order; such a history is judged as far as it goes.
 */
export function judge(events: readonly HistoryEvent[], options: JudgeOptions = {}): Verdict {
  const { features, refreshAhead, knowledge = 'C', margin } = options;
  const view = new HistoryView(events, {
    knowledge,
    ...(features === undefined ? {} : { features }),
    ...(refreshAhead === undefined ? {} : { refreshAhead }),
  });
  return judgeView(view, INVARIANTS, options.relax ?? [], margin ?? NOTHING_INFERRED);
}

/** The margin of a history in which nothing was inferred. */
const NOTHING_INFERRED: Margin = { presumed: new Set(), guessed: new Set(), answered: new Map(), of: () => 0 };

type Relaxation = { invariant: string; reason: string };

/** The same over an index that is there already, with the invariants given. */
export function judgeView(
  view: HistoryView,
  invariants: readonly Invariant[],
  relax: readonly Relaxation[],
  margin = NOTHING_INFERRED,
): Verdict {
  const judged: Record<string, number> = {};
  const idle: string[] = [];
  const notApplicable: Relaxation[] = [];
  const relaxed: { invariant: string; reason: string; violations: number }[] = [];
  const violations: Violation[] = [];
  for (const invariant of invariants) {
    const { name } = invariant;
    const reason = whyNot(view, invariant);
    if (reason !== undefined) {
      notApplicable.push({ invariant: name, reason });
      continue;
    }
    const judgement = judgeOne(view, invariant, margin);
    judged[name] = judgement.judged;
    const waiver = relax.find((one) => one.invariant === name);
    if (waiver !== undefined) relaxed.push({ ...waiver, violations: judgement.violations.length });
    else violations.push(...judgement.violations);
    if (judgement.judged === 0 && judgement.violations.length === 0) idle.push(name);
  }
  const findings: readonly Finding[] = foldByCause(view, violations);
  return { findings, judged, idle, notApplicable, relaxed };
}

function whyNot(view: HistoryView, invariant: Invariant): string | undefined {
  const { feature } = invariant;
  if (feature === undefined || view.claims(feature)) return missingAt(view.knowledge, invariant);
  return view.knowledge === 'J' ? `nobody said that the client claims ${feature}` : `the client does not claim ${feature}`;
}

function judgeOne(view: HistoryView, invariant: Invariant, margin: Margin): Judgement {
  const judgement = invariant.judge(view);
  if (view.knowledge !== 'J') return judgement;
  return { ...judgement, violations: judgement.violations.flatMap((violation) => soften(view, violation, margin) ?? []) };
}
