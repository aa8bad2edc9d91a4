import { describe, expect, test } from 'vitest';
import { runEngine } from './kit.ts';

const STALE = 'devices: { phone: { session: { state: active, expiresIn: 5s } } }\n';
const gaps = (times: readonly number[]): number[] => times.slice(1).map((time, index) => time - (times[index] ?? 0));

test('a refresh that nobody waits for is tried again when its answer was lost, before the grace of the server is over', async () => {
  const run = await runEngine(
    'server: { refreshToken: { grace: { policy: same-successor, window: 20s } } }\nsteps: [{ advance: 57m }, { fault: { drop: response, of: token, times: 2 } }, { app: background }, { app: foreground }, { advance: 20s }, { request: /a }]',
  );
  expect(run.refreshesAt).toHaveLength(3);
  expect(run.sent).toEqual(['AT-4 /a']);
  expect(run.findings).toEqual([]);
});

describe('a refresh that fails', () => {
  test.each(['reply: 503', 'reply: 500', 'reply: 429', 'reply: 403', 'drop: request', 'drop: response', 'truncate: 20'])(
    'with %s is tried again, and nobody is signed out',
    async (fault) => {
      const run = await runEngine(
        `server: { refreshToken: { grace: same-successor } }\n${STALE}steps: [{ advance: past-expiry }, { fault: { ${fault}, of: token, times: 2 } }, { request: /feed }]`,
      );
      expect(run.outcomes).toEqual({ n1: 200 });
      expect(run.refreshesAt).toHaveLength(3);
      expect(run.transitions).toEqual([]);
      expect(run.findings).toEqual([]);
    },
  );

  test('is tried six times with growing pauses, then the requests fail and the session lives', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { fault: { reply: 503, of: token } }, { request: { path: /feed, count: 2 } }, { heal: {} }, { advance: 1m }, { request: /again }]`,
    );
    expect(run.outcomes).toMatchObject({ n1: 'network', n2: 'network', n3: 200 });
    const outage = gaps(run.refreshesAt.slice(0, 6));
    for (const [index, gap] of outage.entries()) expect(gap).toBeGreaterThan(outage[index - 1] ?? 200);
    expect(run.refreshesAt).toHaveLength(7);
    expect(run.findings).toEqual([]);
  });

  test.each([
    ['3s', 3_000],
    ['20s', 20_000],
  ])('with Retry-After %s is not tried before', async (after, ms) => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { fault: { reply: 429, retryAfter: ${after}, of: token, times: 1 } }, { request: /a, wait: false }, { advance: 1s }, { request: /b }]`,
    );
    expect(gaps(run.refreshesAt)[0]).toBeGreaterThanOrEqual(ms);
    expect(run.outcomes).toEqual({ n1: 200, n2: 200 });
  });

  test('keeps to Retry-After over a restart and in a sibling', async () => {
    const run = await runEngine(`devices: { phone: { session: { state: active, expiresIn: 5s }, processes: [app, widget] } }
steps:
  - { fault: { reply: 503, retryAfter: 30s, of: token, times: 1 } }
  - { on: phone/app, request: /a, wait: false }
  - advance: 5s
  - { on: phone/widget, request: /b, wait: false }
  - { on: phone/app, app: relaunch }
  - { on: phone/app, request: /c }
  - advance: 10s`);
    expect(run.refreshesAt).toHaveLength(2);
    expect(gaps(run.refreshesAt)[0]).toBeGreaterThanOrEqual(30_000);
    expect(run.outcomes).toMatchObject({ n2: 200, n3: 200 });
    expect(run.findings).toEqual([]);
  });

  test('with a very long Retry-After makes requests fail by their deadline', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { fault: { reply: 503, retryAfter: 10m, of: token, times: 1 } }, { request: /a }, { request: /b }]`,
    );
    expect(run.outcomes).toEqual({ n1: 'deadline', n2: 'deadline' });
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.findings).toEqual([]);
  });

  test('by silence is given up after 15 s and tried again', async () => {
    const run = await runEngine(
      `server: { refreshToken: { grace: same-successor } }\n${STALE}steps: [{ advance: past-expiry }, { fault: { drop: response, of: token, how: silence, times: 1 } }, { request: { path: /feed, count: 3 } }]`,
    );
    expect(run.of('token.abandoned')).toHaveLength(1);
    expect(gaps(run.refreshesAt)[0]).toBeGreaterThan(15_000);
    expect(run.outcomes).toEqual({ n1: 200, n2: 200, n3: 200 });
    expect(run.findings).toEqual([]);
  });

  test('gets a fresh chance when the app comes back to the screen', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { fault: { reply: 503, of: token, times: 6 } }, { request: /a }, { app: foreground }, { advance: 1s }]`,
    );
    expect(run.outcomes).toEqual({ n1: 'network' });
    expect(run.refreshesAt).toHaveLength(7);
  });

  test('never brings a storm, however often the app asks, and no request goes without a try', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { fault: { reply: 500, of: token } }, { repeat: { times: 360, steps: [{ request: /a, wait: false }, { advance: 10s }] } }]`,
    );
    expect(run.refreshesAt.length).toBeLessThanOrEqual(150);
    for (const gap of gaps(run.refreshesAt).slice(8)) expect(gap).toBeGreaterThan(25_000);
    expect(new Set(Object.values(run.outcomes))).toEqual(new Set(['network', 'deadline']));
    expect(run.findings).toEqual([]);
  });
});

describe('invalid_grant', () => {
  test('ends the session once, and the refresh token is never presented again', async () => {
    const run = await runEngine('steps: [{ revoke: family }, { request: { path: /feed, count: 3 } }, { request: /b }, { request: /c }]');
    expect(new Set(Object.values(run.outcomes))).toEqual(new Set(['reauthentication-required']));
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.transitions).toEqual(['active > expired (invalid-grant)']);
    expect(run.findings).toEqual([]);
  });

  test('is still known after a restart and in a sibling, and no token is left', async () => {
    const run = await runEngine(`devices: { phone: { processes: [app, widget] } }
