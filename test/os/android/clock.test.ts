// Two clocks: WorkManager compares the wall clock, JobScheduler counts elapsed time. What a user who sets the clock does to work.
import { describe, expect, it } from 'vitest';
import { answers, DAY, HOUR, MINUTE, oneTime, periodic, SECOND, usedPhone, WALL, type Phone } from './kit.ts';

/** Periodic work that ran at 0 and is due at 6 h; it is 1 h now and the process is frozen. */
function waiting(): Phone {
  const phone = usedPhone(34, { worker: answers('success', 0) });
  phone.do(periodic(6 * HOUR));
  phone.advance(HOUR);
  return phone;
}

describe('a clock that is set forward', () => {
  it('makes the work due, but JobScheduler waits out its latency', () => {
    const phone = waiting();
    phone.setClock(WALL + 3 * DAY);
    expect(phone.why()).toMatchObject({ gate: 'TIMING_DELAY', detail: 'minimum latency has 5h to go', opens: 6 * HOUR });
    phone.advance(6 * HOUR);
    expect(phone.starts()).toEqual([0, 6 * HOUR]);
    expect(phone.of('start')[1]).toMatchObject({ late: 3 * DAY + 5 * HOUR - 6 * HOUR });
  });

  it('lets a forced job run at once, where it would have been refused before', () => {
    const phone = waiting();
    phone.do({ type: 'run-job', job: 'work-1', flag: 'force' });
    expect(phone.of('command')).toMatchObject([{ exit: 0, text: 'Running job [FORCED]' }]);
    expect(phone.of('before-schedule')).toMatchObject([{ work: 'work-1', due: WALL + 6 * HOUR, early: 5 * HOUR }]);
    expect(phone.starts().length).toBe(1);
    phone.setClock(WALL + 6 * HOUR + SECOND);
    phone.do({ type: 'run-job', job: 'work-1', flag: 'force' });
    expect(phone.of('start')[1]).toMatchObject({ at: HOUR, forced: true });
  });
});

describe('a clock that is set back', () => {
  it('makes WorkManager refuse the job that fires, and schedule it again for as long as the wall clock needs', () => {
    const phone = waiting();
    phone.do({ type: 'set-standby-bucket', bucket: 'ACTIVE' });
    phone.setClock(WALL - 2 * DAY);
    expect(phone.why()).toMatchObject({ gate: 'WORK_NOT_DUE', opens: 2 * DAY + 7 * HOUR });
    phone.advance(3 * DAY);
    expect(phone.of('before-schedule')).toMatchObject([{ at: 6 * HOUR, early: 2 * DAY + HOUR }]);
    expect(phone.starts().slice(0, 2)).toEqual([0, 2 * DAY + 7 * HOUR]);
  });

  it('does not hold one-time work in its first delay: that is not refused', () => {
    const phone = usedPhone();
    phone.do(oneTime({ initialDelay: 6 * HOUR }));
    phone.advance(HOUR);
    phone.setClock(WALL - 2 * DAY);
    phone.advance(6 * HOUR);
    expect(phone.starts()).toEqual([6 * HOUR]);
  });

  it('holds one-time work that backs off', () => {
    const phone = usedPhone(34, { worker: answers('retry', 0) });
    phone.do(oneTime());
    phone.setClock(WALL - DAY);
    phone.advance(HOUR);
    expect(phone.of('before-schedule').length).toBe(1);
    expect(phone.why()).toMatchObject({ gate: 'WORK_NOT_DUE', opens: DAY + 30 * SECOND });
  });
});

describe('setting the clock', () => {
  it('starts the process of an app with unfinished work, which computes no latency anew', () => {
    const phone = waiting();
    phone.do({ type: 'process-killed', by: 'lmkd' });
    const scheduled = phone.of('scheduled').length;
    phone.setClock(WALL + 3 * DAY);
    expect(phone.of('process').at(-1)).toMatchObject({ alive: true, by: 'TIME_SET' });
    expect(phone.of('scheduled').length).toBe(scheduled);
  });

  it('moves no elapsed timer: Doze and quota go on', () => {
    const [set, left] = [waiting(), waiting()];
    for (const phone of [set, left]) phone.do({ type: 'screen-off' });
    set.setClock(WALL + 30 * DAY);
    for (const phone of [set, left]) phone.advance(4 * HOUR);
    expect(set.of('doze')).toEqual(left.of('doze'));
  });

  it('is no business of a time zone change', () => {
    const phone = waiting();
    phone.do({ type: 'timezone-changed' });
    expect(phone.why()).toMatchObject({ gate: 'WORK_NOT_DUE', opens: 6 * HOUR });
  });
});

describe('a tick that comes late', () => {
  it('decides everything at its own time', () => {
    const [late, punctual] = [usedPhone(34, { worker: () => 'never' }), usedPhone(34, { worker: () => 'never' })];
    for (const phone of [late, punctual]) phone.do(oneTime(), { type: 'screen-off' });
    const decisions = late.model.tick({ elapsed: DAY, wall: WALL + DAY });
    const from = punctual.log.length;
    punctual.until(DAY);
    expect(decisions).toEqual(punctual.log.slice(from));
    expect(decisions.length).toBeGreaterThan(20);
  });

  it('into the past is a fault of the world', () => {
    const phone = waiting();
    phone.do({ type: 'screen-off' });
    expect(() => phone.model.tick({ elapsed: HOUR - 1, wall: WALL })).toThrow(/runs backwards/);
  });
});

describe('minutes', () => {
  it('pass without anything to do when nothing is due', () => {
    const phone = usedPhone(34, { worker: answers('success', 0) });
    phone.do({ type: 'power-connected' });
    phone.advance(MINUTE);
    expect(phone.model.next()).toBe(15 * MINUTE);
  });
});
