// Each gate: what shuts it, what `why` says, what opens it; and their order, facts 1.10: stopped, locked, WorkManager due, latency,
// constraints, Doze, background restriction and battery saver, quota, flexibility, batching, concurrency.
import { describe, expect, it } from 'vitest';
import type { AndroidInput } from '../../../src/os/android/inputs.ts';
import { GATES } from '../../../src/os/android/gates.ts';
import type { Bucket } from '../../../src/os/android/tables.ts';
import { answers, DAY, HOUR, MINUTE, never, oneTime, periodic, Phone, SECOND, usedPhone } from './kit.ts';

const OFFLINE: AndroidInput = { type: 'network', network: { transport: 'none', metered: false, roaming: false } };
const WIFI: AndroidInput = { type: 'network', network: { transport: 'wifi', metered: false, roaming: false } };
const CELLULAR: AndroidInput = { type: 'network', network: { transport: 'cellular', metered: true, roaming: false } };
const ROAMING: AndroidInput = { type: 'network', network: { transport: 'cellular', metered: true, roaming: true } };
const bucket = (name: Bucket): AndroidInput => ({ type: 'set-standby-bucket', bucket: name });

/** Work that ran once and is due again at 1 h; the process is frozen by then, so only JobScheduler can start it. */
function due(
  options: ConstructorParameters<typeof Phone>[1] = {},
  request: Parameters<typeof periodic>[1] = {},
  api: 30 | 34 | 36 = 34,
): Phone {
  const phone = usedPhone(api, options);
  phone.do(periodic(HOUR, request));
  phone.advance(30 * MINUTE);
  expect(phone.starts()).toEqual([0]);
  return phone;
}

describe('the order of the gates', () => {
  it('is the one of the facts', () => {
    expect(GATES).toEqual([
      'FLAG_STOPPED',
      'USER_LOCKED',
      'BLOCKED',
      'NOT_SCHEDULED',
      'WORK_NOT_DUE',
      'TIMING_DELAY',
      'CONNECTIVITY',
      'CHARGING',
      'BATTERY_NOT_LOW',
      'STORAGE_NOT_LOW',
      'IDLE',
      'DEVICE_NOT_DOZING',
      'BACKGROUND_NOT_RESTRICTED',
      'WITHIN_QUOTA',
      'FLEXIBILITY',
      'BATCHING',
      'CONCURRENCY',
    ]);
  });

  it('decides which one is named while many are shut, and each that opens shows the next', () => {
    const phone = due({}, { constraints: { network: 'CONNECTED', batteryNotLow: true, storageNotLow: true } });
    phone.do(OFFLINE, { type: 'battery-level', percent: 5 }, { type: 'storage-low', low: true }, { type: 'power-save-mode', on: true });
    phone.do(bucket('RARE'), { type: 'run-any-in-background', allowed: false }, { type: 'force-idle', mode: 'deep' });
    const seen: string[] = [];
    const look = (): void => void seen.push(phone.why().gate);
    look();
    phone.advance(45 * MINUTE);
    look();
    for (const opening of [
      [WIFI],
      [{ type: 'battery-level', percent: 50 }],
      [{ type: 'storage-low', low: false }],
      [{ type: 'unforce-idle' }],
      [{ type: 'run-any-in-background', allowed: true }],
      [{ type: 'power-save-mode', on: false }],
    ] as AndroidInput[][]) {
      phone.do(...opening);
      look();
    }
    phone.advance(31 * MINUTE);
    look();
    expect(seen).toEqual([
      'WORK_NOT_DUE',
      'CONNECTIVITY',
      'BATTERY_NOT_LOW',
      'STORAGE_NOT_LOW',
      'DEVICE_NOT_DOZING',
      'BACKGROUND_NOT_RESTRICTED',
      'BACKGROUND_NOT_RESTRICTED',
      'BATCHING',
      'running',
    ]);
    const told = phone.of('held').map(({ gate }) => gate.gate);
    expect(told).toEqual(seen.slice(0, -1).filter((gate, index) => gate !== seen[index - 1]));
  });
});

