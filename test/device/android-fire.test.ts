// `tokenwarp fire android` as a process, over the real adb, against emulated phones of several API levels whose jobs refresh their
// tokens at a mock server through `adb reverse`. What the phone, the server and the app saw is asked of them, not of the output.
import { describe, expect, test } from 'vitest';
import type { Api } from '../kit/adbd/phone.ts';
import type { Connected } from '../kit/adbd/room.ts';
import { APP, MINUTES, signedIn, useLab, WORKER, type Signed } from '../kit/adbd/lab.ts';
import { until } from '../kit/served.ts';

const lab = useLab();

interface FiredJson {
  verdict: { outcome: string; result?: string; gate?: { gate: string } };
  job: { before: number; after?: number };
  command: string;
  dueIn?: number;
  nextIn?: number;
  server?: { received: number; committed: number; refused: number };
  source: string;
}

/** Fires and reads the answer. */
async function fire(device: Connected, ...args: string[]): Promise<{ code: number | null; stderr: string; fired: FiredJson }> {
  const { code, stdout, stderr } = await lab.tokenwarp('fire', 'android', '--json', '--device', device.serial, '--package', APP, ...args);
  return { code, stderr, fired: (stdout === '' ? {} : JSON.parse(stdout)) as FiredJson };
}

/** A phone off the charger, and an app with one-time work that needs it. */
async function chargingWork(api: Api): Promise<Signed & { device: Connected }> {
  const device = await lab.phone({ api });
  device.phone.battery.plugged = false;
  return { device, ...(await signedIn(device, lab, { work: { constraints: ['CHARGING', 'CONNECTIVITY'] } })) };
}

/** An app with periodic work that has just had its first run. */
async function periodicWork(
  api: Api,
  more: Parameters<typeof signedIn>[2] = {},
  phone: Parameters<typeof lab.phone>[0] = {},
): Promise<Signed & { device: Connected }> {
  const device = await lab.phone({ api, ...phone });
  const signed = await signedIn(device, lab, { ...more, work: { interval: 30 * MINUTES, ...more.work } });
  await until(() => signed.session.answers.length === 1 && device.phone.jobs.jobs.every(({ active }) => !active));
  return { device, ...signed };
}

const refreshesAt = ({ served }: Signed): number => served.records.filter(({ endpoint }) => endpoint === 'token').length;
const asBefore = ({ phone }: Connected): void => {
  expect(Math.abs(phone.clockOffset)).toBeLessThan(5_000);
  expect([phone.settings.get('global auto_time'), phone.settings.get('global auto_time_zone')]).toEqual(['1', '1']);
};

describe('one-time work that waits for a charger', () => {
  test.each([28, 30, 34, 37] as const)('runs on API %d, and the server saw exactly one refresh', async (api) => {
    const signed = await chargingWork(api);
    const { code, stderr, fired } = await fire(signed.device, '--work', 'refresh', '--url', signed.served.url);
    expect([code, stderr]).toEqual([0, '']);
    expect(fired).toMatchObject({
      verdict: { outcome: 'ran', result: 'SUCCESS' },
      server: { received: 1, committed: 1, refused: 0 },
      source: 'database',
    });
    expect([refreshesAt(signed), signed.session.answers]).toEqual([1, [200]]);
    expect(fired.command.includes('-n androidx.work.systemjobscheduler')).toBe(api >= 34);
  });

  test('of a release build is found by its worker, through the diagnostics that WorkManager logs', async () => {
    const device = await lab.phone({ api: 35 });
    device.phone.battery.plugged = false;
    const { session } = await signedIn(device, lab, { app: { debuggable: false }, work: { constraints: ['CHARGING'] } });
    const { code, fired } = await fire(device, '--worker', 'RefreshWorker');
    expect([code, fired.source, fired.verdict]).toEqual([0, 'diagnostics', { outcome: 'ran', result: 'SUCCESS' }]);
    expect(session.answers).toEqual([200]);
  });

  test('of an app whose WorkManager knows no namespaces is fired without one on Android 14 too', async () => {
    const device = await lab.phone({ api: 34 });
    device.phone.battery.plugged = false;
    await signedIn(device, lab, { app: { namespaced: false }, work: { constraints: ['CHARGING'] } });
    const { code, fired } = await fire(device);
    expect([code, fired.command]).toEqual([0, `cmd jobscheduler run -f ${APP} ${fired.job.before}`]);
  });

  test('whose server is down wants a retry: exit code 1', async () => {
    const { device, served } = await chargingWork(33);
    served.fault({
      endpoint: 'token',
      point: 'request',
      times: 1,
      verdict: { kind: 'reply', response: { status: 503, headers: {}, body: '' } },
    });
    const { code, fired } = await fire(device);
    expect([code, fired.verdict]).toEqual([1, { outcome: 'ran', result: 'RETRY' }]);
  });

  test('whose session is over fails: exit code 1', async () => {
    const { device, session } = await chargingWork(31);
    session.refreshToken = 'nobody-issued-this';
    const { code, fired } = await fire(device);
    expect([code, fired.verdict]).toEqual([1, { outcome: 'ran', result: 'FAILURE' }]);
  });
});

