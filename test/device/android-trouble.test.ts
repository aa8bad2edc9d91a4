// When something breaks in the middle: the cable, the phone, the user, the process. What was changed is put back, at once or by
// `tokenwarp device restore`, and what happened is said.
import { describe, expect, test } from 'vitest';
import { APP, MINUTES, signedIn, useLab, type Signed } from '../kit/adbd/lab.ts';
import type { Connected } from '../kit/adbd/room.ts';
import { startTokenwarp } from '../kit/cli.ts';
import { until } from '../kit/served.ts';

const lab = useLab();

/** An app with periodic work that has just run: to fire it the clock must move. */
async function periodicWork(phone: Parameters<typeof lab.phone>[0] = {}): Promise<Signed & { device: Connected }> {
  const device = await lab.phone({ api: 34, ...phone });
  const signed = await signedIn(device, lab, { work: { interval: 30 * MINUTES } });
  await until(() => signed.session.answers.length === 1 && device.phone.jobs.jobs.every(({ active }) => !active));
  return { device, ...signed };
}

const fireArgs = ({ serial }: Connected, ...more: string[]): string[] => [
  'fire',
  'android',
  '--device',
  serial,
  '--package',
  APP,
  '--make-due',
  ...more,
];

function expectAsBefore({ phone }: Connected): void {
  expect(Math.abs(phone.clockOffset)).toBeLessThan(5_000);
  expect([phone.settings.get('global auto_time'), phone.settings.get('global auto_time_zone')]).toEqual(['1', '1']);
}

function expectWarped({ phone }: Connected): void {
  expect(phone.clockOffset).toBeGreaterThan(20 * MINUTES);
  expect(phone.settings.get('global auto_time')).toBe('0');
}

const clean = { code: 0, stdout: 'nothing is changed\n', stderr: '' };

describe('the connection breaks', () => {
  test.each([
    ['before the command did anything', 'drop'],
    ['after it did its work, so that adb 29 ends with 0 and a part of the output', 'drop-after'],
  ] as const)('%s: exit code 7, and the phone is put back once it is there again', async (_when, kind) => {
    const { device } = await periodicWork();
    device.faults.push({ when: /^cmd jobscheduler run/, kind, times: 1 });
    const said = await lab.tokenwarp(...fireArgs(device));
    expect([said.code, said.stdout]).toEqual([7, '']);
    expect(said.stderr).toMatch(
      /^tokenwarp: the connection to \S+ broke during `cmd jobscheduler run .*` {3}TW_DEVICE_DROPPED\n {2}hint {2}what it did is unknown/,
    );
    expectAsBefore(device);
    expect(await lab.tokenwarp('device', 'changes')).toEqual(clean);
  });

  test('in the middle of the change itself: the clock that may have moved is put back', async () => {
    const { device } = await periodicWork();
    device.faults.push({ when: /^cmd alarm set-time/, kind: 'drop-after', times: 1 });
    expect((await lab.tokenwarp(...fireArgs(device))).code).toBe(7);
    expectAsBefore(device);
  });

  test('while a dump is read: a part of it is not taken for the whole', async () => {
    const { device } = await periodicWork();
    device.faults.push({ when: /^dumpsys -t 20 jobscheduler/, kind: 'drop', times: 1 });
    const said = await lab.tokenwarp('why', '--device', device.serial, '--package', APP);
    expect([said.code, said.stderr]).toEqual([7, expect.stringContaining('TW_DEVICE_DROPPED')]);
  });

  test('and stays broken: what is left is named, and restore puts it back when the phone is connected again', async () => {
    const { device } = await periodicWork();
    const { child, ended } = lab.start(...fireArgs(device));
    device.faults.push({ when: /^cmd jobscheduler run/, kind: 'hang' });
    await until(() => device.phone.calls.some((call) => call[1] === 'alarm'));
    await until(() => device.phone.settings.get('global auto_time') === '0' && device.phone.clockOffset > MINUTES);
    device.trust = 'unauthorized';
    device.drop();
    child.kill('SIGKILL');
    await ended;
    const refused = await lab.tokenwarp('device', 'restore', '--device', device.serial);
    expect([refused.code, refused.stderr]).toEqual([
      7,
      expect.stringMatching(/was not put back: wall clock moved by .*TW_DEVICE_RESTORE\n.*tokenwarp device restore --device/s),
    ]);
    expectWarped(device);
    device.trust = 'open';
    device.faults.length = 0;
    await lab.room.adb('disconnect', device.serial);
    await lab.room.adb('connect', device.serial);
    expect((await lab.tokenwarp('device', 'restore')).code).toBe(0);
    expectAsBefore(device);
  });
});

