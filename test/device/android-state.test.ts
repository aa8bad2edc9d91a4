// `tokenwarp device`: each change of a phone is seen on the phone, is on the list, and is gone after `restore`. Over the real adb.
import { describe, expect, test } from 'vitest';
import { DEVICE_ACTIONS } from '../../src/cli/device/actions.ts';
import { APP, signedIn, useLab, WORKER } from '../kit/adbd/lab.ts';
import type { Connected } from '../kit/adbd/room.ts';
import type { Phone } from '../kit/adbd/phone.ts';
import { until } from '../kit/served.ts';

const lab = useLab();
const HOUR = 3_600_000;

/** An emulator, which can do everything, with an app that waits. */
async function ready(
  options: Parameters<typeof lab.phone>[0] = {},
): Promise<{ device: Connected; phone: Phone; run(...words: string[]): ReturnType<typeof lab.tokenwarp> }> {
  const device = await lab.phone({ api: 34, emulator: true, ...options });
  await signedIn(device, lab, { work: { delay: HOUR } });
  return { device, phone: device.phone, run: (...words) => lab.tokenwarp('device', ...words, '--device', device.serial) };
}

/** What of a phone an action could change. */
const stateOf = ({ phone, reverses }: Connected): object => ({
  doze: { ...phone.doze },
  battery: { ...phone.battery },
  airplane: phone.airplane,
  wifi: phone.wifi,
  data: phone.data,
  pin: phone.pin,
  settings: Object.fromEntries(phone.settings),
  bucket: phone.app(APP).bucket,
  restricted: phone.app(APP).restricted,
  // Without a negative zero.
  clock: Math.round(phone.clockOffset / 10_000) + 0,
  ports: Object.fromEntries(reverses),
});

describe('what can be put back', () => {
  test.each([
    [['doze', 'deep'], 'deep IDLE, light OVERRIDE, forced', { doze: { deep: 'IDLE', light: 'OVERRIDE', forced: true } }],
    [['doze', 'light'], 'light IDLE, forced', { doze: { deep: 'ACTIVE', light: 'IDLE', forced: true } }],
    [['bucket', 'rare', '--package', APP], 'is in RARE, was in ACTIVE', { bucket: 40 }],
    [['bucket', 'working-set', '--package', APP], 'is in WORKING_SET', { bucket: 20 }],
    [['bucket', 'restricted', '--package', APP], 'is in RESTRICTED', { bucket: 45 }],
    [['battery', 'unplugged'], 'the charger is out', { battery: { plugged: false, level: 80, frozen: true } }],
    [['battery', '7'], 'at 7 %', { battery: { plugged: true, level: 7, frozen: true } }],
    [['airplane', 'on'], 'airplane mode is on', { airplane: true }],
    [['radio', 'wifi', 'off'], 'wifi is off', { wifi: false }],
    [['radio', 'data', 'off'], 'data is off', { data: false }],
    [['restrict', 'on', '--package', APP], 'may not run in the background', { restricted: true }],
    [['clock', '3h'], 'moved by 3h', { clock: 1_080, settings: expect.objectContaining({ 'global auto_time': '0' }) as object }],
    [['clock', '-30m'], 'moved by -30m', { clock: -180 }],
    [['pin', '1234'], 'has a PIN', { pin: '1234' }],
    [
      ['reverse', '9000', '4000'],
      'http://localhost:9000 of the phone leads to port 4000',
      { ports: expect.objectContaining({ 'tcp:9000': 'tcp:4000' }) as object },
    ],
  ])('%j', async (words, said, change) => {
    const { device, run } = await ready();
    const before = stateOf(device);
    const done = await run(...words);
    expect(done).toMatchObject({ code: 0, stderr: '', stdout: expect.stringContaining(said) as string });
    expect(done.stdout).toMatch(/\d changes? to put back: tokenwarp device restore\n$/);
    expect(stateOf(device)).toMatchObject(change);
    expect((await run('changes')).stdout).toContain(device.serial);
    expect((await run('restore')).code).toBe(0);
    expect(stateOf(device)).toEqual(before);
    expect((await run('changes')).stdout).toBe('nothing is changed\n');
  });

  test('several changes of one thing: back to what it was at first', async () => {
    const { phone, run } = await ready();
    for (const name of ['frequent', 'rare', 'never']) expect((await run('bucket', name, '--package', APP)).code).toBe(0);
    await run('restore');
    expect(phone.app(APP).bucket).toBe(10);
  });

  test('an absolute time', async () => {
    const { phone, run } = await ready();
    await run('clock', '2031-01-01T00:00:00Z');
    expect(new Date(phone.wall()).toISOString()).toMatch(/^2031-01-01T00:00/);
    await run('restore');
    expect(Math.abs(phone.clockOffset)).toBeLessThan(5_000);
  });

  test('Doze that somebody else had forced stays forced', async () => {
    const { phone, run } = await ready();
    Object.assign(phone.doze, { deep: 'IDLE', forced: true });
    await run('doze', 'deep');
    expect((await run('restore')).stdout).toBe('nothing is left to put back\n');
    expect(phone.doze.forced).toBe(true);
  });

  test('doze off ends it: nothing of it is left to put back, and what else was changed is', async () => {
    const { phone, run } = await ready();
    await run('battery', '7');
    await run('doze', 'deep');
    await run('step');
    const said = await run('doze', 'off', '--json');
    expect(JSON.parse(said.stdout)).toMatchObject({ changes: ['battery at 7 %'] });
    expect(phone.doze.forced).toBe(false);
  });

  test('a step opens a maintenance window, in which what waits runs', async () => {
    const { device, phone, run } = await ready();
    await run('doze', 'deep');
    const app = phone.app(APP);
    const due = app.work.enqueue({ worker: WORKER, name: 'due' });
    expect(app.work.database.get(due)?.state).toBe(0);
    expect((await run('step')).stdout).toContain('deep IDLE_MAINTENANCE');
    phone.doze.light = 'ACTIVE';
    await phone.jobs.check();
    await until(() => app.work.database.get(due)?.state === 2);
    await run('restore');
    expect(device.phone.doze.deep).toBe('ACTIVE');
  });
});

