// The transitions of the session state as an async iterator, for apps that would rather loop than subscribe.
import type { Transition } from './machine.ts';
import { type Runtime, subscribe } from './runtime.ts';

/** All from now on, in order, also those that came while nobody asked; ends when `signal` is aborted or the engine is stopped. */
export function transitionsOf(rt: Runtime, signal: AbortSignal | undefined): AsyncIterableIterator<Transition> {
  const heard: Transition[] = [];
  const forget = subscribe(rt, (transition) => heard.push(transition));
  const wake = (): void => rt.changed.open();
  signal?.addEventListener('abort', wake);
  async function* drain(): AsyncIterableIterator<Transition> {
    try {
      for (;;) {
        while (heard.length > 0) yield heard.shift() as Transition;
        if (rt.stopped || signal?.aborted === true) return;
        await rt.changed.wait();
      }
    } finally {
      forget();
      signal?.removeEventListener('abort', wake);
    }
  }
  return drain();
}
