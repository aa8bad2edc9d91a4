// The app locks itself: after too long without interaction, or away from the screen.
import { describe, expect, test } from 'vitest';
import { LOCK_PRESETS } from '../../src/engine/engine.ts';
import { runEngine } from './kit.ts';

const FINTECH = 'lock: fintech\n';
const UNLOCK = '{ prompt: { biometric: ok, takes: 1s } }, { app: foreground }, { advance: 2s }';
const run = (steps: string, options = {}) => runEngine(`${FINTECH}steps: [${steps}]`, options);

describe('without interaction', () => {
  test('it locks after the idle time, and each touch begins it anew', async () => {
    const { transitions, of, record, findings } = await run(
      '{ advance: 4m }, { interact: {} }, { advance: 4m }, { interact: {} }, { advance: 6m }',
    );
    expect(transitions).toEqual(['active > locked (idle-timeout)']);
    const locked = of('state').find(({ to }) => to === 'locked');
    expect((locked?.t ?? 0) - record.originMs).toBeGreaterThanOrEqual(8 * 60_000 + LOCK_PRESETS.fintech.idle);
    expect(findings).toEqual([]);
  });

  test('requests and refreshes are no interaction', async () => {
    const { transitions } = await run('{ repeat: { times: 10, steps: [{ advance: 1m }, { request: /a, wait: false }] } }');
    expect(transitions).toEqual(['active > locked (idle-timeout)']);
  });

  test('time in background does not count towards it; coming back goes on where it was', async () => {
    const { transitions, record } = await run(
      '{ advance: 4m }, { app: background }, { advance: 2m }, { app: foreground }, { advance: 50s }, { expect: { sessions: { phone: active } } }, { advance: 20s }, { expect: { sessions: { phone: locked } } }',
    );
    expect(record.expectations).toEqual([]);
    expect(transitions).toEqual(['active > locked (idle-timeout)']);
  });

  test('a wall clock that is set neither locks nor unlocks', async () => {
    const { record, findings } = await run(
      '{ advance: 1m }, { clock: 9h }, { interact: {} }, { request: /a }, { expect: { sessions: { phone: active } } }, { advance: 6m }, { clock: -20h }, { expect: { sessions: { phone: locked } } }',
    );
    expect(record.expectations).toEqual([]);
    expect(findings).toEqual([]);
  });

  test('a timer that slept with the process is made up for by the first touch or request after it', async () => {
    const asleep = (next: string) => run(`{ app: suspend }, { advance: 1h }, { parallel: [{ app: resume }, ${next}] }, { advance: 1s }`);
    expect((await asleep('{ interact: {} }')).transitions[0]).toBe('active > locked (idle-timeout)');
    const { transitions, sent } = await asleep('{ request: /a, wait: false }');
    expect(transitions[0]).toBe('active > locked (idle-timeout)');
    expect(sent).toEqual([]);
  });
});

describe('away from the screen', () => {
  test.each([
    ['2m59s', 'active'],
    ['3m1s', 'locked'],
    ['9h', 'locked'],
  ])('for %s: %s before the first frame', async (away, state) => {
    const { record, of, findings } = await run(
      `{ app: background }, { advance: ${away} }, { app: foreground }, { advance: 1ms }, { expect: { sessions: { phone: ${state} } } }`,
    );
    expect(record.expectations).toEqual([]);
    expect(of('content')).toHaveLength(state === 'active' ? 1 : 0);
    expect(findings).toEqual([]);
  });

  test('a wall clock set back does not keep it open', async () => {
    const { of, transitions } = await run('{ app: background }, { advance: 10m }, { clock: -10m }, { app: foreground }');
    expect(transitions).toEqual(['active > locked (background-timeout)']);
    expect(of('content')).toEqual([]);
  });

  test('a wall clock set forward does not lock it', async () => {
    const { transitions } = await run('{ app: background }, { advance: 1m }, { clock: 9h }, { app: foreground }');
    expect(transitions).toEqual([]);
  });

  test('it is renewed all the same: the lock holds back what is shown, not the session', async () => {
    const { transitions, refreshesAt, findings } = await runEngine(
      'lock: { idle: 1m }\nserver: { accessToken: { ttl: 10m } }\nsteps: [{ advance: 2m }, { app: background }, { advance: 7m }, { push: refresh }, { advance: 1s }]',
    );
    expect(transitions).toEqual(['active > locked (idle-timeout)']);
    expect(refreshesAt).toHaveLength(1);
    expect(findings).toEqual([]);
  });
});

