// What comes by itself, line by line, for somebody who waits for one thing and not for ever.
import type { DeviceContext } from '../driver.ts';
import { interrupted } from '../errors.ts';

export class Inbox<T> {
  readonly #kept: T[] = [];
  #wake: (() => void) | undefined;
  #closed = false;

  put(value: T): void {
    this.#kept.push(value);
    this.#wake?.();
  }

  /** Nothing more will come. */
  close(): void {
    this.#closed = true;
    this.#wake?.();
  }

  forget(): void {
    this.#kept.splice(0);
  }

  /**
   * The first that is wanted, of those kept and of those to come within so long; what came before it is dropped. `late` and `closed`
   * when there is none. Throws when we are interrupted.
   */
  async take({ machine, signal }: DeviceContext, timeout: number, wanted: (value: T) => boolean = () => true): Promise<Taken<T>> {
    const until = machine.now() + timeout;
    for (;;) {
      if (signal?.aborted === true) throw interrupted();
      const at = this.#kept.findIndex(wanted);
      const found = at < 0 ? [] : this.#kept.splice(0, at + 1).slice(-1);
      if (found.length > 0) return { found: found[0] as T };
      const left = until - machine.now();
      if (this.#closed || left <= 0) return this.#closed ? 'closed' : 'late';
      await this.#woken({ machine, signal }, left);
    }
  }

  async #woken({ machine, signal }: Pick<DeviceContext, 'machine'> & { signal: AbortSignal | undefined }, ms: number): Promise<void> {
    const stop = new AbortController();
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      machine.sleep(ms, signal === undefined ? stop.signal : AbortSignal.any([signal, stop.signal])).then(resolve, () => resolve());
    });
    stop.abort();
  }
}

export type Taken<T> = { readonly found: T } | 'late' | 'closed';
