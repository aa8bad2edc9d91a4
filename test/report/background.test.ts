// One output answers: did the background refresh run, if not what held it, and what would have happened with other options.
import { expect, test } from 'vitest';
import { REPORTERS } from '../../src/report/registry.ts';
import type { ReporterName } from '../../src/report/registry.ts';
import { PLAIN_SCREEN } from '../../src/report/screen.ts';
import { summarise } from '../../src/report/summary.ts';
import { runScenario } from '../../src/scenario/run.ts';
import type { RunResult } from '../../src/verify/result.ts';
import { planOf } from '../kit/world.ts';

const WEEK = `
server: { accessToken: { ttl: 7d }, refreshToken: { idle: 7d } }
client: { refreshEvery: 5d }
devices: { phone: { os: ios 18, profile: weekly } }
steps: [{ advance: 30d }]`;

async function shown(result: RunResult, name: ReporterName = 'lines', verbose = false): Promise<string> {
  let text = '';
  const write = (part: string): void => void (text += part);
  const reporter = (await REPORTERS[name].load())({ write, screen: PLAIN_SCREEN, verbose });
  const report = { result, wallMs: 1 };
  reporter.begin?.({ version: '0', scenarios: ['inline'], seeds: [1], client: 'built-in engine' });
  reporter.result?.(report);
  reporter.end?.(summarise([report], { selected: 1, wallMs: 1 }));
  return text;
}

const run = (yaml: string): Promise<RunResult> => runScenario(planOf(yaml), { seed: 1 });
/** The cells of the row that begins with these words. */
const row = (text: string, name: string): string[] => {
  const line = text.split('\n').find((one) => one.trim().startsWith(name)) ?? '';
  return line.trim().slice(name.length).trim().split(/ {3,}/);
};

test('both intervals side by side: runs, gates, lost logins and why', async () => {
  const text = await shown(await run(`${WEEK}\ncompare: [{ refreshEvery: 6h }]`));
  expect(text).toContain('inline › background of phone');
  expect(text).toContain('ios 18, used as weekly, 30d of virtual time');
  expect(text).toMatch(/refreshEvery 5d {3,}refreshEvery 6h/);
  const [seldom = '', often = ''] = row(text, 'runs ');
  expect(Number.parseInt(often, 10)).toBeGreaterThan(Number.parseInt(seldom, 10));
  expect(row(text, 'held by app usage').every((cell) => /^\d+\.\d %$/.test(cell))).toBe(true);
  expect(row(text, 'logins lost')).toEqual([expect.stringMatching(/^1, first at /), 'none']);
  expect(text).toMatch(/refreshEvery 5d: login lost at .*: its refresh token had not been used for too long, last new token 7d before/);
  expect(text).toMatch(/token-refresh then was held by app usage .*\(a figure nobody has published\); it had never run/);
  expect(text).toMatch(/refreshEvery 6h: in the end token-refresh was held by /);
});

test('no block unless it is asked for, by --verbose, by compare or by a failure', async () => {
  const result = await run(WEEK);
  expect(await shown(result)).not.toContain('background of phone');
  expect(await shown(result, 'lines', true)).toContain('background of phone');
  const failed = await run(`${WEEK}\nexpect: { lost: 0 }`);
  expect(failed.expectations.map(({ message }) => message)).toEqual(['expected 0 lost logins, but there was 1']);
  expect(await shown(failed)).toContain('background of phone');
});

test('the data is always there for machines, what was compared among it', async () => {
  const result = await run(`${WEEK}\ncompare: [{ refreshEvery: 6h }]`);
  const { results } = JSON.parse(await shown(result, 'json')) as { results: RunResult[] };
  expect(results[0]?.background).toEqual(result.background);
  expect(results[0]?.compared?.map(({ options, outcome }) => [options, outcome])).toEqual([[{ refreshEvery: '6h' }, 'passed']]);
  const [report] = result.background ?? [];
  const whole = report?.jobs[0]?.held.reduce((sum, { ms }) => sum + ms, 0) ?? 0;
  expect(whole).toBe((report?.to ?? 0) - (report?.from ?? 0));
});

test('the run beside changes nothing in the run that counts', async () => {
  const alone = await run(WEEK);
  const compared = await run(`${WEEK}\ncompare: [{ refreshEvery: 6h }]`);
  expect(compared.digest).toBe(alone.digest);
  expect(compared.background).toEqual(alone.background);
});

test('a phone without a modelled system has no block, and one without jobs says so little', async () => {
  expect((await run('steps: [{ request: /feed }]')).background).toBeUndefined();
  const result = await run('devices: { phone: { os: android 14 } }\nsteps: [{ advance: 1d }]');
  expect(result.background?.[0]?.jobs).toEqual([]);
  expect(await shown(result, 'lines', true)).toContain('refreshes elsewhere');
});

test('a job that was refused, force-stopped or never asked for again says so', async () => {
  const refused = await shown(
    await run(
      'client: { refreshEvery: 6h }\ndevices: { phone: { os: { name: ios 18, modes: [] } } }\nsteps: [{ advance: 2d }]\nexpect: { jobs: { runs: 1 } }',
    ),
  );
  expect(row(refused, 'refused')).toEqual([expect.stringContaining('notPermitted: UIBackgroundModes')]);
  expect(refused).toContain('in the end token-refresh was refused (notPermitted: UIBackgroundModes)');
  const stopped = await shown(
    await run(
      'client: { refreshEvery: 6h }\ndevices: { phone: { os: android 14 } }\nsteps: [{ phone: force-stop }, { advance: 2d }]\nexpect: { jobs: { runs: 9 } }',
    ),
  );
  expect(row(stopped, 'lost')).toEqual(['1 × force-stop']);
  expect(stopped).toContain('in the end token-refresh was held by FLAG_STOPPED');
});

test('a run whose refresh failed has brought no new token, and every try in it is one inside a job', async () => {
  const result = await run(`
server: { accessToken: { ttl: 7d }, refreshToken: { idle: 7d } }
client: { refreshEvery: 2d }
devices: { phone: { os: android 14 } }
steps:
  - phone: leave
  - fault: { reply: 503, of: token, for: 7d12h }
  - advance: 8d
  - expect: { jobs: { renewing: ">=1" } }
  - phone: open`);
  const [report] = result.background ?? [];
  const [job] = report?.jobs ?? [];
  expect(job?.refreshing).toBeGreaterThan(0);
  expect(job?.renewing).toBe(0);
  const { inJobs = 0, elsewhere = 0 } = report?.renewals ?? {};
  expect(inJobs + elsewhere).toBe(result.events.filter(({ type }) => type === 'token.sent').length);
  expect(inJobs).toBeGreaterThanOrEqual(job?.refreshing ?? Infinity);
  const text = await shown(result, 'lines', true);
  expect(row(text, 'runs that brought a new token')).toEqual(['0']);
  expect(text).toMatch(/it last ran \S+ before and brought no new token \(retry\)/);
});
