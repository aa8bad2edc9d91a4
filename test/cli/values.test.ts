import { describe, expect, test } from 'vitest';
import { UsageError } from '../../src/core/errors.ts';
import { parseTags } from '../../src/cli/tags.ts';
import { readCount, readDuration, readOneOf, readRegex, readReporter, readSeed, readSeeds, readText } from '../../src/cli/values.ts';

describe('tag expressions', () => {
  test.each([
    ['smoke', ['smoke'], true],
    ['smoke', ['slow'], false],
    ['not smoke', [], true],
    ['not smoke', ['smoke'], false],
    ['smoke and fast', ['smoke', 'fast'], true],
    ['smoke and fast', ['smoke'], false],
    ['smoke and not slow', ['smoke'], true],
    ['smoke and not slow', ['smoke', 'slow'], false],
    ['a or b', ['b'], true],
    ['a,b', ['b'], true],
    ['a, b', ['c'], false],
    ['a and b or c', ['c'], true],
    ['a and b, c', ['a'], false],
    ['not a or b', ['a', 'b'], true],
    ['  a  ', ['a'], true],
  ])('"%s" over %j is %s', (text, tags, expected) => {
    expect(parseTags(text).matches(tags)).toBe(expected);
  });

  test.each(['', ' ', 'not', 'and', 'a and', 'or b', 'a b', 'not not a', '(a)', 'a,,b', 'A', 'and and and'])('"%s" is refused', (text) => {
    expect(() => parseTags(text)).toThrow(UsageError);
  });
});

test.each([
  ['7', [1, 2, 3, 4, 5, 6, 7]],
  ['5..8', [5, 6, 7, 8]],
  ['3..3', [3]],
  ['0..1', [0, 1]],
])('seeds %s', (text, seeds) => {
  expect(readSeeds(text)).toEqual(seeds);
});

test.each([
  [readSeed, '-1'],
  [readSeed, '1.5'],
  [readSeed, '1e3'],
  [readSeed, ''],
  [readSeed, '9007199254740993'],
  [readSeed, ' 1'],
  [readSeeds, '0'],
  [readSeeds, '8..5'],
  [readSeeds, '1..'],
  [readSeeds, '1..2..3'],
  [readSeeds, '1..9999999'],
  [readSeeds, 'all'],
  [readCount, '0'],
  [readCount, 'one'],
  [readCount, '-2'],
  [readDuration, '5'],
  [readDuration, '0s'],
  [readDuration, '-5m'],
  [readDuration, 'soon'],
  [readDuration, ''],
  [readRegex, '('],
  [readReporter, 'xml'],
  [readReporter, 'junit='],
  [readReporter, ''],
  [readReporter, 'toString'],
  [readOneOf(['auto', 'never']), 'always'],
  [readText, ''],
])('%o refuses "%s" with a sentence of ours', (read, text) => {
  expect(() => read(text)).toThrow(UsageError);
});

test('values that are right come through', () => {
  expect(readSeed('9007199254740991')).toBe(Number.MAX_SAFE_INTEGER);
  expect(readDuration('1h30m')).toBe(5_400_000);
  expect(readReporter('junit=out/a=b.xml')).toEqual({ name: 'junit', file: 'out/a=b.xml' });
  expect(readReporter('quiet')).toEqual({ name: 'quiet' });
  expect(readRegex('^late').test('late-401')).toBe(true);
});

test('a misspelt reporter gets a guess', () => {
  expect(() => readReporter('juint')).toThrow(expect.objectContaining({ hint: 'did you mean "junit"?' }));
});
