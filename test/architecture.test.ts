// The architecture holds: DESIGN section 3 and the trap list, checked on the syntax tree of every source file. Each rule is
// first shown to fire on a snippet, so a rule that stopped working is seen.
import { describe, expect, test } from 'vitest';
import * as rules from './architecture/rules.ts';
import { freeReferences } from './architecture/scope.ts';
import { ROOT, parseSource, readSources, type Source } from './architecture/source.ts';
import * as tables from './architecture/tables.ts';
import { existsSync } from 'node:fs';
import { join } from 'node:path';

const HOUSE = readSources(['src', 'mock-server', 'fixtures']);
const BIN = readSources(['bin']);
const ALL = [...HOUSE, ...BIN];

interface RuleCase {
  rule: rules.Rule;
  /** Where the snippets stand unless they say otherwise. */
  file: string;
  fires: readonly string[];
  silent: readonly string[];
  on: readonly Source[];
}

const CASES: Readonly<Record<string, RuleCase>> = {
  'imports follow the arrows': {
    rule: rules.importArrows,
    file: 'src/verify/x.ts',
    fires: [
      "import { Kernel } from '../sim/kernel.ts';", "import type { Plan } from '../sim/plan.ts';", "export { a } from '../cli/main.ts';",
      "const late = () => import('../scenario/load.ts');", "type P = import('../../mock-server/policy.ts').ServerPolicy;",
    ],
    silent: ["import { readBearer } from '../core/http.ts';", "import { words } from './words.ts';", "// import '../sim/kernel.ts'", "const text = \"import '../sim/kernel.ts'\";"],
    on: ALL,
  },
  'a room uses only its own packages and built-in modules': {
    rule: rules.importModules,
    file: 'src/core/x.ts',
    fires: [
      "import { readFileSync } from 'node:fs';", "import { z } from 'zod';", "import { z } from 'zod/mini';", "import fs from 'fs';",
      "import { randomUUID } from 'node:crypto';", "import { randomBytes as bytes } from 'node:crypto';", "import * as crypto from 'node:crypto';",
      "import crypto from 'node:crypto';", "const load = () => import('undici');",
    ],
    silent: ["import { hash } from 'node:crypto';", "import { createClock } from '@sinonjs/fake-timers';", "import type { KeyObject } from 'node:crypto';"],
    on: ALL,
  },
  'module names are not computed': {
    rule: rules.computedImports,
    file: 'src/scenario/x.ts',
    fires: ['const load = (name: string) => import(name);'],
    silent: ["const load = () => import('./load.ts');"],
    on: ALL,
  },
  'no ambient time, randomness, process or thread': {
    rule: rules.ambientGlobals,
    file: 'src/sim/x.ts',
    fires: [
      'const t = Date.now();', 'const t = new Date();', 'const t = new Date(2026, 1, 1);', "const t = new Date('2026-01-01');", 'const clock = Date;', 'const t = Date();',
      "const t = Date.parse('1 Jan');", 'const r = Math.random();', "const r = Math['random']();", 'const { random } = Math;', 'const r = Math.exp(1);', 'console.log(1);',
      'process.nextTick(f);', 'const e = globalThis.process;', 'setTimeout(f, 1);', 'queueMicrotask(f);', 'const p = performance.now();', 'const id = crypto.randomUUID();',
      'const r = await fetch(u);', 'const p = Promise.race([a, b]);', 'const s = AbortSignal.timeout(5);', 'const w = new WeakRef(o);', 'const f = { setTimeout };',
      'function f() { { const process = 1; } return process; }', 'const x = (process as unknown as P).env;', 'class A { now = () => Date.now(); }',
    ],
    silent: [
      '// Date.now() is forbidden', "const text = 'process.env';", 'const f = (setTimeout: F) => setTimeout(f, 1);', 'host.clock.setTimeout(f, 1);', 'const o = { process: 1 };',
      'const { fetch } = host; fetch(u);', 'const t = new Date(ms).toISOString();', 'const t = Date.UTC(2026, 1);', 'type R = Response; const f = (r: Response): Headers => r.headers;',
      'const p = Promise.all([a]); const m = Math.floor(2);', 'class A { process(): void { this.process(); } }', 'const x = value instanceof Date;',
      "import { process } from './steps.ts'; process(1);", 'for (const self of all) use(self);', 'try { go(); } catch (global) { use(global); }',
    ],
    on: HOUSE,
  },
  'nothing depends on locale or time zone': {
    rule: rules.localeDependence,
    file: 'src/cli/x.ts',
    fires: ['a.localeCompare(b);', 'n.toLocaleString();', 'd.getHours();', "d['getDay']();", 'new Intl.NumberFormat();', 'names.sort((a, b) => a.localeCompare(b));', 'd.toDateString();'],
    silent: ['d.getUTCHours();', 'd.toISOString();', '// toLocaleString', "const s = 'localeCompare';", 'set.getDate2();'],
    on: ALL,
  },
  'stacks are read in core and at the edges alone': {
    rule: rules.stackReads,
    file: 'src/verify/x.ts',
    fires: ['const s = error.stack;', "const s = error['stack'];"],
    silent: ['const stack = []; stack.push(1);', 'const o = { stack: 1 };'],
    on: HOUSE,
  },
  'modules hold no state in a top-level let': {
    rule: rules.moduleState,
    file: 'src/sim/x.ts',
    fires: ['let count = 0;', 'export let count = 0;', 'var count = 0;'],
    silent: ['const limit = 1;', 'function f() { let count = 0; return count; }'],
    on: ALL,
  },
  'exports have names': {
    rule: rules.defaultExports,
    file: 'src/sim/x.ts',
    fires: ['export default function run() {}', 'const run = 1; export { run as default };', 'export default 1;'],
    silent: ['export const run = 1;', "import run from './x.js';"],
    on: HOUSE,
  },
  'there are no barrels': {
    rule: rules.barrels,
    file: 'src/sim/index.ts',
    fires: ["export * from './kernel.ts';", "export { Kernel } from './kernel.ts';", "export type { Item } from './kernel.ts';"],
    silent: ['const a = 1; export { a };'],
    on: HOUSE,
  },
  'a file stays under the wall': {
    rule: rules.fileLength,
    file: 'src/sim/x.ts',
    fires: ['//\n'.repeat(tables.WALL.file + 1)],
    silent: ['//\n'.repeat(tables.WALL.file)],
    on: ALL,
  },
  'a function stays under the wall': {
    rule: rules.functionLength,
    file: 'src/sim/x.ts',
    fires: [
      `function long() {${'\n'.repeat(tables.WALL.function)}}`, `const long = () => {${'\n'.repeat(tables.WALL.function)}};`,
      `class A { long() {${'\n'.repeat(tables.WALL.function)}} }`,
    ],
    silent: [`function fits() {${'\n'.repeat(tables.WALL.function - 1)}}`],
    on: ALL,
  },
  'a file opens by saying why it exists': {
    rule: rules.opening,
    file: 'src/sim/x.ts',
    fires: ['export const a = 1;\n', '\n// Late.\n', `${'// More.\n'.repeat(tables.HEADER.max + 1)}export const a = 1;\n`],
    silent: ['// Why.\nexport const a = 1;\n', '#!/usr/bin/env node\n// Why.\n// And what not.\nrun();\n'],
    on: ALL,
  },
};

