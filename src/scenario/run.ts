// From a plan to a judged result: the world runs, the invariants judge its history, nothing is printed.
import type { ClientFactory } from '../core/contract.ts';
import type { EventOf, HistoryEvent, RunEnding } from '../core/events.ts';
import { formatSchedule, parseSchedule, replayChooser } from '../sim/chooser.ts';
import type { Plan, Step } from '../sim/plan.ts';
import { runPlan, type WorldOptions, type WorldRecord } from '../sim/world.ts';
import { reportBackground, type BackgroundReport } from '../verify/background-report.ts';
import type { Compared, Outcome, RunResult, Verdict } from '../verify/result.ts';
import { judge } from '../verify/verdict.ts';
import { BUILT_IN, checkBuiltIn, createBuiltIn } from './built-in.ts';

/** How one scenario is run: seed, client, schedule, and the options of the world. */
export interface RunOptions extends Partial<Omit<WorldOptions, 'factory'>> {
  /** The client under test and what to call it; the built-in engine when absent. */
  client?: { name: string; factory: ClientFactory };
  /** A recorded schedule to replay, `tw1 slack=...`; throws TW_SCHEDULE when it does not fit. */
  schedule?: string;
  /** Called when the client's part is over and judging begins: a watchdog of the client may rest. */
  onPlayed?: () => void;
}

/** Seed used when none is given. */
export const DEFAULT_SEED = 1;

/** Runs one scenario once. Rejects when the client is no client, or the schedule does not fit; everything else is in the result. */
export async function runScenario(plan: Plan, options: RunOptions = {}): Promise<RunResult> {
  const { client, schedule, seed = DEFAULT_SEED, onPlayed, ...world } = options;
  const recorded = schedule === undefined ? undefined : parseSchedule(schedule);
  if (client === undefined) for (const { options: lent, where } of lentBy(plan)) checkBuiltIn(lent, where);
  const how: WorldOptions = { settle: client === undefined ? 'drain' : 'turn', ...world, seed, factory: client?.factory ?? createBuiltIn };
  const record = await runPlan(plan, {
    ...how,
    ...(recorded === undefined ? {} : { chooser: replayChooser(recorded), slack: recorded.slack }),
  });
  // a schedule is one of this history: beside another it would say nothing
  const beside = recorded === undefined && record.notApplicable === undefined ? await runBeside(plan, how) : [];
  onPlayed?.();
  const taken =
    schedule ?? (record.deviations.length === 0 ? undefined : formatSchedule({ slack: world.slack ?? 0, deviations: record.deviations }));
  const result = resultOf(plan, record, seed, client?.name ?? BUILT_IN, taken);
  return beside.length === 0 ? result : { ...result, compared: beside.map(({ options: other, ...run }) => comparedOf(other, run, seed)) };
}

/** Everything that a plan lends to clients, each with the place where it says so. */
function lentBy({ client, compare = [], file, steps }: Plan): { options: Plan['client']; where: string }[] {
  return [...[client, ...compare].map((options) => ({ options, where: `${file}: client` })), ...steps.flatMap(lentByStep)];
}

function lentByStep(step: Step): { options: Plan['client']; where: string }[] {
  if ('steps' in step) return step.steps.flatMap(lentByStep);
  if (step.verb !== 'phone' || step.change.client === undefined) return [];
  const { file, line, column } = step.source;
  return [{ options: step.change.client, where: `${file}:${line}:${column}: phone.${step.change.word}.client` }];
}

interface Beside {
  options: Options;
  plan: Plan;
  record: WorldRecord;
}
type Options = NonNullable<Plan['client']>;

/** The same scenario with other options, one after another. */
async function runBeside(plan: Plan, how: WorldOptions): Promise<Beside[]> {
  const runs: Beside[] = [];
  for (const other of plan.compare ?? []) {
    const options = { ...plan.client, ...other };
    const changed = { ...plan, client: options };
    runs.push({ options, plan: changed, record: await runPlan(changed, how) });
  }
  return runs;
}

function comparedOf(options: Options, { plan, record }: Omit<Beside, 'options'>, seed: number): Compared {
  const { outcome, reason, refreshes, background = [], verdict, expectations, clientErrors } = resultOf(plan, record, seed, '', undefined);
  const broken = [
    ...verdict.findings.map(({ invariant }) => invariant),
    ...(expectations.length > 0 ? ['expectations'] : []),
    ...(clientErrors.length > 0 ? ['client error'] : []),
  ];
  return { options, outcome, ...(reason === undefined ? {} : { reason }), broken: [...new Set(broken)], refreshes, background };
}

function backgroundOf({ devices, policy }: Plan, { history, originMs }: WorldRecord): BackgroundReport[] {
  const { idle = Infinity, absolute = Infinity } = policy.refreshToken;
  return devices.flatMap(({ name: device, os, life }) => {
    if (os === undefined) return [];
    const facts = { device, system: os.name, idle, absolute, ...(life === undefined ? {} : { profile: life.profile }) };
    return [reportBackground(history.events, facts, originMs)];
  });
}

function resultOf(plan: Plan, record: WorldRecord, seed: number, client: string, schedule: string | undefined): RunResult {
  const { history, originMs } = record;
  const { events } = history;
  const { name, family, file, summary, tags } = plan;
  const verdict = judge(events, { features: featuresOf(events), relax: plan.relax });
  const outcome = outcomeOf(record, verdict);
  const reason = record.notApplicable ?? (outcome === 'inconclusive' ? limitText(record) : undefined);
  const background = record.notApplicable === undefined ? backgroundOf(plan, record) : [];
  return {
    scenario: { name, family, file, summary, tags },
    client,
    ...(plan.client === undefined ? {} : { options: plan.client }),
    outcome,
    ...(reason === undefined ? {} : { reason }),
    seed,
    digest: history.digest(),
    virtualMs: (events.at(-1)?.t ?? 0) - originMs,
    originMs,
    refreshes: events.filter((event) => event.type === 'token.sent').length,
    verdict,
    expectations: outcome === 'not-applicable' ? [] : record.expectations,
    clientErrors: record.clientFaults,
    events,
    ...(background.length === 0 ? {} : { background }),
    replay: replayCommand(name, seed, client, schedule),
  };
}

function featuresOf(events: readonly HistoryEvent[]): readonly string[] {
  return events.find((event): event is EventOf<'client.declared'> => event.type === 'client.declared')?.features ?? [];
}

const LIMITS: readonly RunEnding[] = ['step-limit', 'time-limit', 'wall-limit'];

/** A finding is a finding even when the run was cut short; without one, a run cut short says nothing. */
function outcomeOf(record: WorldRecord, verdict: Verdict): Outcome {
  if (record.notApplicable !== undefined) return 'not-applicable';
  if (verdict.findings.length > 0 || record.expectations.length > 0 || record.clientFaults.length > 0) return 'failed';
  return LIMITS.includes(record.ending) ? 'inconclusive' : 'passed';
}

function limitText({ ending, history }: WorldRecord): string {
  const end = history.events.at(-1);
  return `${ending.replace('-', ' ')} reached${end?.type === 'run.end' && end.detail !== undefined ? ` (${end.detail})` : ''}`;
}

function replayCommand(name: string, seed: number, client: string, schedule: string | undefined): string {
  const parts = [`tokenwarp run ${name} --seed ${seed}`];
  if (client !== BUILT_IN) parts.push(`--client ${client}`);
  if (schedule !== undefined) parts.push(`--schedule '${schedule}'`);
  return parts.join(' ');
}
