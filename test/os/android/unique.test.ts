// Enqueue, unique work and its policies, updates, clamps and refusals: EnqueueRunnable, WorkerUpdater and the builders.
import { describe, expect, it } from 'vitest';
import type { OneTimePolicy, PeriodicPolicy } from '../../../src/os/android/inputs.ts';
import type { WorkRequest } from '../../../src/os/android/work-spec.ts';
import { answers, DAY, HOUR, MINUTE, never, oneTime, SECOND, usedPhone, WALL, type Phone } from './kit.ts';

const NAME = 'token_refresh_work';
const unique = (policy: PeriodicPolicy | OneTimePolicy, request: Partial<WorkRequest>) =>
  ({ type: 'enqueue', requests: [{ worker: 'RefreshWorker', ...request }], unique: { name: NAME, policy } }) as const;
const every = (interval: number): Partial<WorkRequest> => ({ periodic: { interval } });
const info = (phone: Phone, job = NAME) => phone.model.workInfo(job)!;
const effects = (phone: Phone): string[] => phone.of('enqueued').map(({ effect }) => effect);

/** Periodic work of 5 days, enqueued and run once at 0, asked for again after two days. */
function twoDaysLater(policy: PeriodicPolicy, interval = 5 * DAY): Phone {
  const phone = usedPhone(34, { worker: answers('success', 0) });
  phone.do(unique('KEEP', every(5 * DAY)));
  phone.advance(2 * DAY);
  phone.do(unique(policy, every(interval)));
  return phone;
}

describe('unique periodic work', () => {
  it('under KEEP stays as it was', () => {
    const phone = twoDaysLater('KEEP', HOUR);
    expect(effects(phone)).toEqual(['ENQUEUED', 'KEPT']);
    expect(info(phone)).toMatchObject({ id: 'work-1', generation: 0, nextScheduleTime: WALL + 5 * DAY });
  });

  it('under UPDATE keeps its id, its times and its counts, and takes everything else', () => {
    const phone = twoDaysLater('UPDATE', 6 * DAY);
    expect(effects(phone)).toEqual(['ENQUEUED', 'APPLIED_IMMEDIATELY']);
    expect(info(phone)).toMatchObject({ id: 'work-1', generation: 1, periodCount: 1, nextScheduleTime: WALL + 6 * DAY });
  });

  it('under UPDATE with a shorter interval is due at once when the old enqueue time is further back', () => {
    const phone = twoDaysLater('UPDATE', 6 * HOUR);
    expect(phone.starts()).toEqual([0, 2 * DAY]);
    expect(phone.of('start')[1]).toMatchObject({ due: WALL + 6 * HOUR, late: 2 * DAY - 6 * HOUR });
  });

  it.each(['CANCEL_AND_REENQUEUE', 'REPLACE'] as const)('under %s starts a new period with a new id', (policy) => {
    const phone = twoDaysLater(policy);
    expect(effects(phone)).toEqual(['ENQUEUED', 'REPLACED']);
    expect(phone.of('state')).toMatchObject([{ work: 'work-1', state: 'CANCELLED', by: policy }]);
    expect(phone.model.workInfos().map(({ id }) => id)).toEqual(['work-2']);
    expect(phone.starts()).toEqual([0, 2 * DAY]);
  });

  it('that is enqueued anew at every start of the app, more often than its delay, never runs', () => {
    const phone = usedPhone();
    for (let day = 0; day < 30; day++) {
      phone.do({ type: 'app-foreground' }, unique('CANCEL_AND_REENQUEUE', { ...every(5 * DAY), initialDelay: 5 * DAY }), {
        type: 'app-background',
      });
      phone.advance(DAY);
    }
    expect(phone.starts()).toEqual([]);
  });

  it('that is updated at every start keeps its rhythm', () => {
    const phone = usedPhone();
    for (let day = 0; day < 30; day++) {
      phone.do({ type: 'app-foreground' }, unique('UPDATE', { ...every(5 * DAY), initialDelay: 5 * DAY }), { type: 'app-background' });
      phone.advance(DAY);
    }
    expect(phone.starts().length).toBe(5);
  });

  it('that was cancelled is enqueued afresh by UPDATE and by KEEP', () => {
    for (const policy of ['UPDATE', 'KEEP'] as const) {
      const phone = usedPhone();
      phone.do(unique('KEEP', every(5 * DAY)), { type: 'cancel-unique-work', name: NAME });
      phone.advance(DAY);
      phone.do(unique(policy, every(5 * DAY)));
      expect(phone.model.workInfos().map(({ id, state }) => [id, state])).toEqual([['work-2', 'RUNNING']]);
    }
  });

  it('that runs takes an UPDATE for its next run', () => {
    const phone = usedPhone(34, { worker: answers('success', MINUTE) });
    phone.do(unique('KEEP', every(5 * DAY)));
    phone.advance(SECOND);
    phone.do(unique('UPDATE', every(6 * HOUR)));
    expect(effects(phone).at(-1)).toBe('APPLIED_FOR_NEXT_RUN');
    phone.advance(MINUTE);
    expect(phone.starts().length).toBe(1);
    expect(info(phone).nextScheduleTime).toBe(WALL + MINUTE + 6 * HOUR);
  });

  it('under UPDATE takes one periodic request for one work', () => {
    const phone = usedPhone(34, { worker: never });
    phone.do(unique('UPDATE', {}));
    phone.do({ ...unique('UPDATE', every(DAY)), requests: [1, 2].map(() => ({ worker: 'W', periodic: { interval: DAY } })) });
    phone.do(unique('APPEND', {}), unique('APPEND', {}), unique('UPDATE', every(DAY)));
    expect(phone.of('refused').map(({ code }) => code)).toEqual(Array.from({ length: 3 }, () => 'UnsupportedOperationException'));
  });

  it('cannot become one-time work', () => {
    const phone = usedPhone();
    phone.do(unique('KEEP', every(5 * DAY)), { type: 'update-work', request: { id: 'work-1', worker: 'RefreshWorker' } });
    expect(phone.of('refused')).toMatchObject([{ what: 'update-work', code: 'UnsupportedOperationException' }]);
    expect(info(phone).generation).toBe(0);
  });
});

