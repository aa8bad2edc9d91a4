// The coverage as tables for a terminal: a row for each class of bug and each group of dials, with --verbose a line for each member.
import type { Paint } from '../report/screen.ts';
import type { Coverage, CoverageRow, CoveredDial } from './coverage.ts';

/** `2/5`: of five reports in the catalogue two are reproduced, of five dials two are moved. */
export function coverageText(coverage: Coverage, paint: Paint, verbose: boolean): string {
  const { rows, dials } = coverage;
  const groups = [...new Set(dials.map(({ group }) => group))];
  const width = Math.max(...rows.map(({ name }) => name.length), ...groups.map((group) => group.length));
  const head = (title: string, third: string, rest: string): string =>
    paint('dim', `   ${title.padEnd(width)}  scenarios  ${third.padStart(7)}  ${rest}`);
  return [
    head('class of bug', 'reports', 'meant for it, and in how many of the scenarios it had something to judge'),
    ...rows.flatMap((row) => [classLine(row, width, paint), ...(verbose ? row.scenarios.map(scenarioLine) : [])]),
    '',
    head('dials', 'moved', verbose ? '' : 'those moved least'),
    ...groups.flatMap((group) => groupLines(group, dials, { width, verbose })),
    '',
    ...gapLines(coverage, paint),
    '',
  ].join('\n');
}

function classLine({ class: id, name, scenarios, entries, invariants }: CoverageRow, width: number, paint: Paint): string {
  const shown = entries.filter((entry) => entry.scenarios.length > 0).length;
  const meant = invariants.filter((invariant) => invariant.meant).map((invariant) => `${invariant.name} ${invariant.scenarios}`);
  const others = invariants.length - meant.length;
  return [
    `${paint('bold', id)}  ${name.padEnd(width)}`,
    paint(scenarios.length === 0 ? 'red' : 'green', String(scenarios.length).padStart(9)),
    `${shown}/${entries.length}`.padStart(7),
    `${meant.join(', ')}${others > 0 ? paint('dim', `, ${others} more`) : ''}`,
  ].join('  ');
}

function scenarioLine({ name, family, reproduces, judgedBy }: CoverageRow['scenarios'][number]): string {
  return `     ${family}/${name}: ${judgedBy.join(', ')} (${reproduces.join(', ')})`;
}

function groupLines(group: string, dials: readonly CoveredDial[], { width, verbose }: { width: number; verbose: boolean }): string[] {
  const own = dials.filter((dial) => dial.group === group);
  const moved = own.filter(({ scenarios }) => scenarios.length > 0);
  const names = new Set(own.flatMap(({ scenarios }) => scenarios));
  const least = [...moved].sort((a, b) => a.scenarios.length - b.scenarios.length).slice(0, 2);
  const rest = verbose ? '' : least.map(({ dial, scenarios }) => `${dial} ${scenarios.length}`).join(', ');
  const line =
    `   ${group.padEnd(width)}  ${String(names.size).padStart(9)}  ${`${moved.length}/${own.length}`.padStart(7)}  ${rest}`.trimEnd();
  return [line, ...(verbose ? own.map(({ dial, scenarios }) => `     ${dial}: ${scenarios.join(', ')}`) : [])];
}

function gapLines({ rows, gaps, due, unreported }: Coverage, paint: Paint): string[] {
  const names = new Set(rows.flatMap(({ scenarios }) => scenarios.map(({ name }) => name)));
  const entries = rows.flatMap((row) => row.entries);
  const shown = entries.filter(({ scenarios }) => scenarios.length > 0).length;
  return [
    `${names.size} scenarios reproduce ${shown} of ${entries.length} reports`,
    ...(unreported.length === 0 ? [] : [`without a public report: ${unreported.join(', ')}`]),
    ...due.map((text) => `${paint('dim', 'due')}  ${text}`),
    ...(gaps.length === 0
      ? [paint('green', 'no gap: every class has scenarios, what is meant for it judges there, and every dial is moved')]
      : []),
    ...gaps.map((gap) => `${paint('yellow', 'gap')}  ${gap}`),
  ];
}
