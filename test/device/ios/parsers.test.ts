// What is read from Apple's tools: as they print it, cut at every byte, with other line ends, translated, and far too long.
import fc from 'fast-check';
import { build, buildBinary } from 'plist';
import { describe, expect, onTestFinished, test, vi } from 'vitest';
import { parseAppPid, parseAppUrl, parseCoreDevices, parseLaunchedPid } from '../../../src/device/ios/core-device.ts';
import { debuggerProblem } from '../../../src/device/ios/debugger-output.ts';
import { answerIn } from '../../../src/device/ios/expression.ts';
import { parseInfoPlist, taskProblems, transportProblems } from '../../../src/device/ios/info-plist.ts';
import { parseAppProcess } from '../../../src/device/ios/processes.ts';
import { refusalOf, saidBy } from '../../../src/device/ios/refusal.ts';
import { parseSimulatorJson, parseSimulatorText, runtimeOf } from '../../../src/device/ios/simulator-list.ts';
import { concerns, parseTaskLogLine, runningTasks } from '../../../src/device/ios/task-log.ts';
import type { TaskEvent } from '../../../src/device/ios/task-log.ts';
import { infoPlist } from '../../kit/xcrun/double.ts';

const UDID = '0B2C0A30-5A5D-4E53-8F0A-3D9A7B4C1E11';
const LIST_JSON = JSON.stringify(
  {
    devices: {
      'com.apple.CoreSimulator.SimRuntime.iOS-26-4-1': [{ udid: UDID, name: 'iPhone 17 («Büro»)', state: 'Booted', isAvailable: true }],
      'com.apple.CoreSimulator.SimRuntime.iOS-17-0': [
        { udid: UDID, name: 'old', state: 'Shutdown', isAvailable: false, availabilityError: 'runtime profile not found' },
      ],
      'iOS 11.4': [{ udid: UDID, name: 'iPhone 6', state: 'Shutdown', availability: '(available)' }],
    },
  },
  undefined,
  2,
);
const LIST_TEXT = `== Devices ==
-- iOS 26.4 --
    iPhone 17 (2nd one) (${UDID}) (Booted)
    iPhone Air (${UDID}) (Shutting Down)
-- Unavailable: com.apple.CoreSimulator.SimRuntime.iOS-17-0 --
    old (${UDID}) (Shutdown) (unavailable, runtime profile not found)
`;
const PROCESSES = `PID\tStatus\tLabel
-\t0\tcom.apple.mobile.keybagd
77\t0\tUIKitApplication:com.example.app.debug[11aa][rb-legacy]
-\t0\tUIKitApplication:com.example.idle[11aa][rb-legacy]
22076\t0\tUIKitApplication:com.example.app[2b0f][rb-legacy]
`;
const CORE_DEVICES = JSON.stringify({
  info: { outcome: 'success' },
  result: {
    devices: [
      {
        identifier: 'A1',
        connectionProperties: { pairingState: 'paired', transportType: 'wired', tunnelState: 'connected' },
        deviceProperties: { name: 'Ada’s iPhone', osVersionNumber: '26.4', developerModeStatus: 'enabled' },
        hardwareProperties: { platform: 'iOS', marketingName: 'iPhone 17', udid: '00008130' },
      },
      { identifier: 'A2', hardwareProperties: { platform: 'watchOS' } },
      { identifier: 'A3', connectionProperties: { tunnelState: 'unavailable' } },
      { name: 'no identifier' },
    ],
  },
});
const APP_URL = 'file:///private/var/containers/Bundle/Application/11/Demo.app/';
const APPS = JSON.stringify({ result: { apps: [{ bundleIdentifier: 'com.example.app', url: APP_URL }] } });
const CORE_PROCESSES = JSON.stringify({
  result: {
    runningProcesses: [
      { processIdentifier: 1 },
      { executable: 'file:///var/containers/Bundle/Application/11/Demo.app/PlugIns/Widget.appex/Widget', processIdentifier: 501 },
      { executable: 'file:///var/containers/Bundle/Application/11/Demo.app/Demo', processIdentifier: 500 },
    ],
  },
});
const LOG_LINE =
  '{"eventMessage":"Starting simulated task: <BGAppRefreshTask: com.example.app.refresh>","subsystem":"com.apple.BackgroundTasks","processID":500}';

