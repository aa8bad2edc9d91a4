// list, validate, explain, schema.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { TRANSITIONS } from '../../src/engine/machine.ts';
import { INVARIANTS } from '../../src/verify/invariants.ts';
import { allTopics } from '../../src/cli/topics.ts';
import { FIXTURES, ROOT, scratch, tokenwarp } from '../kit/cli.ts';
import { ANDROID_GATES } from '../../src/core/android-words.ts';
import { GATES as IOS_GATES } from '../../src/os/ios/gates.ts';

describe('list', () => {
  test('one line per scenario: name, family, tags, summary', () => {
    const said = tokenwarp(['list', 'concurrency']);
    expect([said.code, said.stderr]).toEqual([0, '']);
    for (const line of said.stdout.trimEnd().split('\n')) expect(line).toMatch(/^[a-z0-9-]+ +concurrency +([a-z0-9,-]+ +)?[A-Z]/);
  });

  test('as data, it is the same selection', () => {
    const { scenarios } = JSON.parse(tokenwarp(['list', 'concurrency', '--json']).stdout) as {
      scenarios: { name: string; family: string; summary: string; file: string }[];
    };
    expect(scenarios.map((scenario) => scenario.name)).toEqual(
      tokenwarp(['list', 'concurrency'])
        .stdout.trimEnd()
        .split('\n')
        .map((line) => line.split(' ')[0]),
    );
    expect(scenarios.every((scenario) => scenario.family === 'concurrency' && scenario.summary.length > 20)).toBe(true);
  });

  test('the built-in scenarios are found from any folder', () => {
    expect(tokenwarp(['list', '-t', '^late-401$'], { cwd: scratch() }).code).toBe(0);
  });
});