/** A snippet with what to call it: its first 80 characters and its length in lines when it has many. */
function titled(snippet: string): [string, string] {
  const lines = snippet.split('\n').length;
  return [lines > 3 ? `${snippet.slice(0, 20).split('\n')[0]} ... (${lines} lines)` : snippet.trim().replaceAll('\n', ' '), snippet];
}

/** Findings that no exception covers. */
function judge(rule: rules.Rule, sources: readonly Source[]): string[] {
  return sources.flatMap(rule).filter((finding) => !isExcepted(finding)).map(({ file, line, message }) => `${file}:${line} ${message}`);
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
    expect(judge(rule, on)).toEqual([]);
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
  test('lets mock-server never import the engine, and the engine nothing but core', () => {
    expect(tables.ARROWS['mock-server']).not.toContain('engine');
    expect(tables.ARROWS['engine']).toEqual(['core']);
  });
  test('grants no exception that nobody needs', () => {
    const findings = HOUSE.flatMap((source) => Object.values(CASES).flatMap(({ rule }) => rule(source)));
    const unused = tables.EXCEPTIONS.flatMap(({ file, names }) => names
      .filter((name) => !findings.some((finding) => finding.file === file && finding.subject === name))
      .map((name) => `${file}: ${name}`));
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
    const graph = new Map(ALL.map((source) => [source.path, source.imports.flatMap(({ target, typeOnly }) => (typeOnly ? [] : (target ?? [])))]));
    expect(rules.findCycle(graph)).toBeUndefined();
  });
  test('would show a cycle as the list of its files', () => {
    expect(rules.findCycle(new Map([['a', ['b']], ['b', ['c', 'd']], ['c', []], ['d', ['b']]]))).toEqual(['b', 'd', 'b']);
  });
  test('has no import that leads nowhere or leaves out the extension', () => {
    const lost = ALL.flatMap((source) => source.imports.filter(({ target }) => target !== undefined && !existsSync(join(ROOT, target)))
      .map((item) => `${source.path}:${item.line} ${item.specifier}`));
    expect(lost).toEqual([]);
  });
  test('reaches from the engine no package and no built-in module: it runs in React Native and browsers', () => {
    const closure = rules.closureOf(HOUSE, (path) => path.startsWith('src/engine/'));
    expect(modulesIn(closure)).toEqual([]);
  });
  test('would show a built-in module two files away from the engine', () => {
    const files = [
      parseSource('src/engine/a.ts', "import { b } from '../core/b.ts';"), parseSource('src/core/b.ts', "import { c } from './c.ts';"),
      parseSource('src/core/c.ts', "import { hash } from 'node:crypto';"), parseSource('src/core/d.ts', "import 'node:fs';"),
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
  return sources.flatMap((source) => source.imports.filter(({ target }) => target === undefined).map(({ specifier }) => `${source.path} ${specifier}`));
}

function quantile(values: readonly number[], share: number): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length * share)] ?? 0;
}
