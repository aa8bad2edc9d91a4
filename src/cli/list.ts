// `tokenwarp list`: what there is, one line per scenario. It runs nothing.
import { detectScreen, paintOf } from '../report/screen.ts';
import type { Plan } from '../sim/plan.ts';
import type { Invocation } from './invocation.ts';
import type { ExitCondition } from './exit.ts';
import type { SelectOptions } from './option-table.ts';
import { selectPlans } from './select.ts';

/** Prints a table, or JSON with `--json`. */
export async function list({ args, options, system, cwd }: Invocation<SelectOptions>): Promise<ReadonlySet<ExitCondition>> {
  const plans = selectPlans(args, options, cwd);
  if (options.json === true) {
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
