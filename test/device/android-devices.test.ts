// `tokenwarp devices`, `doctor`, and the choice of a device, as processes over the real adb: every state a device can be in, and a
// machine that has nothing installed.
import { describe, expect, onTestFinished, test } from 'vitest';
import { APP, signedIn, useLab } from '../kit/adbd/lab.ts';
import { startTokenwarp, scratch } from '../kit/cli.ts';
import { startDevice } from '../kit/adbd/device.ts';
import { until } from '../kit/served.ts';

const lab = useLab();

interface Listed {
  schema: string;
  devices: {
    id: string;
    platform: string;
    kind: string;
    state: string;
    name: string;
    os?: string;
    sameAs?: string;
    capabilities: { name: string; how: string; missing?: string }[];
  }[];
  missing: { tool: string }[];
}

async function listed(): Promise<Listed> {
  const { code, stdout, stderr } = await lab.tokenwarp('devices', '--json');
  expect([code, stderr]).toEqual([0, '']);
  return JSON.parse(stdout) as Listed;
}

describe('devices', () => {
  test('none', async () => {
    expect(await lab.tokenwarp('devices')).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^no device is connected\n/) as string,
      stderr: '',
    });
  });

  test('a phone and an emulator: what they are, what each can do and how, what is missing and why', async () => {
    const phone = await lab.phone({ api: 29, model: 'Pixel 3a' });
    const emulator = await lab.phone({ api: 36, emulator: true, model: 'sdk_gphone64_x86_64' });
    const { schema, devices } = await listed();
    expect(schema).toBe('tokenwarp/devices.v1');
    const [a, b] = [devices.find(({ id }) => id === phone.serial), devices.find(({ id }) => id === emulator.serial)];
    expect(a).toMatchObject({
      platform: 'android',
      kind: 'device',
      state: 'ready',
      name: 'Pixel 3a',
      os: 'Android 10 (API 29)',
      transport: 'network',
    });
    expect(b).toMatchObject({ kind: 'emulator', state: 'ready', os: 'Android 16 (API 36)', transport: 'local' });
    const missing = (one: typeof a): string[] =>
      (one?.capabilities ?? []).filter((capability) => capability.missing !== undefined).map(({ name }) => name);
    expect(missing(a)).toEqual(['airplane-mode', 'radio', 'biometric']);
    expect(missing(b)).toEqual([]);
    expect(b?.capabilities.find(({ name }) => name === 'fire-job')?.how).toContain('-n <namespace>');
    const text = (await lab.tokenwarp('devices')).stdout;
    expect(text).toContain(`${phone.serial}  `);
    expect(text).toMatch(/no radio: switching radios would cut the connection, which is a network itself: connect it by USB/);
  });

  test('one that has not allowed this computer, one that does not answer, one that is still starting: each with what mends it', async () => {
    const strange = await lab.phone({ trust: 'unauthorized' });
    const starting = await lab.phone({ booted: false });
    const silent = await startDevice({ trust: 'silent' });
    onTestFinished(() => silent.stop());
    // adb waits ten seconds for a word of it.
    await lab.room.adb('connect', `127.0.0.1:${silent.port}`);
    const { devices } = await listed();
    expect(devices.find(({ id }) => id === strange.serial)).toMatchObject({
      state: 'unauthorized',
      problem: { fix: expect.stringContaining('Allow USB debugging') as string },
    });
    expect(devices.find(({ id }) => id === starting.serial)).toMatchObject({ state: 'booting' });
    const said = await lab.tokenwarp('fire', 'android', '--package', APP, '--device', strange.serial);
    expect([said.code, said.stderr]).toEqual([
      6,
      expect.stringMatching(/has not allowed this computer to debug it {3}TW_DEVICE_STATE\n {2}hint {2}unlock it/),
    ]);
    const doctor = await lab.tokenwarp('doctor');
    expect([doctor.code, doctor.stdout]).toEqual([6, expect.stringMatching(/✗ \S+ +\S+ has not allowed this computer/)]);
    await lab.room.forget(`127.0.0.1:${silent.port}`);
  });

  test('one whose connection broke and does not come back is offline, with the command that connects it again', async () => {
    const device = await lab.phone();
    device.trust = 'silent';
    device.drop();
    await until(() => device.connections === 2);
    expect((await listed()).devices.find(({ id }) => id === device.serial)).toMatchObject({
      state: 'offline',
      problem: { fix: `adb disconnect ${device.serial} && adb connect ${device.serial}` },
    });
    const said = await lab.tokenwarp('why', '--package', APP, '--device', device.serial);
    expect([said.code, said.stderr]).toEqual([
      6,
      expect.stringContaining(`${device.serial} is connected but does not answer   TW_DEVICE_STATE`),
    ]);
  });

  test('one machine under two serials counts once: adb adopts what listens on ports 5555 to 5585', async () => {
    const device = await lab.phone({ api: 34, emulator: true });
    const twin = `127.0.0.1:${device.port}`;
    await lab.room.adb('connect', twin);
    onTestFinished(() => lab.room.forget(twin));
    const { devices } = await listed();
    expect(devices.find(({ id }) => id === twin)?.sameAs).toBe(device.serial);
    expect(devices.find(({ id }) => id === device.serial)).not.toHaveProperty('sameAs');
    await signedIn(device, lab, { work: { delay: 3_600_000 } });
    expect(await lab.tokenwarp('why', '--package', APP)).toMatchObject({
      code: 0,
      stdout: expect.stringContaining('TIMING_DELAY') as string,
    });
    expect((await lab.tokenwarp('doctor')).stdout).toContain(`the same machine as ${device.serial}`);
  });

  test('--watch prints again when something changes, until a signal ends it', async () => {
    const { child, ended } = lab.start('devices', '--watch', '--json');
    let text = '';
    child.stdout?.on('data', (chunk: string) => {
      text += chunk;
    });
    await until(() => text.includes('"devices":[]'));
    const device = await lab.phone();
    await until(() => text.includes(device.serial));
    child.kill('SIGINT');
    const { code, stdout } = await ended;
    expect(code).toBe(130);
    for (const line of stdout.trimEnd().split('\n')) expect(JSON.parse(line)).toMatchObject({ schema: 'tokenwarp/devices.v1' });
  });
});

