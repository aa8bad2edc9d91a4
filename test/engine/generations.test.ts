import { describe, expect, test } from 'vitest';
import { runEngine } from './kit.ts';

const STALE = 'devices: { phone: { session: { state: active, expiresIn: 5s } } }\n';

describe('sign-out', () => {
  test('empties the store, revokes the refresh token once and rejects what waits', async () => {
    const run = await runEngine(
      'steps: [{ request: { path: /slow, latency: 5s }, wait: false }, { after: 1s, signOut: {} }, { request: /b }]',
    );
    expect(run.outcomes).toEqual({ n1: 'signed-out', n2: 'signed-out' });
    expect(run.of('revocation.sent').map(({ token }) => token)).toEqual(['RT-1']);
    expect(run.transitions).toEqual(['active > signed-out (user)']);
    expect(run.stored).toEqual({});
    expect(run.findings).toEqual([]);
  });

  test.each(['5ms', '30ms', '60ms', '74ms', '75ms', '76ms'])(
    '%s into a refresh discards its answer and revokes what it brought',
    async (after) => {
      const run = await runEngine(
        `server: { revocation: { refreshKillsAccess: false } }\n${STALE}steps: [{ advance: past-expiry }, { request: /a, wait: false }, { after: ${after}, signOut: {} }, { advance: 20s }, { app: relaunch }, { request: /b }]`,
      );
      expect(run.outcomes).toEqual({ n1: 'signed-out', n2: 'signed-out' });
      expect(run.stored).toEqual({});
      const granted = run.of('token.delivered').flatMap(({ newRt }) => newRt ?? []);
      for (const token of granted) expect(run.of('revocation.sent').map((sent) => sent.token)).toContain(token);
      expect(run.findings).toEqual([]);
    },
  );

  test('offline clears the store at once and revokes when the network is back', async () => {
    const run = await runEngine('steps: [{ network: offline }, { signOut: {} }, { advance: 1m }, { network: online }, { advance: 1s }]');
    expect(run.of('signOut.done')[0]?.t).toBeLessThan(run.record.originMs + 100);
    expect(run.of('revocation.sent').map(({ t }) => Math.floor((t - run.record.originMs) / 1_000))).toEqual([60]);
    expect(run.findings).toEqual([]);
  });

  test('does not wait for a revocation that nobody answers', async () => {
    const run = await runEngine('steps: [{ fault: { drop: response, of: revocation, how: silence } }, { signOut: {} }]');
    expect((run.of('signOut.done')[0]?.t ?? 0) - run.record.originMs).toBeLessThan(5_100);
  });

  test('stays a sign-out when the store refuses the delete, which is repeated', async () => {
    const run = await runEngine(
      'steps: [{ store: lock }, { signOut: {} }, { request: /a }, { advance: 1m }, { store: unlock }, { advance: 2s }, { app: relaunch }, { request: /b }]',
    );
    expect(run.outcomes).toEqual({ n1: 'signed-out', n2: 'signed-out' });
    expect(run.stored).toEqual({});
    expect(run.findings).toEqual([]);
  });

  test('before the store could be read is a sign-out too', async () => {
    const run = await runEngine(
      'steps: [{ store: lock }, { app: relaunch }, { signOut: {} }, { store: unlock }, { request: /a }, { advance: 3s }, { app: relaunch }, { request: /b }]',
    );
    expect(run.outcomes).toEqual({ n1: 'signed-out', n2: 'signed-out' });
    expect(run.findings).toEqual([]);
  });

  test('leaves nothing behind that a later backoff could send', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { fault: { reply: 503, of: token } }, { request: /a, wait: false }, { after: 1s, signOut: {} }, { advance: 10m }]`,
    );
    const signedOut = run.of('signOut.called')[0]?.t ?? 0;
    expect(run.of('token.sent').filter(({ t }) => t > signedOut)).toEqual([]);
  });
});

describe('another sign-in', () => {
  test.each(['5ms', '30ms', '60ms', '74ms', '75ms', '76ms', '200ms'])('%s into a refresh keeps the users apart', async (after) => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { request: /a, wait: false }, { after: ${after}, signIn: bob, wait: false }, { request: /b }, { advance: 20s }, { app: relaunch }, { request: /c }]`,
    );
    expect(run.outcomes).toMatchObject({ n2: 200, n3: 200 });
    expect(run.findings).toEqual([]);
  });

  test('does not share the flight of the user before', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { fault: { delay: 3s, of: token } }, { request: /a, wait: false }, { after: 50ms, signIn: bob }, { revoke: access-token }, { request: /b }]`,
    );
    const [granted] = run.of('session.granted');
    expect(run.of('token.sent').map(({ rt }) => rt)).toEqual(['RT-1', granted?.rt]);
    expect(run.outcomes).toEqual({ n1: 'signed-out', n2: 200 });
    expect(run.findings).toEqual([]);
  });

  test('is not undone by the invalid_grant of the user before', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { revoke: family }, { fault: { delay: 2s, of: token } }, { request: /a, wait: false }, { after: 100ms, signIn: bob }, { advance: 10s }, { request: /b }]`,
    );
    expect(run.outcomes).toEqual({ n1: 'signed-out', n2: 200 });
    expect(run.transitions.at(-1)).toBe('active > active (signed-in)');
    expect(run.findings).toEqual([]);
  });

  test('that the store refuses lives in memory and is written later', async () => {
    const run = await runEngine(
      'steps: [{ store: lock }, { signIn: bob }, { request: /a }, { advance: 5s }, { store: unlock }, { advance: 2s }, { app: relaunch }, { request: /b }]',
    );
    expect(run.outcomes).toEqual({ n1: 200, n2: 200 });
    expect(run.sent).toEqual(['AT-2 /a', 'AT-2 /b']);
    expect(run.findings).toEqual([]);
  });

  test('without an access token is rejected and changes nothing', async () => {
    const errors: unknown[] = [];
    const run = await runEngine('steps: [{ request: /a }]', {
      seen: (engine) => {
        const start = engine.start.bind(engine);
        engine.start = async () => {
          await engine.signIn({ access_token: '', token_type: 'Bearer' }).catch((error: unknown) => errors.push(error));
          await start();
        };
      },
    });
    expect(errors).toMatchObject([{ code: 'TW_SIGN_IN_INVALID' }]);
    expect(run.outcomes).toEqual({ n1: 200 });
  });
});

