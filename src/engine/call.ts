// One logical request of the app: settles exactly once, watches its caller's abort and its deadline, and keeps the time spent
// offline apart. It knows nothing of tokens.
import type { HostClock, Rejection, RequestInit } from '../core/contract.ts';
import { RequestRejected } from './rejection.ts';
import type { Wait } from './room.ts';

/** Ms. */
export interface CallLimits {
  online: number;
  offline: number;
}

interface Finish<T> {
  resolve(answer: T): void;
  reject(error: Error): void;
}

export class Call<T = unknown> {
  readonly path: string;
  readonly init: RequestInit;
  readonly promise: Promise<T>;
  /** Ends the sending under way when the call is over before its answer. */
  readonly controller = new AbortController();
  /** Monotonic ms. */
  readonly calledAt: number;
  closed = false;
  replayed = false;
  /** It goes on by itself: no reason to prompt anybody. */
  unasked = false;
  /** Told once the call is over: leaves a queue or a flight. */
  onClose: (() => void) | undefined;
  readonly #clock: HostClock;
  readonly #limits: CallLimits;
  #finish: Finish<T> | undefined;
  #left: number;
  #since = 0;
  #online: boolean | undefined;
  #cancelTimer: (() => void) | undefined;
  #removed: () => void;

  constructor(path: string, init: RequestInit, context: { clock: HostClock; limits: CallLimits; removed: (call: Call) => void }) {
    this.path = path;
    this.init = init;
    this.#clock = context.clock;
    this.#limits = context.limits;
    this.#left = context.limits.online;
    this.calledAt = context.clock.monotonic();
    this.#removed = () => context.removed(this);
    this.promise = new Promise((resolve, reject) => {
      this.#finish = { resolve, reject };
    });
    init.signal?.addEventListener('abort', this.#aborted);
    if (init.signal?.aborted === true) this.reject('aborted');
  }

  /** A stream can be read once: who sends it again sends nothing (refresh-engines 2.8). */
  get oneShot(): boolean {
    return typeof (this.init.body ?? '') !== 'string';
  }

  /** All time online counts towards one limit, each stretch offline towards another. To be told whenever the network comes or goes. */
  watch(online: boolean): void {
    if (this.closed || this.#online === online) return;
    const now = this.#clock.monotonic();
    this.#cancelTimer?.();
    if (this.#online === true) this.#left -= now - this.#since;
    this.#online = online;
    this.#since = now;
    const limit = online ? Math.max(0, this.#left) : this.#limits.offline;
    if (Number.isFinite(limit)) this.#cancelTimer = this.#clock.setTimeout(() => this.reject('deadline'), limit);
  }

  /** Waits until let in, or until the call is over. */
  async wait({ done, leave }: Wait): Promise<void> {
    this.onClose = leave;
    await done;
  }

  settle(answer: T): void {
    if (this.closed) return;
    const finish = this.#close();
    finish?.resolve(answer);
  }

  reject(reason: Rejection): void {
    if (this.closed) return;
    const finish = this.#close();
    finish?.reject(new RequestRejected(reason));
    this.controller.abort();
  }

  readonly #aborted = (): void => this.reject('aborted');

  #close(): Finish<T> | undefined {
    this.closed = true;
    this.#cancelTimer?.();
    this.init.signal?.removeEventListener('abort', this.#aborted);
    this.#removed();
    this.onClose?.();
    this.onClose = undefined;
    return this.#finish;
  }
}
