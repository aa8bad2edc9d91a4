// What a server saw and did, as facts in order. Append-only; keeps all, decides nothing.
import type { Actor, Fact, HistoryEvent } from '../src/core/events.ts';

/** A fact with its place: `seq` from 0, `t` virtual ms, who. */
export type JournalEntry = HistoryEvent;

export interface Journal {
  readonly entries: readonly JournalEntry[];
  append(actor: Actor, fact: Fact): JournalEntry;
  /** Calls `listener` with every entry from now on, at once and in order; returns its end. A listener must not append. */
  subscribe(listener: (entry: JournalEntry) => void): () => void;
  clear(): void;
  /** Forgets the entries from this number on: somebody goes back in time. */
  cut(length: number): void;
}

/** An empty journal that takes its times from `clock`. */
export function createJournal(clock: { now(): number }): Journal {
  const entries: JournalEntry[] = [];
  const listeners = new Set<(entry: JournalEntry) => void>();
  return {
    entries,
    append(actor, fact) {
      const entry = { seq: entries.length, t: clock.now(), actor, ...fact } as JournalEntry;
      entries.push(entry);
      for (const listener of listeners) listener(entry);
      return entry;
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    clear: () => void (entries.length = 0),
    cut: (length) => void (entries.length = Math.min(length, entries.length)),
  };
}
