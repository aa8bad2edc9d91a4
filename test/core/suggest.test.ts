import fc from 'fast-check';
import { expect, test } from 'vitest';
import { closest, didYouMean } from '../../src/core/suggest.ts';

test.each([
  ['reqest', 'request'],
  ['advnace', 'advance'],
  ['Network', 'network'],
  ['signout', 'signOut'],
  ['reqeusts', 'request'],
])('%s means %s', (word, meant) => {
  expect(closest(word, ['request', 'advance', 'network', 'signOut', 'signIn'])).toBe(meant);
});

test('a word that is near to nothing suggests nothing', () => {
  expect(didYouMean('banana', ['request', 'advance'])).toBeUndefined();
  expect(didYouMean('x'.repeat(10_000), ['request'])).toBeUndefined();
});

test('a word is always closest to itself, and one edit away is close enough for words of three letters', () => {
  const word = fc.stringMatching(/^[a-z]{3,12}$/);
  fc.assert(
    fc.property(word, fc.array(word, { maxLength: 5 }), fc.nat(11), (target, others, at) => {
      expect(closest(target, [...others, target])).toBe(target);
      const broken = target.slice(0, at % target.length) + target.slice((at % target.length) + 1);
      expect(closest(broken, [target])).toBe(target);
    }),
    { numRuns: 200, seed: 1 },
  );
});
