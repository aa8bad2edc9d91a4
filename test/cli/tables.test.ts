// The tables agree with what is made from them: parser, variables, help, reference.
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { cliReference } from '../../scripts/docs/cli.ts';
import { COMMANDS, optionsOf } from '../../src/cli/command-table.ts';
import type { CommandRow } from '../../src/cli/command-table.ts';
import { ERROR_CODES } from '../../src/cli/glossary.ts';
import { PERSONAS } from '../../mock-server/personas/personas.ts';
import { PERSONA_NAMES } from '../../src/cli/serve-options.ts';
import { GLOBAL_OPTIONS, RUN_OPTIONS, variableOf } from '../../src/cli/option-table.ts';
import { buildProgram, readOptions } from '../../src/cli/program.ts';
import type { System } from '../../src/cli/system.ts';
import { corpusFolder, nameOf, scenarioFiles } from '../../src/cli/corpus.ts';
import { loadScenarioFile } from '../../src/scenario/load.ts';
import { PROBLEM_CODES } from '../../src/scenario/problem.ts';
import { readSources } from '../architecture/source.ts';

const SILENT: System = {
  env: {},
  cwd: '/',
  out: { write: () => undefined },
  err: { write: () => undefined },
  now: () => 0,
  onSignal: () => () => undefined,
};

test('docs/cli.md is what the tables say: npm run docs', () => {
  expect(readFileSync(new URL('../../docs/cli.md', import.meta.url), 'utf8')).toBe(cliReference());
});

test('the parser can be built from the tables, and every command explains itself', () => {
  const program = buildProgram(SILENT, async () => undefined);
  for (const command of program.commands) {
    const help = command.helpInformation();
    expect(help).toContain('Usage: tokenwarp');
    for (const [, row] of Object.entries((COMMANDS as Readonly<Record<string, CommandRow>>)[command.name()]?.options ?? {})) {
      if (row.hidden !== true) expect(help).toContain(row.flags.split(' ').find((flag) => flag.startsWith('--')));
    }
  }
});

test('the names of personas in the help are those there are', () => {
  expect(PERSONA_NAMES).toEqual(PERSONAS.map(({ name }) => name));
});

test('no two options share a flag or a variable', () => {
  for (const row of Object.values<CommandRow>(COMMANDS)) {
    const options = optionsOf(row);
    const flags = Object.values(options).flatMap(({ flags: text }) => text.match(/(?<![\w-])--?[a-z-]+/g) ?? []);
    expect(new Set(flags).size).toBe(flags.length);
    const variables = Object.keys(options).map(variableOf);
    expect(new Set(variables).size).toBe(variables.length);
  }
});

test('every error code of the sources is explained, and none is explained that is in none of them', () => {
  const known = new Set([...Object.keys(ERROR_CODES), ...Object.keys(PROBLEM_CODES)]);
  const thrown = readSources(['src', 'mock-server']).flatMap(({ text }) =>
    [...text.matchAll(/'(TW_[A-Z_]+)'/g)].map(([, code]) => code ?? ''),
  );
  expect(thrown.length).toBeGreaterThan(10);
  expect([...new Set(thrown)].filter((code) => !known.has(code))).toEqual([]);
  expect(Object.keys(ERROR_CODES).filter((code) => !thrown.includes(code))).toEqual([]);
});

test('built-in scenarios are called as their files, so that a name can be selected without reading all of them', () => {
  const files = scenarioFiles(corpusFolder());
  expect(files.length).toBeGreaterThan(30);
  for (const file of files) expect(loadScenarioFile(file).plan?.name).toBe(nameOf(file));
});

describe('variables', () => {
  const rows = { ...RUN_OPTIONS, ...GLOBAL_OPTIONS };
  const read = (env: Record<string, string>, raw: Record<string, unknown> = {}): Record<string, unknown> => readOptions(rows, raw, { env });

  test('each option is read from TOKENWARP_ and its name', () => {
    expect(variableOf('maxVirtual')).toBe('TOKENWARP_MAX_VIRTUAL');
    expect(read({ TOKENWARP_MAX_VIRTUAL: '1h', TOKENWARP_SEED: '7', TOKENWARP_COLOR: 'never' })).toEqual({
      maxVirtual: 3_600_000,
      seed: 7,
      color: 'never',
    });
  });

  test('the command line wins over the variable, and an empty variable says nothing', () => {
    expect(read({ TOKENWARP_SEED: '7' }, { seed: '8' })).toEqual({ seed: 8 });
    expect(read({ TOKENWARP_SEED: '' })).toEqual({});
  });

  test('a list is separated by commas', () => {
    expect(read({ TOKENWARP_REPORTER: 'lines,junit=out.xml' })).toEqual({
      reporter: [{ name: 'lines' }, { name: 'junit', file: 'out.xml' }],
    });
  });

  test('a switch knows on and off, and nothing else', () => {
    expect(read({ TOKENWARP_JSON: '1', TOKENWARP_LIST: 'no', TOKENWARP_QUIET: 'TRUE' })).toEqual({ json: true, list: false, quiet: true });
    expect(() => read({ TOKENWARP_JSON: 'maybe' })).toThrow('TOKENWARP_JSON: "maybe" is neither on nor off');
  });

  test('a mistake names where it stands', () => {
    expect(() => read({ TOKENWARP_SEED: 'x' })).toThrow('TOKENWARP_SEED: "x" is not a seed');
    expect(() => read({}, { seed: 'x' })).toThrow('--seed: "x" is not a seed');
  });
});