describe('the life of an app', () => {
  test('force-stop takes its jobs, launch brings it back and them too', async () => {
    const { phone, run } = await ready();
    expect((await run('force-stop', '--package', APP)).stdout).toContain('its jobs are gone until it is opened');
    expect([phone.app(APP).stopped, phone.jobs.jobs]).toEqual([true, []]);
    expect((await run('launch', '--package', APP)).stdout).toContain('its process is new');
    expect([phone.app(APP).stopped, phone.jobs.jobs.length]).toEqual([false, 1]);
    expect((await run('launch', '--package', APP)).stdout).toContain('its process was there');
  });

  test('kill sends it home first: `am kill` spares what is in front', async () => {
    const { phone, run } = await ready();
    await run('launch', '--package', APP);
    expect(phone.app(APP).foreground).toBe(true);
    expect((await run('kill', '--package', APP)).stdout).toContain('has no process');
    expect([phone.app(APP).pid, phone.app(APP).foreground, phone.jobs.jobs.length]).toEqual([undefined, false, 1]);
  });

  test('home', async () => {
    const { phone, run } = await ready();
    await run('launch', '--package', APP);
    expect((await run('home')).code).toBe(0);
    expect(phone.app(APP).foreground).toBe(false);
  });

  test('an app without an activity cannot be launched', async () => {
    const { device, run } = await ready();
    device.faults.push({ when: /^cmd package resolve-activity/, kind: 'before', act: () => device.phone.apps.clear() });
    expect(await run('launch', '--package', APP)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('it has no activity for the launcher') as string,
    });
  });

  test('a running job is stopped with a reason, which its worker is told', async () => {
    const { device, phone, run } = await ready();
    phone.app(APP).uninstall();
    const { app, served } = await signedIn(device, lab, { work: { delay: HOUR } });
    served.fault({ endpoint: 'token', point: 'request', verdict: { kind: 'hold', name: 'h' } });
    const work = app.work.enqueue({ worker: WORKER, name: 'held' });
    await until(() => phone.jobs.jobs.some(({ active }) => active));
    expect((await run('stop-job', 'quota', '--package', APP)).stdout).toContain('was stopped (quota, 10)');
    expect(app.work.database.get(work)?.stop_reason).toBe(10);
    expect(await run('stop-job', '--package', APP)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('no job of com.example.app runs now') as string,
    });
    served.server.app.holds.release('h');
    served.fault({ endpoint: 'token', point: 'request', verdict: { kind: 'hold', name: 'second' } });
    app.work.enqueue({ worker: WORKER, name: 'held too' });
    await until(() => phone.jobs.jobs.some(({ active }) => active));
    expect((await run('stop-job', '--package', APP)).stdout).toContain('was stopped (user, 13)');
    served.server.app.holds.release('second');
  });

  test('an old Android knows the reason "timeout" only', async () => {
    const { device, phone, run } = await ready({ api: 30 });
    phone.app(APP).uninstall();
    const { app, served } = await signedIn(device, lab, { work: { delay: HOUR } });
    served.fault({ endpoint: 'token', point: 'request', verdict: { kind: 'hold', name: 'h' } });
    const work = app.work.enqueue({ worker: WORKER });
    await until(() => phone.jobs.jobs.some(({ active }) => active));
    expect(await run('stop-job', 'connectivity', '--package', APP)).toMatchObject({
      code: 6,
      stderr: expect.stringContaining('TW_DEVICE_CAPABILITY') as string,
    });
    expect((await run('stop-job', 'timeout', '--package', APP)).code).toBe(0);
    expect(app.work.database.get(work)?.stop_reason).toBe(3);
    served.server.app.holds.release('h');
  });

  test('a quota that is used up is as if it had never been', async () => {
    const { phone, run } = await ready();
    phone.jobs.sessionsLeft.set(APP, 0);
    await run('reset-quota', '--package', APP);
    expect(phone.jobs.withinQuota(phone.app(APP))).toBe(true);
  });
});