/** Every reader under its own name, with a text it understands. */
const READERS: readonly (readonly [string, string, (text: string) => unknown])[] = [
  ['the list of simulators', LIST_JSON, parseSimulatorJson],
  ['the same as text', LIST_TEXT, parseSimulatorText],
  ['launchctl list', PROCESSES, (text) => parseAppProcess(text, 'com.example.app')],
  ['the list of devices', CORE_DEVICES, parseCoreDevices],
  ['the apps of a device', APPS, (text) => parseAppUrl(text, 'com.example.app')],
  ['the processes of a device', CORE_PROCESSES, (text) => parseAppPid(text, APP_URL)],
  ['a launch', '{"result":{"process":{"processIdentifier":7}}}', parseLaunchedPid],
  ['a line of the log', LOG_LINE, parseTaskLogLine],
  [
    'a refusal',
    'An error was encountered processing the command (domain=NSPOSIXErrorDomain, code=3):\nfound nothing',
    (text) => refusalOf({ code: 3, stdout: '', stderr: text }),
  ],
  ['what was said', LIST_TEXT, (text) => saidBy({ stderr: text, stdout: '' })],
  ['the debugger', 'error: attach failed: lost connection\n', debuggerProblem],
  ['an answer of the debugger', '(int) $0 = 4\n', answerIn],
];

describe('any text of any tool', () => {
  test.each(READERS)(
    '%s, cut at every byte, with CRLF, noise before and after, and 5 MB: read or refused, never a crash',
    (_, text, read) => {
      const bytes = new TextEncoder().encode(text);
      const cuts = Array.from(bytes, (_byte, at) => new TextDecoder().decode(bytes.subarray(0, at)));
      const strange = [
        'null',
        '[]',
        '{}',
        '{"devices":null}',
        '{"devices":[1]}',
        '{"devices":{"x":{}}}',
        '{"result":{"devices":[null,1]}}',
        '{"result":{"apps":[0],"runningProcesses":[null]}}',
      ];
      const texts = [
        ...cuts,
        ...strange,
        text.replaceAll('\n', '\r\n'),
        `warning: x\n${text}`,
        `${text}\0\uFFFD`,
        text.repeat(Math.ceil(5_000_000 / text.length)),
        'x'.repeat(5_000_000),
        '\n'.repeat(5_000_000),
      ];
      for (const one of texts) expect(() => read(one)).not.toThrow();
    },
  );

  test('JSON that was cut at any byte is refused as a whole, and a text says that it is a part', () => {
    for (const [name, text, read] of READERS.filter(([, sample]) => sample.startsWith('{')))
      for (let at = 0; at < text.length; at++) expect([name, at, read(text.slice(0, at))]).toEqual([name, at, undefined]);
    const isWhole = (line: string): boolean => /\) \((?:Booted|Shutting Down|Shutdown)\)/.test(line);
    for (let at = 0; at < LIST_TEXT.length; at++) {
      const lines = LIST_TEXT.slice(0, at).split('\n');
      const { simulators, partial } = parseSimulatorText(lines.join('\n'));
      expect([at, simulators.length]).toEqual([at, lines.filter(isWhole).length]);
      const last = lines.at(-1) ?? '';
      expect([at, partial || isWhole(last) || !/^ +\S/.test(last)]).toEqual([at, true]);
    }
  });

  test.each(READERS)('%s: arbitrary text', (_, text, read) => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.nat(text.length), (noise, at) => void read(text.slice(0, at) + noise + text.slice(at))),
    );
    expect(read(text)).toBeDefined();
  });
});

