// What a worker's result, a stop and a cancel do to a work: WorkerWrapper.handleResult and its neighbours, through the running model.
import { describe, expect, it } from 'vitest';
import { answers, DAY, HOUR, MINUTE, never, oneTime, periodic, SECOND, succeeds, usedPhone, WALL, type Phone, type Worker } from './kit.ts';

const info = (phone: Phone, id = 'work-1') => phone.model.workInfo(id)!;
/** Elapsed ms of the next run. */
const dueAt = (phone: Phone, id = 'work-1'): number => info(phone, id).nextScheduleTime! - phone.offset;

describe('periodic work', () => {
  it.each(['success', 'failure'] as const)('goes on with the next period after %s, measured from the end of the run', (outcome) => {
    const phone = usedPhone(34, { worker: answers(outcome, 7 * SECOND) });
    phone.do(periodic(6 * HOUR));
    phone.advance(MINUTE);
    expect(phone.of('finished')).toMatchObject([{ outcome, state: 'ENQUEUED', nextRun: WALL + 7 * SECOND + 6 * HOUR }]);
    expect(info(phone)).toMatchObject({ state: 'ENQUEUED', runAttemptCount: 0, periodCount: 1 });
  });

  it('backs off after retry only, and a period that succeeds at last begins the next one then', () => {
    let outcomes: ('retry' | 'success')[] = ['retry', 'retry', 'success'];
    const phone = usedPhone(34, { worker: () => ({ outcome: outcomes.shift()!, takes: SECOND }) });
    phone.do(periodic(6 * HOUR));
    phone.advance(2 * MINUTE);
    expect(phone.starts()).toEqual([0, 31 * SECOND, 92 * SECOND]);
    expect(phone.of('start').map(({ attempt }) => attempt)).toEqual([0, 1, 2]);
    expect(dueAt(phone)).toBe(93 * SECOND + 6 * HOUR);
    outcomes = ['success'];
    expect(info(phone).runAttemptCount).toBe(0);
  });

  it('drifts: each run is measured from the end of the one before, so lateness adds up', () => {
    const phone = usedPhone(34, { worker: answers('success', 10 * SECOND) });
    phone.do(periodic(HOUR));
    phone.advance(5 * HOUR + MINUTE);
    expect(phone.starts()).toEqual([0, 1, 2, 3, 4, 5].map((n) => n * (HOUR + 10 * SECOND)));
  });

  it('waits for interval minus flex the first time', () => {
    const phone = usedPhone();
    phone.do({ type: 'enqueue', requests: [{ worker: 'RefreshWorker', periodic: { interval: 6 * HOUR, flex: HOUR } }] });
    phone.advance(12 * HOUR);
    expect(phone.starts()).toEqual([5 * HOUR, 11 * HOUR + 2 * SECOND]);
  });

  it('ends with a cancel only', () => {
    const phone = usedPhone();
    phone.do(periodic(HOUR));
    phone.advance(2 * HOUR);
    phone.do({ type: 'cancel-work', id: 'work-1' });
    const ran = phone.starts().length;
    phone.advance(DAY);
    expect(phone.starts().length).toBe(ran);
    expect(info(phone).state).toBe('CANCELLED');
    expect(phone.why()).toMatchObject({ gate: 'CANCELLED' });
  });
});

describe('one-time work', () => {
  it.each([
    ['success', 'SUCCEEDED'],
    ['failure', 'FAILED'],
  ] as const)('is over after %s', (outcome, state) => {
    const phone = usedPhone(34, { worker: answers(outcome) });
    phone.do(oneTime());
    phone.advance(DAY);
    expect(phone.starts()).toEqual([0]);
    expect(info(phone)).toMatchObject({ state, nextScheduleTime: undefined });
  });

  it('backs off for ever after retry: 30 s, 60 s, ... 5 h', () => {
    const phone = usedPhone(34, { worker: answers('retry', 0) });
    phone.do({ type: 'deviceidle-whitelist', listed: true }, oneTime());
    phone.advance(2 * DAY);
    const gaps = phone.starts().map((at, index, all) => (all[index + 1] ?? at) - at);
    expect(gaps.slice(0, 12).map((ms) => ms / SECOND)).toEqual([30, 60, 120, 240, 480, 960, 1920, 3840, 7680, 15360, 18000, 18000]);
  });
});

