// The state of a live view, kept outside React so that nothing of it depends on when frames are drawn. A view subscribes;
// finished lines are handed out once and become ordinary scrollback.
import type { LiveModel } from './model.ts';

export interface LiveStore {
  /** For useSyncExternalStore. */
  subscribe(listener: () => void): () => void;
  snapshot(): LiveModel;
  set(model: LiveModel): void;
  /** Finished text, with its line breaks. */
  print(text: string): void;
  /** What was printed since the last time, and forgets it. */
  take(): string;
}

export function createLiveStore(model: LiveModel): LiveStore {
  const listeners = new Set<() => void>();
  let current = model;
  let printed = '';
  let drawn = '';
  const tell = (): void => {
    for (const listener of listeners) listener();
  };
  return {
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    snapshot: () => current,
    set(next) {
      // A frame that looks the same need not be drawn again.
      const text = JSON.stringify(next);
      if (text === drawn && printed === '') return;
      drawn = text;
      current = next;
      tell();
    },
    print(text) {
      printed += text;
    },
    take() {
      const text = printed;
      printed = '';
      return text;
    },
  };
}
