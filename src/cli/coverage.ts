// `tokenwarp list --coverage`: which class of bug is shown by which scenario and judged by which invariant, which dial is moved where, and
// where nothing is. None of it is kept by hand: each scenario runs once with the built-in engine, an invariant that was idle does not count.
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { loadBugClasses, type BugClass } from '../scenario/bug-classes.ts';
import { dialFinder } from '../scenario/dial-use.ts';
import { DIALS } from '../scenario/dials.ts';
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

/** Something that a scenario file can set, and which do. */
export interface CoveredDial {
  readonly group: string;
  readonly dial: string;
  readonly key: string;
  readonly scenarios: readonly string[];
}

export interface Coverage {
  readonly rows: readonly CoverageRow[];
  readonly dials: readonly CoveredDial[];
  /** What nothing shows, in words. */
  readonly gaps: readonly string[];
  /** What is known to come later, in words. */
  readonly due: readonly string[];
  /** Scenarios without a public report. */
  readonly unreported: readonly string[];
}

/** Runs each plan once, with the default seed. Files are named from `cwd`. */
export async function coverageOf(plans: readonly Plan[], cwd: string): Promise<Coverage> {
  const judged = new Map<string, readonly string[]>();
  for (const plan of plans) judged.set(plan.name, judgedIn((await runScenario(plan)).verdict.judged));
  const rows = loadBugClasses().map((each) => rowOf(each, plans, judged));
  const dials = dialsOf(plans, cwd);
  return {
    rows,
    dials,
    gaps: [...rows.flatMap(gapsOf), ...dials.flatMap(dialGapsOf)],
    due: rows.flatMap((each) => (each.due === undefined ? [] : [`${labelOf(each)}: ${each.due}`])),
    unreported: plans.filter(({ reproduces }) => reproduces.length === 0).map(({ name }) => name),
  };
}

function dialsOf(plans: readonly Plan[], cwd: string): readonly CoveredDial[] {
  const find = dialFinder();
  const moved = plans.map(({ name, file }) => ({ name, dials: find(readFileSync(resolve(cwd, file), 'utf8')) }));
  return DIALS.map((each) => ({
    group: each.group,
    dial: each.dial,
    key: each.key,
    scenarios: moved.filter(({ dials }) => dials.includes(each)).map(({ name }) => name),
  }));
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

function gapsOf(row: CoverageRow): string[] {
  if (row.scenarios.length === 0) return [`${labelOf(row)}: no scenario`];
  const idle = row.invariants.filter((invariant) => invariant.meant && invariant.scenarios === 0);
  return idle.map((invariant) => `${labelOf(row)}: nothing for ${invariant.name} to judge`);
}

function dialGapsOf(dial: CoveredDial): string[] {
  return dial.scenarios.length > 0 ? [] : [`${labelOf(dial)}: no scenario moves it`];
}

function labelOf(each: CoverageRow | CoveredDial): string {
  return 'class' in each ? `${each.class} ${each.name}` : `dial "${each.dial}" (${each.group})`;
}