describe('a chain of one-time work', () => {
  const chain = (phone: Phone): void => {
    phone.do({
      type: 'enqueue',
      requests: [
        { id: 'refresh', worker: 'Refresh' },
        { id: 'sync', worker: 'Sync', after: ['refresh'] },
        { id: 'tidy', worker: 'Tidy', after: ['sync'] },
      ],
    });
  };
  const states = (phone: Phone): string[] => ['refresh', 'sync', 'tidy'].map((id) => info(phone, id).state);

  it('runs one after the other, each enqueued when the one before succeeded', () => {
    const phone = usedPhone(34, { worker: answers('success', 5 * SECOND) });
    chain(phone);
    expect(states(phone)).toEqual(['RUNNING', 'BLOCKED', 'BLOCKED']);
    expect(phone.why('sync')).toMatchObject({ gate: 'BLOCKED', detail: 'waits for refresh' });
    phone.advance(MINUTE);
    expect(phone.of('start').map(({ work, at }) => [work, at])).toEqual([
      ['refresh', 0],
      ['sync', 5 * SECOND],
      ['tidy', 10 * SECOND],
    ]);
    expect(states(phone)).toEqual(['SUCCEEDED', 'SUCCEEDED', 'SUCCEEDED']);
  });

  it('fails as a whole when its head fails', () => {
    const phone = usedPhone(34, { worker: answers('failure') });
    chain(phone);
    phone.advance(MINUTE);
    expect(states(phone)).toEqual(['FAILED', 'FAILED', 'FAILED']);
    expect(phone.starts().length).toBe(1);
  });

  it('is cancelled as a whole with its head, but what was cancelled before stays cancelled', () => {
    const phone = usedPhone(34, { worker: answers('failure') });
    chain(phone);
    phone.do({ type: 'cancel-work', id: 'tidy' });
    phone.advance(MINUTE);
    expect(states(phone)).toEqual(['FAILED', 'FAILED', 'CANCELLED']);
    const other = usedPhone(34, { worker: never });
    chain(other);
    other.do({ type: 'cancel-work', id: 'refresh' });
    expect(states(other)).toEqual(['CANCELLED', 'CANCELLED', 'CANCELLED']);
    expect(other.of('stop')).toMatchObject([{ work: 'refresh', reason: 'STOP_REASON_CANCELLED_BY_APP' }]);
  });

  it('leaves the rest waiting while its head retries', () => {
    const phone = usedPhone(34, { worker: answers('retry') });
    chain(phone);
    phone.advance(HOUR);
    expect(states(phone)).toEqual(['ENQUEUED', 'BLOCKED', 'BLOCKED']);
  });
});

describe('a stop', () => {
  const onWifi = { network: 'CONNECTED' } as const;
  const offline = { type: 'network', network: { transport: 'none', metered: false, roaming: false } } as const;
  const online = { type: 'network', network: { transport: 'wifi', metered: false, roaming: false } } as const;

  it('when the network goes keeps the attempt and the old enqueue time, so the work is due at once when it is back', () => {
    const phone = usedPhone(34, { worker: answers('success', 20 * SECOND) });
    phone.do(periodic(6 * HOUR, { constraints: onWifi }));
    phone.advance(5 * SECOND);
    phone.do(offline);
    expect(phone.of('stop')).toMatchObject([
      { run: 'work-1#1', reason: 'STOP_REASON_CONSTRAINT_CONNECTIVITY', told: 'STOP_REASON_CONSTRAINT_CONNECTIVITY', ran: 5 * SECOND },
    ]);
    expect(info(phone)).toMatchObject({ state: 'ENQUEUED', runAttemptCount: 1, periodCount: 0, nextScheduleTime: WALL + 30 * SECOND });
    phone.advance(HOUR);
    expect(phone.why()).toMatchObject({ gate: 'CONNECTIVITY' });
    phone.do(online);
    expect(phone.starts()).toEqual([0, HOUR + 5 * SECOND]);
    expect(phone.of('start')[1]).toMatchObject({ attempt: 1, waited: 'CONNECTIVITY' });
  });

  it('does not take the answer of the server back: it arrives, but the result of the worker is dropped', () => {
    const phone = usedPhone(34, { worker: answers('success', 20 * SECOND) });
    phone.do(periodic(6 * HOUR, { constraints: onWifi }));
    phone.advance(5 * SECOND);
    phone.do(offline);
    phone.advance(MINUTE);
    expect(phone.of('late-result')).toEqual([
      { type: 'late-result', at: 20 * SECOND, run: 'work-1#1', outcome: 'success', after: 'STOP_REASON_CONSTRAINT_CONNECTIVITY' },
    ]);
    expect(info(phone)).toMatchObject({ periodCount: 0, runAttemptCount: 1, stopReason: 'STOP_REASON_CONSTRAINT_CONNECTIVITY' });
    phone.do(online);
    phone.advance(MINUTE);
    expect(info(phone)).toMatchObject({ periodCount: 1, runAttemptCount: 0 });
  });

  it('counts as a retry where the app asked for it (WorkManager 2.11)', () => {
    const phone = usedPhone(34, { worker: answers('success', 20 * SECOND) });
    phone.do(periodic(6 * HOUR, { constraints: onWifi, backoffOnSystemInterruptions: true }));
    phone.advance(5 * SECOND);
    phone.do(offline);
    expect(dueAt(phone)).toBe(35 * SECOND);
  });

  it('is told without its reason below Android 12', () => {
    const phone = usedPhone(30, { worker: never });
    phone.do(periodic(6 * HOUR, { constraints: onWifi }), offline);
    expect(phone.of('stop')).toMatchObject([{ reason: 'STOP_REASON_CONSTRAINT_CONNECTIVITY', told: 'STOP_REASON_UNKNOWN' }]);
    expect(info(phone).stopReason).toBe('STOP_REASON_UNKNOWN');
  });

  it.each([
    ['charging', { charging: true }, { type: 'power-disconnected' }, 'STOP_REASON_CONSTRAINT_CHARGING'],
    ['battery-not-low', { batteryNotLow: true }, { type: 'battery-level', percent: 15 }, 'STOP_REASON_CONSTRAINT_BATTERY_NOT_LOW'],
    ['storage-not-low', { storageNotLow: true }, { type: 'storage-low', low: true }, 'STOP_REASON_CONSTRAINT_STORAGE_NOT_LOW'],
    ['device idle', { deviceIdle: true }, { type: 'screen-on' }, 'STOP_REASON_CONSTRAINT_DEVICE_IDLE'],
    [
      'unmetered',
      { network: 'UNMETERED' },
      { type: 'network', network: { transport: 'cellular', metered: true, roaming: false } },
      'STOP_REASON_CONSTRAINT_CONNECTIVITY',
    ],
  ] as const)('comes when the constraint %s is lost', (_, constraints, loss, reason) => {
    const phone = usedPhone(34, { worker: never });
    phone.do({ type: 'power-connected' }, { type: 'screen-off' });
    phone.advance(HOUR);
    phone.do(oneTime({ constraints }));
    expect(phone.starts()).toEqual([HOUR]);
    phone.advance(MINUTE);
    phone.do(loss);
    expect(phone.of('stop')).toMatchObject([{ reason, ran: MINUTE }]);
  });

  it.each([
    [29, 10 * MINUTE],
    [30, 10 * MINUTE],
    [31, 30 * MINUTE],
    [34, 30 * MINUTE],
  ] as const)('comes at the time limit, API %i: a job that is free of quota runs %i ms', (api, limit) => {
    const phone = usedPhone(api, { worker: never });
    phone.do({ type: 'power-connected' });
    phone.advance(HOUR);
    phone.do(oneTime());
    phone.advance(HOUR - 1);
    expect(phone.of('stop')[0]).toMatchObject({ reason: 'STOP_REASON_TIMEOUT', ran: limit });
  });

  it('comes after 10 minutes when quota is used up, in any bucket but the active one', () => {
    const phone = usedPhone(34, { worker: never });
    phone.do(oneTime(), { type: 'set-standby-bucket', bucket: 'WORKING_SET' });
    phone.advance(HOUR);
    expect(phone.of('stop')[0]).toMatchObject({ reason: 'STOP_REASON_QUOTA', ran: 10 * MINUTE });
  });
});