steps: [{ revoke: family }, { on: phone/app, request: /a }, { on: phone/widget, request: /b }, { on: phone/app, app: relaunch }, { on: phone/app, request: /c }]`);
    expect(run.outcomes).toEqual({ n1: 'reauthentication-required', n2: 'reauthentication-required', n3: 'reauthentication-required' });
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.stored).toEqual({ 'tokenwarp.session': [] });
    expect(run.transitions).toContain('loading > expired (invalid-grant)');
  });

  test('after a lost answer is reported as such', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { fault: { drop: response, of: token, times: 1 } }, { request: /feed }]`,
    );
    expect(run.outcomes).toEqual({ n1: 'reauthentication-required' });
    expect(run.transitions).toEqual(['active > expired (lost-response)']);
  });

  test.each(['same-successor', 'new-sibling', 'replace-child', 'one-step-behind'])(
    'does not come after a lost answer under the grace policy %s',
    async (grace) => {
      const run = await runEngine(
        `server: { refreshToken: { grace: ${grace} } }\n${STALE}steps: [{ advance: past-expiry }, { fault: { drop: response, of: token, times: 1 } }, { request: /feed }, { advance: past-expiry }, { request: /b }]`,
      );
      expect(run.outcomes).toEqual({ n1: 200, n2: 200 });
      expect(run.findings).toEqual([]);
    },
  );

  test('is followed by a new sign-in like any other', async () => {
    const run = await runEngine(
      'steps: [{ revoke: family }, { request: /a }, { signIn: ada }, { request: /b }, { advance: past-expiry }, { request: /c }]',
    );
    expect(run.outcomes).toEqual({ n1: 'reauthentication-required', n2: 200, n3: 200 });
    expect(run.findings).toEqual([]);
  });
});

describe('a session without a refresh token', () => {
  test('ends when its access token is refused', async () => {
    const run = await runEngine('steps: [{ request: /a }, { revoke: access-token }, { request: /b }, { request: /c }]', {
      seen: (engine) => {
        const signIn = engine.signIn.bind(engine);
        engine.signIn = ({ refresh_token: _dropped, ...rest }) => signIn(rest);
      },
    });
    expect(run.outcomes).toEqual({ n1: 200, n2: 'reauthentication-required', n3: 'reauthentication-required' });
    expect(run.refreshesAt).toEqual([]);
    expect(run.transitions).toContain('active > expired (no-refresh-token)');
  });
});

describe('a network error of the request itself', () => {
  test.each(['GET', 'POST'])('fails a %s, which is not sent again', async (method) => {
    const run = await runEngine(
      `steps: [{ fault: { drop: response, of: resource, times: 1 } }, { request: { path: /a, method: ${method} } }, { request: /b }]`,
    );
    expect(run.outcomes).toEqual({ n1: 'network', n2: 200 });
    expect(run.sent).toEqual(['AT-1 /a', 'AT-1 /b']);
  });

  test('by silence fails it by its deadline', async () => {
    const run = await runEngine('steps: [{ fault: { drop: response, of: resource, how: silence, times: 1 } }, { request: /a }]');
    expect(run.outcomes).toEqual({ n1: 'deadline' });
    expect(run.of('api.abandoned')).toHaveLength(1);
    expect(run.findings).toEqual([]);
  });
});
