// The transitions of the session state as an async iterator, for apps that would rather loop than subscribe.
import type { Machine, Transition } from './machine.ts';

/** All from now on, in order, also those that came while nobody asked; ends when `signal` is aborted or the machine is closed. */
export function transitionsOf(machine: Machine, signal: AbortSignal | undefined): AsyncIterableIterator<Transition> {
  const heard: Transition[] = [];
  const forget = machine.subscribe((transition) => heard.push(transition));
  const wake = (): void => machine.changed.open();
  signal?.addEventListener('abort', wake);
  async function* drain(): AsyncIterableIterator<Transition> {
    try {
      for (;;) {
        for (let next = heard.shift(); next !== undefined; next = heard.shift()) yield next;
        if (machine.closed || signal?.aborted === true) return;
        await machine.changed.wait();
      }
    } finally {
      forget();
      signal?.removeEventListener('abort', wake);
    }
  }
  return drain();
}
