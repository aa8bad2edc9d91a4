// What cannot be done is refused before anything is touched; what was changed is put back whatever happens.
import { describe, expect, test } from 'vitest';
import { APP, useLab } from '../kit/adbd/lab.ts';
import { livePhone, scenario, traces } from '../kit/adbd/live-lab.ts';
import { scratch } from '../kit/cli.ts';
import { until } from '../kit/served.ts';

const lab = useLab();
const REQUEST = 'steps:\n  - request: /feed\n';
const TUNNEL = 'steps:\n  - network: offline\n  - advance: 3s\n  - advance: 3s\n  - advance: 3s\n';

/** Commands that ask and change nothing. */
const ASKS = /^(?:getprop|id -u|cat \/proc|am get-current-user|dumpsys package|cmd package query-receivers)/;

describe('a refusal up front', () => {
  test.each([
    [
      'a step no device can take',
      'steps:\n  - store: lock\n  - request: /feed\n',
      [],
      /:5: store \(lock the store of phone\): nobody but the app/,
      'leave out --device',
    ],
    [
      'an action of the web',
      'steps:\n  - app: hide\n',
      [],
      /:5: app \(hide phone\/app\): a real app cannot be told to hide/,
      'launch, foreground',
    ],
    [
      'an event that no server sees',
      'steps:\n  - advance: { until: store.end }\n',
      [],
      /:5: advance .*a server does not see store.end/,
      'token.committed',
    ],
    [
      'two devices',
      'devices: { phone: {}, tablet: {} }\nsteps:\n  - request: /feed\n',
      [],
      /:1: devices: it needs 2 devices/,
      'leave out --device',
    ],
    [
      'two servers',
      'otherServer: {}\nsteps:\n  - app: switch-server\n  - request: /feed\n',
      [],
      /:1: otherServer: it needs two authorization servers/,
      'leave out --device',
    ],
    [
      'a word the hook of this app lacks',
      'steps:\n  - signOut: {}\n',
      ['REQUEST', 'SIGN_IN'],
      /:5: sign out on phone\/app: com\.example\.app has no receiver for dev\.tokenwarp\.SIGN_OUT/,
      'docs/device-runs.md',
    ],
  ])('%s: exit code 6, the place, what would give it, and nothing was touched', async (_name, body, only, message, hint) => {
    const { words, device, client } = await livePhone(lab, only.length === 0 ? {} : { only });
    const ran = await lab.tokenwarp(...words(scenario('asked', body)));
    expect(ran.code).toBe(6);
    expect(ran.stdout).toBe('');
    expect(ran.stderr).toMatch(message);
    expect(ran.stderr).toContain(hint);
    expect(ran.stderr).toContain('TW_DEVICE_STEP');
    expect(device.phone.calls.map((argv) => argv.join(' ')).filter((line) => !ASKS.test(line))).toEqual([]);
    expect([device.reverses.size, client.told]).toEqual([0, []]);
  });

  test('what this device lacks: airplane mode over the network', async () => {
    const { words } = await livePhone(lab, {}, { emulator: false });
    const ran = await lab.tokenwarp(...words(scenario('tunnel', TUNNEL)));
    expect(ran).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(
        /:5: network offline on phone: .*airplane mode would cut the connection[^]*connect it by USB/,
      ) as string,
    });
  });

  test('every step of every scenario in one message', async () => {
    const { words } = await livePhone(lab);
    const ran = await lab.tokenwarp(
      ...words(scenario('one', 'steps:\n  - store: lock\n  - interact: {}\n'), scenario('two', 'steps:\n  - sleep: 5m\n')),
    );
    expect(ran.stderr.match(/scenario\.yaml:\d+: /g)).toHaveLength(3);
    expect(ran.stderr).toContain('3 steps cannot be taken, nothing was touched');
  });

  test.each([
    [['--device', 'x'], /which app\?/],
    [['--device', 'x', '--package', APP, '--bundle', APP], /contradict each other/],
    [['--package', APP, '--client', './client.ts'], /--client belongs to simulated runs/],
    [['--package', APP, '--seeds', '3'], /--seeds belongs to simulated runs/],
    [['--package', 'app'], /is not a package name/],
    [['--package', APP, '--app-port', '99999'], /is not a port/],
  ])('%j is wrong usage', async (options, message) => {
    const ran = await lab.tokenwarp('run', scenario('asked', REQUEST), ...options);
    expect(ran).toMatchObject({ code: 2, stdout: '', stderr: expect.stringMatching(message) as string });
  });

  test('an app that is not installed, a device that is not there, a port of the phone that leads elsewhere', async () => {
    const { words, device } = await livePhone(lab);
    const path = scenario('asked', REQUEST);
    expect(await lab.tokenwarp('run', path, '--device', device.serial, '--package', 'com.example.other')).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('TW_DEVICE_APP') as string,
    });
    expect(await lab.tokenwarp('run', path, '--device', 'nobody', '--package', APP)).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('TW_DEVICE_UNKNOWN') as string,
    });
    await lab.room.adb('-s', device.serial, 'reverse', 'tcp:8080', 'tcp:4000');
    const ran = await lab.tokenwarp(...words(path));
    expect(ran).toMatchObject({ code: 7, stderr: expect.stringContaining('port 8080 of the phone leads to tcp:4000 already') as string });
    expect(Object.fromEntries(device.reverses)).toEqual({ 'tcp:8080': 'tcp:4000' });
  });
});