describe('constraints', () => {
  it.each([
    ['CONNECTED', [WIFI, CELLULAR, ROAMING], [OFFLINE]],
    ['UNMETERED', [WIFI], [OFFLINE, CELLULAR, ROAMING]],
    [
      'TEMPORARILY_UNMETERED',
      [WIFI, { type: 'network', network: { transport: 'cellular', metered: true, roaming: false, temporarilyUnmetered: true } }],
      [CELLULAR],
    ],
    ['NOT_ROAMING', [WIFI, CELLULAR], [OFFLINE, ROAMING]],
    ['METERED', [CELLULAR, ROAMING], [OFFLINE, WIFI]],
    ['NOT_REQUIRED', [OFFLINE, WIFI], []],
  ] as [NonNullable<NonNullable<Parameters<typeof oneTime>[0]>['constraints']>['network'] & string, AndroidInput[], AndroidInput[]][])(
    'network %s',
    (network, fits, misfits) => {
      for (const [nets, starts] of [
        [fits, 1],
        [misfits, 0],
      ] as const) {
        for (const net of nets) {
          const phone = usedPhone();
          phone.do(net, oneTime({ constraints: { network } }));
          expect(phone.starts().length).toBe(starts);
          if (starts === 0) expect(phone.why()).toMatchObject({ gate: 'CONNECTIVITY', documented: true });
        }
      }
    },
  );

  it('charging is believed 15 minutes after the plug: measured, so not documented', () => {
    const phone = usedPhone();
    phone.do(oneTime({ constraints: { charging: true } }));
    expect(phone.why()).toMatchObject({ gate: 'CHARGING', by: 'a charger', documented: true });
    phone.do({ type: 'power-connected' });
    expect(phone.why()).toMatchObject({ gate: 'CHARGING', opens: 15 * MINUTE, documented: false });
    phone.advance(HOUR);
    expect(phone.starts()).toEqual([15 * MINUTE]);
  });

  it('battery-not-low is lost at 15 % and back at 20 %', () => {
    const phone = usedPhone();
    phone.do({ type: 'battery-level', percent: 15 }, oneTime({ constraints: { batteryNotLow: true } }));
    expect(phone.why()).toMatchObject({ gate: 'BATTERY_NOT_LOW', documented: false });
    phone.do({ type: 'battery-level', percent: 19 });
    expect(phone.starts()).toEqual([]);
    phone.do({ type: 'battery-level', percent: 20 });
    expect(phone.starts().length).toBe(1);
  });

  it('device idle holds 31 minutes after the screen went off', () => {
    const phone = usedPhone(34, { figures: { lightAfterInactive: DAY, deepInactive: DAY } });
    phone.do(oneTime({ constraints: { deviceIdle: true } }));
    expect(phone.why()).toMatchObject({ gate: 'IDLE' });
    expect(phone.why().opens).toBeUndefined();
    phone.do({ type: 'screen-off' });
    expect(phone.why()).toMatchObject({ gate: 'IDLE', opens: 31 * MINUTE });
    phone.advance(HOUR);
    expect(phone.starts()).toEqual([31 * MINUTE]);
  });
});

describe('the background restriction', () => {
  it('by the user holds everything until the app is in use', () => {
    const phone = due();
    phone.do({ type: 'run-any-in-background', allowed: false });
    phone.advance(3 * DAY);
    expect(phone.starts().length).toBe(1);
    expect(phone.why()).toMatchObject({ gate: 'BACKGROUND_NOT_RESTRICTED', detail: 'RUN_ANY_IN_BACKGROUND is ignored' });
    expect(phone.why().opens).toBeUndefined();
    phone.do({ type: 'app-foreground' });
    expect(phone.starts().length).toBe(2);
  });

  it.each(['charger', 'exemption', 'foreground service', 'off'] as const)('by battery saver ends with: %s', (how) => {
    const phone = due();
    phone.do({ type: 'power-save-mode', on: true });
    phone.advance(HOUR);
    expect(phone.why()).toMatchObject({ gate: 'BACKGROUND_NOT_RESTRICTED', detail: 'battery saver is on' });
    if (how === 'charger') phone.do({ type: 'power-connected' });
    if (how === 'exemption') phone.do({ type: 'deviceidle-whitelist', listed: true });
    if (how === 'foreground service') phone.do({ type: 'foreground-service', on: true });
    if (how === 'off') phone.do({ type: 'power-save-mode', on: false });
    expect(phone.starts()).toEqual([0, 90 * MINUTE]);
  });

  it('stops what runs: by the user with its own reason, by battery saver as a device state', () => {
    for (const [input, reason] of [
      [{ type: 'run-any-in-background', allowed: false }, 'STOP_REASON_BACKGROUND_RESTRICTION'],
      [{ type: 'power-save-mode', on: true }, 'STOP_REASON_DEVICE_STATE'],
    ] as const) {
      const phone = usedPhone(34, { worker: never });
      phone.do(oneTime(), input);
      expect(phone.of('stop')).toMatchObject([{ reason, gate: 'BACKGROUND_NOT_RESTRICTED' }]);
    }
  });
});

