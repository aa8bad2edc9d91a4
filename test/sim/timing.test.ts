// Precise timing: a step that comes right after an event, and before anything else. And who there is to hit: fleets, locks, instances.
import { describe, expect, it } from 'vitest';
import type { Client, Host } from '../../src/core/contract.ts';
import { eventsOf, naiveClient, play, planOf } from '../kit/world.ts';

const idle: Client = { start: async () => undefined, signIn: async () => undefined, request: async () => ({ status: 200 }) };
const STALE = 'devices: { phone: { session: stale } }\n';

describe('the next step after `advance: until`', () => {
  it.each([
    ['token.sent', []],
    ['token.received', ['token.received']],
    ['token.committed', ['token.received', 'token.committed']],
    ['token.delivered', ['token.received', 'token.committed', 'token.responded', 'token.delivered']],
    ['store.begin', ['token.received', 'token.committed', 'token.responded', 'token.delivered', 'store.begin']],
  ])('comes before anything that follows %s', async (type, before) => {
    const record = await play(
      `${STALE}steps: [{ request: /feed, wait: false }, { advance: { until: ${type} } }, { app: kill }]`,
      naiveClient,
    );
    const { events } = record.history;
    const kill = events.findIndex((event) => event.type === 'process.kill');
    const done = events.slice(0, kill).filter((event) => event.type.startsWith('token.') && event.type !== 'token.sent');
    expect([...done.map((event) => event.type), ...(type === 'store.begin' ? ['store.begin'] : [])]).toEqual(before);
    expect(events[kill]?.t).toBe(events.findLast((event, i) => i < kill && event.type === type)?.t);
    expect(record.expectations).toEqual([]);
  });

  it('leaves the write undone that had only begun', async () => {
    const record = await play(
      `${STALE}steps: [{ request: /feed, wait: false }, { advance: { until: store.begin } }, { app: kill }, { advance: 1s }]`,
      naiveClient,
    );
    expect(eventsOf(record, 'store.begin').length - eventsOf(record, 'store.end').filter(({ op }) => op !== 'get').length).toBe(1);
  });

  it('waits for an event of the one who is named, also when a server does it on their behalf', async () => {
    const record = await play(
      `devices: { phone: { session: stale }, tablet: { session: stale } }
steps:
  - { on: phone, request: /feed, wait: false }
  - { on: tablet, after: 500ms, request: /feed, wait: false }
  - advance: { until: token.committed, by: tablet/app }
  - { on: tablet, app: kill }`,
      naiveClient,
    );
    const kill = eventsOf(record, 'process.kill')[0];
    expect(eventsOf(record, 'token.committed').map(({ device }) => device)).toEqual(['phone', 'tablet']);
    expect(kill?.cause).toBe(eventsOf(record, 'step').at(-1)?.seq);
    expect(kill?.t).toBe(eventsOf(record, 'token.committed').at(-1)?.t);
  });

  it('comes anyway when nothing of the kind happens in time, and the expectation fails at its line', async () => {
    const record = await play('steps: [{ advance: { until: lock.held, by: phone, within: 5s } }, { request: /feed }]', naiveClient);
    expect(record.expectations).toMatchObject([{ message: 'there was no lock.held of phone within 5s', source: { line: 5 } }]);
    expect(eventsOf(record, 'request.settled')).toHaveLength(1);
  });

  it('gives the same history by drain and by turns', async () => {
    const yaml = `${STALE}steps: [{ request: { path: /feed, count: 3 }, wait: false }, { advance: { until: token.delivered } }, { app: relaunch }, { request: /feed }]`;
    const [drain, turn] = await Promise.all((['drain', 'turn'] as const).map((settle) => play(yaml, naiveClient, { settle })));
    expect(drain?.history.digest()).toBe(turn?.history.digest());
  });
});

describe('a fleet', () => {
  it('of so many processes is named after its platform, and can be addressed whole', () => {
    const plan = planOf(
      'devices: { host: { platform: node, processes: 3 }, web: { platform: web, processes: 2 } }\nsteps: [{ as: all, on: host/*, request: /a }, { on: web/tab-2, request: /b }]\nexpect: { requests: { all@host/cli-3: ok } }',
    );
    expect(plan.devices.map(({ processes }) => processes)).toEqual([
      ['cli-1', 'cli-2', 'cli-3'],
      ['tab-1', 'tab-2'],
    ]);
    expect(plan.steps[0]?.on).toEqual(['host/cli-1', 'host/cli-2', 'host/cli-3']);
  });
});

