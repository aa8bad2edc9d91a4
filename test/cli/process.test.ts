// The command line as a process: misuse, bad input, signals, closed pipes, old versions of Node.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BIN, FIXTURES, ROOT, scratch, startTokenwarp, tokenwarp } from '../kit/cli.ts';

const STACK = /^\s+at .+:\d+:\d+\)?$/m;

describe('wrong usage is exit code 2, one sentence and a hint on standard error, and no stack', () => {
  test.each([
    [['run', '--sed', '3'], "unknown option '--sed'", 'did you mean --seed?'],
    [['--reporter'], 'argument missing', ''],
    [['run', '--reporter', 'juint'], 'there is no reporter "juint"', 'did you mean "junit"?'],
    [['run', '--seed', 'abc'], '--seed: "abc" is not a seed', 'a whole number'],
    [['run', '--seed', '1', '--seeds', '2'], 'contradict each other', ''],
    [['run', '--seeds', '8..5'], '--seeds: "8..5"', ''],
    [['run', '--timeout', '5'], '--timeout: "5" is not a duration', '90s'],
    [['run', '--tag', 'a b'], '--tag: "a b" is not a tag expression', 'not slow'],
    [['run', '-t', '('], '--name: "(" is not a regular expression', ''],
    [['run', '--bail', 'expiry'], '--bail: "expiry" is not a count', ''],
    [['run', '--color', 'sometimes'], 'is not one of auto, always, never', ''],
    [['run', 'expiry', '--schedule', 'tw1'], '--schedule replays one scenario', ''],
    [['schema', 'extra'], 'too many arguments', ''],
    [['explain', 'no-duplicate-refesh'], 'nothing to explain', 'did you mean "no-duplicate-refresh"?'],
  ] as const)('%j', (args, message, hint) => {
    const said = tokenwarp(args);
    expect([said.code, said.stdout]).toEqual([2, '']);
    expect(said.stderr).toMatch(/^tokenwarp: .* {3}TW_USAGE\n/);
    expect(said.stderr).toContain(message);
    expect(said.stderr).toContain(hint);
    expect(said.stderr).not.toMatch(STACK);
  });

  test('a mistake in a variable names the variable', () => {
    const said = tokenwarp(['run'], { env: { TOKENWARP_SEED: 'x' } });
    expect(said.code).toBe(2);
    expect(said.stderr).toContain('TOKENWARP_SEED: "x" is not a seed');
  });

  test('a stack is printed only with --verbose', () => {
    expect(tokenwarp(['run', '--seed', 'x', '--verbose']).stderr).toMatch(STACK);
  });
});

describe('bad input is exit code 3', () => {
  test('every mistake of a scenario is shown with its place, and nothing runs', () => {
    const said = tokenwarp(['run', `${FIXTURES}/broken.scenario.yaml`]);
    expect([said.code, said.stdout]).toEqual([3, '']);
    expect(said.stderr).toContain(`${FIXTURES}/broken.scenario.yaml:5:5  unknown step key "reqest"`);
    expect(said.stderr).toContain('did you mean "request"?');
    expect(said.stderr).toContain('broken.scenario.yaml:6:');
    expect(said.stderr).toContain('broken.scenario.yaml:7:');
    expect(said.stderr).not.toMatch(STACK);
  });

  test.each([
    ['a module that is not there', 'no/such/client.ts', 'TW_CLIENT_MISSING'],
    ['a module that throws while it is imported', `${FIXTURES}/throws-on-import.ts`, 'no database here'],
    ['a module without a factory', `${FIXTURES}/no-factory.ts`, 'TW_CLIENT_EXPORT'],
  ])('%s', (_name, module, words) => {
    const said = tokenwarp(['run', 'late-401', '--client', module]);
    expect(said.code).toBe(3);
    expect(said.stdout).toBe('');
    expect(said.stderr).toContain(words);
    expect(said.stderr).not.toMatch(STACK);
  });

  test('a schedule that is none', () => {
    const said = tokenwarp(['run', 'late-401', '--schedule', 'whatever']);
    expect(said.code).toBe(3);
    expect(said.stderr).toContain('TW_SCHEDULE');
  });
});

describe('a signal ends the run, and the reports of what had finished are written', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s ends with %d', async (signal, code) => {
    const folder = scratch();
    const { child, ended } = startTokenwarp([
      'run',
      '--seeds',
      '500',
      '--reporter',
      'lines',
      '--reporter',
      `json=${join(folder, 'out.json')}`,
    ]);
    await new Promise<void>((resolve) => {
      const onData = (text: string): void => {
        if (text.includes(' ✓ ')) resolve();
      };
      child.stdout?.on('data', onData);
    });
    child.kill(signal);
    const said = await ended;
    expect(said.code).toBe(code);
    expect(said.stdout).toContain(`interrupted by ${signal}`);
    const document = JSON.parse(readFileSync(join(folder, 'out.json'), 'utf8')) as {
      summary: { interrupted: string; notRun: number };
      results: unknown[];
    };
    expect(document.summary.interrupted).toBe(signal);
    expect(document.results.length).toBeGreaterThan(0);
    expect(document.summary.notRun).toBeGreaterThan(0);
  });
});

test('a reader that goes away is no error: the exit code still comes from the results', async () => {
  const { child, ended } = startTokenwarp(['run', '--seeds', '3']);
  child.stdout?.once('data', () => child.stdout?.destroy());
  const said = await ended;
  expect([said.code, said.stderr]).toEqual([0, '']);
});

describe('start', () => {
  test('--version is the version, alone', () => {
    const { version } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    for (const args of [['--version'], ['run', '--version']])
      expect(tokenwarp(args)).toEqual({ code: 0, stdout: `${version}\n`, stderr: '' });
  });

  test.each([[['--help']], [['help']], [['run', '--help']], [['help', 'run']], [['explain', '-h']]])(
    '%j prints help on standard output',
    (args) => {
      const said = tokenwarp(args);
      expect([said.code, said.stderr]).toEqual([0, '']);
      expect(said.stdout).toContain('Usage: tokenwarp');
    },
  );

  test('help names every exit code, and the options of every command in its own help', () => {
    const { stdout } = tokenwarp(['--help']);
    for (const code of [0, 1, 2, 3, 4, 5, 6, 7, 8, 70, 130, 143]) expect(stdout).toMatch(new RegExp(`^ +${code} {2}`, 'm'));
    expect(tokenwarp(['run', '--help']).stdout).toContain('--verify-determinism');
    expect(tokenwarp(['run', '--help']).stdout).not.toContain('--settle');
  });

  test('an old Node gets one clear line and exit code 2, whatever was asked', () => {
    const pretend = "Object.defineProperty(process, 'versions', { value: { ...process.versions, node: '20.11.0' } })";
    for (const args of [['run'], ['--version']]) {
      const said = tokenwarp(args, { node: ['--import', `data:text/javascript,${encodeURIComponent(pretend)}`] });
      expect(said).toEqual({ code: 2, stdout: '', stderr: 'tokenwarp needs Node 22.19 or newer; this is 20.11.0\n' });
    }
  });

  test('the starter uses no syntax that Node 12 cannot read', () => {
    const code = readFileSync(BIN, 'utf8');
    expect(code).not.toMatch(/\?\.|\?\?|\*\*|#[a-z]\w* =|'node:|\bawait\b|import\.meta\.(main|dirname)/);
  });
});