describe('simulators', () => {
  test('of every age of Xcode, with a version of three parts and the reason why one cannot be used', () => {
    expect(parseSimulatorJson(LIST_JSON)).toEqual({
      partial: false,
      simulators: [
        { udid: UDID, name: 'iPhone 17 («Büro»)', platform: 'iOS', version: '26.4.1', state: 'Booted', available: true },
        {
          udid: UDID,
          name: 'old',
          platform: 'iOS',
          version: '17.0',
          state: 'Shutdown',
          available: false,
          problem: 'runtime profile not found',
        },
        { udid: UDID, name: 'iPhone 6', platform: 'iOS', version: '11.4', state: 'Shutdown', available: true },
      ],
    });
    expect(runtimeOf('com.apple.CoreSimulator.SimRuntime.xrOS-26-0')).toEqual({ platform: 'xrOS', version: '26.0' });
  });

  test('as text, with CRLF, brackets in names and one that is not available', () => {
    const list = parseSimulatorText(LIST_TEXT.replaceAll('\n', '\r\n'));
    expect(list.partial).toBe(false);
    expect(list.simulators.map(({ name, version, state, available }) => [name, version, state, available])).toEqual([
      ['iPhone 17 (2nd one)', '26.4', 'Booted', true],
      ['iPhone Air', '26.4', 'Shutting Down', true],
      ['old', '17.0', 'Shutdown', false],
    ]);
  });

  test('a list with entries that make no sense says that it is partial', () => {
    expect(parseSimulatorJson('{"devices":{"iOS 26.4":[{"udid":"x"}, 5]}}')).toEqual({ simulators: [], partial: true });
    expect(parseSimulatorText('-- iOS 26.4 --\n    iPhone 17 (0B2C').partial).toBe(true);
    expect(parseSimulatorText('').partial).toBe(true);
  });
});

describe('processes', () => {
  test('the app and neither its debug twin nor one that does not run', () => {
    expect(parseAppProcess(PROCESSES, 'com.example.app')).toEqual({ pid: 22_076 });
    expect(parseAppProcess(PROCESSES.replaceAll('\n', '\r\n'), 'com.example.app.debug')).toEqual({ pid: 77 });
    expect(parseAppProcess(PROCESSES, 'com.example.idle')).toBe('not-running');
    expect(parseAppProcess(PROCESSES, 'com.example')).toBe('not-running');
  });

  test('a list that was cut, or is none, does not say that an app is not in it', () => {
    for (let at = 0; at < PROCESSES.length; at++) {
      const found = parseAppProcess(PROCESSES.slice(0, at), 'com.example.idle');
      // Cut behind a whole line nobody can tell.
      expect(found).toBe(at >= 'PID\tStatus\tLabel\n'.length && PROCESSES[at - 1] === '\n' ? 'not-running' : undefined);
    }
    expect(parseAppProcess('Could not connect to launchd\n', 'com.example.idle')).toBeUndefined();
  });

  test('on a device the app itself, not its extension, whichever way its folder is written', () => {
    expect(parseAppUrl(APPS, 'com.example.app')).toEqual({ url: APP_URL });
    expect(parseAppUrl(APPS, 'com.example')).toBe('not-installed');
    expect(parseAppUrl('{"info":{}}', 'com.example.app')).toBeUndefined();
    expect(parseAppPid(CORE_PROCESSES, APP_URL)).toEqual({ pid: 500 });
    expect(parseAppPid(CORE_PROCESSES, APP_URL.replace('/11/', '/12/'))).toBe('not-running');
  });
});

test('devices: iPhones only, one that is away among them, and a strange entry makes the list partial', () => {
  expect(parseCoreDevices(CORE_DEVICES)).toEqual({
    partial: true,
    devices: [
      {
        identifier: 'A1',
        udid: '00008130',
        name: 'Ada’s iPhone',
        model: 'iPhone 17',
        version: '26.4',
        developerMode: 'enabled',
        paired: true,
        transport: 'wired',
        tunnel: 'connected',
      },
      { identifier: 'A3', name: 'A3', paired: true, tunnel: 'unavailable' },
    ],
  });
});

