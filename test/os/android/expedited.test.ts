// Expedited work: an expedited job from Android 12 on, first attempt and no delay only, with a quota of its own.
import { describe, expect, it } from 'vitest';
import type { OutOfQuotaPolicy } from '../../../src/os/android/work-spec.ts';
import { answers, DAY, HOUR, MINUTE, never, oneTime, SECOND, usedPhone, type Phone } from './kit.ts';

const RUN_ANYWAY: OutOfQuotaPolicy = 'RUN_AS_NON_EXPEDITED_WORK_REQUEST';
const expedited = (id: string, policy: OutOfQuotaPolicy = RUN_ANYWAY) => oneTime({ id, expedited: policy });
/** In RARE, with the 10 minutes of expedited quota used up by one run. */
function spent(): Phone {
  const phone = usedPhone(34, { worker: never });
  phone.do({ type: 'set-standby-bucket', bucket: 'RARE' }, expedited('a'));
  phone.advance(10 * MINUTE);
  phone.do({ type: 'cancel-all-work' });
  return phone;
}

describe('expedited work', () => {
  it.each([
    [30, false],
    [31, true],
    [36, true],
  ] as const)('API %i is an expedited job: %s', (api, is) => {
    const phone = usedPhone(api);
    phone.do(expedited('a'));
    expect(phone.of('scheduled')).toMatchObject([{ expedited: is }]);
    expect(phone.of('start')).toMatchObject([{ expedited: is }]);
  });

  it('is a regular job once it retries', () => {
    const phone = usedPhone(34, { worker: answers('retry', 0) });
    phone.do(expedited('a'));
    phone.advance(MINUTE);
    expect(phone.of('start').map((start) => start.expedited)).toEqual([true, false]);
  });

  it('runs in Doze and with battery saver, without company, but not against the user', () => {
    const phone = usedPhone();
    phone.do({ type: 'set-standby-bucket', bucket: 'RARE' }, { type: 'screen-off' }, { type: 'power-save-mode', on: true });
    phone.advance(2 * HOUR);
    expect(phone.model.view().deep).toBe('IDLE');
    phone.do(expedited('a'));
    expect(phone.of('start')).toMatchObject([{ work: 'a', by: 'JobScheduler', expedited: true }]);
    phone.do({ type: 'run-any-in-background', allowed: false }, expedited('b'));
    expect(phone.why('b')).toMatchObject({ gate: 'BACKGROUND_NOT_RESTRICTED' });
  });

  it('is sure of three minutes in Doze, then stopped', () => {
    const phone = usedPhone(34, { worker: never });
    phone.do({ type: 'screen-off' });
    phone.advance(2 * HOUR);
    phone.do(expedited('a'));
    phone.advance(10 * MINUTE);
    expect(phone.of('stop')[0]).toMatchObject({ ran: 3 * MINUTE, reason: 'STOP_REASON_DEVICE_STATE' });
  });

  it('ends with its own quota: 10 minutes a day in RARE', () => {
    const phone = usedPhone(34, { worker: never });
    phone.do({ type: 'set-standby-bucket', bucket: 'RARE' }, expedited('a'));
    phone.advance(HOUR);
    expect(phone.of('stop')[0]).toMatchObject({ ran: 10 * MINUTE, reason: 'STOP_REASON_QUOTA' });
  });

  it('is sure of three minutes though less of its quota is left', () => {
    const phone = usedPhone(34, { worker: never });
    phone.do({ type: 'set-standby-bucket', bucket: 'RARE' }, expedited('a'));
    phone.advance(9 * MINUTE);
    phone.do({ type: 'cancel-all-work' }, expedited('b'));
    phone.advance(10 * MINUTE);
    expect(phone.of('stop').find(({ work }) => work === 'b')).toMatchObject({ ran: 3 * MINUTE, reason: 'STOP_REASON_QUOTA' });
  });

  it('becomes a regular job when that is used up', () => {
    const phone = spent();
    phone.do({ type: 'process-killed', by: 'lmkd' }, expedited('c'));
    expect(phone.of('scheduled').at(-1)).toMatchObject({ work: 'c', expedited: false });
  });

  it('is dropped then where the app said so', () => {
    const phone = spent();
    phone.do(expedited('c', 'DROP_WORK_REQUEST'));
    expect(phone.of('state').at(-1)).toMatchObject({ work: 'c', state: 'CANCELLED' });
    expect(phone.model.workInfo('c')?.state).toBe('CANCELLED');
  });

  it('has its quota back a day later', () => {
    const phone = spent();
    phone.advance(DAY);
    phone.do({ type: 'set-standby-bucket', bucket: 'RARE' }, expedited('c', 'DROP_WORK_REQUEST'));
    expect(phone.of('scheduled').at(-1)).toMatchObject({ work: 'c', expedited: true });
  });

  it('does not use up the quota of regular jobs', () => {
    const phone = usedPhone(34, { worker: answers('success', SECOND), figures: { freezeAfter: 0 } });
    phone.do({ type: 'set-standby-bucket', bucket: 'RARE' });
    for (let n = 0; n < 6; n++) {
      phone.do(expedited(`w${n}`));
      phone.advance(HOUR);
    }
    expect(phone.starts().length).toBe(6);
  });
});

