import { describe, expect, test, vi } from 'vitest';
import { parseScenario } from '../../src/scenario/plan.ts';
import { PROBLEM_CODES, formatProblem } from '../../src/scenario/problem.ts';

const HEAD = 'version: 1\nname: a-name\nsummary: A sentence of more than twenty characters.\n';
const FILE = 'scenarios/expiry/a-name.scenario.yaml';

/** `code line:column message | hint` of every problem; the head takes the first three lines. */
function problemsOf(body: string, invariants: readonly string[] = []): string[] {
  return parseScenario(HEAD + body, FILE, { invariants }).problems.map(
    (p) => `${p.code} ${p.line}:${p.column} ${p.message}${p.hint === undefined ? '' : ` | ${p.hint}`}`,
  );
}

describe('each mistake is named with code, line and column', () => {
  test.each([
    [
      'an unknown key of a step',
      'steps:\n  - { on: phone, reqest: /feed }\n',
      'TW_SCENARIO_KEY 5:18 unknown step key "reqest" | did you mean "request"?',
    ],
    [
      'an unknown key inside a verb',
      'steps:\n  - request: { path: /a, cuont: 2 }\n',
      'TW_SCENARIO_KEY 5:26 unknown request key "cuont" | did you mean "count"?',
    ],
    [
      'a wrong type',
      'steps:\n  - request: { path: /a, count: two }\n',
      'TW_SCENARIO_VALUE 5:33 "count" cannot be "two" | expected a whole number',
    ],
    [
      'a duration without a unit',
      'steps:\n  - advance: 300\n',
      'TW_SCENARIO_VALUE 5:14 "advance" cannot be 300 | expected one of past-expiry, before-expiry, to-idle, or a duration with a unit, such as "90s", "5m" or "1h30m", or an object',
    ],
    [
      'a negative duration',
      'steps:\n  - { after: -1s, request: /a }\n',
      'TW_SCENARIO_VALUE 5:14 "after" cannot be "-1s" | expected a duration that is not negative',
    ],
    [
      'a duration longer than a life',
      'steps:\n  - advance: 999999d\n',
      'TW_SCENARIO_VALUE 5:14 "advance" cannot be "999999d" | expected at most 36500d',
    ],
    [
      'an access token that never lives',
      'server: { accessToken: { ttl: 0s } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:31 "ttl" cannot be "0s" | expected a duration longer than 0',
    ],
    [
      'a range that ends before it starts',
      'network: { latency: 200ms..80ms }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:21 "latency" cannot be "200ms..80ms" | expected a duration or a range such as "80ms..200ms" whose end is not before its start',
    ],
    ['a misspelt word', 'steps:\n  - network: offlin\n', 'TW_SCENARIO_VALUE 5:14 "network" cannot be "offlin" | did you mean "offline"?'],
    [
      'no verb',
      'steps:\n  - { on: phone }\n',
      'TW_SCENARIO_VERB 5:5 a step without a verb | one of request, stream, parallel, repeat, advance, network, fault, heal, revoke, app, sleep, clock, store, signIn, signOut, prompt, interact, push, job, phone, server, expect',
    ],
    [
      'two verbs',
      'steps:\n  - request: /a\n    advance: 5m\n',
      'TW_SCENARIO_VERB 6:5 a step with 2 verbs: request, advance | one verb per step; use parallel for steps that begin together',
    ],
    [
      'a device that does not exist',
      'steps:\n  - { on: phnoe, request: /a }\n',
      'TW_SCENARIO_NAME 5:11 there is no "phnoe" in this scenario | did you mean "phone"?',
    ],
    [
      'a process where a device is meant',
      'steps:\n  - { on: phone/app, network: offline }\n',
      'TW_SCENARIO_NAME 5:11 "network" is about a device, not about one process | on: phone',
    ],
    [
      'a place on a step that has none',
      'steps:\n  - { on: phone, heal: all }\n',
      'TW_SCENARIO_KEY 5:7 "on" means nothing beside "heal" | put it on the steps inside, or leave it out',
    ],
    [
      'a name on a step that has none',
      'steps:\n  - { as: x, advance: 5m }\n',
      'TW_SCENARIO_KEY 5:7 "as" means nothing beside "advance" | only requests and streams have names',
    ],
    [
      'a wait on a step that never waits',
      'steps:\n  - { wait: false, advance: 5m }\n',
      'TW_SCENARIO_KEY 5:7 "wait" means nothing beside "advance"',
    ],
    [
      'a request name used twice',
      'steps:\n  - { as: x, request: /a }\n  - { as: x, request: /b }\n',
      'TW_SCENARIO_DUPLICATE 6:11 a request called "x" is there already',
    ],
    [
      'an expectation of a request that does not exist',
      'steps: [{ as: late, request: /a }]\nexpect: { requests: { lat: ok } }\n',
      'TW_SCENARIO_NAME 5:23 no request is called "lat" | did you mean "late"?',
    ],
    [
      'an expectation of a request beyond the count',
      'steps: [{ as: late, request: { path: /a, count: 3 } }]\nexpect: { requests: { late#4: ok } }\n',
      'TW_SCENARIO_NAME 5:23 "late" stands for 3 requests | late, late#2 to late#3',
    ],
    [
      'an expectation of a request that several places make',
      'steps: [{ as: both, on: [phone/app, phone/widget], request: /a }]\ndevices: { phone: { processes: [app, widget] } }\nexpect: { requests: { both: ok, both@phone/widget: ok } }\n',
      'TW_SCENARIO_NAME 6:23 no request is called "both" | it is made in several places: both@phone/app, both@phone/widget',
    ],
    [
      'an expectation in a step',
      'steps: [{ request: /a }, { expect: { sessions: { tablet: active } } }]\n',
      'TW_SCENARIO_NAME 4:50 there is no "tablet" in this scenario | there is phone, phone/app',
    ],
    [
      'an expectation that expects nothing',
      'steps: [{ request: /a }, { expect: {} }]\n',
      'TW_SCENARIO_VALUE 4:36 an expectation that expects nothing | refreshes, prompts, lost, jobs, sessions, streams or requests',
    ],
    [
      'an expectation of a stream that does not exist',
      'steps: [{ as: live, stream: /events }, { expect: { streams: { lvie: open } } }]\n',
      'TW_SCENARIO_NAME 4:63 no stream is called "lvie" | did you mean "live"?',
    ],
    [
      'a stream closed that was never opened',
      'steps: [{ stream: /events }, { stream: { close: live } }]\n',
      'TW_SCENARIO_NAME 4:49 no stream is called "live" | name it with `as` where it is opened',
    ],
    [
      'a stream that several places listen to, closed by its short name',
      'devices: { phone: {}, tablet: {} }\nsteps: [{ as: live, on: [phone, tablet], stream: /a }, { stream: { close: live } }]\n',
      'TW_SCENARIO_NAME 5:75 no stream is called "live" | it is made in several places: live@phone/app, live@tablet/app',
    ],
    [
      'a stream called like a request',
      'steps: [{ as: live, request: /a }, { as: live, stream: /b }]\n',
      'TW_SCENARIO_DUPLICATE 4:42 a stream called "live" is there already',
    ],
    [
      'a fault that cannot fall on an open stream',
      'steps: [{ fault: { reply: 503, of: stream } }]\n',
      'TW_SCENARIO_VALUE 4:36 "reply" cannot fall on an open stream | drop or delay can',
    ],
    [
      'a session of a device that does not exist',
      'devices: { phone: {}, tablet: {} }\nsteps: [{ request: "/sessions/{session:tabelt}" }]\n',
      'TW_SCENARIO_NAME 5:20 there is no device "tabelt" in this scenario | did you mean "tablet"?',
    ],
    [
      'a placeholder that stands for nothing',
      'steps: [{ request: { path: "/users/{user}" } }]\n',
      'TW_SCENARIO_VALUE 4:28 nothing stands for "{user}" in a path | {session:phone} is the session id of phone',
    ],
    [
      'a reason of a state that is no word',
      'steps: [{ request: /a }]\nexpect: { sessions: { phone: { state: locked, reason: Idle } } }\n',
      'TW_SCENARIO_VALUE 5:55 "reason" cannot be "Idle" | expected lower-case words joined by hyphens, such as "late-401"',
    ],
    [
      'an answer that no prompt gives',
      'steps: [{ prompt: { biometric: [ok, denied] } }]\n',
      'TW_SCENARIO_VALUE 4:37 "biometric" cannot be "denied" | expected one of ok, failed, cancelled, unavailable, locked-out',
    ],
    ['a push of another kind', 'steps: [{ push: refesh }]\n', 'TW_SCENARIO_VALUE 4:17 "push" cannot be "refesh" | did you mean "refresh"?'],
    ['a sleep of no length', 'steps: [{ sleep: { monotonic: stops } }]\n', 'TW_SCENARIO_MISSING 4:18 sleep key "for" is missing'],
    [
      'a sleep of one process',
      'steps: [{ on: phone/app, sleep: 1h }]\n',
      'TW_SCENARIO_NAME 4:15 "sleep" is about a device, not about one process | on: phone',
    ],
    [
      'a limit on something else',
      'server: { limits: [{ of: revocation, limit: 5, per: 1m }] }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:26 "of" cannot be "revocation" | expected one of refresh, sign-in, all',
    ],
    ['nodes without their lag', 'server: { nodes: {} }\nsteps: [{ request: /a }]\n', 'TW_SCENARIO_MISSING 4:18 nodes key "lag" is missing'],
    [
      'an action that no app knows',
      'steps: [{ app: pre-warm }]\n',
      'TW_SCENARIO_VALUE 4:16 "app" cannot be "pre-warm" | did you mean "prewarm"?',
    ],
    [
      'a store step that changes nothing',
      'steps: [{ store: { tier: plain } }]\n',
      'TW_SCENARIO_MISSING 4:18 a store step that changes nothing | one of failWrites, failReads, delay, quota, writes, clear, corrupt, truncate, overwrite, save, restore',
    ],
    [
      'a store step with two changes',
      'steps: [{ store: { quota: 5, delay: 1s } }]\n',
      'TW_SCENARIO_KEY 4:30 a store step with two changes: quota and delay | one change per step',
    ],
    [
      'a tier where there is none to choose',
      'steps: [{ store: { quota: 5, tier: plain } }]\n',
      'TW_SCENARIO_KEY 4:30 "tier" means nothing beside "quota" | it belongs to truncate, overwrite, restore',
    ],
    [
      'a backup that nobody made',
      'steps: [{ store: { save: monday } }, { store: { restore: backup } }]\n',
      'TW_SCENARIO_NAME 4:58 no content is called "backup" | save it before, with `store: { save: name }`',
    ],
    [
      'an event that does not exist',
      'steps: [{ advance: { until: lock.hold } }]\n',
      'TW_SCENARIO_VALUE 4:29 "until" cannot be "lock.hold" | did you mean "lock.held"?',
    ],
    [
      'an event of somebody who is not there',
      'steps: [{ advance: { until: lock.held, by: phone/widget } }]\n',
      'TW_SCENARIO_NAME 4:44 there is no "phone/widget" in this scenario | there is phone, phone/app',
    ],
    [
      'all processes of a device that does not exist',
      'steps: [{ on: tablet/*, request: /a }]\n',
      'TW_SCENARIO_NAME 4:15 there is no "tablet/*" in this scenario | there is phone, phone/app',
    ],
    [
      'a fleet without anybody in it',
      'devices: { host: { platform: node, processes: 0 } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:47 "processes" cannot be 0 | expected at least 1',
    ],
    [
      'a lock policy that nobody ships',
      'lock: bank\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:7 "lock" cannot be "bank" | expected one of fintech, corporate, consumer, or an object',
    ],
    [
      'a header of silent refresh without its window',
      'server: { resource: { silentRefresh: { header: x-token } } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_MISSING 4:38 silentRefresh key "window" is missing',
    ],
    [
      'a fault that does nothing',
      'steps: [{ fault: { of: token } }]\n',
      'TW_SCENARIO_MISSING 4:18 a fault that does nothing | one of drop, cut, delay, reply, truncate, rewrite, remove, header, skew, duplicate',
    ],
    [
      'a fault of two kinds',
      'steps: [{ fault: { drop: response, delay: 5s } }]\n',
      'TW_SCENARIO_KEY 4:36 a fault with two kinds: drop and delay | one fault per step',
    ],
    [
      'a fault key of another kind',
      'steps: [{ fault: { drop: response, retryAfter: 1s } }]\n',
      'TW_SCENARIO_KEY 4:36 "retryAfter" means nothing beside "drop" | it belongs to reply',
    ],
    [
      'a Retry-After until the end of what has no end',
      'steps: [{ fault: { reply: 503, retryAfter: end } }]\n',
      'TW_SCENARIO_VALUE 4:44 a fault without an end | say how long it lasts: `for`',
    ],
    [
      'a way to tell a Retry-After that is not there',
      'steps: [{ fault: { reply: 503, retryAs: date } }]\n',
      'TW_SCENARIO_KEY 4:32 "retryAs" without "retryAfter"',
    ],
    [
      'a way to fail of another kind',
      'steps: [{ fault: { drop: response, how: short } }]\n',
      'TW_SCENARIO_VALUE 4:41 "how" cannot be "short" beside "drop" | expected reset or silence or fin',
    ],
    [
      'a redirect that is none',
      'steps: [{ fault: { reply: 200, location: "https://x.example/" } }]\n',
      'TW_SCENARIO_KEY 4:32 "location" needs a 3xx reply',
    ],
    [
      'a fault from nowhere',
      'steps: [{ fault: { drop: response, from: phone/widget } }]\n',
      'TW_SCENARIO_NAME 4:42 there is no "phone/widget" in this scenario | there is phone, phone/app',
    ],
    [
      'a token good for longer than it lives',
      'devices: { phone: { session: { state: active, expiresIn: 2h } } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:58 an access token cannot be good for longer than it lives | raise server.accessToken.ttl, or lower this',
    ],
    [
      'an expiry of a session that is over',
      'devices: { phone: { session: { state: stale, expiresIn: 5m } } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_KEY 4:57 "expiresIn" means nothing beside a session that is not active',
    ],
    [
      'a device called like a server',
      'devices: { rs: {} }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_NAME 4:12 a device cannot be called "rs" | the servers and the world are called so in a history',
    ],
    [
      'a process that is there twice',
      'devices: { phone: { processes: [app, app] } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_DUPLICATE 4:38 process "app" is there twice',
    ],
    [
      'a device name with capitals',
      'devices: { Phone: {} }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:12 "Phone" is not a name | expected lower-case words joined by hyphens, such as "late-401"',
    ],
    [
      'a switch to a server that there is not',
      'steps: [{ app: switch-server }]\n',
      'TW_SCENARIO_NAME 4:16 there is no other server to switch to | otherServer: {} beside server, at the top of the file',
    ],
    [
      'a window where there is none',
      'server: { refreshToken: { grace: { policy: strict, window: 5s } } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_KEY 4:52 grace policy "strict" has no window | leave the window out, or choose another policy',
    ],
    [
      'a system that nobody knows',
      'devices: { phone: { os: android 3 } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:25 "os" cannot be "android 3" | did you mean "android 13"?',
    ],
    [
      'a key of the other system',
      'devices: { phone: { os: { name: ios 18, bucket: RARE } } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_KEY 4:41 "bucket" means nothing on ios',
    ],
    [
      'a system that is not of the platform',
      'devices: { phone: { os: ios 18, platform: android } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:43 the system of this device is one of ios | leave it out, or say ios',
    ],
    [
      'a figure that the model does not have',
      'devices: { phone: { os: { name: android 14, figures: { deepIdel: 1h } } } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_NAME 4:56 the model of android has no figure "deepIdel" | did you mean "deepIdle"?',
    ],
    [
      'a range for a figure that is one value',
      'devices: { phone: { os: { name: android 14, figures: { deepIdle: 1h..2h } } } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:66 "deepIdle" is one value, not a range',
    ],
    [
      'a rule with an answer that it does not have',
      'devices: { phone: { os: { name: ios 18, rules: { pendingAcrossReboot: lost } } } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:71 pendingAcrossReboot cannot be "lost" | one of kept, dropped',
    ],
    [
      'a rule that a version does not have',
      'devices: { phone: { os: { name: ios 18, rules: { lateRegistration: accept } } } }\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:68 ios 18 throws when an app registers late | from ios 26 on',
    ],
    [
      'something that happens to a phone without a system',
      'steps: [{ phone: unlock }]\n',
      'TW_SCENARIO_VERB 4:11 phone has no operating system that is modelled | say which one: devices: { phone: { os: android 14 } }',
    ],
    [
      'a life without a phone',
      'devices: { phone: { profile: daily } }\nsteps: [{ advance: 5d }]\n',
      'TW_SCENARIO_KEY 4:21 a profile is lived by a phone whose system is modelled | say which one: os: android 14',
    ],
    [
      'a word of the other system',
      'devices: { phone: { os: ios 18 } }\nsteps: [{ phone: swipe-away }]\n',
      'TW_SCENARIO_VALUE 5:18 there is no "swipe-away" on ios | force-quit',
    ],
    [
      'two changes of a phone in one step',
      'devices: { phone: { os: ios 18 } }\nsteps: [{ phone: { battery: 5, network: none } }]\n',
      'TW_SCENARIO_KEY 5:32 a phone step with two changes: battery and network | one change per step',
    ],
    [
      'a new version of the app that is the old one',
      'devices: { phone: { os: ios 18 } }\nsteps: [{ phone: { update: { client: {} } } }]\n',
      'TW_SCENARIO_VALUE 5:38 a new version that differs in nothing | phone: update',
    ],
    [
      'an option of a new version that is no option',
      'devices: { phone: { os: ios 18 } }\nsteps: [{ phone: { update: { client: { refreshEvery: [6h] } } } }]\n',
      'TW_SCENARIO_VALUE 5:54 "refreshEvery" cannot be a list | expected text, or a whole number, or true or false',
    ],
    [
      'a new version that is lent something beside its options',
      'devices: { phone: { os: ios 18 } }\nsteps: [{ phone: { update: { client: { refreshEvery: 6h }, clients: {} } } }]\n',
      'TW_SCENARIO_KEY 5:60 unknown update key "clients" | did you mean "client"?',
    ],
    [
      'a step over the head of a system',
      'devices: { phone: { os: ios 18 } }\nsteps: [{ app: kill }]\n',
      'TW_SCENARIO_VERB 5:11 on phone the operating system decides what runs | say what happens to the phone: phone: open, leave, kill, update ...',
    ],
    ['no steps', 'steps: []\n', 'TW_SCENARIO_VALUE 4:8 "steps" cannot be an empty list | expected at least 1 item'],
    [
      'steps that never end',
      'steps: [{ repeat: { times: 1000, steps: [{ repeat: { times: 1000, steps: [{ request: /a }] } }] } }]\n',
      'TW_SCENARIO_VALUE 4:1 1001001 steps with every repeat written out | at most 10000',
    ],
    ['a key given twice', 'steps: [{ request: /a }]\nsteps: [{ request: /b }]\n', 'TW_SCENARIO_YAML 5:1 Map keys must be unique'],
    [
      'a reference that is none',
      'reproduces: [zitadel 9631]\nsteps: [{ request: /a }]\n',
      'TW_SCENARIO_VALUE 4:14 "reproduces" cannot be "zitadel 9631" | expected a public thread such as "zitadel/zitadel#9631"',
    ],
  ])('%s', (_, body, problem) => {
    expect(problemsOf(body)).toEqual([problem]);
  });

  test('an invariant that does not exist', () => {
    const body = 'steps: [{ request: /a }]\nrelax: [{ invariant: no-retry-strom, reason: because it is a test }]\n';
    expect(problemsOf(body, ['no-retry-storm', 'no-token-leak'])).toEqual([
      'TW_SCENARIO_NAME 5:22 there is no invariant "no-retry-strom" | did you mean "no-retry-storm"?',
    ]);
    expect(problemsOf(body, ['no-retry-strom'])).toEqual([]);
  });

  test('a missing key is reported at the thing that lacks it', () => {
    expect(problemsOf('steps:\n  - request: { count: 2 }\n')).toEqual(['TW_SCENARIO_MISSING 5:14 request key "path" is missing']);
    expect(parseScenario('version: 1\n', FILE).problems.map((p) => p.message)).toEqual([
      'key "name" is missing',
      'key "summary" is missing',
      'key "steps" is missing',
    ]);
  });
});

