// The ladder when a session has ended: biometrics, then a password, then sign-out.
import { describe, expect, test } from 'vitest';
import type { Host } from '../../src/core/contract.ts';
import { runEngine } from './kit.ts';

const prompts = (run: Awaited<ReturnType<typeof runEngine>>): string[] =>
  run.of('prompt.closed').map(({ method, outcome }) => `${method} ${outcome}`);

describe('a session that the server ended', () => {
  test('is opened again by biometrics, and what waited goes on', async () => {
    const run = await runEngine('steps: [{ revoke: family }, { prompt: { biometric: ok } }, { request: { path: /a, count: 5 } }]');
    expect(prompts(run)).toEqual(['biometric ok']);
    expect(run.transitions).toEqual(['active > expired (invalid-grant)', 'expired > active (reauthenticated)']);
    expect(new Set(Object.values(run.outcomes))).toEqual(new Set([200]));
    expect(run.order('told expired', 'prompt.shown', 'told active', 'request.settled')).toEqual([
      'told expired',
      'prompt.shown',
      'told active',
      'request.settled',
    ]);
    expect(run.findings).toEqual([]);
  });

  test.each(['failed', 'cancelled', 'unavailable', 'locked-out'])('asks for the password when biometrics are %s', async (outcome) => {
    const run = await runEngine(`steps: [{ revoke: family }, { prompt: { biometric: ${outcome}, password: ok } }, { request: /a }]`);
    expect(prompts(run)).toEqual([...(outcome === 'unavailable' ? [] : [`biometric ${outcome}`]), 'password ok']);
    expect(run.outcomes).toEqual({ n1: 200 });
    expect(run.findings).toEqual([]);
  });

  test.each(['failed', 'cancelled', 'locked-out'])('is signed out when the last rung is %s, and nothing asks again', async (outcome) => {
    const run = await runEngine(
      `steps: [{ revoke: family }, { prompt: { biometric: failed, password: ${outcome} } }, { request: { path: /a, count: 2 } }, { request: /b }, { interact: {} }, { app: foreground }, { app: relaunch }, { request: /c }]`,
    );
    expect(prompts(run)).toEqual(['biometric failed', `password ${outcome}`]);
    expect(run.transitions).toEqual([
      'active > expired (invalid-grant)',
      'expired > signed-out (reauthentication-failed)',
      'loading > signed-out (store-empty)',
    ]);
    expect(run.outcomes).toEqual({ n1: 'reauthentication-required', n2: 'reauthentication-required', n3: 'signed-out', n4: 'signed-out' });
    expect(run.stored).toEqual({});
    expect(run.findings).toEqual([]);
  });

  test('stays expired where there is nothing to ask with', async () => {
    const run = await runEngine('steps: [{ revoke: family }, { request: /a }, { request: /b }, { signIn: ada }, { request: /c }]');
    expect(run.transitions).toEqual(['active > expired (invalid-grant)', 'expired > active (signed-in)']);
    expect(run.outcomes).toEqual({ n1: 'reauthentication-required', n2: 'reauthentication-required', n3: 200 });
    expect(run.of('prompt.shown').length).toBeLessThanOrEqual(2);
    expect(run.findings).toEqual([]);
  });

  test('asks nobody where that is not wanted, and fails its requests at once', async () => {
    const run = await runEngine('steps: [{ revoke: family }, { prompt: { biometric: ok } }, { request: /a }]', {
      options: { reauthenticate: [] },
    });
    expect(prompts(run)).toEqual([]);
    expect(run.outcomes).toEqual({ n1: 'reauthentication-required' });
  });

  test('asks in the order wanted', async () => {
    const run = await runEngine('steps: [{ revoke: family }, { prompt: { biometric: ok, password: failed } }, { request: /a }]', {
      options: { reauthenticate: ['password', 'biometric'] },
    });
    expect(prompts(run)).toEqual(['password failed', 'biometric ok']);
  });

  test('asks once for all who come while it asks', async () => {
    const run = await runEngine(
      'steps: [{ revoke: family }, { prompt: { biometric: failed, password: ok, takes: 5s } }, { request: { path: /a, count: 20, every: 400ms } }, { advance: 1m }]',
    );
    expect(prompts(run)).toEqual(['biometric failed', 'password ok']);
    expect(new Set(Object.values(run.outcomes))).toEqual(new Set([200]));
    expect(run.findings).toEqual([]);
  });

  test('waits with its question until the app is on screen', async () => {
    const run = await runEngine(
      'steps: [{ app: background }, { revoke: family }, { prompt: { biometric: ok } }, { request: /a, wait: false }, { advance: 20s }, { expect: { prompts: 0, sessions: { phone: expired } } }, { app: foreground }, { advance: 5s }]',
    );
    expect(run.record.expectations).toEqual([]);
    expect(prompts(run)).toEqual(['biometric ok']);
    expect(run.outcomes).toEqual({ n1: 200 });
    expect(run.findings).toEqual([]);
  });

  test('does not go on to the next rung while the app is off screen', async () => {
    const run = await runEngine(
      'steps: [{ revoke: family }, { prompt: { biometric: failed, password: ok } }, { request: /a, wait: false }, { advance: 1s }, { app: background }, { advance: 20s }, { expect: { prompts: 1 } }, { app: foreground }, { advance: 5s }]',
    );
    expect(run.record.expectations).toEqual([]);
    expect(run.outcomes).toEqual({ n1: 200 });
    expect(run.findings).toEqual([]);
  });

  test('asks no further once the user has signed out', async () => {
    const run = await runEngine(
      'steps: [{ revoke: family }, { prompt: { biometric: failed, password: ok } }, { request: /a, wait: false }, { advance: 1s }, { signOut: {} }, { advance: 1m }]',
    );
    expect(prompts(run)).toEqual(['biometric failed']);
    expect(run.outcomes).toEqual({ n1: 'signed-out' });
    expect(run.transitions.at(-1)).toBe('expired > signed-out (user)');
    expect(run.findings).toEqual([]);
  });

  test('does not hand the requests of one user to another who signs in instead', async () => {
    const run = await runEngine(
      'steps: [{ revoke: family }, { prompt: { biometric: failed, password: cancelled, takes: 20s } }, { request: { path: /a, method: POST, body: mine }, wait: false }, { advance: 1s }, { signIn: bob }, { advance: 1m }, { request: /b }]',
    );
    expect(run.outcomes).toEqual({ n1: 'signed-out', n2: 200 });
    expect(run.sent.filter((line) => line.endsWith('/a'))).toEqual(['AT-1 /a']);
    expect(run.findings).toEqual([]);
  });

  test('is asked about again after a relaunch in the middle of it', async () => {
    const run = await runEngine(
      'steps: [{ revoke: family }, { prompt: { biometric: ok, takes: 10s } }, { request: /a, wait: false }, { advance: 3s }, { app: relaunch }, { expect: { sessions: { phone: expired } } }, { request: /b }]',
    );
    expect(run.record.expectations).toEqual([]);
    expect(run.outcomes).toEqual({ n2: 200 });
    expect(run.transitions).toEqual([
      'active > expired (invalid-grant)',
      'loading > expired (invalid-grant)',
      'expired > active (reauthenticated)',
    ]);
    expect(run.findings).toEqual([]);
  });

  test('is not reopened by a host that says ok and signs nobody in', async () => {
    const lying = (host: Host): Host => ({
      ...host,
      reauthenticate: { biometric: () => Promise.resolve('ok'), password: () => Promise.reject(new Error('no screen')) },
    });
    const run = await runEngine('steps: [{ revoke: family }, { request: /a }]', { wrap: lying });
    expect(run.outcomes).toEqual({ n1: 'reauthentication-required' });
    expect(run.transitions.at(-1)).toBe('expired > signed-out (reauthentication-failed)');
  });
});

