// iOS in `devices` and `doctor`: what is listed, what is in the way, and what a machine without Xcode is told.
import { describe, expect, test } from 'vitest';
import type { Check, Device } from '../../../src/device/driver.ts';
import { realMachine } from '../../../src/device/exec.ts';
import type { CommandRecord, Machine } from '../../../src/device/exec.ts';
import { ios } from '../../../src/device/ios/platform.ts';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { BUNDLE, infoPlist, PHONE, UDID, XcrunDouble } from '../../kit/xcrun/double.ts';
import type { DoubleSetup } from '../../kit/xcrun/double.ts';
import { contextOf } from './kit.ts';

const list = async (setup: DoubleSetup): Promise<readonly Device[]> => (await ios.list(contextOf(new XcrunDouble(setup)))).devices;

/** A Mac on which DevToolsSecurity says this. */
function macOf(double: XcrunDouble, security: string): Machine {
  const { machine } = contextOf(double);
  const answer = (file: string, args: readonly string[]): CommandRecord => ({
    file,
    args,
    ended: 'exited',
    code: 0,
    stdout: security,
    stderr: '',
    ms: 1,
  });
  return {
    ...machine,
    os: 'darwin',
    run: (file, args, options) => (file === 'DevToolsSecurity' ? Promise.resolve(answer(file, args)) : machine.run(file, args, options)),
  };
}

describe('devices', () => {
  test('simulators and devices, the ready ones first, each with its state in one vocabulary', async () => {
    const devices = await list({
      simulators: [
        { state: 'Shutdown' },
        { state: 'Booted' },
        { isAvailable: false, availabilityError: 'runtime profile not found using "System" match policy', state: 'Shutdown' },
        { runtime: 'com.apple.CoreSimulator.SimRuntime.watchOS-26-0' },
      ],
      phones: [
        {},
        { identifier: 'away', tunnel: 'unavailable' },
        { identifier: 'new', paired: false },
        { identifier: 'closed', developerMode: 'disabled' },
      ],
    });
    expect(devices.map(({ id, kind, state, os }) => [id === UDID || id === PHONE ? 'the first' : id.slice(-6), kind, state, os])).toEqual([
      ['the first', 'device', 'ready', 'iOS 26.4'],
      ['4C1E01', 'simulator', 'ready', 'iOS 26.4'],
      ['away', 'device', 'offline', 'iOS 26.4'],
      ['new', 'device', 'unauthorized', 'iOS 26.4'],
      ['closed', 'device', 'unauthorized', 'iOS 26.4'],
      ['the first', 'simulator', 'shutdown', 'iOS 26.4'],
      ['4C1E02', 'simulator', 'unavailable', 'iOS 26.4'],
    ]);
    for (const { state, problem, capabilities } of devices)
      expect(state === 'ready' ? capabilities.length : problem?.fix.length).toBeGreaterThan(0);
  });

  test('what a simulator and a device can do, by which mechanism, and what a device lacks', async () => {
    const [phone, simulator] = await list({ simulators: [{}], phones: [{}] });
    expect(simulator?.capabilities.filter(({ missing }) => missing !== undefined)).toEqual([]);
    expect(simulator?.capabilities.find(({ name }) => name === 'fire-job')?.how).toMatch(/not verified on Apple hardware/);
    expect(phone?.capabilities.flatMap(({ name, missing }) => (missing === undefined ? [] : [name]))).toEqual([
      'job-log',
      'silent-push',
      'biometric',
      'keychain-reset',
      'boot',
      'background-app',
      'privacy',
      'reverse-port',
    ]);
  });

  test('JSON that is none: the text is read', async () => {
    const double = new XcrunDouble({ simulators: [{}] });
    double.fault({ on: 'list devices -j', stdout: '{"devices":{"a":[],' });
    expect((await ios.list(contextOf(double))).devices.map(({ id, state }) => [id, state])).toEqual([[UDID, 'ready']]);
  });

  test('neither JSON nor text is an error of ours with the command in it', async () => {
    const double = new XcrunDouble({ simulators: [{}] });
    double.fault({ on: 'simctl list devices', stdout: 'CoreSimulator is out of date', times: 2 });
    await expect(ios.list(contextOf(double))).rejects.toMatchObject({
      code: 'TW_DEVICE_OUTPUT',
      message: expect.stringMatching(/simctl list devices/),
    });
  });

  test('a list of devices that cannot be read leaves the simulators, and says that something is missing', async () => {
    for (const stdout of ['{"result":{"devi', 'warning: something else', '']) {
      const double = new XcrunDouble({ simulators: [{}], phones: [{}] });
      double.fault({ on: '^devicectl', stdout });
      const { devices, unread } = await ios.list(contextOf(double));
      expect([devices.map(({ kind }) => kind), unread]).toEqual([['simulator'], ['devicectl list devices']]);
    }
    const double = new XcrunDouble({ simulators: [{}] });
    double.fault({ on: 'list devices -j', stdout: '{"devices":{"com.apple.CoreSimulator.SimRuntime.iOS-26-4":[{"udid":1}]}}' });
    expect(await ios.list(contextOf(double))).toEqual({ devices: [], unread: ['simctl list devices'] });
  });

  test('an Xcode without devicectl has simulators only', async () => {
    const double = new XcrunDouble({ simulators: [{}], phones: [{}] });
    double.fault({
      on: '^devicectl',
      exit: 72,
      stderr: 'xcrun: error: unable to find utility "devicectl", not a developer tool or in PATH\n',
    });
    expect((await ios.list(contextOf(double))).devices.map(({ kind }) => kind)).toEqual(['simulator']);
  });
});

