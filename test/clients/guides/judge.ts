// Runs the guides and their mended versions against the corpus, and says what a document or a test asks of the results. It asserts nothing.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { laneRows, type LaneRow } from '../../../src/report/lanes.ts';
import { loadScenarios } from '../../../src/scenario/load.ts';
import { runScenario } from '../../../src/scenario/run.ts';
import { INVARIANTS } from '../../../src/verify/invariants.ts';
import type { Finding, RunResult, Violation } from '../../../src/verify/result.ts';
import { loadClient, mostSteps } from '../matrix.ts';
import { GUIDES, type Guide } from './catalogue.ts';

export const { plans: PLANS } = loadScenarios(fileURLToPath(new URL('../../../scenarios', import.meta.url)));

/** A guide with what came of it. */
export interface Judged {
  readonly guide: Guide;
  readonly literal: readonly RunResult[];
  readonly mended: readonly RunResult[];
  /** What the mended version says of itself, one line each. */
  readonly mends: readonly string[];
  /** Runs of the version with one thing mended, where there is one. */
  readonly variant: readonly RunResult[];
}

/** One way in which a guide fails: an invariant, the hint that goes with it, and the shortest run that shows it. */
export interface Witness {
  readonly invariant: string;
  readonly result: RunResult;
  readonly violation: Violation;
  /** In how many runs it was the cause. */
  readonly runs: number;
}

export async function judgeGuides(): Promise<Judged[]> {
  const judged: Judged[] = [];
  for (const guide of GUIDES) {
    judged.push({
      guide,
      literal: await runs(guide.name, guide.outside),
      mended: await runs(`${guide.name}-mended`),
      mends: mendsOf(guide),
      variant: guide.variant === undefined ? [] : await runs(guide.variant.name, guide.outside),
    });
  }
  return judged;
}

async function runs(name: string, outside: Guide['outside'] = {}): Promise<RunResult[]> {
  const file = `${name}.ts`;
  const client = { name: `test/clients/guides/${file}`, factory: await loadClient(new URL(file, import.meta.url)) };
  const results: RunResult[] = [];
  for (const plan of PLANS) {
    const result = await runScenario(plan, { client, limits: { steps: mostSteps(plan) } });
    const reason = outside[plan.name];
    results.push(reason === undefined ? result : { ...result, outcome: 'not-applicable', reason });
  }
  return results;
}

/** The list in the header of a mended client. */
function mendsOf({ name }: Guide): string[] {
  const text = readFileSync(new URL(`${name}-mended.ts`, import.meta.url), 'utf8');
  return [...text.matchAll(/^\/\/ - (.+)$/gm)].map(([, line = '']) => line);
}

/** Runs that say something: all but those that are not applicable. */
export function judgedOf(results: readonly RunResult[]): RunResult[] {
  return results.filter(({ outcome }) => outcome !== 'not-applicable');
}

/** Names of the invariants that broke in a run, the first cause first. */
export function brokenIn({ verdict }: RunResult): string[] {
  return [...new Set(verdict.findings.flatMap((finding) => [finding.invariant, ...finding.folded.map(({ invariant }) => invariant)]))];
}

/** Names of the invariants that broke in a run for a reason of their own. */
export function causesIn({ verdict }: RunResult): string[] {
  return [...new Set(verdict.findings.map(({ invariant }) => invariant))];
}

/** Invariants that broke in every run: of no one scenario's making. */
export function brokenAlways(results: readonly RunResult[]): string[] {
  const judged = judgedOf(results);
  return INVARIANTS.map(({ name }) => name).filter(
    (name) => judged.length > 0 && judged.every((result) => brokenIn(result).includes(name)),
  );
}

/**
 * Every distinct failure, in the order of the invariants: the invariant and its hint, which tells one mend from another. Each with the run
 * that takes the fewest rows to draw, of those that `preferred` names if one is as short.
 */
export function witnessesOf(results: readonly RunResult[], preferred: readonly string[] = []): Witness[] {
  const found = judgedOf(results).flatMap((result) => result.verdict.findings.map((violation) => ({ result, violation })));
  return INVARIANTS.flatMap(({ name }) => {
    const own = found.filter(({ violation }) => violation.invariant === name);
    return [...new Set(own.map(({ violation }) => kindOf(violation)))].map((kind) => {
      const alike = own.filter(({ violation }) => kindOf(violation) === kind);
      const [shortest] = alike
        .map((one) => ({ ...one, cost: costOf(one.result, one.violation, preferred) }))
        .sort((a, b) => a.cost - b.cost);
      const { result, violation } = shortest as (typeof alike)[number];
      return { invariant: name, result, violation, runs: new Set(alike.map((one) => one.result)).size };
    });
  });
}

/** Hints name things that differ from run to run: their digits do not count. */
function kindOf({ hint }: Violation): string {
  return hint.replaceAll(/\d+(ms|s|m|h|d)?/g, '');
}

function costOf(result: RunResult, violation: Violation, preferred: readonly string[]): number {
  const rows = rowsOf(result, violation).length;
  return rows * 1_000 + (preferred.includes(result.scenario.name) ? 0 : 500) + Math.min(violation.message.length, 400);
}

export function rowsOf({ events }: RunResult, { witness, seq }: Violation): LaneRow[] {
  return laneRows(events, witness, seq);
}

/** The result with this violation as its only finding, for the reporter. */
export function alone(result: RunResult, violation: Violation): RunResult {
  const finding: Finding = { ...violation, folded: [] };
  return { ...result, expectations: [], clientErrors: [], verdict: { ...result.verdict, findings: [finding] } };
}

/** Whether every request of the run ended with 2xx. */
export function everyRequestSucceeded({ events }: RunResult): boolean {
  return events.every(
    (event) => event.type !== 'request.settled' || (event.status !== undefined && event.status >= 200 && event.status < 300),
  );
}
