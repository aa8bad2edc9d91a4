// What may lead to a refresh, all of it into one flight: a request, a 401, coming back on screen, the network, a push, a token in a header.
import { describe, expect, test } from 'vitest';
import { runEngine } from './kit.ts';

const SOON = 'devices: { phone: { session: { state: active, expiresIn: 4m } } }\n';

describe('a token near its end is renewed once', () => {
  test.each([
    ['on a push that says nothing about tokens', '{ push: ping }'],
    ['on the screen', '{ app: background }, { app: foreground }'],
    ['when the network comes back', '{ network: offline }, { advance: 10s }, { network: online }'],
    [
      'by all triggers at once',
      '{ parallel: [{ push: refresh }, { push: ping }, { app: foreground }, { request: { path: /a, count: 3 } }] }',
    ],
    [
      'by all triggers one after another',
      '{ push: ping }, { after: 30ms, app: foreground }, { after: 30ms, request: /a }, { push: refresh }',
    ],
  ])('%s', async (_name, steps) => {
    const run = await runEngine(`${SOON}steps: [{ advance: 1m }, ${steps}, { advance: 5s }]`);
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.findings).toEqual([]);
  });
});

describe('a good token', () => {
  test.each([
    ['on a push that says nothing about tokens', '{ push: ping }'],
    ['on the screen', '{ app: background }, { app: foreground }'],
    ['when the network comes back', '{ network: offline }, { advance: 10s }, { network: online }'],
    [
      'by a push that asks for a refresh, a moment after one',
      '{ revoke: access-token }, { request: /a }, { push: refresh }, { push: refresh }',
    ],
  ])('is left alone %s', async (_name, steps) => {
    const run = await runEngine(`steps: [{ advance: 10m }, ${steps}, { advance: 5s }]`);
    expect(run.refreshesAt).toHaveLength(steps.includes('revoke') ? 1 : 0);
    expect(run.findings).toEqual([]);
  });

  test('is renewed when a push asks for it; requests meanwhile do not fail if that fails', async () => {
    const run = await runEngine('steps: [{ advance: 10m }, { push: refresh }, { after: 5ms, request: /a }]');
    expect(run.refreshesAt).toHaveLength(1);
    expect(run.sent).toEqual(['AT-2 /a']);
    const failing = await runEngine(
      'steps: [{ advance: 10m }, { fault: { reply: 503, of: token } }, { push: refresh }, { after: 5ms, request: /a }]',
    );
    expect(failing.sent).toEqual(['AT-1 /a']);
    expect(failing.outcomes).toEqual({ n1: 200 });
  });
});

describe('a push', () => {
  test('to an app in background, locked or just launched is heard', async () => {
    for (const before of ['{ app: background }', '{ advance: 6m }'])
      expect(
        (
          await runEngine(
            `${SOON.replace('4m', '12m')}lock: fintech\nsteps: [${before}, { advance: 3m }, { push: refresh }, { advance: 1s }]`,
          )
        ).refreshesAt,
      ).toHaveLength(1);
    const launched = await runEngine(
      `${SOON}steps: [{ app: kill }, { advance: 1m }, { store: { delay: 50ms } }, { parallel: [{ app: launch }, { after: 5ms, push: ping }] }, { advance: 1s }]`,
    );
    expect(launched.refreshesAt).toHaveLength(1);
    expect(launched.findings).toEqual([]);
  });

  test('when nobody is signed in, or the device is offline, sends nothing', async () => {
    expect((await runEngine('steps: [{ signOut: {} }, { push: refresh }, { advance: 1m }]')).refreshesAt).toEqual([]);
    expect((await runEngine('steps: [{ network: offline }, { push: refresh }, { advance: 1m }]')).refreshesAt).toEqual([]);
  });
});

describe('a token offered in a response header', () => {
  const offering = (steps: string, more = '') =>
    runEngine(`server: { resource: { silentRefresh: { header: x-next-token, window: 20m }${more} } }\nsteps: [${steps}]`);

  test('is written, then used, in place of a refresh, and survives a relaunch', async () => {
    const run = await offering(
      '{ advance: 50m }, { request: /a }, { advance: 1s }, { request: /b }, { advance: 30m }, { app: relaunch }, { request: /c }',
    );
    expect(run.sent).toEqual(['AT-1 /a', 'AT-2 /b', 'AT-2 /c']);
    expect(run.stored).toEqual({ 'tokenwarp.session': ['AT-2', 'RT-1'] });
    expect(run.order('store.end set', 'access.adopted')).toEqual(['store.end set', 'access.adopted']);
    expect(run.refreshesAt).toEqual([]);
    expect(run.findings).toEqual([]);
  });

  test('keeps a session alive for as long as requests flow', async () => {
    const run = await offering('{ repeat: { times: 60, steps: [{ advance: 10m }, { request: /a }] } }');
    expect(run.refreshesAt).toEqual([]);
    expect(run.of('access.adopted').length).toBeGreaterThan(10);
    expect(run.findings).toEqual([]);
  });

  test('for a token that has been replaced meanwhile is not taken: the newer one stays', async () => {
    const run = await offering(
      '{ advance: 50m }, { request: { path: /slow, latency: 5s }, wait: false }, { after: 7s, revoke: access-token }, { request: /a }, { advance: 10s }, { request: /b }',
    );
    expect(run.sent.at(-1)).toBe('AT-3 /b');
    expect(run.of('access.adopted')).toEqual([]);
    expect(run.findings).toEqual([]);
  });

  test('with many answers at once is taken once', async () => {
    const run = await offering('{ advance: 50m }, { request: { path: /a, count: 20 } }, { advance: 1s }, { request: /b }');
    expect(run.of('store.end').filter(({ op }) => op === 'set')).toHaveLength(1);
    expect(run.sent.at(-1)).toBe('AT-2 /b');
    expect(run.findings).toEqual([]);
  });

  test('never takes back the refresh token that a sibling has rotated', async () => {
    const run = await runEngine(`server: { resource: { silentRefresh: { header: x-next-token, window: 20m } } }
devices: { phone: { processes: [app, widget] } }
steps: [{ advance: 50m }, { fault: { delay: 2s, of: token } }, { on: phone/widget, push: refresh }, { after: 60ms, on: phone/app, request: /a }, { advance: 10s }, { on: [phone/app, phone/widget], request: /b }]`);
    expect(run.stored).toEqual({ 'tokenwarp.session': ['AT-2', 'RT-2'] });
    expect(run.sent.slice(1)).toEqual(['AT-2 /b', 'AT-2 /b']);
  });

  test('that cannot be written is not used', async () => {
    const run = await offering('{ advance: 50m }, { store: { failWrites: 9 } }, { request: /a }, { advance: 1s }, { request: /b }');
    expect(run.sent).toEqual(['AT-1 /a', 'AT-1 /b']);
    expect(run.findings).toEqual([]);
  });
});
