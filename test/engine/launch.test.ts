// What a launch makes of what the store holds, before anything is shown.
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/core/contract.ts';
import { runEngine } from './kit.ts';

const RELAUNCHED = '{ app: kill }, { advance: past-expiry }, { app: launch }';

describe('an expired token with a good refresh token', () => {
  test('is renewed before the state says active, and requests go with the new one', async () => {
    const run = await runEngine(`steps: [${RELAUNCHED}, { request: /a }]`);
    expect(run.order('api.sent', 'told active', 'store.end set')).toEqual(['store.end set', 'told active', 'api.sent']);
    expect(run.sent).toEqual(['AT-2 /a']);
    expect(run.transitions).toEqual(['loading > active (restored)']);
    expect(run.findings).toEqual([]);
  });

  test('holds requests that come too early back until then', async () => {
    const run = await runEngine(
      `steps: [{ app: kill }, { advance: past-expiry }, { parallel: [{ app: launch }, { after: 3ms, request: /a }] }]`,
    );
    expect(run.sent).toEqual(['AT-2 /a']);
    expect(run.outcomes).toEqual({ n1: 200 });
    expect(run.findings).toEqual([]);
  });

  test.each([
    ['offline', '{ network: offline }', 'by then', 100],
    ['when the server fails', '{ fault: { reply: 503, of: token, times: 1 } }', 'after the first failure', 1_000],
    ['when the server is silent', '{ fault: { delay: 14s, of: token, times: 1 } }', 'after five seconds', 5_100],
  ])('%s lets the app in %s: a bad network keeps nobody out', async (_when, trouble, _by, within) => {
    const run = await runEngine(
      `steps: [{ app: kill }, { advance: past-expiry }, ${trouble}, { app: launch }, { advance: 20s }, { network: online }, { request: /a }]`,
    );
    const [launch] = run.of('process.launch');
    const active = run.of('state').find(({ to }) => to === 'active');
    expect((active?.t ?? Infinity) - (launch?.t ?? 0)).toBeLessThan(within);
    expect(run.outcomes).toEqual({ n1: 200 });
    expect(run.findings).toEqual([]);
  });

  test('that the server refuses means expired, without a moment of active', async () => {
    const run = await runEngine(`steps: [{ revoke: family }, ${RELAUNCHED}, { request: /a }]`);
    expect(run.transitions).toEqual(['loading > expired (invalid-grant)']);
    expect(run.outcomes).toEqual({ n1: 'reauthentication-required' });
    expect(run.findings).toEqual([]);
  });

  test('in two processes at once is renewed once', async () => {
    const run = await runEngine(
      `devices: { phone: { processes: [app, widget] } }
steps: [{ on: [phone/app, phone/widget], app: kill }, { advance: past-expiry }, { parallel: [{ on: phone/app, app: launch }, { on: phone/widget, app: launch }] }, { on: [phone/app, phone/widget], request: /a }]`,
    );
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.findings).toEqual([]);
  });
});

describe('an expired token without a refresh token', () => {
  test('means expired, also offline', async () => {
    const run = await runEngine(`steps: [{ network: offline }, ${RELAUNCHED}, { network: online }, { request: /a }]`, {
      seen: (engine) => {
        const signIn = engine.signIn.bind(engine);
        engine.signIn = ({ refresh_token: _dropped, ...rest }) => signIn(rest);
      },
    });
    expect(run.transitions).toEqual(['loading > expired (no-refresh-token)']);
    expect(run.outcomes).toEqual({ n1: 'reauthentication-required' });
    expect(run.refreshesAt).toEqual([]);
  });
});

