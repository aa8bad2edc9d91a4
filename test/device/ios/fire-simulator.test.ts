// Firing on a simulator, over the double of xcrun: what is called in which order, what came of it, and how each trouble is told. One test
// has no double inside: the app is a real process and the debugger the real lldb.
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buildBinary } from 'plist';
import { describe, expect, onTestFinished, test } from 'vitest';
import { TokenwarpError } from '../../../src/core/errors.ts';
import type { DeviceContext } from '../../../src/device/driver.ts';
import { realMachine } from '../../../src/device/exec.ts';
import { fireOnSimulator } from '../../../src/device/ios/fire-simulator.ts';
import type { FireNews, FireReport, FireRequest } from '../../../src/device/ios/fire.ts';
import { openXcrun } from '../../../src/device/ios/xcrun.ts';
import { FixtureBuild, fixtureApp } from '../../kit/ios-app.ts';
import { doubleMachine } from '../../kit/xcrun/machine.ts';
import type { App } from '../../kit/xcrun/state.ts';
import { BUNDLE, infoPlist, PROCESSING, REFRESH, UDID, XcrunDouble } from '../../kit/xcrun/double.ts';

const build = new FixtureBuild();

interface Fired {
  report: FireReport | undefined;
  error: TokenwarpError | undefined;
  news: FireNews[];
  events: string[];
}

