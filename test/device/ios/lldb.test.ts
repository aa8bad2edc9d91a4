// The text that fires a task, evaluated by a real lldb in a real process: the one that runs on a Mac, byte for byte. What the process
// cannot show is iOS itself; docs/ios.md says so.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, onTestFinished, test } from 'vitest';
import { debugging } from '../../../src/device/ios/conversation.ts';
import { evaluate } from '../../../src/device/ios/debugger.ts';
import type { DeviceContext } from '../../../src/device/driver.ts';
import { realMachine } from '../../../src/device/exec.ts';
import { expressionCommand } from '../../../src/device/ios/expression.ts';
import { fireInSession } from '../../../src/device/ios/fire-phone.ts';
import type { SessionFire } from '../../../src/device/ios/fire-phone.ts';
import { bareXcrun } from '../../../src/device/ios/xcrun.ts';
import { FixtureBuild } from '../../kit/ios-app.ts';
import { XcrunDouble } from '../../kit/xcrun/double.ts';

const REFRESH = 'com.example.demo.refresh';
const build = new FixtureBuild();

/** xcrun as on a Mac, whose lldb is the one of this machine. */
function room(): { context: DeviceContext; xcrun: ReturnType<typeof bareXcrun> } {
  const double = new XcrunDouble({ lldb: 'lldb' });
  const stop = new AbortController();
  onTestFinished(() => stop.abort());
  const machine = realMachine({ ...process.env, ...double.env });
  const context = { machine, stateFolder: mkdtempSync(join(tmpdir(), 'tokenwarp-state-')), signal: stop.signal };
  return { context, xcrun: bareXcrun(context) };
}

const target = (pid: number) => ({ udid: 'test', bundle: 'com.example.demo', pid });

describe('one evaluation', () => {
  test('a task is handed to the handler that the app registered, in the class its kind asks for, and the app goes on', async (context) => {
    build.need(context);
    const app = await build.start({ register: REFRESH });
    const { xcrun } = room();
    expect(await evaluate(xcrun, target(app.pid), { step: 'run-registered', identifier: REFRESH, kind: 'processing' })).toBe('called');
    expect(app.calls()).toEqual([
      'class BGTaskScheduler -',
      'BGTaskScheduler sharedScheduler -',
      `scheduler _unsafe_registrationForIdentifier: ${Buffer.from(REFRESH).toString('hex')}`,
      'class BGProcessingTask -',
      'BGProcessingTask alloc -',
      `task _initWithIdentifier:activity: ${Buffer.from(REFRESH).toString('hex')}`,
      `scheduler _runTask:registration: ${Buffer.from(REFRESH).toString('hex')}`,
    ]);
    await expect.poll(app.log, { timeout: 20_000 }).toMatch(/Marking simulated task complete/);
    expect(app.state()).toBe('running');
  });

  test('launch and expiration reach the selectors that Apple documents for its console', async (context) => {
    build.need(context);
    const app = await build.start({ register: REFRESH, pending: REFRESH, run: 60_000 });
    const { xcrun } = room();
    expect(await evaluate(xcrun, target(app.pid), { step: 'launch', identifier: REFRESH })).toBe('called');
    await expect.poll(app.log, { timeout: 20_000 }).toMatch(/Starting simulated task/);
    expect(await evaluate(xcrun, target(app.pid), { step: 'expire', identifier: REFRESH })).toBe('called');
    expect(app.received('_simulateLaunchForTaskWithIdentifier:')).toEqual([REFRESH]);
    expect(app.received('_simulateExpirationForTaskWithIdentifier:')).toEqual([REFRESH]);
    await expect.poll(app.log, { timeout: 20_000 }).toMatch(/Expiring simulated task[^]*Marking simulated task complete/);
  });

  test.for([
    ['an identifier that nobody registered', { register: 'com.example.demo.other' }, 'not-registered'],
    ['an app without BackgroundTasks', { framework: 0, register: REFRESH }, 'no-framework'],
    ['a system with other private methods: nothing unknown is called', { selectors: 0, register: REFRESH }, 'no-selector'],
  ] as const)('%s', async ([, options, expected], context) => {
    build.need(context);
    const app = await build.start(options);
    expect(await evaluate(room().xcrun, target(app.pid), { step: 'run-registered', identifier: REFRESH, kind: 'refresh' })).toBe(expected);
    expect([app.state(), app.received('_runTask:registration:')]).toEqual(['running', []]);
  });

  test('a process without the run-time functions, one that is gone and one that does not answer are told apart; the app goes on', async (context) => {
    build.need(context);
    const { xcrun } = room();
    const step = { step: 'launch', identifier: REFRESH } as const;
    await expect(evaluate(xcrun, target(sleeper()), step)).rejects.toMatchObject({ code: 'TW_DEVICE_NO_FRAMEWORK' });
    await expect(evaluate(xcrun, target(2 ** 22 - 1), step)).rejects.toMatchObject({ code: 'TW_DEVICE_NOT_RUNNING' });
    const stuck = await build.start({ register: REFRESH, stuck: 1 });
    await expect(evaluate(xcrun, target(stuck.pid), step, 500)).rejects.toMatchObject({
      code: 'TW_DEVICE_EVALUATION',
      message: expect.stringMatching(/did not answer/),
    });
    expect(stuck.state()).toBe('running');
  });

  test('a process that no debugger may attach to, and the hint says what to do', async (context) => {
    build.need(context);
    const app = await build.start({ register: REFRESH });
    // A process has one debugger at most: this one is first.
    const first = spawn('lldb', ['--no-lldbinit', '-p', String(app.pid)], { stdio: ['pipe', 'pipe', 'ignore'] });
    onTestFinished(() => void first.kill('SIGKILL'));
    await expect.poll(app.state, { timeout: 20_000 }).toBe('stopped');
    await expect(evaluate(room().xcrun, target(app.pid), { step: 'launch', identifier: REFRESH })).rejects.toMatchObject({
      code: 'TW_DEVICE_NOT_ATTACHABLE',
      hint: expect.stringMatching(/get-task-allow/),
    });
  });
});