describe('a refresh token past the end that was told', () => {
  const tells = (host: Host): Host => ({
    ...host,
    fetch: async (url, init) => {
      const answer = await host.fetch(url, init);
      if (url !== host.config.tokenEndpoint) return answer;
      const text = await answer.text();
      const told = text.replace('{', '{"refresh_expires_in":7200,');
      return { ...answer, status: answer.status, ok: answer.ok, headers: answer.headers, text: async () => told };
    },
  });

  test('means expired without asking the server, as long as the clock can be trusted', async () => {
    const run = await runEngine(
      'steps: [{ advance: past-expiry }, { request: /a }, { app: kill }, { advance: 3h }, { network: offline }, { app: launch }]',
      { wrap: tells },
    );
    expect(run.transitions).toEqual(['loading > expired (refresh-token-expired)']);
    expect(run.refreshesAt).toHaveLength(1);
  });

  test('is asked for all the same where only the wall clock says so', async () => {
    const run = await runEngine(
      'steps: [{ advance: past-expiry }, { request: /a }, { app: kill }, { clock: 9h }, { app: launch }, { request: /b }]',
      { wrap: tells, options: { monotonicSince: 'process' } },
    );
    expect(run.outcomes).toEqual({ n1: 200, n2: 200 });
    expect(run.findings).toEqual([]);
  });
});

describe('a store that cannot be read', () => {
  test('is no reason to sign out, and coming back to the screen asks again at once', async () => {
    const run = await runEngine(
      'steps: [{ store: lock }, { app: relaunch }, { advance: 20m }, { expect: { sessions: { phone: loading } } }, { store: unlock }, { app: foreground }, { advance: 10ms }, { expect: { sessions: { phone: active } } }]',
    );
    expect(run.record.expectations).toEqual([]);
    expect(run.findings).toEqual([]);
  });

  test('for a whole night is asked rarely', async () => {
    const run = await runEngine('steps: [{ store: lock }, { app: relaunch }, { advance: 8h }, { store: unlock }, { advance: 11s }]');
    expect(run.of('store.end').filter(({ op }) => op === 'get').length).toBeLessThan(4_000);
    expect(run.transitions).toEqual(['loading > active (restored)']);
  });
});

describe('a damaged entry', () => {
  const damage = (host: Host): Host => ({
    ...host,
    store: { ...host.store, get: async (key) => ((await host.store.get(key)) === undefined ? undefined : '{"v":1,"session":') },
  });

  test('is told, means expired, and neither launch after launch nor anything else crashes on it', async () => {
    const run = await runEngine('steps: [{ app: relaunch }, { app: relaunch }, { app: relaunch }, { app: foreground }]', { wrap: damage });
    expect(run.transitions).toEqual(Array.from({ length: 3 }, () => 'loading > expired (store-corrupt)'));
    expect(run.events.filter(({ type }) => type === 'store-corrupt')).toHaveLength(3);
    expect(run.record.clientFaults).toEqual([]);
  });
});

describe('a launch of an app that locks itself', () => {
  test('opens locked, and what it shows then has been verified', async () => {
    const run = await runEngine(
      `lock: fintech
steps: [{ app: kill }, { advance: past-expiry }, { fault: { delay: 4s, of: token, times: 1 } }, { prompt: { biometric: ok, takes: 1s } }, { parallel: [{ app: launch }, { after: 100ms, app: foreground }, { after: 200ms, request: /a }] }]`,
    );
    expect(run.transitions).toEqual(['loading > locked (cold-start)', 'locked > active (unlocked)']);
    const inOrder = ['told locked', 'prompt.closed', 'store.end set', 'told active', 'api.sent'];
    expect(run.order(...inOrder)).toEqual(inOrder);
    expect(run.findings).toEqual([]);
  });

  test('is expired when the server says so behind the lock, and the user is asked to sign in', async () => {
    const run = await runEngine(
      `lock: fintech
steps: [{ revoke: family }, { app: kill }, { advance: past-expiry }, { app: launch }, { prompt: { biometric: ok } }, { app: foreground }, { request: /a }]`,
    );
    expect(run.transitions).toEqual([
      'loading > locked (cold-start)',
      'locked > expired (invalid-grant)',
      'expired > active (reauthenticated)',
    ]);
    expect(run.outcomes).toEqual({ n1: 200 });
  });
});
