// Doze, light and deep, step by step: DeviceIdleController of Android 11 and newer. Each case gives the states a phone goes through with
// the minutes at which it enters them.
import { describe, expect, it } from 'vitest';
import type { AndroidInput } from '../../../src/os/android/inputs.ts';
import { answers, DAY, HOUR, MINUTE, never, oneTime, periodic, Phone, SECOND, usedPhone } from './kit.ts';

type Api = 30 | 31 | 34;
const OFFLINE: AndroidInput = { type: 'network', network: { transport: 'none', metered: false, roaming: false } };
const WIFI: AndroidInput = { type: 'network', network: { transport: 'wifi', metered: false, roaming: false } };

/** [minutes, deep, light] of every change. */
const states = (phone: Phone): (string | number)[][] => phone.doze.map(({ at, deep, light }) => [at / MINUTE, deep, light]);
const lights = (phone: Phone): (string | number)[][] =>
  states(phone)
    .map(([at, , light]) => [at!, light!])
    .filter(([, light], index, all) => light !== all[index - 1]?.[1]);
const deeps = (phone: Phone): (string | number)[][] =>
  states(phone)
    .map(([at, deep]) => [at!, deep!])
    .filter(([, deep], index, all) => deep !== all[index - 1]?.[1]);

function lying(api: Api, hours: number, options: ConstructorParameters<typeof Phone>[1] = {}): Phone {
  const phone = new Phone(api, options);
  phone.do({ type: 'screen-off' });
  phone.advance(hours * HOUR);
  return phone;
}

describe('light Doze', () => {
  it('on Android 11 begins after 3 + 3 minutes and opens windows of a minute after 5, 10, 15, 15 ...', () => {
    expect(lights(lying(30, 1))).toEqual([
      [0, 'INACTIVE'],
      [3, 'PRE_IDLE'],
      [6, 'IDLE'],
      [11, 'IDLE_MAINTENANCE'],
      [12, 'IDLE'],
      [22, 'IDLE_MAINTENANCE'],
      [23, 'IDLE'],
      [38, 'IDLE_MAINTENANCE'],
      [39, 'IDLE'],
      [54, 'IDLE_MAINTENANCE'],
      [55, 'IDLE'],
    ]);
  });

  it('on newer versions begins after 4 minutes', () => {
    expect(lights(lying(34, 0.2))).toEqual([
      [0, 'INACTIVE'],
      [4, 'IDLE'],
      [9, 'IDLE_MAINTENANCE'],
      [10, 'IDLE'],
    ]);
  });

  it('without network waits for it when a window is due, one idle stretch at most', () => {
    const phone = new Phone(34);
    phone.do(OFFLINE, { type: 'screen-off' });
    phone.advance(12 * MINUTE);
    phone.do(WIFI);
    phone.advance(10 * MINUTE);
    expect(lights(phone).slice(2)).toEqual([
      [4, 'IDLE'],
      [9, 'WAITING_FOR_NETWORK'],
      [12, 'IDLE_MAINTENANCE'],
      [13, 'IDLE'],
    ]);
    const never = new Phone(34);
    never.do(OFFLINE, { type: 'screen-off' });
    never.advance(20 * MINUTE);
    expect(lights(never).slice(3)).toEqual([
      [9, 'WAITING_FOR_NETWORK'],
      [19, 'IDLE_MAINTENANCE'],
      [20, 'IDLE'],
    ]);
  });
});

