// `tokenwarp device`, `devices` and `doctor` for iOS as processes: each action is seen at the simulator or the phone, what can be put back
// is, and what only a simulator can do is refused for a phone by name.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { DEVICE_ACTIONS } from '../../../src/cli/device/actions.ts';
import { BUNDLE, infoPlist, PHONE, REFRESH, UDID, XcrunDouble } from '../../kit/xcrun/double.ts';
import type { Simulator } from '../../kit/xcrun/state.ts';
import { labOf } from './lab.ts';

const APP = ['--bundle', BUNDLE];
const simulator = (more: Partial<Omit<Simulator, 'apps'>> = {}): XcrunDouble =>
  new XcrunDouble({ simulators: [{ ...more, apps: [{ pid: 77 }] }] });
const phone = (): XcrunDouble => new XcrunDouble({ phones: [{ apps: [{ pid: 500 }] }] });
const device = (double: XcrunDouble, ...words: string[]) => labOf(double).run('device', ...words);
const SILENT = `push ${BUNDLE} {"aps":{"content-available":1}}`;
const WAIT = { timeout: 20_000 };

describe('on a simulator', () => {
  test.each<[string[], string, readonly string[]]>([
    [['launch', ...APP], 'com.example.demo is in front, process 77', [`launch ${BUNDLE}`]],
    [['push', ...APP], 'a push was delivered to com.example.demo', [SILENT]],
    [['push', '{"aps":{"alert":"hi"},"x":1}', ...APP], 'delivered', [`push ${BUNDLE} {"aps":{"alert":"hi"},"x":1}`]],
    [
      ['biometric', 'match'],
      'a face or finger that is enrolled',
      ['notify -p com.apple.BiometricKit_Sim.pearl.match', 'notify -p com.apple.BiometricKit_Sim.fingerTouch.match'],
    ],
    [
      ['biometric', 'no-match', '--count', '2'],
      'not enrolled',
      [1, 2].flatMap(() => ['pearl', 'fingerTouch'].map((sensor) => `notify -p com.apple.BiometricKit_Sim.${sensor}.nomatch`)),
    ],
    [['keychain-reset'], 'its keychain is empty', ['keychain reset']],
    [['privacy', 'reset', 'camera', ...APP], 'reset camera', [`privacy reset camera ${BUNDLE}`]],
    [['open-url', 'demo://callback?code=x'], 'demo://callback?code=x was opened', ['openurl demo://callback?code=x']],
    [['notify', 'com.example.fire'], 'com.example.fire was posted', ['notify -p com.example.fire']],
  ])('%j', async (words, said, happened) => {
    const double = simulator();
    const { code, stdout, stderr } = await device(double, ...words);
    expect([code, stderr, stdout]).toEqual([
      0,
      '',
      expect.stringMatching(new RegExp(`^✓ ${UDID}: .*${said.replaceAll(/[?./]/g, '\\$&')}`)),
    ]);
    expect(double.simulator.happened).toEqual(happened);
  });

  test('kill ends the app, home shows another one and ends that, launch brings it back', async () => {
    const double = simulator();
    const lab = labOf(double);
    expect((await lab.run('device', 'kill', ...APP)).stdout).toContain('com.example.demo is ended');
    expect(double.simulator.apps[0]?.pid).toBeUndefined();
    expect(await lab.run('device', 'kill', ...APP)).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/does not run[^]*simctl launch/) as string,
    });
    expect((await lab.run('device', 'launch', ...APP)).stdout).toContain('process 4242');
    expect((await lab.run('device', 'home')).stdout).toContain('home screen');
    expect(double.lines().slice(-2)).toEqual([
      'simctl launch <udid> com.apple.Preferences',
      'simctl terminate <udid> com.apple.Preferences',
    ]);
    expect(double.simulator.apps[0]?.pid, 'it goes on in the background').toBe(4242);
  });

  test('boot waits until it can be used, shutdown ends it', async () => {
    const double = simulator({ state: 'Shutdown' });
    const lab = labOf(double);
    expect((await lab.run('device', 'boot')).stdout).toContain('it is booted');
    expect(double.simulator.state).toBe('Booted');
    expect((await lab.run('device', 'shutdown', '--device', 'iphone 17')).code).toBe(0);
    expect(double.simulator.state).toBe('Shutdown');
    expect(await lab.run('device', 'home')).toMatchObject({ code: 6, stderr: expect.stringContaining('bootstatus') as string });
  });

  test('an enrolment and a permission are put back by restore', async () => {
    const double = simulator();
    const lab = labOf(double);
    expect((await lab.run('device', 'enrol', 'on')).stdout).toMatch(/a face or finger is enrolled\n.*1 change to put back/);
    expect(double.simulator.enrolled).toBe(true);
    await lab.run('device', 'privacy', 'revoke', 'camera', ...APP);
    expect(JSON.parse((await lab.run('device', 'changes', '--json')).stdout)).toMatchObject({
      devices: [
        { platform: 'ios', device: UDID, changes: [{ text: 'a face or finger was enrolled' }, { text: `camera of ${BUNDLE}: revoke` }] },
      ],
    });
    expect((await lab.run('device', 'restore')).code).toBe(0);
    expect(double.simulator.enrolled).toBe(false);
    expect(double.simulator.happened.slice(2)).toEqual([
      `privacy revoke camera ${BUNDLE}`,
      `privacy reset camera ${BUNDLE}`,
      'notify -s com.apple.BiometricKit.enrollmentChanged 0',
      'notify -p com.apple.BiometricKit.enrollmentChanged',
    ]);
    expect((await lab.run('device', 'changes')).stdout).toBe('nothing is changed\n');
  });

  test.each([
    ['lines', [], `77  started      Starting simulated task: ${REFRESH} <token>\n`],
    ['data', ['--json'], `{"event":"started","pid":77,"message":"Starting simulated task: ${REFRESH} <token>"}\n`],
  ])('log: what comes, as %s and without tokens, until Ctrl-C', async (_, more, expected) => {
    const double = simulator();
    const { child, ended } = labOf(double).start('device', 'log', ...more);
    await expect.poll(() => double.lines().some((line) => line.includes('log stream')), WAIT).toBe(true);
    const said = new Promise((resolve) => void child.stdout?.once('data', resolve));
    // The stream may just be starting: it shows what is written from then on.
    const writing = setInterval(
      () => double.append({ processID: 77, eventMessage: `Starting simulated task: ${REFRESH} token=8f14e45fceea167a5a36dedd4bea2543AbC` }),
      100,
    );
    await said;
    clearInterval(writing);
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect([code, stdout.startsWith(expected), stdout.includes('8f14e45f')]).toEqual([130, true, false]);
  });

  test('log ends when nobody reads it any more, as behind `| head -1`', async () => {
    const double = simulator();
    const { child, ended } = labOf(double).start('device', 'log');
    await expect.poll(() => double.lines().some((line) => line.includes('log stream')), WAIT).toBe(true);
    const first = new Promise((resolve) => void child.stdout?.once('data', resolve));
    const writing = setInterval(() => double.append({ processID: 77, eventMessage: `Starting simulated task: ${REFRESH}` }), 100);
    await first;
    child.stdout?.destroy();
    expect(await ended.finally(() => clearInterval(writing))).toMatchObject({ code: 0, stderr: '' });
  });

  test('as data', async () => {
    expect(JSON.parse((await device(simulator(), 'enrol', 'on', '--json')).stdout)).toEqual({
      schema: 'tokenwarp/device.v1',
      device: UDID,
      action: 'enrol',
      said: 'a face or finger is enrolled',
      changes: ['a face or finger was enrolled'],
    });
  });

  test.each([
    [['push', 'hello', ...APP], 2, 'no JSON with a member "aps"'],
    [['push', `{"aps":{},"x":"${'y'.repeat(4_200)}"}`, ...APP], 2, 'APNs takes 4096'],
    [['push'], 2, '--bundle is missing'],
    [['push', '--package', 'com.example.app'], 2, '--bundle is missing'],
    [['launch'], 2, '--package or --bundle is missing'],
    [['launch', ...APP, '--package', 'com.example.app'], 2, 'apps of two platforms'],
    [['biometric', 'maybe'], 2, '"maybe" is not one of match, no-match'],
    [['open-url'], 2, 'say which URL'],
    [['open-url', 'nobody://x'], 7, 'no installed app takes this URL'],
    [['notify', '-x'], 2, '-x'],
    [['launch', '--bundle', 'com.example.other'], 7, 'is not installed'],
    [['home', '--device', 'Booted'], 6, 'there is no device "Booted"'],
  ])('%j: exit code %d', async (words, code, said) => {
    expect(await device(simulator(), ...words)).toMatchObject({ code, stdout: '', stderr: expect.stringContaining(said) as string });
  });

  test('every exit code of simctl comes out as a word: 149, 148, 3, 2, 4, 60', async () => {
    const refusal = (code: number, domain: string, text: string): string =>
      `An error was encountered processing the command (domain=${domain}, code=${code}):\n${text}\n`;
    const sim = 'com.apple.CoreSimulator.SimError';
    const posix = 'NSPOSIXErrorDomain';
    for (const [exit, stderr, code, said] of [
      [149, refusal(405, sim, 'Unable to lookup in current state: Shutdown'), 6, /is shut down[^]*bootstatus/],
      [149, refusal(405, sim, 'Unable to lookup in current state: Shutting Down'), 6, /shutting down[^]*wait until/],
      [148, `Invalid device: ${UDID}\n`, 6, /there is no device/],
      [3, refusal(3, posix, 'found nothing to terminate'), 7, /does not run/],
      [2, refusal(2, posix, 'No such file or directory'), 7, /is not installed/],
      [4, refusal(4, 'FBSOpenApplicationServiceErrorDomain', 'The request to open "x" failed.'), 7, /is not installed/],
      [60, refusal(60, posix, 'launchd failed to respond.'), 7, /did not answer in time/],
    ] as const) {
      const double = simulator();
      double.fault({ on: '^simctl terminate', exit, stderr });
      expect(await device(double, 'kill', ...APP)).toMatchObject({ code, stderr: expect.stringMatching(said) as string });
    }
  });
});

