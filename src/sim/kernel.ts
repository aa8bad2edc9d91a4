// The kernel: one loop that settles (everything that can run now has run), then takes one pending item. Time exists only here;
// devices, networks and clients are its guests. It knows nothing of OAuth.
import { createVirtualClock, type VirtualClock } from '../core/clock.ts';
import { FIFO, nameChoice, type Chooser, type Deviation } from './chooser.ts';
import { Heap } from './heap.ts';
import type { Item, ItemOptions, Owner } from './item.ts';
import { DEFAULT_LIMITS, type KernelEnding, type Limits } from './limits.ts';
import {
  activate,
  assertDrainWorks,
  drain,
  drainAvailable,
  nextTurn,
  realNow,
  realPause,
  trapUncaught,
  type SettleMode,
  type UncaughtKind,
} from './settle.ts';

interface External {
  label: string;
  blocks: () => boolean;
  done: (() => void) | undefined;
  since: number;
}

export interface KernelOptions {
  settle: SettleMode;
  chooser?: Chooser;
  limits?: Partial<Limits>;
  onUncaught(kind: UncaughtKind, error: unknown): void;
  /** After everything that could run has run; `owner` is whose item was taken last. */
  onSettled(owner: Owner | undefined): void;
}

/** Items taken at one instant before it is a livelock. */
const SAME_INSTANT = 10_000;
/** Items between two real turns, for signals and watchdogs. */
const BREATH = 2_000;

export class Kernel {
  readonly clock: VirtualClock = createVirtualClock();
  readonly limits: Limits;
  /** The event that led to what runs now; recorders read and set it. */
  cause: number | undefined;
  /** Whose code runs now. */
  owner: Owner | undefined;
  readonly deviations: Deviation[] = [];
  /** What the loop was at when a limit ended it. */
  detail = '';
  readonly #options: KernelOptions;
  readonly #chooser: Chooser;
  readonly #heap = new Heap<Item>();
  readonly #externals: External[] = [];
  readonly #parked = new Map<Owner, Item[]>();
  readonly #idleWaiters: (() => void)[] = [];
  readonly #next: { run: () => void; cause: number | undefined }[] = [];
  #foreground = 0;
  #nextId = 0;
  #steps = 0;
  #same = 0;
  #points = 0;
  #startedAt = 0;
  #drains: boolean;
  /** The last step asks for no turn. */
  #still = false;

  constructor(options: KernelOptions) {
    this.#options = options;
    this.#chooser = options.chooser ?? FIFO;
    this.limits = { ...DEFAULT_LIMITS, ...options.limits };
    this.#drains = options.settle === 'drain' && drainAvailable();
  }

  get now(): number {
    return this.clock.now();
  }

  /** Plans `run` for `delay` ms from now (whole ms, any length). Order at one instant is the order of asking. */
  after(delay: number, label: string, run: () => void, options: ItemOptions = {}): Item {
    const earliest = this.now + delay;
    const { owner, background = false, still = false } = options;
    const item: Item = {
      id: this.#nextId++,
      earliest,
      latest: earliest + (options.slack ?? 0),
      label,
      owner,
      epoch: options.epoch ?? owner?.epoch ?? 0,
      background,
      still,
      cause: this.cause,
      run,
      origin: options.origin,
      state: 'pending',
    };
    this.#push(item);
    return item;
  }

