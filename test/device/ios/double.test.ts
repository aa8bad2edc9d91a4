// The double of xcrun as a program says what Apple's does, with the same exit code: our errors are no better than what they were tested
// against. Each row is a situation that people reported with its output.
import { spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { BUNDLE, PHONE, UDID, XcrunDouble } from '../../kit/xcrun/double.ts';
import type { DoubleSetup } from '../../kit/xcrun/double.ts';

const xcrun = (double: XcrunDouble, args: readonly string[], input = '', env: Record<string, string> = {}) => {
  const { status, stdout, stderr } = spawnSync(double.path, args, { encoding: 'utf8', input, env: { ...process.env, ...env } });
  return { exit: status, stdout, stderr };
};
const booted: DoubleSetup = { simulators: [{}] };
const stopped = (state: 'Shutdown' | 'Shutting Down'): DoubleSetup => ({ simulators: [{ state, apps: [{}] }] });

describe('exit codes and texts', () => {
  test.each<[string, DoubleSetup, string[], number, RegExp]>([
    [
      'an app verb, shut down',
      stopped('Shutdown'),
      ['launch', UDID, BUNDLE],
      149,
      /SimError, code=405\):\nUnable to lookup in current state: Shutdown$/m,
    ],
    ['the same while it stops', stopped('Shutting Down'), ['getenv', UDID, 'HOME'], 149, /in current state: Shutting Down$/m],
    ['boot what is booted', booted, ['boot', UDID], 149, /Unable to boot device in current state: Booted$/m],
    ['shut down what is shut down', stopped('Shutdown'), ['shutdown', UDID], 149, /Unable to shutdown device in current state: Shutdown$/m],
    ['no such device', booted, ['launch', 'nobody', BUNDLE], 148, /^Invalid device: nobody$/m],
    ['the selector, nothing booted', stopped('Shutdown'), ['launch', 'Booted', BUNDLE], 148, /^No devices are booted\.$/m],
    ['end an app that does not run', booted, ['terminate', UDID, BUNDLE], 3, /NSPOSIXErrorDomain, code=3\)[^]*found nothing to terminate/],
    [
      'the folder of no app',
      booted,
      ['get_app_container', UDID, 'com.example.other'],
      2,
      /NSPOSIXErrorDomain, code=2\)[^]*No such file or directory/,
    ],
    ['remove no app', booted, ['uninstall', UDID, 'com.example.other'], 0, /^$/],
    ['install no file', booted, ['install', UDID, '/nowhere/x.app'], 2, /^lstat of \/nowhere\/x\.app failed: No such file or directory$/m],
    [
      'launch no app',
      booted,
      ['launch', UDID, 'com.example.other'],
      4,
      /FBSOpenApplicationServiceErrorDomain, code=4\)[^]*The request to open "com\.example\.other" failed\.[^]*FBSApplicationLibrary\) returned nil/,
    ],
    [
      'a boot that does not end',
      { simulators: [{ state: 'Shutdown', bootFails: true }] },
      ['bootstatus', UDID, '-b'],
      60,
      /launchd failed to respond/,
    ],
    ['no such command', booted, ['fly'], 1, /^Unrecognized subcommand: fly$/m],
  ])('%s', (_, setup, args, exit, stderr) => {
    expect(xcrun(new XcrunDouble(setup), ['simctl', ...args])).toMatchObject({ exit, stderr: expect.stringMatching(stderr) as string });
  });

  test('the usage goes to standard output', () => {
    expect(xcrun(new XcrunDouble(booted), ['simctl', 'fly']).stdout).toMatch(/^usage: simctl/);
  });

  test('no Xcode', () => {
    expect(xcrun(new XcrunDouble({ xcode: null }), ['simctl', 'list'])).toMatchObject({
      exit: 72,
      stderr: 'xcrun: error: unable to find utility "simctl", not a developer tool or in PATH\n',
    });
  });
});

