// The public API: what is exported is frozen, documented and typed as promised. The types are checked by `npm run types`; the same
// from outside, against the installed package, is part of `npm run check:package`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, expectTypeOf, test } from 'vitest';
import * as api from '../src/index.ts';
import type {
  Client,
  ClientFactory,
  EngineOptions,
  Finding,
  Host,
  Plan,
  RunOptions,
  RunResult,
  SessionState,
  TokenwarpError,
} from '../src/index.ts';
import { parseSource, ROOT, type Node } from './architecture/source.ts';
import { expectGolden } from './kit/golden.ts';

const INDEX = parseSource('src/index.ts', readFileSync(join(ROOT, 'src/index.ts'), 'utf8'));
const EXPORTED = INDEX.imports.flatMap(({ names, target = '', typeOnly }) => names.map((name) => ({ name, target, typeOnly })));

test('the list of exports is the reviewed one', () => {
  const lines = EXPORTED.map(({ name, typeOnly }) => `${name}${typeOnly ? ' (type)' : ''}`).toSorted();
  expectGolden('exports.txt', `${lines.join('\n')}\n`);
});

test('every value that is listed is there', () => {
  expect(Object.keys(api).toSorted()).toEqual(
    EXPORTED.filter(({ typeOnly }) => !typeOnly)
      .map(({ name }) => name)
      .toSorted(),
  );
});

describe.each(EXPORTED)('$name', ({ name, target }) => {
  test('has a comment where it is declared', () => {
    const source = parseSource(target, readFileSync(join(ROOT, target), 'utf8'));
    const declaration = (source.tree['body'] as Node[]).find((node) => declaredNames(node).includes(name));
    expect(declaration, `${name} in ${target}`).toBeDefined();
    expect(source.text.slice(0, declaration?.start).trimEnd().endsWith('*/')).toBe(true);
  });
});

test('a client, a run and a judgement have the promised types', () => {
  expectTypeOf<ClientFactory>().parameter(0).toEqualTypeOf<Host>();
  expectTypeOf<ReturnType<ClientFactory>>().toEqualTypeOf<Client | Promise<Client>>();
  expectTypeOf<Client['start']>().toEqualTypeOf<() => Promise<void>>();
  expectTypeOf<Exclude<Client['state'], undefined>>().returns.toEqualTypeOf<SessionState>();
  expectTypeOf(api.runScenario).parameter(0).toEqualTypeOf<Plan>();
  expectTypeOf(api.runScenario).parameter(1).toEqualTypeOf<RunOptions | undefined>();
  expectTypeOf(api.runScenario).returns.resolves.toEqualTypeOf<RunResult>();
  expectTypeOf(api.createEngine).parameter(1).toEqualTypeOf<EngineOptions | undefined>();
  expectTypeOf(api.createEngine).toExtend<ClientFactory>();
  expectTypeOf(api.judge).returns.toHaveProperty('findings').toEqualTypeOf<readonly Finding[]>();
  expectTypeOf<InstanceType<typeof api.UsageError>>().toExtend<TokenwarpError>();
  expect(typeof api.createEngine).toBe('function');
});

function declaredNames(node: Node): string[] {
  const declaration = node['declaration'] as Node | null | undefined;
  if (declaration === null || declaration === undefined) return [];
  const items = declaration.type === 'VariableDeclaration' ? (declaration['declarations'] as Node[]) : [declaration];
  return items.map((item) => String((item['id'] as Node)['name']));
}
