// Time of the hosts: delays that platforms do not keep, and a monotonic clock that counts sleep and ignores whoever sets the clock.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { createDelays } from '../../src/host/delays.ts';
import { createNodeClock, type NodeTime } from '../../src/host/node-clock.ts';

const DAY = 86_400_000;

/** Timers as platforms have them: too long a delay fires at once. */
class PlatformTimers {
  now = 0;
  #timers = new Map<number, { at: number; fn: () => void }>();
  #next = 1;
  setTimeout(fn: () => void, ms: number): number {
    this.#timers.set(this.#next, { fn, at: this.now + (ms > 2 ** 31 - 1 ? 1 : ms) });
    return this.#next++;
  }
  clearTimeout(timer: number): void {
    this.#timers.delete(timer);
  }
  get waiting(): number {
    return this.#timers.size;
  }
  advance(ms: number): void {
    const until = this.now + ms;
    for (;;) {
      const [first] = [...this.#timers].toSorted(([, a], [, b]) => a.at - b.at);
      if (first === undefined || first[1].at > until) break;
      this.now = first[1].at;
      this.#timers.delete(first[0]);
      first[1].fn();
    }
    this.now = until;
  }
}

describe('a delay', () => {
  test.each([0, 1, 24 * DAY, 25 * DAY, 60 * DAY, 400 * DAY])('of %d ms is kept to the millisecond', (ms) => {
    const timers = new PlatformTimers();
    const fired: number[] = [];
    createDelays(timers).setTimeout(() => fired.push(timers.now), ms);
    timers.advance(500 * DAY);
    expect(fired).toEqual([ms]);
  });
  test('can be cancelled on any leg of it', () => {
    const timers = new PlatformTimers();
    const cancel = createDelays(timers).setTimeout(() => expect.unreachable(), 60 * DAY);
    timers.advance(30 * DAY);
    cancel();
    expect(timers.waiting).toBe(0);
    timers.advance(60 * DAY);
  });
  test('without end does not fire', () => {
    const timers = new PlatformTimers();
    createDelays(timers).setTimeout(() => expect.unreachable(), Number.POSITIVE_INFINITY);
    timers.advance(1_000 * DAY);
    expect(timers.waiting).toBe(1);
  });
  test.each([-5, Number.NaN])('of %d ms is none', (ms) => {
    const timers = new PlatformTimers();
    let fired = 0;
    createDelays(timers).setTimeout(() => (fired += 1), ms);
    timers.advance(0);
    expect(fired).toBe(1);
  });
});

describe('a sleep', () => {
  test('ends in time, and leaves no listener behind', async () => {
    const timers = new PlatformTimers();
    const controller = new AbortController();
    const slept = createDelays(timers).sleep(10, controller.signal);
    timers.advance(10);
    expect(await slept).toBeUndefined();
    controller.abort();
    expect(timers.waiting).toBe(0);
  });
  test('rejects with the reason of its signal, before and while it sleeps', async () => {
    const timers = new PlatformTimers();
    const reason = new Error('enough');
    await expect(createDelays(timers).sleep(10, AbortSignal.abort(reason))).rejects.toBe(reason);
    const controller = new AbortController();
    const slept = createDelays(timers).sleep(10, controller.signal);
    controller.abort(reason);
    await expect(slept).rejects.toBe(reason);
    expect(timers.waiting).toBe(0);
  });
});

/** A machine: its timer clock stands still while it sleeps, and its answer for the time since boot is rounded. */
class Machine implements NodeTime {
  boot = 5_000_123;
  awake = 3_000_001;
  set = 0;
  wall = (): number => 1_700_000_000_000 + this.boot + this.set;
  timer = (): number => this.awake;
  uptime = (): number => Math.round(this.boot / 10) * 10;
  pass(ms: number): void {
    this.boot += ms;
    this.awake += ms;
  }
  sleep(ms: number): void {
    this.boot += ms;
  }
}

describe('the monotonic clock of a process', () => {
  test('counts from boot, sleep before the process began included', () => {
    const machine = new Machine();
    expect(Math.abs(createNodeClock(machine).monotonic() - machine.boot)).toBeLessThanOrEqual(5);
  });
  test('counts a sleep while the process lives, and no setting of the clock', () => {
    const machine = new Machine();
    const clock = createNodeClock(machine);
    const begun = clock.monotonic();
    machine.set += 3_600_000;
    expect(clock.monotonic()).toBe(begun);
    machine.set -= 7_200_000;
    expect(clock.monotonic()).toBe(begun);
    machine.sleep(3_600_000);
    expect(Math.abs(clock.monotonic() - begun - 3_600_000)).toBeLessThanOrEqual(10);
  });
  test('never goes backwards, whatever happens', () => {
    const step = fc.record({ what: fc.constantFrom('pass', 'sleep', 'set'), ms: fc.integer({ min: -DAY, max: DAY }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 40 }), (steps) => {
        const machine = new Machine();
        const clock = createNodeClock(machine);
        let before = clock.monotonic();
        for (const { what, ms } of steps) {
          if (what === 'set') machine.set += ms;
          else if (what === 'pass') machine.pass(Math.abs(ms));
          else machine.sleep(Math.abs(ms));
          const now = clock.monotonic();
          expect(now).toBeGreaterThanOrEqual(before);
          before = now;
        }
      }),
    );
  });
  test('of this machine agrees between two clocks and goes on', async () => {
    const one = createNodeClock();
    const other = createNodeClock();
    const begun = one.monotonic();
    expect(Math.abs(other.monotonic() - begun)).toBeLessThan(1_000);
    await one.sleep(5);
    expect(one.monotonic()).toBeGreaterThan(begun);
  });
});
