// One process of the device after the other. Without locks, and after two waits in vain, as if there were none: a broken lock must not be
// the end of the session.
import type { Host } from '../../../../src/core/contract.ts';

export class Turn {
  readonly #host: Host;
  readonly #name: string;
  #inVain = 0;

  constructor(host: Host, name: string) {
    this.#host = host;
    this.#name = name;
  }

  /** Undefined when the turn did not come. */
  async take<T>(work: () => Promise<T>): Promise<T | undefined> {
    const held = (): Promise<T> => {
      this.#inVain = 0;
      return work();
    };
    try {
      return await this.#host.lock(this.#name, held, { timeout: 12_000 });
    } catch (error) {
      const { code } = error as { code?: unknown };
      if (code === 'lock-unavailable') return work();
      if (code !== 'lock-timeout') throw error;
      this.#inVain += 1;
      return this.#inVain > 1 ? work() : undefined;
    }
  }
}