describe('quota', () => {
  /** Runs by JobScheduler of 15-minute work on one day, on a phone that lies unused but awake, in one bucket. */
  const runsInADay = (name: Bucket, api: 30 | 34 | 36 = 34): number => {
    const phone = usedPhone(api, { worker: answers('success', SECOND), figures: { lightAfterInactive: 9 * DAY, deepInactive: 9 * DAY } });
    phone.do(bucket(name), { type: 'screen-off' }, periodic(15 * MINUTE));
    phone.advance(DAY - 1);
    return phone.of('start').filter(({ by }) => by === 'JobScheduler').length;
  };

  it('gives 15-minute polling in RARE three sessions a day', () => {
    expect(runsInADay('RARE')).toBe(3);
    expect(runsInADay('RARE', 36)).toBe(3);
  });

  it('lets the sessions of each window set the pace, once company is waited for', () => {
    expect(runsInADay('FREQUENT')).toBe(24);
    expect(runsInADay('FREQUENT', 36)).toBe(16);
    // 15 minutes and 31 for company: 46 minutes between two runs, less than the ten sessions in two hours would allow.
    expect(runsInADay('WORKING_SET')).toBe(31);
    expect(runsInADay('ACTIVE')).toBe(96);
  });

  it('runs nothing in NEVER', () => {
    expect(runsInADay('NEVER')).toBe(0);
    const phone = new Phone();
    phone.do(oneTime({ constraints: { deviceIdle: true } }), { type: 'screen-off' });
    phone.advance(31 * MINUTE);
    phone.do({ type: 'power-connected' });
    expect(phone.why()).toMatchObject({ gate: 'WITHIN_QUOTA', detail: 'NEVER: the app was never opened' });
    expect(phone.why().opens).toBeUndefined();
  });

  it('says what is used up and when it is back', () => {
    const phone = usedPhone(34, { worker: answers('success', SECOND), figures: { lightAfterInactive: 9 * DAY, deepInactive: 9 * DAY } });
    phone.do(bucket('RARE'), { type: 'screen-off' }, periodic(15 * MINUTE));
    phone.advance(12 * HOUR);
    const starts = phone.starts();
    // The first run was the app's own, without JobScheduler, and used no session.
    expect(phone.of('start').map(({ by }) => by)).toEqual(['GreedyScheduler', 'JobScheduler', 'JobScheduler', 'JobScheduler']);
    expect(phone.why()).toMatchObject({
      gate: 'WITHIN_QUOTA',
      detail: 'RARE: 3 of 3 sessions',
      documented: true,
      opens: starts[1]! + SECOND + DAY,
    });
  });

  it('is free on a charger that is believed, but not in RESTRICTED', () => {
    for (const [name, free] of [
      ['RARE', true],
      ['RESTRICTED', false],
    ] as const) {
      const phone = usedPhone(34, { figures: { lightAfterInactive: 9 * DAY, deepInactive: 9 * DAY } });
      phone.do(bucket(name), { type: 'screen-off' }, periodic(15 * MINUTE));
      phone.advance(12 * HOUR);
      expect(phone.why()).toMatchObject({ gate: 'WITHIN_QUOTA' });
      const before = phone.starts().length;
      phone.do({ type: 'battery-level', percent: 10 }, { type: 'power-connected' });
      phone.advance(HOUR);
      expect(phone.starts().length > before).toBe(free);
    }
  });

  it('on a charger that is not yet believed opens when it is', () => {
    const phone = usedPhone(34, { figures: { lightAfterInactive: 9 * DAY, deepInactive: 9 * DAY } });
    phone.do(bucket('RARE'), { type: 'screen-off' }, periodic(15 * MINUTE));
    phone.advance(12 * HOUR);
    phone.do({ type: 'power-connected' });
    expect(phone.why()).toMatchObject({ gate: 'WITHIN_QUOTA', opens: 12 * HOUR + 15 * MINUTE });
    phone.do({ type: 'power-disconnected' });
    expect(phone.why().opens).toBeGreaterThan(20 * HOUR);
  });

  it('in RESTRICTED gives way to charging with idle, battery and network, all at once', () => {
    const phone = usedPhone();
    phone.do(bucket('RESTRICTED'), { type: 'screen-off' }, periodic(15 * MINUTE));
    phone.advance(6 * HOUR);
    const before = phone.starts().length;
    expect(before).toBe(2);
    phone.do({ type: 'power-connected' });
    expect(phone.why()).toMatchObject({ gate: 'WITHIN_QUOTA', opens: 6 * HOUR + 15 * MINUTE });
    phone.advance(12 * HOUR);
    expect(phone.starts().length).toBeGreaterThan(10);
  });

  it('comes back when a command resets it', () => {
    const phone = usedPhone(34, { figures: { lightAfterInactive: 9 * DAY, deepInactive: 9 * DAY } });
    phone.do(bucket('RARE'), { type: 'screen-off' }, periodic(15 * MINUTE));
    phone.advance(12 * HOUR);
    const before = phone.starts().length;
    phone.do({ type: 'reset-execution-quota' });
    expect(phone.why()).toMatchObject({ gate: 'BATCHING' });
    phone.advance(31 * MINUTE);
    expect(phone.starts().length).toBe(before + 1);
  });

  it.each([
    [34, 'foreground service', true],
    [36, 'foreground service', false],
    [34, 'unrestricted battery', true],
    [36, 'unrestricted battery', false],
  ] as const)('API %i beside a %s is free: %s', (api, what, free) => {
    const phone = usedPhone(api, { worker: never });
    phone.do(
      what === 'foreground service' ? { type: 'foreground-service', on: true } : { type: 'deviceidle-whitelist', listed: true },
      oneTime(),
    );
    phone.advance(HOUR);
    // Free of quota the time limit of 30 minutes ends it; with the quota of Android 16 it is 20 minutes in an hour.
    expect(phone.of('stop')[0]).toMatchObject(
      free
        ? { reason: 'STOP_REASON_TIMEOUT', ran: 30 * MINUTE }
        : { reason: expect.stringMatching(/QUOTA|TIMEOUT/), ran: what === 'foreground service' ? 20 * MINUTE : 30 * MINUTE },
    );
  });

  it.each([
    [34, false],
    [36, true],
  ] as const)('API %i: a job that began on screen counts once the app has left: %s', (api, counted) => {
    const phone = new Phone(api, { worker: never });
    phone.do({ type: 'app-foreground' }, oneTime(), { type: 'app-background' }, bucket('WORKING_SET'));
    phone.advance(15 * MINUTE);
    expect(phone.of('stop').map(({ reason }) => reason)).toEqual(counted ? ['STOP_REASON_QUOTA'] : []);
  });

  // Idle-mode work, because WorkManager runs everything else by itself as soon as one job has woken the process.
  const idleWork = (count: number, prefix = 'w'): AndroidInput => ({
    type: 'enqueue',
    requests: Array.from({ length: count }, (_, n) => ({ id: `${prefix}${n}`, worker: 'W', constraints: { deviceIdle: true } })),
  });

  it('allows 20 jobs in a minute', () => {
    const figures = { schedulerSlots: 40, appConcurrency: 40, lightAfterInactive: DAY, deepInactive: DAY };
    const phone = usedPhone(34, { worker: answers('success', 0), figures });
    phone.do(idleWork(30), { type: 'screen-off' });
    phone.advance(31 * MINUTE);
    expect(phone.starts().length).toBe(20);
    expect(phone.why('w25')).toMatchObject({ gate: 'WITHIN_QUOTA', detail: 'ACTIVE: 20 of 20 jobs per minute', opens: 32 * MINUTE });
    phone.advance(MINUTE);
    expect(phone.starts().length).toBe(30);
  });

  it('counts starts within five seconds as one session', () => {
    const phone = usedPhone(34, { worker: answers('success', SECOND), figures: { lightAfterInactive: DAY, deepInactive: DAY } });
    phone.do(bucket('RARE'), { type: 'screen-off' });
    phone.advance(HOUR);
    for (const round of ['a', 'b', 'c', 'd']) {
      phone.do(idleWork(5, round));
      phone.advance(HOUR);
    }
    expect(phone.starts()).toEqual([HOUR, 2 * HOUR, 3 * HOUR].flatMap((at) => [at, at, at, at, at]));
    expect(phone.why('d0')).toMatchObject({ gate: 'WITHIN_QUOTA', detail: 'RARE: 3 of 3 sessions', opens: HOUR + SECOND + DAY });
  });
});

