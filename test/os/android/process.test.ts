// What the app's process and the phone's power do to work: force-stop, kill, crash, swipe, reboot, update, freezer. Table 1.8 of the facts.
import { describe, expect, it } from 'vitest';
import { answers, DAY, HOUR, MINUTE, never, oneTime, periodic, SECOND, usedPhone, WALL, type Phone } from './kit.ts';

const info = (phone: Phone, id = 'work-1') => phone.model.workInfo(id)!;
/** A phone with periodic work that ran once and waits for its second run at 6 h. */
function waiting(api: 30 | 34 = 34): Phone {
  const phone = usedPhone(api, { worker: answers('success', 0), firstJobId: 25 });
  phone.do(periodic(6 * HOUR));
  phone.advance(HOUR);
  return phone;
}

describe('a force-stop', () => {
  it('takes every job, keeps the database, and nothing runs until the user opens the app', () => {
    const phone = waiting();
    phone.do({ type: 'force-stop' });
    expect(phone.of('jobs-lost')).toMatchObject([{ works: ['work-1'], by: 'force-stop' }]);
    expect(phone.why()).toMatchObject({ gate: 'FLAG_STOPPED', by: 'the user opens the app' });
    expect(phone.why().opens).toBeUndefined();
    phone.advance(30 * DAY);
    expect(phone.starts().length).toBe(1);
    phone.do({ type: 'app-foreground' });
    expect(phone.of('scheduled').map(({ by }) => by)).toContain('the app was force-stopped');
    expect(phone.starts()).toEqual([0, HOUR + 30 * DAY]);
  });

  it('survives a reboot, and is told apart by a new job id', () => {
    const phone = waiting();
    const before = info(phone).jobId;
    phone.do({ type: 'force-stop' }, { type: 'reboot' }, { type: 'user-present' });
    expect(phone.why()).toMatchObject({ gate: 'FLAG_STOPPED' });
    phone.do({ type: 'app-foreground' });
    expect(info(phone).jobId).toBe(before! + 1);
  });

  it('lets nothing of the app be called, and no push through', () => {
    const phone = waiting();
    phone.do({ type: 'force-stop' }, oneTime(), { type: 'push', id: 'p', priority: 'high' });
    expect(phone.of('refused')).toMatchObject([{ code: 'FLAG_STOPPED' }]);
    expect(phone.of('push')).toMatchObject([{ fate: 'dropped', by: 'FLAG_STOPPED' }]);
  });

  it('is what a swipe does on some phones', () => {
    const phone = usedPhone(34, { swipeForceStops: true });
    phone.do({ type: 'app-foreground' }, { type: 'app-swiped' });
    expect(phone.model.view()).toMatchObject({ stopped: true, processAlive: false });
  });
});

describe('a swipe', () => {
  it('ends the process and nothing else', () => {
    const phone = waiting();
    phone.do({ type: 'app-foreground' }, { type: 'app-swiped' });
    expect(phone.model.view()).toMatchObject({ stopped: false, processAlive: false });
    phone.advance(6 * HOUR);
    expect(phone.starts().length).toBe(2);
  });

  it('leaves a job that runs alone', () => {
    const phone = usedPhone(34, { worker: never });
    phone.do(oneTime(), { type: 'app-foreground' }, { type: 'app-swiped' });
    expect(phone.model.view().processAlive).toBe(true);
    expect(phone.why()).toMatchObject({ gate: 'running' });
  });
});