describe('the lock and the sensor', () => {
  test('a finger touches the sensor of an emulator', async () => {
    const { phone, run } = await ready();
    expect((await run('finger', '2', '--count', '2')).code).toBe(0);
    expect(phone.touches).toEqual(['2', '2']);
  });

  test('a PIN is taken away again by `pin off`; one of the user is left alone', async () => {
    const { phone, run } = await ready();
    await run('pin', '4711');
    expect((await run('pin', 'off')).stdout).toContain('the PIN is gone');
    expect(phone.pin).toBeUndefined();
    phone.pin = '0000';
    expect(await run('pin', '4711')).toMatchObject({ code: 7, stderr: expect.stringContaining('the phone has a lock already') as string });
    expect((await run('pin', 'off')).stdout).toContain('there is no PIN that was set from here');
    expect(phone.pin).toBe('0000');
  });
});

describe('what is refused', () => {
  test.each([
    [['airplane', 'on'], 'airplane mode would cut the connection'],
    [['radio', 'wifi', 'off'], 'switching radios would cut the connection'],
    [['finger'], 'only the console of an emulator can touch a sensor'],
  ])('%j over the network, on a phone: exit code 6', async (words, said) => {
    const device = await lab.phone({ api: 34 });
    expect(await lab.tokenwarp('device', ...words, '--device', device.serial)).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(new RegExp(`${said}.*TW_DEVICE_CAPABILITY`)) as string,
    });
    expect([device.phone.airplane, device.phone.wifi]).toEqual([false, true]);
  });

  test('deep Doze where there is no motion sensor', async () => {
    const { run } = await ready({ motionSensor: false });
    expect(await run('doze', 'deep')).toMatchObject({
      code: 7,
      stderr: expect.stringContaining('Unable to go deep idle; not enabled') as string,
    });
    expect((await run('restore')).code).toBe(0);
  });

  test.each([['bucket', 'rare'], ['restrict', 'on'], ['kill'], ['force-stop'], ['reset-quota'], ['launch']])(
    '%j of an app that is not there: nothing is changed, nothing is left to put back',
    async (...words) => {
      const { run } = await ready();
      const said = await run(...words, '--package', 'com.example.other');
      expect([said.code, said.stdout, said.stderr]).toEqual([
        7,
        '',
        expect.stringMatching(/com\.example\.other is not installed on .*TW_DEVICE_APP/),
      ]);
      expect((await run('changes')).stdout).toBe('nothing is changed\n');
    },
  );

  test('airplane mode on Android 10, whose command says nothing and does nothing', async () => {
    const { run } = await ready({ api: 29 });
    expect(await run('airplane', 'on')).toMatchObject({ code: 6, stderr: expect.stringContaining('exists from API 30 on') as string });
  });

  test.each([
    [[], 'device needs an action'],
    [['dooze', 'deep'], 'there is no action "dooze"'],
    [['doze'], '"" is not one of deep, light, off'],
    [['doze', 'deep', 'er'], '"er" is one word too many'],
    [['bucket', 'rare'], '--package is missing'],
    [['bucket', 'exempted', '--package', APP], '"exempted" is no bucket that can be set'],
    [['battery', '101'], '"101" is neither "unplugged" nor a percentage'],
    [['clock', 'tomorrow'], '"tomorrow" is neither a duration nor a time'],
    [['pin', '12'], 'a PIN has 4 to 16 digits'],
    [['reverse', '0'], '"0" is not a port'],
    [['stop-job', 'because', '--package', APP], '"because" is no reason'],
  ])('%j is wrong usage: exit code 2', async (words, said) => {
    const { run } = await ready();
    expect(await run(...words)).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(said) as string });
  });
});

test('as data: what was done, and what is to be put back', async () => {
  const { device, run } = await ready();
  expect(JSON.parse((await run('doze', 'light', '--json')).stdout)).toEqual({
    schema: 'tokenwarp/device.v1',
    device: device.serial,
    action: 'doze',
    said: 'Doze: deep ACTIVE, light IDLE, forced',
    changes: ['light Doze forced'],
  });
  expect(JSON.parse((await run('changes', '--json')).stdout)).toMatchObject({
    schema: 'tokenwarp/changes.v1',
    devices: [{ device: device.serial, platform: 'android' }],
  });
  expect(JSON.parse((await run('restore', '--json')).stdout)).toEqual({
    schema: 'tokenwarp/restored.v1',
    undone: [{ device: device.serial, text: 'light Doze forced' }],
    failed: [],
  });
});

test('every action of the table was tried here', () => {
  const tried = [
    'doze',
    'step',
    'bucket',
    'reset-quota',
    'battery',
    'airplane',
    'radio',
    'restrict',
    'clock',
    'pin',
    'finger',
    'launch',
    'home',
    'kill',
    'force-stop',
    'stop-job',
    'reverse',
  ];
  expect(Object.keys(DEVICE_ACTIONS).filter((name) => DEVICE_ACTIONS[name]?.on.includes('android'))).toEqual(tried);
});
