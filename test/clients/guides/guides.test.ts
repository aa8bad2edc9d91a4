// The published designs fail where we know they fail and nowhere else, and mended they fail nowhere: what holds is shown to hold.
import { readFileSync } from 'node:fs';
import { beforeAll, describe, expect, test } from 'vitest';
import { runScenario } from '../../../src/scenario/run.ts';
import { INVARIANTS } from '../../../src/verify/invariants.ts';
import { expectGolden } from '../../kit/golden.ts';
import { loadClient } from '../matrix.ts';
import { GUIDES } from './catalogue.ts';
import { brokenAlways, causesIn, everyRequestSucceeded, judgedOf, judgeGuides, PLANS, type Judged } from './judge.ts';

const judged: Judged[] = [];
beforeAll(async () => void judged.push(...(await judgeGuides())), 600_000);
const of = (name: string): Judged => judged.find(({ guide }) => guide.name === name) as Judged;

describe.each(GUIDES.map((guide) => [guide.name, guide] as const))('%s', (name, guide) => {
  test('breaks what the catalogue explains, and nothing else', () => {
    const causes = new Set(judgedOf(of(name).literal).flatMap(causesIn));
    expect([...causes].sort()).toEqual(Object.keys(guide.breaks).sort());
  });

  test('is judged: every claim names scenarios of the corpus, and most of them apply', () => {
    const names = [...guide.claims, ...guide.watch].flatMap(({ scenarios }) => scenarios);
    expect(names.filter((scenario) => !PLANS.some((plan) => plan.name === scenario))).toEqual([]);
    const by = [...guide.claims, ...guide.watch].flatMap((claim) => claim.by ?? []);
    expect(by.filter((invariant) => !INVARIANTS.some((one) => one.name === invariant))).toEqual([]);
    expect(judgedOf(of(name).literal).length).toBeGreaterThan(100);
  });

  test('mended, passes every scenario that applies to it', () => {
    const failed = of(name).mended.filter(({ outcome }) => outcome !== 'passed' && outcome !== 'not-applicable');
    expect(failed.map(({ scenario, verdict, expectations }) => [scenario.name, verdict.findings, expectations])).toEqual([]);
    const open = (results: Judged['literal']): string[] =>
      results.filter(({ outcome }) => outcome === 'not-applicable').map(({ scenario }) => scenario.name);
    expect(open(of(name).literal).filter((scenario) => guide.outside[scenario] === undefined)).toEqual(open(of(name).mended));
  });

  test('mended, passes with another seed too', async () => {
    const client = { name: `${name}-mended`, factory: await loadClient(new URL(`${name}-mended.ts`, import.meta.url)) };
    const failed: string[] = [];
    for (const plan of PLANS) {
      const { outcome } = await runScenario(plan, { client, seed: 2 });
      if (outcome !== 'passed' && outcome !== 'not-applicable') failed.push(`${plan.name}: ${outcome}`);
    }
    expect(failed).toEqual([]);
  }, 120_000);

  test('says how its gaps were read, and mended what changed, one line each', () => {
    expect(readFileSync(new URL(`${name}.ts`, import.meta.url), 'utf8')).toMatch(/^\/\/ G\d.*literally/);
    expect(of(name).mends.length).toBeGreaterThan(0);
  });
});

test('what each guide breaks, and where, is what we know', () => {
  const known = judged.map(({ guide, literal, variant }) => [
    [guide.name, whereOf(literal)],
    ...(guide.variant === undefined ? [] : [[guide.variant.name, whereOf(variant)]]),
  ]);
  expectGolden('guides.json', `${JSON.stringify(Object.fromEntries(known.flat() as [string, unknown][]), null, 2)}\n`);
});

test('no scenario is set aside for a guide but for what the guide itself asks for', () => {
  const set = PLANS.filter((plan) => GUIDES.some(({ outside }) => outside[plan.name] !== undefined));
  expect(set.filter(({ policy }) => policy.accessToken.lifetime >= 15 * 60_000).map(({ name }) => name)).toEqual([]);
});

describe('the mutex of G2 that compares a value with itself', () => {
  const redundantIn = (name: string) =>
    of('g2').variant.find(({ scenario, verdict }) =>
      scenario.name === name
        ? verdict.findings.some(({ invariant, clause }) => invariant === 'no-duplicate-refresh' && clause === 'b')
        : false,
    );

  test.each(['fifty-requests-one-dead-token', 'late-401', 'cold-start-with-a-stale-token'])(
    'is seen in %s by the clause for needless refreshes, although every request succeeds',
    (name) => {
      const result = redundantIn(name);
      expect(result).toBeDefined();
      expect(result === undefined ? false : everyRequestSucceeded(result)).toBe(true);
    },
  );

  test('makes one refresh for each request that waited, in series, each with the newest refresh token', () => {
    const events = redundantIn('fifty-requests-one-dead-token')?.events ?? [];
    const sent = events.flatMap((event) => (event.type === 'token.sent' ? [event.rt] : []));
    expect(sent.length).toBe(50);
    expect(new Set(sent).size).toBe(50);
    expect(events.some((event) => event.type === 'family.dead')).toBe(false);
  });
});

test('a validator that rethrows is not heard by a retry plugin inside it: in G2 no request that met a 401 succeeds', () => {
  const outcomes = of('g2').literal.flatMap(({ events }) => {
    const refused = new Set(events.flatMap((event) => (event.type === 'api.delivered' && event.status === 401 ? [event.n] : [])));
    return events.flatMap((event) => (event.type === 'request.settled' && refused.has(event.n) ? [event.status] : []));
  });
  expect(outcomes.length).toBeGreaterThan(200);
  expect(outcomes.filter((status) => status === 200)).toEqual([]);
});

/** Cause -> scenarios; those in which no invariant broke under what they expected. What broke in every run says so. */
function whereOf(results: Judged['literal']): Record<string, string[]> {
  const always = brokenAlways(results);
  const where: Record<string, string[]> = Object.fromEntries(always.map((name) => [name, ['every run']]));
  for (const result of judgedOf(results).filter(({ outcome }) => outcome !== 'passed')) {
    const causes = causesIn(result).filter((name) => !always.includes(name));
    for (const cause of causesIn(result).length > 0 ? causes : ['expectations']) (where[cause] ??= []).push(result.scenario.name);
  }
  const order = [...INVARIANTS.map(({ name }) => name), 'expectations'];
  return Object.fromEntries(order.flatMap((name) => (where[name] === undefined ? [] : [[name, where[name]]])));
}