describe('a kill', () => {
  const dying = (by: 'lmkd' | 'crash' | 'am kill'): Phone => {
    const phone = usedPhone(34, { worker: answers('success', MINUTE) });
    phone.do(periodic(6 * HOUR));
    phone.advance(10 * SECOND);
    phone.do({ type: 'process-killed', by });
    return phone;
  };

  it.each(['lmkd', 'crash', 'am kill'] as const)(
    'by %s during a run: JobScheduler tries again after its backoff and finds the work due',
    (by) => {
      const phone = dying(by);
      expect(phone.of('died')).toMatchObject([{ run: 'work-1#1', by }]);
      expect(phone.why()).toMatchObject({ gate: 'WORK_NOT_DUE', opens: 30 * SECOND });
      phone.advance(45 * SECOND);
      expect(phone.starts()).toEqual([0, 40 * SECOND]);
      expect(phone.of('start')[1]).toMatchObject({ attempt: 1, run: 'work-1#2' });
      expect(phone.of('scheduled').at(-1)).toMatchObject({ by: 'unfinished work was found' });
    },
  );

  it('leaves the row running until the process starts: then it is enqueued with an unknown stop reason', () => {
    const phone = dying('crash');
    expect(info(phone).state).toBe('RUNNING');
    phone.do({ type: 'network', network: { transport: 'none', metered: false, roaming: false } }, { type: 'app-foreground' });
    expect(info(phone)).toMatchObject({ state: 'ENQUEUED', stopReason: 'STOP_REASON_UNKNOWN', runAttemptCount: 1 });
  });

  it('drops the result that its worker would have given', () => {
    const phone = dying('lmkd');
    phone.advance(HOUR);
    expect(phone.of('late-result')).toMatchObject([{ run: 'work-1#1', after: 'lmkd' }]);
    expect(phone.of('finished')).toMatchObject([{ run: 'work-1#2' }]);
  });

  it('of an idle process costs nothing', () => {
    const phone = waiting();
    phone.do({ type: 'process-killed', by: 'lmkd' });
    phone.advance(6 * HOUR);
    expect(phone.starts().map((at) => Math.floor(at / HOUR))).toEqual([0, 6]);
    expect(phone.of('process').at(-1)).toMatchObject({ alive: true });
  });
});

describe('a reboot', () => {
  it('takes the jobs; they are back after the first unlock, under the same ids', () => {
    const phone = waiting();
    const before = info(phone).jobId;
    phone.do({ type: 'screen-off' }, { type: 'reboot' });
    expect(phone.of('jobs-lost')).toMatchObject([{ by: 'reboot' }]);
    expect(phone.why()).toMatchObject({ gate: 'USER_LOCKED', by: 'first unlock' });
    phone.advance(8 * HOUR);
    expect(phone.starts().length).toBe(1);
    phone.do({ type: 'screen-on' }, { type: 'user-present' });
    expect(phone.of('process').at(-1)).toMatchObject({ by: 'BOOT_COMPLETED' });
    expect(phone.starts()).toEqual([0, 9 * HOUR]);
    expect(phone.of('start')[1]).toMatchObject({ jobId: before });
  });

  it('opens the storage at once where there is no screen lock', () => {
    const phone = usedPhone(34, { keyguard: false });
    phone.do(periodic(6 * HOUR));
    phone.advance(MINUTE);
    phone.do({ type: 'reboot' });
    expect(phone.why()).toMatchObject({ gate: 'WORK_NOT_DUE' });
  });

  it('lets nothing reach WorkManager before the first unlock', () => {
    const phone = waiting();
    phone.do({ type: 'reboot' }, oneTime(), { type: 'app-foreground' });
    expect(phone.of('refused')).toMatchObject([{ code: 'IllegalStateException' }, { what: 'app-foreground', code: 'USER_LOCKED' }]);
  });

  it('during a run leaves it to be found after the unlock', () => {
    const phone = usedPhone(34, { worker: never });
    phone.do(periodic(6 * HOUR));
    phone.advance(5 * SECOND);
    phone.do({ type: 'reboot' });
    phone.advance(HOUR);
    phone.do({ type: 'user-present' });
    expect(phone.of('died')).toMatchObject([{ run: 'work-1#1', by: 'reboot' }]);
    expect(phone.of('start').at(-1)).toMatchObject({ run: 'work-1#2', attempt: 1 });
  });

  it('starts no process where no work is unfinished', () => {
    const phone = usedPhone();
    phone.do(oneTime());
    phone.advance(MINUTE);
    phone.do({ type: 'reboot' }, { type: 'user-present' });
    expect(phone.model.view().processAlive).toBe(false);
  });
});

describe('an app update', () => {
  it('keeps database and jobs, and kills what runs', () => {
    const phone = usedPhone(34, { worker: answers('success', MINUTE) });
    phone.do(periodic(6 * HOUR));
    phone.advance(10 * SECOND);
    phone.do({ type: 'package-replaced' });
    expect(phone.of('died')).toMatchObject([{ by: 'package-replaced' }]);
    expect(phone.of('jobs-lost')).toEqual([]);
    phone.advance(HOUR);
    expect(info(phone).periodCount).toBe(1);
  });

  it('leaves a force-stopped app stopped', () => {
    const phone = waiting();
    phone.do({ type: 'force-stop' }, { type: 'package-replaced' });
    expect(phone.why()).toMatchObject({ gate: 'FLAG_STOPPED' });
  });
});

