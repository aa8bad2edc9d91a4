// Where tokens are kept, and what a store may do to them: access token elsewhere, locked after a rotation, torn, restored, full, reinstalled.
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/core/contract.ts';
import type { EngineOptions } from '../../src/engine/options.ts';
import { runEngine } from './kit.ts';

const KEY = 'tokenwarp.session';
const tier = (accessTokenTier: 'secure' | 'plain' | 'memory', steps: string, processes = 'app') =>
  runEngine(`devices: { phone: { processes: [${processes}] } }\nsteps: [${steps}]`, { options: { accessTokenTier } });

describe('an access token kept in memory', () => {
  test('is never written, so a relaunch renews it before anything else', async () => {
    const run = await tier('memory', '{ request: /a }, { app: relaunch }, { request: /b }');
    expect(run.sent).toEqual(['AT-1 /a', 'AT-2 /b']);
    for (const { labels } of run.of('store.end')) expect(labels.filter((label) => label.startsWith('AT'))).toEqual([]);
    expect(run.stored).toEqual({ [KEY]: ['RT-2'] });
    expect(run.findings).toEqual([]);
  });

  test('of one process is not lost to the refresh of another, and no refresh token is used twice', async () => {
    const both = '{ on: [phone/app, phone/widget], request: /a }';
    const run = await tier(
      'memory',
      `${both}, { advance: past-expiry }, ${both}, ${both}, { advance: past-expiry }, ${both}`,
      'app, widget',
    );
    expect(new Set(Object.values(run.outcomes))).toEqual(new Set([200]));
    const spent = run.of('token.sent').map(({ rt }) => rt);
    expect(new Set(spent).size).toBe(spent.length);
    expect(run.findings.filter((line) => !line.startsWith('no-duplicate-refresh c'))).toEqual([]);
  });
});

describe('an access token kept in the plain tier', () => {
  test('comes back from there after a relaunch', async () => {
    const run = await tier(
      'plain',
      '{ request: /a }, { app: relaunch }, { request: /b }, { advance: past-expiry }, { request: /c }, { app: relaunch }, { request: /d }',
    );
    expect(run.sent).toEqual(['AT-1 /a', 'AT-1 /b', 'AT-2 /c', 'AT-2 /d']);
    expect(run.stored).toEqual({ [KEY]: ['RT-2'] });
    expect(run.of('run.end')[0]?.stores['phone']).toMatchObject({ [`plain:${KEY}.access`]: ['AT-2'] });
  });

  test('is gone with the session', async () => {
    for (const end of ['{ signOut: {} }', '{ revoke: family }, { request: /a }']) {
      const run = await tier('plain', end);
      expect(run.of('run.end')[0]?.stores['phone']).not.toHaveProperty(`plain:${KEY}.access`);
    }
  });

  test('that belongs to another pair, or cannot be read, is none: the pair is renewed', async () => {
    const broken = async (get: Host['plain']['get']) =>
      await runEngine('steps: [{ app: relaunch }, { request: /a }]', {
        options: { accessTokenTier: 'plain' },
        wrap: (host) => ({ ...host, plain: { ...host.plain, get: (key) => (key.endsWith('.access') ? get(key) : host.plain.get(key)) } }),
      });
    expect((await broken(async () => 'other/9 stale')).sent).toEqual(['AT-2 /a']);
    expect((await broken(() => Promise.reject(new Error('gone')))).sent).toEqual(['AT-2 /a']);
    expect((await broken(async () => undefined)).sent).toEqual(['AT-2 /a']);
  });
});

describe('the refresh token', () => {
  test.each(['secure', 'plain', 'memory'] as const)('is in the secure tier alone when the access token is in %s', async (where) => {
    const run = await tier(where, '{ advance: past-expiry }, { request: /a }, { app: relaunch }, { request: /b }, { signOut: {} }');
    for (const event of [...run.of('store.begin'), ...run.of('store.end')])
      if (event.tier === 'plain') expect(event.labels.filter((label) => label.startsWith('RT'))).toEqual([]);
    expect(run.outcomes).toEqual({ n1: 200, n2: 200 });
  });
});

