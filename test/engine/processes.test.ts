import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/core/contract.ts';
import { runEngine } from './kit.ts';

const TWO = 'devices: { phone: { session: { state: active, expiresIn: 5s }, processes: [app, widget] } }\n';

describe('two processes of one device', () => {
  test('refresh once between them', async () => {
    const run = await runEngine(
      `${TWO}steps: [{ advance: past-expiry }, { on: [phone/app, phone/widget], request: { path: /feed, count: 3 } }]`,
    );
    expect(run.refreshesAt).toHaveLength(1);
    expect(new Set(run.sent)).toEqual(new Set(['AT-2 /feed']));
    expect(run.findings).toEqual([]);
  });

  test('adopt what the other stored when their own token is refused', async () => {
    const run = await runEngine(
      `${TWO}steps: [{ advance: past-expiry }, { on: phone/app, request: /a }, { advance: past-expiry }, { on: phone/app, request: /b }, { on: phone/widget, request: /c }]`,
    );
    expect(run.refreshesAt).toHaveLength(2);
    expect(run.findings).toEqual([]);
  });

  test('share an outage: together they try no more often than one', async () => {
    const run = await runEngine(
      `${TWO}steps: [{ advance: past-expiry }, { fault: { reply: 503, of: token } }, { on: [phone/app, phone/widget], request: /a }]`,
    );
    expect(run.refreshesAt.length).toBeLessThanOrEqual(9);
    const times = run.refreshesAt;
    for (const time of times) expect(times.filter((other) => other >= time && other < time + 10_000).length).toBeLessThanOrEqual(8);
    expect(run.findings).toEqual([]);
  });

  test('survive the kill of the one that refreshes', async () => {
    const run = await runEngine(
      `server: { refreshToken: { grace: same-successor } }\n${TWO}steps: [{ advance: past-expiry }, { on: phone/app, request: /a, wait: false }, { on: phone/widget, request: /b, wait: false }, { after: 60ms, on: phone/app, app: kill }, { advance: 10s }]`,
    );
    expect(run.outcomes).toMatchObject({ n2: 200 });
    expect(run.findings).toEqual([]);
  });

  test('learn from the store that the other signed out', async () => {
    const run = await runEngine(
      'devices: { phone: { processes: [app, widget] } }\nsteps: [{ on: phone/app, signOut: {} }, { on: phone/widget, request: /a }, { on: phone/widget, request: /b }]',
    );
    expect(run.outcomes).toEqual({ n1: 'signed-out', n2: 'signed-out' });
    expect(run.refreshesAt).toEqual([]);
    expect(run.transitions).toContain('active > signed-out (sibling-signed-out)');
    expect(run.findings).toEqual([]);
  });

  test('learn from the store that the other signed in, also when the clock was set back after a sign-out', async () => {
    const run = await runEngine(
      `server: { accessToken: { ttl: 30s } }
devices: { phone: { processes: [app, widget] } }
steps:
  - { on: phone/widget, signOut: {} }
  - { clock: -3h }
  - { on: phone/widget, signIn: ada }
  - { on: phone/app, signIn: bob }
  - { advance: 2m }
  - { on: [phone/app, phone/widget], request: /a }`,
    );
    expect(run.sent).toEqual(['AT-4 /a', 'AT-4 /a']);
    expect(run.findings).toEqual([]);
  });

  test('learn from the store that the other signed in', async () => {
    const run = await runEngine(
      'devices: { phone: { processes: [app, widget], session: signed-out } }\nsteps: [{ on: phone/widget, request: /a }, { on: phone/app, signIn: ada }, { on: phone/widget, request: /b }]',
    );
    expect(run.outcomes).toEqual({ n1: 'signed-out', n2: 200 });
    expect(run.findings).toEqual([]);
  });

  test('sign out of what the other has signed in, also when the clock was set back between', async () => {
    const run = await runEngine(
      `${TWO}steps:
  - { on: phone/app, request: { path: /a, count: 3 }, wait: false }
  - { on: phone/app, signIn: ada }
  - { clock: -3h }
  - { fault: { drop: response, of: token, times: 1 } }
  - { on: phone/widget, signOut: {} }
  - { advance: 2m }
  - { on: [phone/app, phone/widget], request: /last }`,
    );
    expect(run.of('run.end')).toMatchObject([{ stores: { phone: {} } }]);
    expect(run.findings).toEqual([]);
  });

  test('learn while they note a failed refresh that the other signed in', async () => {
    const run = await runEngine(
      `devices: { phone: { processes: [app, widget] } }
steps:
  - advance: 56m
  - { on: phone/widget, request: { path: /a, count: 3 }, wait: false }
  - fault: { drop: response, of: token, times: 1 }
  - { after: 75ms, on: phone/app, signIn: bob }
  - { on: phone/widget, request: /b }`,
      { seed: 24 },
    );
    expect(run.sent).toContain('AT-3 /b');
    expect(run.sent).not.toContain('AT-1 /b');
    expect(run.findings).toEqual([]);
  });

  test('stay signed out of a session whose refresh token was refused, also when a sibling stores a younger access token beside it', async () => {
    const run = await runEngine(
      `server: { accessToken: { ttl: 30s }, refreshToken: { rotation: omit } }
devices: { phone: { processes: [app, widget] } }
steps:
  - { fault: { delay: 12s, of: resource, times: 5 } }
  - { on: phone/app, request: /a }
  - store: { failWrites: 2 }
  - { on: phone/app, request: /b }
  - { on: phone/widget, request: { path: /c, count: 3 }, wait: false }
  - { after: 75ms, revoke: family }
  - { on: phone/app, request: { path: /d, count: 3 }, wait: false }
  - { after: 3s, on: phone/app, request: /e }
  - { on: [phone/app, phone/widget], request: /d }`,
    );
    expect(run.transitions.filter((transition) => transition.startsWith('expired'))).toEqual([]);
    expect(run.findings).toEqual([]);
  });

  test('learn when they come to the screen that the other rotated', async () => {
    const run = await runEngine(
      `${TWO}steps: [{ advance: past-expiry }, { on: phone/app, request: /a }, { on: phone/widget, app: foreground }, { advance: 1s }, { on: phone/widget, request: /b }]`,
    );
    expect(run.of('token.sent')).toHaveLength(1);
    expect(run.sent).toEqual(['AT-2 /a', 'AT-2 /b']);
  });

  test('do not write back what the other signed out of while their refresh failed', async () => {
    const run = await runEngine(
      `${TWO}steps: [{ advance: past-expiry }, { fault: { reply: 503, of: token, times: 3 } }, { on: phone/app, request: /a, wait: false }, { after: 60ms, on: phone/widget, signOut: {} }, { advance: 20s }]`,
    );
    expect(run.outcomes).toEqual({ n1: 'signed-out' });
    expect(run.stored).toEqual({});
    expect(run.findings).toEqual([]);
  });

  test('let a read of the new user through and stop a write that was meant for the old one', async () => {
    const steps = (method: string): string => `devices: { phone: { processes: [app, widget] } }
steps: [{ revoke: access-token }, { on: phone/app, signIn: bob }, { on: phone/widget, request: { path: /a, method: ${method} } }]`;
    expect((await runEngine(steps('GET'))).outcomes).toEqual({ n1: 200 });
    expect((await runEngine(steps('POST'))).outcomes).toEqual({ n1: 'signed-out' });
  });
});