describe('the phone is put back', () => {
  test('when the time of the scenario is over: inconclusive, which is exit code 5', async () => {
    const { words, device } = await livePhone(lab);
    const before = traces(device);
    const ran = await lab.tokenwarp(...words(scenario('tunnel', TUNNEL), '--timeout', '3s'));
    expect(ran).toMatchObject({ code: 5, stdout: expect.stringMatching(/\? tunnel [^]*The scenario was not over within 3s/) as string });
    expect(traces(device)).toEqual(before);
  });

  test('when the app never signs in: exit code 7 and what to look at', async () => {
    const { words, device } = await livePhone(lab, { deaf: true });
    const before = traces(device);
    const ran = await lab.tokenwarp(...words(scenario('asked', REQUEST), '--wait', '1s'));
    expect(ran).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/did not sign in within 1 s {3}TW_DEVICE_HOOK\n {2}hint .*docs\/device-runs\.md/) as string,
    });
    expect(traces(device)).toEqual(before);
  });

  test('when the cable comes out in the middle: it is waited for', async () => {
    const { words, device } = await livePhone(lab, {}, { emulator: false });
    const before = traces(device);
    device.faults.push({ when: /^am kill/, kind: 'drop', times: 1 });
    const ran = await lab.tokenwarp(...words(scenario('clock', 'steps:\n  - clock: 1h\n  - app: kill\n')));
    expect(ran).toMatchObject({ code: 7, stderr: expect.stringContaining('TW_DEVICE_DROPPED') as string });
    expect(traces(device)).toEqual(before);
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('after %s, and what had finished is reported', async (signal) => {
    const { words, device } = await livePhone(lab);
    const before = traces(device);
    const folder = scratch();
    const { child, ended } = lab.start(...words(scenario('a-calm', REQUEST, folder), scenario('tunnel', TUNNEL, folder)));
    await until(() => device.phone.airplane, 30_000);
    child.kill(signal);
    const ran = await ended;
    expect(ran.code).toBe(signal === 'SIGINT' ? 130 : 143);
    expect(ran.stdout).toMatch(new RegExp(`✓ a-calm[^]*1 not run · interrupted by ${signal}`));
    expect(traces(device)).toEqual(before);
  });

  test('after SIGKILL by `tokenwarp device restore`', async () => {
    const { words, device } = await livePhone(lab);
    const before = traces(device);
    const { child, ended } = lab.start(...words(scenario('tunnel', TUNNEL)));
    await until(() => device.phone.airplane, 30_000);
    child.kill('SIGKILL');
    await ended;
    expect(traces(device)).not.toEqual(before);
    expect((await lab.tokenwarp('device', 'restore', '--device', device.serial)).code).toBe(0);
    expect(traces(device)).toEqual(before);
  });
});
