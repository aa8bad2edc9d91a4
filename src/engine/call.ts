// One logical request of the app: settles exactly once, watches its caller's abort and its deadline, and keeps the time spent
// offline apart. It knows nothing of tokens.
import type { HostClock, Rejection, RequestInit } from '../core/contract.ts';
import { RequestRejected } from './rejection.ts';
import type { Room } from './room.ts';

/** Ms. */
export interface CallLimits {
  online: number;
  offline: number;
}

export interface CallContext {
  clock: HostClock;
  limits: CallLimits;
  /** All that have not settled. */
  calls: Set<Call>;
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
  readonly #context: CallContext;
  #finish: Finish<T> | undefined;
  #left: number;
  #since = 0;
  #online: boolean | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(path: string, init: RequestInit, context: CallContext) {
    this.path = path;
    this.init = init;
    this.#context = context;
    this.#left = context.limits.online;
    this.calledAt = context.clock.monotonic();
    this.promise = new Promise((resolve, reject) => {
      this.#finish = { resolve, reject };
    });
    context.calls.add(this);
    init.signal?.addEventListener('abort', this.#aborted);
    if (init.signal?.aborted === true) this.#aborted();
  }

  /** A stream can be read once: who sends it again sends nothing (refresh-engines 2.8). */
  get oneShot(): boolean {
    return typeof (this.init.body ?? '') !== 'string';
  }

  /** All time online counts towards one limit, each stretch offline towards another. To be told whenever the network comes or goes. */
  watch(online: boolean): void {
    if (this.closed || this.#online === online) return;
    const { clock, limits } = this.#context;
    const now = clock.monotonic();
    this.#cancelTimer?.();
    if (this.#online === true) this.#left -= now - this.#since;
    this.#online = online;
    this.#since = now;
    const limit = online ? Math.max(0, this.#left) : limits.offline;
    if (Number.isFinite(limit)) this.#cancelTimer = clock.setTimeout(() => this.reject('deadline'), limit);
  }

  /** Waits until let in, or until the call is over. */
  wait(room: Room): Promise<void> {
    return room.wait((leave) => {
      this.onClose = leave;
    });
  }

  settle(answer: T): void {
    if (this.#close()) this.#finish?.resolve(answer);
  }

  reject(reason: Rejection): void {
    if (!this.#close()) return;
    this.#finish?.reject(new RequestRejected(reason));
    this.controller.abort();
  }

  readonly #aborted = (): void => this.reject('aborted');

  /** False when it was over before. */
  #close(): boolean {
    if (this.closed) return false;
    this.closed = true;
    this.#cancelTimer?.();
    this.init.signal?.removeEventListener('abort', this.#aborted);
    this.#context.calls.delete(this);
    this.onClose?.();
    return true;
  }
}