describe('list --coverage', () => {
  test('a row for each class of bug, then what nothing shows', () => {
    const said = tokenwarp(['list', 'late-401', '--coverage']);
    expect([said.code, said.stderr]).toEqual([0, '']);
    expect(said.stdout).toMatch(/^B {2}late 401, stale snapshot +1 +\d\/10 {2}no-duplicate-refresh 1, /m);
    expect(said.stdout).toMatch(/^gap {2}S [^:]+: no scenario$/m);
    expect(said.stdout.match(/^[A-S] {2}/gm)).toHaveLength(19);
  });

  test('--verbose names the scenarios of each class, what judged there, and the reports', () => {
    const said = tokenwarp(['list', 'late-401', '--coverage', '--verbose']);
    expect(said.stdout).toMatch(/^ {5}concurrency\/late-401: no-duplicate-refresh, .* \(andrewkoltsov\/librus-sdk#114, /m);
  });

  test('as data, a scenario that reproduces nothing of a class is not in its row', () => {
    interface Row {
      class: string;
      scenarios: { name: string; judgedBy: string[] }[];
      entries: { id: string; threads: string[]; scenarios: string[] }[];
    }
    const { schema, rows, gaps } = JSON.parse(tokenwarp(['list', 'one-server-error', '--coverage', '--json']).stdout) as {
      schema: string;
      rows: Row[];
      gaps: string[];
    };
    expect(schema).toBe('tokenwarp/coverage.v1');
    const names = Object.fromEntries(rows.map((row) => [row.class, row.scenarios.map(({ name }) => name)]));
    expect(names).toMatchObject({ A: [], D: ['one-server-error'], Q: [] });
    const wrongSignOut = rows.find((row) => row.class === 'D');
    expect(wrongSignOut?.scenarios[0]?.judgedBy).toContain('no-logout-without-invalid-grant');
    expect(wrongSignOut?.entries.find(({ id }) => id === 'D7')?.scenarios).toEqual(['one-server-error']);
    expect(gaps).toContain('Q security: no scenario');
  });
});

describe('validate', () => {
  test('says how many files are valid', () => {
    expect(tokenwarp(['validate'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^\d+ files valid\n$/) as string, stderr: '' });
    expect(tokenwarp(['validate', `${FIXTURES}/own.scenario.yaml`]).stdout).toBe('1 file valid\n');
  });

  test('shows every mistake of every file on standard output and ends with 3', () => {
    const said = tokenwarp(['validate', FIXTURES]);
    expect([said.code, said.stderr]).toEqual([3, '']);
    expect(said.stdout.match(/^\S+broken\.scenario\.yaml:\d+:\d+ {2}/gm)?.length).toBeGreaterThanOrEqual(3);
    expect(said.stdout).toMatch(/\n\d problems in 1 file, 1 file valid\n$/);
  });

  test('as data, each problem has file, line, column and code', () => {
    const said = tokenwarp(['validate', FIXTURES, '--json']);
    expect(said.code).toBe(3);
    const { problems, valid } = JSON.parse(said.stdout) as {
      problems: { file: string; line: number; column: number; code: string }[];
      valid: number;
    };
    expect(valid).toBe(1);
    expect(problems[0]).toMatchObject({ file: `${FIXTURES}/broken.scenario.yaml`, line: 5, column: 5, code: 'TW_SCENARIO_KEY' });
  });

  test('a path that is not there is nothing to check', () => {
    expect(tokenwarp(['validate', 'no/such.scenario.yaml']).code).toBe(4);
  });
});

describe('explain', () => {
  test('an invariant: what, why, level, sources', () => {
    const said = tokenwarp(['explain', 'no-duplicate-refresh']);
    expect([said.code, said.stderr]).toEqual([0, '']);
    expect(said.stdout).toMatch(/^no-duplicate-refresh {3}invariant\n/);
    for (const label of ['why', 'id', 'level', 'needs', 'sources']) expect(said.stdout).toMatch(new RegExp(`^ {2}${label} `, 'm'));
    expect(said.stdout).toContain('RFC 9700');
  });

  test.each(['5', 'exit-5', 'I1', 'advance', 'drop', 'locked', 'late 401', 'Late-401', 'TW_SCENARIO_KEY', 'offline', 'ambient-api'])(
    'knows %s',
    (term) => {
      expect(tokenwarp(['explain', term]).code).toBe(0);
    },
  );

  test('knows every invariant, and every topic that a failure block can name', () => {
    const terms = new Set(allTopics().map((topic) => topic.term));
    for (const name of [...INVARIANTS.map((invariant) => invariant.name), 'expectation', 'client-error', '5', '8'])
      expect([...terms]).toContain(name);
  });

  test('knows every reason that the engine gives for a state, with which an expectation may have failed', () => {
    const reasons = allTopics().flatMap(({ kind, term }) => (kind === 'reason' ? [term] : []));
    expect(reasons.toSorted()).toEqual(Object.keys(TRANSITIONS).toSorted());
    expect(tokenwarp(['explain', 'idle-timeout']).stdout).toContain('lock policy');
  });

  test('knows every gate that a report or `why` can name', () => {
    const gates = allTopics().flatMap(({ kind, term }) => (kind === 'gate' ? [term] : []));
    const ofIos = Object.values(IOS_GATES).flatMap((rows) => rows.map(({ gate }) => gate));
    expect(gates.toSorted()).toEqual([...new Set([...ANDROID_GATES, ...ofIos])].toSorted());
    expect(tokenwarp(['explain', 'app usage', 'within-quota']).stdout).toContain('standby bucket');
  });

  test('has something to say about each of its terms', () => {
    for (const topic of allTopics()) expect(`${topic.term}: ${topic.text.length > 15}`).toBe(`${topic.term}: true`);
  });

  test('lists its terms, and explains several at once as data', () => {
    expect(tokenwarp(['explain']).stdout).toContain('session states\n  loading  active');
    const { terms } = JSON.parse(tokenwarp(['explain', '5', 'advance', '--json']).stdout) as { terms: { term: string; kind: string }[] };
    expect(terms.map(({ term, kind }) => [term, kind])).toEqual([
      ['5', 'exit code'],
      ['advance', 'verb'],
    ]);
  });
});

test('schema prints the schema that editors are pointed at', () => {
  expect(tokenwarp(['schema'], { cwd: scratch() })).toEqual({
    code: 0,
    stderr: '',
    stdout: readFileSync(join(ROOT, 'scenarios/scenario.schema.json'), 'utf8'),
  });
});