describe('the standby bucket', () => {
  it('is ACTIVE once the app is opened, and told when it changes', () => {
    const phone = new Phone();
    phone.do({ type: 'app-foreground' }, { type: 'app-background' }, { type: 'app-foreground' }, { type: 'app-background' });
    expect(phone.of('bucket')).toEqual([{ type: 'bucket', at: 0, from: 'NEVER', to: 'ACTIVE', by: 'used' }]);
    phone.advance(13 * HOUR);
    phone.do({ type: 'app-foreground' });
    expect(phone.of('bucket').slice(1)).toMatchObject([
      { at: 12 * HOUR, from: 'ACTIVE', to: 'WORKING_SET', by: 'not used' },
      { at: 13 * HOUR, from: 'WORKING_SET', to: 'ACTIVE', by: 'used' },
    ]);
  });

  it('does not age while the app is on screen, but from the moment the screen goes off', () => {
    const phone = new Phone();
    phone.do({ type: 'app-foreground' });
    phone.advance(DAY);
    expect(phone.model.view().bucket).toBe('ACTIVE');
    phone.do({ type: 'screen-off' });
    phone.advance(DAY);
    expect(phone.of('bucket').at(-1)).toMatchObject({ at: DAY + 12 * HOUR, to: 'WORKING_SET' });
    phone.do({ type: 'screen-on' }, { type: 'user-present' });
    expect(phone.model.view().bucket).toBe('ACTIVE');
  });

  it('by prediction holds for twelve hours, by command until the app is opened', () => {
    const phone = usedPhone();
    phone.do({ type: 'set-standby-bucket', bucket: 'FREQUENT', predicted: true });
    phone.advance(13 * HOUR);
    expect(phone.of('bucket').at(-1)).toMatchObject({ at: 12 * HOUR, from: 'FREQUENT', to: 'WORKING_SET' });
    phone.do(bucket('RARE'));
    phone.advance(20 * DAY);
    expect(phone.model.view().bucket).toBe('RARE');
  });
});

