// Waiting with an end: failures with a reason, eras, time limits.
import type { Host, Rejection } from '../../../../src/core/contract.ts';

export class Failure extends Error {
  readonly reason: Rejection;
  constructor(reason: Rejection) {
    super(reason);
    this.reason = reason;
  }
}

/** What belongs to one sign-in; ending it ends every wait inside. */
export class Era {
  readonly #controller = new AbortController();
  get signal(): AbortSignal {
    return this.#controller.signal;
  }
  end(reason: Rejection): void {
    this.#controller.abort(new Failure(reason));
  }
  check(): void {
    this.signal.throwIfAborted();
  }
}

export async function withLimit<T>(host: Host, ms: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const cancel = host.clock.setTimeout(() => controller.abort(), ms);
  try {
    return await work(controller.signal);
  } finally {
    cancel();
  }
}

/** The promise, unless the signal comes first; what it was waiting for goes on for the others. */
export function orAborted<T>(signal: AbortSignal | undefined, promise: Promise<T>): Promise<T> {
  if (signal === undefined) return promise;
  return new Promise((resolve, reject) => {
    const stop = (): void => reject(signal.reason instanceof Failure ? signal.reason : new Failure('aborted'));
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    promise.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}

export function jsonObject(text: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
}
