// Every invariant keeps the laws, and a sound history full of everything breaks none of them.
import { describe, expect, test } from 'vitest';
import { CAUSE_ORDER, INVARIANTS } from '../../src/verify/invariants.ts';
import { judge } from '../../src/verify/verdict.ts';
import { obeysTheLaws } from '../kit/invariant-law.ts';
import { FLAGGED, SOUND } from '../kit/samples.ts';
import { history } from '../kit/trace.ts';

describe.each(INVARIANTS.map((invariant) => [invariant.name, invariant] as const))('%s', (name, invariant) => {
  obeysTheLaws(invariant, FLAGGED[name] ?? '', SOUND);
});

test('names and numbers are unique, and every invariant has its place in the order of causes', () => {
  const names = INVARIANTS.map(({ name }) => name);
  expect(new Set(names).size).toBe(names.length);
  expect(new Set(INVARIANTS.map(({ id }) => id)).size).toBe(names.length);
  expect(CAUSE_ORDER.map(({ name }) => name).toSorted()).toEqual(names.toSorted());
});

test('a sound history in which everything happens is judged by everybody and found right', () => {
  const verdict = judge(history(SOUND));
  expect(verdict.findings).toEqual([]);
  expect(verdict.idle).toEqual([]);
  expect(verdict.notApplicable).toEqual([]);
});
