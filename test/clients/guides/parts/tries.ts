// What a guide does not say of trying a refresh again, done well: growing pauses that hold for whoever asks, Retry-After, patience with an
// end, and no attempt while the device is offline.
import type { Host } from '../../../../src/core/contract.ts';
import { Cooldown } from '../../correct/reactive-class/cooldown.ts';
import { Failure, orAborted, type Era } from '../../correct/reactive-class/waiting.ts';

/** Ms from the first try to the beginning of the last; time offline does not count. */
const PATIENCE = 30_000;

/** Not this time: the server asked for so many ms, or 0. */
export interface Later {
  readonly retryAfter: number;
}

export class Tries {
  readonly #host: Host;
  readonly #cooldown: Cooldown;
  readonly #closing: AbortSignal;

  constructor(host: Host, closing: AbortSignal) {
    this.#host = host;
    this.#cooldown = new Cooldown(host);
    this.#closing = closing;
  }

  /** Tries until there is a result, the era ends, or it takes too long: four tries for an outage, after that one for each who asks. */
  async until<T extends object>(attempt: () => Promise<T | Later>, era: Era, online: () => Promise<void>): Promise<T> {
    let giveUp = this.#host.clock.monotonic() + PATIENCE;
    for (const enough = Math.max(4, this.#cooldown.failures + 1); this.#cooldown.failures < enough;) {
      if (!this.#host.connectivity.online()) {
        await orAborted(era.signal, online());
        giveUp = this.#host.clock.monotonic() + PATIENCE;
      }
      await this.#pause(era, giveUp);
      if (!this.#host.connectivity.online()) continue;
      const result = await attempt();
      if (!('retryAfter' in result)) {
        await this.#cooldown.over();
        return result;
      }
      await this.#cooldown.failed(result.retryAfter);
    }
    throw new Failure('network');
  }

  async #pause(era: Era, giveUp: number): Promise<void> {
    await this.#cooldown.look();
    era.check();
    const wait = this.#cooldown.until - this.#host.clock.monotonic();
    if (wait > 0 && this.#cooldown.until > giveUp) throw new Failure('network');
    if (wait > 0) await orAborted(era.signal, this.#host.clock.sleep(Math.ceil(wait), this.#closing));
    era.check();
  }
}
