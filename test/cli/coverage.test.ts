// The museum has no gap: what `tokenwarp list --coverage` says of everything built in.
import { expect, test } from 'vitest';
import { coverageOf } from '../../src/cli/coverage.ts';
import { selectPlans } from '../../src/cli/select.ts';
import { ROOT } from '../kit/cli.ts';

const plans = selectPlans([], {}, ROOT);
const coverage = await coverageOf(plans, ROOT);

test('every class of bug has several scenarios, what is meant for it judges there, and every dial is moved', () => {
  expect(coverage.gaps).toEqual([]);
  expect(coverage.rows.map((row) => [row.class, row.scenarios.length >= 5])).toEqual(coverage.rows.map((row) => [row.class, true]));
});

test('nine reports of ten are reproduced, and nothing is due later', () => {
  const entries = coverage.rows.flatMap((row) => row.entries);
  expect(entries.filter(({ scenarios }) => scenarios.length > 0).length).toBeGreaterThanOrEqual(entries.length * 0.9);
  expect(coverage.due).toEqual([]);
});

test('only scenarios of the session manager, of a standard and of the rules of a phone have no public report', () => {
  const ofPhones = new Set(plans.flatMap(({ family, name }) => (family === 'background' ? name : [])));
  expect(coverage.unreported.filter((name) => !ofPhones.has(name)).length).toBeLessThanOrEqual(12);
});
