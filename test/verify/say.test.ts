import { expect, test } from 'vitest';
import { after, earlier, ms, ordinal, violation } from '../../src/verify/say.ts';

const at = (seq: number): { seq: number } => ({ seq });

test('durations read as people write them, and one millisecond is one moment', () => {
  expect([ms(401), ms(-3), ms(60_000.4)]).toEqual(['401ms', '0ms', '1m']);
  expect([after({ t: 1 }, { t: 3 }), after({ t: 3 }, { t: 3 })]).toEqual(['2ms after', 'in the same millisecond as']);
  expect([earlier({ t: 1 }, { t: 3 }), earlier({ t: 3 }, { t: 3 })]).toEqual(['2ms earlier', 'in the same millisecond']);
});
test('ordinals end as they are spoken', () => {
  expect([1, 2, 3, 4, 11, 12, 13, 21, 102, 113].map(ordinal)).toEqual([
    '1st',
    '2nd',
    '3rd',
    '4th',
    '11th',
    '12th',
    '13th',
    '21st',
    '102nd',
    '113th',
  ]);
});
test('a witness has each event once, ascending, eight at most, the violating one always', () => {
  const witness = [9, 3, undefined, 3, 20].map((seq) => (seq === undefined ? undefined : at(seq)));
  expect(violation({ name: 'a' }, { message: 'm', hint: 'h', at: at(5), witness })).toEqual({
    invariant: 'a',
    message: 'm',
    hint: 'h',
    seq: 5,
    witness: [3, 5, 9, 20],
  });
  const many = Array.from({ length: 12 }, (_, i) => at(i + 10));
  expect(violation({ name: 'a' }, { message: 'm', hint: 'h', at: at(1), root: at(0), witness: many })).toMatchObject({
    root: 0,
    witness: [1, 15, 16, 17, 18, 19, 20, 21],
  });
});
