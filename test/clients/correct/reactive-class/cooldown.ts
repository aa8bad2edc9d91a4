// The pause after failed refreshes, shared by the processes of a device through the store and kept over launches.
import type { Host } from '../../../../src/core/contract.ts';
import { jsonObject } from './waiting.ts';

const KEY = 'reactive.cooldown';
/** Ms, Fibonacci from the fourth on. */
const PAUSES = [300, 600, 900, 1_500, 2_400, 3_900, 6_300];
const LONGEST = 8_000;

export class Cooldown {
  /** Failures in a row. */
  failures = 0;
  /** Monotonic ms before which nobody asks again. */
  until = 0;
  readonly #host: Host;

  constructor(host: Host) {
    this.#host = host;
  }

  /** A failure here: the next pause, spread by a sixth, never less than the server asked for. */
  async failed(retryAfter: number): Promise<void> {
    const pause = (PAUSES[this.failures] ?? LONGEST) * (1 + this.#host.random() / 6);
    this.failures += 1;
    this.until = this.#host.clock.monotonic() + Math.max(pause, retryAfter * (1 + this.#host.random() / 20));
    await this.#host.store.set(KEY, JSON.stringify({ failures: this.failures, until: this.until })).catch(() => undefined);
  }

  /** Failures of a sibling, or of an earlier life. */
  async look(): Promise<void> {
    const { failures, until } = jsonObject((await this.#host.store.get(KEY).catch(() => undefined)) ?? '');
    if (typeof until !== 'number' || until <= this.until) return;
    this.until = until;
    this.failures = typeof failures === 'number' ? failures : 1;
  }

  async over(): Promise<void> {
    if (this.failures > 0) await this.#host.store.delete(KEY).catch(() => undefined);
    this.failures = 0;
    this.until = 0;
  }
}
