// How far a run is, for a person at a terminal, once it has lasted long enough to ask: loads the live view then and not before.
// While the view is open, what reporters print goes above it.
import type { RunFacts } from '../report/live/run-model.ts';
import { detectScreen } from '../report/screen.ts';
import type { GlobalOptions, RunOptions } from './option-table.ts';
import type { Output, System } from './system.ts';

export interface Progress {
  /** Where reporters should print. */
  readonly out: Output;
  update(facts: Omit<RunFacts, 'wallMs'>): void;
  /** Takes the view away; everything printed is on the screen. */
  close(): Promise<void>;
}

/** Real ms after which a run shows how far it is. */
const PATIENCE = 300;
const FRAME = 100;

/** Progress on standard output; where nobody watches, or a machine reads, nothing but a way through. */
export function openProgress(options: RunOptions & GlobalOptions, system: System): Progress {
  const screen = detectScreen(system.env, system.out, options.color ?? 'auto');
  const others = (options.reporter ?? []).some(({ name, file }) => file === undefined && name !== 'lines');
  if (!screen.tty || options.json === true || options.quiet === true || others) {
    return { out: system.out, update: () => undefined, close: async () => undefined };
  }
  return new TerminalProgress(system, screen.colour);
}

interface View {
  print(text: string): void;
  draw(facts: RunFacts): void;
  close(): Promise<void>;
}

class TerminalProgress implements Progress {
  readonly out: Output;
  readonly #system: System;
  readonly #started: number;
  readonly #patience: NodeJS.Timeout;
  #opening: Promise<void> | undefined;
  #frames: NodeJS.Timeout | undefined;
  #view: View | undefined;
  #facts: Omit<RunFacts, 'wallMs'> = { total: 0, done: 0, failed: 0 };

  constructor(system: System, colour: boolean) {
    this.#system = system;
    this.#started = system.now();
    this.out = {
      isTTY: true,
      ...(system.out.columns === undefined ? {} : { columns: system.out.columns }),
      write: (text) => (this.#view === undefined ? system.out.write(text) : this.#view.print(text)),
    };
    this.#patience = setTimeout(() => void (this.#opening = this.#open(colour)), PATIENCE);
  }

  update(facts: Omit<RunFacts, 'wallMs'>): void {
    this.#facts = facts;
  }

  async close(): Promise<void> {
    clearTimeout(this.#patience);
    await this.#opening;
    clearInterval(this.#frames);
    const view = this.#view;
    await view?.close();
    this.#view = undefined;
  }

  async #open(colour: boolean): Promise<void> {
    const view = await openView(colour, () => this.#now());
    this.#view = view;
    this.#frames = setInterval(() => view.draw(this.#now()), FRAME);
  }

  #now(): RunFacts {
    return { ...this.#facts, wallMs: this.#system.now() - this.#started };
  }
}

async function openView(colour: boolean, now: () => RunFacts): Promise<View> {
  const [{ openLive }, { createLiveStore }, { runModel }] = await Promise.all([
    import('../report/live/open.ts'),
    import('../report/live/store.ts'),
    import('../report/live/run-model.ts'),
  ]);
  const store = createLiveStore(runModel(now()));
  const view = openLive({ store, colour }, { stdout: process.stdout });
  return { print: (text) => store.print(text), draw: (facts) => store.set(runModel(facts)), close: () => view.close(false) };
}
