// The gate to the network: what needs it waits here while the device is offline and goes on in the order it came.
import type { Host } from '../core/contract.ts';
import { Room, type Wait } from './room.ts';

export class Gate {
  readonly #connectivity: Host['connectivity'];
  readonly #close: () => void;
  readonly #room = new Room();
  #queued = 0;

  /** `changed` hears each change before anybody is let through. */
  constructor(connectivity: Host['connectivity'], changed: (online: boolean) => void) {
    this.#connectivity = connectivity;
    this.#close = connectivity.subscribe((online) => {
      changed(online);
      if (online) this.#room.open();
    });
  }

  get online(): boolean {
    return this.#connectivity.online();
  }

  /** Requests in the queue. */
  get queued(): number {
    return this.#queued;
  }

  /** Waits for the network. A `request` counts towards the queue's limit. */
  wait(kind: 'request' | 'other'): Wait {
    const weight = kind === 'request' ? 1 : 0;
    this.#queued += weight;
    const wait = this.#room.wait(() => {
      this.#queued -= weight;
    });
    if (this.online) wait.leave();
    return wait;
  }

  stop(): void {
    this.#close();
    this.#room.open();
  }
}
