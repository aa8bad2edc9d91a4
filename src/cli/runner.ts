// One way to run a plan, whoever the client is: the built-in engine in this process, or a foreign module behind the watchdog.
import { BUILT_IN } from '../scenario/built-in.ts';
import { runScenario } from '../scenario/run.ts';
import type { RunOptions as ScenarioOptions } from '../scenario/run.ts';
import type { Plan } from '../sim/plan.ts';
import type { HistoryEvent } from '../core/events.ts';
import { eventLine } from '../report/failure.ts';
import type { Divergence } from '../report/reporter.ts';
import type { RunResult } from '../verify/result.ts';
import type { RunOptions } from './option-table.ts';

type Settle = 'turn' | 'drain';

export interface PlanRunner {
  /** As results name it. */
  client: string;
  run(plan: Plan, seed: number, settle?: Settle): Promise<RunResult>;
  close(): Promise<void>;
}

/** Opens the client. Rejects with an InvalidInputError when the module is none. */
export async function openRunner(options: RunOptions, cwd: string): Promise<PlanRunner> {
  const { schedule, settle: chosen } = options;
  const limits = {
    ...(options.timeout === undefined ? {} : { wall: options.timeout }),
    ...(options.maxVirtual === undefined ? {} : { virtual: options.maxVirtual }),
  };
  const common = (settle: Settle | undefined): Omit<ScenarioOptions, 'client'> => ({
    limits,
    ...(schedule === undefined ? {} : { schedule }),
    ...(settle === undefined ? {} : { settle }),
  });
  if (options.client === undefined) {
    return {
      client: BUILT_IN,
      run: (plan, seed, settle = chosen) => runScenario(plan, { seed, ...common(settle) }),
      close: async () => undefined,
    };
  }
  const { openClientRunner } = await import('../sandbox/runner.ts');
  const runner = await openClientRunner(options.client, { cwd });
  return {
    client: options.client,
    run: (plan, seed, settle = chosen) => runner.run(plan, seed, common(settle)),
    close: () => runner.close(),
  };
}

/**
 * Runs a plan a second time and compares. The built-in engine settles the other way the second time, so that the two ways of
 * settling are proved equal too; a foreign client may need real turns and runs the same way twice.
 */
export async function checkDeterminism(runner: PlanRunner, plan: Plan, first: RunResult): Promise<Divergence | undefined> {
  const builtIn = runner.client === BUILT_IN;
  const second = await runner.run(plan, first.seed, builtIn ? 'turn' : undefined);
  if (second.digest === first.digest) return undefined;
  return firstDifference(first, second, builtIn ? 'the second run settles by turns of the event loop' : 'the same way twice');
}

/** The first event in which two histories differ. */
export function firstDifference(first: RunResult, second: RunResult, how: string): Divergence {
  const length = Math.max(first.events.length, second.events.length);
  for (let seq = 0; seq < length; seq++) {
    const [a, b] = [first.events[seq], second.events[seq]];
    if (JSON.stringify(a) === JSON.stringify(b)) continue;
    return { seq, how, ...line('first', a, first), ...line('second', b, second) };
  }
  return { seq: length, how: `${how}; the digests differ although the events read the same` };
}

function line<K extends 'first' | 'second'>(key: K, event: HistoryEvent | undefined, result: RunResult): { [P in K]?: string } {
  return (event === undefined ? {} : { [key]: eventLine(event, result.originMs) }) as { [P in K]?: string };
}
