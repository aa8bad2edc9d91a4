// The clock of a served application: real time that can stand still, jump ahead, and wake who waits for a virtual moment.
import { describe, expect, test } from 'vitest';
import { createWireClock } from '../../mock-server/wire-clock.ts';
import type { RealTime } from '../../mock-server/wire-clock.ts';

/** Real time by hand. */
class Hand implements RealTime {
  #now = 1_000.25;
  readonly #timers = new Set<{ at: number; fn: () => void }>();

  now(): number {
    return this.#now;
  }

  after(ms: number, fn: () => void): () => void {
    const timer = { at: this.#now + ms, fn };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  pass(ms: number): void {
    this.#now += ms;
    for (const timer of [...this.#timers].filter(({ at }) => at <= this.#now)) if (this.#timers.delete(timer)) timer.fn();
  }

  get armed(): number {
    return this.#timers.size;
  }
}

describe('virtual time', () => {
  test('begins at 0 and runs with real time, in whole milliseconds', () => {
    const real = new Hand();
    const clock = createWireClock(real, false);
    real.pass(10.6);
    expect(clock.now()).toBe(10);
  });

  test('stands still while it is frozen and goes on from there', () => {
    const real = new Hand();
    const clock = createWireClock(real, false);
    real.pass(10);
    clock.freeze();
    real.pass(1_000);
    expect([clock.now(), clock.frozen]).toEqual([10, true]);
    clock.resume();
    real.pass(5);
    expect([clock.now(), clock.frozen]).toEqual([15, false]);
  });

  test('advances frozen or not, never backwards, never by fractions', () => {
    const clock = createWireClock(new Hand(), true);
    clock.advance(300_000);
    clock.set(400_000);
    expect(clock.now()).toBe(400_000);
    for (const wrong of [
      () => clock.set(399_999),
      () => clock.advance(-1),
      () => clock.advance(0.5),
      () => clock.advance(Number.POSITIVE_INFINITY),
    ]) {
      expect(wrong).toThrow(expect.objectContaining({ code: 'TW_CLOCK' }));
    }
    expect(clock.now()).toBe(400_000);
  });
});

describe('waiting for a virtual moment', () => {
  test('ends by itself, by an advance, or not at all while time stands still', () => {
    const real = new Hand();
    const clock = createWireClock(real, false);
    const rung: string[] = [];
    clock.after(100, () => rung.push('itself'));
    real.pass(100);
    clock.after(60_000, () => rung.push('advance'));
    clock.advance(60_000);
    clock.freeze();
    clock.after(10, () => rung.push('frozen'));
    real.pass(10_000);
    expect(rung).toEqual(['itself', 'advance']);
    clock.resume();
    real.pass(10);
    expect(rung).toEqual(['itself', 'advance', 'frozen']);
  });

  test('wakes in the order of the moments, each once', () => {
    const clock = createWireClock(new Hand(), true);
    const rung: number[] = [];
    for (const ms of [300, 100, 200]) clock.after(ms, () => rung.push(ms));
    clock.advance(250);
    clock.advance(250);
    clock.advance(250);
    expect(rung).toEqual([100, 200, 300]);
  });

  test('can be given up, and leaves no timer behind', () => {
    const real = new Hand();
    const clock = createWireClock(real, false);
    const cancel = clock.after(100, () => {
      throw new Error('cancelled');
    });
    cancel();
    real.pass(200);
    clock.advance(1_000);
    expect(real.armed).toBe(0);
  });

  test('a month away is no problem for timers that end at 2^31 ms', () => {
    const real = new Hand();
    const clock = createWireClock(real, false);
    let rung = false;
    clock.after(30 * 86_400_000, () => {
      rung = true;
    });
    real.pass(2_000_000_000);
    expect(rung).toBe(false);
    real.pass(30 * 86_400_000 - 2_000_000_000);
    expect(rung).toBe(true);
  });
});

test('a device has no offset until it is given one', () => {
  const clock = createWireClock(new Hand(), true);
  expect([clock.hasOffsets, clock.deviceOffset('phone')]).toEqual([false, 0]);
  clock.deviceOffset('phone', -5_000);
  expect([clock.hasOffsets, clock.deviceOffset('phone'), clock.deviceOffset('tablet')]).toEqual([true, -5_000, 0]);
});
