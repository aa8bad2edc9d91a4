// What reads the output of Android's tools: every sample of a real device, every dialect the emulated phone prints, and all of them cut
// at every byte, with other line ends, with localised text, and very long.
import { readFileSync, readdirSync } from 'node:fs';
import { describe, expect, onTestFinished, test } from 'vitest';
import { parseDevices } from '../../src/device/android/devices.ts';
import { parseDeviceIdle } from '../../src/device/android/read/device-idle.ts';
import { parseDiagnostics } from '../../src/device/android/read/diagnostics.ts';
import { parseAndroidDuration } from '../../src/device/android/read/durations.ts';
import { parseHeader } from '../../src/device/android/read/job-header.ts';
import { parseJobs } from '../../src/device/android/read/jobs.ts';
import { afterMarker, parseLog, resultOf } from '../../src/device/android/read/logcat.ts';
import { parsePackage } from '../../src/device/android/read/package-dump.ts';
import { App } from '../kit/adbd/app.ts';
import { dumpsys } from '../kit/adbd/commands/dumpsys.ts';
import { duration } from '../kit/adbd/dump-jobs.ts';
import { Phone, type Api } from '../kit/adbd/phone.ts';

const FOLDER = new URL('../../fixtures/device/android/', import.meta.url);
const sample = (name: string): string => readFileSync(new URL(name, FOLDER), 'utf8');
const APIS: readonly Api[] = [28, 29, 30, 31, 32, 33, 34, 35, 36, 37];
const LATER = 3_600_000;

/** A phone with an app that has two jobs, and another app with one. */
function phoneWith(api: Api, namespaced = true): { phone: Phone; app: App } {
  const phone = new Phone({ api });
  const app = new App(phone, { name: 'com.example.app', namespaced });
  const other = new App(phone, { name: 'org.other' });
  onTestFinished(() => {
    app.uninstall();
    other.uninstall();
  });
  app.work.enqueue({ worker: 'com.example.RefreshWorker', delay: LATER, constraints: ['CONNECTIVITY'] });
  app.work.enqueue({ worker: 'com.example.SyncWorker', delay: 2 * LATER });
  other.work.enqueue({ worker: 'org.other.Worker', delay: LATER });
  return { phone, app };
}

async function dump(phone: Phone, ...args: string[]): Promise<string> {
  return String((await dumpsys(phone, args)).out);
}

describe('durations', () => {
  test.each([
    ['0', 0],
    ['+1h29m59s687ms', 5_399_687],
    ['-51m29s853ms', -3_089_853],
    ['+2d3h0m0s0ms', 183_600_000],
    ['+30s0ms', 30_000],
    ['-78ms', -78],
  ])('%s', (text, ms) => expect(parseAndroidDuration(text)).toBe(ms));
  test.each(['none', '--', '', '+', '1h2', 'an hour'])('%j is none', (text) => expect(parseAndroidDuration(text)).toBeUndefined());
  test.each([1, 999, 1_000, 61_001, 3_600_000, 90_061_001])('what the emulated phone prints for %d is read back', (ms) => {
    expect([parseAndroidDuration(duration(ms)), parseAndroidDuration(duration(-ms))]).toEqual([ms, -ms]);
  });
});

