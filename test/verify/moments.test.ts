import fc from 'fast-check';
import { expect, test } from 'vitest';
import { between, countWithin, firstAfter, holdsAt, holdsWithin, lastBefore, timeOutside, type Span } from '../../src/verify/moments.ts';

const list = [2, 5, 9].map((seq) => ({ seq }));
const spans: Span[] = [{ from: { seq: 2, t: 10 }, to: { seq: 4, t: 20 } }, { from: { seq: 6, t: 30 } }];

test('the last before, the first after and what lies between are strict', () => {
  expect([2, 3, 5, 10].map((seq) => lastBefore(list, seq)?.seq)).toEqual([undefined, 2, 2, 9]);
  expect([1, 2, 5, 9].map((seq) => firstAfter(list, seq)?.seq)).toEqual([2, 5, 9, undefined]);
  expect(between(list, 2, 9).map(({ seq }) => seq)).toEqual([5]);
  expect([countWithin(list, 0, 10), countWithin(list, 2, 9), countWithin(list, 9, 2)]).toEqual([3, 1, 0]);
});
test('a span holds between its ends, an open one for ever', () => {
  expect([1, 3, 5, 7].map((seq) => holdsAt(spans, seq))).toEqual([false, true, false, true]);
  expect(
    [
      [0, 2],
      [3, 4],
      [4, 6],
      [5, 7],
    ].map(([from, to]) => holdsWithin(spans, from as number, to as number)),
  ).toEqual([false, true, false, true]);
});
test('time outside of spans is counted once where they overlap', () => {
  expect(timeOutside([spans], 0, 40)).toBe(20);
  expect(timeOutside([spans, spans, []], 0, 40)).toBe(20);
  expect(timeOutside([spans], 12, 18)).toBe(0);
});
test('time outside agrees with counting every millisecond', () => {
  const made = fc.array(fc.tuple(fc.nat(9), fc.nat(9)), { maxLength: 5 }).map((parts) => {
    let t = 0;
    let seq = 0;
    return parts.map(([gap, length]): Span => ({ from: { seq: seq++, t: (t += gap) }, to: { seq: seq++, t: (t += length) } }));
  });
  fc.assert(
    fc.property(made, made, fc.nat(30), fc.nat(30), (a, b, from, length) => {
      const inside = (t: number): boolean => [...a, ...b].some((span) => span.from.t <= t && t < (span.to?.t ?? Infinity));
      let count = 0;
      for (let t = from; t < from + length; t++) if (!inside(t)) count += 1;
      expect(timeOutside([a, b], from, from + length)).toBe(count);
    }),
  );
});
