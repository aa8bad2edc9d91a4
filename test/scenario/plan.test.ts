import { describe, expect, test } from 'vitest';
import { DEFAULT_POLICY } from '../../mock-server/policy.ts';
import { parseScenario } from '../../src/scenario/plan.ts';
import type { FaultStep, Plan, Step, Verb } from '../../src/sim/plan.ts';

const HEAD = 'version: 1\nname: a-name\nsummary: A sentence of more than twenty characters.\n';
const DEVICES = 'devices: { phone: { processes: [app, widget] }, tablet: { platform: android, user: bob } }\n';

function planOf(body: string, file = 'scenarios/expiry/a-name.scenario.yaml'): Plan {
  const { plan, problems } = parseScenario(HEAD + body, file);
  expect(problems).toEqual([]);
  if (plan === undefined) throw new Error('no plan');
  return plan;
}

function stepOf<V extends Verb>(step: string, verb: V): Extract<Step, { verb: V }> {
  const [first] = planOf(`${DEVICES}steps:\n  - ${step}\n`).steps;
  expect(first?.verb).toBe(verb);
  return first as Extract<Step, { verb: V }>;
}

const faultOf = (fault: string): FaultStep['fault'] => stepOf(`fault: ${fault}`, 'fault').fault;

test('a file that says nothing but steps gets one phone, the default policy and round defaults', () => {
  const plan = planOf('steps: [{ request: /feed }]\n');
  expect(plan.devices).toEqual([
    {
      name: 'phone',
      platform: 'ios',
      processes: ['app'],
      user: 'ada',
      session: { state: 'active' },
      clockSkew: 0,
      launched: true,
      scope: 'openid profile offline_access',
      locks: 'working',
    },
  ]);
  expect(plan.policy).toEqual(DEFAULT_POLICY);
  expect(plan).toMatchObject({
    family: 'expiry',
    latency: { min: 20, max: 60 },
    requestDeadline: 60_000,
    maxVirtual: 60 * 86_400_000,
    needs: [],
    methods: [],
    relax: [],
  });
});

test('the family is the folder of the file, on Windows too', () => {
  expect(planOf('steps: [{ request: /a }]\n', 'C:\\work\\offline\\a.scenario.yaml').family).toBe('offline');
  expect(planOf('steps: [{ request: /a }]\n', 'a.scenario.yaml').family).toBe('');
});

test('devices keep their order and what the file says of them', () => {
  const [phone, tablet] = planOf(
    'devices: { phone: { session: { state: active, expiresIn: 20s }, clockSkew: -3m }, tablet: { session: stale, launched: false, platform: web } }\nsteps: [{ request: /a }]\n',
  ).devices;
  expect(phone).toMatchObject({ session: { state: 'active', expiresIn: 20_000 }, clockSkew: -180_000 });
  expect(tablet).toMatchObject({ session: { state: 'stale' }, launched: false, platform: 'web' });
});

test('the server block is laid over the default policy, member by member', () => {
  const { policy } = planOf(
    'server: { accessToken: { ttl: 5m }, refreshToken: { grace: same-successor, idle: never }, atomicity: { race: 50ms }, response: { expiresIn: absent } }\nsteps: [{ request: /a }]\n',
  );
  expect(policy.accessToken).toEqual({ lifetime: 300_000, format: 'jwt' });
  expect(policy.refreshToken).toMatchObject({ rotation: 'rotate', grace: { policy: 'same-successor', window: 30_000 }, onReuse: 'family' });
  expect(policy.refreshToken.idle).toBeGreaterThan(90 * 365 * 86_400_000);
  expect(policy.atomicity).toEqual({ race: 50 });
  expect(policy.response).toEqual({ expiresIn: 'absent', scope: true });
});

test('a patch in a step holds only what it changes', () => {
  expect(stepOf('server: { refreshToken: { rotation: same } }', 'server').change).toEqual({ refreshToken: { rotation: 'same' } });
  expect(stepOf('server: { refreshToken: { grace: { policy: new-sibling, window: 10s } }, clockOffset: -5s }', 'server').change).toEqual({
    refreshToken: { grace: { policy: 'new-sibling', window: 10_000 } },
    clockOffset: -5_000,
  });
});