describe('periodic work before its time', () => {
  test.each([29, 32, 36] as const)(
    'is refused by WorkManager on API %d although the system says "Running job": exit code 7',
    async (api) => {
      const signed = await periodicWork(api);
      const { code, fired } = await fire(signed.device, '--url', signed.served.url);
      expect([code, fired.verdict, fired.server?.received]).toEqual([7, { outcome: 'refused' }, 0]);
      expect(fired.job.after).not.toBe(fired.job.before);
      expect(fired.dueIn).toBeGreaterThan(28 * MINUTES);
      expect(refreshesAt(signed)).toBe(1);
    },
  );

  test('is refused in a release build as well: the number changed and no result was logged', async () => {
    const { device } = await periodicWork(34, { app: { debuggable: false } });
    expect((await fire(device, '--work', 'refresh')).fired).toMatchObject({ source: 'diagnostics', verdict: { outcome: 'refused' } });
  });

  test.each([29, 33, 37] as const)('runs with --make-due on API %d; clock and settings are back', async (api) => {
    const signed = await periodicWork(api);
    const { code, stderr, fired } = await fire(signed.device, '--make-due', '--url', signed.served.url);
    expect([code, stderr, fired.verdict]).toEqual([0, '', { outcome: 'ran', result: 'SUCCESS' }]);
    expect([fired.server?.received, signed.session.answers]).toEqual([1, [200, 200]]);
    // Its period counts from the moved clock.
    expect(fired.nextIn).toBeGreaterThan(58 * MINUTES);
    asBefore(signed.device);
  });

  test('runs with --make-due in a release build, by the latency that JobScheduler was given', async () => {
    const { device, session } = await periodicWork(36, { app: { debuggable: false } });
    const { code, fired } = await fire(device, '--worker', WORKER, '--make-due');
    expect([code, fired.verdict, session.answers]).toEqual([0, { outcome: 'ran', result: 'SUCCESS' }, [200, 200]]);
    asBefore(device);
  });

  test('runs again and again by its name, under another number each time', async () => {
    const { device, session } = await periodicWork(34);
    const [first, second] = [await fire(device, '--work', 'refresh', '--make-due'), await fire(device, '--work', 'refresh', '--make-due')];
    expect([first.code, second.code]).toEqual([0, 0]);
    expect(second.fired.job.before).not.toBe(first.fired.job.before);
    expect(session.answers).toEqual([200, 200, 200]);
    asBefore(device);
  });

  test('whose time has come by a clock that somebody has moved is forced as it is: --make-due never moves the clock back', async () => {
    const { device, session } = await periodicWork(34);
    expect((await lab.tokenwarp('device', 'clock', '+1h', '--device', device.serial)).code).toBe(0);
    const { code, fired } = await fire(device, '--make-due');
    expect([code, fired.verdict, session.answers]).toEqual([0, { outcome: 'ran', result: 'SUCCESS' }, [200, 200]]);
    expect(fired).not.toHaveProperty('clock');
    expect((await lab.tokenwarp('device', 'restore', '--device', device.serial)).code).toBe(0);
    asBefore(device);
  });

  test('cannot be made due on Android 9 without root: exit code 6, and nothing was touched', async () => {
    const { device } = await periodicWork(28);
    const { code, stderr } = await fire(device, '--make-due');
    expect([code, stderr]).toEqual([6, expect.stringContaining('cmd alarm set-time exists from API 29 on')]);
    expect(device.phone.calls.filter((call) => call.join(' ').startsWith('settings put'))).toEqual([]);
  });

  test('is made due by `date` where adb is root', async () => {
    const { device, session } = await periodicWork(28, {}, { root: true, build: 'userdebug' });
    expect((await fire(device, '--make-due')).code).toBe(0);
    expect(session.answers).toEqual([200, 200]);
    asBefore(device);
  });
});

