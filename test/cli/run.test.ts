// `tokenwarp run` as a user meets it: a child process, its exit code, what stands on which stream.
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { FIXTURES, ROOT, scratch, tokenwarp } from '../kit/cli.ts';

interface Document {
  schema: string;
  version: string;
  client: string;
  seeds: number[];
  summary: { counts: Record<string, number>; digest: string; notRun: number; wallMs: number };
  results: {
    scenario: { name: string; file: string };
    outcome: string;
    seed: number;
    digest: string;
    replay: string;
    problems: { title: string; text: string }[];
    seeds?: { run: number; notPassed: number[] };
  }[];
}

function json(args: readonly string[], code: number): Document {
  const said = tokenwarp([...args, '--json']);
  expect([said.code, said.stderr]).toEqual([code, '']);
  return JSON.parse(said.stdout) as Document;
}

describe('selection', () => {
  test('a bare filter runs: a family, a name, part of names', () => {
    const family = json(['revocation'], 0);
    expect(family.results.length).toBe(readdirSync(join(ROOT, 'scenarios/revocation')).length);
    expect(json(['run', 'late-401'], 0).results.map((result) => result.scenario.name)).toEqual(['late-401']);
    const part = json(['lost-response'], 0).results.map((result) => result.scenario.name);
    expect(part.length).toBeGreaterThan(3);
    expect(part.every((name) => name.includes('lost-response'))).toBe(true);
  });

  test('filters add up, and nothing runs twice', () => {
    const names = json(['late-401', 'late-401', 'scenarios/concurrency/late-401.scenario.yaml:9', 'captive-portal'], 0).results.map(
      (result) => result.scenario.name,
    );
    expect(names).toEqual(['late-401', 'captive-portal']);
  });

  test('-t and --tag narrow what the filters say', () => {
    expect(json(['-t', '^late-401$'], 0).results.map((result) => result.scenario.name)).toEqual(['late-401']);
    const nothing = tokenwarp(['run', 'expiry', '--tag', 'no-such-tag']);
    expect([nothing.code, nothing.stdout]).toEqual([4, '']);
    expect(nothing.stderr).toContain('TW_NOTHING_SELECTED');
  });

  test('nothing selected is no success, unless it is said to be', () => {
    const nothing = tokenwarp(['run', 'exipry']);
    expect([nothing.code, nothing.stdout]).toEqual([4, '']);
    expect(nothing.stderr).toContain('did you mean "expiry"?');
    expect(tokenwarp(['run', 'exipry', '--pass-with-none']).code).toBe(0);
    expect(tokenwarp(['run', 'missing/file.scenario.yaml']).code).toBe(4);
  });

  test('a scenario of the user is found by path or folder, from any folder, and is replayed by its path', () => {
    const folder = scratch();
    mkdirSync(join(folder, 'mine'));
    copyFileSync(join(ROOT, FIXTURES, 'own.scenario.yaml'), join(folder, 'mine/own.scenario.yaml'));
    for (const args of [['mine'], ['mine/own.scenario.yaml'], [join(folder, 'mine'), '--cwd', folder]]) {
      const said = tokenwarp(['run', ...args, '--json'], { cwd: folder });
      expect(said.code).toBe(0);
      const [result] = (JSON.parse(said.stdout) as Document).results;
      expect(result?.scenario.file).toBe('mine/own.scenario.yaml');
      expect(result?.replay).toBe('tokenwarp run mine/own.scenario.yaml --seed 1');
    }
  });

  test('an option that the built-in engine cannot read is refused, whether lent or compared; another client may read it', () => {
    const file = join(scratch(), 'own.scenario.yaml');
    const own = readFileSync(join(ROOT, FIXTURES, 'own.scenario.yaml'), 'utf8');
    for (const block of ['client: { refreshEvery: soon }', 'compare: [{ refreshEvery: soon }]']) {
      writeFileSync(file, `${own}${block}\n`);
      const said = tokenwarp(['run', file]);
      expect(said.code).toBe(3);
      expect(said.stderr).toContain('client.refreshEvery cannot be "soon", expected a duration such as 6h   TW_CLIENT_OPTION');
      expect(said.stderr).toContain(file);
      expect(tokenwarp(['run', file, '--client', join(ROOT, 'test/clients/correct/functional-ahead.ts')]).code).toBe(0);
    }
  });

  test('an option of a new version of the app that the built-in engine cannot read is refused with its place', () => {
    const file = join(scratch(), 'own.scenario.yaml');
    const own = readFileSync(join(ROOT, FIXTURES, 'own.scenario.yaml'), 'utf8');
    const updated = own.replace(
      /^steps:/m,
      'devices: { phone: { os: android 14 } }\nsteps:\n  - phone: { update: { client: { refreshKind: often } } }',
    );
    writeFileSync(file, updated);
    const line = updated.split('\n').findIndex((text) => text.includes('update:')) + 1;
    const said = tokenwarp(['run', file]);
    expect(said.code).toBe(3);
    expect(said.stderr).toContain(`own.scenario.yaml:${line}:5: phone.update.client.refreshKind cannot be "often"`);
  });

  test('--list prints what would run and runs nothing', () => {
    const said = tokenwarp(['run', 'late-401', '--list']);
    expect(said.code).toBe(0);
    expect(said.stdout).toMatch(/^late-401 /);
    expect(said.stdout).not.toContain('virtual');
  });
});

