// `tokenwarp fire ios` as a process: what it says, with which exit code, what it asked of Apple's tools, and what the server saw. In two
// tests nothing but xcrun itself is a double: the debugger is the real lldb, the app a process.
import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildBinary } from 'plist';
import { describe, expect, test } from 'vitest';
import { FixtureBuild, fixtureApp } from '../../kit/ios-app.ts';
import { serve } from '../../kit/served.ts';
import { BUNDLE, infoPlist, PHONE, PROCESSING, REFRESH, UDID, XcrunDouble } from '../../kit/xcrun/double.ts';
import type { App, Phone, Simulator } from '../../kit/xcrun/state.ts';
import { labOf } from './lab.ts';

const build = new FixtureBuild();
const APP = ['--bundle', BUNDLE, '--task', REFRESH];
const fireIos = (double: XcrunDouble, ...more: string[]) => labOf(double).run('fire', 'ios', ...APP, ...more);
const simulatorWith = (app: Partial<App>, simulator: Partial<Omit<Simulator, 'apps'>> = {}): XcrunDouble =>
  new XcrunDouble({ simulators: [{ ...simulator, apps: [app] }] });
const phoneWith = (app: Partial<App>, phone: Partial<Omit<Phone, 'apps'>> = {}): XcrunDouble =>
  new XcrunDouble({ phones: [{ ...phone, apps: [{ pid: 500, ...app }] }] });
/** Replaces the Info.plist of the installed app. */
const installPlist = (double: XcrunDouble, content: string | Uint8Array): void =>
  writeFileSync(join(double.simulator.apps[0]!.folder, 'Info.plist'), content);
/** What the debugger was told. */
const expressions = (double: XcrunDouble): string[] =>
  double.lines().filter((line) => line.startsWith('lldb --batch') && line.includes('expression'));
const WAIT = { timeout: 20_000 };

describe('on a simulator', () => {
  test('the app is launched, its handler called, start and end are seen in the log; that nobody has seen it on a Mac is said', async () => {
    const double = simulatorWith({});
    const { code, stdout, stderr } = await fireIos(double);
    expect([code, stdout]).toEqual([0, expect.stringMatching(/^✓ com\.example\.demo\.refresh ran and completed after [\d.]+ s\n$/)]);
    expect(stderr.split('\n').map((line) => line.trim().split(/\s{2,}| \(| </)[0])).toEqual([
      'as a refresh task',
      'launched as process 4242',
      'the debugger handed a task to the registered handler, and left',
      expect.stringMatching(/^not verified on Apple hardware: .*docs\/ios\.md/),
      'started',
      'completed',
      '',
    ]);
    expect(expressions(double)).toEqual([expect.stringContaining('tw_class("BGAppRefreshTask")')]);
  });

  test('as data', async () => {
    const { code, stdout, stderr } = await fireIos(simulatorWith({ pid: 77 }), '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      schema: 'tokenwarp/fired-ios.v1',
      device: UDID,
      bundle: BUNDLE,
      identifier: REFRESH,
      kind: 'refresh',
      pid: 77,
      mechanism: 'run-registered',
      outcome: 'completed',
      events: ['started', 'completed'],
      problems: [],
      unverified: expect.stringMatching(/not verified on Apple hardware/) as string,
    });
  });

  test('--expire-after takes the time away after the start, --kind decides the class of the task', async () => {
    const double = simulatorWith({ runsFor: null });
    const { code, stdout } = await fireIos(double, '--expire-after', '100ms', '--kind', 'processing');
    expect([code, stdout]).toEqual([0, expect.stringContaining('its time was taken away')]);
    expect(expressions(double)).toEqual([
      expect.stringContaining('tw_class("BGProcessingTask")'),
      expect.stringContaining('tw_sel("_simulateExpirationForTaskWithIdentifier:"), tw_id'),
    ]);
  });

  test.each([
    ['--open-url', 'demo://fire', 'openurl demo://fire'],
    ['--notify', 'com.example.demo.fire', 'notify -p com.example.demo.fire'],
  ])('%s: the debug hook of the app is called, and no debugger', async (flag, on, happened) => {
    const double = simulatorWith({ pid: 77, hook: { on, identifier: REFRESH } });
    const { code, stdout } = await fireIos(double, flag, on);
    expect([code, stdout]).toEqual([0, expect.stringContaining('the app said success')]);
    expect(double.simulator.happened).toEqual([happened]);
    expect(double.lines().some((line) => line.startsWith('lldb'))).toBe(false);
  });

  test('the mock server is the proof: one refresh arrived, one took effect', async () => {
    const double = simulatorWith({ pid: 77, runsFor: null });
    const served = await serve({ control: {} });
    const { refresh } = served.signIn();
    const fired = fireIos(double, '--json', '--url', served.url);
    await expect.poll(() => double.log(), WAIT).toMatch(/Starting simulated task/);
    expect((await served.refresh(refresh)).status).toBe(200);
    double.append({ processID: 77, eventMessage: `Marking simulated task complete: <BGAppRefreshTask: ${REFRESH}>` });
    const { code, stdout } = await fired;
    expect([code, (JSON.parse(stdout) as { server: object }).server]).toEqual([0, { received: 1, committed: 1, refused: 0 }]);
  });

  test('a task that says it failed: exit code 1', async () => {
    const double = simulatorWith({ pid: 77, runsFor: null });
    const fired = fireIos(double);
    await expect.poll(() => double.log(), WAIT).toMatch(/Starting simulated task/);
    double.append({ processID: 77, eventMessage: `Marking task <BGAppRefreshTask: ${REFRESH}> complete with success: 0` });
    expect(await fired).toMatchObject({ code: 1, stdout: expect.stringContaining('the app said failure') as string });
  });

  test('lines of the log are printed without what looks like a token', async () => {
    const double = simulatorWith({ pid: 77, runsFor: null });
    const fired = fireIos(double);
    await expect.poll(() => double.log(), WAIT).toMatch(/Starting simulated task/);
    const token = 'eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlc2lnbmF0dXJl';
    double.append({ processID: 77, eventMessage: `Marking task ${REFRESH} complete with success: 1 ${token}` });
    const { stderr } = await fired;
    expect([stderr.includes('complete with success: 1 <token>'), stderr.includes(token)]).toEqual([true, false]);
  });
});

