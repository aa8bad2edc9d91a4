// One row of the performance table, and its two forms: text for people, JSON for comparisons.
import { writeFileSync } from 'node:fs';
import { availableParallelism, cpus } from 'node:os';

export type Unit = 'us' | 'ms' | 'MiB' | 'KiB' | 'B' | 'x' | 'req/s';

export interface Row {
  /** What was measured. */
  measure: string;
  value: number;
  unit: Unit;
  /** What it is compared with, measured in the same run; absent when the goal is absolute. */
  floor?: { name: string; value: number; unit?: Unit };
  /** The ratio to the floor, where it is not that of the two values: the median over rounds, say. */
  ratio?: number;
  /** Largest ratio to the floor, least ratio, and largest value, that are good enough; none = for information. */
  goal: { ratio?: number; least?: number; value?: number };
  /** Anything worth saying beside it: a rate, a count. */
  note?: string;
}

export interface JudgedRow extends Omit<Row, 'ratio'> {
  ratio: number | undefined;
  verdict: 'ok' | 'over' | 'under';
}

export function judgeRow(row: Row): JudgedRow {
  const { ratio: most, least, value } = row.goal;
  const ratio = row.ratio ?? (row.floor === undefined ? undefined : row.value / row.floor.value);
  const within = (most === undefined || (ratio ?? Number.NaN) <= most) && (value === undefined || row.value <= value);
  const reached = least === undefined || (ratio ?? Number.NaN) >= least;
  return { ...row, ratio, verdict: within ? (reached ? 'ok' : 'under') : 'over' };
}

/** Prints the table and how many rows meet their goal; writes the rows to the file, when there is one. */
export function tell(title: string, rows: readonly Row[], file: string | undefined): void {
  const machine = `Node ${process.versions.node}, ${availableParallelism()} cores, ${cpus()[0]?.model.trim() ?? 'unknown processor'}`;
  const judged = rows.map(judgeRow);
  const missed = judged.filter(({ verdict }) => verdict !== 'ok');
  console.log(`${title}: ${machine}\n\n${formatTable(judged)}`);
  console.log(
    `\n${judged.length - missed.length} of ${judged.length} within their goal${missed.length === 0 ? '' : `; not: ${missed.map(({ measure }) => measure).join(', ')}`}`,
  );
  if (file !== undefined) writeFileSync(file, `${JSON.stringify({ schema: 'tokenwarp/bench.v1', machine, rows: judged }, null, 2)}\n`);
}

const HEAD = ['measure', 'value', 'floor', 'ratio', 'goal', 'verdict', 'note'];

/** Aligned columns; numbers to three digits. */
export function formatTable(rows: readonly JudgedRow[]): string {
  const cells = [HEAD, ...rows.map(cellsOf)];
  const widths = HEAD.map((_, column) => Math.max(...cells.map((row) => row[column]?.length ?? 0)));
  return cells
    .map((row) =>
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function cellsOf(row: JudgedRow): string[] {
  const goals = [
    row.goal.ratio === undefined ? '' : `<= ${row.goal.ratio}x`,
    row.goal.least === undefined ? '' : `>= ${row.goal.least}x`,
    row.goal.value === undefined ? '' : `<= ${row.goal.value} ${row.unit}`,
  ];
  return [
    row.measure,
    `${digits(row.value)} ${row.unit}`,
    row.floor === undefined ? '-' : `${digits(row.floor.value)} ${row.floor.unit ?? row.unit} ${row.floor.name}`,
    row.ratio === undefined ? '-' : `${row.ratio.toFixed(2)}x`,
    goals.filter((goal) => goal !== '').join(', '),
    row.verdict,
    row.note ?? '',
  ];
}

function digits(value: number): string {
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return Math.abs(value) >= 10 ? value.toFixed(1) : value.toFixed(2);
}