test('all mistakes of a file come in one pass, in reading order: shapes, verbs and names together', () => {
  const problems = problemsOf(
    'tags: expiry\nsteps:\n  - { on: phnoe, reqest: /a }\n  - { request: /a, advance: 5 }\n  - { fault: { drop: responce } }\nexpect: { refreshes: "<3" }\n',
  );
  expect(problems.map((problem) => problem.split(' ').slice(0, 2).join(' '))).toEqual([
    'TW_SCENARIO_VALUE 4:7',
    'TW_SCENARIO_NAME 6:11',
    'TW_SCENARIO_KEY 6:18',
    'TW_SCENARIO_VERB 7:20',
    'TW_SCENARIO_VALUE 7:29',
    'TW_SCENARIO_VALUE 8:22',
    'TW_SCENARIO_VALUE 9:22',
  ]);
});

test('a mistake inside an anchor is shown where it was written, not where it was used', () => {
  const body = 'steps:\n  - parallel: &both\n      - { request: feed }\n  - repeat: { times: 2, steps: *both }\n';
  expect(problemsOf(body)).toEqual(['TW_SCENARIO_VALUE 6:20 "request" cannot be "feed" | expected a path that begins with "/"']);
});

describe('text that is not a scenario at all', () => {
  test.each([
    ['nothing', '', 'TW_SCENARIO_YAML 1:1 the file is empty'],
    ['a comment', '# later\n', 'TW_SCENARIO_YAML 1:1 the file is empty'],
    ['a list', '[]\n', 'TW_SCENARIO_VALUE 1:1 a scenario cannot be an empty list'],
    ['prose', 'hello\n', 'TW_SCENARIO_VALUE 1:1 a scenario cannot be "hello"'],
    [
      'an open bracket',
      'steps: [ { request: /a }\n',
      'TW_SCENARIO_YAML 2:1 Flow sequence in block collection must be sufficiently indented and end with a ]',
    ],
    ['tabs for indentation', 'steps:\n\t- request: /a\n', 'TW_SCENARIO_YAML 2:1 Tabs are not allowed as indentation'],
    ['two documents', 'version: 1\n---\nversion: 1\n', 'TW_SCENARIO_YAML 2:1 a second document begins here; a file holds one scenario'],
  ])('%s', (_, text, first) => {
    const [problem] = parseScenario(text, FILE).problems;
    expect(`${problem?.code} ${problem?.line}:${problem?.column} ${problem?.message}`).toBe(first);
  });

  test('an alias bomb is refused, quickly and with its position', () => {
    const lines = ['a: &a [x, x, x, x, x, x, x, x, x]'];
    for (let i = 1; i < 26; i++)
      lines.push(
        `${letter(i)}: &${letter(i)} [${Array(9)
          .fill(`*${letter(i - 1)}`)
          .join(', ')}]`,
      );
    const { plan, problems } = parseScenario(lines.join('\n'), FILE);
    expect(plan).toBeUndefined();
    expect(problems.map((p) => `${p.code} ${p.line}:${p.column}`)).toEqual(['TW_SCENARIO_YAML 2:8']);
  });

  test('an alias to itself or to nothing is refused', () => {
    expect(problemsOf('steps: &s [*s]\n')[0]).toMatch(/^TW_SCENARIO_/);
    expect(problemsOf('steps: *gone\n')[0]).toMatch(/^TW_SCENARIO_YAML 4:8 /);
  });

  test('a tag nobody knows is refused', () => {
    expect(problemsOf('steps: [{ request: !secret /a }]\n')).toEqual(['TW_SCENARIO_YAML 4:20 Unresolved tag: !secret']);
  });

  test('deep nesting and huge files are refused before they are parsed', () => {
    expect(parseScenario('['.repeat(100_000), FILE).problems[0]?.message).toBe('nested more than 64 levels deep');
    expect(parseScenario('- '.repeat(50_000), FILE).problems[0]?.message).toBe('nested more than 64 levels deep');
    expect(parseScenario('#'.repeat(300_000), FILE).problems[0]?.message).toMatch(/300000 characters/);
  });

  test('a key that is a list is an unknown key, and the parser warns nobody behind our back', () => {
    const warn = vi.spyOn(process, 'emitWarning').mockImplementation(() => undefined);
    expect(problemsOf('steps: [{ request: /a }]\n? [a]\n: 1\n')[0]).toMatch(/^TW_SCENARIO_KEY .* unknown key "\[ a \]"/);
    expect(warn).not.toHaveBeenCalled();
    warn.mockRestore();
  });

  test('a number in quotes is told apart from the number', () => {
    const problem = parseScenario('version: "1"\n', FILE).problems.find(({ message }) => message.startsWith('"version"'));
    expect([problem?.message, problem?.hint]).toEqual(['"version" cannot be "1"', 'expected 1']);
  });

  test('keys that objects inherit are unknown keys like any other', () => {
    expect(problemsOf('steps: [{ request: /a, constructor: 1 }]\n')[0]).toMatch(/^TW_SCENARIO_KEY 4:24 unknown step key "constructor"/);
    expect(problemsOf('steps: [{ request: /a, __proto__: { on: x } }]\n')[0]).toMatch(/^TW_SCENARIO_KEY 4:24 unknown step key "__proto__"/);
  });
});