describe('the Info.plist of the installed app, before anything is called', () => {
  test.each([
    ['in XML', infoPlist({ identifiers: [PROCESSING] })],
    ['in binary', new Uint8Array(buildBinary({ BGTaskSchedulerPermittedIdentifiers: [PROCESSING], UIBackgroundModes: ['fetch'], n: 1.5 }))],
  ])('%s: an identifier that is not permitted ends it, with the reason; exit code 7', async (_, content) => {
    const double = simulatorWith({});
    installPlist(double, content);
    const { code, stdout, stderr } = await fireIos(double);
    expect([code, stdout]).toEqual([7, '']);
    expect(stderr).toMatch(
      /"com\.example\.demo\.refresh" is not among BGTaskSchedulerPermittedIdentifiers \(com\.example\.demo\.processing\)/,
    );
    expect(stderr).toMatch(/register answers false without a word[^]*add <string>com\.example\.demo\.refresh<\/string>/);
    expect(double.lines().filter((line) => /launch |lldb/.test(line))).toEqual([]);
  });

  test('a background mode that is missing for this kind, and closed transport security, are said with the reason', async () => {
    const double = simulatorWith({});
    installPlist(double, infoPlist({ modes: ['fetch'], ats: ' ' }));
    const { code, stderr } = await fireIos(double, '--kind', 'processing');
    expect(code).toBe(0);
    expect(stderr).toMatch(/UIBackgroundModes has fetch, not "processing": the system takes no request for a BGProcessingTask without it/);
    expect(stderr).toMatch(/NSAllowsLocalNetworking is not set/);
  });
});

