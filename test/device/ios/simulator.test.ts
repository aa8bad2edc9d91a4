// What can be done with a simulator: each operation as the exact call, what it changes, how refusals read, what is put back.
import { describe, expect, test } from 'vitest';
import fc from 'fast-check';
import { openSimulator, SILENT_PUSH } from '../../../src/device/ios/simulator.ts';
import type { Simulator } from '../../../src/device/ios/simulator.ts';
import { argument, bundleArgument, deviceArgument } from '../../../src/device/ios/argument.ts';
import { redacted, taskLog } from '../../../src/device/ios/log-stream.ts';
import { ios } from '../../../src/device/ios/platform.ts';
import { openUndo } from '../../../src/device/undo.ts';
import { openSimctl } from '../../../src/device/ios/simctl.ts';
import { BUNDLE, REFRESH, UDID, XcrunDouble } from '../../kit/xcrun/double.ts';
import type { DoubleSetup } from '../../kit/xcrun/double.ts';
import { contextOf, roomOf } from './kit.ts';

async function open(setup: DoubleSetup = { simulators: [{ apps: [{ pid: 77 }] }] }) {
  const double = new XcrunDouble(setup);
  const { context, xcrun } = await roomOf(double);
  return { double, context, xcrun, simulator: await openSimulator(context, xcrun, UDID) };
}

const OPERATIONS: readonly (readonly [string, (simulator: Simulator) => Promise<unknown>, readonly string[]])[] = [
  ['a silent push, on standard input', (one) => one.push(BUNDLE, SILENT_PUSH), [`simctl push <udid> ${BUNDLE} -`]],
  [
    'a face and a finger that match',
    (one) => one.biometric('match'),
    [
      'simctl spawn <udid> notifyutil -p com.apple.BiometricKit_Sim.pearl.match',
      'simctl spawn <udid> notifyutil -p com.apple.BiometricKit_Sim.fingerTouch.match',
    ],
  ],
  [
    'one that does not, twice',
    (one) => one.biometric('no-match', 2),
    ['pearl.nomatch', 'fingerTouch.nomatch', 'pearl.nomatch', 'fingerTouch.nomatch'].map(
      (end) => `simctl spawn <udid> notifyutil -p com.apple.BiometricKit_Sim.${end}`,
    ),
  ],
  ['an empty keychain', (one) => one.resetKeychain(), ['simctl keychain <udid> reset']],
  [
    'the home button: Settings comes and goes',
    (one) => one.background(),
    ['simctl launch <udid> com.apple.Preferences', 'simctl terminate <udid> com.apple.Preferences'],
  ],
  ['the app in front, as it runs', (one) => one.launch(BUNDLE), [`simctl launch <udid> ${BUNDLE}`]],
  ['the app anew', (one) => one.launch(BUNDLE, { restart: true }), [`simctl launch --terminate-running-process <udid> ${BUNDLE}`]],
  ['the end of the app', (one) => one.terminate(BUNDLE), [`simctl terminate <udid> ${BUNDLE}`]],
  ['a URL', (one) => one.openUrl('demo://x?a=1&b=$(2)'), ['simctl openurl <udid> demo://x?a=1&b=$(2)']],
  ['a notification', (one) => one.notify('com.example.fire'), ['simctl spawn <udid> notifyutil -p com.example.fire']],
  ['a permission', (one) => one.privacy('grant', 'photos', BUNDLE), [`simctl privacy <udid> grant photos ${BUNDLE}`]],
  ['a boot that waits', (one) => one.boot(), ['simctl bootstatus <udid> -b']],
  ['a shutdown', (one) => one.shutdown(), ['simctl shutdown <udid>']],
];

