import { describe, expect, test } from 'vitest';
import { FEATURES } from '../../src/core/contract.ts';
import { runEngine } from './kit.ts';

const STALE = 'devices: { phone: { session: { state: active, expiresIn: 5s } } }\n';

describe('one refresh', () => {
  test('serves fifty requests with one dead token, each sent once, with the new one', async () => {
    const run = await runEngine(`${STALE}steps: [{ advance: past-expiry }, { request: { path: /feed, count: 50 } }]`);
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.sent).toEqual(Array.from({ length: 50 }, () => 'AT-2 /feed'));
    expect(run.findings).toEqual([]);
  });

  test('serves fifty requests that are all refused', async () => {
    const run = await runEngine('steps: [{ revoke: access-token }, { request: { path: /feed, count: 50 } }]');
    expect(run.refreshesAt).toHaveLength(1);
    expect(new Set(Object.values(run.outcomes))).toEqual(new Set([200]));
    expect(run.findings).toEqual([]);
  });

  test('is not repeated by a 401 that comes late, for the token already replaced', async () => {
    const run = await runEngine(`steps:
  - { request: { path: /slow, latency: 5s }, wait: false }
  - revoke: access-token
  - request: /feed
  - advance: 20s`);
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.sent).toEqual(['AT-1 /slow', 'AT-1 /feed', 'AT-2 /feed', 'AT-2 /slow']);
    expect(run.findings).toEqual([]);
  });

  test('happens once per expiry over many days', async () => {
    const run = await runEngine(
      'steps: [{ repeat: { times: 24, steps: [{ advance: past-expiry }, { request: { path: /feed, count: 3 } }] } }]',
    );
    expect(run.refreshesAt).toHaveLength(24);
    expect(run.findings).toEqual([]);
  });

  test("leaves the request's method, path, headers and body as they were", async () => {
    const run = await runEngine('steps: [{ revoke: access-token }, { request: { path: /post, method: POST, body: "a letter" } }]');
    const sendings = run
      .of('api.sent')
      .map(({ n, k, method, path, bodyDigest, bodyLength }) => ({ n, k, method, path, bodyDigest, bodyLength }));
    expect(sendings).toHaveLength(2);
    expect(sendings[1]).toEqual({ ...sendings[0], k: 2 });
    expect(run.outcomes).toEqual({ n1: 200 });
  });
});

describe('a resource that refuses every token', () => {
  const ALWAYS_401 =
    'steps: [{ fault: { reply: 401, of: resource, path: /admin } }, { repeat: { times: 5, steps: [{ request: /admin }, { advance: 1s }] } }, { request: /feed }]';
  test('gets two refreshes, each with one replay, and then its 401 is believed', async () => {
    const run = await runEngine(ALWAYS_401);
    expect(run.refreshesAt).toHaveLength(2);
    expect(run.outcomes).toEqual({ n1: 401, n2: 401, n3: 401, n4: 401, n5: 401, n6: 200 });
    expect(run.transitions).toEqual([]);
    expect(run.findings).toEqual([]);
  });

  test('is tried again after a while', async () => {
    const run = await runEngine(
      'steps: [{ fault: { reply: 401, of: resource, times: 2 } }, { request: /a }, { revoke: access-token }, { advance: 1m }, { request: /a }]',
    );
    expect(run.outcomes).toEqual({ n1: 401, n2: 200 });
  });

  test.each(['403', '404', '500'])('with %s: the answer is the result', async (status) => {
    const run = await runEngine(`steps: [{ fault: { reply: ${status}, of: resource } }, { request: /a }]`);
    expect(run.outcomes).toEqual({ n1: Number(status) });
    expect(run.refreshesAt).toEqual([]);
  });
});