test('no identifier becomes a command: lldb and the compiler hand over exactly these bytes', async (context) => {
  build.need(context);
  const app = await build.start();
  const nasty = [
    '`1+1`',
    '"); abort(); ("',
    '\\',
    '\\"',
    '%s%n',
    '$(touch /tmp/x)',
    "'; quit",
    ' -- ',
    '-o quit',
    '\\012quit',
    '/*',
    '//',
    '??/',
    'ü',
    '日本語',
    '\u{1F511}',
    'a\u2028b',
    '#define x',
    '\\u0022',
    '*',
    'com.example.demo.*',
  ];
  const identifiers = [
    ...nasty,
    ...fc.sample(
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 128 }).filter((text) => !/\p{Cc}/u.test(text)),
      { numRuns: 40, seed: 7 },
    ),
  ];
  const commands = identifiers.flatMap((identifier) => ['-o', expressionCommand({ step: 'expire', identifier }, 5_000)]);
  const { status, stderr } = spawnSync('lldb', ['--batch', '--no-lldbinit', '-p', String(app.pid), ...commands, '-o', 'process detach'], {
    encoding: 'utf8',
  });
  expect([status, stderr.replace(/Traceback[^]*embedded_interpreter'\n/, '')]).toEqual([0, '']);
  expect(app.received('_simulateExpirationForTaskWithIdentifier:')).toEqual(identifiers);
});

describe('talking to lldb, as with a physical device', () => {
  const session = async (pid: number, more: Partial<SessionFire['request']> = {}) => {
    const { context, xcrun } = room();
    const news: string[] = [];
    const open = { isOpen: false };
    const seen = debugging(context, xcrun, target(pid), (talk) =>
      fireInSession(context, talk, {
        attach: [`process attach --pid ${pid}`],
        target: target(pid),
        request: { identifier: REFRESH, timeout: 10_000, ...more },
        open,
        tell: (item) => void news.push(item.news === 'event' ? item.event : item.news),
      }),
    );
    return { seen: await seen.catch((error: unknown) => error), news, open };
  };

  test('breakpoints show the start and the completion with what the app reported, and the app is left running', async (context) => {
    build.need(context);
    const app = await build.start({ register: REFRESH, pending: REFRESH, run: 300 });
    const { seen, news, open } = await session(app.pid);
    expect(seen).toMatchObject({ outcome: 'completed', success: true, events: ['started', 'completed'] });
    expect(news).toEqual(['called', 'started', 'completed']);
    expect([open.isOpen, app.state()]).toEqual([false, 'running']);
  });

  test('its time is taken away, and it completes as failed', async (context) => {
    build.need(context);
    const app = await build.start({ register: REFRESH, pending: REFRESH, run: 60_000 });
    const { seen } = await session(app.pid, { expireAfter: 200 });
    expect(seen).toMatchObject({ outcome: 'expired', success: false, events: ['started', 'expiring', 'completed'] });
    expect(app.received('_simulateExpirationForTaskWithIdentifier:')).toEqual([REFRESH]);
    expect(app.state()).toBe('running');
  });

  test('without a pending request it does not start, and the error says what to do', async (context) => {
    build.need(context);
    const app = await build.start({ register: REFRESH });
    const { seen, open } = await session(app.pid, { timeout: 3_000 });
    expect(seen).toMatchObject({ code: 'TW_DEVICE_NOT_SCHEDULED', hint: expect.stringMatching(/submit/) });
    expect([open.isOpen, app.state()]).toEqual([false, 'running']);
  });

  test('a task that is not completed stays marked as running', async (context) => {
    build.need(context);
    const app = await build.start({ register: REFRESH, pending: REFRESH, run: 60_000 });
    const { seen, open } = await session(app.pid, { timeout: 5_000 });
    expect(seen).toMatchObject({ code: 'TW_DEVICE_NOT_COMPLETED' });
    expect([open.isOpen, app.state()]).toEqual([true, 'running']);
  });
});

/** A process that exports none of the four functions. */
function sleeper(): number {
  const child = spawn('sleep', ['60'], { stdio: 'ignore' });
  onTestFinished(() => void child.kill('SIGKILL'));
  if (child.pid === undefined) throw new Error('sleep does not start');
  return child.pid;
}
