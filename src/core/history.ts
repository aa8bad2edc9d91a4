// The append-only record of a run: the only output of a world, and the only input of verdicts and reports.
import { hash } from 'node:crypto';
import type { Actor, Fact, HistoryEvent } from './events.ts';

export class History {
  readonly #events: HistoryEvent[] = [];

  get events(): readonly HistoryEvent[] {
    return this.#events;
  }

  /** Appends a fact and returns its `seq`, to be used as the cause of what follows from it. */
  append(frame: { t: number; actor: Actor; cause: number | undefined; wall: number | undefined }, fact: Fact): number {
    const seq = this.#events.length;
    const { t, actor, cause, wall } = frame;
    const event = { seq, t, actor, ...fact } as HistoryEvent & { cause?: number; wall?: number };
    if (cause !== undefined) event.cause = cause;
    if (wall !== undefined) event.wall = wall;
    this.#events.push(event);
    return seq;
  }

  /** Fingerprint of the whole history: the same scenario, seed and schedule give the same one on any machine. */
  digest(): string {
    return digestEvents(this.#events);
  }
}

/** First 16 hex digits of SHA-256 over one JSON line per event. */
export function digestEvents(events: readonly HistoryEvent[]): string {
  let text = '';
  for (const event of events) text += `${JSON.stringify(event)}\n`;
  return hash('sha256', text).slice(0, 16);
}