describe('each simulator is a machine of its own', () => {
  test('booting takes a while, others are not touched, shutting down ends its apps', () => {
    const double = new XcrunDouble({ simulators: [{ state: 'Shutdown', apps: [{}] }, { state: 'Shutdown' }] });
    expect(xcrun(double, ['simctl', 'boot', UDID]).exit).toBe(0);
    expect(xcrun(double, ['simctl', 'bootstatus', UDID]).stdout).toMatch(/^Monitoring boot status for iPhone 17/);
    expect(double.state.simulators.map(({ state }) => state)).toEqual(['Booted', 'Shutdown']);
    expect(xcrun(double, ['simctl', 'launch', UDID, BUNDLE]).stdout).toBe(`${BUNDLE}: 4242\n`);
    expect(xcrun(double, ['simctl', 'launch', UDID, BUNDLE]).stdout, 'a running app keeps its process').toBe(`${BUNDLE}: 4242\n`);
    expect(xcrun(double, ['simctl', 'spawn', UDID, 'launchctl', 'list']).stdout).toMatch(
      /^PID\tStatus\tLabel\n[^]*^4242\t0\tUIKitApplication:com\.example\.demo\[[0-9a-f]+\]\[rb-legacy\]$/m,
    );
    xcrun(double, ['simctl', 'shutdown', UDID]);
    expect(double.simulator).toMatchObject({ state: 'Shutdown', apps: [{ running: [] }] });
    expect(double.simulator.apps[0]?.pid).toBeUndefined();
  });
});

test('it writes down how it was called: words, the environment of the app, what came in', () => {
  const double = new XcrunDouble(booted);
  xcrun(double, ['simctl', 'push', UDID, BUNDLE, '-'], '{"aps":{}}', { SIMCTL_CHILD_A: 'b c', OTHER: 'x' });
  expect(double.calls()).toMatchObject([
    {
      argv: ['simctl', 'push', UDID, BUNDLE, '-'],
      env: { SIMCTL_CHILD_A: 'b c' },
      stdin: '{"aps":{}}',
      stdinHash: createHash('sha256').update('{"aps":{}}').digest('hex'),
      cwd: process.cwd(),
    },
  ]);
  expect(Object.keys(double.calls()[0]?.env ?? {})).toEqual(['SIMCTL_CHILD_A']);
});

test('a stream shows what is written from then on, and ends with its reader', async () => {
  const double = new XcrunDouble(booted);
  double.append({ processID: 1, eventMessage: 'before' });
  const predicate = ['--predicate', 'subsystem == "com.apple.BackgroundTasks"'];
  const stream = spawn(double.path, ['simctl', 'spawn', UDID, 'log', 'stream', '--style', 'ndjson', ...predicate], {
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  onTestFinished(() => void stream.kill('SIGKILL'));
  let said = '';
  stream.stdout.setEncoding('utf8').on('data', (text: string) => void (said += text));
  await expect.poll(() => said, { timeout: 10_000 }).toMatch(/^Filtering the log data/);
  double.append({ processID: 1, eventMessage: 'after' });
  await expect.poll(() => said, { timeout: 10_000 }).toMatch(/after/);
  expect(said).not.toMatch(/before/);
});

test('a fault answers, waits or hangs, as often as it should', () => {
  const double = new XcrunDouble(booted);
  double.fault({ on: 'getenv', exit: 9, stderr: 'x\n' });
  expect([xcrun(double, ['simctl', 'getenv', UDID, 'A']).exit, xcrun(double, ['simctl', 'getenv', UDID, 'A']).exit]).toEqual([9, 0]);
  double.fault({ on: 'getenv', hang: true });
  const hung = spawnSync(double.path, ['simctl', 'getenv', UDID, 'A'], { timeout: 1_500, killSignal: 'SIGKILL', stdio: 'ignore' });
  expect(hung.signal).toBe('SIGKILL');
});

test('a device that is away is listed for ever, and cannot be asked', () => {
  const double = new XcrunDouble({ phones: [{ tunnel: 'unavailable' }] });
  const file = `${double.folder}/out.json`;
  expect(xcrun(double, ['devicectl', 'list', 'devices', '--json-output', file]).exit).toBe(0);
  expect(JSON.parse(readFileSync(file, 'utf8'))).toMatchObject({
    result: { devices: [{ identifier: PHONE, connectionProperties: { tunnelState: 'unavailable' } }] },
  });
  expect(xcrun(double, ['devicectl', 'device', 'info', 'apps', '--device', PHONE])).toMatchObject({
    exit: 1,
    stderr: expect.stringContaining('The specified device was not found.') as string,
  });
});