test('--watch ends when nobody reads it any more, as behind `| head -1`', async () => {
  const device = await lab.phone();
  const { child, ended } = lab.start('devices', '--watch');
  await new Promise((resolve) => void child.stdout?.once('data', resolve));
  child.stdout?.destroy();
  device.phone.options.booted = false;
  expect(await ended).toMatchObject({ code: 0, stderr: '' });
});

describe('two devices', () => {
  test('nobody says which: both are named, exit code 6; --device and ANDROID_SERIAL choose', async () => {
    const [first, second] = [await lab.phone({ api: 33 }), await lab.phone({ api: 34 })];
    await signedIn(second, lab, { work: { delay: 3_600_000 } });
    const many = await lab.tokenwarp('why', '--package', APP);
    expect([many.code, many.stderr]).toEqual([6, expect.stringMatching(/2 devices are connected {3}TW_DEVICE_MANY\n/)]);
    expect(many.stderr).toContain(`--device ${first.serial}`);
    expect(many.stderr).toContain(`--device ${second.serial}`);
    expect((await lab.tokenwarp('why', '--package', APP, '--device', second.serial)).code).toBe(0);
    const { ended } = startTokenwarp(['why', '--package', APP], { env: { ...lab.room.env, ANDROID_SERIAL: second.serial } });
    expect((await ended).code).toBe(0);
    const unknown = await lab.tokenwarp('why', '--package', APP, '--device', 'nobody');
    expect([unknown.code, unknown.stderr]).toEqual([6, expect.stringContaining('there is no device "nobody"   TW_DEVICE_UNKNOWN')]);
  });
});

test('doctor: client, server, device, ports, and what an app needs', async () => {
  const device = await lab.phone({ api: 34 });
  const before = await lab.tokenwarp('doctor');
  expect([before.code, before.stdout]).toEqual([
    0,
    expect.stringMatching(/! \S+ ports +no port of the phone leads here\n.*tokenwarp device reverse 8080 7357 --device/s),
  ]);
  const { app } = await signedIn(device, lab);
  app.forceStop();
  const { stdout } = await lab.tokenwarp('doctor', '--package', APP);
  expect(stdout).toMatch(/✓ node +\d+\./);
  expect(stdout).toMatch(/adb +\d+\.\S+ at adb/);
  expect(stdout).toMatch(/✓ \S+ ports +tcp:8080 of the phone leads to tcp:\d+ here/);
  expect(stdout).toContain('com.example.app 1.2.3, a debug build');
  expect(stdout).toMatch(/! .* it is force-stopped/);
  expect(stdout).toMatch(/! .* targets API 34, so http is blocked, to localhost too/);
  const { ok, checks } = JSON.parse((await lab.tokenwarp('doctor', '--json')).stdout) as { ok: boolean; checks: { status: string }[] };
  expect([ok, checks.some(({ status }) => status === 'missing')]).toEqual([true, false]);
});

/** As on a machine without adb and Xcode: a PATH that leads nowhere, a home without an SDK. */
describe('a machine with nothing installed', () => {
  const bare = (...args: string[]) => startTokenwarp(args, { env: { PATH: scratch(), HOME: scratch() } }).ended;

  test.each([
    [['devices']],
    [['fire', '--help']],
    [['fire', 'android', '--help']],
    [['fire', 'android', '--package', APP]],
    [['why', '--package', APP]],
    [['device', 'doze', 'deep']],
  ])('%j says exactly what to install: exit code 6', async (args) => {
    const { code, stderr } = await bare(...args);
    expect(code).toBe(6);
    expect(stderr).toMatch(/^tokenwarp: adb is not installed.* {3}TW_DEVICE_TOOL\n/);
    expect(stderr).toMatch(/apt install adb|brew install|winget install/);
  });

  test('fire --help still helps', async () => {
    expect((await bare('fire', '--help')).stdout).toMatch(/Usage: tokenwarp fire/);
  });

  test('doctor says it among the rest', async () => {
    const { code, stdout } = await bare('doctor');
    expect(code).toBe(6);
    expect(stdout).toMatch(/✗ adb +is not installed\n +fix {2}\S/);
  });

  test('an adb server that cannot be started is told from one that is not there', async () => {
    const { ended } = startTokenwarp(['devices'], { env: { ...lab.room.env, ADB_SERVER_SOCKET: 'tcp:127.0.0.1:9' } });
    const { code, stderr } = await ended;
    expect([code, stderr]).toEqual([6, expect.stringMatching(/adb cannot reach its server: .*\n.*ANDROID_ADB_SERVER_PORT/s)]);
  });
});