describe('an abort', () => {
  test('of the first caller leaves the refresh to the others', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { request: { path: /a, abortAfter: 20ms }, wait: false }, { request: { path: /b, count: 2 } }]`,
    );
    expect(run.outcomes).toEqual({ n1: 'aborted', n2: 200, n3: 200 });
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.findings).toEqual([]);
  });

  test('of every caller leaves a refresh alone that has left, and its answer is kept', async () => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { request: { path: /a, count: 2, abortAfter: 20ms } }, { advance: 1s }, { request: /b }]`,
    );
    expect(run.outcomes).toEqual({ n1: 'aborted', n2: 'aborted', n3: 200 });
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.findings).toEqual([]);
  });

  test.each([
    ['ends the retries, since nobody needs them', 'reply: 429', 1, 2],
    ['leaves those alone that bring back what a lost answer may have rotated', 'reply: 503', 6, 6],
  ])('of every caller %s', async (_what, fault, least, most) => {
    const run = await runEngine(
      `${STALE}steps: [{ advance: past-expiry }, { fault: { ${fault}, of: token } }, { request: { path: /a, abortAfter: 500ms } }, { advance: 1m }]`,
    );
    expect(run.refreshesAt.length).toBeGreaterThanOrEqual(least);
    expect(run.refreshesAt.length).toBeLessThanOrEqual(most);
    expect(run.findings).toEqual([]);
  });

  test('takes its own request off the wire', async () => {
    const run = await runEngine('steps: [{ request: { path: /a, latency: 5s, abortAfter: 1s } }]');
    expect(run.outcomes).toEqual({ n1: 'aborted' });
    expect(run.of('api.abandoned')).toHaveLength(1);
  });
});
