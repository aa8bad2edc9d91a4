// Random scenarios against the engine, judged by every invariant. Left out is only what no client can survive: a kill before the
// store has done what a sign-in, a sign-out or a locked store still owes.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { runEngine } from './kit.ts';

const after = fc.constantFrom('', 'after: 5ms, ', 'after: 55ms, ', 'after: 75ms, ', 'after: 400ms, ', 'after: 3s, ');
const step = (...texts: string[]) => fc.tuple(after, fc.constantFrom(...texts)).map(([pause, text]) => `{ ${pause}${text} }`);
const request = step(
  'request: { path: /a, count: 3 }, wait: false',
  'request: { path: /b, method: POST, body: hello }',
  'request: { path: /c, latency: 5s }, wait: false',
  'request: { path: /d, abortAfter: 60ms }, wait: false',
  'request: { path: /e, count: 2 }',
);
const time = step('advance: 1s', 'advance: 20s', 'advance: 10m', 'advance: 56m', 'advance: past-expiry', 'clock: 2h', 'clock: -3h');
const network = step('network: offline', 'network: online', 'network: online', 'heal: {}');
const fault = fc
  .tuple(
    fc.constantFrom(
      'drop: response',
      'drop: request',
      'reply: 503',
      'reply: 429, retryAfter: 20s',
      'reply: 500, at: committed',
      'truncate: 10',
      'drop: response, how: silence',
      'delay: 12s',
      'delay: 30s',
    ),
    fc.constantFrom('token', 'token', 'resource'),
    fc.integer({ min: 1, max: 7 }),
  )
  .map(([what, of, times]) => `{ fault: { ${what}, of: ${of}, times: ${times} } }`);
const server = step('revoke: access-token', 'revoke: access-token', 'revoke: family');
const users = step('signOut: {}', 'signIn: bob', 'signIn: ada');
const life = step('app: relaunch', 'app: foreground', 'app: suspend', 'app: resume');
const lock = step('store: lock', 'store: unlock', 'store: { failWrites: 2 }');

const person = step(
  'interact: {}',
  'app: background',
  'app: foreground',
  'prompt: { biometric: [failed, ok], password: cancelled, takes: 1s }',
  'prompt: { biometric: cancelled, password: [failed, ok], takes: 20s }',
  'prompt: { biometric: ok }',
  'prompt: { biometric: locked-out, password: failed }',
);
const told = step(
  'push: ping',
  'stream: /events, wait: false',
  'request: { path: /f, method: POST, body: once, oneShot: true }, wait: false',
);
const ends = step('revoke: family', 'revoke: { what: family, reason: password }', 'advance: 6m', 'advance: 3m');

const policy = fc
  .tuple(
    fc.constantFrom('1h', '5m', '60s', '30s'),
    fc.constantFrom('rotate', 'same', 'omit'),
    fc.constantFrom('strict', 'same-successor', 'new-sibling', 'one-step-behind'),
    fc.constantFrom('number', 'string', 'absent'),
  )
  .map(
    ([ttl, rotation, grace, expiresIn]) =>
      `server: { accessToken: { ttl: ${ttl} }, refreshToken: { rotation: ${rotation}, grace: ${grace} }, response: { expiresIn: ${expiresIn} } }`,
  );
const device = fc
  .tuple(fc.constantFrom('active', 'stale'), fc.constantFrom('0s', '2h', '-3h'))
  .map(([session, skew]) => `session: ${session}, clockSkew: ${skew}`);

const ENDING = ['{ heal: {} }', '{ network: online }', '{ store: unlock }', '{ advance: 2m }'];
const property = (processes: readonly string[], ...kinds: fc.Arbitrary<string>[]) => propertyOf({ processes }, ...kinds);
const propertyOf = ({ processes, lock = 'consumer' }: { processes: readonly string[]; lock?: string }, ...kinds: fc.Arbitrary<string>[]) =>
  fc.asyncProperty(
    policy,
    device,
    fc.array(fc.tuple(fc.oneof(request, request, time, ...kinds), fc.nat()), { minLength: 3, maxLength: 14 }),
    fc.integer({ min: 1, max: 99 }),
    async (server_, phone, steps, seed) => {
      const placed = steps.map(([text, where]) =>
        /request: |app: |sign(In|Out): |interact: |push: |stream: /.test(text) && !text.includes('fault')
          ? text.replace('{ ', `{ on: phone/${processes[where % processes.length] ?? ''}, `)
          : text,
      );
      const all = processes.map((name) => `phone/${name}`).join(', ');
      const last = [
        `{ on: [${all}], app: resume }`,
        ...ENDING,
        `{ on: [${all}], app: foreground }`,
        '{ advance: 1s }',
        `{ on: [${all}], request: /last }`,
      ];
      const yaml = `${server_}\nlock: ${lock}\ndevices: { phone: { ${phone}, processes: [${processes.join(', ')}] } }\nsteps:\n${[...placed, ...last].map((text) => `  - ${text}`).join('\n')}`;
      // Without locks nobody is asked either: a history does not tell how a prompt of a killed process ended.
      const run = await runEngine(yaml, { seed, options: lock === 'consumer' ? { reauthenticate: [] } : {} });
      expect({ yaml, findings: run.findings, ending: run.record.ending }).toEqual({ yaml, findings: [], ending: 'finished' });
    },
  );
const RUNS = { numRuns: 250, seed: 20_260_101 };

describe('no invariant is broken in random scenarios', () => {
  test('with faults, outages, kills and clock jumps', async () => {
    expect.hasAssertions();
    await fc.assert(property(['app'], fault, network, server, life), RUNS);
  });
  test('with faults, outages and changes of the user', async () => {
    expect.hasAssertions();
    await fc.assert(property(['app'], fault, network, server, users), RUNS);
  });
  test('with a store that is locked or refuses writes', async () => {
    expect.hasAssertions();
    await fc.assert(property(['app'], fault, network, server, users, lock), RUNS);
  });
  test('with prompts, locks, pushes and streams', async () => {
    expect.hasAssertions();
    await fc.assert(propertyOf({ processes: ['app'], lock: 'fintech' }, person, told, ends, fault, network, users), RUNS);
  });
  test('with prompts and streams in two processes whose store may be locked', async () => {
    expect.hasAssertions();
    await fc.assert(
      propertyOf(
        { processes: ['app', 'widget'], lock: '{ background: 3m }' },
        person,
        told,
        ends,
        network,
        step('store: lock', 'store: unlock'),
      ),
      RUNS,
    );
  });
  test('with two processes and changes of the user', async () => {
    expect.hasAssertions();
    await fc.assert(property(['app', 'widget'], fault, network, server, users), RUNS);
  });
  test('with two processes and a store that is locked or refuses writes', async () => {
    expect.hasAssertions();
    await fc.assert(property(['app', 'widget'], fault, network, server, lock), RUNS);
  });
  test('with two processes that share the store', async () => {
    expect.hasAssertions();
    await fc.assert(property(['app', 'widget'], fault, network, server, life), RUNS);
  });
});
