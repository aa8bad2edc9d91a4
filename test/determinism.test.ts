// The same scenario and seed give the same bytes of history: however the kernel settles, however often it runs, whatever ran before in
// the process, and on every machine (the golden digests; UPDATE_GOLDEN=1 writes them). scripts/ proves it across Nodes and under load.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { loadScenarios } from '../src/scenario/load.ts';
import { runScenario, type RunOptions } from '../src/scenario/run.ts';
import type { Plan } from '../src/sim/plan.ts';
import { expectGolden } from './kit/golden.ts';

const { plans } = loadScenarios(fileURLToPath(new URL('../scenarios', import.meta.url)));

async function digestsOf(list: readonly Plan[], options: RunOptions = {}): Promise<Record<string, string>> {
  const digests: Record<string, string> = {};
  for (const plan of list) digests[plan.name] = (await runScenario(plan, options)).digest;
  return digests;
}

test('there are at least 30 scenarios in the four families of the first release', () => {
  expect(plans.length).toBeGreaterThanOrEqual(30);
  expect(plans.map(({ family }) => family)).toEqual(expect.arrayContaining(['concurrency', 'expiry', 'offline', 'revocation']));
});

test('the digest of every scenario is the golden one', async () => {
  expectGolden('digests.json', `${JSON.stringify(await digestsOf(plans), null, 2)}\n`);
});

describe('the history of every scenario is the same', () => {
  test('by drain and by turns', async () => {
    expect(await digestsOf(plans, { settle: 'turn' })).toEqual(await digestsOf(plans, { settle: 'drain' }));
  });
  test('in another order, after everything else has run', async () => {
    expect(await digestsOf(plans.toReversed())).toEqual(await digestsOf(plans));
  });
  test('when all run at the same time', async () => {
    const together = await Promise.all(plans.map(async (plan) => [plan.name, (await runScenario(plan)).digest]));
    expect(Object.fromEntries(together)).toEqual(await digestsOf(plans));
  });
});

test('another seed gives another history wherever something is drawn', async () => {
  const drawing: Plan[] = [];
  for (const plan of plans.filter(({ latency }) => latency.min !== latency.max))
    if ((await runScenario(plan)).outcome !== 'not-applicable') drawing.push(plan);
  const [one, two] = [await digestsOf(drawing, { seed: 1 }), await digestsOf(drawing, { seed: 2 })];
  expect(drawing.length).toBeGreaterThan(10);
  expect(drawing.filter(({ name }) => one[name] === two[name]).map(({ name }) => name)).toEqual([]);
});
