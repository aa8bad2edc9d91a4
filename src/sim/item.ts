// A pending item of the kernel, and who it belongs to. Shapes only.
import type { Choice } from './chooser.ts';

/** Items die with the epoch of their owner, wait while it is suspended. */
export interface Owner {
  readonly name: string;
  alive(epoch: number): boolean;
  suspended(): boolean;
  readonly epoch: number;
}

export interface Item extends Choice {
  id: number;
  earliest: number;
  latest: number;
  readonly owner: Owner | undefined;
  readonly epoch: number;
  /** Does not keep the world from being idle. */
  readonly background: boolean;
  /** What it runs leaves nothing behind that would run in a turn of its own. */
  readonly still: boolean;
  /** Event that led to it. */
  readonly cause: number | undefined;
  readonly run: () => void;
  /** Where in the client it was asked for, `function (file:line)`; only when asked to be kept. */
  readonly origin: string | undefined;
  /** `parked`: fell due while its owner was suspended. `over`: taken or cancelled. */
  state: 'pending' | 'parked' | 'over';
}

export interface ItemOptions {
  owner?: Owner;
  /** Ms by which the item may be taken late; only choosers other than FIFO use it. */
  slack?: number;
  background?: boolean;
  /** Runs nothing of a client or a script, only what plans further items: needs no turn of the event loop. */
  still?: boolean;
  /** Epoch of the owner it belongs to; the current one when absent. */
  epoch?: number;
  origin?: string | undefined;
}
