// The gate to the network: what needs it waits here while the device is offline and goes on in the order it came.
import type { Host } from '../core/contract.ts';

export class Gate {
  readonly #connectivity: Host['connectivity'];
  readonly #close: () => void;
  #waiting = new Set<() => void>();
  #queued = 0;

  /** `changed` hears each change before anybody is let through. */
  constructor(connectivity: Host['connectivity'], changed: (online: boolean) => void) {
    this.#connectivity = connectivity;
    this.#close = connectivity.subscribe((online) => {
      changed(online);
      if (online) this.#open();
    });
  }

  get online(): boolean {
    return this.#connectivity.online();
  }

  /** Requests in the queue. */
  get queued(): number {
    return this.#queued;
  }

  /** Waits for the network; `leave` gives up. A `request` counts towards the queue's limit. */
  wait(kind: 'request' | 'other'): { open: Promise<void>; leave: () => void } {
    let pass: () => void = () => {};
    const open = new Promise<void>((resolve) => {
      pass = resolve;
    });
    const weight = kind === 'request' ? 1 : 0;
    const entry = (): void => {
      if (!this.#waiting.delete(entry)) return;
      this.#queued -= weight;
      pass();
    };
    this.#waiting.add(entry);
    this.#queued += weight;
    if (this.online) entry();
    return { open, leave: entry };
  }

  stop(): void {
    this.#close();
    this.#open();
  }

  #open(): void {
    for (const entry of [...this.#waiting]) entry();
  }
}