describe('on a phone', () => {
  test('launch, kill, open a URL, post a notification', async () => {
    const double = phone();
    const lab = labOf(double);
    expect((await lab.run('device', 'notify', 'com.example.fire')).code).toBe(0);
    expect((await lab.run('device', 'open-url', 'demo://x', ...APP)).code).toBe(0);
    expect((await lab.run('device', 'kill', ...APP)).stdout).toContain('is ended');
    expect((await lab.run('device', 'launch', ...APP)).stdout).toContain('process 4242');
    expect(double.state.phones[0]?.happened).toEqual(['notify com.example.fire', `launch ${BUNDLE}`, `launch ${BUNDLE}`]);
    expect(await lab.run('device', 'open-url', 'demo://x')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('--bundle') as string,
    });
  });

  test.each([
    ['boot', 'no boot'],
    ['shutdown', 'no boot'],
    ['home', 'no background-app'],
    ['biometric match', 'no biometric'],
    ['enrol on', 'no biometric'],
    ['keychain-reset', 'no keychain-reset'],
    ['log', 'no job-log'],
    [`push --bundle ${BUNDLE}`, 'no silent-push'],
    [`privacy grant camera --bundle ${BUNDLE}`, 'no privacy'],
  ])('%s is refused by name, with what to use instead: exit code 6', async (words, said) => {
    const double = phone();
    expect(await device(double, ...words.split(' '))).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(new RegExp(`${PHONE} has ${said}: .*TW_DEVICE_CAPABILITY\n.*use a simulator`)) as string,
    });
    expect(double.state.phones[0]?.happened).toEqual([]);
  });
});