test('a phone that answers nothing at all: what was asked is named as it can be typed', async () => {
  const device = await lab.phone({ api: 34 });
  device.faults.push({ when: /./, kind: 'hang' });
  for (const command of ['devices', 'doctor']) {
    const { stdout } = await lab.tokenwarp(command, '--command-timeout', '1s');
    expect(stdout).toMatch(/did not answer `getprop; id -u; [^{}]*` within 1 s/);
    expect(stdout).not.toContain('__tw');
  }
});

test('a phone that does not answer: the command is killed, the phone is put back, exit code 7', async () => {
  const { device } = await periodicWork();
  device.faults.push({ when: /^cmd jobscheduler run/, kind: 'hang' });
  const said = await lab.tokenwarp(...fireArgs(device, '--command-timeout', '2s'));
  expect([said.code, said.stderr]).toEqual([
    7,
    expect.stringMatching(/did not answer `cmd jobscheduler run .*` within 2\S* s {3}TW_DEVICE_TIMEOUT/),
  ]);
  expectAsBefore(device);
});

describe('somebody stops it', () => {
  test.each([
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s: exit code %d, and the phone is put back before it ends', async (signal, code) => {
    const { device } = await periodicWork();
    device.faults.push({ when: /^cmd jobscheduler run/, kind: 'hang' });
    const { child, ended } = lab.start(...fireArgs(device));
    await until(() => device.phone.clockOffset > MINUTES && device.phone.calls.some((call) => call[0] === 'log'));
    expectWarped(device);
    child.kill(signal);
    expect((await ended).code).toBe(code);
    expectAsBefore(device);
    expect(await lab.tokenwarp('device', 'changes')).toEqual(clean);
  });

  test('Ctrl-C on a terminal reaches adb as well: the same', async () => {
    const { device } = await periodicWork();
    device.faults.push({ when: /^cmd jobscheduler run/, kind: 'hang' });
    const { child, ended } = startTokenwarp(fireArgs(device), { env: lab.room.env, group: true });
    await until(() => device.phone.clockOffset > MINUTES && device.phone.calls.some((call) => call[0] === 'log'));
    process.kill(-(child.pid ?? 0), 'SIGINT');
    expect((await ended).code).toBe(130);
    expectAsBefore(device);
    expect(await lab.tokenwarp('device', 'changes')).toEqual(clean);
  });

  test('a SIGKILL leaves the changes on disk; `device changes` names them, `device restore` undoes them, newest first', async () => {
    const { device } = await periodicWork();
    device.faults.push({ when: /^cmd jobscheduler run/, kind: 'hang' });
    const { child, ended } = lab.start(...fireArgs(device));
    await until(() => device.phone.clockOffset > MINUTES && device.phone.calls.some((call) => call[0] === 'log'));
    const busy = await lab.tokenwarp('device', 'restore');
    expect([busy.code, busy.stderr]).toEqual([7, expect.stringContaining(`process ${child.pid} is at work on ${device.serial}`)]);
    child.kill('SIGKILL');
    await ended;
    expectWarped(device);
    const changes = await lab.tokenwarp('device', 'changes');
    expect(changes.stdout).toMatch(/^\S+\n {4}auto_time switched off\n {4}auto_time_zone switched off\n {4}wall clock moved by \w+\n$/);
    const restored = await lab.tokenwarp('device', 'restore');
    expect([restored.code, restored.stdout.match(/put back: \w+/g)]).toEqual([
      0,
      ['put back: auto_time', 'put back: auto_time_zone', 'put back: wall'],
    ]);
    expectAsBefore(device);
    const undoing = device.phone.calls.map((call) => call.join(' ')).filter((call) => /^(cmd alarm|settings put)/.test(call));
    expect(undoing.slice(-3).map((call) => call.split(' ').slice(0, 4).join(' '))).toEqual([
      expect.stringContaining('cmd alarm set-time'),
      'settings put global auto_time_zone',
      'settings put global auto_time',
    ]);
    expect(await lab.tokenwarp('device', 'restore')).toEqual({ code: 0, stdout: 'nothing is left to put back\n', stderr: '' });
  });

  test('hours after a crash the clock is right, not as it was', async () => {
    const { device } = await periodicWork();
    device.faults.push({ when: /^cmd jobscheduler run/, kind: 'hang' });
    const { child, ended } = lab.start(...fireArgs(device));
    await until(() => device.phone.clockOffset > MINUTES && device.phone.calls.some((call) => call[0] === 'log'));
    child.kill('SIGKILL');
    await ended;
    await lab.tokenwarp('device', 'restore');
    // True time is that of this machine: whenever it is undone, both clocks agree again.
    expect(Math.abs(device.phone.wall() - Date.now())).toBeLessThan(5_000);
  });
});