describe('while it is locked', () => {
  const LOCKED = '{ advance: 6m }, ';

  test('requests wait for the unlock, which they ask for', async () => {
    const { outcomes, of, findings } = await run(`${LOCKED}{ prompt: { biometric: ok, takes: 3s } }, { request: { path: /a, count: 3 } }`);
    expect(outcomes).toEqual({ n1: 200, n2: 200, n3: 200 });
    expect(of('prompt.shown').map(({ method, purpose }) => `${method} ${purpose}`)).toEqual(['biometric unlock']);
    expect(findings).toEqual([]);
  });

  test('requests are refused where the app prefers that', async () => {
    const { outcomes, sent } = await run(`${LOCKED}{ request: /a }, ${UNLOCK}, { request: /b }`, { options: { whenLocked: 'refuse' } });
    expect(outcomes).toEqual({ n1: 'locked', n2: 200 });
    expect(sent).toEqual(['AT-1 /b']);
  });

  test('an answer that comes in is held back until the unlock', async () => {
    const steps = `{ advance: 4m59s }, { request: { path: /a, latency: 5s }, wait: false }, { advance: 20s }, { expect: { requests: { a: pending } } }, ${UNLOCK}, { advance: 5s }`;
    const { outcomes, order, record } = await run(steps.replace('{ request:', '{ as: a, request:'));
    expect(record.expectations).toEqual([]);
    expect(outcomes).toEqual({ n1: 200 });
    const inOrder = ['told locked', 'api.delivered', 'told active', 'request.settled'];
    expect(order(...inOrder)).toEqual(inOrder);
    const refusing = await run(steps.replace('{ expect: { requests: { a: pending } } }, ', ''), { options: { whenLocked: 'refuse' } });
    expect(refusing.outcomes).toEqual({ n1: 'locked' });
  });

  test.each([
    ['failed', 'failed', 2],
    ['cancelled', 'cancelled', 2],
    ['unavailable', 'locked-out', 1],
  ])('biometrics %s and password %s leave it locked; the next touch asks again', async (biometric, password, shown) => {
    const { transitions, of, findings } = await run(
      `${LOCKED}{ prompt: { biometric: ${biometric}, password: [${password}, ok] } }, { app: foreground }, { advance: 10s }, { expect: { sessions: { phone: locked }, prompts: ${shown} } }, { interact: {} }, { advance: 10s }`,
    );
    expect(transitions).toEqual(['active > locked (idle-timeout)', 'locked > active (unlocked)']);
    expect(of('prompt.shown')).toHaveLength(2 * shown);
    expect(findings).toEqual([]);
  });

  test('a system that says foreground again after each prompt makes no loop of prompts', async () => {
    const { of, record } = await run(
      `${LOCKED}{ prompt: { biometric: cancelled, password: cancelled } }, { app: foreground }, { advance: 5s }, { app: foreground }, { advance: 5s }, { app: foreground }, { advance: 5s }`,
    );
    expect(of('prompt.shown')).toHaveLength(2);
    expect(record.clientFaults).toEqual([]);
  });

  test('nobody is asked while it is off screen, or before somebody comes', async () => {
    const { record, outcomes } = await run(
      `${LOCKED}{ app: background }, { prompt: { biometric: ok } }, { request: /a, wait: false }, { advance: 20s }, { expect: { prompts: 0 } }, { app: foreground }, { advance: 5s }`,
    );
    expect(record.expectations).toEqual([]);
    expect(outcomes).toEqual({ n1: 200 });
  });

  test('the session may end: then it is expired, and after the open prompt the user is asked to sign in', async () => {
    const { transitions, of, outcomes, findings } = await run(
      '{ advance: 57m }, { prompt: { biometric: ok, takes: 10s } }, { revoke: family }, { app: foreground }, { request: /a, wait: false }, { advance: 1m }',
    );
    expect(transitions).toEqual([
      'active > locked (idle-timeout)',
      'locked > expired (invalid-grant)',
      'expired > active (reauthenticated)',
    ]);
    expect(of('prompt.shown').map(({ purpose }) => purpose)).toEqual(['unlock', 'sign-in']);
    expect(outcomes).toEqual({ n1: 200 });
    expect(findings).toEqual([]);
  });

  test('signing out and signing in work as ever', async () => {
    const { transitions, findings } = await run(`${LOCKED}{ signIn: bob }, ${LOCKED}{ signOut: {} }`);
    expect(transitions).toEqual([
      'active > locked (idle-timeout)',
      'locked > active (signed-in)',
      'active > locked (idle-timeout)',
      'locked > signed-out (user)',
    ]);
    expect(findings).toEqual([]);
  });
});

describe('an app without a lock policy', () => {
  test.each(['consumer', '{}'])('%s never locks', async (policy) => {
    const { transitions } = await runEngine(
      `lock: ${policy}\nsteps: [{ advance: 9h }, { app: background }, { advance: 9h }, { app: foreground }, { app: relaunch }]`,
    );
    expect(transitions.filter((line) => line.includes('locked'))).toEqual([]);
  });

  test('may bring one of its own', async () => {
    const { transitions } = await runEngine('steps: [{ advance: 31m }]', { options: { lock: LOCK_PRESETS.corporate } });
    expect(transitions).toEqual(['active > locked (idle-timeout)']);
  });
});
