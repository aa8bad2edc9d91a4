// One row of the performance table, and its two forms: text for people, JSON for comparisons.

export type Unit = 'us' | 'ms' | 'KiB' | 'B' | 'x';

export interface Row {
  /** What was measured. */
  measure: string;
  value: number;
  unit: Unit;
  /** What it is compared with, measured in the same run; absent when the goal is absolute. */
  floor?: { name: string; value: number; unit?: Unit };
  /** Largest ratio to the floor, and largest value, that are good enough. */
  goal: { ratio?: number; value?: number };
  /** Anything worth saying beside it: a rate, a count. */
  note?: string;
}

export interface JudgedRow extends Row {
  ratio: number | undefined;
  verdict: 'ok' | 'over';
}

export function judgeRow(row: Row): JudgedRow {
  const ratio = row.floor === undefined ? undefined : row.value / row.floor.value;
  const within =
    (row.goal.ratio === undefined || (ratio ?? Number.NaN) <= row.goal.ratio) &&
    (row.goal.value === undefined || row.value <= row.goal.value);
  return { ...row, ratio, verdict: within ? 'ok' : 'over' };
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
