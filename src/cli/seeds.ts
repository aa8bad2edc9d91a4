// One scenario with one seed or many: the report is that of the worst run, with the seeds that did not pass.
import type { Divergence, ScenarioReport } from '../report/reporter.ts';
import { digestOf } from '../report/summary.ts';
import type { Plan } from '../sim/plan.ts';
import type { Outcome, RunResult } from '../verify/result.ts';
import type { RunOptions } from './option-table.ts';
import { checkDeterminism } from './runner.ts';
import type { PlanRunner } from './runner.ts';
import { isBuiltIn } from './corpus.ts';
import { stepLines } from './select.ts';
import { turn } from './system.ts';

export interface SeedsContext {
  options: RunOptions;
  cwd: string;
  now(): number;
  stopped(): boolean;
}

/** From best to worst. */
const RANK: readonly Outcome[] = ['not-applicable', 'passed', 'inconclusive', 'failed'];

/** Runs the seeds in order and stops early only when the scenario does not apply, or when told to; then what there is counts. */
export async function runOverSeeds(
  runner: PlanRunner,
  plan: Plan,
  seeds: readonly number[],
  context: SeedsContext,
): Promise<ScenarioReport | undefined> {
  const started = context.now();
  const lines = stepLines(plan);
  const digests: string[] = [];
  const notPassed: number[] = [];
  let worst: RunResult | undefined;
  let divergence: Divergence | undefined;
  for (const seed of seeds) {
    if (seeds.length > 1) await turn();
    if (context.stopped()) return undefined;
    const result = { ...(await runner.run(plan, seed)), stepLines: lines };
    if (context.options.verifyDeterminism === true && divergence === undefined) {
      divergence = await checkDeterminism(runner, plan, result);
      if (divergence !== undefined) worst = result;
    }
    digests.push(result.digest);
    if (result.outcome === 'failed' || result.outcome === 'inconclusive') notPassed.push(seed);
    if (worst === undefined || (divergence === undefined && RANK.indexOf(result.outcome) > RANK.indexOf(worst.outcome))) worst = result;
    if (result.outcome === 'not-applicable') break;
  }
  if (worst === undefined) return undefined;
  return {
    result: { ...worst, replay: replayOf(worst, plan, context) },
    wallMs: context.now() - started,
    ...(seeds.length === 1 ? {} : { seeds: { run: digests.length, notPassed, digest: digestOf(digests) } }),
    ...(divergence === undefined ? {} : { divergence }),
  };
}

/** A scenario of the user's is found by its path, not by its name; limits that were set are part of the run. */
function replayOf(result: RunResult, plan: Plan, context: SeedsContext): string {
  const named = `tokenwarp run ${plan.name} `;
  const replay =
    isBuiltIn(plan.file, context.cwd) || !result.replay.startsWith(named)
      ? result.replay
      : `tokenwarp run ${quoted(plan.file)} ${result.replay.slice(named.length)}`;
  const { maxVirtual } = context.options;
  return maxVirtual === undefined ? replay : `${replay} --max-virtual ${maxVirtual}ms`;
}

function quoted(path: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}
