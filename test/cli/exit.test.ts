import { describe, expect, test } from 'vitest';
import { InvalidInputError, NothingSelectedError, OwnBugError, TokenwarpError, UsageError } from '../../src/core/errors.ts';
import { conditionOf, conditionsOf, EXITS, exitCode } from '../../src/cli/exit.ts';
import type { ExitCondition } from '../../src/cli/exit.ts';
import { lateRefresh, mixedReports, reportOf } from '../kit/results.ts';

const ORDER: readonly ExitCondition[] = [
  'own-bug',
  'SIGINT',
  'SIGTERM',
  'usage',
  'invalid',
  'missing-tool',
  'device',
  'divergent',
  'failed',
  'nothing-selected',
  'inconclusive',
  'passed',
];

test('the table is the one of the design', () => {
  expect(ORDER.map((condition) => EXITS[condition].code)).toEqual([70, 130, 143, 2, 3, 6, 7, 8, 1, 4, 5, 0]);
  expect(Object.keys(EXITS)).toEqual(ORDER);
});

test('of every possible set of conditions the one that comes first decides', () => {
  for (let bits = 0; bits < 2 ** ORDER.length; bits++) {
    const holds = ORDER.filter((_, i) => (bits >> i) % 2 === 1);
    // Handed over in reverse, so that the order of the set cannot be what decides.
    const code = exitCode(new Set(holds.toReversed()));
    expect(code).toBe(holds[0] === undefined ? 0 : EXITS[holds[0]].code);
  }
});

describe('conditions of results', () => {
  const facts = { passWithNone: false };

  test('passed results hold nothing against the run', () => {
    expect([...conditionsOf([reportOf()], facts)]).toEqual([]);
  });

  test('failed and inconclusive results are both held, and failed decides', () => {
    const conditions = conditionsOf(mixedReports(), facts);
    expect(conditions).toEqual(new Set(['failed', 'inconclusive']));
    expect(exitCode(conditions)).toBe(1);
  });

  test('a history that does not repeat weighs more than a failed invariant', () => {
    expect(exitCode(conditionsOf([{ ...lateRefresh(), divergence: { seq: 0, how: '' } }], facts))).toBe(8);
  });

  test('nothing run, or nothing that applies, is not a success', () => {
    expect(exitCode(conditionsOf([], facts))).toBe(4);
    expect(exitCode(conditionsOf([reportOf({ outcome: 'not-applicable' })], facts))).toBe(4);
    expect(exitCode(conditionsOf([reportOf({ outcome: 'not-applicable' }), reportOf()], facts))).toBe(0);
    expect(exitCode(conditionsOf([], { passWithNone: true }))).toBe(0);
  });

  test('a signal decides over whatever had been found', () => {
    expect(exitCode(conditionsOf([lateRefresh()], { ...facts, interrupted: 'SIGINT' }))).toBe(130);
    expect(exitCode(conditionsOf([], { ...facts, interrupted: 'SIGTERM' }))).toBe(143);
  });
});

test.each([
  [new UsageError('TW_USAGE', ''), 2],
  [new InvalidInputError('TW_SCENARIO', ''), 3],
  [new NothingSelectedError('TW_NOTHING_SELECTED', ''), 4],
  [new OwnBugError(''), 70],
  [new TokenwarpError('TW_OTHER', ''), 70],
  [new TypeError('x is undefined'), 70],
  ['thrown text', 70],
])('%s ends with %d', (error, code) => {
  expect(exitCode(new Set([conditionOf(error)]))).toBe(code);
});