describe('unique one-time work', () => {
  it('under KEEP is not enqueued twice while it waits or runs, but again once it has ended', () => {
    const phone = usedPhone();
    phone.do(unique('KEEP', { initialDelay: HOUR }), unique('KEEP', {}));
    phone.advance(HOUR);
    phone.do(unique('KEEP', {}));
    phone.advance(MINUTE);
    phone.do(unique('KEEP', {}));
    phone.advance(MINUTE);
    expect(effects(phone)).toEqual(['ENQUEUED', 'KEPT', 'KEPT', 'REPLACED']);
    expect(phone.starts()).toEqual([HOUR, HOUR + MINUTE]);
  });

  it('under REPLACE stops what runs', () => {
    const phone = usedPhone(34, { worker: never });
    phone.do(unique('REPLACE', {}), unique('REPLACE', {}));
    expect(phone.of('stop')).toMatchObject([{ run: 'work-1#1', reason: 'STOP_REASON_CANCELLED_BY_APP', gate: 'REPLACE' }]);
    expect(phone.of('start').map(({ run }) => run)).toEqual(['work-1#1', 'work-2#1']);
  });

  it('under APPEND waits for what is there, and fails with it', () => {
    const phone = usedPhone(34, { worker: answers('failure', MINUTE) });
    phone.do(unique('APPEND', {}), unique('APPEND', {}));
    expect(effects(phone)).toEqual(['ENQUEUED', 'BLOCKED']);
    phone.advance(HOUR);
    phone.do(unique('APPEND', {}));
    expect(phone.model.workInfos().map(({ state }) => state)).toEqual(['FAILED', 'FAILED', 'FAILED']);
  });

  it('under APPEND_OR_REPLACE begins again after a failure', () => {
    const phone = usedPhone(34, { worker: answers('failure', MINUTE) });
    phone.do(unique('APPEND_OR_REPLACE', {}));
    phone.advance(HOUR);
    phone.do(unique('APPEND_OR_REPLACE', {}));
    expect(effects(phone).at(-1)).toBe('REPLACED');
    expect(phone.starts()).toEqual([0, HOUR]);
  });
});

describe('an update by id', () => {
  it('of work that has ended is not applied', () => {
    const phone = usedPhone();
    phone.do(oneTime());
    phone.advance(MINUTE);
    phone.do({ type: 'update-work', request: { id: 'work-1', worker: 'OtherWorker' } });
    expect(effects(phone).at(-1)).toBe('NOT_APPLIED');
  });

  it('of work that is not known is refused', () => {
    const phone = usedPhone();
    phone.do({ type: 'update-work', request: { id: 'nobody', worker: 'RefreshWorker' } });
    expect(phone.of('refused')).toMatchObject([{ code: 'NOT_APPLIED' }]);
  });

  it('keeps the attempts of work that backs off: only the base of its wait changes', () => {
    const phone = usedPhone(34, { worker: answers('retry', 0) });
    phone.do(oneTime());
    phone.advance(29 * SECOND);
    phone.do({
      type: 'update-work',
      request: { id: 'work-1', worker: 'RefreshWorker', backoff: { policy: 'LINEAR', delay: 10 * MINUTE } },
    });
    expect(info(phone, 'work-1')).toMatchObject({ runAttemptCount: 1, nextScheduleTime: WALL + 10 * MINUTE });
  });
});

