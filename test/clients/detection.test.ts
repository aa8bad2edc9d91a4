// Every bug we claim to find is found by the invariant meant for it, and clients without a bug are left in peace.
import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { loadBugClasses } from '../../src/scenario/bug-classes.ts';
import { loadScenarios } from '../../src/scenario/load.ts';
import { INVARIANTS } from '../../src/verify/invariants.ts';
import { BaseClient } from './base/client.ts';
import { BROKEN, EXPECTATIONS } from './catalogue.ts';
import { caught, loadClient, renderMatrix, runAll, type Cell, type NamedClient } from './matrix.ts';

/** Every client against every scenario takes a minute: in CI, and when the matrix is written anew. Else each meets those made for it. */
const EVERYWHERE = process.env['CI'] !== undefined || process.env['UPDATE_GOLDEN'] === '1';

const GOLDEN = fileURLToPath(new URL('../golden/detection-matrix.md', import.meta.url));
const { plans, problems } = loadScenarios(fileURLToPath(new URL('../../scenarios', import.meta.url)));
const CORRECT: readonly NamedClient[] = [
  { name: 'base', factory: (host) => new BaseClient(host) },
  ...(await Promise.all(
    ['reactive-class', 'functional-ahead'].map(async (name) => ({
      name,
      factory: await loadClient(new URL(`correct/${name}.ts`, import.meta.url)),
    })),
  )),
];

/** They fail wherever a token is renewed or stored. */
const LEAKS: readonly string[] = ['token-in-log', 'refresh-token-in-the-plain-tier'];