describe('what is to be put back is found', () => {
  test('by the name of the device too; a device that is neither changed nor connected is a mistake, not an empty list', async () => {
    const device = await lab.phone({ api: 34, model: 'Ada 9' });
    const named = ['--device', 'ada 9'];
    expect((await lab.tokenwarp('device', 'clock', '-1h', ...named)).code).toBe(0);
    expect((await lab.tokenwarp('device', 'changes', ...named)).stdout).toContain('wall clock moved by -1h');
    const doctor = await lab.tokenwarp('doctor', ...named);
    expect([doctor.code, doctor.stdout]).toEqual([0, expect.stringMatching(new RegExp(`✓ ${device.serial} +Ada 9, Android 14`))]);
    expect((await lab.tokenwarp('device', 'restore', ...named)).stdout).toContain('put back: wall clock');
    expectAsBefore(device);
    expect(await lab.tokenwarp('device', 'restore', ...named)).toMatchObject({ code: 0, stdout: 'nothing is left to put back\n' });
    for (const word of ['changes', 'restore']) {
      const said = await lab.tokenwarp('device', word, '--device', 'nobody');
      expect([said.code, said.stdout, said.stderr]).toEqual([
        6,
        '',
        expect.stringContaining('there is no device "nobody"   TW_DEVICE_UNKNOWN'),
      ]);
    }
    const absent = await lab.tokenwarp('doctor', '--device', 'nobody');
    expect([absent.code, absent.stdout]).toEqual([6, expect.stringMatching(/✗ nobody +no such device is connected\n.*tokenwarp devices/)]);
  });

  test('on every device that nobody works on, also when somebody works on another', async () => {
    const { device } = await periodicWork();
    device.faults.push({ when: /^cmd jobscheduler run/, kind: 'hang' });
    const { child, ended } = lab.start(...fireArgs(device));
    await until(() => device.phone.clockOffset > MINUTES && device.phone.calls.some((call) => call[0] === 'log'));
    const other = await lab.phone({ api: 33 });
    expect((await lab.tokenwarp('device', 'clock', '-1h', '--device', other.serial)).code).toBe(0);
    const said = await lab.tokenwarp('device', 'restore');
    expect([said.code, said.stderr]).toEqual([7, expect.stringContaining(`process ${child.pid} is at work on ${device.serial}`)]);
    expect(said.stdout).toContain(`${other.serial}: put back: wall clock`);
    expectAsBefore(other);
    child.kill('SIGINT');
    await ended;
    expectAsBefore(device);
  });
});

describe('what cannot be undone stays on the list', () => {
  test('a failing undo is named with its reason; --forget strikes it', async () => {
    const device = await lab.phone({ api: 34 });
    await signedIn(device, lab, { work: { delay: 60 * MINUTES } });
    const at = ['--device', device.serial];
    expect((await lab.tokenwarp('device', 'bucket', 'rare', '--package', APP, ...at)).code).toBe(0);
    device.phone.app(APP).uninstall();
    device.faults.push({ when: /^am set-standby-bucket/, kind: 'before', act: () => device.phone.apps.clear() });
    expect((await lab.tokenwarp('device', 'pin', '1234', ...at)).code).toBe(0);
    device.phone.pin = '9999';
    const failed = await lab.tokenwarp('device', 'restore', ...at);
    expect([failed.code, failed.stderr]).toEqual([
      7,
      expect.stringMatching(/was not put back: PIN \*\*\*\* set \(.*Old password.*TW_DEVICE_RESTORE/),
    ]);
    expect((await lab.tokenwarp('device', 'changes', ...at)).stdout).toContain('PIN **** set');
    expect((await lab.tokenwarp('device', 'restore', '--forget', ...at)).code).toBe(0);
    expect(await lab.tokenwarp('device', 'changes', ...at)).toEqual(clean);
  });
});