describe('operations', () => {
  test.each(OPERATIONS)('%s', async (_, act, lines) => {
    const { double, simulator } = await open();
    await act(simulator);
    expect(double.lines().slice(1)).toEqual(lines);
  });

  test.each(OPERATIONS.slice(0, -2))('%s: on a simulator that is shut down it is refused, and the hint boots it', async (_, act) => {
    const { simulator } = await open({ simulators: [{ state: 'Shutdown' }] });
    await expect(act(simulator)).rejects.toMatchObject({
      code: 'TW_DEVICE_STATE',
      message: expect.stringMatching(/shut down/),
      hint: expect.stringMatching(/bootstatus .* -b/),
    });
  });

  test('the payload reaches the app, and one of more than 4096 bytes is refused before it is sent', async () => {
    const { double, simulator } = await open();
    await simulator.push(BUNDLE, { aps: { 'content-available': 1 }, session: 'ü' });
    expect(double.simulator.happened).toEqual([`push ${BUNDLE} {"aps":{"content-available":1},"session":"ü"}`]);
    await expect(simulator.push(BUNDLE, { aps: {}, text: 'ü'.repeat(2_100) })).rejects.toMatchObject({
      code: 'TW_USAGE',
      message: expect.stringMatching(/4220 bytes/),
    });
  });

  test('variables reach the app under the prefix of simctl', async () => {
    const { double, simulator } = await open();
    expect(await simulator.launch(BUNDLE, { env: { TOKENWARP_URL: 'http://localhost:7357' } })).toBe(77);
    expect(double.calls().at(-1)?.env).toEqual({ SIMCTL_CHILD_TOKENWARP_URL: 'http://localhost:7357' });
  });

  test('booting what is shut down waits until it can be used', async () => {
    const { double, simulator } = await open({ simulators: [{ state: 'Shutdown' }] });
    await simulator.boot();
    expect(double.change(({ simulators }) => simulators[0]!.state)).toBe('Booted');
  });
});

describe('refusals', () => {
  test.each<[string, (simulator: Simulator) => Promise<unknown>, object]>([
    [
      'the end of an app that does not run',
      (one) => one.terminate(BUNDLE),
      { code: 'TW_DEVICE_NOT_RUNNING', hint: expect.stringMatching(/simctl launch/) },
    ],
    [
      'the start of an app that is not installed',
      (one) => one.launch('com.example.other'),
      { code: 'TW_DEVICE_APP', message: expect.stringMatching(/com.example.other is not installed/) },
    ],
    ['the Info.plist of one', (one) => one.infoPlist('com.example.other'), { code: 'TW_DEVICE_APP' }],
    [
      'a URL nobody takes',
      (one) => one.openUrl('nobody://x'),
      { code: 'TW_DEVICE_COMMAND', hint: expect.stringMatching(/CFBundleURLTypes/) },
    ],
    ['a URL that begins with a hyphen', (one) => one.openUrl('-x://'), { code: 'TW_USAGE' }],
    ['a bundle that would be an option', (one) => one.launch('--console'), { code: 'TW_USAGE' }],
    ['a notification with a line break', (one) => one.notify('a\nb'), { code: 'TW_USAGE' }],
  ])('%s', async (_, act, expected) => {
    const { simulator } = await open({ simulators: [{}] });
    await expect(act(simulator)).rejects.toMatchObject(expected);
  });

  test('a boot that does not end, as CoreSimulator says it', async () => {
    const { simulator } = await open({ simulators: [{ state: 'Shutdown', bootFails: true }] });
    await expect(simulator.boot()).rejects.toMatchObject({
      code: 'TW_DEVICE_COMMAND',
      message: expect.stringMatching(/did not answer in time/),
    });
  });

  test('the selector "booted" is refused: it means whichever runs', () => {
    expect(() => deviceArgument('Booted')).toThrow(/any simulator/);
  });

  test('no word of anybody becomes an option or a second argument', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary' }),
          fc.string().map((text) => `-${text}`),
          fc.constantFrom('', '-', '--', '-j', 'booted', 'a b', '\n'),
        ),
        (word) => {
          for (const door of [(text: string) => argument(text, 'word'), bundleArgument, deviceArgument]) {
            try {
              const passed = door(word);
              expect(passed).toBe(word);
              expect(passed).not.toMatch(/^-|^$|\p{Cc}/u);
            } catch (error) {
              expect(error).toMatchObject({ code: 'TW_USAGE' });
            }
          }
        },
      ),
    );
  });
});

