// docs/bugs.md: the museum to read. Each class of bug with its lesson, what is meant for it, and the scenarios with the public reports they
// reproduce, from the catalogue and the scenario files; nothing is run.
import { fileURLToPath } from 'node:url';
import { loadBugClasses, type BugClass } from '../../src/scenario/bug-classes.ts';
import { loadScenarios } from '../../src/scenario/load.ts';
import type { Plan } from '../../src/sim/plan.ts';
import { page, sentence, table } from './markdown.ts';

export function bugsPage(): string {
  const { plans } = loadScenarios(fileURLToPath(new URL('../../scenarios', import.meta.url)));
  const classes = loadBugClasses();
  const entries = classes.flatMap(({ entries: own }) => own.filter(({ see }) => see === undefined));
  return page('The museum of refresh bugs', [
    `${classes.length} classes, ${entries.length} bugs with ${entries.flatMap(({ threads }) => threads).length} public threads, ${plans.length} scenarios. ` +
      'The threads were read as excerpts; wording and conclusions are ours. `tokenwarp list --coverage` adds what judges where.',
    ...classes.flatMap((each) => sectionOf(each, plans)),
  ]);
}

function sectionOf({ id, name, lesson, invariants, due, entries }: BugClass, plans: readonly Plan[]): string[] {
  const idOf = new Map(entries.flatMap((entry) => entry.threads.map((thread) => [thread, entry.id] as const)));
  const shown = plans.filter(({ reproduces }) => reproduces.some((thread) => idOf.has(thread)));
  const reports = ({ reproduces }: Plan): string =>
    reproduces.flatMap((thread) => (idOf.has(thread) ? [`${idOf.get(thread)} ${linkTo(thread)}`] : [])).join(', ');
  const seen = new Set(shown.flatMap(({ reproduces }) => reproduces.map((thread) => idOf.get(thread))));
  const unseen = entries.filter((entry) => entry.see === undefined && !seen.has(entry.id));
  return [
    `## ${id} ${sentence(name).slice(0, -1)}`,
    lesson,
    `Meant for it: ${invariants.map((invariant) => `[${invariant}](invariants.md)`).join(', ')}.${due === undefined ? '' : ` Due: ${due}.`}`,
    table(
      ['scenario', 'what a user would have suffered', 'reports'],
      shown.map((plan) => [`\`${plan.name}\``, plan.summary, reports(plan)]),
    ).join('\n'),
    ...(unseen.length === 0
      ? []
      : [`Without a scenario yet: ${unseen.map((entry) => `${entry.id} (${entry.threads.map(linkTo).join(', ')})`).join('; ')}.`]),
  ];
}

function linkTo(thread: string): string {
  const [repository = '', number = ''] = thread.split('#');
  return `[${thread}](https://github.com/${repository}/issues/${number})`;
}
