// `tokenwarp run`: selects, runs one scenario after the other, hands each result to the reporters, and answers what holds.
// Whatever ends it (a signal, --bail, an error), the reports of what had finished are written.
import { NothingSelectedError } from '../core/errors.ts';
import { summarise } from '../report/summary.ts';
import type { ScenarioReport } from '../report/reporter.ts';
import { DEFAULT_SEED } from '../scenario/run.ts';
import type { Plan } from '../sim/plan.ts';
import { isOnDevice } from './device/run-options.ts';
import type { Invocation } from './invocation.ts';
import { conditionsOf, usageError } from './exit.ts';
import type { ExitCondition } from './exit.ts';
import type { RunOptions } from './option-table.ts';
import { openProgress } from './progress.ts';
import { openReports } from './reports.ts';
import { openRunner } from './runner.ts';
import { runOverSeeds } from './seeds.ts';
import { selectPlans } from './select.ts';
import { packageVersion, turn } from './system.ts';
import type { StopSignal } from './system.ts';

/** Throws our errors; what the results say comes back as conditions. */
export async function run(invocation: Invocation<RunOptions>): Promise<ReadonlySet<ExitCondition>> {
  const { args, options, system, cwd } = invocation;
  if (isOnDevice(options) && options.list !== true) return (await import('./device/run-device.ts')).runOnDevice(invocation);
  if (options.list === true) return (await import('./list.ts')).list(invocation);
  const seeds = seedsOf(options);
  const plans = plansOf(args, options, cwd);
  if (options.schedule !== undefined && (plans.length > 1 || seeds.length > 1)) {
    throw usageError('--schedule replays one scenario with one seed', 'a replay line names both');
  }
  const progress = openProgress(options, system);
  const reports = await openReports(options.reporter ?? [], options, { system: { ...system, out: progress.out }, cwd });
  const runner = await openRunner(options, cwd);
  const finished: ScenarioReport[] = [];
  const started = system.now();
  const stop = stopSwitch((listener) => system.onSignal(listener));
  const context = { options, cwd, now: () => system.now(), stopped: () => stop.signal !== undefined };
  try {
    reports.reporter.begin({ version: packageVersion(), scenarios: plans.map((plan) => plan.name), seeds, client: runner.client });
    for (const plan of plans) {
      progress.update({ total: plans.length, done: finished.length, failed: countBroken(finished), current: plan.name });
      await turn();
      const report = await Promise.race([runOverSeeds(runner, plan, seeds, context), stop.pulled]);
      if (report === undefined) break;
      finished.push(report);
      reports.reporter.result(report);
      if (isEnough(finished, options.bail)) break;
    }
  } catch (error) {
    await progress.close();
    if (finished.length > 0) end();
    throw error;
  } finally {
    await progress.close();
    stop.remove();
    await runner.close();
  }
  end();
  return conditionsOf(finished, {
    passWithNone: options.passWithNone === true,
    ...(stop.signal === undefined ? {} : { interrupted: stop.signal }),
  });

  function end(): void {
    reports.reporter.end(
      summarise(finished, {
        selected: plans.length,
        wallMs: system.now() - started,
        ...(stop.signal === undefined ? {} : { interrupted: stop.signal }),
      }),
    );
    reports.close();
  }
}

function seedsOf(options: RunOptions): readonly number[] {
  if (options.seeds === undefined) return [options.seed ?? DEFAULT_SEED];
  if (options.seed !== undefined) throw usageError('--seed and --seeds contradict each other', '--seeds 5..8 runs the seeds 5 to 8');
  return options.seeds;
}

function plansOf(filters: readonly string[], options: RunOptions, cwd: string): Plan[] {
  try {
    return selectPlans(filters, options, cwd);
  } catch (error) {
    if (options.passWithNone === true && error instanceof NothingSelectedError) return [];
    throw error;
  }
}

function isEnough(finished: readonly ScenarioReport[], bail: number | undefined): boolean {
  return bail !== undefined && countBroken(finished) >= bail;
}

function countBroken(finished: readonly ScenarioReport[]): number {
  return finished.filter((report) => report.result.outcome === 'failed' || report.divergence !== undefined).length;
}

interface StopSwitch {
  readonly signal: StopSignal | undefined;
  readonly pulled: Promise<undefined>;
  remove(): void;
}

/** Pulled by the first signal. */
function stopSwitch(onSignal: (listener: (signal: StopSignal) => void) => () => void): StopSwitch {
  const state: { signal: StopSignal | undefined } = { signal: undefined };
  const { promise, resolve } = Promise.withResolvers<undefined>();
  const remove = onSignal((signal) => {
    state.signal = signal;
    resolve(undefined);
  });
  return {
    get signal() {
      return state.signal;
    },
    pulled: promise,
    remove,
  };
}