describe('refresh-ahead', () => {
  const near = (steps: string): string => `devices: { phone: { session: { state: active, expiresIn: 4m } } }\nsteps: [${steps}]`;

  test('comes before the request that finds the token near its end', async () => {
    const run = await runEngine(near('{ request: { path: /feed, count: 3 } }'));
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.sent).toEqual(['AT-2 /feed', 'AT-2 /feed', 'AT-2 /feed']);
  });

  test('that fails leaves the living token in use', async () => {
    const run = await runEngine(near('{ fault: { reply: 503, of: token } }, { request: /feed }'));
    expect(run.sent).toEqual(['AT-1 /feed']);
    expect(run.outcomes).toEqual({ n1: 200 });
    expect(run.findings).toEqual([]);
  });

  test('that hangs delays a request by three seconds and no more', async () => {
    const run = await runEngine(
      near('{ fault: { drop: response, of: token, how: silence, times: 1 } }, { request: /feed }, { advance: 30s }'),
    );
    expect(run.sent).toEqual(['AT-1 /feed']);
    expect(run.of('api.sent')[0]?.t).toBe(run.record.originMs + 3_000);
    expect(run.outcomes).toEqual({ n1: 200 });
  });

  test('does not come for a token of 30 s before half of its life is over', async () => {
    const run = await runEngine(
      'server: { accessToken: { ttl: 30s } }\nsteps: [{ repeat: { times: 60, steps: [{ advance: 1s }, { request: /feed }] } }]',
    );
    expect(run.refreshesAt.length).toBeGreaterThanOrEqual(3);
    expect(run.refreshesAt.length).toBeLessThanOrEqual(5);
    expect(run.findings).toEqual([]);
  });

  test('can be turned towards a smaller buffer, which the engine declares', async () => {
    const run = await runEngine(near('{ request: /feed }'), { options: { refreshAhead: 60_000 } });
    expect(run.refreshesAt).toEqual([]);
    expect(run.record.history.events.find((event) => event.type === 'client.declared')).toMatchObject({
      refreshAhead: 60_000,
      features: FEATURES.filter((feature) => feature !== 'background'),
    });
  });

  test('by timer refreshes without any request, whatever the lifetime, and starts again after an outage', async () => {
    const run = await runEngine('server: { accessToken: { ttl: 30d }, refreshToken: { idle: never } }\nsteps: [{ advance: 100d }]', {
      options: { timer: true },
    });
    expect(run.refreshesAt).toHaveLength(3);
    const outage = await runEngine('steps: [{ fault: { reply: 503, of: token, for: 58m } }, { advance: 5h }]', {
      options: { timer: true },
    });
    expect(outage.of('token.committed').length).toBeGreaterThanOrEqual(4);
    expect(outage.findings).toEqual([]);
  });

  test('without the timer leaves an idle session alone', async () => {
    const run = await runEngine('steps: [{ advance: 3h }]');
    expect(run.refreshesAt).toEqual([]);
  });
});

describe('a wrong clock', () => {
  test.each(['2h', '-2h', '-30d', '10m'])('that is %s off from the start changes nothing', async (skew) => {
    const run = await runEngine(
      `devices: { phone: { clockSkew: ${skew} } }\nsteps: [{ request: /a }, { advance: 50m }, { request: /b }, { advance: 20m }, { request: /c }]`,
    );
    expect(run.sent).toEqual(['AT-1 /a', 'AT-1 /b', 'AT-2 /c']);
    expect(run.findings).toEqual([]);
  });

  test.each(['2h', '-2h'])('that jumps by %s changes nothing, not even over a restart', async (jump) => {
    const run = await runEngine(
      `steps: [{ request: /a }, { clock: ${jump} }, { request: /b }, { app: relaunch }, { request: /c }, { advance: past-expiry }, { request: /d }]`,
    );
    expect(run.sent).toEqual(['AT-1 /a', 'AT-1 /b', 'AT-1 /c', 'AT-2 /d']);
    expect(run.findings).toEqual([]);
  });

  test('that made the engine trust a dead token is corrected by the 401', async () => {
    const host = { monotonicSince: 'process' } as const;
    const run = await runEngine(
      'steps: [{ request: /a }, { app: kill }, { advance: 2h }, { clock: -2h }, { app: launch }, { request: /b }]',
      { options: host },
    );
    expect(run.outcomes).toEqual({ n1: 200, n2: 200 });
    expect(run.sent).toEqual(['AT-1 /a', 'AT-1 /b', 'AT-2 /b']);
  });

  test('is found out by the Date of the first answer after a restart', async () => {
    const run = await runEngine(
      'steps: [{ app: kill }, { advance: 50m }, { clock: -50m }, { app: launch }, { request: /a }, { advance: 6m }, { request: /b }]',
      { options: { monotonicSince: 'process' } },
    );
    expect(run.sent).toEqual(['AT-1 /a', 'AT-2 /b']);
  });
});
