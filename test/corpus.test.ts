// The built-in corpus as a whole: every scenario passes with the built-in engine, its history is the same however the kernel
// settles and however often it runs, and its digest is the golden one. UPDATE_GOLDEN=1 writes new digests.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadScenarios } from '../src/scenario/load.ts';
import { runScenario } from '../src/scenario/run.ts';
import { INVARIANTS } from '../src/verify/invariants.ts';
import { expectGolden } from './kit/golden.ts';

const CORPUS = fileURLToPath(new URL('../scenarios', import.meta.url));
const FAMILIES = ['concurrency', 'expiry', 'offline', 'revocation'];

const { plans, problems } = loadScenarios(CORPUS, { invariants: INVARIANTS.map(({ name }) => name) });

test('every file of the corpus is a valid scenario', () => {
  expect(problems).toEqual([]);
});

test('the corpus has at least 30 scenarios and every family of them', () => {
  expect(plans.length).toBeGreaterThanOrEqual(30);
  expect([...new Set(plans.map(({ family }) => family))].filter((family) => FAMILIES.includes(family)).toSorted()).toEqual(FAMILIES);
});

describe.each(plans.map((plan) => [`${plan.family}/${plan.name}`, plan] as const))('%s', (_name, plan) => {
  test('passes with the built-in engine and stops by itself', async () => {
    const { outcome, reason, verdict, expectations, clientErrors } = await runScenario(plan);
    expect({ outcome, reason, findings: verdict.findings, expectations, clientErrors }).toEqual({ outcome: 'passed', reason: undefined, findings: [], expectations: [], clientErrors: [] });
  });
  test('has one history, by drain or by turns, today or again', async () => {
    const digests = [];
    for (const settle of ['drain', 'turn', 'drain'] as const) digests.push((await runScenario(plan, { settle })).digest);
    expect(new Set(digests).size).toBe(1);
  });
});

test('the digests are the golden ones', async () => {
  const digests: Record<string, string> = {};
  for (const plan of plans) digests[plan.name] = (await runScenario(plan)).digest;
  expectGolden('digests.json', `${JSON.stringify(digests, null, 2)}\n`);
});

test('no invariant is idle over the whole corpus', async () => {
  const judged = new Map<string, number>();
  for (const plan of plans) {
    const { verdict } = await runScenario(plan);
    for (const [name, count] of Object.entries(verdict.judged)) judged.set(name, (judged.get(name) ?? 0) + count);
  }
  expect(INVARIANTS.map(({ name }) => name).filter((name) => (judged.get(name) ?? 0) === 0)).toEqual([]);
});
