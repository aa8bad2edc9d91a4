// `tokenwarp list`: what there is, one line per scenario. It runs nothing, unless it is asked what is covered.
import { detectScreen, paintOf } from '../report/screen.ts';
import type { Plan } from '../sim/plan.ts';
import type { Invocation } from './invocation.ts';
import type { ExitCondition } from './exit.ts';
import type { ListOptions } from './option-table.ts';
import { selectPlans } from './select.ts';

/** Prints a table, or JSON with `--json`. */
export async function list(invocation: Invocation<ListOptions>): Promise<ReadonlySet<ExitCondition>> {
  const { args, options, system, cwd } = invocation;
  const plans = selectPlans(args, options, cwd);
  if (options.coverage === true) {
    await printCoverage(plans, invocation);
  } else if (options.json === true) {
    const scenarios = plans.map(({ name, family, file, tags, summary, specs, reproduces, needs }) => ({
      name,
      family,
      file,
      tags,
      summary,
      specs,
      reproduces,
      needs,
    }));
    system.out.write(`${JSON.stringify({ schema: 'tokenwarp/list.v1', scenarios }, undefined, 2)}\n`);
  } else {
    const screen = detectScreen(system.env, system.out, options.color ?? 'auto');
    system.out.write(table(plans, screen.tty ? screen.columns : Number.POSITIVE_INFINITY, paintOf(screen)));
  }
  return new Set();
}

async function printCoverage(plans: readonly Plan[], { options, system, cwd }: Invocation<ListOptions>): Promise<void> {
  const [{ coverageOf }, { coverageText }] = await Promise.all([import('./coverage.ts'), import('./coverage-text.ts')]);
  const coverage = await coverageOf(plans, cwd);
  system.out.write(
    options.json === true
      ? `${JSON.stringify({ schema: 'tokenwarp/coverage.v1', ...coverage }, undefined, 2)}\n`
      : coverageText(coverage, paintOf(detectScreen(system.env, system.out, options.color ?? 'auto')), options.verbose === true),
  );
}

/** Summaries are cut to the width of a terminal, and whole where nobody says how wide. */
function table(plans: readonly Plan[], columns: number, paint: ReturnType<typeof paintOf>): string {
  const width = (of: (plan: Plan) => string): number => Math.max(0, ...plans.map((plan) => of(plan).length));
  const [names, families, tags] = [width((plan) => plan.name), width((plan) => plan.family), width(tagsOf)];
  const room = columns - names - families - tags - 9;
  return plans
    .map((plan) => {
      const summary = plan.summary.replaceAll(/\s+/g, ' ');
      const shown = room >= 20 && summary.length > room ? `${summary.slice(0, room - 1)}…` : summary;
      return `${paint('bold', plan.name.padEnd(names))}   ${plan.family.padEnd(families)}   ${paint('dim', tagsOf(plan).padEnd(tags))}   ${shown}`.trimEnd();
    })
    .join('\n')
    .concat('\n');
}

function tagsOf(plan: Plan): string {
  return plan.tags.join(',');
}