test('a plan is data: it survives JSON unchanged', () => {
  const plan = planOf(
    `${DEVICES}steps:\n  - request: { path: /a, expect: [ok, 401] }\n  - fault: { reply: 503, retryAfter: 2s }\n  - server: { accessToken: { ttl: 1m } }\n  - expect: { refreshes: ">=1" }\n`,
  );
  expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
});

test('steps are numbered in reading order, inner ones after the outer', () => {
  const { steps } = planOf(
    'steps:\n  - request: /a\n  - parallel:\n      - request: /b\n      - repeat: { times: 2, steps: [{ request: /c }] }\n  - request: /d\n',
  );
  const indices = (list: readonly Step[]): number[] =>
    list.flatMap((step) => [step.index, ...('steps' in step ? indices(step.steps) : [])]);
  expect(indices(steps)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(steps[2]?.source).toEqual({ file: 'scenarios/expiry/a-name.scenario.yaml', line: 9, column: 5 });
});

describe('where a step happens', () => {
  test.each([
    ['request: /a', 'request', ['phone/app']],
    ['{ on: phone/widget, request: /a }', 'request', ['phone/widget']],
    ['{ on: [tablet, phone], request: /a }', 'request', ['tablet/app', 'phone/app']],
    ['network: offline', 'network', ['phone']],
    ['{ on: tablet, revoke: family }', 'revoke', ['tablet']],
    ['signOut: tablet', 'signOut', ['tablet/app']],
    ['{ on: phone/widget, signOut: {} }', 'signOut', ['phone/widget']],
    ['advance: past-expiry', 'advance', ['phone']],
  ] as const)('%s', (step, verb, on) => {
    expect(stepOf(step, verb).on).toEqual(on);
  });
});

test('signing in without a name means the user of the device', () => {
  expect(stepOf('{ on: tablet, signIn: {} }', 'signIn')).toMatchObject({ user: 'bob', wait: true });
  expect(stepOf('{ signIn: eve, wait: false }', 'signIn')).toMatchObject({ user: 'eve', wait: false, on: ['phone/app'] });
});

test('a scenario that signs out needs a client that can', () => {
  expect(planOf('steps: [{ repeat: { times: 2, steps: [{ signOut: {} }] } }]\n').methods).toEqual(['signOut']);
});

test('a body makes a request a POST, and outcomes are always a list', () => {
  expect(stepOf('request: { path: /a, body: hello, expect: ok }', 'request')).toMatchObject({
    method: 'POST',
    body: 'hello',
    expect: ['ok'],
    count: 1,
    every: 0,
    wait: true,
    deadline: 60_000,
  });
  expect(stepOf('request: { path: /a, deadline: 5s, latency: 900ms, expect: [offline, 503] }', 'request')).toMatchObject({
    method: 'GET',
    deadline: 5_000,
    latency: { min: 900, max: 900 },
    expect: ['offline', 503],
  });
});

test('advance goes by a duration, to an expiry with a margin, or until nothing is pending', () => {
  expect(stepOf('advance: 5m', 'advance')).toMatchObject({ to: 'by', by: 300_000 });
  expect(stepOf('advance: past-expiry', 'advance')).toMatchObject({ to: 'past-expiry', by: 1_000 });
  expect(stepOf('advance: { to: before-expiry, margin: 30s }', 'advance')).toMatchObject({ to: 'before-expiry', by: 30_000 });
  expect(stepOf('advance: to-idle', 'advance')).toMatchObject({ to: 'idle', by: 600_000 });
  expect(stepOf('advance: { to: idle, within: 1h }', 'advance')).toMatchObject({ to: 'idle', by: 3_600_000 });
});

test('the default limit of virtual time grows with what the steps advance', () => {
  expect(planOf('steps: [{ repeat: { times: 3, steps: [{ advance: 30d }, { after: 1d, request: /a }] } }]\n').maxVirtual).toBe(
    (60 + 93) * 86_400_000,
  );
  expect(planOf('maxVirtual: 1h\nsteps: [{ request: /a }]\n').maxVirtual).toBe(3_600_000);
});

test('bounds and outcomes of an expectation have one form', () => {
  const { expect: wanted } = planOf(
    'steps: [{ as: late, request: /a }]\nexpect: { refreshes: "1..3", prompts: 0, sessions: { phone/app: active }, requests: { late: [200, expired] } }\n'.replace(
      'expired',
      'offline',
    ),
  );
  expect(wanted).toMatchObject({
    refreshes: { min: 1, max: 3 },
    prompts: { min: 0, max: 0 },
    sessions: { 'phone/app': { state: 'active' } },
    requests: { late: [200, 'offline'] },
  });
  expect(wanted.source).toMatchObject({ line: 5, column: 9 });
});

describe('a fault becomes a rule', () => {
  test.each([
    [
      '{ drop: response, times: 1 }',
      { endpoint: 'token', point: 'response', verdict: { kind: 'drop', how: 'reset' }, times: 1 },
      'drop the next token response',
    ],
    [
      '{ drop: request, how: silence }',
      { point: 'request', verdict: { kind: 'drop', how: 'silence' } },
      'drop every token request, silently',
    ],
    [
      '{ cut: committed, times: 2, skip: 1 }',
      { point: 'committed', verdict: { kind: 'drop', how: 'reset' }, times: 2, skip: 1 },
      'cut the next 2 token requests once committed, after 1',
    ],
    [
      '{ delay: 900ms, path: /export }',
      { endpoint: 'resource', point: 'response', path: '/export', verdict: { kind: 'delay', ms: 900 } },
      'delay every resource response for /export by 900ms',
    ],
    [
      '{ reply: 429, retryAfter: 1500ms, times: 1 }',
      {
        point: 'received',
        verdict: { kind: 'reply', response: { status: 429, headers: { 'content-type': 'text/plain', 'retry-after': '2' }, body: '' } },
      },
      'answer the next token request with 429, Retry-After 1s500ms',
    ],
    [
      '{ reply: 502, at: committed, for: 30s }',
      { point: 'committed', for: 30_000 },
      'answer every token request with 502 (committed), for 30s',
    ],
    [
      '{ reply: 400, json: { error: invalid_request } }',
      {
        verdict: {
          kind: 'reply',
          response: { status: 400, headers: { 'content-type': 'application/json' }, body: '{"error":"invalid_request"}' },
        },
      },
      'answer every token request with 400',
    ],
    [
      '{ reply: 302, of: resource, location: "https://x.example:8443/a" }',
      { endpoint: 'resource', verdict: { kind: 'reply', response: { status: 302, headers: { location: 'https://x.example:8443/a' } } } },
      'answer every resource request with 302',
    ],
    [
      '{ truncate: 20, how: error }',
      { point: 'response', verdict: { kind: 'truncate', keep: 20, how: 'error' } },
      'truncate every token response after 20 bytes',
    ],
    [
      '{ rewrite: { refresh_token: ~ }, times: 1 }',
      { point: 'response', verdict: { kind: 'rewrite', members: { refresh_token: null } } },
      'rewrite refresh_token in the next token response',
    ],
    [
      '{ truncate: 20, how: chunk }',
      { verdict: { kind: 'truncate', keep: 20, how: 'chunk' } },
      'truncate every token response after 20 bytes',
    ],
    [
      '{ header: { Content-Type: text/plain, pragma: ~ }, times: 1 }',
      { point: 'response', verdict: { kind: 'headers', headers: { 'content-type': 'text/plain', pragma: undefined } } },
      'set content-type, pragma of the next token response',
    ],
    [
      '{ skew: -10m, of: any }',
      { endpoint: 'any', point: 'response', verdict: { kind: 'skew', ms: -600_000 } },
      'put the Date of every response off by -10m',
    ],
    [
      '{ reply: 503, for: 2m, retryAfter: end, retryAs: date }',
      { for: 120_000, verdict: { kind: 'reply', retry: { as: 'date' } } },
      'answer every token request with 503, Retry-After until its end as a date, for 2m',
    ],
    [
      '{ cut: committed, how: fin, grant: refresh_token, user: ada, generation: 2, chance: 30, seed: 4 }',
      {
        point: 'committed',
        verdict: { kind: 'drop', how: 'fin' },
        ...{ grant: 'refresh_token', user: 'ada', generation: 2, chance: 30, seed: 4 },
      },
      'cut every token request (grant refresh_token, user ada, generation 2) once committed, 30 % of them',
    ],
    [
      '{ duplicate: received, from: phone/widget }',
      { point: 'received', from: 'phone/widget', verdict: { kind: 'duplicate' } },
      'resend every token request of phone/widget once received',
    ],
  ])('%s', (input, spec, text) => {
    const fault = faultOf(input);
    expect(fault).toMatchObject(spec);
    expect(fault.text).toBe(text);
    expect(stepOf(`fault: ${input}`, 'fault').text).toBe(text);
  });

  test('a member is removed, which is not the same as null', () => {
    expect(faultOf('{ remove: [scope, expires_in] }').verdict).toEqual({
      kind: 'rewrite',
      members: { scope: undefined, expires_in: undefined },
    });
  });

  test('a captive portal answers before anything reaches the server; other named answers are the server side’s', () => {
    expect(faultOf('{ reply: captive-portal }')).toMatchObject({
      point: 'request',
      verdict: { response: { status: 200, headers: { 'content-type': 'text/html; charset=utf-8' } } },
    });
    expect(faultOf('{ reply: forbidden-page }')).toMatchObject({ point: 'received', verdict: { response: { status: 403 } } });
  });
});

describe('a step says what it does', () => {
  test.each([
    ['request: { path: /feed, count: 3, every: 1s }', '3 x GET /feed every 1s on phone/app'],
    [
      '{ as: late, request: { path: /a, abortAfter: 100ms }, wait: false }',
      'GET /a on phone/app as late, aborted after 100ms (not awaited)',
    ],
    ['{ after: 5s, request: /a }', 'after 5s: GET /a on phone/app'],
    ['parallel: [{ request: /a }, { on: tablet, request: /b }]', 'at once: GET /a on phone/app; GET /b on tablet/app'],
    ['repeat: { times: 2, steps: [{ advance: 1h }, { request: /a }] }', '2 times: 1h pass; GET /a on phone/app'],
    ['advance: past-expiry', 'time passes to 1s past the expiry of the access token of phone'],
    ['advance: to-idle', 'time passes until nothing is pending (at most 10m)'],
    ['network: offline', 'network offline on phone'],
    ['network: { latency: 80ms..200ms }', 'network latency 80ms..200ms on phone'],
    ['heal: all', 'every fault ends'],
    ['revoke: { what: all-sessions, reason: password }', 'server revokes all sessions of the user of phone (password)'],
    ['app: relaunch', 'relaunch phone/app'],
    ['clock: -10m', 'wall clock of phone jumps -10m'],
    ['clock: { jump: +1h }', 'wall clock of phone jumps +1h'],
    ['store: lock', 'lock the store of phone'],
    ['store: { failWrites: 2, code: quota }', 'next 2 writes to the store of phone fail (quota)'],
    ['store: { delay: 500ms }', 'store of phone takes 500ms per operation'],
    ['signIn: bob', 'bob signs in on phone/app'],
    ['{ signOut: {}, wait: false }', 'sign out on phone/app (not awaited)'],
    ['server: { accessToken: { ttl: 1m } }', 'server policy changes: accessToken.lifetime 60000'],
    ['expect: { refreshes: "<=2", sessions: { phone: active } }', 'expect refreshes <=2, phone active'],
  ])('%s', (step, text) => {
    const [first] = planOf(`${DEVICES}steps:\n  - ${step}\n`).steps;
    expect(first?.text).toBe(text);
  });
});