describe('deep Doze', () => {
  it('comes after 30 + 30 minutes, 4 minutes of sensing and 30 s of locating, and opens windows after 1, 2, 4, 6, 6 hours', () => {
    const entered = deeps(lying(34, 24));
    expect(entered.slice(0, 6)).toEqual([
      [0, 'INACTIVE'],
      [30, 'IDLE_PENDING'],
      [60, 'SENSING'],
      [64, 'LOCATING'],
      [64.5, 'IDLE'],
      [124.5, 'IDLE_MAINTENANCE'],
    ]);
    const windows = entered.filter(([, state]) => state === 'IDLE_MAINTENANCE').map(([at]) => Number(at));
    const idles = entered.filter(([, state]) => state === 'IDLE').map(([at]) => Number(at));
    expect(windows.map((at, index) => Math.round(at - idles[index]!) / 60)).toEqual([1, 2, 4, 6, 6]);
    expect(idles[1]! - windows[0]!).toBeCloseTo(64 / 60, 5);
  });

  it('takes over from light Doze', () => {
    const phone = lying(34, 2);
    expect(states(phone).find(([, deep]) => deep === 'IDLE')).toEqual([64.5, 'IDLE', 'OVERRIDE']);
    expect(phone.model.view()).toMatchObject({ deep: 'IDLE', light: 'OVERRIDE', network: false });
  });

  it('does not come while the phone moves, and begins again ten minutes after it lies still', () => {
    const phone = new Phone(34);
    phone.do({ type: 'motion', moving: true }, { type: 'screen-off' });
    phone.advance(3 * HOUR);
    expect(deeps(phone).slice(1)).toEqual([[0, 'INACTIVE']]);
    expect(phone.model.view().light).toMatch(/IDLE/);
    phone.do({ type: 'motion', moving: false });
    phone.advance(HOUR);
    expect(deeps(phone).slice(2)).toEqual([
      [190, 'IDLE_PENDING'],
      [220, 'SENSING'],
      [224, 'LOCATING'],
      [224.5, 'IDLE'],
    ]);
  });

  it('ends with motion, and light Doze begins anew', () => {
    const phone = lying(34, 2);
    phone.do({ type: 'motion', moving: true });
    phone.advance(5 * MINUTE);
    expect(states(phone).slice(-2)).toEqual([
      [120, 'INACTIVE', 'INACTIVE'],
      [124, 'INACTIVE', 'IDLE'],
    ]);
  });

  it('is not there without a motion sensor', () => {
    expect(deeps(lying(34, 24, { deepDoze: false }))).toEqual([[0, 'INACTIVE']]);
  });

  it.each([10, 40, 62])('comes a minute after battery saver, when that is turned on %i minutes into the wait', (after) => {
    const phone = new Phone(34);
    phone.do({ type: 'screen-off' });
    phone.advance(after * MINUTE);
    phone.do({ type: 'power-save-mode', on: true });
    phone.advance(5 * MINUTE);
    expect(deeps(phone).slice(-2)).toEqual([
      [after, 'QUICK_DOZE_DELAY'],
      [after + 1, 'IDLE'],
    ]);
  });

  it('comes a minute after screen off while battery saver is on, moving or not', () => {
    const phone = new Phone(34);
    phone.do({ type: 'power-save-mode', on: true }, { type: 'motion', moving: true }, { type: 'screen-off' });
    phone.advance(5 * MINUTE);
    expect(deeps(phone).slice(1)).toEqual([
      [0, 'QUICK_DOZE_DELAY'],
      [1, 'IDLE'],
    ]);
  });
});

describe('what ends Doze', () => {
  it('is unlocking, not the screen alone', () => {
    const phone = lying(34, 2);
    phone.do({ type: 'screen-on' });
    expect(phone.model.view().deep).toBe('IDLE');
    phone.do({ type: 'user-present' });
    expect(phone.model.view()).toMatchObject({ deep: 'ACTIVE', light: 'ACTIVE' });
  });

  it('is the screen alone where there is no screen lock', () => {
    const phone = lying(34, 2, { keyguard: false });
    phone.do({ type: 'screen-on' });
    expect(phone.model.view().deep).toBe('ACTIVE');
  });

  it('is a charger, at once', () => {
    const phone = lying(34, 2);
    phone.do({ type: 'power-connected' });
    expect(phone.model.view()).toMatchObject({ deep: 'ACTIVE', light: 'ACTIVE', network: true });
    phone.advance(DAY);
    expect(phone.model.view().deep).toBe('ACTIVE');
    phone.do({ type: 'power-disconnected' });
    phone.advance(HOUR);
    expect(phone.model.view().light).toMatch(/IDLE/);
  });
});

describe('work in Doze', () => {
  const start = (phone: Phone): Phone => {
    phone.do(periodic(6 * HOUR), { type: 'screen-off' });
    return phone;
  };

  it('waits for the next window, and why names its time', () => {
    const phone = start(usedPhone(34, { worker: answers('success', SECOND) }));
    phone.advance(6 * HOUR + MINUTE);
    const { opens, ...gate } = phone.why();
    expect(gate).toEqual({
      gate: 'DEVICE_NOT_DOZING',
      detail: 'deep Doze (IDLE)',
      by: 'a maintenance window, or the phone in use or on a charger',
      documented: true,
    });
    phone.advance(6 * HOUR);
    expect(phone.starts()).toEqual([0, opens]);
  });

  it('keeps a window open, to the end of its budget and no longer', () => {
    const phone = start(usedPhone(34, { worker: ({ run }) => (run === 'work-1#1' ? { outcome: 'success', takes: 0 } : 'never') }));
    phone.advance(12 * HOUR);
    const [, second] = phone.of('start');
    // The third deep window may last ten minutes, quota ends the run at the same time.
    expect(phone.of('stop')[0]).toMatchObject({ at: second!.at + 10 * MINUTE, reason: 'STOP_REASON_DEVICE_STATE' });
  });

  it('lets the window close behind it', () => {
    const phone = start(usedPhone(34, { worker: answers('success', 3 * MINUTE) }));
    phone.advance(12 * HOUR);
    const [, second] = phone.of('start');
    const closed = phone.of('doze').find(({ at, deep }) => at > second!.at && deep === 'IDLE');
    expect(closed!.at).toBe(second!.at + 3 * MINUTE);
  });

  it('is stopped as a device state when Doze begins', () => {
    const phone = usedPhone(34, { worker: never });
    phone.do({ type: 'screen-off' });
    phone.advance(2 * MINUTE);
    phone.do(oneTime());
    phone.advance(HOUR);
    expect(phone.of('stop')[0]).toMatchObject({ at: 4 * MINUTE, reason: 'STOP_REASON_DEVICE_STATE', gate: 'DEVICE_NOT_DOZING' });
  });

  it('is not held where the app is exempt from battery optimisation', () => {
    const phone = start(usedPhone(34));
    phone.do({ type: 'deviceidle-whitelist', listed: true });
    phone.advance(6 * HOUR + MINUTE);
    expect(phone.starts().length).toBe(2);
    expect(phone.of('start')[1]).toMatchObject({ late: 0 });
  });
});

