// `tokenwarp run --device`: an app on an emulated phone that the real adb drives, with real HTTP to the mock server through `adb reverse`.
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { useLab, WORKER } from '../kit/adbd/lab.ts';
import { livePhone, scenario, traces } from '../kit/adbd/live-lab.ts';
import { scratch, tokenwarp } from '../kit/cli.ts';

const lab = useLab();

/** While the first answer is on its way every twin arrives, however busy the machine is. */
const SLOW_BURST =
  'steps:\n  - revoke: access-token\n  - fault: { delay: 1s, of: token }\n  - request: { path: /feed, count: 5, expect: ok }\n';
const BURST = 'steps:\n  - revoke: access-token\n  - request: { path: /feed, count: 5, expect: ok }\nexpect: { refreshes: 1 }\n';
/** Killed after the server has rotated and before a byte of the answer has left. */
const HELD = [
  'steps:',
  '  - revoke: access-token',
  '  - { request: /feed, wait: false }',
  '  - advance: { until: token.committed }',
  '  - app: kill',
  '  - app: launch',
  '  - request: { path: /feed, expect: ok }',
  '',
].join('\n');

describe('a right app', () => {
  test('passes, was asked through its hook, and leaves the phone as it was', async () => {
    const { device, client, words } = await livePhone(lab);
    const before = traces(device);
    const ran = await lab.tokenwarp(...words(scenario('burst', BURST)));
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/✓ burst {4}1 refresh [^]* 1 passed · 0 failed/) as string });
    expect(ran.stderr).toContain('  · 5 x GET /feed on phone/app\n');
    expect(client.told).toEqual([
      'SIGN_IN user=ada device=phone',
      'REQUEST path=/feed method=GET count=5 id=q1',
      'REQUEST path=/feed method=GET count=1 id=last',
    ]);
    expect(traces(device)).toEqual(before);
  });

  test('survives a kill between the commit of its rotation and the answer where the server forgives it', async () => {
    const { device, words } = await livePhone(lab);
    const lenient = 'server: { refreshToken: { grace: { policy: same-successor, window: 1h } } }\n';
    const ran = await lab.tokenwarp(...words(scenario('held', lenient + HELD)));
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/✓ held {4}2 refreshes/) as string });
    expect(device.phone.calls.map((argv) => argv.slice(0, 2).join(' '))).toContain('am kill');
  });

  test('is not blamed by any invariant for a kill that a strict server does not forgive', async () => {
    const { words } = await livePhone(lab);
    const ran = await lab.tokenwarp(...words(scenario('held', HELD), '--json'));
    const [result] = (JSON.parse(ran.stdout) as { results: { verdict: { findings: object[] }; expectations: { message: string }[] }[] })
      .results;
    expect(ran.code).toBe(1);
    expect(result?.verdict.findings).toEqual([]);
    expect(result?.expectations.map(({ message }) => message)).toEqual(['GET /feed should be ok, but is 401']);
  });

  test(
    'loses its network while its refresh is held: the answer never comes, though the connection was there',
    { timeout: 60_000 },
    async () => {
      const { words } = await livePhone(lab);
      const steps = [
        'server: { refreshToken: { grace: { policy: same-successor, window: 1h } } }',
        'steps:',
        '  - revoke: access-token',
        '  - { request: /feed, wait: false }',
        '  - advance: { until: token.committed }',
        '  - network: offline',
        '  - network: online',
        '  - request: { path: /feed, expect: ok }',
        'expect: { refreshes: 2 }',
        '',
      ];
      const ran = await lab.tokenwarp(...words(scenario('tunnel', steps.join('\n'))));
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/✓ tunnel {4}2 refreshes/) as string });
    },
  );

  test(
    'lives through faults, a day with the clock of the phone, airplane mode, the background and a push',
    { timeout: 60_000 },
    async () => {
      const { device, client, words } = await livePhone(lab);
      const before = traces(device);
      const path = scenario(
        'tour',
        [
          'server: { accessToken: { ttl: 30m } }',
          'steps:',
          '  - advance: past-expiry',
          '  - fault: { reply: 503, of: token, from: phone/app, times: 1 }',
          '  - request: { path: /feed, expect: 401 }',
          '  - { request: { path: /feed, expect: ok }, as: healed }',
          '  - app: background',
          '  - advance: 1d',
          '  - network: offline',
          '  - network: online',
          '  - app: foreground',
          '  - parallel:',
          '      - request: { path: /inbox, expect: ok }',
          '      - request: { path: /profile, expect: ok }',
          '  - push: refresh',
          '  - repeat: { times: 2, steps: [{ request: /feed }] }',
          'expect: { refreshes: 4, requests: { healed: ok }, sessions: { phone: active } }',
          '',
        ].join('\n'),
      );
      const ran = await lab.tokenwarp(...words(path, '--device-clock'));
      expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/✓ tour {4}4 refreshes +1d30m virtual/) as string });
      expect(traces(device)).toEqual(before);
      expect(client.told).toContain('PUSH refresh=1');
      const clocks = device.phone.calls.filter((argv) => argv.slice(0, 3).join(' ') === 'cmd alarm set-time');
      expect(clocks.length).toBeGreaterThanOrEqual(3);
    },
  );
});

