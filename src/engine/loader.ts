// Restores what the store holds, at launch and later when a sibling may have signed in. A store that cannot be read leaves the
// state `loading` and is asked again: a locked phone is not a signed-out user (refresh-bugs K1, K15).
import { repeat } from './keeper.ts';
import { openSession, type Runtime } from './runtime.ts';

export class Loader {
  readonly #rt: Runtime;
  #polling = false;
  #reading: Promise<boolean> | undefined;

  constructor(rt: Runtime) {
    this.#rt = rt;
  }

  /** Reads once; if that fails, goes on in the background. */
  async start(): Promise<void> {
    if (!(await this.#read())) void this.#poll();
  }

  /** Asks now instead of at the next poll. */
  nudge(): void {
    if (this.#polling) void this.#read();
  }

  whenLoaded(): Promise<void> {
    this.nudge();
    return this.#rt.holder.whenLoaded();
  }

  /** Nobody is signed in here, but perhaps through a sibling by now. */
  async recheck(): Promise<void> {
    await this.#read();
  }

  #read(): Promise<boolean> {
    this.#reading ??= this.#readOnce().finally(() => {
      this.#reading = undefined;
    });
    return this.#reading;
  }

  /** True once the store has answered, or somebody signed in or out meanwhile. */
  async #readOnce(): Promise<boolean> {
    const { holder, vault } = this.#rt;
    const { epoch } = holder;
    const reading = await vault.read();
    if (holder.epoch !== epoch || holder.session !== undefined) return true;
    if (reading.kind === 'unreadable') return holder.state !== 'loading';
    if (reading.kind === 'record' && !holder.isOver(reading.record)) {
      openSession(this.#rt, reading.record, true);
      holder.move('active', 'restored');
    } else if (holder.state === 'loading') {
      if (reading.kind === 'ended') holder.move('expired', reading.reason);
      else if (reading.kind === 'corrupt') holder.move('expired', 'store-corrupt');
      else holder.move('signed-out', 'store-empty');
    }
    return true;
  }

  async #poll(): Promise<void> {
    if (this.#polling) return;
    this.#polling = true;
    await repeat(
      this.#rt,
      () => true,
      () => this.#read(),
    );
    this.#polling = false;
  }
}
