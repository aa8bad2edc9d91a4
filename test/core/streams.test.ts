import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreams } from '../../src/core/streams.ts';

describe('seeded streams', () => {
  it('repeat for the same seed and name, and differ for another of either', () => {
    const draws = (seed: number, name: string): number[] =>
      Array.from(
        { length: 8 },
        (
          (stream) => () =>
            stream.next()
        )(createStreams(seed).stream(name)),
      );
    expect(draws(42, 'net/phone/app')).toEqual(draws(42, 'net/phone/app'));
    expect(draws(42, 'net/phone/app')).not.toEqual(draws(43, 'net/phone/app'));
    expect(draws(42, 'net/phone/app')).not.toEqual(draws(42, 'net/phone/widget'));
  });

  it('keep the same numbers for ever: a frozen sample', () => {
    const stream = createStreams(42).stream('sample');
    expect([stream.next(), stream.next(), stream.integer(1, 6), stream.text(12)]).toMatchInlineSnapshot(`
      [
        1482613802,
        2206787321,
        6,
        "di3yp0qJm-_J",
      ]
    `);
  });

  it('one more draw in one place moves nothing elsewhere', () => {
    const left = createStreams(7);
    const right = createStreams(7);
    left.stream('a').next();
    expect(left.stream('b').next()).toBe(right.stream('b').next());
  });

  it('stay inside their bounds and reach both ends', () => {
    const stream = createStreams(1).stream('dice');
    const rolls = new Set(Array.from({ length: 500 }, () => stream.integer(1, 6)));
    expect([...rolls].sort()).toEqual([1, 2, 3, 4, 5, 6]);
    fc.assert(
      fc.property(fc.nat(), fc.integer({ min: -1000, max: 1000 }), fc.nat({ max: 1000 }), (seed, min, span) => {
        const value = createStreams(seed)
          .stream('x')
          .integer(min, min + span);
        expect(Number.isInteger(value) && value >= min && value <= min + span).toBe(true);
      }),
    );
  });

  it('spread evenly enough: no bucket of 16 is off by more than a quarter over 16,000 draws', () => {
    const buckets = new Array<number>(16).fill(0);
    const stream = createStreams(99).stream('spread');
    for (let i = 0; i < 16_000; i++) buckets[Math.floor(stream.fraction() * 16)]! += 1;
    for (const count of buckets) expect(Math.abs(count - 1_000)).toBeLessThan(250);
  });
});
