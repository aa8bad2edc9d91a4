// A waiting room: who enters waits until it is opened for all, or leaves.

export interface Wait {
  done: Promise<void>;
  /** Gives up: `done` resolves at once. */
  leave: () => void;
}

export class Room {
  readonly #waiting = new Set<() => void>();

  wait(left: () => void = () => {}): Wait {
    let pass: () => void = () => {};
    const done = new Promise<void>((resolve) => {
      pass = resolve;
    });
    const leave = (): void => {
      if (!this.#waiting.delete(leave)) return;
      left();
      pass();
    };
    this.#waiting.add(leave);
    return { done, leave };
  }

  open(): void {
    for (const leave of [...this.#waiting]) leave();
  }
}
