// What a process is told without being asked for an answer: screen, touch, push; and what it shows of its session meanwhile.
import type { Process } from './device.ts';
import type { Stage } from './stage.ts';

export class Signals {
  readonly #stage: Stage;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** The app comes to the screen or leaves it. Its first frame shows content, unless the client says by then that it must not. */
  tell(process: Process, what: 'foreground' | 'background'): void {
    this.#stage.act(process, what, (client) => {
      this.#stage.note(process, { type: what }, true);
      this.#guard(process, () => client[what]?.());
      if (what === 'background' || client.state === undefined) return;
      this.pollState(process);
      if (process.shown === 'active') this.#stage.note(process, { type: 'content', state: process.shown });
    });
  }

  interact(process: Process): void {
    this.#stage.act(process, 'interaction', (client) => {
      this.#stage.note(process, { type: 'interaction' }, true);
      this.#guard(process, () => client.interaction?.());
    });
  }

  /** A silent push of the backend; a process that does not run never sees it. `done`: the client answered with a promise, and it is settled. */
  push(process: Process, refresh: boolean, done?: () => void): void {
    this.#stage.act(process, 'push', (client) => {
      this.#stage.note(process, { type: 'push', refresh }, true);
      const { epoch } = process;
      const answer: unknown = this.#guard(process, () => client.push?.(refresh ? { type: 'refresh' } : { type: 'ping' }));
      if (done === undefined || !(answer instanceof Promise)) return;
      const settled = (): void => void (process.alive(epoch) && done());
      answer.then(settled, settled);
    });
  }

  /** Records the session state whenever it changed; called after everything that could run has run. */
  pollState(process: Process): void {
    const { client } = process;
    if (client?.state === undefined) return;
    const to = this.#guard(process, () => client.state?.());
    if (to === undefined || to === process.shown) return;
    const from = process.shown;
    process.shown = to;
    const reason = process.told?.to === to ? process.told.reason : undefined;
    process.reason = reason;
    this.#stage.note(process, { type: 'state', from, to, ...(reason === undefined ? {} : { reason }) });
    if (to === 'expired') process.device.generation += 1;
  }

  #guard<T>(process: Process, fn: () => T): T | undefined {
    try {
      return fn();
    } catch (error) {
      this.#stage.clientFault(process, 'threw', error);
      return undefined;
    }
  }
}