  #push(item: Item): void {
    item.state = 'pending';
    this.#heap.push(item);
    if (!item.background) this.#foreground += 1;
  }

  cancel(item: Item): void {
    if (item.state === 'pending' && !item.background) this.#foreground -= 1;
    item.state = 'over';
  }

  /** Cancels everything that belongs to an epoch of `owner` that is over. */
  dropDead(owner: Owner): void {
    for (const item of this.#heap.items) if (item.owner === owner && !owner.alive(item.epoch)) this.cancel(item);
    this.#parked.delete(owner);
  }

  /** Runs as soon as everything that can run now has run, before any other item: between two events nothing comes in between. */
  next(run: () => void): void {
    this.#next.push({ run, cause: this.cause });
  }

  /** Calls `wake` once nothing but background items is pending. */
  whenIdle(wake: () => void): void {
    this.#idleWaiters.push(wake);
  }

  /**
   * Work the clock cannot see: virtual time stands still while it is open, and results are handed back in asking order.
   * `blocks` false = its owner has virtual work of its own pending, so time may go on.
   */
  external<T>(
    promise: Promise<T>,
    label: string,
    settle: { done(value: T): void; failed(error: unknown): void; blocks?(): boolean },
  ): void {
    const external: External = { label, blocks: settle.blocks ?? (() => true), done: undefined, since: realNow() };
    this.#externals.push(external);
    promise.then(
      (value) => {
        external.done = () => settle.done(value);
      },
      (error: unknown) => {
        external.done = () => settle.failed(error);
      },
    );
  }

  /** Pending items of an owner, by what they wait for. */
  pendingOf(owner: Owner): readonly Item[] {
    return this.#heap.items
      .filter((item) => item.owner === owner && item.state === 'pending' && owner.alive(item.epoch))
      .sort((a, b) => a.id - b.id);
  }

  /** Makes pending items of an owner due later, in the order they were in. */
  postpone(owner: Owner, ms: number, concerned: (label: string) => boolean): void {
    for (const item of this.pendingOf(owner)) {
      if (!concerned(item.label)) continue;
      this.#heap.remove(item);
      this.#heap.push(Object.assign(item, { earliest: item.earliest + ms, latest: item.latest + ms }));
    }
  }

  /** Puts the items that fell due while the owner was suspended back, in order, at this instant. */
  resume(owner: Owner): void {
    const items = this.#parked.get(owner) ?? [];
    this.#parked.delete(owner);
    for (const item of items)
      if (item.state === 'parked') this.#push(Object.assign(item, { id: this.#nextId++, earliest: this.now, latest: this.now }));
  }

  /** Runs until `until` holds or nothing can happen any more. Never rejects except for a chooser that refuses or a bug of ours. */
  run(until: () => boolean): Promise<KernelEnding> {
    const release = trapUncaught();
    this.#startedAt = realNow();
    return new Promise<KernelEnding>((resolve, reject) => {
      const turn = (): void => {
        try {
          const ending = this.#turn(until, turn);
          if (ending === undefined) return;
          this.#chooser.finish?.();
          resolve(ending);
        } catch (error) {
          reject(error);
        }
      };
      nextTurn(turn);
    }).finally(release);
  }

  /** One macrotask of the loop: many steps when draining in place, one otherwise. Undefined = goes on in a later turn. */
  #turn(until: () => boolean, again: () => void): KernelEnding | undefined {
    activate(this.#options.onUncaught);
    if (this.#drains) assertDrainWorks();
    for (let breath = 0; breath < BREATH; breath++) {
      if (this.#drains) drain(this.#options.onUncaught);
      this.#options.onSettled(this.owner);
      const external = this.#externals.find((open) => open.done !== undefined || open.blocks());
      if (external !== undefined) {
        if (!this.#releaseExternal(external)) return this.#awaitReal(external, again);
      } else {
        if (until()) return 'done';
        const ending = this.#step();
        if (ending !== undefined) return ending;
      }
      if (!this.#drains && !this.#still) break;
    }
    if (realNow() - this.#startedAt > this.limits.wall) return this.#end('wall-limit', `after ${this.#steps} steps`);
    nextTurn(again);
    return undefined;
  }

  /** The oldest result is handed back first, whichever finished first. */
  #releaseExternal(external: External): boolean {
    if (external.done === undefined) return false;
    this.#externals.splice(this.#externals.indexOf(external), 1);
    external.done();
    return true;
  }

  #awaitReal(external: External, again: () => void): KernelEnding | undefined {
    if (realNow() - external.since > this.limits.external) return this.#end('external-limit', external.label);
    if (realNow() - external.since < 20) nextTurn(again);
    else realPause(5, again);
    return undefined;
  }

  #step(): KernelEnding | undefined {
    this.#still = false;
    const first = this.#next.shift();
    if (first !== undefined) {
      this.owner = undefined;
      this.cause = first.cause;
      first.run();
      return undefined;
    }
    if (this.#foreground === 0 && this.#idleWaiters.length > 0) {
      this.owner = undefined;
      for (const wake of this.#idleWaiters.splice(0)) wake();
      return undefined;
    }
    const item = this.#take();
    if (item === undefined) return 'idle';
    this.#same = item.earliest > this.now ? 0 : this.#same + 1;
    if (item.earliest > this.limits.virtual) return this.#end('time-limit', `next: ${item.label}`);
    if (this.#same > SAME_INSTANT) return this.#end('livelock', item.label);
    if (!item.background && ++this.#steps > this.limits.steps) return this.#end('step-limit', item.label);
    this.clock.advanceTo(Math.max(this.now, item.earliest));
    this.owner = item.owner;
    this.cause = item.cause;
    this.#still = item.still;
    item.run();
    return undefined;
  }

  #end(ending: KernelEnding, detail: string): KernelEnding {
    this.detail = detail;
    return ending;
  }

  /** The next item by the chooser, past the dead (dropped) and the suspended (parked). */
  #take(): Item | undefined {
    for (;;) {
      const item = this.#chooser === FIFO ? this.#heap.pop() : this.#choose();
      if (item === undefined) return undefined;
      if (item.state === 'over') continue;
      this.cancel(item);
      if (item.owner === undefined) return item;
      if (!item.owner.alive(item.epoch)) continue;
      if (!item.owner.suspended()) return item;
      this.#park(item.owner, item);
    }
  }

  #park(owner: Owner, item: Item): void {
    item.state = 'parked';
    const items = this.#parked.get(owner);
    if (items === undefined) this.#parked.set(owner, [item]);
    else items.push(item);
  }

  /** Windows: every item whose earliest time is not after the smallest latest time of all may be taken next. */
  #choose(): Item | undefined {
    const live = this.#heap.items.filter(
      (item) => item.state === 'pending' && (item.owner === undefined || (item.owner.alive(item.epoch) && !item.owner.suspended())),
    );
    if (live.length === 0) return this.#heap.pop();
    const horizon = live.reduce((least, item) => Math.min(least, item.latest), Number.POSITIVE_INFINITY);
    const enabled = live.filter((item) => item.earliest <= horizon).sort((a, b) => a.earliest - b.earliest || a.id - b.id);
    const at = enabled.length === 1 ? 0 : this.#chooser.pick(enabled, this.#points++);
    const item = enabled[at] as Item;
    if (at !== 0) this.deviations.push({ point: this.#points - 1, label: nameChoice(enabled, at) });
    this.#heap.remove(item);
    return item;
  }
}