describe('cmd jobscheduler', () => {
  it('run without a flag forgives latency, charger and idle, but not the network', () => {
    const phone = usedPhone();
    phone.do(oneTime({ initialDelay: HOUR, constraints: { network: 'CONNECTED', charging: true } }));
    phone.do(
      { type: 'network', network: { transport: 'none', metered: false, roaming: false } },
      { type: 'run-job', job: 'work-1', flag: 'soft' },
    );
    expect(phone.of('command')).toMatchObject([{ exit: 22 }]);
    phone.do({ type: 'run-job', job: 'work-1', flag: 'force' });
    expect(phone.of('command')[1]).toMatchObject({ exit: 0, text: 'Running job [FORCED]' });
    expect(phone.of('start')).toMatchObject([{ forced: true }]);
  });

  it('run -s asks that everything holds', () => {
    const phone = usedPhone();
    phone.do(oneTime({ initialDelay: HOUR }), { type: 'run-job', job: 'work-1', flag: 'satisfied' });
    expect(phone.of('command')).toMatchObject([{ exit: 22 }]);
    phone.do({ type: 'run-job', job: 'nobody', flag: 'force' });
    expect(phone.of('command')[1]).toMatchObject({ exit: 23 });
  });

  it('says "Running job" though Doze, quota or the user holds it; the job fires when that gate opens', () => {
    const phone = usedPhone();
    phone.do(oneTime({ initialDelay: HOUR }), { type: 'force-idle', mode: 'deep' }, { type: 'run-job', job: 'work-1', flag: 'force' });
    expect(phone.of('command')).toMatchObject([{ exit: 0 }]);
    expect(phone.starts()).toEqual([]);
    expect(phone.why()).toMatchObject({ gate: 'DEVICE_NOT_DOZING' });
    phone.advance(MINUTE);
    phone.do({ type: 'unforce-idle' });
    expect(phone.starts()).toEqual([MINUTE]);
  });

  it('stop picks the reason; without a running job it says so', () => {
    const phone = usedPhone(34, { worker: never });
    phone.do(oneTime({ constraints: { network: 'CONNECTED' } }), { type: 'stop-job', job: 'work-1', reason: 7 });
    expect(phone.of('stop')).toMatchObject([{ reason: 'STOP_REASON_CONSTRAINT_CONNECTIVITY' }]);
    phone.do({ type: 'cancel-all-work' }, { type: 'stop-job', job: 'work-1', reason: 7 });
    expect(phone.of('command').at(-1)).toMatchObject({ exit: 0, text: 'No matching executing jobs found.' });
  });
});
