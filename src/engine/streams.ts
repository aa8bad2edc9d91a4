// All streams that are open: told of new tokens and of the lock, and the reason why tokens are renewed ahead by the clock meanwhile.
import type { Doors } from './admit.ts';
import type { Clockwork } from './clockwork.ts';
import { openCall, type Runtime } from './runtime.ts';
import { Stream } from './stream.ts';

export class Streams {
  readonly #rt: Runtime;
  readonly #doors: Doors;
  readonly #clockwork: Clockwork;
  readonly #open = new Set<Stream>();

  constructor(rt: Runtime, doors: Doors, clockwork: Clockwork) {
    this.#rt = rt;
    this.#doors = doors;
    this.#clockwork = clockwork;
    rt.renewed.add((session) => this.#each((stream) => stream.renew(session)));
    rt.machine.subscribe(({ to }) => this.#each((stream) => stream.heed(to)));
  }

  /** Resolves when it is open for the first time. */
  async open(path: string, onMessage: (message: string) => void): Promise<{ close(): void }> {
    const call = openCall<void>(this.#rt, path, {});
    const stream = new Stream(this.#rt, this.#doors, call, onMessage);
    this.#open.add(stream);
    this.#keepFresh();
    void stream.run().finally(() => {
      this.#open.delete(stream);
      this.#keepFresh();
    });
    await call.promise;
    return { close: () => stream.close() };
  }

  close(): void {
    this.#each((stream) => stream.close());
  }

  #keepFresh(): void {
    this.#clockwork.streams = this.#open.size;
    this.#clockwork.arm(this.#rt.holder.session);
  }

  #each(fn: (stream: Stream) => void): void {
    for (const stream of this.#open) fn(stream);
  }
}