describe('batching', () => {
  it('makes a lonely job wait 31 minutes in every bucket but the active one, from Android 11 on', () => {
    const lateness = (api: 29 | 30 | 34, name: Bucket): number => {
      const phone = usedPhone(api, { worker: answers('success', 0), figures: { freezeAfter: SECOND } });
      phone.do(bucket(name), periodic(HOUR));
      phone.advance(3 * HOUR);
      return phone.of('start')[1]!.late;
    };
    expect(lateness(34, 'ACTIVE')).toBe(0);
    for (const name of ['WORKING_SET', 'FREQUENT', 'RARE'] as const) expect(lateness(34, name)).toBe(31 * MINUTE);
    expect(lateness(30, 'RARE')).toBe(31 * MINUTE);
    expect(lateness(29, 'RARE')).toBe(0);
  });

  it('is over when five jobs are ready', () => {
    const phone = usedPhone(34, { worker: answers('success', 0) });
    phone.do(bucket('FREQUENT'));
    for (let n = 0; n < 5; n++) phone.do(periodic(HOUR, { initialDelay: HOUR + n * MINUTE }));
    phone.advance(HOUR + 3 * MINUTE);
    expect(phone.why()).toMatchObject({ gate: 'BATCHING', opens: HOUR + 31 * MINUTE });
    phone.advance(MINUTE);
    expect(phone.starts()).toEqual([1, 2, 3, 4, 5].map(() => HOUR + 4 * MINUTE));
  });

  it('is over when the app comes on screen, and in a maintenance window', () => {
    const phone = due({ worker: answers('success', 0) });
    phone.do(bucket('FREQUENT'));
    phone.advance(40 * MINUTE);
    expect(phone.why()).toMatchObject({ gate: 'BATCHING' });
    phone.do({ type: 'app-foreground' });
    expect(phone.starts().at(-1)).toBe(70 * MINUTE);
    const asleep = due({ worker: answers('success', 0) });
    asleep.do(bucket('FREQUENT'), { type: 'screen-off' });
    asleep.advance(2 * HOUR);
    expect(asleep.of('start')[1]).toMatchObject({ waited: 'DEVICE_NOT_DOZING' });
  });
});

