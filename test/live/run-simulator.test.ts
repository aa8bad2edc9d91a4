// `tokenwarp run --bundle`: an app on a simulator, over the double of xcrun as a program, with real HTTP to the mock server.
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { scenario } from '../kit/adbd/live-lab.ts';
import { scratch, tokenwarp } from '../kit/cli.ts';
import { BUNDLE, PHONE, XcrunDouble } from '../kit/xcrun/double.ts';
import { liveSimulator, SCHEME, type LiveSimulator } from '../kit/xcrun/live-simulator.ts';
import { labOf } from '../device/ios/lab.ts';

const STEPS = [
  'steps:',
  '  - revoke: access-token',
  '  - request: { path: /feed, count: 3, expect: ok }',
  '  - app: background',
  '  - advance: 1h',
  '  - app: foreground',
  '  - push: refresh',
  'expect: { refreshes: 2 }',
  '',
].join('\n');
const HELD = [
  'server: { refreshToken: { grace: { policy: same-successor, window: 1h } } }',
  'steps:',
  '  - revoke: access-token',
  '  - { request: /feed, wait: false }',
  '  - advance: { until: token.committed }',
  '  - app: kill',
  '  - app: launch',
  '  - request: { path: /feed, count: 2, expect: ok }',
  '',
].join('\n');

function words({ port }: LiveSimulator, path: string, ...more: string[]): string[] {
  return ['run', path, '--bundle', BUNDLE, '--app-port', String(port), '--wait', '4s', ...more];
}

describe('an app on a simulator', () => {
  test(
    'that is right passes, asked through its URL scheme; the server listens where the app looks for it',
    { timeout: 120_000 },
    async () => {
      const simulator = await liveSimulator();
      const ran = await labOf(simulator.double).run(...words(simulator, scenario('tour', STEPS)));
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/✓ tour {4}2 refreshes/) as string });
      const asked = simulator.double.lines().filter((line) => /openurl|push/.test(line));
      expect(asked).toEqual([
        `simctl openurl <udid> ${SCHEME}://sign-in?user=ada&device=phone`,
        `simctl openurl <udid> ${SCHEME}://request?path=%2Ffeed&method=GET&count=3&id=q1`,
        `simctl push <udid> ${BUNDLE} -`,
        `simctl openurl <udid> ${SCHEME}://request?path=%2Ffeed&method=GET&count=1&id=last`,
      ]);
    },
  );

  test(
    'without single flight, killed between commit and answer: found out, and out again it comes from its transcript',
    { timeout: 120_000 },
    async () => {
      const simulator = await liveSimulator({ noSingleFlight: true });
      const file = join(scratch(), 'run.jsonl');
      const ran = await labOf(simulator.double).run(...words(simulator, scenario('held', HELD), '--record', file));
      expect(ran).toMatchObject({ code: 1, stdout: expect.stringContaining('✗ held › no-duplicate-refresh') as string });
      expect(tokenwarp(['run', '--replay', file], { env: { PATH: '/nowhere' } })).toEqual(ran);
    },
  );
});

describe('what is refused up front', () => {
  test.each([
    ['network: offline', /network offline on phone: a simulator shares the network of this Mac/],
    ['clock: 1h', /clock of phone jumps \+1h: a simulator shares the clock/],
  ])('%s, and nothing was touched', async (step, message) => {
    const simulator = await liveSimulator();
    const ran = await labOf(simulator.double).run(...words(simulator, scenario('asked', `steps:\n  - ${step}\n`)));
    expect(ran).toMatchObject({ code: 6, stderr: expect.stringMatching(message) as string });
    expect(simulator.double.simulator.happened).toEqual([]);
  });

  test('a build without the scheme of the hook, and the clock of the phone', { timeout: 60_000 }, async () => {
    const simulator = await liveSimulator({}, { scheme: 'demo' });
    const lab = labOf(simulator.double);
    const path = scenario('asked', 'steps:\n  - advance: 1h\n');
    const ran = await lab.run(...words(simulator, path, '--device-clock'));
    expect(ran).toMatchObject({
      code: 6,
      stderr: expect.stringContaining(`the Info.plist of ${BUNDLE} has no URL scheme ${SCHEME}`) as string,
    });
    expect(ran.stderr).toMatch(/1h pass: a simulator shares the clock of this Mac/);
    expect(await lab.run(...words(simulator, path, '--device', 'nobody'))).toMatchObject({ code: 6 });
  });

  test('a physical iPhone: nothing leads it to the server', async () => {
    const double = new XcrunDouble({ phones: [{}] });
    const ran = await labOf(double).run('run', scenario('asked', 'steps:\n  - request: /feed\n'), '--device', PHONE, '--bundle', BUNDLE);
    expect(ran).toMatchObject({ code: 6, stderr: expect.stringMatching(/the run itself: .*no reverse-port/) as string });
  });
});