describe('a rotation that the store cannot take', () => {
  const LOCKING = '{ advance: past-expiry }, { parallel: [{ request: /a }, { after: 20ms, store: lock }] }';

  test('because the device locked meanwhile is used from memory and written at the unlock', async () => {
    const run = await runEngine(
      `steps: [${LOCKING}, { advance: 3h }, { request: /b, wait: false }, { advance: 1s }, { store: unlock }, { app: foreground }, { advance: 2s }, { app: relaunch }, { request: /c }]`,
    );
    expect(run.outcomes).toEqual({ n1: 200, n2: 200, n3: 200 });
    expect(run.events.filter(({ type }) => type === 'store-write-failed')).toHaveLength(1);
    expect(run.findings).toEqual([]);
  });

  test.each([
    ['strict', 'expired', 'reauthentication-required'],
    ['same-successor', 'active', 200],
    ['one-step-behind', 'active', 200],
  ])('and that a kill then loses ends as the server has it: %s means %s', async (grace, state, outcome) => {
    const run = await runEngine(
      `server: { refreshToken: { grace: ${grace} } }\nsteps: [${LOCKING}, { after: 1s, app: kill }, { store: unlock }, { app: launch }, { request: /b }, { expect: { sessions: { phone: ${state} } } }]`,
    );
    expect(run.record.expectations).toEqual([]);
    expect(run.outcomes).toMatchObject({ n2: outcome });
  });

  test('because it is full is tried again until there is room', async () => {
    const run = await runEngine(
      'steps: [{ advance: past-expiry }, { store: { failWrites: 30, code: quota-exceeded } }, { request: /a }, { advance: 2m }, { app: relaunch }, { request: /b }]',
    );
    expect(run.sent).toEqual(['AT-2 /a', 'AT-2 /b']);
    expect(run.findings).toEqual([]);
  });
});

describe('a store that loses what was written', () => {
  /** From then on, the store holds what `change` makes of its content; once. */
  const damaging =
    (change: (value: string) => string) =>
    (host: Host): Host => {
      let first: string | undefined;
      let done = false;
      return {
        ...host,
        store: {
          ...host.store,
          set: async (key, value) => {
            first ??= value;
            await host.store.set(key, value);
            if (first !== value && !done) await host.store.set(key, change(first));
            done ||= first !== value;
          },
        },
      };
    };

  test.each([
    ['torn', (value: string) => value.slice(0, value.length / 2)],
    ['replaced by an older one from a backup', (value: string) => value],
  ])('%s, is given it again as soon as the engine looks', async (_how, change) => {
    const run = await runEngine(
      'steps: [{ advance: past-expiry }, { request: /a }, { app: background }, { app: foreground }, { advance: 1s }, { app: relaunch }, { request: /b }]',
      { wrap: damaging(change) },
    );
    expect(run.sent).toEqual(['AT-2 /a', 'AT-2 /b']);
    expect(run.stored).toEqual({ [KEY]: ['AT-2', 'RT-2'] });
  });
});

describe('after a reinstall', () => {
  /** The plain tier loses everything at the second launch, the secure one nothing. */
  const reinstalled = (options: EngineOptions, plain: Partial<Host['plain']> = {}) => {
    let launches = 0;
    return runEngine(
      'steps: [{ request: /a }, { app: relaunch }, { advance: 1s }, { request: /b }, { app: relaunch }, { request: /c }, { signIn: bob }, { app: relaunch }, { request: /d }]',
      {
        options,
        wrap: (host) => {
          launches += 1;
          if (launches === 2) void host.plain.delete(`${KEY}.mark`);
          return { ...host, plain: { ...host.plain, ...plain } };
        },
      },
    );
  };

  test('a session from before is given up and revoked; the next sign-in stays', async () => {
    const run = await reinstalled({});
    expect(run.transitions.slice(0, 2)).toEqual(['loading > signed-out (reinstalled)', 'loading > signed-out (store-empty)']);
    expect(run.outcomes).toEqual({ n1: 200, n2: 'signed-out', n3: 'signed-out', n4: 200 });
    expect(run.of('revocation.received').map(({ token }) => token)).toEqual(['RT-1']);
  });

  test('it is kept where the app wants that, and marked anew', async () => {
    const run = await reinstalled({ afterReinstall: 'keep' });
    expect(run.outcomes).toEqual({ n1: 200, n2: 200, n3: 200, n4: 200 });
  });

  test('nothing is concluded from a plain tier that does not work', async () => {
    const broken = await reinstalled({}, { set: () => Promise.reject(new Error('none')) });
    expect(broken.outcomes).toEqual({ n1: 200, n2: 200, n3: 200, n4: 200 });
    const unreadable = await reinstalled({}, { get: () => Promise.reject(new Error('none')) });
    expect(unreadable.outcomes).toEqual({ n1: 200, n2: 200, n3: 200, n4: 200 });
  });
});
