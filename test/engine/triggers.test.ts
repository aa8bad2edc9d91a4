// What may lead to a refresh, all of it into one flight: a request, a 401, coming back on screen, the network, a push, a token in a header.
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/core/contract.ts';
import { runEngine } from './kit.ts';

const SOON = 'devices: { phone: { session: { state: active, expiresIn: 4m } } }\n';

describe('a token near its end is renewed, once, ', () => {
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
  const offering =
    (life = 3_600) =>
    (host: Host): Host => {
      const HEADER = 'x-next-token';
      return {
        ...host,
        config: { ...host.config, silentRefreshHeader: HEADER },
        // Offers what a refresh behind the scenes brings, with the answer to /late after all the others.
        fetch: async (url, init) => {
          const answer = await host.fetch(url, init);
          if (!url.startsWith(host.config.resourceBaseUrl) || answer.status !== 200) return answer;
          const current = init?.headers?.['authorization']?.split(' ')[1] ?? '';
          const extra: Record<string, string> = url.endsWith('/offer')
            ? { [HEADER]: `${current}~`, [`${HEADER}-expires-in`]: String(life) }
            : {};
          const get = (name: string): string | null => extra[name.toLowerCase()] ?? answer.headers.get(name);
          return { status: 200, ok: true, headers: { get }, text: () => answer.text(), json: () => answer.json() };
        },
      };
    };
  const stored = async (steps: string, life?: number, options = {}): Promise<{ used: string[]; record: string | undefined }> => {
    const used: string[] = [];
    let record: string | undefined;
    await runEngine(`steps: [${steps}]`, {
      ...options,
      wrap: (host) => {
        const wrapped = offering(life)(host);
        return {
          ...wrapped,
          store: { ...host.store, set: (key, value) => host.store.set(key, (record = value)) },
          fetch: (url, init) => {
            if (url.startsWith(host.config.resourceBaseUrl)) used.push((init?.headers?.['authorization'] ?? '').replace(/[^~]/g, ''));
            return wrapped.fetch(url, init);
          },
        };
      },
    });
    return { used, record };
  };

  test('is written, then used, with the refresh token as it was', async () => {
    const { used, record } = await stored(
      '{ advance: 50m }, { request: /offer }, { advance: 1s }, { request: /a }, { app: relaunch }, { request: /b }',
    );
    expect(used.slice(0, 3)).toEqual(['', '~', '~']);
    expect(record).toContain('~"');
  });

  test('that lives no longer than the one in hand is not taken', async () => {
    const { used } = await stored('{ advance: 50m }, { request: /offer }, { advance: 1s }, { request: /a }', 60);
    expect(used).toEqual(['', '']);
  });

  test('for a token that has been replaced meanwhile is not taken: the newer one stays', async () => {
    const { used } = await stored(
      '{ advance: 50m }, { request: { path: /offer, latency: 5s }, wait: false }, { after: 6s, revoke: access-token }, { request: /a }, { advance: 10s }, { request: /b }',
    );
    expect(used).not.toContain('~');
  });

  test('that cannot be written is not used', async () => {
    const { used } = await stored('{ advance: 50m }, { store: { failWrites: 9 } }, { request: /offer }, { advance: 1s }, { request: /a }');
    expect(used).toEqual(['', '']);
  });
});