describe('devices and doctor', () => {
  test('simulators and phones with what each can do; adb is missing and said to be', async () => {
    const double = new XcrunDouble({ simulators: [{}, { state: 'Shutdown' }], phones: [{ developerMode: 'disabled' }] });
    const { code, stdout } = await labOf(double).run('devices', '--json');
    const { devices, missing } = JSON.parse(stdout) as { devices: { kind: string; state: string }[]; missing: { tool: string }[] };
    expect([code, devices.map(({ kind, state }) => `${kind} ${state}`), missing.map(({ tool }) => tool)]).toEqual([
      0,
      ['simulator ready', 'device unauthorized', 'simulator shutdown'],
      ['adb'],
    ]);
    expect((await labOf(double).run('devices', '--verbose')).stdout).toMatch(/✓ fire-job .*not verified on Apple hardware/);
  });

  test('an answer that cannot be read is said, and the rest is listed', async () => {
    const double = simulator();
    double.fault({ on: '^devicectl', stdout: 'x' });
    const { code, stdout } = await labOf(double).run('devices');
    expect([code, stdout]).toEqual([0, expect.stringMatching(/ready[^]*! `devicectl list devices` printed something that cannot be read/)]);
  });

  test('--watch: a simulator that is booted meanwhile is printed', async () => {
    const double = simulator({ state: 'Shutdown' });
    const { child, ended } = labOf(double).start('devices', '--watch', '--json');
    await new Promise((resolve) => void child.stdout?.once('data', resolve));
    double.change(({ simulators }) => void (simulators[0]!.state = 'Booted'));
    await new Promise((resolve) => void child.stdout?.once('data', resolve));
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    const states = stdout
      .trim()
      .split('\n')
      .map((line) => (JSON.parse(line) as { devices: { state: string }[] }).devices[0]?.state);
    expect([code, states]).toEqual([130, ['shutdown', 'ready']]);
  });

  test('doctor --bundle reads the Info.plist of the app: what http, background refresh and silent pushes lack', async () => {
    const double = simulator();
    writeFileSync(join(double.simulator.apps[0]!.folder, 'Info.plist'), infoPlist({ modes: ['fetch'], ats: ' ' }));
    const { code, stdout } = await labOf(double).run('doctor', ...APP);
    expect(code, 'adb is missing').toBe(6);
    expect(stdout).toMatch(/✓ Xcode +26\.4\.1/);
    expect(stdout).toMatch(/! com\.example\.demo +App Transport Security may refuse http[^]*NSAllowsLocalNetworking/);
    expect(stdout).toMatch(/! com\.example\.demo +UIBackgroundModes has fetch, not "remote-notification"/);
  });
});

test('every action that iOS has was tried here', () => {
  const tried = [
    'launch',
    'home',
    'kill',
    'boot',
    'shutdown',
    'push',
    'biometric',
    'enrol',
    'keychain-reset',
    'privacy',
    'open-url',
    'notify',
    'log',
  ];
  expect(Object.keys(DEVICE_ACTIONS).filter((name) => DEVICE_ACTIONS[name]?.on.includes('ios'))).toEqual(tried);
});
