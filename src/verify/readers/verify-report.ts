// The verdict over a journal as the control API tells it: data with numbers of the journal and sentences, no token. Pure.
import { describe } from '../../core/describe.ts';
import type { HistoryEvent } from '../../core/events.ts';
import { AT_JOURNAL } from '../knowledge.ts';
import type { Finding } from '../result.ts';
import type { JournalReading } from './journal.ts';
import { judgeJournal, type JudgeJournalOptions } from './judge-journal.ts';

export interface JournalFinding {
  invariant: string;
  clause?: string;
  message: string;
  hint: string;
  /** Why the journal cannot prove it; absent when it can. */
  presumed?: string;
  /** Entry of the journal at which it broke. */
  entry: number;
  witness: readonly { entry: number; t: number; actor: string; text: string }[];
  /** Further breaches that follow from it. */
  folded: number;
}

export interface JournalReport {
  passed: boolean;
  findings: readonly JournalFinding[];
  /** Invariant -> how much it had to judge; 0 = nothing. */
  judged: Readonly<Record<string, number>>;
  notApplicable: readonly { invariant: string; reason: string }[];
  /** What each judged invariant lacks at a server alone. */
  limits: Readonly<Record<string, string>>;
  /** A report is passed on as it is, whatever else it says. */
  [member: string]: unknown;
}

/** Judges a journal and says what came of it. */
export function verifyReport(entries: readonly HistoryEvent[], options: JudgeJournalOptions): JournalReport {
  const { verdict, reading } = judgeJournal(entries, options);
  const { findings, judged, notApplicable } = verdict;
  const limits = Object.fromEntries(
    Object.keys(judged).flatMap((name) => (AT_JOURNAL[name] === undefined ? [] : [[name, AT_JOURNAL[name].lacks]])),
  );
  return { passed: findings.length === 0, findings: findings.map((finding) => told(finding, reading)), judged, notApplicable, limits };
}

function told({ invariant, clause, message, hint, presumed, seq, witness, folded }: Finding, reading: JournalReading): JournalFinding {
  const shown = witness.flatMap((at) => {
    const event = reading.events[at];
    return event === undefined ? [] : [{ entry: reading.entryOf(at) ?? 0, t: event.t, actor: event.actor, text: describe(event) }];
  });
  return {
    invariant,
    ...(clause === undefined ? {} : { clause }),
    message,
    hint,
    ...(presumed === undefined ? {} : { presumed }),
    entry: reading.entryOf(seq) ?? 0,
    witness: shown,
    folded: folded.length,
  };
}
