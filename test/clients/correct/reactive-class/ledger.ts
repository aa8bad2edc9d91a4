// One durable record, written in the order it was decided; a write that fails is owed and tried again.
import type { HostStore, HostClock } from '../../../../src/core/contract.ts';

/** Asked before a write is tried again, with what the store holds by then: somebody else may have had a reason to write since. */
type Due = (there: string | undefined) => boolean;

export class Ledger {
  readonly #store: HostStore;
  readonly #clock: HostClock;
  readonly #key: string;
  /** A write the store still owes us; null = nothing may be stored. */
  #debt: { text: string | null; due: Due; failed?: true } | undefined;
  #paying: Promise<boolean> = Promise.resolve(true);
  #retrying = false;
  readonly #closing = new AbortController();

  constructor(store: HostStore, clock: HostClock, key: string) {
    this.#store = store;
    this.#clock = clock;
    this.#key = key;
  }

  /** The store is behind memory. */
  get owed(): boolean {
    return this.#debt !== undefined;
  }

  read(): Promise<string | undefined> {
    return this.#store.get(this.#key);
  }

  save(text: string | null, due: Due = () => true): Promise<boolean> {
    this.#debt = { text, due };
    return this.pay();
  }

  /** One last try. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.pay();
  }

  /** True when the store holds what was decided last. */
  pay(): Promise<boolean> {
    this.#paying = this.#paying.then(async () => {
      const debt = this.#debt;
      if (debt === undefined) return true;
      try {
        const due = debt.failed !== true || debt.due(await this.read());
        if (due) await (debt.text === null ? this.#store.delete(this.#key) : this.#store.set(this.#key, debt.text));
      } catch {
        debt.failed = true;
        this.#payLater().catch(() => undefined);
        return false;
      }
      if (this.#debt === debt) this.#debt = undefined;
      return true;
    });
    return this.#paying;
  }

  async #payLater(): Promise<void> {
    if (this.#retrying) return;
    this.#retrying = true;
    for (let wait = 200; this.#debt !== undefined; wait = Math.min(wait * 2, 10_000)) {
      await this.#clock.sleep(wait, this.#closing.signal);
      await this.pay();
    }
    this.#retrying = false;
  }
}