describe('clearing the data', () => {
  it('takes the database too', () => {
    const phone = waiting();
    phone.do({ type: 'data-cleared' });
    expect(phone.model.workInfos()).toEqual([]);
    expect(phone.why()).toMatchObject({ gate: 'unknown' });
    phone.advance(DAY);
    expect(phone.starts().length).toBe(1);
  });
});

describe('a process that is there anyway', () => {
  it('runs due work by itself where JobScheduler would make it wait for company', () => {
    const phone = usedPhone();
    phone.do({ type: 'set-standby-bucket', bucket: 'RARE' }, oneTime());
    expect(phone.of('start')).toMatchObject([{ by: 'GreedyScheduler', jobId: undefined }]);
  });

  it.each([
    [30, 10 * MINUTE],
    [34, 10 * SECOND],
  ] as const)('is frozen when it is cached, API %i after %i ms: a worker in it stands still until JobScheduler joins it', (api, after) => {
    const phone = usedPhone(api, { worker: never });
    phone.do({ type: 'set-standby-bucket', bucket: 'RARE' }, oneTime());
    phone.advance(HOUR);
    expect(phone.of('frozen').slice(0, 2)).toMatchObject([
      { at: after, frozen: true },
      { at: 31 * MINUTE, frozen: false },
    ]);
    expect(phone.of('joined')).toMatchObject([{ at: 31 * MINUTE, run: 'work-1#1' }]);
    expect(phone.of('stop')[0]).toMatchObject({ at: 41 * MINUTE, reason: api === 30 ? 'STOP_REASON_TIMEOUT' : 'STOP_REASON_QUOTA' });
  });

  it('that was killed while frozen starts as a new one', () => {
    const phone = waiting();
    expect(phone.of('frozen').at(-1)).toMatchObject({ frozen: true });
    phone.do({ type: 'process-killed', by: 'lmkd' });
    phone.advance(6 * HOUR);
    expect(phone.of('frozen').filter(({ frozen, at }) => !frozen && at > HOUR)).toEqual([]);
    expect(phone.starts().length).toBe(2);
  });

  it('stops its own run when a constraint is lost', () => {
    const phone = usedPhone(34, { worker: never });
    phone.do({ type: 'set-standby-bucket', bucket: 'RARE' }, oneTime({ constraints: { network: 'CONNECTED' } }));
    phone.do({ type: 'network', network: { transport: 'none', metered: false, roaming: false } });
    expect(phone.of('stop')).toMatchObject([{ reason: 'STOP_REASON_CONSTRAINT_CONNECTIVITY' }]);
  });

  it('ends it after 90 minutes where nothing freezes it (Android 10)', () => {
    const phone = usedPhone(29, { worker: never });
    phone.do({ type: 'run-any-in-background', allowed: false }, oneTime());
    phone.advance(2 * HOUR);
    expect(phone.of('stop')[0]).toMatchObject({ at: 90 * MINUTE, reason: 'STOP_REASON_TIMEOUT' });
  });

  it('does not know work that was enqueued in an earlier life, however overdue, until something schedules', () => {
    const phone = waiting();
    phone.do({ type: 'process-killed', by: 'lmkd' }, { type: 'set-standby-bucket', bucket: 'NEVER' });
    phone.advance(DAY);
    phone.do({ type: 'push', id: 'p', priority: 'high' });
    expect(phone.model.view().processAlive).toBe(true);
    expect(phone.starts().length).toBe(1);
    phone.do(oneTime());
    expect(phone.of('start').map(({ work }) => work)).toEqual(['work-1', 'work-1', 'work-2']);
  });

  it('leaves idle-mode work to JobScheduler', () => {
    const phone = usedPhone();
    phone.do({ type: 'set-standby-bucket', bucket: 'RARE' }, { type: 'screen-off' });
    phone.advance(35 * MINUTE);
    phone.do({ type: 'power-connected' }, oneTime({ constraints: { deviceIdle: true } }));
    expect(phone.starts()).toEqual([]);
    expect(phone.why()).toMatchObject({ gate: 'BATCHING' });
  });
});

describe('the wall clock at the start of a story', () => {
  it('is the device time that work is measured by', () => {
    expect(info(waiting()).nextScheduleTime).toBe(WALL + 6 * HOUR);
  });
});