describe('what no force opens holds the job: nothing is fired, exit code 7', () => {
  test.each([
    ['DEVICE_NOT_DOZING', ({ device }: { device: Connected }) => Object.assign(device.phone.doze, { deep: 'IDLE', forced: true })],
    ['BACKGROUND_NOT_RESTRICTED', ({ app }: Signed) => Object.assign(app, { restricted: true })],
    ['WITHIN_QUOTA', ({ device }: { device: Connected }) => device.phone.jobs.sessionsLeft.set(APP, 0)],
    ['FLAG_STOPPED', ({ app }: Signed) => app.forceStop()],
    ['USER_LOCKED', ({ device }: { device: Connected }) => Object.assign(device.phone, { userUnlocked: false })],
  ])('%s', async (gate, shut) => {
    const signed = await chargingWork(35);
    shut(signed);
    const { code, fired } = await fire(signed.device, '--work', 'refresh');
    expect([code, fired.verdict.outcome, fired.verdict.gate?.gate]).toEqual([7, 'held', gate]);
    expect(signed.device.phone.calls.filter((call) => call.includes('run') && call.includes('jobscheduler'))).toEqual([]);
  });

  test('Doze that falls after the look is found out too', async () => {
    const { device } = await chargingWork(36);
    device.faults.push({
      when: /^cmd jobscheduler run/,
      kind: 'before',
      act: () => Object.assign(device.phone.doze, { deep: 'IDLE' }),
      times: 1,
    });
    const { code, fired } = await fire(device);
    expect([code, fired.verdict.outcome, fired.verdict.gate?.gate]).toEqual([7, 'held', 'DEVICE_NOT_DOZING']);
  });
});

describe('which work is meant', () => {
  test('two are listed when none was named, and a name that is not there is guessed', async () => {
    const { device, app } = await chargingWork(34);
    app.work.enqueue({ worker: 'com.example.SyncWorker', name: 'sync', constraints: ['CHARGING'] });
    expect(await fire(device)).toMatchObject({
      code: 7,
      stderr: expect.stringContaining(`refresh / ${WORKER} / job 4; sync / com.example.SyncWorker / job 5`) as string,
    });
    expect((await fire(device, '--work', 'refrehs')).stderr).toContain('did you mean "refresh"?');
    expect((await fire(device, '--job', '99')).stderr).toContain('it has 4, 5; ids change with nearly every run');
  });

  test('work whose name is a command for a shell is found by it and fired; the phone runs nothing else', async () => {
    const device = await lab.phone({ api: 36 });
    device.phone.battery.plugged = false;
    const { app, session } = await signedIn(device, lab, { work: { delay: 60 * MINUTES } });
    const name = `'; am force-stop ${APP}; $(am force-stop ${APP}) \`am force-stop ${APP}\` "& #`;
    app.work.enqueue({ worker: WORKER, name, constraints: ['CHARGING'] });
    const { code, fired } = await fire(device, '--work', name);
    expect([code, fired.verdict, session.answers]).toEqual([0, { outcome: 'ran', result: 'SUCCESS' }, [200]]);
    expect(device.phone.calls.filter((call) => call.join(' ').includes('force-stop'))).toEqual([]);
    expect(app.stopped).toBe(false);
  });

  test('an app that is not there, and a name that is none', async () => {
    const device = await lab.phone();
    expect(await fire(device)).toMatchObject({ code: 7, stderr: expect.stringContaining('com.example.app is not installed on') as string });
    const said = await lab.tokenwarp('fire', 'android', '--package', 'a; reboot');
    expect([said.code, said.stderr]).toEqual([2, expect.stringContaining('"a; reboot" is not a package name')]);
  });
});

