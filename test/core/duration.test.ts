import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { formatDuration, parseDuration, parseDurationRange } from '../../src/core/duration.ts';

describe('durations', () => {
  it.each([
    ['5m', 300_000],
    ['90s', 90_000],
    ['80ms', 80],
    ['30d', 2_592_000_000],
    ['1h30m', 5_400_000],
    ['0', 0],
    ['-2h', -7_200_000],
    ['+2h', 7_200_000],
    ['1.5s', 1_500],
    ['365d', 31_536_000_000],
  ])('reads %s as %d ms', (text, ms) => expect(parseDuration(text)).toBe(ms));
  it.each(['', '5', 'm', '5 m', '5minutes', '1h-30m', 'NaNs', '1e3s', '99999999999999d', '--1s'])('refuses %j', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );
  it.each([
    ['80ms..200ms', { min: 80, max: 200 }],
    ['5s', { min: 5_000, max: 5_000 }],
  ])('reads the range %s', (text, range) => expect(parseDurationRange(text)).toEqual(range));
  it.each(['200ms..80ms', '1s..', '..1s', '1s..2s..3s'])('refuses the range %j', (text) =>
    expect(parseDurationRange(text)).toBeUndefined(),
  );
  it.each([
    [951, '951ms'],
    [320_000, '5m20s'],
    [2_592_000_000, '30d'],
    [3_600_001, '1h1ms'],
    [0, '0ms'],
    [-1_000, '-1s'],
    [90_061_001, '1d1h'],
  ])('prints %d ms as %s', (ms, text) => expect(formatDuration(ms)).toBe(text));

  it('reads back what it printed whenever two units are enough to say it', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 59 }), fc.integer({ min: 0, max: 59 }), (minutes, seconds) => {
        const ms = minutes * 60_000 + seconds * 1_000;
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
  });
});