describe('flexibility', () => {
  const waits = (figures: Record<string, number>, api: 33 | 34 = 34): number => {
    const phone = usedPhone(api, { worker: answers('success', 0), figures });
    phone.do(periodic(DAY, { constraints: { network: 'CONNECTED' }, initialDelay: HOUR }));
    phone.advance(12 * HOUR);
    return phone.of('start')[0]!.late;
  };

  it('is off as Android is shipped, and unknown before 14', () => {
    expect(waits({})).toBe(0);
    expect(waits({ flexibleWindow: 10 * HOUR }, 33)).toBe(0);
  });

  it('where it is on gives up one wish after the other: on Wi-Fi half its window and a tenth more', () => {
    // Wishes: charging, idle, unmetered. Unmetered is met, so two must be given up: at 50 % and at 60 %.
    expect(waits({ flexibleWindow: 10 * HOUR })).toBe(6 * HOUR);
  });

  it('says which wish it waits for, and that nobody documents the figure', () => {
    const phone = usedPhone(34, { figures: { flexibleWindow: 10 * HOUR } });
    phone.do(periodic(DAY, { initialDelay: HOUR }));
    phone.advance(2 * HOUR);
    expect(phone.why()).toMatchObject({ gate: 'FLEXIBILITY', detail: 'waits for CHARGING, IDLE', opens: 6 * HOUR, documented: false });
  });
});

describe('concurrency', () => {
  it('lets eight jobs of the app run at once', () => {
    const phone = new Phone(34, { worker: answers('success', MINUTE) });
    phone.do({ type: 'app-foreground' }, OFFLINE);
    phone.do({
      type: 'enqueue',
      requests: Array.from({ length: 10 }, (_, n) => ({ id: `w${n}`, worker: 'W', constraints: { network: 'CONNECTED' } })),
    });
    phone.do({ type: 'process-killed', by: 'lmkd' }, WIFI);
    expect(phone.starts().length).toBe(8);
    expect(phone.why('w9')).toMatchObject({ gate: 'CONCURRENCY', documented: false });
    phone.advance(MINUTE);
    expect(phone.starts().length).toBe(10);
  });
});

describe('why', () => {
  it('knows what nobody enqueued, what runs and what is over', () => {
    const phone = usedPhone(34, { worker: answers('success', MINUTE) });
    expect(phone.why('nobody')).toMatchObject({ gate: 'unknown' });
    phone.do(oneTime());
    expect(phone.why()).toMatchObject({ gate: 'running', detail: 'work-1#1 by JobScheduler' });
    phone.advance(HOUR);
    expect(phone.why()).toMatchObject({ gate: 'SUCCEEDED' });
  });

  it('finds work by its unique name', () => {
    const phone = usedPhone();
    phone.do({ type: 'enqueue', requests: [{ worker: 'W', periodic: { interval: DAY } }], unique: { name: 'refresh', policy: 'KEEP' } });
    phone.advance(MINUTE);
    expect(phone.why('refresh')).toMatchObject({
      gate: 'WORK_NOT_DUE',
      detail: 'due in 23h59m of wall clock time',
      opens: DAY + 2 * SECOND,
    });
  });

  it('looks and changes nothing', () => {
    const phone = due();
    const before = phone.model.next();
    for (let n = 0; n < 10; n++) phone.model.why('work-1', { elapsed: phone.now + n * MINUTE, wall: 0 });
    expect(phone.model.next()).toBe(before);
    expect(phone.model.tick(phone.at)).toEqual([]);
  });
});