describe('a request', () => {
  it('is raised to 15 minutes with a flex of 5, and to a backoff of 10 s to 5 h, with a warning instead of a refusal', () => {
    const phone = usedPhone();
    phone.do({
      type: 'enqueue',
      requests: [
        { id: 'short', worker: 'W', periodic: { interval: MINUTE, flex: SECOND }, backoff: { policy: 'LINEAR', delay: SECOND } },
        { id: 'long', worker: 'W', periodic: { interval: HOUR, flex: 2 * HOUR }, backoff: { policy: 'LINEAR', delay: DAY } },
      ],
    });
    expect(phone.of('enqueued').map(({ clamps }) => clamps)).toEqual([
      [
        { what: 'interval', asked: MINUTE, used: 15 * MINUTE },
        { what: 'flex', asked: SECOND, used: 5 * MINUTE },
        { what: 'backoff', asked: SECOND, used: 10 * SECOND },
      ],
      [
        { what: 'flex', asked: 2 * HOUR, used: HOUR },
        { what: 'backoff', asked: DAY, used: 5 * HOUR },
      ],
    ]);
    expect(info(phone, 'short').nextScheduleTime).toBe(WALL + 10 * MINUTE);
  });

  it.each<[string, Partial<WorkRequest>]>([
    ['expedited and periodic', { periodic: { interval: HOUR }, expedited: 'RUN_AS_NON_EXPEDITED_WORK_REQUEST' }],
    ['expedited and delayed', { initialDelay: SECOND, expedited: 'DROP_WORK_REQUEST' }],
    ['expedited on a charger', { constraints: { charging: true }, expedited: 'DROP_WORK_REQUEST' }],
    ['idle with a backoff', { constraints: { deviceIdle: true }, backoff: { policy: 'LINEAR', delay: MINUTE } }],
    ['periodic in a chain', { periodic: { interval: HOUR }, after: ['other'] }],
    ['one-time with an override', { nextScheduleTimeOverride: WALL }],
  ])('that is %s is refused', (_, request) => {
    const phone = usedPhone();
    phone.do(oneTime(request));
    expect(phone.of('refused')).toMatchObject([{ what: 'enqueue', code: 'IllegalArgumentException' }]);
    expect(phone.model.workInfos()).toEqual([]);
  });

  it('with the id of another work is refused', () => {
    const phone = usedPhone();
    phone.do(oneTime({ id: 'a' }), oneTime({ id: 'a' }));
    expect(phone.of('refused')).toMatchObject([{ detail: 'a is the id of another work' }]);
  });
});

describe('the job id', () => {
  it('changes after a run and after an update', () => {
    const phone = usedPhone(34, { firstJobId: 25 });
    phone.do(unique('KEEP', every(HOUR)));
    const ids = [info(phone).jobId];
    phone.advance(MINUTE);
    ids.push(info(phone).jobId);
    phone.do(unique('UPDATE', every(2 * HOUR)));
    ids.push(info(phone).jobId);
    expect(ids).toEqual([25, 26, 27]);
  });

  it('wraps at the largest int', () => {
    const phone = usedPhone(34, { firstJobId: 2 ** 31 - 2 });
    phone.do(oneTime(), oneTime(), oneTime());
    expect(phone.of('scheduled').map(({ jobId }) => jobId)).toEqual([2 ** 31 - 2, 2 ** 31 - 1, 2 ** 31 - 2]);
  });
});

describe('a cancel', () => {
  it('leaves alone what has ended', () => {
    const phone = usedPhone();
    phone.do(oneTime());
    phone.advance(MINUTE);
    phone.do({ type: 'cancel-all-work' });
    expect(info(phone, 'work-1').state).toBe('SUCCEEDED');
    expect(phone.of('state')).toEqual([]);
  });
});

describe('the slots of JobScheduler', () => {
  it('hold 20 works; the rest waits in the database until one ends', () => {
    const phone = usedPhone(34, { worker: answers('success', MINUTE) });
    phone.do({ type: 'network', network: { transport: 'none', metered: false, roaming: false } });
    const requests = Array.from({ length: 22 }, (_, n) => ({ id: `w${n}`, worker: 'W', constraints: { network: 'CONNECTED' } }) as const);
    phone.do({ type: 'enqueue', requests });
    expect(phone.why('w19')).toMatchObject({ gate: 'CONNECTIVITY' });
    expect(phone.why('w21')).toMatchObject({ gate: 'NOT_SCHEDULED', detail: 'all 20 scheduler slots are taken' });
    phone.do({ type: 'cancel-work', id: 'w3' });
    expect(phone.why('w20')).toMatchObject({ gate: 'CONNECTIVITY' });
    expect(phone.why('w21')).toMatchObject({ gate: 'NOT_SCHEDULED' });
  });
});
