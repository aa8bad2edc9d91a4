import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import { GRACE_POLICIES } from '../../src/core/server-words.ts';
import { loadScenarios } from '../../src/scenario/load.ts';
import { runScenario } from '../../src/scenario/run.ts';
import { VERBS } from '../../src/scenario/words.ts';
import type { Plan, Step } from '../../src/sim/plan.ts';
import type { RunResult } from '../../src/verify/result.ts';
import { INVARIANTS } from '../../src/verify/invariants.ts';

const folder = fileURLToPath(new URL('../../scenarios', import.meta.url));
const { plans, problems } = loadScenarios(folder, { invariants: INVARIANTS.map((invariant) => invariant.name) });

const allSteps = (steps: readonly Step[]): Step[] => steps.flatMap((step) => [step, ...('steps' in step ? allSteps(step.steps) : [])]);

test('every scenario file is right', () => {
  expect(problems).toEqual([]);
  expect(plans.length).toBeGreaterThanOrEqual(160);
});

test('every file is named after its scenario and begins with the line that makes editors help', () => {
  for (const plan of plans) {
    expect(plan.file.endsWith(`/${plan.family}/${plan.name}.scenario.yaml`)).toBe(true);
    expect(readFileSync(plan.file, 'utf8')).toMatch(/^# yaml-language-server: \$schema=\.\.\/scenario\.schema\.json\n/);
  }
});

test('every verb has a scenario', () => {
  const used = new Set(plans.flatMap((plan) => allSteps(plan.steps).map((step) => step.verb)));
  expect(Object.keys(VERBS).filter((verb) => !used.has(verb as Step['verb']))).toEqual([]);
});

test('every grace policy has a scenario in which the answer to a refresh is lost', () => {
  const lost = plans.filter((plan) => plan.tags.includes('lost-response')).map((plan) => plan.policy.refreshToken.grace.policy);
  expect(GRACE_POLICIES.filter((policy) => !lost.includes(policy))).toEqual([]);
});

test('a scenario for several processes has them, or several clients in one', () => {
  const several = (plan: Plan): boolean =>
    plan.devices.some((device) => device.processes.length > 1) ||
    allSteps(plan.steps).some((step) => step.verb === 'app' && step.action === 'mount');
  const alone = plans.filter((plan) => plan.needs.includes('cross-process') && !several(plan));
  expect(alone.map((plan) => plan.name)).toEqual([]);
});

describe('the built-in engine passes every scenario', () => {
  test.each(plans.map((plan) => [plan.name, plan] as const))('%s', async (_, plan) => {
    for (const seed of [1, 2, 3])
      expect(summaryOf(await runScenario(plan, { seed }))).toEqual({
        seed,
        outcome: 'passed',
        expectations: [],
        findings: [],
        clientErrors: [],
      });
  });
});

test('the corpus leaves no invariant idle', async () => {
  const judged = new Map<string, number>();
  for (const plan of plans) {
    for (const [name, count] of Object.entries((await runScenario(plan)).verdict.judged)) judged.set(name, (judged.get(name) ?? 0) + count);
  }
  expect(INVARIANTS.map((invariant) => invariant.name).filter((name) => (judged.get(name) ?? 0) === 0)).toEqual([]);
});

test('an expectation that does not hold is reported at its line, and fails the run', async () => {
  const [plan] = plans.filter(({ name }) => name === 'late-401') as [Plan];
  const result = await runScenario({ ...plan, expect: { ...plan.expect, refreshes: { min: 7, max: 7 } } });
  expect(result.outcome).toBe('failed');
  expect(result.expectations.map(({ message, source }) => [message, source?.file])).toEqual([
    ['expected 7 refresh requests, but there was 1', plan.file],
  ]);
});

function summaryOf(result: RunResult): Record<string, unknown> {
  const { seed, outcome, expectations, verdict, clientErrors } = result;
  return {
    seed,
    outcome,
    expectations: expectations.map(({ message }) => message),
    findings: verdict.findings.map(({ message }) => message),
    clientErrors,
  };
}
