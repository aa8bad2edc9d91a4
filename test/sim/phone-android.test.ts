// An Android phone in the world: the system launches, freezes and kills the app, runs its jobs, and says why it does not.
import { describe, expect, it } from 'vitest';
import type { Client, Host } from '../../src/core/contract.ts';
import type { EventType, HistoryEvent } from '../../src/core/events.ts';
import type { WorldRecord } from '../../src/sim/world.ts';
import { jobClient } from '../kit/job-client.ts';
import { eventsOf, play } from '../kit/world.ts';

const H = 3_600_000;
const PERIODIC = { id: 'refresh', kind: 'periodic', every: 6 * H, network: 'CONNECTED' } as const;
const ONCE = { id: 'refresh', kind: 'one-time', initialDelay: H } as const;

const phone = (steps: string, os = 'android 14'): string => `devices: { phone: { os: ${os} } }\nsteps: [${steps}]`;
const of = (record: WorldRecord, ...types: EventType[]): HistoryEvent[] => record.history.events.filter(({ type }) => types.includes(type));
const gates = (record: WorldRecord): string[] => eventsOf(record, 'job.held').map(({ gate }) => gate);

describe('a job on Android', () => {
  it('brings up a process that was killed, behind the screen, before its worker runs', async () => {
    const record = await play(phone('{ phone: leave }, { phone: kill }, { advance: 2h }'), jobClient({ requests: [ONCE] }));
    const story = of(record, 'process.launch', 'process.kill', 'background', 'start.called', 'job.started', 'job.ended').map(
      ({ type }) => type,
    );
    expect(story).toEqual(
      'process.launch start.called background process.kill process.launch job.started background start.called job.ended'.split(' '),
    );
  });

  it('runs later than due, and says which gate held it last', async () => {
    const record = await play(phone('{ phone: leave }, { phone: lock }, { advance: 12h }'), jobClient({ requests: [PERIODIC] }));
    const [first, second] = eventsOf(record, 'job.started');
    expect(first).toMatchObject({ run: 'j1', by: 'system' });
    expect(second).toMatchObject({ run: 'j2', waited: 'DEVICE_NOT_DOZING' });
    expect(second?.late).toBeGreaterThan(H);
    expect(gates(record)).toEqual(['WORK_NOT_DUE', 'DEVICE_NOT_DOZING', 'WORK_NOT_DUE']);
  });

  it('goes back to what led to it: its start to the gate, its end to its start', async () => {
    const record = await play(
      phone('{ phone: leave }, { phone: lock }, { advance: 7h }, { phone: unlock }'),
      jobClient({ requests: [PERIODIC] }),
    );
    const [, started] = eventsOf(record, 'job.started');
    const [, ended] = eventsOf(record, 'job.ended');
    const causes = (event: HistoryEvent | undefined): string[] =>
      event === undefined ? [] : [event.type, ...causes(event.cause === undefined ? undefined : record.history.events[event.cause])];
    expect(causes(started)).toContain('phone');
    expect(causes(ended)).toContain('job.started');
  });

  it('is told as what it is, where a request of another kind was kept out', async () => {
    const record = await play(phone('{ advance: 1m }'), jobClient({ requests: [PERIODIC, ONCE] }));
    expect(eventsOf(record, 'job.requested').map(({ kind, effect }) => [kind, effect])).toEqual([
      ['periodic', 'ENQUEUED'],
      ['periodic', 'KEPT'],
    ]);
  });

  it('is stopped when its network goes, and what it answers then counts for nothing', async () => {
    const handler = (signal: AbortSignal) =>
      new Promise<'success'>((resolve) => signal.addEventListener('abort', () => resolve('success')));
    const record = await play(
      phone('{ phone: leave }, { advance: 30s }, { phone: { network: none } }, { advance: 1m }'),
      jobClient({ requests: [PERIODIC], handler }),
    );
    expect(eventsOf(record, 'job.stopped')).toMatchObject([{ run: 'j1', reason: 'STOP_REASON_CONSTRAINT_CONNECTIVITY' }]);
    expect(eventsOf(record, 'job.ended')).toMatchObject([{ run: 'j1', dropped: true }]);
    expect(gates(record)).toContain('CONNECTIVITY');
  });

  it('fails where the version of the app has no worker for it any more, and its series goes on so', async () => {
    const versions = (host: Host): Client => {
      const isNew = host.config.options?.['worker'] === 'new';
      return jobClient({ requests: isNew ? [{ ...PERIODIC, id: 'other', initialDelay: 90 * 24 * H }] : [PERIODIC] })(host);
    };
    const steps = '{ phone: leave }, { phone: { update: { client: { worker: new } } } }, { advance: 2d }';
    const record = await play(phone(steps), versions);
    expect(record.notApplicable).toBeUndefined();
    const ends = eventsOf(record, 'job.ended').filter(({ run }) => run !== 'j1');
    expect(ends.length).toBeGreaterThan(3);
    expect(ends.every(({ job, outcome, threw }) => job === 'refresh' && outcome === 'failure' && threw === true)).toBe(true);
  });

  it.each([
    ['RUN_AS_NON_EXPEDITED_WORK_REQUEST', 0],
    ['DROP_WORK_REQUEST', 1],
  ] as const)('that was expedited and has no quota for it: %s', async (outOfQuota, dropped) => {
    const hanging = () => new Promise<never>(() => undefined);
    const expedited = { id: 'push', kind: 'one-time', expedited: true, outOfQuota, existing: 'REPLACE' } as const;
    const asking = (host: Host): Client => {
      const client = jobClient({ handler: hanging })(host);
      return { ...client, push: () => void host.background.schedule(expedited), runBackgroundJob: hanging };
    };
    const steps =
      '{ phone: leave }, { phone: { bucket: RESTRICTED } }, { phone: { push: high } }, { advance: 6m }, { phone: kill }, { phone: { push: high } }, { advance: 1s }';
    const record = await play(phone(steps), asking);
    expect(eventsOf(record, 'job.cancelled').filter(({ by }) => by.startsWith('DROP_WORK_REQUEST'))).toHaveLength(dropped);
  });

  it('is lost with a force-stop until the user opens the app', async () => {
    const body = phone('{ phone: leave }, { phone: force-stop }, { advance: 2d }, { phone: open }, { advance: 1m }');
    const record = await play(body, jobClient({ requests: [ONCE] }));
    expect(eventsOf(record, 'job.lost')).toMatchObject([{ job: 'refresh', by: 'force-stop' }]);
    const opened = eventsOf(record, 'phone').find(({ what, t }) => what === 'open' && t > H);
    expect(eventsOf(record, 'job.started').map(({ t }) => t >= (opened?.t ?? 0))).toEqual([true]);
  });

  it('does not run between a reboot and the first unlock', async () => {
    const record = await play(
      phone('{ phone: reboot }, { advance: 5h }, { phone: unlock }, { advance: 1m }'),
      jobClient({ requests: [ONCE] }),
    );
    expect(gates(record)).toContain('USER_LOCKED');
    expect(eventsOf(record, 'job.started').map(({ t }) => t >= 5 * H)).toEqual([true]);
  });

  it('is lost with the process that ran it', async () => {
    const handler = () => new Promise<never>(() => undefined);
    const record = await play(
      phone('{ phone: leave }, { advance: 1s }, { phone: kill }, { advance: 1s }'),
      jobClient({ requests: [PERIODIC], handler }),
    );
    expect(eventsOf(record, 'job.lost')).toMatchObject([{ run: 'j1', by: 'lmkd' }]);
  });

  it('is taken as the platform takes it: clamped, kept, refused', async () => {
    const codes: string[] = [];
    const requests = [
      { ...PERIODIC, every: 60_000 },
      { ...PERIODIC, every: 12 * H },
      { id: 'now', kind: 'one-time', expedited: true, initialDelay: 1 },
      { id: 'ios', kind: 'app-refresh' },
    ] as const;
    const record = await play(phone('{ advance: 1s }'), jobClient({ requests, refused: ({ code = '' }) => codes.push(code) }));
    expect(eventsOf(record, 'job.requested')).toMatchObject([
      { effect: 'ENQUEUED', clamped: ['interval 1m -> 15m', 'flex 1m -> 5m'].slice(0, 1) },
      { effect: 'KEPT' },
    ]);
    expect(codes).toEqual(['IllegalArgumentException', 'unsupported']);
    expect(eventsOf(record, 'job.refused').map(({ job, code }) => [job, code])).toEqual([
      ['now', 'IllegalArgumentException'],
      ['ios', 'unsupported'],
    ]);
  });
});