describe('jobs of real devices', () => {
  test('Android 10: constraints, times, the history of another app', () => {
    const { jobs, history, complete } = parseJobs(sample('jobscheduler-29.txt'));
    expect(complete).toBe(true);
    expect(jobs).toMatchObject([
      {
        id: 4,
        uid: 'u0a172',
        user: 0,
        package: 'com.google.android.youtube',
        required: ['TIMING_DELAY', 'CONNECTIVITY'],
        unsatisfied: ['TIMING_DELAY', 'CONNECTIVITY'],
        implicit: { readyNotDozing: true, readyNotRestrictedInBg: true },
        earliest: 2_309_834,
        age: 3_089_853,
        bucket: 'RARE',
        ready: { value: false, parts: { job: false, user: true, pending: false, active: false, comp: true } },
      },
    ]);
    expect(jobs[0]).not.toHaveProperty('namespace');
    expect(jobs[0]?.network).toContain('NOT_METERED');
    expect(history).toMatchObject([
      { what: 'START', id: 9008, age: 5_726_440 },
      { what: 'STOP', id: 9008, reason: 'app called jobFinished' },
    ]);
  });

  test('Android 14 without a namespace, elided by its authors', () => {
    expect(parseJobs(sample('jobscheduler-34.txt')).jobs).toMatchObject([
      {
        id: 275,
        required: ['TIMING_DELAY', 'CONNECTIVITY', 'UID_NOT_RESTRICTED'],
        satisfied: ['CONNECTIVITY', 'DEVICE_NOT_DOZING', 'BACKGROUND_NOT_RESTRICTED', 'TARE_WEALTH', 'WITHIN_QUOTA', 'UID_NOT_RESTRICTED'],
        unsatisfied: ['TIMING_DELAY'],
        earliest: 407_715,
      },
    ]);
  });

  test('Android 16: a header with a namespace, and nothing else', () => {
    expect(parseJobs(sample('jobscheduler-36-header.txt'))).toMatchObject({
      jobs: [{ id: 0, namespace: 'androidx.work.systemjobscheduler', package: 'dev.truffle.feeder', detailed: false }],
      complete: false,
    });
  });
});

describe('headers in every dialect', () => {
  test.each([
    ['  JOB #u0a123/45: 6412553 a.b/c.D', { id: 45, uid: 'u0a123', user: 0, name: 'a.b/c.D' }],
    ['JOB ns:u0a123/45: 5d421eb @ns@a.b/c.D', { id: 45, namespace: 'ns', name: 'a.b/c.D' }],
    ['JOB ns:u10a9/0: 258ed68 #RefreshWorker#@ns@a.b/c.D', { id: 0, user: 10, trace: 'RefreshWorker', namespace: 'ns' }],
    ['  JOB #1000/808: 5a1b2c3 android/com.android.server.X', { id: 808, uid: '1000', user: 0 }],
    ['JOB #u0a5/-7: abc tag:com.example', { id: -7, name: 'tag:com.example' }],
    ['JOB #u0a5/7:', { id: 7, name: '' }],
  ])('%s', (line, header) => expect(parseHeader(line)).toMatchObject(header));
  test.each(['JOB', 'JOB #', 'JOB #u0a1', 'JOBS #u0a1/2: x', '  Slot #0(ID=1): JOB #u0a1/2: x y', ''])('%j is none', (line) =>
    expect(parseHeader(line)).toBeUndefined(),
  );
});

describe.each(APIS)('the dump of API %d', (api) => {
  test.each([true, false])('namespaced: %s; two jobs of the app, each once, and none of another app', async (namespaced) => {
    const { phone, app } = phoneWith(api, namespaced);
    const { jobs, complete } = parseJobs(await dump(phone, 'jobscheduler', app.name));
    expect(complete).toBe(true);
    const mine = jobs.filter((job) => job.package === app.name);
    expect(mine.map(({ id }) => id)).toEqual([4, 5]);
    expect(mine.every(({ detailed }) => detailed)).toBe(true);
    expect(mine.map(({ namespace }) => namespace)).toEqual(
      Array(2).fill(api >= 34 && namespaced ? 'androidx.work.systemjobscheduler' : undefined),
    );
    expect(mine[0]).toMatchObject({ required: ['TIMING_DELAY', 'CONNECTIVITY'], unsatisfied: ['TIMING_DELAY'], bucket: 'ACTIVE' });
    expect(mine[0]?.earliest).toBeGreaterThan(LATER - 60_000);
    if (api >= 36 && namespaced) expect(mine.map(({ trace }) => trace)).toEqual(['RefreshWorker', 'SyncWorker']);
    // Up to Android 11 the headers of other apps leak in: they carry no details.
    expect(jobs.filter((job) => job.package !== app.name).every(({ detailed }) => !detailed)).toBe(true);
  });
});

test('a package that is not there has no jobs, and the answer says that the list was not seen', () => {
  expect(parseJobs('Invalid package: org.nobody\n')).toEqual({ jobs: [], history: [], complete: false });
});