describe('a sign-in', () => {
  test.each(['180ms', '181ms', '182ms'])(
    '%s after the unlock stays in the store, though the deletion of a sign-out comes late',
    async (after) => {
      const run = await runEngine(`devices: { phone: { processes: [app, widget] } }
steps:
  - { store: lock }
  - { on: phone/app, app: suspend }
  - { on: phone/app, signIn: ada, wait: false }
  - { on: phone/widget, signOut: {}, wait: false }
  - { after: 20ms, store: unlock }
  - { after: ${after}, on: phone/app, app: resume }
  - { advance: 1m }
  - { on: [phone/app, phone/widget], request: /a }`);
      expect(run.stored).toEqual({ 'tokenwarp.session': ['AT-2', 'RT-2'] });
      expect(run.outcomes).toEqual({ n1: 200, n2: 200 });
      expect(run.findings).toEqual([]);
    },
  );

  test.each(['0ms', '1ms'])('yields to that of a sibling %s later as soon as it has seen it', async (after) => {
    const run = await runEngine(`devices: { phone: { processes: [app, widget] } }
steps:
  - { on: phone/widget, signIn: ada, wait: false }
  - { after: ${after}, on: phone/app, signIn: bob }
  - { after: 75ms, on: phone/widget, request: /a }`);
    expect(run.transitions).toContain('active > active (sibling-signed-in)');
    expect(run.sent).toEqual(['AT-3 /a']);
    expect(run.findings).toEqual([]);
  });
});

const FORGIVING = 'server: { refreshToken: { grace: { policy: same-successor, window: 10m } } }\n';