describe('the rest of an Android phone', () => {
  it('freezes the app it does not show, and Doze takes its network', async () => {
    const record = await play(phone('{ phone: leave }, { phone: lock }, { advance: 3h }, { phone: open }'), jobClient({}));
    expect(of(record, 'process.suspend', 'process.resume').map(({ type }) => type)).toEqual(['process.suspend', 'process.resume']);
    expect(eventsOf(record, 'phone').map(({ what }) => what)).toContain('doze deep');
    expect(eventsOf(record, 'foreground')).toHaveLength(1);
  });

  it('holds a normal message in Doze, and lets a high one through with the network', async () => {
    const held = await play(
      phone('{ phone: leave }, { phone: lock }, { phone: { doze: deep } }, { push: refresh }, { advance: 1m }'),
      jobClient({}),
    );
    expect(eventsOf(held, 'push')).toEqual([]);
    const steps = '{ phone: leave }, { phone: lock }, { phone: { doze: deep } }, { phone: { push: high } }, { advance: 5s }';
    const let_ = await play(phone(steps), jobClient({}));
    expect(eventsOf(let_, 'push')).toHaveLength(1);
  });

  it('tells of the bucket, and a command of the shell what it answers', async () => {
    const record = await play(
      phone('{ phone: leave }, { phone: { run-job: refresh } }', '{ name: android 14, bucket: RARE }'),
      jobClient({ requests: [ONCE] }),
    );
    const said = eventsOf(record, 'phone').map(({ what }) => what);
    expect(said).toContain('bucket RARE -> ACTIVE');
    expect(said).toContain('run: Running job [FORCED]');
    expect(eventsOf(record, 'job.started')).toMatchObject([{ by: 'step' }]);
  });

  it('updates the app under it: nothing runs, the work is still there', async () => {
    const record = await play(phone('{ phone: update }, { advance: 2h }'), jobClient({ requests: [ONCE] }));
    expect(eventsOf(record, 'app.installed')).toMatchObject([{ how: 'update' }]);
    expect(eventsOf(record, 'job.started')).toHaveLength(1);
  });
});