describe('other readers', () => {
  test('Doze on a phone whose maker adds lines', () => {
    expect(parseDeviceIdle(sample('deviceidle-miui.txt'))).toEqual({
      deep: 'ACTIVE',
      light: 'ACTIVE',
      forced: false,
      deepEnabled: true,
      lightEnabled: true,
      allowed: ['com.milink.service', 'com.android.deskclock'],
    });
  });

  test('diagnostics without a job column, through the view of Android Studio', () => {
    const found = parseDiagnostics(parseLog(sample('workmanager-diagnostics-2.4.log')));
    expect(found?.completed).toHaveLength(3);
    expect(found?.completed[0]).toEqual({
      work: '08be261c-2def-4bd6-a716-1e4410968dc4',
      worker: 'androidx.work.impl.workers.DiagnosticsWorker',
      state: 'SUCCEEDED',
      names: [],
      tags: ['androidx.work.impl.workers.DiagnosticsWorker'],
    });
  });

  test('diagnostics as logcat prints them, a tab in it escaped or not', async () => {
    const { phone, app } = phoneWith(34);
    await app.work.diagnose();
    const text = phone.log.print(new Map([['*', 'I']]));
    for (const printed of [text, text.replaceAll('\t', String.raw`\t`)]) {
      const found = parseDiagnostics(parseLog(printed));
      expect(found?.enqueued.map(({ worker, job, state }) => [worker, job, state])).toEqual([
        ['com.example.RefreshWorker', 4, 'ENQUEUED'],
        ['com.example.SyncWorker', 5, 'ENQUEUED'],
      ]);
      expect(found?.completed).toHaveLength(1);
    }
  });

  test('a log that holds nothing of it', () => expect(parseDiagnostics(parseLog('1.0 2 3 I Other: text'))).toBeUndefined());

  test('what WorkManager says of a result, after our marker alone', () => {
    const line = (message: string, tag = 'WM-WorkerWrapper'): string => `1581600097.990 29528 29660 I ${tag}: ${message}\n`;
    const text =
      line('Worker result RETRY for Work [ id=0-1, tags={ a.B } ]') +
      line('fire 1', 'tokenwarp') +
      line('Worker result SUCCESS for Work [ id=0-2, tags={ a.b.C,refresh } ]') +
      line('Work [ id=0-3, tags={ a.D } ] was cancelled') +
      line('Work [ id=0-4, tags={ a.E } ] failed because it threw an exception/error') +
      line('Setting status to enqueued for 0-2');
    const lines = afterMarker(parseLog(text), 'tokenwarp', 'fire 1');
    expect(lines.map(resultOf).filter((result) => result !== undefined)).toEqual([
      { work: '0-2', result: 'SUCCESS', tags: ['a.b.C', 'refresh'] },
      { work: '0-3', result: 'cancelled', tags: ['a.D'] },
      { work: '0-4', result: 'threw', tags: ['a.E'] },
    ]);
  });

  test('a package: of the user that was asked for, not of the hidden one below', async () => {
    const { phone, app } = phoneWith(33);
    app.forceStop();
    expect(parsePackage(await dump(phone, 'package', app.name), app.name, 0)).toEqual({
      version: '1.2.3',
      targetSdk: 34,
      debuggable: true,
      installed: true,
      stopped: true,
      neverLaunched: false,
    });
    expect(parsePackage(await dump(phone, 'package', app.name), app.name, 10)?.installed).toBe(false);
    expect(parsePackage(await dump(phone, 'package', 'org.nobody'), 'org.nobody', 0)).toBeUndefined();
  });

  test('devices: names with dots and ports, several words for a state, lines about the server', () => {
    expect(parseDevices(sample('adb-devices.txt')).map(({ serial, state, properties }) => [serial, state, properties['model']])).toEqual([
      ['R3CN90XXXXX', 'device', 'Pixel_5'],
      ['R58N123ABCD', 'device', 'Pixel_3'],
      ['127.0.0.1:16555', 'device', 'sdk_gphone64_x86_64'],
    ]);
    const text = [
      '* daemon not running; starting now at tcp:5037',
      'List of devices attached',
      'A1                     no permissions (user in plugdev group; are your udev rules wrong?); see [http://developer.android.com/tools/device.html] usb:1-1 transport_id:1',
      'B2                     unauthorized usb:1-2 transport_id:2',
      'emulator-5554          offline transport_id:3',
      '(no serial number)     authorizing transport_id:4',
      'adb-1A2B._adb-tls-connect._tcp. device product:x model:Pixel_8 device:y transport_id:5',
      '',
    ].join('\n');
    expect(parseDevices(text).map(({ serial, state }) => [serial, state])).toEqual([
      ['A1', 'no permissions'],
      ['B2', 'unauthorized'],
      ['emulator-5554', 'offline'],
      ['(no serial number)', 'authorizing'],
      ['adb-1A2B._adb-tls-connect._tcp.', 'device'],
    ]);
  });
});

