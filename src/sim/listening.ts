// What an app listens to: streams it asked its client to keep open, by the name the scenario gave them, and which messages it was told.
import type { Operation, Operations } from './operations.ts';
import type { Process } from './device.ts';
import type { Stage } from './stage.ts';

/** One stream as the app knows it, over however many connections. */
export interface AppStream extends Operation {
  /** `l1`, `l2` ... in the history. */
  readonly l: string;
  readonly path: string;
  /** Life of the process in which it was asked for. */
  readonly epoch: number;
  /** Numbers of the messages in the order in which they came. */
  readonly messages: number[];
  /** Set when the client has opened it. */
  handle?: { close(): void };
  /** The app wants no more of it. */
  closed: boolean;
}

/** `l` names it in the history. */
export function listen(operations: Operations, process: Process, path: string, l: string): AppStream {
  const { epoch } = process;
  const asked = operations.operation(process, `stream ${path} on ${process.name}`);
  const stream: AppStream = { ...asked, l, path, epoch, messages: [], closed: false };
  const heard = (message: unknown): void => {
    if (process.alive(epoch) && !stream.closed) stream.messages.push(numberIn(String(message)));
  };
  operations.begin(
    stream,
    'stream',
    () => ({ type: 'stream.asked', l, path }),
    (client) => client.openStream?.(path, heard),
    (value) => {
      if (isHandle(value)) {
        stream.handle = value;
        return undefined;
      }
      // Nothing came of it: the app shows an error, and listens no more.
      stream.reason ??= 'malformed-result';
      return { type: 'stream.left', l };
    },
  );
  return stream;
}

/** The app stops listening. */
export function hangUp(stage: Stage, stream: AppStream): void {
  stage.act(stream.process, 'stream.close', () => {
    stream.closed = true;
    stage.note(stream.process, { type: 'stream.left', l: stream.l }, true);
    stream.handle?.close();
  });
}

/** Whether messages can come: asked for, not given up, and a connection stands as far as its process knows. */
export function isOpen(stage: Stage, { process, epoch, path, closed, handle }: AppStream): boolean {
  return handle !== undefined && !closed && process.alive(epoch) && stage.network.channels.listens(process, path);
}

/** Messages that were published between the first and the last that came, and never came themselves. */
export function gapsIn({ messages }: AppStream): number {
  if (messages.length === 0) return 0;
  const [least, most] = [Math.min(...messages), Math.max(...messages)];
  return most - least + 1 - new Set(messages).size;
}

function isHandle(value: unknown): value is { close(): void } {
  return typeof (value as { close?: unknown } | undefined)?.close === 'function';
}

/** Clients hand on the whole event or its data alone: either holds the number. */
function numberIn(message: string): number {
  return Number(/"message":\s*(\d+)/.exec(message)?.[1] ?? Number.NaN);
}