describe('an override of the next schedule time', () => {
  const at = (ms: number): number => WALL + ms;
  const update = (override: number | 'clear') =>
    ({
      type: 'update-work',
      request: { id: 'w', worker: 'RefreshWorker', periodic: { interval: 6 * HOUR }, nextScheduleTimeOverride: override },
    }) as const;
  const started = (worker: Worker): Phone => {
    const phone = usedPhone(34, { worker });
    phone.do({
      type: 'enqueue',
      requests: [{ id: 'w', worker: 'RefreshWorker', periodic: { interval: 6 * HOUR }, nextScheduleTimeOverride: at(HOUR) }],
    });
    return phone;
  };

  it('holds for one run', () => {
    const phone = started(succeeds);
    phone.advance(8 * HOUR);
    expect(phone.starts()).toEqual([HOUR, 7 * HOUR + 2 * SECOND]);
  });

  it('is cleared by retry too, which then backs off', () => {
    const phone = started(answers('retry'));
    phone.advance(HOUR + 10 * SECOND);
    expect(dueAt(phone, 'w')).toBe(HOUR + 32 * SECOND);
  });

  it('survives a stop', () => {
    const phone = started(never);
    phone.advance(HOUR + SECOND);
    phone.do({ type: 'stop-job', job: 'w', reason: 13 });
    expect(phone.starts().length).toBe(2);
    expect(phone.of('stop')).toMatchObject([{ reason: 'STOP_REASON_USER' }]);
  });

  it('that was set during a run is not cleared by its result', () => {
    const phone = started(answers('success', MINUTE));
    phone.advance(HOUR + SECOND);
    phone.do(update(at(2 * HOUR)));
    expect(phone.of('enqueued').at(-1)).toMatchObject({ effect: 'APPLIED_FOR_NEXT_RUN' });
    phone.advance(HOUR);
    expect(phone.starts()).toEqual([HOUR, 2 * HOUR]);
  });

  it('can be taken back', () => {
    const phone = started(succeeds);
    phone.do(update('clear'));
    phone.advance(MINUTE);
    expect(phone.starts()).toEqual([0]);
  });
});
