// Every rule with the proof that it works: what it must find, what it must leave alone, and where it holds.
import * as rules from './rules.ts';
import * as tables from './tables.ts';

export interface RuleCase {
  rule: rules.Rule;
  /** Where the snippets stand unless they say otherwise. */
  file: string;
  fires: readonly string[];
  silent: readonly string[];
  on: 'house' | 'everything';
}

/** Name of the rule -> the rule, snippets on which it must fire, and such that only look like it. */
export const CASES: Readonly<Record<string, RuleCase>> = {
  'imports follow the arrows': {
    rule: rules.importArrows,
    file: 'src/verify/x.ts',
    fires: [
      "import { Kernel } from '../sim/kernel.ts';",
      "import type { Plan } from '../sim/plan.ts';",
      "export { a } from '../cli/main.ts';",
      "const late = () => import('../scenario/load.ts');",
      "type P = import('../../mock-server/policy.ts').ServerPolicy;",
    ],
    silent: [
      "import { readBearer } from '../core/http.ts';",
      "import { words } from './words.ts';",
      "// import '../sim/kernel.ts'",
      'const text = "import \'../sim/kernel.ts\'";',
    ],
    on: 'everything',
  },
  'a room uses only its own packages and built-in modules': {
    rule: rules.importModules,
    file: 'src/core/x.ts',
    fires: [
      "import { readFileSync } from 'node:fs';",
      "import { z } from 'zod';",
      "import { z } from 'zod/mini';",
      "import fs from 'fs';",
      "import { randomUUID } from 'node:crypto';",
      "import { randomBytes as bytes } from 'node:crypto';",
      "import * as crypto from 'node:crypto';",
      "import crypto from 'node:crypto';",
      "const load = () => import('undici');",
    ],
    silent: [
      "import { hash } from 'node:crypto';",
      "import { createClock } from '@sinonjs/fake-timers';",
      "import type { KeyObject } from 'node:crypto';",
    ],
    on: 'everything',
  },
  'module names are not computed': {
    rule: rules.computedImports,
    file: 'src/scenario/x.ts',
    fires: ['const load = (name: string) => import(name);'],
    silent: ["const load = () => import('./load.ts');"],
    on: 'everything',
  },
  'no ambient time, randomness, process or thread': {
    rule: rules.ambientGlobals,
    file: 'src/sim/x.ts',
    fires: [
      'const t = Date.now();',
      'const t = new Date();',
      'const t = new Date(2026, 1, 1);',
      "const t = new Date('2026-01-01');",
      'const clock = Date;',
      'const t = Date();',
      "const t = Date.parse('1 Jan');",
      'const r = Math.random();',
      "const r = Math['random']();",
      'const { random } = Math;',
      'const r = Math.exp(1);',
      'console.log(1);',
      'process.nextTick(f);',
      'const e = globalThis.process;',
      'setTimeout(f, 1);',
      'queueMicrotask(f);',
      'const p = performance.now();',
      'const id = crypto.randomUUID();',
      'const r = await fetch(u);',
      'const p = Promise.race([a, b]);',
      'const s = AbortSignal.timeout(5);',
      'const w = new WeakRef(o);',
      'const f = { setTimeout };',
      'function f() { { const process = 1; } return process; }',
      'const x = (process as unknown as P).env;',
      'class A { now = () => Date.now(); }',
    ],
    silent: [
      '// Date.now() is forbidden',
      "const text = 'process.env';",
      'const f = (setTimeout: F) => setTimeout(f, 1);',
      'host.clock.setTimeout(f, 1);',
      'const o = { process: 1 };',
      'const { fetch } = host; fetch(u);',
      'const t = new Date(ms).toISOString();',
      'const t = Date.UTC(2026, 1);',
      'type R = Response; const f = (r: Response): Headers => r.headers;',
      'const p = Promise.all([a]); const m = Math.floor(2);',
      'class A { process(): void { this.process(); } }',
      'const x = value instanceof Date;',
      "import { process } from './steps.ts'; process(1);",
      'for (const self of all) use(self);',
      'try { go(); } catch (global) { use(global); }',
    ],
    on: 'house',
  },
  'nothing depends on locale or time zone': {
    rule: rules.localeDependence,
    file: 'src/cli/x.ts',
    fires: [
      'a.localeCompare(b);',
      'n.toLocaleString();',
      'd.getHours();',
      "d['getDay']();",
      'new Intl.NumberFormat();',
      'names.sort((a, b) => a.localeCompare(b));',
      'd.toDateString();',
    ],
    silent: ['d.getUTCHours();', 'd.toISOString();', '// toLocaleString', "const s = 'localeCompare';", 'set.getDate2();'],
    on: 'everything',
  },
  'stacks are read in core and at the edges alone': {
    rule: rules.stackReads,
    file: 'src/verify/x.ts',
    fires: ['const s = error.stack;', "const s = error['stack'];"],
    silent: ['const stack = []; stack.push(1);', 'const o = { stack: 1 };'],
    on: 'house',
  },
  'modules hold no state in a top-level let': {
    rule: rules.moduleState,
    file: 'src/sim/x.ts',
    fires: ['let count = 0;', 'export let count = 0;', 'var count = 0;'],
    silent: ['const limit = 1;', 'function f() { let count = 0; return count; }'],
    on: 'everything',
  },
  'exports have names': {
    rule: rules.defaultExports,
    file: 'src/sim/x.ts',
    fires: ['export default function run() {}', 'const run = 1; export { run as default };', 'export default 1;'],
    silent: ['export const run = 1;', "import run from './x.js';"],
    on: 'house',
  },
  'there are no barrels': {
    rule: rules.barrels,
    file: 'src/sim/index.ts',
    fires: ["export * from './kernel.ts';", "export { Kernel } from './kernel.ts';", "export type { Item } from './kernel.ts';"],
    silent: ['const a = 1; export { a };'],
    on: 'house',
  },
  'a file stays under the wall': {
    rule: rules.fileLength,
    file: 'src/sim/x.ts',
    fires: ['//\n'.repeat(tables.WALL.file + 1)],
    silent: ['//\n'.repeat(tables.WALL.file)],
    on: 'everything',
  },
  'a function stays under the wall': {
    rule: rules.functionLength,
    file: 'src/sim/x.ts',
    fires: [
      `function long() {${'\n'.repeat(tables.WALL.function)}}`,
      `const long = () => {${'\n'.repeat(tables.WALL.function)}};`,
      `class A { long() {${'\n'.repeat(tables.WALL.function)}} }`,
    ],
    silent: [`function fits() {${'\n'.repeat(tables.WALL.function - 1)}}`],
    on: 'everything',
  },
  'a file opens by saying why it exists': {
    rule: rules.opening,
    file: 'src/sim/x.ts',
    fires: ['export const a = 1;\n', '\n// Late.\n', `${'// More.\n'.repeat(tables.HEADER.max + 1)}export const a = 1;\n`],
    silent: ['// Why.\nexport const a = 1;\n', '#!/usr/bin/env node\n// Why.\n// And what not.\nrun();\n'],
    on: 'everything',
  },
};
