// The kernel alone: what one event costs over the least it could cost, and what moving the fake-timers clock along adds.
import { Heap } from '../../src/sim/heap.ts';
import { Kernel } from '../../src/sim/kernel.ts';
import { drain } from '../../src/sim/settle.ts';
import { inMacrotask, measure } from '../measure.ts';
import { playToy } from '../toy.ts';
import type { Row } from '../table.ts';

/** Items pending besides the one that is taken, as in a small world. */
const STANDING = 10;
const STANDING_DELAY = 2 ** 40;
/** Events of the scenario that the prototype was measured with. */
const TOY_FACTS = 84;

export async function kernelRows(): Promise<Row[]> {
  const spent = await measure({ floor: floorEvents, kernel: (times) => kernelEvents(newKernel(), times) });
  const share = await measure({
    record: (times) => toyRuns(newKernel, times),
    plain: (times) => toyRuns(() => withPlainClock(newKernel()), times),
  });
  return [
    {
      measure: 'kernel event',
      value: spent.kernel,
      unit: 'us',
      goal: { ratio: 4 },
      floor: { name: 'heap push+pop, drain, awaited hop', value: spent.floor },
      note: `${Math.round(1_000 / spent.kernel)} k events/s`,
    },
    {
      measure: `fake-timers share of ${TOY_FACTS} events`,
      value: share.record,
      unit: 'us',
      goal: { ratio: 1.3 },
      floor: { name: 'the same on a plain counter', value: share.plain },
    },
  ];
}

/** A client that does nothing but wait 1 ms, `times` times. */
async function waitOften(times: number, wait: () => Promise<void>): Promise<void> {
  for (let i = 0; i < times; i++) await wait();
}

function floorEvents(times: number): Promise<void> {
  return inMacrotask(() => {
    const heap = new Heap<{ id: number; earliest: number; run: () => void }>();
    const state = { now: 0, id: 0 };
    const push = (delay: number, run: () => void): void => heap.push({ id: state.id++, earliest: state.now + delay, run });
    for (let i = 0; i < STANDING; i++) push(STANDING_DELAY, () => undefined);
    void waitOften(times, () => new Promise<void>((resolve) => push(1, resolve)));
    drain(rethrow);
    while (heap.size > STANDING) {
      const item = heap.pop();
      if (item === undefined) break;
      state.now = item.earliest;
      item.run();
      drain(rethrow);
    }
  });
}

async function kernelEvents(kernel: Kernel, times: number): Promise<void> {
  const client = { done: false };
  for (let i = 0; i < STANDING; i++) kernel.after(STANDING_DELAY, 'standing', () => undefined);
  kernel.after(0, 'start', () => {
    void waitOften(
      times,
      () =>
        new Promise<void>((resolve) => {
          kernel.after(1, 'wait', resolve);
        }),
    ).then(() => {
      client.done = true;
    });
  });
  const ending = await kernel.run(() => client.done);
  if (ending !== 'done') throw new Error(`the kernel ended with ${ending}`);
}

/** The toy scenario on a kernel, each time on a new one. */
async function toyRuns(create: () => Kernel, times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    const kernel = create();
    const toy = { digest: '' };
    kernel.after(0, 'start', () => {
      void playToy({ now: () => kernel.now, after: (delay, run) => void kernel.after(delay, 'toy', run) }, TOY_FACTS).then((digest) => {
        toy.digest = digest;
      });
    });
    await kernel.run(() => toy.digest !== '');
  }
}

function newKernel(): Kernel {
  return new Kernel({
    settle: 'drain',
    limits: { steps: Number.POSITIVE_INFINITY, virtual: Number.POSITIVE_INFINITY },
    onUncaught: (_kind, error) => rethrow('', error),
    onSettled: () => undefined,
  });
}

/** The same kernel with a number for a clock: what remains is not fake-timers. */
function withPlainClock(kernel: Kernel): Kernel {
  const state = { now: 0 };
  Object.defineProperty(kernel, 'clock', {
    value: {
      now: () => state.now,
      advanceTo: (t: number) => {
        state.now = t;
      },
    },
  });
  return kernel;
}

function rethrow(_kind: string, error: unknown): never {
  throw error;
}
