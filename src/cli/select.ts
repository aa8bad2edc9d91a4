// From filters and options to plans. Every mistake of every selected file is shown before anything runs.
import { resolve } from 'node:path';
import { InvalidInputError, NothingSelectedError } from '../core/errors.ts';
import { loadScenarioFile } from '../scenario/load.ts';
import type { LoadedScenario } from '../scenario/load.ts';
import { parseScenario } from '../scenario/plan.ts';
import { formatProblem } from '../scenario/problem.ts';
import { INVARIANTS } from '../verify/invariants.ts';
import type { Plan } from '../sim/plan.ts';
import { isBuiltIn, nameOf, selectFiles } from './corpus.ts';
import type { SelectOptions } from './option-table.ts';

/** Plans in order of their files. Throws TW_SCENARIO with every mistake, or TW_NOTHING_SELECTED. */
export function selectPlans(filters: readonly string[], options: SelectOptions, cwd: string): Plan[] {
  const files = selectFiles(filters, cwd);
  const loaded = files.filter((path) => canMatch(path, options, cwd)).map((path) => loadShown(path, cwd));
  const blocks = loaded.flatMap((file) => problemBlocks(file));
  if (blocks.length > 0) {
    throw new InvalidInputError('TW_SCENARIO', blocks.join('\n\n'), {
      hint: `${blocks.length} ${blocks.length === 1 ? 'problem' : 'problems'}, nothing ran; \`tokenwarp explain TW_SCENARIO_KEY\` and the like say more`,
    });
  }
  const plans = loaded.flatMap((file) => (file.plan === undefined ? [] : [file.plan])).filter((plan) => isWanted(plan, options));
  refuseTwins(plans);
  if (plans.length > 0) return plans;
  throw new NothingSelectedError('TW_NOTHING_SELECTED', `none of ${files.length} scenarios ${wish(options)}`, {
    hint: '`tokenwarp list` shows names and tags',
  });
}

/** Loads a file from `cwd` but calls it by the path as shown, in positions and results. */
export function loadShown(path: string, cwd: string): LoadedScenario {
  const absolute = resolve(cwd, path);
  const options = { invariants: INVARIANTS.map((invariant) => invariant.name) };
  const loaded = loadScenarioFile(absolute, options);
  if (absolute === path) return loaded;
  if (loaded.text === '') return { ...loaded, file: path, problems: loaded.problems.map((problem) => ({ ...problem, file: path })) };
  return { file: path, text: loaded.text, ...parseScenario(loaded.text, path, options) };
}

/** Problem blocks as text. */
export function problemBlocks(file: LoadedScenario): string[] {
  return file.problems.map((problem) => formatProblem(problem, file.text));
}

/** The line of each step, by its index. */
export function stepLines(plan: Plan): number[] {
  const lines: number[] = [];
  const visit = (steps: Plan['steps']): void => {
    for (const step of steps) {
      lines[step.index] = step.source.line;
      if (step.verb === 'parallel' || step.verb === 'repeat') visit(step.steps);
    }
  };
  visit(plan.steps);
  return lines;
}

/** Names are how results, digests and replay lines tell scenarios apart. */
function refuseTwins(plans: readonly Plan[]): void {
  const files = new Map<string, string>();
  for (const plan of plans) {
    const other = files.get(plan.name);
    if (other !== undefined)
      throw new InvalidInputError('TW_SCENARIO_DUPLICATE', `two selected scenarios are called ${plan.name}: ${other} and ${plan.file}`, {
        hint: 'rename one, or select one of them',
      });
    files.set(plan.name, plan.file);
  }
}

/** Built-in files are called as their scenarios, which a test holds: those that cannot match need not be read. */
function canMatch(path: string, options: SelectOptions, cwd: string): boolean {
  return options.name?.test(nameOf(path)) !== false || !isBuiltIn(path, cwd);
}

function isWanted(plan: Plan, options: SelectOptions): boolean {
  return options.name?.test(plan.name) !== false && options.tag?.matches(plan.tags) !== false;
}

function wish(options: SelectOptions): string {
  const parts = [
    ...(options.name === undefined ? [] : [`has a name that matches ${String(options.name)}`]),
    ...(options.tag === undefined ? [] : [`has tags that match "${options.tag.text}"`]),
  ];
  return parts.join(' and ') || 'is selected';
}