describe('what is put back', () => {
  test('an enrolment is written down before it is made, and undone by the platform', async () => {
    const { double, context, simulator } = await open();
    await simulator.enrol(true);
    expect([await simulator.isEnrolled(), double.simulator.enrolled]).toEqual([true, true]);
    const undo = openUndo(context.machine, context.stateFolder, { platform: 'ios', id: UDID });
    expect(undo.pending().map(({ text, action }) => [text, action])).toEqual([
      ['a face or finger was enrolled', { kind: 'ios-enrolment', enrolled: false }],
    ]);
    expect(await undo.undo((action) => ios.perform(context, UDID, action))).toEqual([]);
    expect([double.simulator.enrolled, undo.pending()]).toEqual([false, []]);
  });

  test('one that is so already changes nothing', async () => {
    const { double, context, simulator } = await open();
    await simulator.enrol(false);
    expect([double.simulator.happened, openUndo(context.machine, context.stateFolder, { platform: 'ios', id: UDID }).pending()]).toEqual([
      [],
      [],
    ]);
  });

  test('a change that nobody knows is not undone silently', async () => {
    const { context } = await open();
    await expect(ios.perform(context, UDID, { kind: 'unknown' })).rejects.toMatchObject({ code: 'TW_DEVICE_OUTPUT' });
  });
});

describe('the log', () => {
  test('lines of background tasks, without what looks like a token', async () => {
    const { double, context, xcrun } = await open();
    const stop = new AbortController();
    const messages: string[] = [];
    const reading = (async () => {
      for await (const { message } of taskLog({ ...context, signal: stop.signal }, xcrun, UDID)) messages.push(message);
    })();
    await expect.poll(() => double.lines().some((line) => line.includes('log stream')), { timeout: 20_000 }).toBe(true);
    double.append({
      processID: 5,
      eventMessage: `Starting simulated task: ${REFRESH} eyJhbGciOiJFZERTQSJ9.eyJzdWIiOiJhZGEifQ.c2lnbmF0dXJlc2lnbmF0dXJl`,
    });
    await expect.poll(() => messages, { timeout: 20_000 }).toEqual([`Starting simulated task: ${REFRESH} <token>`]);
    stop.abort();
    await reading;
  });

  test('of a simulator that is shut down: the reason, not silence', async () => {
    const { context, xcrun } = await open({ simulators: [{ state: 'Shutdown' }] });
    await expect(taskLog(context, xcrun, UDID).next()).rejects.toMatchObject({ code: 'TW_DEVICE_STATE' });
  });

  test.each([
    [REFRESH, REFRESH],
    ['0B2C0A30-5A5D-4E53-8F0A-3D9A7B4C1E11', '0B2C0A30-5A5D-4E53-8F0A-3D9A7B4C1E11'],
    ['token=8f14e45fceea167a5a36dedd4bea2543AbC', '<token>'],
    ['_simulateLaunchForTaskWithIdentifier:', '_simulateLaunchForTaskWithIdentifier:'],
  ])('%s', (text, expected) => {
    expect(redacted(text)).toBe(expected);
  });
});

test('node-simctl goes through our seam: its calls are seen, its errors are ours, and it starts nothing by itself', async () => {
  const double = new XcrunDouble({ simulators: [{}] });
  const { xcrun } = await roomOf(double);
  const { library } = await openSimctl(xcrun, UDID);
  expect(await library.getAppContainer(BUNDLE)).toMatch(/Demo\.app$/);
  await expect(library.terminateApp(BUNDLE)).rejects.toMatchObject({ code: 'TW_DEVICE_NOT_RUNNING' });
  await expect(library.spawnSubProcess(['log'])).rejects.toMatchObject({ code: 'TW_BUG' });
  expect(double.lines().slice(1)).toEqual([`simctl get_app_container <udid> ${BUNDLE}`, `simctl terminate <udid> ${BUNDLE}`]);
  expect(contextOf(double).machine.env['TOKENWARP_XCRUN']).toBe(double.path);
});
