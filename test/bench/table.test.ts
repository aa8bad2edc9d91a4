// The performance table must not be kinder than the numbers.
import { expect, test } from 'vitest';
import { measure, median } from '../../bench/measure.ts';
import { formatTable, judgeRow, type Row } from '../../bench/table.ts';

const ROW: Row = { measure: 'kernel event', value: 4, unit: 'us', floor: { name: 'heap', value: 1 }, goal: { ratio: 4 } };

test('a row at its goal is within it, a row above is over', () => {
  expect(judgeRow(ROW)).toMatchObject({ ratio: 4, verdict: 'ok' });
  expect(judgeRow({ ...ROW, value: 4.1 })).toMatchObject({ verdict: 'over' });
});

test('a ratio and a value must both hold', () => {
  expect(judgeRow({ ...ROW, goal: { ratio: 4, value: 3 } }).verdict).toBe('over');
  expect(judgeRow({ ...ROW, goal: { ratio: 4, value: 5 } }).verdict).toBe('ok');
});

test('a goal for a ratio without a floor is never met by accident', () => {
  const { floor: _floor, ...bare } = ROW;
  expect(judgeRow(bare).verdict).toBe('over');
});

test('the table says measure, floor, ratio, goal and verdict of every row', () => {
  expect(formatTable([judgeRow(ROW), judgeRow({ measure: 'cold', value: 30.25, unit: 'ms', goal: { value: 25 }, note: 'n' })])).toBe(
    [
      'measure       value    floor         ratio  goal      verdict  note',
      'kernel event  4.00 us  1.00 us heap  4.00x  <= 4x     ok',
      'cold          30.3 ms  -             -      <= 25 ms  over     n',
    ].join('\n'),
  );
});

test('the median is the middle, or the mean of the two in the middle', () => {
  expect([median([3, 1, 2]), median([4, 1, 2, 3]), median([7])]).toEqual([2, 2.5, 7]);
});

test('every work is measured, per repetition, and really done', async () => {
  const done = { a: 0, b: 0 };
  const spin = (times: number): void => {
    for (let i = 0; i < times * 2_000; i++) done.a += Math.sqrt(i) > -1 ? 1 : 0;
  };
  const spent = await measure(
    {
      a: spin,
      b: async (times) => {
        spin(times);
        done.b += times;
      },
    },
    { rounds: 3, roundMs: 2 },
  );
  expect(Object.keys(spent)).toEqual(['a', 'b']);
  expect(done.a).toBeGreaterThan(0);
  expect(done.b).toBeGreaterThan(3);
});

test('a rate must reach its least ratio, and a median of ratios counts before the ratio of medians', () => {
  const rate: Row = { measure: 'refresh', value: 10, unit: 'req/s', floor: { name: 'floor', value: 50 }, goal: { least: 0.2 } };
  expect([judgeRow(rate).verdict, judgeRow({ ...rate, value: 9.9 }).verdict]).toEqual(['ok', 'under']);
  expect(judgeRow({ ...rate, ratio: 0.19 })).toMatchObject({ ratio: 0.19, verdict: 'under' });
  expect(judgeRow({ measure: 'refresh', value: 10, unit: 'req/s', goal: { least: 1 } }).verdict).toBe('under');
});

test('a row without a goal is for information', () => {
  expect(judgeRow({ ...ROW, goal: {} }).verdict).toBe('ok');
});
