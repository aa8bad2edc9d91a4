// A journal as server-sent events (WHATWG HTML 9.2): what is there, then what comes, until the reader goes away. A reader that is slow
// gets all of it: the journal itself is the buffer.
import type { Journal, JournalEntry } from './journal.ts';
import { selector } from './journal-query.ts';
import type { JournalFilter } from './journal-query.ts';
import type { RealTime } from './wire-clock.ts';

/** Proxies and phones close a connection on which nothing moves, real ms. */
const HEARTBEAT = 15_000;

/** Text chunks without end. Its `return` ends the subscription. Without `since` it begins with the next entry. */
export function follow(journal: Journal, filter: JournalFilter, real: RealTime): AsyncIterableIterator<string> {
  return new Follower(journal, filter, real);
}

class Follower implements AsyncIterableIterator<string> {
  readonly #journal: Journal;
  readonly #isWanted: (entry: JournalEntry) => boolean;
  readonly #real: RealTime;
  readonly #unsubscribe: () => void;
  #next: number;
  #wake: (() => void) | undefined;
  #over = false;
  #greeted = false;

  constructor(journal: Journal, filter: JournalFilter, real: RealTime) {
    this.#journal = journal;
    const isWanted = selector(filter);
    this.#isWanted = isWanted;
    this.#real = real;
    this.#next = filter.since ?? journal.entries.length;
    for (const entry of journal.entries.slice(0, this.#next)) isWanted(entry);
    this.#unsubscribe = journal.subscribe(() => this.#wake?.());
  }

  [Symbol.asyncIterator](): AsyncIterableIterator<string> {
    return this;
  }

  async next(): Promise<IteratorResult<string, undefined>> {
    if (!this.#greeted && !this.#over) {
      this.#greeted = true;
      return { done: false, value: `retry: 1000\n\n${this.#take()}` };
    }
    while (!this.#over) {
      const text = this.#take();
      if (text !== '') return { done: false, value: text };
      if (await this.#sleep()) return { done: false, value: ': still here\n\n' };
    }
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<string, undefined>> {
    this.#over = true;
    this.#unsubscribe();
    this.#wake?.();
    return { done: true, value: undefined };
  }

  /** Everything that came since. A journal that was cut back goes on from its new end. */
  #take(): string {
    const { entries } = this.#journal;
    if (this.#next > entries.length) this.#next = entries.length;
    if (this.#next === entries.length) return '';
    const news = entries.slice(this.#next).filter(this.#isWanted);
    this.#next = entries.length;
    return news.map((entry) => `id: ${entry.seq}\nevent: ${entry.type}\ndata: ${JSON.stringify(entry)}\n\n`).join('');
  }

  /** Until something is appended, or it is over (false), or for the time of a heartbeat (true). */
  #sleep(): Promise<boolean> {
    return new Promise((resolve) => {
      const cancel = this.#real.after(HEARTBEAT, () => resolve(true));
      this.#wake = () => {
        cancel();
        this.#wake = undefined;
        resolve(false);
      };
    });
  }
}