describe('the log', () => {
  const event = (message: string): TaskEvent => ({
    event: parseTaskLogLine(JSON.stringify({ eventMessage: message, processID: 5 }))?.event ?? 'other',
    pid: 5,
    message,
  });
  const ID = 'com.example.app.refresh';

  test.each([
    ['Simulating launch for task with identifier com.example.app.refresh', 'simulating'],
    ['No task request with identifier <decode: missing data> has been scheduled', 'not-scheduled'],
    ['Task with identifier com.example.app.refresh is already running', 'already-running'],
    ['Starting simulated task: <BGAppRefreshTask: com.example.app.refresh>', 'started'],
    ['Running task: <private>', 'started'],
    ['Marking simulated task complete: <BGAppRefreshTask: com.example.app.refresh>', 'completed'],
    ['Marking task <BGAppRefreshTask: com.example.app.refresh> complete with success: 1', 'completed'],
    ['Expiring simulated task: <private>', 'expiring'],
    ["com.example.app.refresh is not advertised in the application's Info.plist", 'not-permitted'],
    ['something else', 'other'],
  ])('%s', (message, expected) => {
    expect(event(message).event).toBe(expected);
  });

  test('the outcome that the app reported', () => {
    expect(parseTaskLogLine(JSON.stringify({ eventMessage: 'Marking task x complete with success: 0', processID: 5 }))?.success).toBe(
      false,
    );
  });

  test('banner, tail and lines of others are no events', () => {
    for (const line of [
      'Filtering the log data using "subsystem"',
      '{"count":3,"finished":1}',
      '',
      '{"eventMessage":"x","processID":1,"subsystem":"com.apple.UIKit"}',
    ])
      expect(parseTaskLogLine(line)).toBeUndefined();
  });

  test('an event is about an identifier that it names as a whole, or may be when it names nobody', () => {
    expect(concerns(event(`Starting simulated task: <BGAppRefreshTask: ${ID}>`), ID)).toBe(true);
    expect(concerns(event(`${ID}. Done`), ID)).toBe(true);
    expect(concerns(event('Starting simulated task: <private>'), ID)).toBe(true);
    expect(concerns(event('Starting simulated task: <BGAppRefreshTask: 0x600002>'), ID)).toBe(true);
    expect(concerns(event(`Starting simulated task: <BGAppRefreshTask: ${ID}2>`), ID)).toBe(false);
    expect(concerns(event(`Starting simulated task: <BGAppRefreshTask: ${ID}.more>`), ID)).toBe(false);
    expect(concerns(event('Starting simulated task: <BGAppRefreshTask: com.example.app.other>'), ID)).toBe(false);
  });

  test('a task runs from its start to its end', () => {
    const [started, ended] = [event(`Starting simulated task: <x: ${ID}>`), event(`Marking simulated task complete: <x: ${ID}>`)];
    expect(runningTasks([ended, started], ID)).toBe(1);
    expect(runningTasks([started, ended], ID)).toBe(0);
    expect(runningTasks([], ID)).toBe(0);
  });
});

