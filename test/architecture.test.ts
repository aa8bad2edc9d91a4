// The architecture holds: DESIGN section 3 and the trap list, checked on the syntax tree of every source file. Each rule is
// first shown to fire on a snippet, so a rule that stopped working is seen.
import { describe, expect, test } from 'vitest';
import { CASES } from './architecture/cases.ts';
import * as rules from './architecture/rules.ts';
import { freeReferences } from './architecture/scope.ts';
import { ROOT, parseSource, readSources, type Source } from './architecture/source.ts';
import * as tables from './architecture/tables.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const HOUSE = readSources(['src', 'mock-server', 'fixtures']);
const BIN = readSources(['bin']);
const ALL = [...HOUSE, ...BIN];

/** A snippet with what to call it: its first 80 characters and its length in lines when it has many. */
function titled(snippet: string): [string, string] {
  const lines = snippet.split('\n').length;
  return [lines > 3 ? `${snippet.slice(0, 20).split('\n')[0]} ... (${lines} lines)` : snippet.trim().replaceAll('\n', ' '), snippet];
}

/** Findings that no exception covers. */
function judge(rule: rules.Rule, sources: readonly Source[]): string[] {
  return sources
    .flatMap(rule)
    .filter((finding) => !isExcepted(finding))
    .map(({ file, line, message }) => `${file}:${line} ${message}`);
}

function isExcepted(finding: rules.Finding): boolean {
  return tables.EXCEPTIONS.some(({ file, names }) => file === finding.file && names.includes(finding.subject));
}

describe.each(Object.entries(CASES))('%s', (_name, { rule, file, fires, silent, on }) => {
  test.each(fires.map(titled))('fires on %s', (_title, snippet) => {
    expect(rule(parseSource(file, snippet))).not.toEqual([]);
  });
  test.each(silent.map(titled))('is silent on %s', (_title, snippet) => {
    expect(rule(parseSource(file, snippet))).toEqual([]);
  });
  test('holds for every file of ours', () => {
    expect(judge(rule, on === 'house' ? HOUSE : ALL)).toEqual([]);
  });
});

describe('the map of the rooms', () => {
  test('is itself free of cycles', () => {
    const graph = new Map(Object.entries(tables.ARROWS).map(([room, to]) => [room, to.map((name) => name.replace(':type', ''))]));
    expect(rules.findCycle(graph)).toBeUndefined();
  });
  test('names the room of every file', () => {
    expect(ALL.map(({ path }) => path).filter((path) => tables.ARROWS[rules.roomOf(path) ?? ''] === undefined)).toEqual([]);
  });
  test('lets mock-server never import the engine, and the engine and its hosts nothing but core', () => {
    expect(tables.ARROWS['mock-server']).not.toContain('engine');
    expect(tables.ARROWS['engine']).toEqual(['core']);
    expect(tables.ARROWS['host']).toEqual(['core']);
  });
  test('grants no exception that nobody needs', () => {
    const findings = HOUSE.flatMap((source) => Object.values(CASES).flatMap(({ rule }) => rule(source)));
    const unused = tables.EXCEPTIONS.flatMap(({ file, names }) =>
      names
        .filter((name) => !findings.some((finding) => finding.file === file && finding.subject === name))
        .map((name) => `${file}: ${name}`),
    );
    expect(unused).toEqual([]);
  });
  test('lets a report see the types of verify but not its values', () => {
    const snippet = (kind: string): Source => parseSource('src/report/x.ts', `import ${kind}{ Verdict } from '../verify/result.ts';`);
    expect(rules.importArrows(snippet('type '))).toEqual([]);
    expect(rules.importArrows(snippet(''))).toHaveLength(1);
  });
});

describe('the graph of the files', () => {
  test('has no cycle; only a type may look back, and only within its room, since the rooms have none', () => {
    const graph = new Map(
      ALL.map((source) => [source.path, source.imports.flatMap(({ target, typeOnly }) => (typeOnly ? [] : (target ?? [])))]),
    );
    expect(rules.findCycle(graph)).toBeUndefined();
  });
  test('would show a cycle as the list of its files', () => {
    expect(
      rules.findCycle(
        new Map([
          ['a', ['b']],
          ['b', ['c', 'd']],
          ['c', []],
          ['d', ['b']],
        ]),
      ),
    ).toEqual(['b', 'd', 'b']);
  });
  test('has no import that leads nowhere or leaves out the extension', () => {
    const lost = ALL.flatMap((source) =>
      source.imports
        .filter(({ target }) => target !== undefined && !existsSync(join(ROOT, target)))
        .map((item) => `${source.path}:${item.line} ${item.specifier}`),
    );
    expect(lost).toEqual([]);
  });
  test('reaches from the engine no package and no built-in module: it runs in React Native and browsers', () => {
    const closure = rules.closureOf(HOUSE, (path) => path.startsWith('src/engine/'));
    expect(modulesIn(closure)).toEqual([]);
  });
  test.each(['web', 'react-native', 'engine-fetch'])('reaches from src/host/%s.ts no package and no built-in module either', (name) => {
    const closure = rules.closureOf(HOUSE, (path) => path === `src/host/${name}.ts`);
    expect(closure.length).toBeGreaterThan(0);
    expect(modulesIn(closure)).toEqual([]);
  });
  test('would show a built-in module two files away from the engine', () => {
    const files = [
      parseSource('src/engine/a.ts', "import { b } from '../core/b.ts';"),
      parseSource('src/core/b.ts', "import { c } from './c.ts';"),
      parseSource('src/core/c.ts', "import { hash } from 'node:crypto';"),
      parseSource('src/core/d.ts', "import 'node:fs';"),
    ];
    expect(modulesIn(rules.closureOf(files, (path) => path.startsWith('src/engine/')))).toEqual(['src/core/c.ts node:crypto']);
  });
});

describe('the shape of the whole', () => {
  const functions = HOUSE.flatMap((source) => rules.functionsOf(source).map((node) => source.spanOf(node)));
  test('keeps functions short', () => {
    expect(quantile(functions, 0.5)).toBeLessThanOrEqual(tables.BARS.functionMedian);
    expect(quantile(functions, 0.9)).toBeLessThanOrEqual(tables.BARS.functionP90);
  });
  test('keeps files short', () => {
    expect(quantile(HOUSE.map(rules.linesOf), 0.5)).toBeLessThanOrEqual(tables.BARS.fileMedian);
  });
  test('is measured on the real tree', () => {
    expect(HOUSE.length).toBeGreaterThan(15);
    expect(functions.length).toBeGreaterThan(100);
    expect(freeReferences(parseSource('src/x.ts', 'a(b => c)').tree).map(({ name }) => name)).toEqual(['a', 'c']);
  });
});

function modulesIn(sources: readonly Source[]): string[] {
  return sources.flatMap((source) =>
    source.imports.filter(({ target }) => target === undefined).map(({ specifier }) => `${source.path} ${specifier}`),
  );
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}
