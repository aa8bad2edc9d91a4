import { describe, expect, test } from 'vitest';
import { runEngine } from './kit.ts';

describe('offline', () => {
  test('nothing is sent; requests wait and go on in their order when the network is back', async () => {
    const run = await runEngine(`devices: { phone: { session: { state: active, expiresIn: 5s } } }
steps:
  - network: offline
  - { request: { path: /a, count: 2 }, wait: false }
  - { after: 1s, request: /b, wait: false }
  - advance: 9m
  - network: online
  - advance: 5s`);
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.sent).toEqual(['AT-2 /a', 'AT-2 /a', 'AT-2 /b']);
    expect(run.outcomes).toEqual({ n1: 200, n2: 200, n3: 200 });
    expect(run.findings).toEqual([]);
  });

  test('requests with a good token wait too', async () => {
    const run = await runEngine(
      'steps: [{ network: offline }, { request: /a, wait: false }, { advance: 1m }, { network: online }, { advance: 1s }]',
    );
    expect(run.sent).toEqual(['AT-1 /a']);
    expect(run.of('api.sent')[0]?.t).toBe(run.record.originMs + 60_000);
  });

  test('the queue has a limit, and room again when it has emptied', async () => {
    const run = await runEngine(
      'steps: [{ network: offline }, { request: { path: /a, count: 4 }, wait: false }, { advance: 1s }, { network: online }, { advance: 5s }, { network: offline }, { request: /b, wait: false }, { advance: 1s }, { network: online }]',
      { options: { queueLimit: 2 } },
    );
    expect(run.outcomes).toEqual({ n1: 200, n2: 200, n3: 'queue-full', n4: 'queue-full', n5: 200 });
  });

  test('a request waits no longer than its deadline', async () => {
    const run = await runEngine(
      'steps: [{ network: offline }, { request: /a, wait: false }, { advance: 20m }, { network: online }, { request: /b }]',
    );
    expect(run.outcomes).toEqual({ n1: 'deadline', n2: 200 });
    expect(run.of('request.settled')[0]?.t).toBe(run.record.originMs + 15 * 60_000);
  });

  test('an abort settles a waiting request at once and lets another one into the queue', async () => {
    const run = await runEngine(
      'steps: [{ network: offline }, { request: { path: /a, abortAfter: 2s }, wait: false }, { after: 3s, request: /b, wait: false }, { advance: 1s }, { network: online }]',
      { options: { queueLimit: 1 } },
    );
    expect(run.outcomes).toEqual({ n1: 'aborted', n2: 200 });
    expect(run.of('request.settled')[0]?.t).toBe(run.record.originMs + 2_000);
  });

  test('time offline does not count towards the deadline online', async () => {
    const run = await runEngine(
      'steps: [{ fault: { reply: 503, of: token, for: 10s } }, { revoke: access-token }, { request: /a, wait: false }, { advance: 5s }, { network: offline }, { advance: 10m }, { network: online }, { advance: 30s }]',
    );
    expect(run.outcomes).toEqual({ n1: 200 });
    expect(run.findings).toEqual([]);
  });

  test('a refresh that the outage interrupts is taken up again at once', async () => {
    const run = await runEngine(`server: { refreshToken: { grace: same-successor } }
devices: { phone: { session: { state: active, expiresIn: 5s } } }
steps: [{ request: /a, wait: false }, { after: 30ms, network: offline }, { advance: 1m }, { network: online }, { advance: 2s }]`);
    expect(run.refreshesAt).toHaveLength(2);
    expect(run.refreshesAt[1]).toBeLessThan(60_200);
    expect(run.outcomes).toEqual({ n1: 200 });
    expect(run.findings).toEqual([]);
  });
});