function contextOf(double: XcrunDouble): DeviceContext {
  const folder = mkdtempSync(join(tmpdir(), 'tokenwarp-state-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return { machine: doubleMachine(double), stateFolder: folder };
}

async function fire(double: XcrunDouble, more: Partial<FireRequest> = {}, context = contextOf(double)): Promise<Fired> {
  const news: FireNews[] = [];
  const request: FireRequest = { bundle: BUNDLE, identifier: REFRESH, way: { way: 'debugger' }, timeout: 5_000, ...more };
  const result = await openXcrun(context)
    .then((xcrun) => fireOnSimulator(context, xcrun, UDID, request, (item) => void news.push(item)))
    .catch((error: unknown) => error);
  if (!(result instanceof TokenwarpError) && result instanceof Error) throw result;
  return {
    news,
    events: news.flatMap((item) => (item.news === 'event' ? [item.event] : [])),
    report: result instanceof Error ? undefined : (result as FireReport),
    error: result instanceof TokenwarpError ? result : undefined,
  };
}

/** The one app of the double, with what differs. */
const withApp = (app: Partial<App>): XcrunDouble => new XcrunDouble({ simulators: [{ apps: [app] }] });

/** Replaces the Info.plist of the installed app. */
function installPlist(double: XcrunDouble, content: string | Uint8Array): void {
  writeFileSync(join(double.simulator.apps[0]!.folder, 'Info.plist'), content);
}

describe('a task that runs', () => {
  test('of an app that does not run yet: launched, fired, seen to start and to complete', async () => {
    const double = withApp({});
    const { report, news } = await fire(double);
    expect(report).toMatchObject({
      device: UDID,
      kind: 'refresh',
      mechanism: 'run-registered',
      outcome: 'completed',
      events: ['started', 'completed'],
      problems: [],
    });
    expect(news.map((item) => item.news)).toEqual(['kind', 'launched', 'called', 'event', 'event']);
    expect(double.lines().map((line) => line.replace(/ -- int tw_answer.*?;( tw_answer)? -o /, ' -- … -o '))).toEqual([
      '--find simctl',
      'simctl get_app_container <udid> com.example.demo app',
      'simctl spawn <udid> launchctl list',
      'simctl launch <udid> com.example.demo',
      expect.stringMatching(
        /^simctl spawn <udid> log stream --style ndjson --level debug --predicate subsystem == "com.apple.BackgroundTasks"/,
      ),
      expect.stringMatching(/^simctl spawn <udid> log show --last 600s --info --debug --style ndjson --predicate /),
      expect.stringMatching(/^lldb --batch --no-lldbinit -p 4242 -o expression -l c -t 5000000 -- .* -o process detach$/),
    ]);
  });

  test('an app that was just launched may still be registering: it is asked again', async () => {
    const { report, news } = await fire(withApp({ registersAfter: 900 }));
    expect([report?.outcome, news.filter((item) => item.news === 'called')]).toEqual(['completed', [expect.anything()]]);
  });

  test('its time is taken away after its start', async () => {
    const { report, events } = await fire(withApp({ runsFor: null }), { expireAfter: 50 });
    expect([report?.outcome, events]).toEqual(['expired', ['started', 'expiring', 'completed']]);
  });

  test('a task that ends before its time is taken away has completed', async () => {
    expect((await fire(withApp({ runsFor: 1 }), { expireAfter: 4_000 })).report?.outcome).toBe('completed');
  });

  test('the kind follows from the only background mode, unless it is asked for', async () => {
    const double = withApp({});
    installPlist(double, infoPlist({ modes: ['processing'] }));
    expect((await fire(double)).report).toMatchObject({ kind: 'processing' });
    expect((await fire(double, { kind: 'refresh' })).report?.problems).toEqual([
      { problem: 'mode-missing', mode: 'fetch', kind: 'refresh', modes: ['processing'] },
    ]);
  });

  test('the hook of the app is called by URL or by notification, and its lines are followed', async () => {
    const double = withApp({ pid: 77 });
    const answered = fire(double, { way: { way: 'url', url: 'demo://fire' } });
    await expect.poll(() => double.simulator.happened, { timeout: 20_000 }).toEqual(['openurl demo://fire']);
    double.append({ processID: 77, eventMessage: `Starting task: ${REFRESH}`, subsystem: 'tokenwarp.hook' });
    double.append({ processID: 77, eventMessage: `Marking task ${REFRESH} complete with success: 0`, subsystem: 'tokenwarp.hook' });
    expect((await answered).report).toMatchObject({ mechanism: 'hook', outcome: 'completed', success: false });
    await fire(double, { way: { way: 'notification', name: 'com.example.fire' }, timeout: 100 });
    expect(double.simulator.happened.at(-1)).toBe('notify -p com.example.fire');
    expect(double.lines().some((line) => line.startsWith('lldb'))).toBe(false);
  });

  test('events of another process, of another task, and names that are withheld', async () => {
    const double = withApp({ pid: 77 });
    const answered = fire(double, { way: { way: 'notification', name: 'com.example.fire' } });
    await expect.poll(() => double.simulator.happened, { timeout: 20_000 }).toHaveLength(1);
    double.append({ processID: 78, eventMessage: `Marking simulated task complete: ${REFRESH}` });
    double.append({ processID: 77, eventMessage: `Marking simulated task complete: ${PROCESSING}` });
    double.append({ processID: 77, eventMessage: 'Starting simulated task: <private>' });
    double.append({ processID: 77, eventMessage: 'Marking simulated task complete: <decode: missing data>' });
    expect((await answered).events).toEqual(['started', 'completed']);
  });
});

describe('before anything is called', () => {
  test.each([
    ['in XML', (text: string) => text],
    ['in binary', () => new Uint8Array(buildBinary({ BGTaskSchedulerPermittedIdentifiers: [PROCESSING], UIBackgroundModes: ['fetch'] }))],
  ])('an identifier that the Info.plist does not permit, %s, is named with the reason', async (_, encode) => {
    const double = withApp({});
    installPlist(double, encode(infoPlist({ identifiers: [PROCESSING] })));
    const { error } = await fire(double);
    expect(error).toMatchObject({
      code: 'TW_DEVICE_PLIST',
      message: expect.stringMatching(/register answers false/),
      hint: expect.stringMatching(/BGTaskSchedulerPermittedIdentifiers/),
    });
    expect(double.lines().some((line) => line.includes('launch'))).toBe(false);
  });

  test('a missing background mode and closed transport security are told, and do not stop it on a simulator', async () => {
    const double = withApp({});
    installPlist(double, infoPlist({ modes: [], ats: ' ' }));
    expect((await fire(double)).report?.problems.map(({ problem }) => problem)).toEqual(['mode-missing', 'transport-security']);
  });

  test('an Info.plist that cannot be read is told, and does not stop it', async () => {
    const double = withApp({});
    installPlist(double, 'not a plist');
    expect((await fire(double)).report).toMatchObject({ outcome: 'completed', problems: [{ problem: 'unreadable' }] });
  });
});

describe('troubles', () => {
  test.each([
    ['nobody registered the identifier', { pid: 9, registered: [PROCESSING] }, 'TW_DEVICE_NOT_REGISTERED', /didFinishLaunching/],
    ['BackgroundTasks is not loaded', { pid: 9, framework: false }, 'TW_DEVICE_NO_FRAMEWORK', /import BackgroundTasks/],
    ['the debugger may not attach', { debuggable: false }, 'TW_DEVICE_NOT_ATTACHABLE', /DevToolsSecurity -enable/],
  ])('%s', async (_, app, code, hint) => {
    const double = withApp(app);
    const context = contextOf(double);
    const { error } = await fire(double, {}, context);
    expect(error).toMatchObject({ code, hint: expect.stringMatching(hint) });
    // Nothing was started, so nothing is left marked as running.
    expect(readdirSync(join(context.stateFolder, 'firing'))).toEqual([]);
  });

  test.each([
    ['the simulator is shut down', { state: 'Shutdown' as const }, 'TW_DEVICE_STATE', /bootstatus .* -b/],
    ['it is stopping', { state: 'Shutting Down' as const }, 'TW_DEVICE_STATE', /wait until it is down/],
    ['the app is not installed', { apps: [] }, 'TW_DEVICE_APP', /simctl install/],
    ['there is no such simulator', { udid: 'other' }, 'TW_DEVICE_UNKNOWN', /tokenwarp devices/],
  ])('%s', async (_, simulator, code, hint) => {
    expect((await fire(new XcrunDouble({ simulators: [simulator] }))).error).toMatchObject({ code, hint: expect.stringMatching(hint) });
  });

  test('a task that is not completed in time, with and without its time taken away', async () => {
    expect((await fire(withApp({ runsFor: null }), { timeout: 2_500 })).error).toMatchObject({
      code: 'TW_DEVICE_NOT_COMPLETED',
      hint: expect.stringMatching(/setTaskCompleted/),
    });
    const deaf = await fire(withApp({ runsFor: null, expirationHandler: false }), { timeout: 2_500, expireAfter: 50 });
    expect([deaf.error?.code, deaf.error?.hint, deaf.events]).toEqual([
      'TW_DEVICE_NOT_COMPLETED',
      expect.stringMatching(/expiration handler/),
      ['started', 'expiring', 'no-expiration-handler'],
    ]);
  });

  test('a log that says nothing', async () => {
    const double = withApp({ pid: 77 });
    expect((await fire(double, { way: { way: 'notification', name: 'com.example.fire' }, timeout: 200 })).error).toMatchObject({
      code: 'TW_DEVICE_NOT_STARTED',
      hint: expect.stringMatching(/docs\/ios.md/),
    });
  });

  test('an app that crashes meanwhile', async () => {
    const double = withApp({ pid: 77 });
    const answered = fire(double, { way: { way: 'notification', name: 'com.example.fire' }, timeout: 300 });
    await expect.poll(() => double.simulator.happened, { timeout: 20_000 }).toHaveLength(1);
    double.change(({ simulators }) => void delete simulators[0]!.apps[0]!.pid);
    expect((await answered).error).toMatchObject({ code: 'TW_DEVICE_APP_GONE' });
  });

  test('each line of the log after which nothing comes', async () => {
    const lines = {
      TW_DEVICE_TASK_RUNNING: `Task with identifier ${REFRESH} is already running`,
      TW_DEVICE_NOT_SCHEDULED: 'No task request with identifier <decode: missing data> has been scheduled',
      TW_DEVICE_NOT_REGISTERED: `*** No launch handler registered for task with identifier ${REFRESH}`,
      TW_DEVICE_TASK_DROPPED: `Task ${REFRESH} dealloc'd without completing`,
    };
    for (const [code, eventMessage] of Object.entries(lines)) {
      const double = withApp({ pid: 77 });
      const answered = fire(double, { way: { way: 'notification', name: 'com.example.fire' } });
      await expect.poll(() => double.simulator.happened, { timeout: 20_000 }).toHaveLength(1);
      double.append({ processID: 77, eventMessage });
      expect((await answered).error?.code).toBe(code);
    }
  });

  test.each([
    ['simctl', 'get_app_container', /simctl get_app_container/],
    ['the debugger', 'lldb --batch', /lldb/],
  ])('%s hangs: it is killed, and the error says which', async (_, on, message) => {
    const double = withApp({});
    double.fault({ on, hang: true });
    const { machine, ...rest } = contextOf(double);
    const run: typeof machine.run = (file, args, options) =>
      machine.run(file, args, { ...options, timeout: args.join(' ').includes(on) ? 200 : 30_000 });
    const { error } = await fire(double, {}, { ...rest, machine: { ...machine, run } });
    expect(error).toMatchObject({ code: 'TW_DEVICE_TIMEOUT', message: expect.stringMatching(message) });
    expect(readdirSync(rest.stateFolder).flatMap((name) => readdirSync(join(rest.stateFolder, name)))).toEqual([]);
  });

  test('interrupted while it waits: everything it started is gone', async () => {
    const double = withApp({ runsFor: null });
    const stop = new AbortController();
    const real = { ...contextOf(double), machine: realMachine({ ...process.env, ...double.env }), signal: stop.signal };
    const answered = fire(double, { timeout: 60_000 }, real);
    await expect.poll(() => double.log(), { timeout: 20_000 }).toMatch(/Starting simulated task/);
    stop.abort();
    expect((await answered).error?.code).toBe('TW_DEVICE_INTERRUPTED');
    const streams = double.calls().filter(({ argv }) => argv.includes('stream'));
    await expect.poll(() => streams.filter(({ pid }) => existsSync(`/proc/${pid}/fd/1`)), { timeout: 20_000 }).toEqual([]);
  });
});

describe('a task is never fired while it runs', () => {
  test('its end was not seen: refused, until the app was started anew', async () => {
    const double = withApp({ runsFor: null });
    const context = contextOf(double);
    expect((await fire(double, { timeout: 2_500 }, context)).error?.code).toBe('TW_DEVICE_NOT_COMPLETED');
    const again = await fire(double, {}, context);
    expect(again.error).toMatchObject({ code: 'TW_DEVICE_TASK_RUNNING', hint: expect.stringMatching(/device kill/) });
    expect(double.simulator.apps[0]?.pid, 'the app has not crashed').toBe(4242);
    double.change(({ simulators }) => Object.assign(simulators[0]!.apps[0]!, { pid: 4300, running: [], runsFor: 10 }));
    expect((await fire(double, {}, context)).report?.outcome).toBe('completed');
  });

  test('its end came later: the log of the system shows it', async () => {
    const double = withApp({ runsFor: 5_000 });
    const context = contextOf(double);
    expect((await fire(double, { timeout: 2_500 }, context)).error?.code).toBe('TW_DEVICE_NOT_COMPLETED');
    await expect.poll(() => double.change((state) => state.simulators[0]!.apps[0]!.running), { timeout: 10_000 }).toEqual([]);
    double.change(({ simulators }) => Object.assign(simulators[0]!.apps[0]!, { runsFor: 10 }));
    expect((await fire(double, {}, context)).report?.outcome).toBe('completed');
  });

  test('somebody else fired it: the log of the system shows its start and no end', async () => {
    const double = withApp({ pid: 77 });
    double.append({ processID: 77, eventMessage: `Starting simulated task: <BGAppRefreshTask: ${REFRESH}>` });
    expect((await fire(double)).error).toMatchObject({
      code: 'TW_DEVICE_TASK_RUNNING',
      message: expect.stringMatching(/its start and no end/),
    });
    double.append({ processID: 77, eventMessage: `Marking simulated task complete: <BGAppRefreshTask: ${REFRESH}>` });
    expect((await fire(double)).report?.outcome).toBe('completed');
  });

  test('two at once: one fires, the other is refused', async () => {
    const double = withApp({ runsFor: 1_500, pid: 77 });
    const context = contextOf(double);
    const both = await Promise.all([fire(double, {}, context), fire(double, {}, context)]);
    expect(both.map(({ report, error }) => report?.outcome ?? error?.code).toSorted()).toEqual(['TW_DEVICE_TASK_RUNNING', 'completed']);
    expect(double.log()).not.toMatch(/already running/);
  });
});

test('the real debugger on a real process: fired, seen, its time taken away', async (context) => {
  build.need(context);
  const calls = join(build.folder, 'calls-e2e');
  const double = new XcrunDouble({
    lldb: 'lldb',
    simulators: [{ apps: [{ executable: [build.program, `register=${REFRESH}`, 'run=100000', `calls=${calls}`] }] }],
  });
  const real = { ...contextOf(double), machine: realMachine({ ...process.env, ...double.env }) };
  const { report, error, news } = await fire(double, { expireAfter: 200, timeout: 20_000 }, real);
  expect([report?.outcome, error?.message]).toEqual(['expired', undefined]);
  expect(report?.events).toEqual(['started', 'expiring', 'completed']);
  expect(news.find((item) => item.news === 'launched')).toMatchObject({ pid: report?.pid });
  const app = fixtureApp(report!.pid, calls, '');
  expect([app.received('_runTask:registration:'), app.received('_simulateExpirationForTaskWithIdentifier:'), app.state()]).toEqual([
    [REFRESH],
    [REFRESH],
    'running',
  ]);
});