describe('what can go wrong has an exit code, a word and a way out', () => {
  test.each<[string, XcrunDouble | (() => XcrunDouble), number, RegExp]>([
    [
      'nobody registered the identifier',
      () => simulatorWith({ pid: 7, registered: [] }),
      7,
      /no handler for[^]*NOT_REGISTERED[^]*didFinishLaunching/,
    ],
    ['the framework is not loaded', () => simulatorWith({ pid: 7, framework: false }), 7, /not loaded BackgroundTasks[^]*NO_FRAMEWORK/],
    ['no debugger may attach', () => simulatorWith({ debuggable: false }), 7, /may not attach[^]*get-task-allow[^]*DevToolsSecurity/],
    ['the app is not installed', () => new XcrunDouble({ simulators: [{ apps: [] }] }), 7, /not installed[^]*simctl install/],
    ['the simulator is shut down', () => simulatorWith({}, { state: 'Shutdown' }), 6, /shut down[^]*bootstatus .* -b/],
    ['no device at all', () => new XcrunDouble({}), 6, /no device is connected[^]*boot a simulator/],
    ['nothing is pending on a device', () => phoneWith({ pending: [] }), 7, /no pending request[^]*NOT_SCHEDULED[^]*submit one first/],
    ['a device that is away', () => phoneWith({}, { tunnel: 'unavailable' }), 6, /paired and not here/],
    ['a device without developer mode', () => phoneWith({}, { developerMode: 'disabled' }), 6, /Developer Mode/],
    ['the command line tools alone', () => new XcrunDouble({ xcode: null }), 6, /unable to find utility "simctl"[^]*install Xcode/],
  ])('%s', async (_, make, expected, said) => {
    const { code, stdout, stderr } = await fireIos(typeof make === 'function' ? make() : make, '--timeout', '3s');
    expect([code, stdout, stderr]).toEqual([expected, '', expect.stringMatching(said)]);
  });

  test.each([
    [[], 'fire needs a platform'],
    [['iOS'], 'did you mean "ios"?'],
    [['ios', '--task', REFRESH], '--bundle is missing'],
    [['ios', '--bundle', BUNDLE], '--task is missing'],
    [['ios', '--bundle', 'x y', '--task', REFRESH], 'is not a bundle identifier'],
    [['ios', ...APP, '--make-due'], '--make-due is an option of fire android'],
    [['android', '--package', BUNDLE, '--expire-after', '2s'], '--expire-after is an option of fire ios'],
    [['ios', ...APP, '--kind', 'fetch'], '"fetch" is not one of refresh, processing'],
    [['ios', ...APP, '--expire-after', 'soon'], 'expire-after'],
    [['ios', ...APP, '--open-url', 'no url'], 'is not a URL'],
    [['ios', ...APP, '--open-url', 'demo://x', '--notify', 'x'], 'two ways to do one thing'],
    [['ios', '--bundle', BUNDLE, '--task', 'x'.repeat(129)], 'iOS drops those over 128'],
  ])('%j is wrong usage: exit code 2, and nothing was asked of a device', async (words, said) => {
    const double = new XcrunDouble();
    const { code, stdout, stderr } = await labOf(double).run('fire', ...words);
    expect([code, stdout, stderr]).toEqual([2, '', expect.stringContaining(said)]);
    expect(double.lines()).toEqual([]);
  });

  test('a task whose end was not seen is not fired again, by no process, until the app was started anew', async () => {
    const double = simulatorWith({ runsFor: null });
    const lab = labOf(double);
    const fire = () => lab.run('fire', 'ios', ...APP, '--timeout', '4s');
    expect(await fire()).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/was not completed within 4 s[^]*setTaskCompleted/) as string,
    });
    expect(await fire()).toMatchObject({ code: 7, stderr: expect.stringMatching(/may still run[^]*device kill/) as string });
    expect(double.log(), 'a second launch would have crashed the app').not.toMatch(/already running/);
    expect((await lab.run('device', 'kill', '--bundle', BUNDLE)).code).toBe(0);
    double.change(({ simulators }) => void (simulators[0]!.apps[0]!.runsFor = 10));
    expect((await fire()).code).toBe(0);
  });

  test('two at once: one fires, the other is told that it does', async () => {
    const double = simulatorWith({ runsFor: null, pid: 77 });
    const lab = labOf(double);
    const first = lab.run('fire', 'ios', ...APP);
    await expect.poll(() => double.log(), WAIT).toMatch(/Starting simulated task/);
    expect(await lab.run('fire', 'ios', ...APP)).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/another tokenwarp \(process \d+\) is firing it/) as string,
    });
    double.append({ processID: 77, eventMessage: `Marking simulated task complete: <x: ${REFRESH}>` });
    expect((await first).code).toBe(0);
  });

  test('Ctrl-C while it waits: exit code 130, and no program is left', async () => {
    const double = simulatorWith({ runsFor: null });
    const lab = labOf(double);
    const { child, ended } = lab.start('fire', 'ios', ...APP, '--timeout', '1m');
    await expect.poll(() => double.log(), WAIT).toMatch(/Starting simulated task/);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    const left = () => double.calls().filter(({ pid }) => existsSync(`/proc/${pid}/fd/1`));
    await expect.poll(left, WAIT).toEqual([]);
    expect(readdirSync(join(lab.state, 'firing')), 'the task may still run').toHaveLength(1);
  });

  test('Ctrl-C while the debugger is attached: it is let finish, and the task counts as running', async () => {
    const double = simulatorWith({ runsFor: null });
    double.fault({ on: '^lldb --batch', delay: 1_500 });
    const lab = labOf(double);
    const { child, ended } = lab.start('fire', 'ios', ...APP);
    await expect.poll(() => double.lines().some((line) => line.startsWith('lldb')), WAIT).toBe(true);
    child.kill('SIGINT');
    expect((await ended).code).toBe(130);
    expect(double.log()).toMatch(/Starting simulated task/);
    expect(readdirSync(join(lab.state, 'firing'))).toHaveLength(1);
  });

  test('a tool that hangs is killed, and the error says which', async () => {
    const double = simulatorWith({});
    double.fault({ on: 'get_app_container', hang: true });
    expect(await fireIos(double, '--command-timeout', '2s')).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/did not answer `simctl get_app_container` within 2 s/) as string,
    });
  });
});

