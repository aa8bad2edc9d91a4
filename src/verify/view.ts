// Placeholder replaced below: the index over a history that invariants read.
export interface HistoryView { readonly events: readonly import('../core/events.ts').HistoryEvent[] }
