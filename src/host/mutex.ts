// Mutual exclusion within one process, by name, first come first served. What a host without processes (a phone app) needs as its
// whole lock, and what others put in front of theirs, so that one process asks the system only once.
import type { Host, HostClock } from '../core/contract.ts';
import { HostError } from './errors.ts';

interface Claim {
  enter(): void;
}

export class Mutex {
  readonly #clock: Pick<HostClock, 'setTimeout'>;
  /** Name -> who waits; a name that is there is held. */
  readonly #queues = new Map<string, Claim[]>();

  constructor(clock: Pick<HostClock, 'setTimeout'>) {
    this.#clock = clock;
  }

  /** Runs `fn` once the name is free; rejects with `lock-timeout` when that takes longer than `timeout` ms. */
  readonly run: Host['lock'] = async (name, fn, { timeout } = {}) => {
    await this.#enter(name, timeout);
    try {
      return await fn();
    } finally {
      this.#leave(name);
    }
  };

  #enter(name: string, timeout: number | undefined): Promise<void> {
    const queue = this.#queues.get(name);
    if (queue === undefined) {
      this.#queues.set(name, []);
      return Promise.resolve();
    }
    return new Promise((resolve, reject) => {
      const cancel = timeout === undefined ? undefined : this.#clock.setTimeout(() => giveUp(), timeout);
      const claim: Claim = {
        enter: () => {
          cancel?.();
          resolve();
        },
      };
      const giveUp = (): void => {
        queue.splice(queue.indexOf(claim), 1);
        reject(lockTimeout(name));
      };
      queue.push(claim);
    });
  }

  #leave(name: string): void {
    const next = this.#queues.get(name)?.shift();
    if (next === undefined) this.#queues.delete(name);
    else next.enter();
  }
}

export function lockTimeout(name: string): HostError {
  return new HostError('lock-timeout', `the lock "${name}" was not free in time`, { hint: 'another process keeps it; try again later' });
}
