// What can happen to a store, and what a client finds afterwards.
import { describe, expect, it } from 'vitest';
import type { Client, Host } from '../../src/core/contract.ts';
import { eventsOf, play } from '../kit/world.ts';

const idle: Client = { start: async () => undefined, signIn: async () => undefined, request: async () => ({ status: 200 }) };

/** `/set/value`, `/get`, `/delete` act on the key `k` of the secure store, `/plain/...` on the plain one; what came of it is noted. */
const keeper =
  (seen: unknown[]) =>
  (host: Host): Client => ({
    ...idle,
    signIn: async (tokens) => {
      await host.store.set('tokens', JSON.stringify(tokens));
      await host.plain.set('marker', 'installed');
    },
    request: async (path) => {
      const [, first = '', second] = path.split('/');
      const store = first === 'plain' ? host.plain : host.store;
      const op = first === 'plain' ? (second ?? '') : first;
      const done =
        op === 'set'
          ? store.set('k', second ?? '').then(() => 'ok')
          : store.get(first === 'plain' ? 'marker' : op === 'tokens' ? 'tokens' : 'k');
      seen.push(await done.catch((error: { code: string }) => error.code));
      return { status: 200 };
    },
  });

const afterwards = async (steps: string, head = ''): Promise<unknown[]> => {
  const seen: unknown[] = [];
  await play(`${head}steps:\n${steps}`, keeper(seen));
  return seen;
};

describe('an operation', () => {
  it('fails as often as the scenario says, reads and writes apart, with the code it names', async () => {
    expect(
      await afterwards(
        '  - store: { failReads: 1 }\n  - store: { failWrites: 1, code: disk-full }\n  - request: /set/a\n  - request: /get\n  - request: /set/b\n  - request: /get',
      ),
    ).toEqual(['disk-full', 'store-failed', 'ok', 'b']);
  });

  it('finds no room beyond the quota, while what is there can be read', async () => {
    const head = 'devices: { phone: { session: signed-out } }\n';
    const steps =
      '  - store: { quota: 5 }\n  - request: /set/12345\n  - request: /set/123456\n  - request: /get\n  - store: { quota: none }\n  - request: /set/123456';
    expect(await afterwards(steps, head)).toEqual(['ok', 'quota-exceeded', '12345', 'ok']);
  });
});

describe('a kill in the middle of a write leaves', () => {
  it.each([
    ['atomic', 'old'],
    ['torn', 'newv'],
    ['clear-first', undefined],
  ])('where writes are %s: %s', async (mode, left) => {
    const seen: unknown[] = [];
    const record = await play(
      `steps:
  - request: /set/old
  - store: { writes: ${mode} }
  - { request: /set/newvalue, wait: false }
  - advance: { until: store.begin }
  - app: relaunch
  - request: /get`,
      keeper(seen),
    );
    expect(seen).toEqual(['ok', left]);
    expect(eventsOf(record, 'store.changed').map(({ how, tier }) => [how, tier])).toEqual(mode === 'atomic' ? [] : [['torn', 'secure']]);
  });

  it('nothing to be seen when no kill comes', async () => {
    expect(await afterwards('  - store: { writes: torn }\n  - request: /set/a\n  - app: relaunch\n  - request: /get')).toEqual(['ok', 'a']);
  });

  it('a hole for whoever reads meanwhile, where the old value is cleared first', async () => {
    const steps = (mode: string): string =>
      `  - request: /set/old\n  - store: { writes: ${mode} }\n  - store: { delay: 100ms }\n  - { request: /get, wait: false }\n  - { after: 50ms, request: /set/new }\n  - request: /get`;
    expect(await afterwards(steps('clear-first'))).toEqual(['ok', undefined, 'ok', 'new']);
    expect(await afterwards(steps('atomic'))).toEqual(['ok', 'old', 'ok', 'new']);
  });
});

describe('the content', () => {
  it('is cleared, corrupted or cut, in the tier that is meant', async () => {
    const seen: unknown[] = [];
    const record = await play(
      `steps:
  - request: /set/abcdef
  - store: { truncate: 3 }
  - request: /get
  - store: corrupt
  - request: /get
  - store: { clear: secure }
  - request: /get
  - request: /plain/get
  - store: { clear: plain }
  - request: /plain/get`,
      keeper(seen),
    );
    expect(seen).toEqual(['ok', 'abc', '\uFFFD'.repeat(24), undefined, 'installed', undefined]);
    expect(eventsOf(record, 'store.changed').map(({ how, tier, labels }) => [how, tier, labels])).toEqual([
      ['truncated', 'secure', []],
      ['corrupted', 'secure', []],
      ['cleared', 'secure', []],
      ['cleared', 'plain', []],
    ]);
  });

  it('is what another version of the app wrote, with the tokens of this one', async () => {
    const seen: unknown[] = [];
    const record = await play(
      `steps:
  - app: update
  - store: { overwrite: '{"v":0,"at":"{access-token}","rt":"{refresh-token}"}' }
  - app: launch
  - request: /tokens`,
      keeper(seen),
    );
    expect(JSON.parse(String(seen[0]))).toMatchObject({
      v: 0,
      at: expect.stringMatching(/^.{40,}$/) as string,
      rt: expect.stringMatching(/^.{40,}$/) as string,
    });
    expect(eventsOf(record, 'store.changed')).toMatchObject([{ how: 'replaced', labels: ['AT-1', 'RT-1'] }]);
    expect(eventsOf(record, 'app.installed')).toMatchObject([{ how: 'update', actor: 'phone' }]);
    expect(JSON.stringify(record.history.events)).not.toContain(JSON.parse(String(seen[0])).rt);
  });

  it('is put back from a backup, also on another device, whose session it then holds', async () => {
    const record = await play(
      `devices: { phone: { user: ada }, tablet: { user: bob } }
steps:
  - { on: phone, store: { save: monday } }
  - { on: phone, store: clear }
  - { on: phone, store: { restore: monday } }
  - { on: tablet, store: { restore: monday, tier: secure } }`,
      keeper([]),
    );
    expect(eventsOf(record, 'store.changed').map(({ actor, how, tier, labels }) => [actor, how, tier, labels])).toEqual([
      ['phone', 'cleared', 'secure', []],
      ['phone', 'restored', 'secure', ['AT-1', 'RT-1']],
      ['phone', 'restored', 'plain', []],
      ['tablet', 'restored', 'secure', ['AT-1', 'RT-1']],
    ]);
  });
});

describe('a new installation', () => {
  it.each([
    ['ios', [undefined, 'set']],
    ['android', [undefined, undefined]],
  ])('on %s', async (platform, [marker, tokens]) => {
    const seen: unknown[] = [];
    const record = await play(
      `devices: { phone: { platform: ${platform} } }\nsteps: [{ app: reinstall }, { app: launch }, { request: /plain/get }, { request: /tokens }]`,
      keeper(seen),
    );
    expect([seen[0], seen[1] === undefined ? undefined : 'set']).toEqual([marker, tokens]);
    expect(eventsOf(record, 'app.installed')).toMatchObject([{ how: 'reinstall' }]);
    expect(eventsOf(record, 'process.launch')).toHaveLength(2);
  });
});
