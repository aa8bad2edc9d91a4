import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/core/contract.ts';
import { runEngine } from './kit.ts';

const STALE = 'devices: { phone: { session: { state: active, expiresIn: 5s } } }\n';

describe('at launch', () => {
  test('a good token is used as it is', async () => {
    const run = await runEngine('steps: [{ app: relaunch }, { advance: 20m }, { app: relaunch }, { request: /a }]');
    expect(run.refreshesAt).toEqual([]);
    expect(run.findings).toEqual([]);
  });

  test('a locked store means loading, not signed out; the request waits for the unlock', async () => {
    const run = await runEngine(
      'steps: [{ store: lock }, { app: relaunch }, { expect: { sessions: { phone: loading } } }, { request: /a, wait: false }, { advance: 20s }, { store: unlock }, { advance: 2s }]',
    );
    expect(run.outcomes).toEqual({ n1: 200 });
    expect(run.transitions).toEqual(['loading > active (restored)']);
    expect(run.record.expectations).toEqual([]);
    expect(run.findings).toEqual([]);
  });

  test('a store that stays locked makes the request fail by its deadline', async () => {
    const run = await runEngine('steps: [{ store: lock }, { app: relaunch }, { request: /a }]');
    expect(run.outcomes).toEqual({ n1: 'deadline' });
    expect(run.transitions).toEqual([]);
  });

  test.each(['not json', '{"v":99}', ''])('a store entry like %j means expired, and a sign-in mends it', async (value) => {
    const damage = (host: Host): Host => ({
      ...host,
      store: { ...host.store, get: async (key) => ((await host.store.get(key)) === undefined ? undefined : value) },
    });
    const run = await runEngine('steps: [{ app: relaunch }, { request: /a }, { signIn: ada }, { request: /b }]', { wrap: damage });
    expect(run.outcomes).toEqual({ n1: 'reauthentication-required', n2: 200 });
    expect(run.transitions).toContain('loading > expired (store-corrupt)');
  });
});

describe('a rotated pair', () => {
  test.each([10, 50, 71, 72, 73, 74, 75, 76, 77, 78, 90])(
    "survives a kill %i ms into the refresh, or the server's grace does",
    async (ms) => {
      const run = await runEngine(
        `server: { refreshToken: { grace: same-successor } }\n${STALE}steps: [{ advance: past-expiry }, { request: /a, wait: false }, { after: ${ms}ms, app: relaunch }, { request: /b }, { advance: past-expiry }, { request: /c }]`,
      );
      expect(run.outcomes).toMatchObject({ n2: 200, n3: 200 });
      expect(run.findings).toEqual([]);
    },
  );

  test('that the store refuses is used from memory, written as soon as possible, and survives the next kill', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { store: { failWrites: 4, code: quota } }, { request: /a }, { advance: 5s }, { app: relaunch }, { request: /b }]`.replace(
        '{ failWrites: 4, code: quota }',
        '{ failWrites: 4 }',
      ),
    );
    expect(run.outcomes).toEqual({ n1: 200, n2: 200 });
    expect(run.sent).toEqual(['AT-2 /a', 'AT-2 /b']);
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.findings).toEqual([]);
  });

  test('keeps the old refresh token when none came', async () => {
    const run = await runEngine(
      'server: { refreshToken: { rotation: omit } }\nsteps: [{ repeat: { times: 3, steps: [{ advance: past-expiry }, { request: /a }, { app: relaunch }] } }]',
    );
    expect(run.of('token.sent').map(({ rt }) => rt)).toEqual(['RT-1', 'RT-1', 'RT-1']);
    expect(run.findings).toEqual([]);
  });

  test('is asked for only while the store can be read: a rotation that cannot be written is lost with the next kill', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { store: lock }, { request: /a, wait: false }, { advance: 30s }, { expect: { refreshes: 0 } }, { store: unlock }, { advance: 3s }]`,
    );
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.record.expectations).toEqual([]);
    expect(run.outcomes).toEqual({ n1: 200 });
    expect(run.findings).toEqual([]);
  });

  test('is asked for all the same when the store is broken rather than locked', async () => {
    const broken = (host: Host): Host => ({
      ...host,
      store: {
        get: () => Promise.reject(new Error('bad decrypt')),
        set: () => Promise.reject(new Error('bad decrypt')),
        delete: () => Promise.reject(new Error('bad decrypt')),
      },
    });
    const run = await runEngine('steps: [{ signIn: ada }, { request: /a }, { advance: past-expiry }, { request: /b }]', { wrap: broken });
    expect(run.outcomes).toEqual({ n1: 200, n2: 200 });
    expect(run.refreshesAt).toHaveLength(1);
  });
});

describe('stop', () => {
  test('waits for a refresh that has left, and its answer is kept', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { request: /a, wait: false }, { after: 30ms, app: stop }, { app: launch }, { request: /b }]`,
    );
    expect(run.outcomes).toEqual({ n1: 'aborted', n2: 200 });
    expect(run.sent).toEqual(['AT-2 /b']);
    expect(run.refreshesAt).toHaveLength(1);
  });

  test.each([
    ['during a backoff', '{ fault: { reply: 503, of: token } }, { request: /a, wait: false }, { after: 1s, app: stop }'],
    ['while offline', '{ network: offline }, { request: /a, wait: false }, { after: 1s, app: stop }'],
    ['while the store is locked', '{ store: lock }, { request: /a, wait: false }, { after: 1s, app: stop }'],
    ['while loading', '{ store: lock }, { app: relaunch }, { after: 1s, app: stop }'],
    ['while a sign-out is being repeated', '{ store: lock }, { signOut: {} }, { after: 1s, app: stop }'],
    [
      'during a refresh for a user before',
      '{ fault: { delay: 30s, of: token } }, { request: /a, wait: false }, { after: 1s, signIn: bob }, { after: 1s, app: stop }',
    ],
    ['with the timer set', '{ advance: 1s }, { app: stop }'],
  ])('%s leaves no timer behind', async (_name, steps) => {
    const run = await runEngine(`${STALE}steps: [{ advance: past-expiry }, ${steps}]`, { options: { timer: true } });
    expect(run.findings).toEqual([]);
    expect(run.record.ending).toBe('finished');
  });

  test('twice is the same as once, and a request after it is rejected', async () => {
    const reasons: unknown[] = [];
    await runEngine('steps: [{ app: stop }]', {
      seen: (engine) => {
        const stop = engine.stop.bind(engine);
        engine.stop = async () => {
          await stop();
          await stop();
          await engine.request('/late').catch((error: { reason: string }) => reasons.push(error.reason));
        };
      },
    });
    expect(reasons).toContain('aborted');
  });
});
