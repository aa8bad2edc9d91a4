import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { InvalidInputError } from '../../src/core/errors.ts';
import { loadPlan, loadScenarioFile, loadScenarios } from '../../src/scenario/load.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'scenarios-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function write(path: string, name: string, steps = '[{ request: /feed }]'): string {
  mkdirSync(join(folder, path, '..'), { recursive: true });
  writeFileSync(join(folder, path), `version: 1\nname: ${name}\nsummary: A sentence of more than twenty characters.\nsteps: ${steps}\n`);
  return join(folder, path);
}

test('a folder gives every scenario below it, in the order of their paths', () => {
  write('offline/b.scenario.yaml', 'offline-b');
  write('expiry/z.scenario.yaml', 'expiry-z');
  write('expiry/A.scenario.yaml', 'expiry-a');
  writeFileSync(join(folder, 'notes.yaml'), 'not: a scenario\n');
  const { plans, problems } = loadScenarios(folder);
  expect(problems).toEqual([]);
  expect(plans.map((plan) => [plan.family, plan.name])).toEqual([
    ['expiry', 'expiry-a'],
    ['expiry', 'expiry-z'],
    ['offline', 'offline-b'],
  ]);
});

test('a file named twice is read once, and one bad file does not hide the good ones', () => {
  const good = write('expiry/good.scenario.yaml', 'good');
  const bad = write('expiry/bad.scenario.yaml', 'bad', '[{ reqest: /feed }]');
  const { plans, problems, files } = loadScenarios([folder, good]);
  expect(plans.map((plan) => plan.name)).toEqual(['good']);
  expect(problems.map((problem) => `${problem.file} ${problem.code}`)).toEqual([`${bad} TW_SCENARIO_KEY`]);
  expect(files.map((file) => file.file)).toEqual([bad, good]);
});

test('two files with one name: the second is refused and says where the first is', () => {
  const first = write('expiry/a.scenario.yaml', 'same');
  const second = write('offline/a.scenario.yaml', 'same');
  const { plans, problems } = loadScenarios(folder);
  expect(plans.map((plan) => plan.file)).toEqual([first]);
  expect(problems).toEqual([
    {
      code: 'TW_SCENARIO_DUPLICATE',
      file: second,
      line: 2,
      column: 1,
      length: 4,
      message: 'a scenario called "same" is there already',
      hint: `in ${first}`,
    },
  ]);
});

test('a file that is not there, or is a folder, is a problem and no exception', () => {
  expect(loadScenarioFile(join(folder, 'gone.scenario.yaml')).problems).toMatchObject([
    { code: 'TW_SCENARIO_FILE', message: 'there is no such file' },
  ]);
  expect(loadScenarioFile(folder).problems).toMatchObject([{ code: 'TW_SCENARIO_FILE', message: 'cannot be read (EISDIR)' }]);
  expect(loadScenarios([join(folder, 'gone')]).problems).toMatchObject([{ code: 'TW_SCENARIO_FILE' }]);
});

test('bytes that are not text are a problem and no exception', () => {
  const path = join(folder, 'noise.scenario.yaml');
  writeFileSync(path, Buffer.from(Array.from({ length: 4_096 }, (_, i) => (i * 7 + (i >> 3)) % 256)));
  expect(loadScenarioFile(path).problems[0]?.code).toMatch(/^TW_SCENARIO_/);
});

test('loading one plan throws an error that shows every mistake as a block', () => {
  const bad = write('expiry/bad.scenario.yaml', 'bad', '[{ reqest: /feed }, { app: kil }]');
  expect(() => loadPlan(bad)).toThrow(InvalidInputError);
  expect(() => loadPlan(bad)).toThrow(/did you mean "request"\?[\s\S]*did you mean "kill"\?/);
  expect(loadPlan(write('expiry/good.scenario.yaml', 'good')).name).toBe('good');
});