describe('the block that shows a mistake', () => {
  const block = (text: string): string => {
    const [problem] = parseScenario(text, 'a.scenario.yaml').problems;
    return problem === undefined ? '' : formatProblem(problem, text);
  };

  test('names the place, shows the line and points at the word', () => {
    expect(block(`${HEAD}steps:\n  - { on: phone, reqest: /feed }\n`)).toBe(
      [
        'a.scenario.yaml:5:18  unknown step key "reqest"  TW_SCENARIO_KEY',
        ' 5 |   - { on: phone, reqest: /feed }',
        '   |                  ^^^^^^ did you mean "request"?',
      ].join('\n'),
    );
  });

  test('survives Windows line ends, tabs and very long lines', () => {
    expect(block(`${HEAD}steps:\r\n  - { reqest: /feed }\r\n`).split('\n')[1]).toBe(' 5 |   - { reqest: /feed }');
    const long = block(`${HEAD}tags: [${'word, '.repeat(60)}Wrong, ${'word, '.repeat(60)}]\nsteps: [{ request: /a }]\n`).split('\n');
    expect(long[1]?.length).toBeLessThan(140);
    const column = (long[2] ?? '').indexOf('^');
    expect(long[1]?.slice(column, column + 5)).toBe('Wrong');
  });
});

test('every code of a problem has its meaning in the table', () => {
  expect(Object.entries(PROBLEM_CODES).every(([code, meaning]) => code.startsWith('TW_SCENARIO_') && meaning.length > 20)).toBe(true);
});

function letter(i: number): string {
  return String.fromCharCode(97 + i);
}
