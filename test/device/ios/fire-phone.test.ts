// Firing on a physical device, over the double of devicectl and of lldb as CoreDevice has it. The debugger half runs with the real lldb
// in lldb.test.ts; nothing here was ever run on a device.
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { TokenwarpError } from '../../../src/core/errors.ts';
import { fireOnPhone } from '../../../src/device/ios/fire-phone.ts';
import type { FireReport, FireRequest } from '../../../src/device/ios/fire.ts';
import { openPhone } from '../../../src/device/ios/phone.ts';
import { BUNDLE, PHONE, PROCESSING, REFRESH, XcrunDouble } from '../../kit/xcrun/double.ts';
import type { App, Phone } from '../../kit/xcrun/state.ts';
import { roomOf } from './kit.ts';

const phoneWith = (app: Partial<App>, phone: Partial<Omit<Phone, 'apps'>> = {}): XcrunDouble =>
  new XcrunDouble({ phones: [{ ...phone, apps: [app] }] });

async function fire(double: XcrunDouble, more: Partial<FireRequest> = {}, room = roomOf(double)) {
  const { context, xcrun } = await room;
  const news: string[] = [];
  const request: FireRequest = { bundle: BUNDLE, identifier: REFRESH, way: { way: 'debugger' }, timeout: 3_000, ...more };
  const result = await fireOnPhone(
    context,
    xcrun,
    PHONE,
    request,
    (item) => void news.push(item.news === 'event' ? item.event : item.news),
  ).catch((error: unknown) => error);
  if (!(result instanceof TokenwarpError) && result instanceof Error) throw result;
  return {
    news,
    context,
    report: result instanceof Error ? undefined : (result as FireReport),
    error: result instanceof TokenwarpError ? result : undefined,
  };
}

test('a pending request is launched: its start and completion are seen at breakpoints', async () => {
  const double = phoneWith({ pid: 500 });
  const { report, news } = await fire(double);
  expect(report).toMatchObject({
    device: PHONE,
    pid: 500,
    mechanism: 'simulate-launch',
    outcome: 'completed',
    success: true,
    events: ['started', 'completed'],
  });
  expect(news).toEqual(['found', 'called', 'started', 'completed']);
  expect(double.lines().map((line) => line.replace(/--quiet.*/, ''))).toEqual([
    '--find simctl',
    'devicectl device info apps --device <phone> ',
    'devicectl device info processes --device <phone> ',
    'lldb --no-lldbinit',
  ]);
});

test('an app that does not run is launched; its extension is another process', async () => {
  const { report } = await fire(phoneWith({}));
  expect(report?.outcome).toBe('completed');
});

test('its time is taken away', async () => {
  expect((await fire(phoneWith({ runsFor: null }), { expireAfter: 50 })).report).toMatchObject({
    outcome: 'expired',
    success: false,
    events: ['started', 'expiring', 'completed'],
  });
});

test.each<[string, Partial<App>, Partial<Omit<Phone, 'apps'>>, string, RegExp]>([
  ['no pending request', { pending: [] }, {}, 'TW_DEVICE_NOT_SCHEDULED', /submit one first/],
  ['a request for another task', { pending: [PROCESSING] }, {}, 'TW_DEVICE_NOT_SCHEDULED', /submit/],
  ['a handler that does not complete', { runsFor: null }, {}, 'TW_DEVICE_NOT_COMPLETED', /setTaskCompleted/],
  ['a build that no debugger may attach to', { debuggable: false }, {}, 'TW_DEVICE_NOT_ATTACHABLE', /get-task-allow/],
  ['an app that is not installed', { bundle: 'com.example.other' }, {}, 'TW_DEVICE_APP', /debug build/],
  ['a device that is away', {}, { tunnel: 'unavailable' }, 'TW_DEVICE_UNKNOWN', /tokenwarp devices/],
  ['a device without developer mode', {}, { developerMode: 'disabled' }, 'TW_DEVICE_STATE', /Developer Mode/],
])('%s', async (_, app, phone, code, hint) => {
  const { error } = await fire(phoneWith(app, phone), { timeout: 2_500 });
  expect(error).toMatchObject({ code, hint: expect.stringMatching(hint) });
});

test('a task whose end was not seen is not fired again in the same process', async () => {
  const double = phoneWith({ runsFor: null, pending: [REFRESH, REFRESH] });
  const room = roomOf(double);
  expect((await fire(double, { timeout: 2_500 }, room)).error?.code).toBe('TW_DEVICE_NOT_COMPLETED');
  expect((await fire(double, {}, room)).error?.code).toBe('TW_DEVICE_TASK_RUNNING');
  const { context } = await room;
  expect(readdirSync(join(context.stateFolder, 'firing'))).toHaveLength(1);
});

test('the hook of the app is called, and the report says that nobody watched', async () => {
  const double = phoneWith({ pid: 500 });
  expect((await fire(double, { way: { way: 'notification', name: 'com.example.fire' } })).report).toMatchObject({
    mechanism: 'hook',
    outcome: 'unobserved',
  });
  expect((await fire(double, { way: { way: 'url', url: 'demo://fire' } })).report?.outcome).toBe('unobserved');
  expect(double.state.phones[0]?.happened).toEqual(['notify com.example.fire', `launch ${BUNDLE}`]);
  expect(double.lines().at(-1)).toMatch(/process launch .*--payload-url demo:\/\/fire com.example.demo$/);
});

test('symbols that the debugger does not have: the call is made, and the report says that nobody watched', async () => {
  const double = phoneWith({ pid: 500 });
  double.change((state) => void (state.symbols = false));
  expect((await fire(double)).report).toMatchObject({ mechanism: 'simulate-launch', outcome: 'unobserved', events: [] });
});

test('launch with variables, anew, and the end of an app', async () => {
  const double = phoneWith({ pid: 500 });
  const { xcrun } = await roomOf(double);
  const phone = openPhone(xcrun, PHONE);
  expect(await phone.launch(BUNDLE, { restart: true, env: { A: 'b c' } })).toBe(4242);
  expect(double.calls().at(-1)?.argv).toEqual([
    'devicectl',
    'device',
    'process',
    'launch',
    '--device',
    PHONE,
    '--quiet',
    '--json-output',
    '-',
    '--terminate-existing',
    '--environment-variables',
    '{"A":"b c"}',
    BUNDLE,
  ]);
  await phone.terminate(BUNDLE);
  expect(await phone.process(BUNDLE)).toBe('not-running');
  await expect(phone.terminate(BUNDLE)).rejects.toMatchObject({ code: 'TW_DEVICE_NOT_RUNNING' });
});

test('output that is no JSON is an error with the command in it', async () => {
  const double = phoneWith({ pid: 500 });
  double.fault({ on: 'info apps', stdout: 'warning: something else' });
  expect((await fire(double)).error).toMatchObject({
    code: 'TW_DEVICE_OUTPUT',
    message: expect.stringMatching(/devicectl device info apps/),
  });
});