describe('what a run says', () => {
  test('a passing scenario: a header, a line, totals, and nothing on standard error', () => {
    const said = tokenwarp(['run', 'late-401']);
    expect([said.code, said.stderr]).toEqual([0, '']);
    const [header, line, totals, ...rest] = said.stdout.trimEnd().split('\n');
    expect(header).toBe('tokenwarp 0.1.0 · 1 scenario · seed 1');
    expect(line).toMatch(/^ ✓ late-401 +1 refresh +\S+ virtual +\d+ ms$/);
    expect(totals).toMatch(/^ 1 passed · 0 failed · 0 not applicable · 0 inconclusive {5}\S+ virtual in \S+ s {5}digest [0-9a-f]{16}$/);
    expect(rest).toEqual([]);
  });

  test('a failing client: the sentence, the lanes, the replay line, and exit code 1', () => {
    const said = tokenwarp(['run', 'late-401', '--client', 'test/clients/broken/late-401-refreshes-again.ts']);
    expect([said.code, said.stderr]).toEqual([1, '']);
    expect(said.stdout).toContain('· client test/clients/broken/late-401-refreshes-again.ts');
    expect(said.stdout).toMatch(/✗ late-401 › no-duplicate-refresh {6}scenarios\/concurrency\/late-401\.scenario\.yaml:\d+/);
    expect(said.stdout).toMatch(/▸ +\d+ ms +refresh #2 \(RT-2\) ─+▶ RT-2→RT-3, AT-3 +✗ AT-2 still valid for/);
    expect(said.stdout).toContain('replay   tokenwarp run late-401 --seed 1 --client test/clients/broken/late-401-refreshes-again.ts');
    expect(said.stdout).toContain('more     tokenwarp explain no-duplicate-refresh');
  });

  test('the replay line, run as it stands, gives the same history', () => {
    const args = ['run', 'late-401', '--seed', '7', '--client', 'test/clients/broken/late-401-refreshes-again.ts'];
    const first = json(args, 1).results[0];
    const again = json((first?.replay ?? '').split(' ').slice(1), 1).results[0];
    expect(again?.digest).toBe(first?.digest);
    expect(again?.seed).toBe(7);
  });

  test('no token stands anywhere in the output of a client that leaks one', () => {
    const said = tokenwarp(['run', 'session', '--client', 'test/clients/broken/token-in-log.ts', '--json']);
    expect(said.code).toBe(1);
    expect(said.stdout).not.toMatch(/eyJ[\w-]{10,}/);
  });

  test('--quiet says failures and one line', () => {
    expect(tokenwarp(['run', 'revocation', '--quiet']).stdout.trimEnd().split('\n')).toHaveLength(1);
  });

  test('--verbose names the invariants that had nothing to judge', () => {
    expect(tokenwarp(['run', 'late-401', '--verbose']).stdout).toMatch(/^ – idle everywhere: .*no-cross-user/m);
    expect(tokenwarp(['run', 'late-401']).stdout).not.toContain('idle');
  });

  test('the same run gives the same JSON, apart from wall time', () => {
    const strip = (text: string): string => text.replaceAll(/"wallMs": \d+/g, '');
    const [a, b] = [
      tokenwarp(['run', 'expiry', '--json']),
      tokenwarp(['run', 'expiry', '--json'], { env: { TZ: 'Asia/Tokyo', LC_ALL: 'tr_TR.UTF-8' } }),
    ];
    expect(strip(a.stdout)).toBe(strip(b.stdout));
  });
});

describe('what decides', () => {
  test('another seed is another history', () => {
    const [a, b] = [json(['late-401', '--seed', '1'], 0), json(['late-401', '--seed', '2'], 0)];
    expect([a.seeds, b.seeds]).toEqual([[1], [2]]);
    expect(a.summary.digest).not.toBe(b.summary.digest);
  });

  test('several seeds report the worst, and say how many', () => {
    const good = json(['late-401', '--seeds', '4..6'], 0).results[0];
    expect(good?.seeds).toMatchObject({ run: 3, notPassed: [] });
    const bad = json(['late-401', '--seeds', '3', '--client', `${FIXTURES}/no-refresh.ts`], 1).results[0];
    expect(bad?.seeds).toMatchObject({ run: 3, notPassed: [1, 2, 3] });
    expect(bad?.outcome).toBe('failed');
    expect(bad?.replay).toContain('--seed 1 ');
  });

  test('--bail stops after so many that did not hold', () => {
    const document = json(['expiry', '--bail', '--client', `${FIXTURES}/no-refresh.ts`], 1);
    expect(document.summary.counts['failed']).toBe(1);
    expect(document.summary.notRun).toBeGreaterThan(10);
    expect(json(['expiry', '--bail=2', '--client', `${FIXTURES}/no-refresh.ts`], 1).summary.counts['failed']).toBe(2);
  });

  test('a limit of virtual time makes a run inconclusive, and the replay line keeps the limit', () => {
    const document = json(['thirty-days-away', '--max-virtual', '1h'], 5);
    expect(document.results[0]?.outcome).toBe('inconclusive');
    expect(document.results[0]?.replay).toContain('--max-virtual 3600000ms');
  });

  test('what a client does not claim is not applicable, with the reason', () => {
    const said = tokenwarp(['run', 'concurrency', 'offline', '--client', `${FIXTURES}/no-refresh.ts`]);
    expect(said.stdout).toMatch(/– \S+ +\S.*\n/);
    expect(said.stdout).toMatch(/– not applicable: \d+ × /);
    const only = tokenwarp(['run', 'queued-until-the-network-is-back', '--client', `${FIXTURES}/no-refresh.ts`]);
    expect(only.code).toBe(4);
  });

  test('--verify-determinism holds for the engine and catches a client with a memory', () => {
    expect(tokenwarp(['run', 'expiry', '--verify-determinism', '--quiet']).code).toBe(0);
    const said = tokenwarp(['run', `${FIXTURES}/own.scenario.yaml`, '--verify-determinism', '--client', `${FIXTURES}/changes-its-mind.ts`]);
    expect(said.code).toBe(8);
    expect(said.stdout).toContain('same seed, different history');
    expect(said.stdout).toMatch(/first run +\d+ ms {2}phone\/app: /);
    expect(said.stdout).toContain('1 not deterministic');
  });

  test('--settle chooses how promises are awaited and changes no history', () => {
    const digests = ['turn', 'drain'].map((mode) => json(['concurrency', '--settle', mode], 0).summary.digest);
    expect(digests[0]).toBe(digests[1]);
  });
});

describe('reports', () => {
  test('several at once, files whole and in new folders, lines still on the screen', () => {
    const folder = scratch();
    const files = ['json', 'ndjson', 'junit', 'quiet'].map((name) => `${name}=${join(folder, 'deep/er', name)}`);
    const said = tokenwarp(['run', 'late-401', ...files.flatMap((file) => ['--reporter', file])]);
    expect(said.code).toBe(0);
    expect(said.stdout).toContain(' ✓ late-401');
    expect(readdirSync(join(folder, 'deep/er')).toSorted()).toEqual(['json', 'junit', 'ndjson', 'quiet']);
    expect(readFileSync(join(folder, 'deep/er/junit'), 'utf8')).toMatch(/^<\?xml[\s\S]*<\/testsuites>\n$/);
    expect((JSON.parse(readFileSync(join(folder, 'deep/er/json'), 'utf8')) as Document).schema).toBe('tokenwarp/result.v1');
  });

  test('--json owns standard output; lines go to standard error', () => {
    const said = tokenwarp(['run', 'late-401', '--json', '--reporter', 'lines']);
    expect((JSON.parse(said.stdout) as Document).results).toHaveLength(1);
    expect(said.stderr).toContain(' ✓ late-401');
  });

  test('two formats on one stream, or on one file, are refused before anything runs', () => {
    for (const args of [
      ['--reporter', 'ndjson', '--reporter', 'lines'],
      ['--reporter', 'json=a', '--reporter', 'junit=a'],
      ['--json', '--reporter', 'lines', '--reporter', 'quiet'],
    ]) {
      const said = tokenwarp(['run', 'late-401', ...args]);
      expect([said.code, said.stdout]).toEqual([2, '']);
    }
    expect(existsSync(join(ROOT, 'a'))).toBe(false);
  });

  test('a report that cannot be written is never a success', () => {
    const folder = scratch();
    writeFileSync(join(folder, 'taken'), '');
    const said = tokenwarp(['run', 'late-401', '--reporter', `junit=${join(folder, 'taken/report.xml')}`]);
    expect(said.code).toBe(2);
    expect(said.stderr).toContain('TW_REPORT_FILE');
    mkdirSync(join(folder, 'folder'));
    const late = tokenwarp(['run', 'late-401', '--reporter', `junit=${join(folder, 'folder')}`]);
    expect(late.code).toBe(2);
    // Below /proc no folder can be made, and Node's own recursive mkdir never comes back from there.
    expect(tokenwarp(['run', 'late-401', '--reporter', 'junit=/proc/nowhere/report.xml']).stderr).toContain('TW_REPORT_FILE');
    expect(readdirSync(folder).toSorted()).toEqual(['folder', 'taken']);
  });

  test('GitHub Actions gets annotations and a step summary without being asked', () => {
    const folder = scratch();
    const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: join(folder, 'summary.md') };
    writeFileSync(env.GITHUB_STEP_SUMMARY, 'before\n');
    const said = tokenwarp(['run', 'late-401', '--client', `${FIXTURES}/no-refresh.ts`], { env });
    expect(said.stdout).toMatch(/^::error file=scenarios\/concurrency\/late-401\.scenario\.yaml,line=\d+,title=/m);
    expect(readFileSync(env.GITHUB_STEP_SUMMARY, 'utf8')).toMatch(/^before\n### tokenwarp/);
    expect(tokenwarp(['run', 'late-401', '--json'], { env }).stdout).not.toContain('::error');
  });

  test('colour follows --color, NO_COLOR and FORCE_COLOR', () => {
    const has = (args: readonly string[], env: Record<string, string>): boolean =>
      tokenwarp(['run', 'late-401', ...args], { env }).stdout.includes('\u001B[');
    expect(has([], {})).toBe(false);
    expect(has([], { FORCE_COLOR: '1' })).toBe(true);
    expect(has([], { FORCE_COLOR: '1', NO_COLOR: '1' })).toBe(false);
    expect(has(['--color', 'always'], { NO_COLOR: '1' })).toBe(true);
    expect(has([], { TOKENWARP_COLOR: 'always' })).toBe(true);
  });
});
