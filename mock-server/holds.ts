// Requests that wait at a point of their exchange until somebody lets them go: how a test stops the server just after a commit.
// Knows names and waiters, neither rules nor sockets.

export class Holds {
  readonly #waiting = new Map<string, Set<() => void>>();

  /** Resolves when the hold is released, or when `dead` does (the connection is gone): true = released. */
  async wait(name: string, dead: Promise<unknown>): Promise<boolean> {
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const go = (): void => resolve(true);
    const waiters = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, waiters.add(go));
    void dead.then(() => resolve(false));
    const released = await promise;
    waiters.delete(go);
    return released;
  }

  /** Lets everybody go who waits under this name, or under any; returns how many. */
  release(name?: string): number {
    let count = 0;
    for (const [held, waiters] of this.#waiting) {
      if (name !== undefined && held !== name) continue;
      count += waiters.size;
      for (const go of waiters) go();
      waiters.clear();
    }
    return count;
  }

  /** Names with how many wait under each, in order of first use; only those where somebody waits. */
  list(): { name: string; waiting: number }[] {
    return [...this.#waiting].filter(([, waiters]) => waiters.size > 0).map(([name, waiters]) => ({ name, waiting: waiters.size }));
  }
}