describe('on a device', () => {
  test('lldb launches the pending request, breakpoints show the start and the end', async () => {
    const double = phoneWith({});
    const { code, stdout, stderr } = await fireIos(double, '--json');
    expect([code, stderr]).toEqual([0, '']);
    expect(JSON.parse(stdout)).toMatchObject({
      device: PHONE,
      mechanism: 'simulate-launch',
      outcome: 'completed',
      success: true,
      events: ['started', 'completed'],
      unverified: expect.stringMatching(/not verified on Apple hardware/) as string,
    });
    expect(double.lines().at(-1)).toBe('lldb --no-lldbinit');
  });

  test('without symbols nobody can say: exit code 5, unless the mock server has seen the refresh', async () => {
    const blind = (): XcrunDouble => {
      const double = phoneWith({});
      double.change((state) => void (state.symbols = false));
      return double;
    };
    expect(await fireIos(blind())).toMatchObject({ code: 5, stdout: expect.stringContaining('nobody can say') as string });
    const double = blind();
    const served = await serve({ control: {} });
    const { refresh } = served.signIn();
    const fired = fireIos(double, '--url', served.url);
    await expect.poll(() => double.log(PHONE), WAIT).toMatch(/Starting simulated task/);
    await served.refresh(refresh);
    expect(await fired).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/its refresh reached the server\n.*1 token request, 1 committed/) as string,
    });
  });

  test('the hook cannot take the time away: refused by name, exit code 6', async () => {
    const double = phoneWith({});
    expect(await fireIos(double, '--notify', 'com.example.fire', '--expire-after', '1s')).toMatchObject({
      code: 6,
      stderr: expect.stringMatching(/no expire-job[^]*TW_DEVICE_CAPABILITY/) as string,
    });
    expect(double.state.phones[0]?.happened).toEqual([]);
  });
});

test('the whole command over the real lldb and a real process: launch and expiration reach the handler', async (context) => {
  build.need(context);
  const calls = join(build.folder, 'calls-cli');
  const double = new XcrunDouble({
    lldb: 'lldb',
    simulators: [{ apps: [{ executable: [build.program, `register=${REFRESH}`, 'run=100000', `calls=${calls}`] }] }],
  });
  const { code, stdout, stderr } = await fireIos(double, '--json', '--expire-after', '200ms');
  expect([code, stderr]).toEqual([0, '']);
  const report = JSON.parse(stdout) as { pid: number; outcome: string; events: string[] };
  expect([report.outcome, report.events]).toEqual(['expired', ['started', 'expiring', 'completed']]);
  const app = fixtureApp(report.pid, calls, '');
  expect([app.received('_runTask:registration:'), app.received('_simulateExpirationForTaskWithIdentifier:'), app.state()]).toEqual([
    [REFRESH],
    [REFRESH],
    'running',
  ]);
});

test('an identifier full of quotes, escapes and backticks reaches the app byte for byte, over the whole command', async (context) => {
  build.need(context);
  const nasty = 'com.x."; abort(); //`1+1`\\n$(id) ü -o quit';
  const calls = join(build.folder, 'calls-nasty');
  const double = new XcrunDouble({
    lldb: 'lldb',
    simulators: [{ apps: [{ executable: [build.program, `register=${nasty}`, 'run=50', `calls=${calls}`] }] }],
  });
  installPlist(double, new Uint8Array(buildBinary({ BGTaskSchedulerPermittedIdentifiers: [nasty], UIBackgroundModes: ['fetch'] })));
  const { code, stdout } = await labOf(double).run('fire', 'ios', '--bundle', BUNDLE, '--task', nasty, '--json');
  const report = JSON.parse(stdout) as { pid: number; identifier: string };
  expect([code, report.identifier]).toEqual([0, nasty]);
  expect(fixtureApp(report.pid, calls, '').received('_runTask:registration:')).toEqual([nasty]);
});
