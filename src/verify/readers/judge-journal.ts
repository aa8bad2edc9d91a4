// The wire invariants over a server's journal: what `ctl verify` and the live view ask. Pure, like every judgement.
import type { Feature } from '../../core/contract.ts';
import type { HistoryEvent } from '../../core/events.ts';
import type { Verdict } from '../result.ts';
import { judge } from '../verdict.ts';
import { readJournal, type JournalReading } from './journal.ts';

export interface JudgeJournalOptions {
  /** Virtual time up to which the journal is complete, ms. */
  now: number;
  /** Ms before expiry at which the client refreshes; without it refresh-ahead-honoured is not applicable. */
  refreshAhead?: number;
  /** Invariants not held against this client, by name, each with its reason. */
  relax?: readonly { invariant: string; reason: string }[];
}

export interface JournalVerdict {
  verdict: Verdict;
  /** The history that was judged; the numbers in the verdict are its own. */
  reading: JournalReading;
}

/** Judges a journal at knowledge level J. Never throws for what the journal holds. */
export function judgeJournal(entries: readonly HistoryEvent[], options: JudgeJournalOptions): JournalVerdict {
  const { now, refreshAhead, relax = [] } = options;
  const reading = readJournal(entries, { now });
  const features: Feature[] = refreshAhead === undefined ? [] : ['refresh-ahead'];
  const verdict = judge(reading.events, {
    knowledge: 'J',
    margin: reading.margin,
    features,
    relax,
    ...(refreshAhead === undefined ? {} : { refreshAhead }),
  });
  return { verdict, reading };
}
