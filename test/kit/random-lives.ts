// Random lives of a session: scenarios drawn by fast-check, for the built-in engine to survive with every invariant on. Left out is only
// what no client can survive: a kill before the store has done what a sign-in, a sign-out or a locked store still owes.
import fc from 'fast-check';
import { parseScenario } from '../../src/scenario/plan.ts';
import { formatProblem } from '../../src/scenario/problem.ts';
import { runScenario } from '../../src/scenario/run.ts';

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

/** A person who opens the app, asks for something and leaves it. */
const visit = fc
  .tuple(fc.constantFrom('/a', '{ path: /b, count: 3 }', '{ path: /c, latency: 3s }'), fc.constantFrom('5ms', '2s', '10m'))
  .map(
    ([asked, stay]) =>
      `{ phone: unlock }\n  - { phone: open }\n  - { request: ${asked}, wait: false }\n  - { advance: ${stay} }\n  - { phone: leave }`,
  );
const days = step('advance: 20m', 'advance: 7h', 'advance: 1d', 'advance: 3d');
const phone = step(
  'phone: lock',
  'phone: unlock',
  'phone: kill',
  'phone: reboot',
  'phone: { network: none }',
  'phone: { network: wifi }',
  'phone: { power: plugged }',
  'phone: { battery: 12 }',
);
const android = step(
  'phone: force-stop',
  'phone: { doze: deep }',
  'phone: { bucket: RARE }',
  'phone: { battery-saver: on }',
  'phone: swipe-away',
);
const iphone = step('phone: force-quit', 'phone: { low-power-mode: on }', 'phone: { background-app-refresh: off }', 'phone: prewarm');

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

/** A kind of life: which processes there are, when the app locks itself, and what can happen beside requests and time. */
export interface Life {
  readonly name: string;
  readonly processes: readonly string[];
  readonly lock: string;
  /** What happens beside requests and time. */
  readonly happenings: readonly fc.Arbitrary<string>[];
  /** The operating system that decides what runs; then a person visits the app, and its background refresh is on. */
  readonly os?: string;
}
const ONE = { processes: ['app'], lock: 'consumer' };
const TWO = { processes: ['app', 'widget'], lock: 'consumer' };

export const LIVES: readonly Life[] = [
  { ...ONE, name: 'with faults, outages, kills and clock jumps', happenings: [fault, network, server, life] },
  { ...ONE, name: 'with faults, outages and changes of the user', happenings: [fault, network, server, users] },
  { ...ONE, name: 'with a store that is locked or refuses writes', happenings: [fault, network, server, users, lock] },
  { ...ONE, lock: 'fintech', name: 'with prompts, locks, pushes and streams', happenings: [person, told, ends, fault, network, users] },
  {
    ...TWO,
    lock: '{ background: 3m }',
    name: 'with prompts and streams in two processes whose store may be locked',
    happenings: [person, told, ends, network, step('store: lock', 'store: unlock')],
  },
  { ...TWO, name: 'with two processes and changes of the user', happenings: [fault, network, server, users] },
  { ...TWO, name: 'with two processes and a store that is locked or refuses writes', happenings: [fault, network, server, lock] },
  { ...TWO, name: 'with two processes that share the store', happenings: [fault, network, server, life] },
  {
    ...ONE,
    processes: ['app', 'widget', 'watch', 'share'],
    name: 'with four processes that share the store',
    happenings: [fault, network, server, life],
  },
  { ...ONE, os: 'android 14', name: 'on an Android phone that decides what runs', happenings: [phone, android, fault, server] },
  { ...ONE, os: 'ios 18', name: 'on an iPhone that decides what runs', happenings: [phone, iphone, fault, server] },
];

/** A scenario file and the seed it runs with. */
export interface Drawn {
  readonly text: string;
  readonly seed: number;
}

/** Scenarios of one kind of life; each shrinks to fewer and simpler steps. */
export function drawnFrom({ processes, lock: policyOfLock, happenings, os }: Life): fc.Arbitrary<Drawn> {
  const usual = os === undefined ? [request, request, time] : [visit, visit, days];
  const steps = fc.array(fc.tuple(fc.oneof(...usual, ...happenings), fc.nat()), { minLength: 3, maxLength: 14 });
  return fc.tuple(policy, device, steps, fc.integer({ min: 1, max: 99 })).map(([served, session, drawn, seed]) => {
    const placed = drawn.map(([text, where]) =>
      os === undefined && IN_A_PROCESS.test(text) ? text.replace('{ ', `{ on: phone/${processes[where % processes.length]}, `) : text,
    );
    const all = processes.map((name) => `phone/${name}`).join(', ');
    const body = [...placed, ...(os === undefined ? endingOf(all) : ENDING_OF_A_PHONE)].map((text) => `  - ${text}`).join('\n');
    const system = os === undefined ? `processes: [${processes.join(', ')}]` : `os: ${os}`;
    const lent = os === undefined ? '' : 'client: { refreshEvery: 6h }\n';
    return {
      seed,
      text: `${HEAD}${lent}${served}\nlock: ${policyOfLock}\ndevices: { phone: { ${session}, ${system} } }\nsteps:\n${body}\n`,
    };
  });
}

/** Everything works again, and is asked once more. */
function endingOf(all: string): string[] {
  return [
    `{ on: [${all}], app: resume }`,
    ...HEALED,
    `{ on: [${all}], app: foreground }`,
    '{ advance: 1s }',
    `{ on: [${all}], request: /last }`,
  ];
}
const HEALED = ['{ heal: {} }', '{ network: online }', '{ store: unlock }', '{ advance: 2m }'];
const ENDING_OF_A_PHONE = [
  '{ heal: {} }',
  '{ phone: { network: wifi } }',
  '{ phone: unlock }',
  '{ advance: 2m }',
  '{ phone: open }',
  '{ advance: 1s }',
  '{ request: /last }',
];
const IN_A_PROCESS = /^(?!.*fault).*(request: |app: |sign(In|Out): |interact: |push: |stream: )/;
const HEAD = 'version: 1\nname: random\nsummary: Drawn at random, somebody is signed out or waits for ever.\ntags: [random]\n';

/** What is wrong with the built-in engine in this scenario: nothing. */
export async function faultsOf({ text, seed }: Drawn): Promise<string[]> {
  const { plan, problems } = parseScenario(text, 'scenarios/random/random.scenario.yaml');
  if (plan === undefined) throw new Error(problems.map((problem) => formatProblem(problem, text)).join('\n'));
  const { outcome, reason, verdict, expectations, clientErrors } = await runScenario(plan, { seed });
  if (outcome === 'passed') return [];
  return [
    ...verdict.findings.map(({ invariant, clause, message }) => `${invariant} ${clause ?? ''}: ${message}`),
    ...expectations.map(({ message }) => `expected: ${message}`),
    ...clientErrors.map(({ kind, message }) => `${kind}: ${message}`),
    ...(reason === undefined ? [] : [`${outcome}: ${reason}`]),
  ];
}
