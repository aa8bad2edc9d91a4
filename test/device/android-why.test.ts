// `tokenwarp why` over the real adb: it names the gate that really holds the job of an emulated phone, and the command it names opens it.
import { describe, expect, test } from 'vitest';
import { GATES } from '../../src/os/android/gates.ts';
import { APP, MINUTES, signedIn, useLab, type Signed } from '../kit/adbd/lab.ts';
import type { Connected } from '../kit/adbd/room.ts';
import type { Api } from '../kit/adbd/phone.ts';
import { until } from '../kit/served.ts';

const lab = useLab();

interface WhyJson {
  gates: { gate: string; detail: string; by: string; command?: string; opensIn?: number }[];
  running: boolean;
  source: string;
  due?: number;
  work: { names: string[]; job?: number };
}

async function why(device: Connected, ...args: string[]): Promise<WhyJson> {
  const { code, stdout, stderr } = await lab.tokenwarp('why', '--json', '--device', device.serial, '--package', APP, ...args);
  expect([code, stderr]).toEqual([0, '']);
  const told = JSON.parse(stdout) as WhyJson;
  // The words of the model, and no others.
  expect(told.gates.filter(({ gate }) => !GATES.some((each) => each === gate))).toEqual([]);
  return told;
}

async function waiting(api: Api, more: Parameters<typeof signedIn>[2] = {}, emulator = false): Promise<Signed & { device: Connected }> {
  const device = await lab.phone({ api, emulator });
  device.phone.battery.plugged = false;
  return { device, ...(await signedIn(device, lab, { ...more, work: { constraints: ['CHARGING'], ...more.work } })) };
}

describe('the gate', () => {
  test.each([
    ['CHARGING', 28, () => undefined],
    ['CHARGING', 37, () => undefined],
    ['DEVICE_NOT_DOZING', 29, ({ phone }: Connected) => Object.assign(phone.doze, { deep: 'IDLE' })],
    ['DEVICE_NOT_DOZING', 36, ({ phone }: Connected) => Object.assign(phone.doze, { light: 'IDLE' })],
    ['BACKGROUND_NOT_RESTRICTED', 33, ({ phone }: Connected) => Object.assign(phone.app(APP), { restricted: true })],
    ['WITHIN_QUOTA', 31, ({ phone }: Connected) => phone.jobs.sessionsLeft.set(APP, 0)],
    ['WITHIN_QUOTA', 34, ({ phone }: Connected) => Object.assign(phone.app(APP), { bucket: 50 })],
    ['FLAG_STOPPED', 32, ({ phone }: Connected) => phone.app(APP).forceStop()],
    ['USER_LOCKED', 30, ({ phone }: Connected) => Object.assign(phone, { userUnlocked: false })],
    ['NOT_SCHEDULED', 35, ({ phone }: Connected) => phone.jobs.cancel(phone.app(APP))],
  ] as const)('%s on API %d', async (gate, api, shut) => {
    const { device } = await waiting(api);
    // What charges holds nothing any more: one gate is shut.
    if (gate !== 'CHARGING') Object.assign(device.phone.battery, { plugged: gate !== 'NOT_SCHEDULED' });
    if (gate === 'CHARGING') expect((await why(device)).gates.map((each) => each.gate)).toEqual(['CHARGING']);
    shut(device);
    expect((await why(device, '--work', 'refresh')).gates[0]?.gate).toBe(gate);
  });

  test('WORK_NOT_DUE in front of the latency: when, by the clock of the phone', async () => {
    const device = await lab.phone({ api: 34 });
    const { session } = await signedIn(device, lab, { work: { interval: 30 * MINUTES } });
    await until(() => session.answers.length === 1 && device.phone.jobs.jobs.every(({ active }) => !active));
    const { gates, source, due } = await why(device);
    expect([source, gates.map(({ gate }) => gate)]).toEqual(['database', ['WORK_NOT_DUE', 'TIMING_DELAY']]);
    expect(gates[0]?.opensIn).toBeGreaterThan(28 * MINUTES);
    expect(Math.abs((due ?? 0) - (device.phone.wall() + (gates[0]?.opensIn ?? 0)))).toBeLessThan(60_000);
    // After a jump of the wall clock WorkManager would let it run; JobScheduler counts elapsed time and still waits.
    device.phone.setWall(device.phone.wall() + 40 * MINUTES);
    expect((await why(device)).gates.map(({ gate }) => gate)).toEqual(['TIMING_DELAY']);
  });

  test('BATCHING, with the time at which it ends', async () => {
    const { device, app } = await waiting(33, { work: { constraints: ['CONNECTIVITY'], delay: 60 * MINUTES } });
    const [job] = device.phone.jobs.jobs;
    Object.assign(job ?? {}, { firstBatched: device.phone.elapsed() - 10 * MINUTES, earliest: 0 });
    app.bucket = 40;
    const { gates } = await why(device);
    expect(gates.map(({ gate }) => gate)).toEqual(['BATCHING']);
    expect(Math.round((gates[0]?.opensIn ?? 0) / MINUTES)).toBe(21);
  });

  test('BLOCKED work waits for other work', async () => {
    const { device, app, work } = await waiting(34);
    app.work.enqueue({ worker: 'com.example.UploadWorker', name: 'upload', after: [work] });
    expect((await why(device, '--work', 'upload')).gates[0]).toMatchObject({ gate: 'BLOCKED', detail: 'waits for 1 other work' });
  });

  test('nothing, because it runs', async () => {
    const { device, served } = await waiting(36);
    served.fault({ endpoint: 'token', point: 'request', verdict: { kind: 'hold', name: 'h' } });
    await device.phone.advance(0);
    Object.assign(device.phone.battery, { plugged: true });
    await device.phone.jobs.check();
    await until(() => device.phone.jobs.jobs.some(({ active }) => active));
    expect(await why(device)).toMatchObject({ running: true, gates: [] });
    served.server.app.holds.release('h');
  });
});

