// Background jobs that a scenario runs at once: on a device without an operating system model there is nothing to wait for.
import { describe, expect, it } from 'vitest';
import type { Client, ClientFactory, Host, JobOutcome } from '../../src/core/contract.ts';
import { eventsOf, play } from '../kit/world.ts';

type Handler = (signal: AbortSignal, host: Host) => Promise<JobOutcome>;

const idle: Client = { start: async () => undefined, signIn: async () => undefined, request: async () => ({ status: 200 }) };

/** A client whose job `refresh` is handled by what it registers at launch. */
const registering =
  (handler: Handler): ClientFactory =>
  (host) => {
    host.background.register('refresh', (signal) => handler(signal, host));
    return { ...idle, features: ['background'] };
  };

/** The same through the method of the contract. */
const methodical =
  (handler: Handler): ClientFactory =>
  (host) => ({ ...idle, runBackgroundJob: (_id, signal) => handler(signal, host) });

const ended = async (yaml: string, factory: ClientFactory) => {
  const record = await play(yaml, factory);
  expect(record.notApplicable).toBeUndefined();
  return eventsOf(record, 'job.ended').map(({ run, outcome, threw, dropped }) => ({
    run,
    outcome,
    ...(threw ? { threw } : {}),
    ...(dropped ? { dropped } : {}),
  }));
};

describe('the step job', () => {
  it.each([
    ['the handler that was registered', registering],
    ['runBackgroundJob', methodical],
  ])('runs %s at once, and its outcome is recorded', async (_, by) => {
    expect(
      await ended(
        'steps: [{ job: refresh }]',
        by(async () => 'retry'),
      ),
    ).toEqual([{ run: 'j1', outcome: 'retry' }]);
  });

  it('takes a handler that rejects, or answers something else, for a failure', async () => {
    const throwing = registering(() => Promise.reject(new Error('no')));
    const odd = registering(async () => 'done' as JobOutcome);
    for (const factory of [throwing, odd])
      expect(await ended('steps: [{ job: refresh }]', factory)).toEqual([{ run: 'j1', outcome: 'failure', threw: true }]);
  });

  it('launches a process that is gone, behind the screen', async () => {
    const record = await play(
      'steps: [{ app: kill }, { job: refresh }]',
      registering(async () => 'success'),
    );
    const types = record.history.events.map(({ type }) => type);
    expect(types.indexOf('job.started')).toBeGreaterThan(types.lastIndexOf('start.done'));
    expect(types.filter((type) => type === 'background')).toHaveLength(1);
    expect(eventsOf(record, 'job.ended')).toHaveLength(1);
  });

  it('wakes a process that is suspended for as long as it takes', async () => {
    const record = await play(
      'steps: [{ app: suspend }, { job: refresh }, { advance: 1h }]',
      registering(async (_signal, host) => {
        await host.clock.sleep(20_000);
        return 'success';
      }),
    );
    const [suspended, again] = eventsOf(record, 'process.suspend');
    expect((again?.t ?? 0) - (suspended?.t ?? 0)).toBe(20_000);
  });

  const untilAborted = (outcome: JobOutcome): ClientFactory =>
    registering(
      (signal) =>
        new Promise((resolve) => {
          signal.addEventListener('abort', () => resolve(outcome));
        }),
    );

  it('tells the handler when its time is over; iOS still listens, Android does not', async () => {
    const body = 'steps: [{ job: { id: refresh, expireAfter: 25s } }]';
    const record = await play(body, untilAborted('failure'));
    expect(eventsOf(record, 'job.stopped').map(({ reason, ran }) => [reason, ran])).toEqual([['expired', 25_000]]);
    expect(await ended(body, untilAborted('failure'))).toEqual([{ run: 'j1', outcome: 'failure' }]);
    expect(await ended(`devices: { phone: { platform: android } }\n${body}`, untilAborted('retry'))).toEqual([
      { run: 'j1', outcome: 'retry', dropped: true },
    ]);
  });

  it('can run twice at once, and is lost with its process', async () => {
    const never = registering(() => new Promise(() => undefined));
    const record = await play('steps: [{ parallel: [{ job: refresh }, { job: refresh }, { after: 1s, app: kill }] }]', never);
    expect(eventsOf(record, 'job.started').map(({ run }) => run)).toEqual(['j1', 'j2']);
    expect(eventsOf(record, 'job.lost').map(({ run, by }) => [run, by])).toEqual([
      ['j1', 'kill'],
      ['j2', 'kill'],
    ]);
  });

  it('does not apply to a client that runs none', async () => {
    const none: ClientFactory = () => idle;
    expect((await play('steps: [{ job: refresh }]', none)).notApplicable).toBe('the client does not claim background');
    const claims: ClientFactory = () => ({ ...idle, features: ['background'] });
    expect((await play('steps: [{ job: refresh }]', claims)).notApplicable).toBe('the client runs no background job refresh');
  });
});
