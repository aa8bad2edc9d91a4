// The coverage as a table for a terminal: a row for each class of bug, with --verbose a line for each of its scenarios.
import type { Paint } from '../report/screen.ts';
import type { Coverage, CoverageRow } from './coverage.ts';

/** `2/5`: of five reports in the catalogue two are reproduced. */
export function coverageText(coverage: Coverage, paint: Paint, verbose: boolean): string {
  const width = Math.max(...coverage.rows.map(({ name }) => name.length));
  const head = `   ${'class of bug'.padEnd(width)}  scenarios  reports  meant for it, and in how many of the scenarios it had something to judge`;
  return [
    paint('dim', head),
    ...coverage.rows.flatMap((row) => [classLine(row, width, paint), ...(verbose ? row.scenarios.map(scenarioLine) : [])]),
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

function gapLines({ rows, gaps, unreported }: Coverage, paint: Paint): string[] {
  const names = new Set(rows.flatMap(({ scenarios }) => scenarios.map(({ name }) => name)));
  const untouched = rows.flatMap(({ entries }) => entries.filter(({ scenarios }) => scenarios.length === 0)).length;
  return [
    `${names.size} scenarios reproduce ${rows.flatMap(({ entries }) => entries).length - untouched} reports; ${untouched} reports have none yet`,
    ...(unreported.length === 0 ? [] : [`without a public report: ${unreported.join(', ')}`]),
    ...(gaps.length === 0 ? [paint('green', 'no gap: every class has scenarios, and what is meant for it judges there')] : []),
    ...gaps.map((gap) => `${paint('yellow', 'gap')}  ${gap}`),
  ];
}