describe('locks', () => {
  const locking =
    (seen: string[]) =>
    (host: Host): Client => ({
      ...idle,
      request: async () => {
        await host
          .lock('refresh', () => host.clock.sleep(1_000), { timeout: 5_000 })
          .then(
            () => seen.push(`${host.name} had it`),
            (error: { code: string }) => seen.push(`${host.name} ${error.code}`),
          );
        return { status: 200 };
      },
    });

  it.each([
    ['working', 'phone/app had it'],
    ['unavailable', 'phone/app lock-unavailable'],
    ['stuck', 'phone/app lock-timeout'],
  ])('that are %s', async (locks, outcome) => {
    const seen: string[] = [];
    await play(`devices: { phone: { locks: ${locks} } }\nsteps: [{ request: /x }]`, locking(seen));
    expect(seen).toEqual([outcome]);
  });

  it.each([
    ['working', 'phone/widget had it'],
    ['left-behind', 'phone/widget lock-timeout'],
  ])('held by a process that was killed, where locks are %s', async (locks, outcome) => {
    const seen: string[] = [];
    await play(
      `devices: { phone: { processes: [app, widget], locks: ${locks} } }
steps:
  - { on: phone/app, request: /x, wait: false }
  - advance: { until: lock.held, by: phone/app }
  - { on: phone/app, app: kill }
  - { on: phone/widget, request: /x }`,
      locking(seen),
    );
    expect(seen).toEqual([outcome]);
  });

  it('are kept by a holder that is frozen', async () => {
    const seen: string[] = [];
    await play(
      `devices: { phone: { processes: [app, widget] } }
steps:
  - { on: phone/app, request: /x, wait: false }
  - advance: { until: lock.held, by: phone/app }
  - { on: phone/app, app: suspend }
  - { on: phone/widget, request: /x }
  - { on: phone/app, app: resume }`,
      locking(seen),
    );
    expect(seen).toEqual(['phone/widget lock-timeout', 'phone/app had it']);
  });
});

describe('a client mounted again', () => {
  it('starts beside the one before, in the same process, with the same store and a memory of its own', async () => {
    const seen: string[] = [];
    const count = { made: 0 };
    const factory = (host: Host): Client => {
      const name = `#${++count.made}`;
      return {
        ...idle,
        start: async () => void seen.push(`${name} starts, finds ${await host.store.get('k')}`),
        request: async (path) => {
          await host.store.set('k', name);
          host.clock.setTimeout(() => seen.push(`${name} timer`), 1_000);
          seen.push(`${name} ${path}`);
          return { status: 200 };
        },
        stop: async () => void seen.push(`${name} stops`),
      };
    };
    const record = await play(
      'steps: [{ request: /a }, { app: unmount }, { app: mount }, { request: /b }, { app: mount }, { request: /c }, { advance: 2s }]',
      factory,
    );
    expect(seen).toEqual([
      '#1 starts, finds undefined',
      '#1 /a',
      '#1 stops',
      '#2 starts, finds #1',
      '#2 /b',
      '#3 starts, finds #2',
      '#3 /c',
      '#1 timer',
      '#2 timer',
      '#3 timer',
      '#3 stops',
      '#2 stops',
    ]);
    expect(eventsOf(record, 'process.launch')).toHaveLength(1);
    expect([eventsOf(record, 'client.mounted').length, eventsOf(record, 'client.unmounted').length]).toEqual([2, 1]);
    expect(record.clientFaults).toEqual([]);
  });

  it('is made before time goes on, however long that takes, though the one before has timers', async () => {
    const slow = async (host: Host): Promise<Client> => {
      await new Promise((resolve) => void setImmediate(() => setImmediate(resolve)));
      return { ...idle, start: async () => void host.clock.setTimeout(() => undefined, 60_000) };
    };
    const record = await play('steps: [{ app: mount }, { request: /a }]', slow);
    const [first, second] = eventsOf(record, 'start.called');
    expect([first?.t, second?.t]).toEqual([0, eventsOf(record, 'client.mounted')[0]?.t]);
  });

  it('leaves a process without a client while nothing is mounted: a request finds nobody', async () => {
    const record = await play('steps: [{ app: unmount }, { as: lost, request: /a }]', () => idle);
    expect(eventsOf(record, 'request.called')).toEqual([]);
  });
});
