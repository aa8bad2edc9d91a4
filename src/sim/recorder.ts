// Appends facts to the history with time and cause filled in. The only writer.
import type { Actor, Fact, HistoryEvent } from '../core/events.ts';
import { History } from '../core/history.ts';
import { TokenLabels } from '../core/labels.ts';
import type { Kernel } from './kernel.ts';

export class Recorder {
  readonly history = new History();
  readonly labels = new TokenLabels();
  readonly #kernel: Kernel;
  readonly #watchers = new Set<(event: HistoryEvent) => void>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Records a fact caused by what runs now. `wall` is the device's wall clock where it differs from true time. */
  note(actor: Actor, fact: Fact, wall?: number): number {
    const seq = this.history.append({ t: this.#kernel.now, actor, cause: this.#kernel.cause, wall }, fact);
    for (const watch of this.#watchers) watch(this.history.events[seq] as HistoryEvent);
    return seq;
  }

  /** Records a fact and makes it the cause of what follows in this step. */
  follow(actor: Actor, fact: Fact, wall?: number): number {
    const seq = this.note(actor, fact, wall);
    this.#kernel.cause = seq;
    return seq;
  }

  /** Shows every event from now on, until the returned function is called. */
  watch(see: (event: HistoryEvent) => void): () => void {
    this.#watchers.add(see);
    return () => void this.#watchers.delete(see);
  }

  /** A string that left a process: redacted, with the tokens found in it named. */
  text(actor: Actor, channel: string, text: string): void {
    const leaks = this.labels.leaks(text);
    this.note(actor, { type: 'text', channel, text: (leaks.length === 0 ? text : this.labels.redact(text)).slice(0, MAX_TEXT), leaks });
  }
}

const MAX_TEXT = 200;
