// `tokenwarp list --coverage`: which class of bug is shown by which scenario and judged by which invariant, and where nothing is.
// What judges is not kept by hand: each scenario runs once with the built-in engine, and an invariant that was idle does not count.
import { loadBugClasses, type BugClass } from '../scenario/bug-classes.ts';
import { runScenario } from '../scenario/run.ts';
import type { Plan } from '../sim/plan.ts';
import { INVARIANTS } from '../verify/invariants.ts';

/** A scenario of a class, with the names of the invariants that had something to judge in it. */
export interface CoveredScenario {
  readonly name: string;
  readonly family: string;
  readonly reproduces: readonly string[];
  readonly judgedBy: readonly string[];
}

export interface CoverageRow {
  readonly class: string;
  readonly name: string;
  readonly lesson: string;
  readonly due?: string;
  readonly scenarios: readonly CoveredScenario[];
  /** Entries of the catalogue, with the scenarios that reproduce a thread of theirs. */
  readonly entries: readonly { readonly id: string; readonly threads: readonly string[]; readonly scenarios: readonly string[] }[];
  /** Every invariant that judged in a scenario of the class, or is meant for it; `scenarios` counts where it judged. */
  readonly invariants: readonly { readonly id: string; readonly name: string; readonly meant: boolean; readonly scenarios: number }[];
}

export interface Coverage {
  readonly rows: readonly CoverageRow[];
  /** What nothing shows, in words. */
  readonly gaps: readonly string[];
  /** Scenarios without a public report. */
  readonly unreported: readonly string[];
}

/** Runs each plan once, with the default seed. */
export async function coverageOf(plans: readonly Plan[]): Promise<Coverage> {
  const judged = new Map<string, readonly string[]>();
  for (const plan of plans) judged.set(plan.name, judgedIn((await runScenario(plan)).verdict.judged));
  const rows = loadBugClasses().map((each) => rowOf(each, plans, judged));
  return {
    rows,
    gaps: rows.flatMap(gapsOf),
    unreported: plans.filter(({ reproduces }) => reproduces.length === 0).map(({ name }) => name),
  };
}

function judgedIn(counts: Readonly<Record<string, number>>): readonly string[] {
  return INVARIANTS.map(({ name }) => name).filter((name) => (counts[name] ?? 0) > 0);
}

function rowOf(bug: BugClass, plans: readonly Plan[], judged: ReadonlyMap<string, readonly string[]>): CoverageRow {
  const threads = new Set(bug.entries.flatMap((entry) => entry.threads));
  const scenarios = plans
    .filter(({ reproduces }) => reproduces.some((thread) => threads.has(thread)))
    .map(({ name, family, reproduces }) => ({
      name,
      family,
      reproduces: reproduces.filter((thread) => threads.has(thread)),
      judgedBy: judged.get(name) ?? [],
    }));
  return {
    class: bug.id,
    name: bug.name,
    lesson: bug.lesson,
    ...(bug.due === undefined ? {} : { due: bug.due }),
    scenarios,
    entries: bug.entries
      .filter((entry) => entry.see === undefined)
      .map(({ id, threads: own }) => ({ id, threads: own, scenarios: namesReproducing(own, scenarios) })),
    invariants: INVARIANTS.map(({ id, name }) => ({
      id,
      name,
      meant: bug.invariants.includes(name),
      scenarios: scenarios.filter(({ judgedBy }) => judgedBy.includes(name)).length,
    })).filter(({ meant, scenarios: count }) => meant || count > 0),
  };
}

function namesReproducing(threads: readonly string[], scenarios: readonly CoveredScenario[]): readonly string[] {
  return scenarios.filter(({ reproduces }) => reproduces.some((thread) => threads.includes(thread))).map(({ name }) => name);
}

function gapsOf({ class: id, name, due, scenarios, invariants }: CoverageRow): string[] {
  const label = `${id} ${name}`;
  if (scenarios.length === 0) return [`${label}: no scenario${due === undefined ? '' : `; ${due}`}`];
  const idle = invariants.filter((invariant) => invariant.meant && invariant.scenarios === 0);
  return [
    ...(due === undefined ? [] : [`${label}: ${due}`]),
    ...idle.map((invariant) => `${label}: nothing for ${invariant.name} to judge`),
  ];
}