describe('a machine that cannot drive iOS', () => {
  const bare = (os: string, env: Record<string, string> = {}): Machine => ({ ...realMachine({ PATH: '/nowhere', ...env }), os });
  const context = (machine: Machine) => ({ machine, stateFolder: '/nowhere' });

  test('Linux: it says so, and doctor does not count it', async () => {
    expect(await ios.list(context(bare('linux')))).toEqual({
      devices: [],
      missing: { tool: 'Xcode', found: 'exists on macOS only', fix: expect.stringMatching(/use a Mac/) },
    });
    expect(await ios.checks(context(bare('linux')), {})).toMatchObject([{ name: 'Xcode', status: 'unused' }]);
    await expect(ios.perform(context(bare('linux')), UDID, { kind: 'ios-enrolment', enrolled: false })).rejects.toMatchObject({
      code: 'TW_DEVICE_TOOL',
    });
  });

  test('a Mac without Xcode: what to install', async () => {
    expect((await ios.list(context(bare('darwin')))).missing).toMatchObject({
      tool: 'Xcode',
      found: 'is not installed',
      fix: expect.stringMatching(/App Store.*xcode-select/),
    });
    expect(await ios.checks(context(bare('darwin')), {})).toMatchObject([{ name: 'Xcode', status: 'missing' }]);
  });

  test('a Mac with the command line tools only', async () => {
    const double = new XcrunDouble({ xcode: null });
    expect((await ios.list(contextOf(double))).missing).toMatchObject({
      found: expect.stringMatching(/unable to find utility "simctl"/),
      fix: expect.stringMatching(/install Xcode/),
    });
  });

  test('a licence that nobody accepted', async () => {
    const double = new XcrunDouble({ simulators: [{}] });
    double.fault({
      on: '--find',
      exit: 69,
      stderr: "You have not agreed to the Xcode license agreements. Please run 'sudo xcodebuild -license'.\n",
    });
    expect((await ios.list(contextOf(double))).missing?.fix).toBe('sudo xcodebuild -license accept');
  });

  test('TOKENWARP_XCRUN names something that is not there', async () => {
    expect((await ios.list(context(bare('linux', { TOKENWARP_XCRUN: '/nowhere/xcrun' })))).missing).toMatchObject({
      found: 'is not at /nowhere/xcrun',
    });
  });
});