describe('the lock', () => {
  const withLock =
    (lock: Host['lock']) =>
    (host: Host): Host => ({ ...host, lock });

  test('is done without on a host that has none', async () => {
    const run = await runEngine('steps: [{ advance: past-expiry }, { request: { path: /a, count: 3 } }]', {
      wrap: withLock(() => Promise.reject(new Error('not supported'))),
    });
    expect(run.outcomes).toEqual({ n1: 200, n2: 200, n3: 200 });
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.findings).toEqual([]);
  });

  test('held by a process that never comes back is waited for twice and then passed by', async () => {
    const stuck = (host: Host): Host => ({
      ...host,
      lock: (name, fn, options) =>
        name === 'refresh'
          ? host.clock.sleep(options?.timeout ?? 0).then(() => Promise.reject(Object.assign(new Error('busy'), { code: 'lock-timeout' })))
          : host.lock(name, fn, options),
    });
    const run = await runEngine('steps: [{ advance: past-expiry }, { request: /a }]', { wrap: stuck });
    expect(run.outcomes).toEqual({ n1: 200 });
    expect(run.of('text').some(({ text }) => text.includes('lock-bypassed'))).toBe(true);
  });

  test('of a process that slept while a sibling passed it by: the older pair does not overwrite the younger', async () => {
    const run = await runEngine(
      `server: { refreshToken: { rotation: omit } }
${TWO}steps:
  - { on: phone/app, request: { path: /a, count: 3 }, wait: false }
  - { after: 55ms, on: phone/app, app: suspend }
  - revoke: access-token
  - { on: phone/widget, request: /b }
  - { on: phone/app, app: resume }
  - advance: 2m`,
    );
    expect(run.sent).toEqual(['AT-3 /b', 'AT-3 /a', 'AT-3 /a', 'AT-3 /a']);
    expect(run.refreshesAt).toHaveLength(2);
    expect(run.findings).toEqual([]);
  });

  test('of a process that stood still before it sent anything: the refresh that passed it by is waited for, though its answer never comes', async () => {
    const run = await runEngine(`${FORGIVING}devices: { phone: { processes: [app, widget] } }
steps:
  - revoke: access-token
  - { on: phone/app, request: /a, wait: false }
  - advance: { until: lock.held, by: phone/app }
  - { on: phone/app, app: suspend }
  - fault: { drop: response, how: silence, of: token, times: 1 }
  - { on: phone/widget, request: /b, wait: false }
  - advance: { until: token.committed, by: phone/widget }
  - { after: 5s, on: phone/app, app: resume }
  - advance: 1m
  - { on: phone/app, request: /c }`);
    expect(run.refreshesAt).toHaveLength(2);
    expect((run.refreshesAt[1] ?? 0) - (run.refreshesAt[0] ?? 0)).toBeGreaterThan(15_000);
    expect(run.outcomes).toMatchObject({ n3: 200 });
    expect(run.findings).toEqual([]);
  });

  test('that stays taken: those who pass it wait for each other as long as an exchange may take', async () => {
    const run = await runEngine(`${FORGIVING}devices: { phone: { processes: [app, widget, watch] } }
steps:
  - revoke: access-token
  - { on: phone/app, request: /a, wait: false }
  - advance: { until: lock.held, by: phone/app }
  - { on: phone/app, app: suspend }
  - fault: { drop: response, how: silence, of: token, times: 1 }
  - { on: [phone/widget, phone/watch], request: /b, wait: false }
  - advance: 3m
  - { on: phone/app, app: resume }
  - advance: 1m`);
    expect(run.refreshesAt).toHaveLength(2);
    expect(run.findings).toEqual([]);
  });

  test('held by a sibling that refreshes slowly is waited for, and its pair adopted', async () => {
    const run = await runEngine(
      `${TWO}steps: [{ advance: past-expiry }, { fault: { delay: 8s, of: token, times: 1 } }, { on: phone/app, request: /a, wait: false }, { after: 1s, on: phone/widget, request: /b }]`,
    );
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.outcomes).toEqual({ n1: 200, n2: 200 });
    expect(run.findings).toEqual([]);
  });
});

test('a process that ends while its refresh is under way rejects what waits for it, and its sibling goes on with the new token', async () => {
  const run = await runEngine(`devices: { laptop: { platform: web, processes: 2 } }
steps:
  - advance: past-expiry
  - fault: { delay: 10s, of: token }
  - { on: laptop/tab-1, request: { path: /a, count: 2 }, wait: false }
  - { parallel: [{ on: laptop/tab-1, after: 20ms, app: stop }, { on: laptop/tab-2, after: 1s, request: /b }] }`);
  expect(run.outcomes).toEqual({ n1: 'aborted', n2: 'aborted', n3: 200 });
  expect(run.refreshesAt).toHaveLength(1);
  expect(run.findings).toEqual([]);
});
