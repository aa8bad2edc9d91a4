// Runs clients against scenarios in process and renders who is caught by what. It asserts nothing itself.
import type { ClientFactory } from '../../src/core/contract.ts';
import { runScenario } from '../../src/scenario/run.ts';
import type { Plan } from '../../src/sim/plan.ts';
import { INVARIANTS } from '../../src/verify/invariants.ts';
import { EXPECTATIONS } from './catalogue.ts';
import type { Outcome, RunResult } from '../../src/verify/result.ts';

export interface NamedClient {
  readonly name: string;
  readonly factory: ClientFactory;
}

/** What one scenario said about one client. */
export interface Cell {
  readonly scenario: string;
  readonly outcome: Outcome;
  /** Invariant of the first cause. */
  readonly primary: string | undefined;
  /** Every other invariant that was broken, as a finding of its own or folded under one. */
  readonly secondary: ReadonlySet<string>;
  /** Something that the scenario expects did not come true, or the client threw where nobody could catch it. */
  readonly missed: boolean;
  /** Sentences for people, of findings, expectations and faults of the client as code. */
  readonly said: readonly string[];
}

/** Items a run may take: a client that loops for ever is seen long before. Weeks of a phone that somebody uses take more. */
export function mostSteps({ devices }: Plan): number {
  return devices.some(({ life }) => life !== undefined) ? 50_000 : 5_000;
}

/** A client module's default export. */
export async function loadClient(file: URL): Promise<ClientFactory> {
  const module = (await import(file.href)) as { default: ClientFactory };
  return module.default;
}

/** One client against every scenario, one after another. */
export async function runAll(client: NamedClient, plans: readonly Plan[]): Promise<Cell[]> {
  const cells: Cell[] = [];
  for (const plan of plans) cells.push(cellOf(await runScenario(plan, { client, settle: 'turn', limits: { steps: mostSteps(plan) } })));
  return cells;
}

function cellOf({ scenario, outcome, reason, verdict, expectations, clientErrors }: RunResult): Cell {
  const { findings } = verdict;
  const [first, ...rest] = findings;
  const others = [...rest, ...findings.flatMap((finding) => finding.folded)].map((violation) => violation.invariant);
  return {
    scenario: scenario.name,
    outcome,
    primary: first?.invariant,
    secondary: new Set(others.filter((name) => name !== first?.invariant)),
    missed: expectations.length > 0 || clientErrors.length > 0,
    said: [
      ...findings.map((finding) => `${finding.invariant}${finding.clause === undefined ? '' : ` (${finding.clause})`}: ${finding.message}`),
      ...expectations.map((miss) => `expected: ${miss.message}`),
      ...clientErrors.map((error) => `${error.kind}: ${error.message}`),
      ...(outcome === 'inconclusive' ? [reason ?? 'inconclusive'] : []),
    ],
  };
}

/** Whether the invariant was broken at all, or an expectation missed. */
export function caught(cell: Cell, invariant: string): boolean {
  return invariant === EXPECTATIONS ? cell.missed : cell.primary === invariant || cell.secondary.has(invariant);
}

/** The matrix as Markdown: rows are clients, columns invariants, `2+1` = first cause in 2 scenarios, beside another in 1. */
export function renderMatrix(rows: readonly { name: string; invariant: string; cells: readonly Cell[] }[], scenarios: number): string {
  const columns = INVARIANTS.map(({ id, name }) => ({ id, name }));
  const table = [
    ['broken client', ...columns.map(({ id }) => id), 'meant for it', 'first scenario'],
    ['---', ...columns.map(() => ':-:'), '---', '---'],
    ...rows.map(({ name, invariant, cells }) => [
      name,
      ...columns.map((column) => count(cells, column.name, column.name === invariant)),
      columns.find((column) => column.name === invariant)?.id ?? (invariant === EXPECTATIONS ? invariant : '?'),
      cells.find((cell) => cell.primary === invariant)?.scenario ?? cells.find((cell) => caught(cell, invariant))?.scenario ?? 'none',
    ]),
  ];
  const legend = columns.map(({ id, name }) => `${id} ${name}`).join(', ');
  return [
    '# Detection matrix',
    '',
    `${rows.length} clients with one bug each, ${scenarios} scenarios. A cell counts scenarios: \`first cause + beside another\`, bold for the invariant meant for the bug.`,
    '',
    ...table.map((row) => `| ${row.join(' | ')} |`),
    '',
    `${legend}.`,
    '',
  ].join('\n');
}

function count(cells: readonly Cell[], invariant: string, meant: boolean): string {
  const first = cells.filter((cell) => cell.primary === invariant).length;
  const beside = cells.filter((cell) => cell.secondary.has(invariant)).length;
  if (first + beside === 0) return '';
  const text = beside === 0 ? `${first}` : `${first}+${beside}`;
  return meant ? `**${text}**` : text;
}