/** Everything that reads, over anything. */
const READERS: Readonly<Record<string, (text: string) => unknown>> = {
  jobs: parseJobs,
  idle: parseDeviceIdle,
  log: (text) => parseLog(text).map(resultOf),
  diagnostics: (text) => parseDiagnostics(parseLog(text)),
  package: (text) => parsePackage(text, 'com.example.app', 0),
  devices: parseDevices,
};

async function everyText(): Promise<[string, string][]> {
  const texts: [string, string][] = readdirSync(FOLDER)
    .filter((name) => !name.endsWith('.md'))
    .map((name) => [name, sample(name)]);
  for (const api of [28, 30, 34, 37] as const) {
    const { phone, app } = phoneWith(api);
    texts.push([`dump of API ${api}`, await dump(phone, 'jobscheduler', app.name)]);
    if (api === 34) texts.push(['a package', await dump(phone, 'package', app.name)]);
  }
  return texts;
}

describe('nothing that is printed brings a reader down', () => {
  test('cut at every byte: what is left is a part of the whole, and says that it is', async () => {
    for (const [name, text] of await everyText()) {
      const bytes = Buffer.from(text);
      const whole = parseJobs(text);
      for (let end = 0; end < bytes.length; end++) {
        const cut = bytes.subarray(0, end).toString();
        for (const read of Object.values(READERS)) read(cut);
        const { jobs, complete } = parseJobs(cut);
        expect(jobs.length, `${name} at ${end}`).toBeLessThanOrEqual(whole.jobs.length);
        if (complete)
          expect(
            jobs.map(({ id }) => id),
            `${name} at ${end}`,
          ).toEqual(whole.jobs.map(({ id }) => id));
      }
    }
  });

  test('with the line ends of Windows it reads the same', async () => {
    for (const [name, text] of await everyText()) {
      for (const [reader, read] of Object.entries(READERS))
        expect(read(text.replaceAll('\n', '\r\n')), `${reader} of ${name}`).toEqual(read(text));
    }
  });

  test('lines in another language between the others do no harm', async () => {
    const { phone, app } = phoneWith(33);
    const text = await dump(phone, 'jobscheduler', app.name);
    const foreign = text
      .split('\n')
      .flatMap((line, i) =>
        i % 7 === 3 && line.startsWith('    ') ? [line, '      Étiquette: задание по расписанию ١٢٣ 予定 “…”'] : [line],
      );
    expect(parseJobs(foreign.join('\n'))).toEqual(parseJobs(text));
    for (const read of Object.values(READERS)) read('Список подключенных устройств\nجهاز   device\n設備'.repeat(100));
  });

  test('five megabytes, in many lines or in one, are read in passing', async () => {
    const { phone, app } = phoneWith(35);
    const text = await dump(phone, 'jobscheduler', app.name);
    const list = text.slice(text.indexOf('  JOB'), text.indexOf('\nConnectivityController'));
    const many = text.replace(list, list.repeat(Math.ceil(5e6 / list.length)));
    expect(many.length).toBeGreaterThan(5e6);
    expect(parseJobs(many).jobs.length).toBeGreaterThan(1_000);
    const lines = [
      'x'.repeat(5e6),
      ' '.repeat(5e6),
      `JOB #u0a1/2: ${'a '.repeat(2.5e6)}`,
      `1.0 2 3 I ${' :'.repeat(2.5e6)}`,
      `Ready: true (${'!a=true '.repeat(6e5)})`,
    ];
    for (const line of lines) for (const read of Object.values(READERS)) read(line);
  });
});