describe('what cannot be seen', () => {
  test('a silent release build: nobody can say, exit code 5; with the server attached it is known', async () => {
    const device = await lab.phone({ api: 34 });
    device.phone.battery.plugged = false;
    const { served, app } = await signedIn(device, lab, { app: { debuggable: false, silent: true }, work: { constraints: ['CHARGING'] } });
    const job = String(device.phone.jobs.jobs[0]?.id);
    expect(await fire(device, '--job', job)).toMatchObject({ code: 5, fired: { verdict: { outcome: 'undecided' }, source: 'jobs' } });
    app.work.enqueue({ worker: WORKER, constraints: ['CHARGING'] });
    const { code, fired } = await fire(device, '--url', served.url);
    expect([code, fired.verdict]).toEqual([0, { outcome: 'ran', result: 'unknown' }]);
  });

  test('by name: it does not say which, and how to mend that', async () => {
    const device = await lab.phone({ api: 34 });
    device.phone.battery.plugged = false;
    await signedIn(device, lab, { app: { debuggable: false, silent: true }, work: { constraints: ['CHARGING'] } });
    expect((await fire(device, '--work', 'refresh')).stderr).toMatch(/does not say which of its jobs has the name "refresh".*\n.*--job/);
  });
});

test('--stop ends the job between the commit and the answer: the server has rotated, the app does not know', async () => {
  const signed = await chargingWork(34);
  const before = signed.session.refreshToken;
  const { code, fired } = await fire(signed.device, '--stop', 'connectivity', '--url', signed.served.url);
  expect([code, fired.verdict]).toEqual([0, { outcome: 'stopped', reason: 7 }]);
  expect(fired.server?.committed).toBeGreaterThanOrEqual(1);
  expect(signed.session.refreshToken).toBe(before);
  expect(signed.app.work.database.get(signed.work)?.stop_reason).toBe(7);
});

test('a stop that nobody asked for is no success: exit code 1, with the reason', async () => {
  const { device, served } = await chargingWork(35);
  served.fault({ endpoint: 'token', point: 'request', verdict: { kind: 'hold', name: 'h' } });
  const { jobs } = device.phone;
  const answer = fire(device);
  await until(() => jobs.jobs.some(({ active }) => active));
  for (const job of jobs.jobs.filter(({ active }) => active)) jobs.stop(job, 10, 'quota');
  const { code, fired } = await answer;
  expect([code, fired.verdict]).toEqual([1, { outcome: 'stopped', reason: 10 }]);
  served.server.app.holds.release('h');
});

test('the output for people names the outcome, the command and what to do', async () => {
  const { device } = await periodicWork(36);
  const said = await lab.tokenwarp('fire', 'android', '--device', device.serial, '--package', APP);
  expect(said.stdout).toMatch(
    /^✗ refresh \/ com\.example\.RefreshWorker \/ job \d+ of com\.example\.app on \S+: refused: before schedule, due in (?:30m|29m\d+s)\n/,
  );
  expect(said.stdout).toMatch(
    / {4}command {2}cmd jobscheduler run -f -n androidx\.work\.systemjobscheduler com\.example\.app \d+ {2}\(Running job \[FORCED\]\)\n/,
  );
  expect(said.stdout).toMatch(/ {4}hint {5}--make-due moves the wall clock past its next run, and back\n$/);
});
