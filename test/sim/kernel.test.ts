// The kernel's laws, through its own door: order, windows, epochs, externals and endings, in both ways of settling.
import { describe, expect, it } from 'vitest';
import type { Chooser } from '../../src/sim/chooser.ts';
import type { Owner } from '../../src/sim/item.ts';
import { Kernel, type KernelOptions } from '../../src/sim/kernel.ts';
import type { SettleMode } from '../../src/sim/settle.ts';

const MODES: readonly SettleMode[] = ['turn', 'drain'];

function kernelOf(options: Partial<KernelOptions> = {}) {
  const errors: string[] = [];
  const kernel = new Kernel({
    settle: 'drain',
    onUncaught: (kind, error) => errors.push(`${kind} ${(error as Error).message}`),
    onSettled: () => undefined,
    ...options,
  });
  return { kernel, errors };
}

class TestOwner implements Owner {
  readonly name = 'phone/app';
  epoch = 1;
  frozen = false;
  alive(epoch: number): boolean {
    return epoch === this.epoch;
  }
  suspended(): boolean {
    return this.frozen;
  }
}

describe.each(MODES)('the kernel, settling by %s', (settle) => {
  it('takes items in time order and at one instant in the order of asking', async () => {
    const { kernel } = kernelOf({ settle });
    const order: string[] = [];
    for (const [delay, name] of [
      [5, 'b'],
      [1, 'a'],
      [5, 'c'],
      [0, 'first'],
    ] as const)
      kernel.after(delay, name, () => order.push(`${name}@${kernel.now}`));
    expect(await kernel.run(() => false)).toBe('idle');
    expect(order).toEqual(['first@0', 'a@1', 'b@5', 'c@5']);
  });

  it('lets everything that can run now run before it takes the next item', async () => {
    const { kernel } = kernelOf({ settle });
    const order: string[] = [];
    kernel.after(1, 'a', () => {
      void (async () => {
        for (let hop = 0; hop < 50; hop++) await null;
        order.push('fifty hops later');
        process.nextTick(() => order.push('and a nextTick'));
      })();
    });
    kernel.after(1, 'b', () => order.push('next item'));
    await kernel.run(() => false);
    expect(order).toEqual(['fifty hops later', 'and a nextTick', 'next item']);
  });

  it('survives delays longer than 2^31-1 ms and adds them exactly', async () => {
    const { kernel } = kernelOf({ settle });
    let at = 0;
    const long = 90 * 86_400_000;
    kernel.after(long, 'long', () =>
      kernel.after(long, 'again', () => {
        at = kernel.now;
      }),
    );
    await kernel.run(() => false);
    expect(at).toBe(2 * long);
  });

  it('drops the items of a dead epoch and parks those of a suspended owner until it resumes, in order', async () => {
    const { kernel } = kernelOf({ settle });
    const owner = new TestOwner();
    const order: string[] = [];
    kernel.after(10, 'dead', () => order.push('dead'), { owner });
    kernel.after(1, 'kill', () => {
      owner.epoch = 2;
      kernel.dropDead(owner);
    });
    kernel.after(2, 'plan', () => {
      owner.frozen = true;
      kernel.after(5, 'x', () => order.push(`x@${kernel.now}`), { owner });
      kernel.after(3, 'y', () => order.push(`y@${kernel.now}`), { owner });
      kernel.after(100, 'thaw', () => {
        owner.frozen = false;
        kernel.resume(owner);
      });
    });
    await kernel.run(() => false);
    expect(order).toEqual(['y@102', 'x@102']);
  });

  it('hands results of real work back in asking order, with virtual time standing still', async () => {
    const { kernel } = kernelOf({ settle });
    const order: string[] = [];
    const real = (ms: number): Promise<number> => new Promise((resolve) => setTimeout(() => resolve(ms), ms));
    kernel.after(1, 'ask', () => {
      for (const ms of [30, 5, 20, 1])
        kernel.external(real(ms), `${ms} ms`, { done: (value) => order.push(`${value}@${kernel.now}`), failed: () => undefined });
    });
    kernel.after(2, 'timer', () => order.push(`timer@${kernel.now}`));
    await kernel.run(() => false);
    expect(order).toEqual(['30@1', '5@1', '20@1', '1@1', 'timer@2']);
  });

  it('attributes what nobody caught, also from an abort listener, and goes on', async () => {
    const { kernel, errors } = kernelOf({ settle });
    const order: string[] = [];
    kernel.after(1, 'reject', () => void Promise.reject(new Error('lost')));
    if (settle === 'turn') {
      kernel.after(2, 'listener', () => {
        const controller = new AbortController();
        controller.signal.addEventListener('abort', () => {
          throw new Error('thrown in a listener');
        });
        controller.abort();
      });
    }
    kernel.after(3, 'after', () => order.push('still here'));
    await kernel.run(() => false);
    expect(errors[0]).toBe('unhandled-rejection lost');
    if (settle === 'turn') expect(errors[1]).toBe('uncaught-exception thrown in a listener');
    expect(order).toEqual(['still here']);
  });

  it('tells a livelock from a step limit from a time limit from waiting on real work', async () => {
    const again = (kernel: Kernel, delay: number): void => void kernel.after(delay, 'again', () => again(kernel, delay));
    const livelock = kernelOf({ settle }).kernel;
    again(livelock, 0);
    expect(await livelock.run(() => false)).toBe('livelock');
    const steps = kernelOf({ settle, limits: { steps: 500 } }).kernel;
    again(steps, 1);
    expect(await steps.run(() => false)).toBe('step-limit');
    const late = kernelOf({ settle, limits: { virtual: 50 } }).kernel;
    again(late, 1);
    expect(await late.run(() => false)).toBe('time-limit');
    const waiting = kernelOf({ settle, limits: { external: 30 } }).kernel;
    waiting.external(new Promise(() => undefined), 'a promise nobody keeps', { done: () => undefined, failed: () => undefined });
    expect(await waiting.run(() => false)).toBe('external-limit');
    expect(waiting.detail).toBe('a promise nobody keeps');
  });

  it('wakes who waits for idleness when only background items are left', async () => {
    const { kernel } = kernelOf({ settle });
    const seen: number[] = [];
    kernel.after(7, 'work', () => undefined);
    kernel.after(1_000, 'limit', () => undefined, { background: true });
    kernel.whenIdle(() => seen.push(kernel.now));
    await kernel.run(() => false);
    expect(seen).toEqual([7]);
  });
});

describe('choosing', () => {
  const last: Chooser = { pick: (enabled) => enabled.length - 1 };

  it('offers every item whose time is not after the smallest latest time, and never turns time back', async () => {
    const { kernel } = kernelOf({ chooser: last });
    const order: string[] = [];
    kernel.after(10, 'early message', () => order.push(`early@${kernel.now}`), { slack: 100 });
    kernel.after(50, 'late message', () => order.push(`late@${kernel.now}`), { slack: 100 });
    kernel.after(120, 'timer', () => order.push(`timer@${kernel.now}`));
    await kernel.run(() => false);
    expect(order).toEqual(['late@50', 'early@50', 'timer@120']);
    expect(kernel.deviations).toEqual([{ point: 0, label: 'late message' }]);
  });

  it('consumes no choice where there is none', async () => {
    const points: number[] = [];
    const { kernel } = kernelOf({ chooser: { pick: (_, point) => Number(points.push(point) < 0) } });
    for (const delay of [1, 2, 2, 3]) kernel.after(delay, `at ${delay}`, () => undefined);
    await kernel.run(() => false);
    expect(points).toEqual([0]);
  });
});