describe('cmd deviceidle', () => {
  it('forces deep or light Doze that only its own command ends', () => {
    const phone = new Phone(34);
    phone.do({ type: 'force-idle', mode: 'deep' }, { type: 'power-connected' });
    expect(phone.model.view().deep).toBe('IDLE');
    phone.do({ type: 'unforce-idle' });
    expect(phone.model.view().deep).toBe('ACTIVE');
    phone.do({ type: 'force-idle', mode: 'light' });
    expect(phone.model.view()).toMatchObject({ deep: 'ACTIVE', light: 'IDLE' });
  });

  it('steps on to the next state', () => {
    const phone = new Phone(34);
    phone.do({ type: 'force-idle', mode: 'deep' }, { type: 'step-idle', mode: 'deep' });
    expect(phone.model.view().deep).toBe('IDLE_MAINTENANCE');
    phone.do({ type: 'step-idle', mode: 'deep' });
    expect(phone.model.view().deep).toBe('IDLE');
    phone.do({ type: 'force-idle', mode: 'light' }, { type: 'step-idle', mode: 'light' });
    expect(phone.model.view().light).toBe('IDLE_MAINTENANCE');
  });

  it('steps on one of the two and leaves the other its time', () => {
    const phone = new Phone(34);
    phone.do({ type: 'screen-off' }, { type: 'step-idle', mode: 'light' });
    expect(states(phone).at(-1)).toEqual([0, 'INACTIVE', 'IDLE']);
    phone.advance(31 * MINUTE);
    expect(deeps(phone).at(-1)).toEqual([30, 'IDLE_PENDING']);
    const other = new Phone(34);
    other.do({ type: 'screen-off' }, { type: 'step-idle', mode: 'deep' });
    expect(states(other).at(-1)).toEqual([0, 'IDLE_PENDING', 'INACTIVE']);
    other.advance(5 * MINUTE);
    expect(lights(other).at(-1)).toEqual([4, 'IDLE']);
  });

  it('forgotten is the classic "jobs never fire"', () => {
    const phone = usedPhone(34);
    phone.do(periodic(HOUR));
    phone.advance(MINUTE);
    phone.do({ type: 'force-idle', mode: 'deep' }, { type: 'user-present' });
    phone.advance(150 * MINUTE);
    expect(phone.why()).toMatchObject({ gate: 'DEVICE_NOT_DOZING' });
  });
});

describe('a push', () => {
  const fates = (phone: Phone): (string | number)[][] => phone.of('push').map(({ id, at, fate }) => [id, at / MINUTE, fate]);

  it('of high priority passes Doze without ending it, a normal one waits for the window', () => {
    const phone = usedPhone(34);
    phone.do(periodic(HOUR), { type: 'screen-off' });
    phone.advance(2 * HOUR);
    phone.do({ type: 'push', id: 'normal', priority: 'normal' }, { type: 'push', id: 'high', priority: 'high' });
    expect(phone.model.view().deep).toBe('IDLE');
    expect(phone.why()).toMatchObject({ gate: 'DEVICE_NOT_DOZING' });
    phone.advance(10 * MINUTE);
    expect(fates(phone)).toEqual([
      ['normal', 120, 'deferred'],
      ['high', 120, 'delivered'],
      ['normal', 124.5, 'delivered'],
    ]);
  });

  it('that waits is dropped by a force-stop, and kept over a reboot until the first unlock', () => {
    const phone = usedPhone(34);
    phone.do(OFFLINE, { type: 'push', id: 'p', priority: 'high' }, { type: 'force-stop' }, WIFI);
    expect(fates(phone).at(-1)).toEqual(['p', 0, 'dropped']);
    const other = usedPhone(34);
    other.do(OFFLINE, { type: 'push', id: 'p', priority: 'high' }, { type: 'reboot' }, WIFI);
    other.advance(HOUR);
    other.do({ type: 'user-present' });
    expect(fates(other).at(-1)).toEqual(['p', 60, 'delivered']);
  });

  it('comes with all that wait when the network is back', () => {
    const phone = usedPhone(34);
    phone.do(OFFLINE, { type: 'push', id: 'a', priority: 'high' }, { type: 'push', id: 'b', priority: 'normal' }, WIFI);
    expect(fates(phone).slice(2)).toEqual([
      ['a', 0, 'delivered'],
      ['b', 0, 'delivered'],
    ]);
  });

  it('without network waits for it', () => {
    const phone = usedPhone(34);
    phone.do(OFFLINE, { type: 'push', id: 'p', priority: 'high' });
    phone.advance(HOUR);
    phone.do(WIFI);
    expect(fates(phone)).toEqual([
      ['p', 0, 'deferred'],
      ['p', 60, 'delivered'],
    ]);
  });
});
