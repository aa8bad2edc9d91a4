// Runs every invariant over a history and turns what they found into findings: one per cause, what follows from it folded under it.
import type { HistoryEvent } from '../core/events.ts';
import { foldByCause } from './fold.ts';
import { INVARIANTS } from './invariants.ts';
import type { Finding, Invariant, Verdict, Violation } from './result.ts';
import { HistoryView } from './view.ts';

/** What the judge is told besides the history. */
export interface JudgeOptions {
  /** What the client claims; what it declared in the history when absent, everything when it declared nothing. */
  features?: readonly string[];
  /** Invariants not held against this run, by name, each with its reason. */
  relax?: readonly { invariant: string; reason: string }[];
}

/**
 * Judges a history. Pure: the same events give the same verdict, and the events are not touched. Never throws on a history that is cut
 * short or out of order; such a history is judged as far as it goes.
 */
export function judge(events: readonly HistoryEvent[], options: JudgeOptions = {}): Verdict {
  const view = new HistoryView(events, options.features === undefined ? {} : { features: options.features });
  return judgeView(view, INVARIANTS, options.relax ?? []);
}

/** The same over an index that is there already, with the invariants given. */
export function judgeView(
  view: HistoryView,
  invariants: readonly Invariant[],
  relax: readonly { invariant: string; reason: string }[],
): Verdict {
  const judged: Record<string, number> = {};
  const idle: string[] = [];
  const notApplicable: { invariant: string; reason: string }[] = [];
  const relaxed: { invariant: string; reason: string; violations: number }[] = [];
  const violations: Violation[] = [];
  for (const invariant of invariants) {
    const { name, feature } = invariant;
    if (feature !== undefined && !view.claims(feature)) {
      notApplicable.push({ invariant: name, reason: `the client does not claim ${feature}` });
      continue;
    }
    const judgement = invariant.judge(view);
    judged[name] = judgement.judged;
    const waiver = relax.find((one) => one.invariant === name);
    if (waiver !== undefined) relaxed.push({ ...waiver, violations: judgement.violations.length });
    else violations.push(...judgement.violations);
    if (judgement.judged === 0 && judgement.violations.length === 0) idle.push(name);
  }
  const findings: readonly Finding[] = foldByCause(view, violations);
  return { findings, judged, idle, notApplicable, relaxed };
}