describe('the command it names opens the gate', () => {
  test.each([
    ['DEVICE_NOT_DOZING', ({ phone }: Connected) => Object.assign(phone.doze, { deep: 'IDLE', forced: true })],
    ['BACKGROUND_NOT_RESTRICTED', ({ phone }: Connected) => Object.assign(phone.app(APP), { restricted: true })],
    ['WITHIN_QUOTA', ({ phone }: Connected) => phone.jobs.sessionsLeft.set(APP, 0)],
    ['WITHIN_QUOTA', ({ phone }: Connected) => Object.assign(phone.app(APP), { bucket: 50 })],
    ['FLAG_STOPPED', ({ phone }: Connected) => phone.app(APP).forceStop()],
    ['BATTERY_NOT_LOW', ({ phone }: Connected) => Object.assign(phone.battery, { level: 5 })],
    ['CONNECTIVITY', ({ phone }: Connected) => Object.assign(phone, { wifi: false, data: false })],
  ] as const)('%s', async (gate, shut) => {
    // Whose radios can be switched: no phone that is reached by its network.
    const { device, session } = await waiting(34, { work: { constraints: ['CHARGING', 'BATTERY_NOT_LOW', 'CONNECTIVITY'] } }, true);
    Object.assign(device.phone.battery, { plugged: true });
    shut(device);
    const [first] = (await why(device)).gates;
    expect(first?.gate).toBe(gate);
    const [program, ...words] = (first?.command ?? '').split(' ');
    expect([program, ...words.slice(-2)]).toEqual(['tokenwarp', '--device', device.serial]);
    expect((await lab.tokenwarp(...words)).code).toBe(0);
    await device.phone.jobs.check();
    await until(() => session.answers.length === 1);
    expect(session.answers).toEqual([200]);
  });
});

test('of a release build only what JobScheduler shows is known, and it says so', async () => {
  const { device } = await waiting(34, { app: { debuggable: false } });
  expect(await why(device)).toMatchObject({ source: 'jobs', gates: [{ gate: 'CHARGING' }] });
  expect(await why(device, '--work', 'refresh')).toMatchObject({ source: 'diagnostics', work: { names: ['refresh'] } });
  const said = await lab.tokenwarp('why', '--device', device.serial, '--package', APP);
  expect(said.stdout).toMatch(
    /^job 4 of com\.example\.app: CHARGING, needs a charger\n {4}opens {4}a charger.*\n {4}command {2}.*\n {4}note {5}no debug build/,
  );
});

test('asking changes nothing on the phone', async () => {
  const { device } = await waiting(34);
  const before = device.phone.calls.length;
  await why(device);
  const changing = device.phone.calls
    .slice(before)
    .filter(
      ([name = '', verb = '']) =>
        ['settings', 'svc', 'locksettings', 'input'].includes(name) || /^(set-|force-|start$|broadcast)/.test(verb),
    );
  expect(changing).toEqual([]);
});