describe('two processes of one device', () => {
  const BOTH = `devices: { phone: { processes: [app, share] } }
steps: [{ revoke: family }, { prompt: { biometric: BIOMETRIC, password: failed } }, { on: [phone/app, phone/share], request: /a }]`;

  test('ask once between them, and both go on', async () => {
    const run = await runEngine(BOTH.replace('BIOMETRIC', 'ok'));
    expect(prompts(run)).toEqual(['biometric ok']);
    expect(run.outcomes).toEqual({ n1: 200, n2: 200 });
    expect(run.findings).toEqual([]);
  });

  test('ask once between them, and both are signed out', async () => {
    const run = await runEngine(BOTH.replace('BIOMETRIC', 'failed'));
    expect(prompts(run)).toEqual(['biometric failed', 'password failed']);
    expect(run.outcomes).toMatchObject({
      n1: expect.stringMatching(/required|signed-out/),
      n2: expect.stringMatching(/required|signed-out/),
    });
    expect(run.transitions.filter((line) => line.includes('> signed-out'))).toHaveLength(2);
    expect(run.findings).toEqual([]);
  });
});

test('a device without locks asks once all the same', async () => {
  const run = await runEngine(
    'steps: [{ revoke: family }, { prompt: { biometric: failed, password: ok } }, { request: { path: /a, count: 3 } }]',
    {
      wrap: (host) => ({ ...host, lock: () => Promise.reject(Object.assign(new Error('none'), { code: 'lock-unavailable' })) }),
    },
  );
  expect(prompts(run)).toEqual(['biometric failed', 'password ok']);
  expect(run.outcomes).toEqual({ n1: 200, n2: 200, n3: 200 });
  expect(run.findings).toEqual([]);
});