describe('Info.plist', () => {
  const info = {
    CFBundleIdentifier: 'com.example.demo',
    BGTaskSchedulerPermittedIdentifiers: ['a.b', 'ü'],
    UIBackgroundModes: ['fetch'],
    n: 1.5,
    d: new Date(0),
    t: true,
  };

  test('XML and binary are the same dictionary', async () => {
    expect(await parseInfoPlist(new TextEncoder().encode(build(info)))).toEqual(await parseInfoPlist(new Uint8Array(buildBinary(info))));
    expect(await parseInfoPlist(new Uint8Array(buildBinary(info)))).toMatchObject({ BGTaskSchedulerPermittedIdentifiers: ['a.b', 'ü'] });
  });

  test('a view into a larger buffer is read where it begins', async () => {
    const binary = new Uint8Array(buildBinary(info));
    const larger = new Uint8Array(binary.length + 64);
    larger.set(binary, 32);
    expect(await parseInfoPlist(larger.subarray(32, 32 + binary.length))).toMatchObject({ UIBackgroundModes: ['fetch'] });
  });

  test('cut at every byte, damaged, of another kind, or 5 MB: a dictionary or the reason why not', async () => {
    const files = [
      new TextEncoder().encode(infoPlist()),
      new TextEncoder().encode(infoPlist().replaceAll('\n', '\r\n')),
      new Uint8Array(buildBinary(info)),
    ];
    const damaged = files.flatMap((file) => [
      ...Array.from(file, (_, at) => file.subarray(0, at)),
      ...Array.from(file, (byte, at) => file.with(at, byte ^ 0xff)),
      ...Array.from(file, (_, at) => file.filter((_byte, index) => index !== at)),
      ...[...'<>&"/-? \0'].flatMap((char) => Array.from(file, (_, at) => file.with(at, char.charCodeAt(0)))),
    ]);
    // What the parser beneath thinks of a file is not for the console.
    const console_ = (['error', 'warn', 'log'] as const).map((method) => vi.spyOn(console, method).mockImplementation(() => undefined));
    onTestFinished(() => void console_.forEach((spy) => spy.mockRestore()));
    const others = ['', '<plist/>', '[]', '{ a = b; }', 'bplist00', '\0'.repeat(5_000_000), `${infoPlist()}${' '.repeat(5_000_000)}`];
    for (const bytes of [...damaged, ...others.map((text) => new TextEncoder().encode(text))]) {
      const value = await parseInfoPlist(bytes);
      expect(value).toBeTypeOf('object');
      expect(() => [
        taskProblems(value as Record<string, unknown>, 'a.b', 'refresh'),
        transportProblems(value as Record<string, unknown>),
      ]).not.toThrow();
    }
    expect(console_.flatMap(({ mock }) => mock.calls)).toEqual([]);
  });

  test('everything that a property list in XML may hold is read', async () => {
    const xml = `\uFEFF<?xml version='1.0' encoding='UTF-8' standalone='yes' ?>
      <!-- a - comment --><!DOCTYPE plist SYSTEM "file://localhost/System/Library/DTDs/PropertyList.dtd">
      <plist version = '1.0' ><dict><!-- in it --><key>a&amp;b</key><string><![CDATA[<c>&]]></string>
      <key>e</key><string/><key>x</key><string>&#228;&#xe4;&lt;</string><key>t</key><true/><key>n</key><integer>3</integer>
      <key>d</key><data>AQI=</data><key>l</key><array><string>a.b</string><array/></array></dict></plist><!-- end -->\n`;
    expect(await parseInfoPlist(new TextEncoder().encode(xml))).toMatchObject({ 'a&b': '<c>&', x: 'ää<', t: true, n: 3, l: ['a.b', []] });
  });

  test('what a task lacks, and what it would need', () => {
    const list = { BGTaskSchedulerPermittedIdentifiers: ['com.example.demo.refresh'], UIBackgroundModes: ['fetch'] };
    expect(taskProblems(list, 'com.example.demo.refresh', 'refresh')).toEqual([]);
    expect(taskProblems(list, 'com.example.demo.Refresh', 'refresh')).toEqual([
      { problem: 'identifier-missing', identifier: 'com.example.demo.Refresh', permitted: ['com.example.demo.refresh'] },
    ]);
    expect(taskProblems(list, 'com.example.demo.refresh', 'processing')).toEqual([
      { problem: 'mode-missing', mode: 'processing', kind: 'processing', modes: ['fetch'] },
    ]);
    expect(taskProblems({}, 'x'.repeat(129), 'refresh').map(({ problem }) => problem)).toEqual(['identifier-too-long', 'mode-missing']);
  });

  test('transport security is open for this machine in four ways', () => {
    const security = (value: object): Record<string, unknown> => ({ NSAppTransportSecurity: value });
    expect(transportProblems({})).toEqual([{ problem: 'transport-security' }]);
    expect(transportProblems(security({ NSAllowsLocalNetworking: false }))).toHaveLength(1);
    for (const open of [
      { NSAllowsLocalNetworking: true },
      { NSAllowsArbitraryLoads: true },
      { NSExceptionDomains: { localhost: { NSExceptionAllowsInsecureHTTPLoads: true } } },
      { NSExceptionDomains: { '127.0.0.1': { NSTemporaryExceptionAllowsInsecureHTTPLoads: true } } },
    ])
      expect(transportProblems(security(open))).toEqual([]);
    for (const domain of [{}, { NSIncludesSubdomains: true }, { NSExceptionAllowsInsecureHTTPLoads: false }, 'yes'])
      expect(transportProblems(security({ NSExceptionDomains: { localhost: domain } }))).toHaveLength(1);
  });
});
