// One logical request of the app: settles exactly once, watches its caller's abort and its deadline, and keeps the time spent
// offline apart. It knows nothing of tokens.
import type { HostClock, Rejection, RequestInit } from '../core/contract.ts';
import { RequestRejected } from './rejection.ts';

/** Ms. */
export interface CallLimits {
  online: number;
  offline: number;
}

interface Finish {
  resolve(answer: { status: number }): void;
  reject(error: Error): void;
}

export class Call {
  readonly path: string;
  readonly init: RequestInit;
  readonly promise: Promise<{ status: number }>;
  /** Ends the sending under way when the call is over before its answer. */
  readonly controller = new AbortController();
  /** Monotonic ms. */
  readonly calledAt: number;
  closed = false;
  replayed = false;
  /** Told once the call is over: leaves a queue or a flight. */
  onClose: (() => void) | undefined;
  readonly #clock: HostClock;
  readonly #limits: CallLimits;
  #finish: Finish | undefined;
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

  settle(status: number): void {
    if (this.closed) return;
    const finish = this.#close();
    finish?.resolve({ status });
  }

  reject(reason: Rejection): void {
    if (this.closed) return;
    const finish = this.#close();
    finish?.reject(new RequestRejected(reason));
    this.controller.abort();
  }

  readonly #aborted = (): void => this.reject('aborted');

  #close(): Finish | undefined {
    this.closed = true;
    this.#cancelTimer?.();
    this.init.signal?.removeEventListener('abort', this.#aborted);
    this.#removed();
    this.onClose?.();
    this.onClose = undefined;
    return this.#finish;
  }
}
