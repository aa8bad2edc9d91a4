// A waiting room: who enters waits until it is opened for all, or leaves.

export class Room {
  readonly #waiting = new Set<() => void>();

  get size(): number {
    return this.#waiting.size;
  }

  /** Waits for the next opening. `entered` is handed the way out: who takes it waits no longer. */
  wait(entered?: (leave: () => void) => void): Promise<void> {
    return new Promise((resolve) => {
      const leave = (): void => {
        this.#waiting.delete(leave);
        resolve();
      };
      this.#waiting.add(leave);
      entered?.(leave);
    });
  }

  open(): void {
    for (const leave of [...this.#waiting]) leave();
  }
}
