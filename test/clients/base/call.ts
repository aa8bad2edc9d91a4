// One logical request of the app while it waits for anything. It ends early when its caller leaves or its session goes away.
import type { RequestInit } from '../../../src/core/contract.ts';
import { Rejected } from './session.ts';

export interface Call {
  readonly path: string;
  readonly init: RequestInit;
  /** The caller's own signal. */
  readonly caller: AbortSignal | undefined;
  /** Aborted when the call ends early, for whatever reason. */
  readonly signal: AbortSignal;
  /** The sign-in whose token it was given; absent before it was given any. */
  sessionId?: string;
  /** It has been sent and not been answered. */
  underWay: boolean;
  /** Rejects when the caller aborts or the session goes away. */
  readonly ended: Promise<never>;
  end(reason: Rejected['reason']): void;
  close(): void;
}

/** `closed` is called once, with the call. */
export function openCall(path: string, init: RequestInit, closed: (call: Call) => void): Call {
  const controller = new AbortController();
  const end: Call['end'] = (reason) => controller.abort(new Rejected(reason));
  const ended = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error));
  });
  ended.catch(() => undefined);
  const onAbort = (): void => end('aborted');
  init.signal?.addEventListener('abort', onAbort);
  if (init.signal?.aborted === true) onAbort();
  const close = (): void => {
    init.signal?.removeEventListener('abort', onAbort);
    closed(call);
  };
  const call: Call = { path, init, caller: init.signal, signal: controller.signal, underWay: false, ended, end, close };
  return call;
}
