// One logical request of the app, or something that waits as one does: settles exactly once, watches its caller's abort and its deadline,
// and keeps the time spent offline apart. It knows nothing of tokens.
import type { Rejection, RequestInit } from '../core/contract.ts';
import { RequestRejected } from './rejection.ts';
import type { Room } from './room.ts';
import { isOnline, monoOf, type Runtime } from './runtime.ts';

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
  readonly #rt: Runtime;
  readonly #limits: CallLimits;
  #finish: Finish<T> | undefined;
  #left: number;
  #since = 0;
  #online: boolean | undefined;
  #cancelTimer: (() => void) | undefined;

  constructor(rt: Runtime, path: string, init: RequestInit, limits: CallLimits = limitsOf(rt)) {
    this.#rt = rt;
    this.path = path;
    this.init = init;
    this.#limits = limits;
    this.#left = limits.online;
    this.calledAt = monoOf(rt);
    this.promise = new Promise((resolve, reject) => {
      this.#finish = { resolve, reject };
    });
    rt.calls.add(this);
    init.signal?.addEventListener('abort', this.#aborted);
    if (rt.stopped || init.signal?.aborted === true) this.#aborted();
    this.watch(isOnline(rt));
  }

  /** A stream can be read once: who sends it again sends nothing (refresh-engines 2.8). */
  get oneShot(): boolean {
    return typeof (this.init.body ?? '') !== 'string';
  }

  /** All time online counts towards one limit, each stretch offline towards another. To be told whenever the network comes or goes. */
  watch(online: boolean): void {
    if (this.closed || this.#online === online) return;
    const now = monoOf(this.#rt);
    this.#cancelTimer?.();
    if (this.#online === true) this.#left -= now - this.#since;
    this.#online = online;
    this.#since = now;
    const limit = online ? Math.max(0, this.#left) : this.#limits.offline;
    if (Number.isFinite(limit)) this.#cancelTimer = this.#rt.host.clock.setTimeout(() => this.reject('deadline'), limit);
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
    this.#rt.calls.delete(this);
    this.onClose?.();
    return true;
  }
}

function limitsOf({ settings: { requestDeadline: online, queueDeadline: offline } }: Runtime): CallLimits {
  return { online, offline };
}