describe('clients without a bug', () => {
  test.each(CORRECT)(
    '$name passes every scenario that applies to it',
    async (client) => {
      const cells = await runAll(client, plans);
      const failed = cells.filter(({ outcome }) => outcome !== 'passed' && outcome !== 'not-applicable');
      expect(failed.map(({ scenario, said }) => `${scenario}: ${said.join('; ')}`)).toEqual([]);
      expect(cells.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThanOrEqual(25);
    },
    120_000,
  );

  test.each(['reactive-class', 'functional-ahead'])('%s shares nothing with the engine or another client but the contract', (name) => {
    const folder = new URL('correct/', import.meta.url);
    const files = [`${name}.ts`, ...readdirSync(new URL(`${name}/`, folder)).map((file) => `${name}/${file}`)];
    const imports = files.flatMap((file) =>
      [...readFileSync(new URL(file, folder), 'utf8').matchAll(/from '([^']+)'/g)].map(([, from = '']) => from),
    );
    const own = (from: string): boolean => from.startsWith(`./${name}/`) || /^\.\/[\w-]+\.ts$/.test(from);
    expect(imports.length).toBeGreaterThan(0);
    expect([...new Set(imports.filter((from) => !own(from)).map((from) => from.replace(/^(\.\.\/)+/, '')))]).toEqual([
      'src/core/contract.ts',
    ]);
  });
});

describe('clients with one bug', () => {
  const rows = new Map<string, readonly Cell[]>();
  const cellsOf = (name: string): readonly Cell[] => rows.get(name) ?? [];

  beforeAll(async () => {
    for (const { name, scenarios } of BROKEN) {
      const factory = await loadClient(new URL(`broken/${name}.ts`, import.meta.url));
      rows.set(name, await runAll({ name, factory }, EVERYWHERE ? plans : plans.filter((plan) => scenarios.includes(plan.name))));
    }
  }, 1_200_000);

  test('the scenario corpus is sound', () => {
    expect(problems).toEqual([]);
  });

  test('the catalogue and the folder name the same clients, and invariants that exist', () => {
    const files = readdirSync(new URL('broken/', import.meta.url))
      .map((file) => file.replace(/\.ts$/, ''))
      .sort();
    expect(BROKEN.map(({ name }) => name).sort()).toEqual(files);
    expect(BROKEN.filter(({ invariant }) => invariant !== EXPECTATIONS && !INVARIANTS.some(({ name }) => name === invariant))).toEqual([]);
  });

  test('each is the base client with one member overridden, and says in one line what is wrong', () => {
    const sources = BROKEN.map(({ name }) => ({ name, text: readFileSync(new URL(`broken/${name}.ts`, import.meta.url), 'utf8') }));
    const odd = sources.filter(({ text }) => !/^\/\/ Broken in one place: .+\.\n/.test(text) || text.match(/\boverride\b/g)?.length !== 1);
    expect(odd.map(({ name }) => name)).toEqual([]);
  });

  test('no row is silent: the invariant meant for a bug finds it', () => {
    const silent = BROKEN.filter(({ name, invariant }) => !cellsOf(name).some((cell) => caught(cell, invariant)));
    expect(silent.map(({ name, invariant }) => `${name} is not caught by ${invariant}; what was said: ${said(cellsOf(name))}`)).toEqual([]);
  });

  test('it finds it in the scenarios that the catalogue names', () => {
    const missing = BROKEN.flatMap(({ name, invariant, scenarios }) =>
      scenarios.flatMap((scenario) => {
        const cell = cellsOf(name).find((each) => each.scenario === scenario);
        return cell !== undefined && caught(cell, invariant)
          ? []
          : [`${name} in ${scenario}: ${cell === undefined ? 'no such scenario' : cell.said.join('; ') || cell.outcome}`];
      }),
    );
    expect(missing).toEqual([]);
    expect(BROKEN.filter(({ scenarios }) => scenarios.length === 0).map(({ name }) => name)).toEqual([]);
  });

  test('the detection matrix is the one we know', () => {
    const matrix = renderMatrix(
      BROKEN.map(({ name, invariant }) => ({ name, invariant, cells: cellsOf(name) })),
      plans.length,
    );
    if (process.env['UPDATE_GOLDEN'] === '1') writeFileSync(GOLDEN, matrix);
    const golden = readFileSync(GOLDEN, 'utf8');
    if (EVERYWHERE) expect(matrix).toBe(golden);
    else expect(namesIn(golden)).toEqual(namesIn(matrix));
  });

  test('every class of bug is met: some client fails in a scenario of it, by an invariant that is meant for it', () => {
    const unmet = loadBugClasses().filter(({ invariants, entries }) => {
      const threads = new Set(entries.flatMap((entry) => entry.threads));
      const own = plans.filter(({ reproduces }) => reproduces.some((thread) => threads.has(thread))).map(({ name }) => name);
      return !BROKEN.some(({ name }) =>
        cellsOf(name).some((cell) => own.includes(cell.scenario) && invariants.some((each) => caught(cell, each))),
      );
    });
    expect(unmet.map(({ id, name }) => `${id} ${name}`)).toEqual([]);
  });

  test('no scenario is one that nobody can fail, but for leaks that need no story', () => {
    const failed = new Set(
      BROKEN.filter(({ name }) => !LEAKS.includes(name)).flatMap(({ name }) =>
        cellsOf(name).flatMap(({ scenario, outcome }) => (outcome === 'failed' || outcome === 'inconclusive' ? [scenario] : [])),
      ),
    );
    const made = BROKEN.filter(({ name }) => !LEAKS.includes(name)).flatMap(({ scenarios }) => scenarios);
    const wanted = EVERYWHERE ? plans.map(({ name }) => name) : made;
    expect(wanted.filter((name) => !failed.has(name))).toEqual([]);
  });
});

/** First column and head of a matrix: whom it is about. */
function namesIn(matrix: string): readonly string[] {
  const head = /^(\d+ clients .* \d+ scenarios)/m.exec(matrix)?.[1] ?? '';
  return [head, ...[...matrix.matchAll(/^\| ([a-z0-9-]+) \|/gm)].map(([, name = '']) => name)];
}

/** What the scenarios said instead, shortened. */
function said(cells: readonly Cell[]): string {
  const lines = cells.filter((cell) => cell.said.length > 0).map((cell) => `${cell.scenario}: ${cell.said[0] ?? ''}`);
  return lines.length === 0 ? 'nothing at all' : lines.slice(0, 4).join(' | ');
}