describe('doctor', () => {
  const checksOf = async (double: XcrunDouble, about = {}, security = 'Developer mode is currently enabled.\n'): Promise<Check[]> =>
    ios.checks({ ...contextOf(double), machine: macOf(double, security) }, about);
  const short = (checks: readonly Check[]): string[] => checks.map(({ name, status, found }) => `${status} ${name}: ${found}`);

  test('a Mac on which everything is there', async () => {
    expect(short(await checksOf(new XcrunDouble({ simulators: [{ apps: [{}] }], phones: [{}] }), { app: BUNDLE }))).toEqual([
      'ok Xcode: 26.4.1',
      'ok simctl: 1 simulators, 1 booted',
      'ok Ada’s iPhone: iOS 26.4, paired, developer mode on',
      'ok lldb: 2100.0.16.4',
      'ok developer tools: a debugger may attach',
      `ok ${BUNDLE}: its Info.plist allows http to this Mac, background refresh and silent pushes`,
    ]);
  });

  test('each trouble has a fix', async () => {
    const double = new XcrunDouble({ simulators: [{ state: 'Shutdown' }], phones: [{ developerMode: 'disabled' }] });
    double.fault({ on: '^lldb', exit: 1, stderr: 'xcrun: error: cannot load lldb\n' });
    const checks = await checksOf(double, {}, 'Developer mode is currently disabled.\n');
    expect(checks.map(({ name, status, fix }) => [name, status, fix])).toEqual([
      ['Xcode', 'ok', undefined],
      ['simctl', 'warning', expect.stringMatching(/bootstatus/)],
      ['Ada’s iPhone', 'warning', expect.stringMatching(/Developer Mode/)],
      ['lldb', 'missing', expect.stringMatching(/xcrun --find lldb/)],
      ['developer tools', 'warning', 'sudo DevToolsSecurity -enable'],
      ['http to this Mac', 'unused', expect.stringMatching(/--bundle/)],
    ]);
  });

  test('the Info.plist of the app: transport security and modes', async () => {
    const double = new XcrunDouble({ simulators: [{ apps: [{}] }] });
    writeFileSync(join(double.simulator.apps[0]!.folder, 'Info.plist'), infoPlist({ modes: ['fetch'], ats: ' ' }));
    const checks = (await checksOf(double, { app: BUNDLE })).filter(({ name }) => name === BUNDLE);
    expect(checks.map(({ status, found }) => `${status} ${found}`)).toEqual([
      expect.stringMatching(/warning App Transport Security.*-1022/),
      expect.stringMatching(/warning .*remote-notification/),
    ]);
  });

  test('an Info.plist that was not read is said, with what it would need: never silence', async () => {
    const of = async (double: XcrunDouble, about: object): Promise<Check | undefined> =>
      (await checksOf(double, { app: BUNDLE, ...about })).find(({ name }) => name === BUNDLE);
    const two = new XcrunDouble({ simulators: [{ apps: [{}] }, { apps: [{}] }] });
    const [first, second] = two.state.simulators.map(({ udid }) => udid);
    expect(await of(two, {})).toMatchObject({
      status: 'warning',
      found: expect.stringMatching(/^2 simulators run/) as string,
      fix: `say which: --device ${first} or --device ${second}`,
    });
    expect(await of(two, { device: second })).toMatchObject({ status: 'ok' });
    const down = new XcrunDouble({ simulators: [{ state: 'Shutdown', apps: [{}] }], phones: [{}] });
    expect(await of(down, {})).toMatchObject({ status: 'warning', fix: `tokenwarp device boot --device ${UDID}` });
    expect(await of(down, { device: PHONE })).toMatchObject({
      status: 'warning',
      fix: expect.stringMatching(/only a simulator/) as string,
    });
  });

  test('it changes nothing: nothing is booted, launched or attached', async () => {
    const double = new XcrunDouble({ simulators: [{ state: 'Shutdown' }, {}] });
    await checksOf(double, { app: BUNDLE });
    expect(double.lines().filter((line) => /boot(?!s)|launch|terminate|-p /.test(line))).toEqual([]);
  });
});