describe('a background job', () => {
  const JOB = 'steps:\n  - advance: 20m\n  - job: refresh\n  - request: { path: /feed, expect: ok }\nexpect: { refreshes: 1 }\n';

  test('is made due and fired, and comes out again from the transcript', { timeout: 60_000 }, async () => {
    const { app, device, words } = await livePhone(lab);
    const before = traces(device);
    app.work.enqueue({ worker: WORKER, name: 'refresh', delay: 3_600_000 });
    const file = join(scratch(), 'run.jsonl');
    const ran = await lab.tokenwarp(...words(scenario('job', JOB), '--certain', '--record', file));
    expect(ran).toMatchObject({ code: 0, stdout: expect.stringMatching(/✓ job {4}1 refresh/) as string });
    expect(traces(device)).toEqual(before);
    expect(tokenwarp(['run', '--replay', file]).stdout).toBe(ran.stdout);
  });

  test('that the system holds back: exit code 7 and the gate', async () => {
    const { app, device, words } = await livePhone(lab);
    app.work.enqueue({ worker: WORKER, name: 'refresh', delay: 3_600_000 });
    Object.assign(device.phone.doze, { deep: 'IDLE', forced: true });
    const ran = await lab.tokenwarp(...words(scenario('job', JOB)));
    expect(ran).toMatchObject({
      code: 7,
      stderr: expect.stringMatching(/refresh of com\.example\.app did not run, \S+ holds it: .*TW_DEVICE_JOB/) as string,
    });
  });

  test('that the app does not have', async () => {
    const { words } = await livePhone(lab);
    const ran = await lab.tokenwarp(...words(scenario('job', JOB)));
    expect(ran).toMatchObject({ code: 7, stderr: expect.stringContaining('com.example.app has no background work waiting') as string });
  });
});

describe('an app that is wrong', () => {
  test('without single flight: no-duplicate-refresh, with the lanes of a simulated run', async () => {
    const { words, device } = await livePhone(lab, { noSingleFlight: true });
    const before = traces(device);
    const ran = await lab.tokenwarp(...words(scenario('burst', SLOW_BURST)));
    expect(ran.code).toBe(1);
    expect(ran.stdout).toMatch(/✗ burst › no-duplicate-refresh +\S+burst\.scenario\.yaml:7\n/);
    expect(ran.stdout).toMatch(/t {3}phone +authorization server\n/);
    expect(ran.stdout).toMatch(/ ▸ +\d+ ms {3}refresh #2 \(RT-1\) ──▶ /);
    expect(ran.stdout).toMatch(/replay {3}tokenwarp run \S+ --device \S+ --package com\.example\.app --wait 4s\n/);
    expect(traces(device)).toEqual(before);
  });

  test('that refreshes again for a late 401, in a scenario of ours; one that does not passes it', { timeout: 60_000 }, async () => {
    const wrong = await livePhone(lab, { refreshesForLate401: true });
    const ran = await lab.tokenwarp(...wrong.words('late-401'));
    expect(ran).toMatchObject({ code: 1, stdout: expect.stringContaining('✗ late-401 › no-duplicate-refresh') as string });
    const right = await livePhone(lab);
    expect(await lab.tokenwarp(...right.words('late-401'))).toMatchObject({ code: 0 });
  });

  test('that loses a rotation: seen once it has been started again', async () => {
    const { words } = await livePhone(lab, { losesRotation: true });
    const ran = await lab.tokenwarp(...words(scenario('burst', BURST)));
    expect(ran).toMatchObject({ code: 1, stdout: expect.stringContaining('✗ burst › no-lost-rotation') as string });
  });

  test('that signs its user out for a 503: the last request never comes, though the session lives', async () => {
    const { words } = await livePhone(lab, { signsOutOn5xx: true });
    const path = scenario('busy', 'steps:\n  - revoke: access-token\n  - fault: { reply: 503, times: 1 }\n  - request: { path: /feed }\n');
    const ran = await lab.tokenwarp(...words(path));
    expect(ran.code).toBe(1);
    expect(ran.stdout).toContain('GET /feed never reached the server, although the session is alive there');
  });

  test('that goes on after a sign-out: the tap was marked', async () => {
    const { words } = await livePhone(lab, { staysSignedIn: true });
    const path = scenario('out', 'steps:\n  - signOut: {}\n  - request: { path: /feed }\n');
    const ran = await lab.tokenwarp(...words(path));
    expect(ran).toMatchObject({ code: 1, stdout: expect.stringContaining('✗ out › no-request-after-sign-out') as string });
    expect(ran.stdout).toContain('user signs out');
  });
});

test('several scenarios in one run, each with a server of its own, in every format', { timeout: 60_000 }, async () => {
  const { words } = await livePhone(lab, { noSingleFlight: true });
  const one = scenario('calm', 'steps:\n  - request: { path: /feed, expect: ok }\n');
  const two = scenario('burst', SLOW_BURST);
  const folder = one.replace(/calm\.scenario\.yaml$/, '');
  const ran = await lab.tokenwarp(
    ...words(one, two, '--quiet', '--reporter', 'quiet', '--reporter', `junit=${folder}out.xml`, '--reporter', `json=${folder}out.json`),
  );
  expect(ran.code).toBe(1);
  expect(ran.stderr).toBe('');
  expect(ran.stdout).toMatch(/^✗ burst › no-duplicate-refresh[^]*1 passed · 1 failed/);
  expect(readFileSync(`${folder}out.xml`, 'utf8')).toContain('no-duplicate-refresh');
  const { results } = JSON.parse(readFileSync(`${folder}out.json`, 'utf8')) as { results: { outcome: string; client: string }[] };
  expect(results.map(({ outcome }) => outcome).toSorted()).toEqual(['failed', 'passed']);
});
