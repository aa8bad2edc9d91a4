import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { actorName, describe, ENDING_WORDS } from '../../src/core/describe.ts';
import type { Fact, HistoryEvent } from '../../src/core/events.ts';

const API = { origin: 'https://api.example', method: 'POST', bodyDigest: '', bodyLength: 0 };
const GRANT = { family: 'f1', user: 'ada', device: 'phone' };

/** Every type at least once, with the optional fields that change the words. */
const SAMPLES: readonly [Fact, string][] = [
  [{ type: 'token.sent', x: 'x2', rt: 'RT-1', device: 'phone', attempt: 1 }, 'refresh #2 sent with RT-1'],
  [
    { type: 'token.sent', x: 'x2', rt: 'RT-1', device: 'phone', attempt: 3, forced: 'step-up' },
    'refresh #2 sent with RT-1, attempt 3, forced: step-up',
  ],
  [{ type: 'token.received', x: 'x2', rt: 'RT-1', arrival: 2 }, 'refresh #2 arrived with RT-1, sent again by the transport (arrival 2)'],
  [
    { type: 'token.committed', x: 'x2', rt: 'RT-1', at: 'AT-2', newRt: 'RT-2', expiresAt: 0, lifetime: 0, ...GRANT },
    'refresh #2 committed RT-1→RT-2, AT-2',
  ],
  [
    {
      type: 'token.committed',
      x: 'x2',
      rt: 'RT-1',
      at: 'AT-2',
      newRt: 'RT-1',
      expiresAt: 0,
      lifetime: 0,
      repeated: 'same-successor',
      ...GRANT,
    },
    'refresh #2 committed AT-2, by the same-successor grace policy',
  ],
  [
    { type: 'token.refused', x: 'x2', rt: 'RT-1', error: 'invalid_grant', status: 400, reason: 'reused' },
    'refresh #2 refused: 400 invalid_grant, RT-1 reused',
  ],
  [
    { type: 'token.refused', x: 'x2', rt: 'RT-1', error: 'invalid_grant', status: 400, reason: 'superseded', late: 26_000 },
    'refresh #2 refused: 400 invalid_grant, RT-1 superseded, 26s after the end of the grace',
  ],
  [
    { type: 'token.responded', x: 'x2', status: 429, kind: 'other', retryAfter: 10_000 },
    'refresh #2 answered: 429, not a token response, retry after 10s',
  ],
  [
    { type: 'token.delivered', x: 'x2', rt: 'RT-1', status: 200, kind: 'granted', at: 'AT-2', newRt: 'RT-2' },
    'refresh #2 brought 200 granted AT-2, RT-2',
  ],
  [
    { type: 'token.lost', x: 'x2', phase: 'after-commit', told: false },
    'refresh #2 lost after the server committed, the client still waits',
  ],
  [{ type: 'token.abandoned', x: 'x2' }, 'refresh #2 given up'],
  [
    { type: 'api.sent', n: 'n3', k: 2, at: 'AT-2', path: '/feed', foreign: true, ...API },
    'request n3, sending 2, sent with AT-2 to another origin, https://api.example',
  ],
  [{ type: 'api.received', n: 'n3', k: 1, at: 'AT-2' }, 'request n3 arrived with AT-2'],
  [
    { type: 'api.responded', n: 'n3', k: 1, status: 401, error: 'invalid_token', reason: 'revoked' },
    'request n3 answered: 401 invalid_token, revoked',
  ],
  [{ type: 'api.delivered', n: 'n3', k: 1, status: 200, at: 'AT-2' }, 'request n3 brought 200 for AT-2'],
  [{ type: 'api.lost', n: 'n3', k: 1, phase: 'body-cut', told: true }, 'request n3 lost with its body cut short'],
  [{ type: 'api.abandoned', n: 'n3', k: 1 }, 'request n3 given up'],
  [{ type: 'revocation.sent', token: 'RT-1' }, 'revocation of RT-1 sent'],
  [{ type: 'revocation.received', token: 'RT-1', status: 200 }, 'revocation of RT-1 arrived: 200'],
  [
    { type: 'session.granted', at: 'AT-1', rt: 'RT-1', expiresAt: 0, lifetime: 300_000, grant: 'code', ...GRANT },
    'ada signed in on phone: AT-1, RT-1, good for 5m',
  ],
  [{ type: 'family.dead', reason: 'reuse', ...GRANT }, 'token family f1 of ada on phone ended: reuse'],
  [{ type: 'access.dead', at: 'AT-1', family: 'f1', reason: 'revoked' }, 'AT-1 revoked'],
  [
    { type: 'access.offered', at: 'AT-1', newAt: 'AT-2', expiresAt: 0, lifetime: 0, ...GRANT },
    'AT-2 offered in a response header to the holder of AT-1',
  ],
  [{ type: 'access.adopted', at: 'AT-1', newAt: 'AT-2', family: 'f1' }, 'AT-2, offered in a response header, used for the first time'],
  [
    { type: 'wire.repeated', name: 'x2', of: 'x1', by: 'transport', gap: 3 },
    'x2 repeats x1 byte by byte after 3ms: sent again by the transport',
  ],
  [
    { type: 'wire.repeated', name: 'x2', of: 'x1', by: 'app', gap: 3_000 },
    'x2 repeats x1 byte by byte after 3s: asked again by the application',
  ],
  [
    { type: 'authorization.asked', a: 'a1', client: 'app', device: 'iphone', page: true },
    'authorization a1 asked by app on iphone, a sign-in page was shown',
  ],
  [
    { type: 'authorization.asked', a: 'a1', client: 'app', device: 'iphone', page: false },
    'authorization a1 asked by app on iphone, no page was shown',
  ],
  [{ type: 'authorization.answered', a: 'a1', outcome: 'code', user: 'ada' }, 'authorization a1 answered with code by ada'],
  [{ type: 'authorization.answered', a: 'a1', outcome: 'login_required' }, 'authorization a1 answered with login_required'],
  [{ type: 'key.rotated', rotation: 'overlap', alg: 'EdDSA', kid: 'k2', listedFrom: 0, signsFrom: 0 }, 'EdDSA key k2 comes in by overlap'],
  [
    { type: 'device.asked', d: 'd1', device: 'tv', interval: 5_000, lifetime: 600_000 },
    'device authorization d1 begun on tv, good for 10m',
  ],
  [{ type: 'device.decided', d: 'd1', user: 'ada', allowed: true }, 'device authorization d1 approved by ada'],
  [{ type: 'device.decided', d: 'd1', user: 'ada', allowed: false }, 'device authorization d1 denied by ada'],
  [{ type: 'device.polled', d: 'd1', outcome: 'slow_down', interval: 10_000 }, 'device authorization d1 polled: slow_down'],
  [{ type: 'mark', what: 'clock-moved', device: 'phone', by: 3_600_000, note: 'by adb' }, 'marked on phone: clock-moved by 1h, by adb'],
  [{ type: 'mark', what: 'sign-out', device: 'phone' }, 'marked on phone: sign-out'],
  [{ type: 'client.declared', features: ['offline-queue'], missing: ['signOut'] }, 'client claims offline-queue, has no signOut'],
  [{ type: 'client.mounted' }, 'a further client made in the same process'],
  [{ type: 'stop.called' }, 'client is told to stop'],
  [{ type: 'client.unmounted' }, 'the app lets go of its client'],
  [{ type: 'start.called' }, 'client starts'],
  [{ type: 'start.done', ok: false, reason: 'network' }, 'start failed: network'],
  [
    { type: 'request.called', n: 'n3', generation: 1, deadline: 0, path: '/feed', method: 'GET', bodyDigest: '', bodyLength: 0 },
    'app asks GET /feed (n3)',
  ],
  [{ type: 'request.settled', n: 'n3', status: 200 }, 'n3 settled: 200'],
  [{ type: 'request.settled', n: 'n3', reason: 'offline' }, 'n3 rejected: offline'],
  [{ type: 'aborted', n: 'n3' }, 'app aborts n3'],
  [{ type: 'state', from: 'active', to: 'expired', reason: 'invalid_grant' }, 'session active → expired: invalid_grant'],
  [{ type: 'store.begin', w: 1, op: 'set', key: 'session', labels: ['AT-2'] }, 'storing AT-2 as session'],
  [{ type: 'store.end', w: 1, op: 'get', key: 'session', labels: [], ok: true }, 'read a value without tokens from session'],
  [
    { type: 'store.end', w: 1, op: 'set', key: 'session', labels: [], ok: false, error: 'store-locked' },
    'session could not be written: store-locked',
  ],
  [{ type: 'store.end', w: 1, op: 'delete', key: 'session', labels: [], ok: true }, 'deleted session'],
  [{ type: 'lock.wait', name: 'refresh' }, 'waits for lock refresh'],
  [{ type: 'lock.held', name: 'refresh' }, 'holds lock refresh'],
  [{ type: 'lock.freed', name: 'refresh', by: 'kill' }, 'lock refresh freed by kill'],
  [{ type: 'signIn.called', user: 'ada', generation: 1, family: 'f1', at: 'AT-1' }, 'ada signs in with AT-1'],
  [{ type: 'signIn.done', ok: true }, 'sign-in done'],
  [{ type: 'signOut.called', generation: 2 }, 'user signs out'],
  [{ type: 'signOut.done', ok: true }, 'sign-out done'],
  [{ type: 'prompt.shown', method: 'biometric', purpose: 'unlock' }, 'biometric prompt shown to unlock'],
  [{ type: 'prompt.shown', method: 'password', purpose: 'sign-in' }, 'password prompt shown to sign in again'],
  [{ type: 'content', state: 'active' }, 'content shown while active'],
  [{ type: 'lock.policy', idle: 300_000, background: 60_000 }, 'the app must lock, 5m without interaction, 1m in background'],
  [{ type: 'interaction' }, 'user touches the app'],
  [{ type: 'push', refresh: true }, 'silent push, asking for a refresh'],
  [{ type: 'stream.asked', l: 'l1', path: '/events' }, 'app listens to /events (l1)'],
  [{ type: 'stream.left', l: 'l1' }, 'app no longer listens (l1)'],
  [{ type: 'stream.opened', s: 's1', at: 'AT-1', path: '/events' }, 'stream s1 open on /events with AT-1'],
  [{ type: 'stream.message', s: 's1', at: 'AT-1', dead: true }, 'stream s1 brought a message although AT-1 is no longer good'],
  [{ type: 'stream.renewed', s: 's1', from: 'AT-1', at: 'AT-2', accepted: true }, 'stream s1 told AT-2 instead of AT-1'],
  [
    { type: 'stream.closed', s: 's1', at: 'AT-2', by: 'server', reason: 'token-expired' },
    'stream s1 on AT-2 closed by the server: token-expired',
  ],
  [{ type: 'store.changed', how: 'corrupted', tier: 'secure', labels: [] }, 'secure store corrupted'],
  [{ type: 'app.installed', how: 'reinstall' }, 'app deleted and installed again'],
  [{ type: 'server.switched', issuer: 'https://as.other.example' }, 'the app is pointed at https://as.other.example'],
  [{ type: 'prompt.closed', method: 'password', outcome: 'cancelled' }, 'password prompt closed: cancelled'],
  [{ type: 'text', channel: 'log', text: 'token ‹AT-1›', leaks: ['AT-1'] }, 'log: token ‹AT-1› (held AT-1)'],
  [
    { type: 'client.error', kind: 'leaked-timer', message: 'one timer', where: 'poll (a.ts:3)' },
    'the client left a timer behind: one timer at poll (a.ts:3)',
  ],
  [{ type: 'online' }, 'online'],
  [{ type: 'offline' }, 'offline'],
  [{ type: 'process.launch', epoch: 1 }, 'process launched'],
  [{ type: 'process.launch', epoch: 3 }, 'process launched again'],
  [{ type: 'process.kill', epoch: 1 }, 'process killed'],
  [{ type: 'process.suspend', epoch: 1 }, 'process suspended'],
  [{ type: 'process.resume', epoch: 1 }, 'process resumed'],
  [{ type: 'process.resume', epoch: 1, asleep: 60_000 }, 'process resumed after 1m of sleep'],
  [{ type: 'process.stop', epoch: 1 }, 'process stopped cleanly'],
  [{ type: 'foreground' }, 'to the foreground'],
  [{ type: 'background' }, 'to the background'],
  [{ type: 'store.locked' }, 'device locked: the store cannot be read'],
  [{ type: 'store.unlocked' }, 'device unlocked'],
  [{ type: 'clock.jump', by: -3_600_000 }, 'device clock moved by -1h'],
  [{ type: 'step', index: 0, text: 'advance 5m' }, 'advance 5m'],
  [{ type: 'run.end', ending: 'finished', stores: {}, states: {}, open: [] }, 'run ended: finished'],
  [
    { type: 'run.end', ending: 'deadlock', stores: {}, states: {}, open: ['n3'], detail: 'waiting for n3' },
    'run ended: nothing left that can happen, with work still open (waiting for n3), open: n3',
  ],
];

test.each(SAMPLES.map(([fact, words]) => [words, fact] as const))('%s', (words, fact) => {
  expect(describe({ seq: 0, t: 0, actor: 'phone/app', ...fact } as HistoryEvent)).toBe(words);
});

test('the samples hold every event type of the vocabulary', () => {
  const source = ['events.ts', 'client-facts.ts'].map((name) => readFileSync(new URL(`../../src/core/${name}`, import.meta.url), 'utf8'));
  const declared = [...source.join('\n').matchAll(/\btype: ((?:'[a-zA-Z.]+'(?: \| )?)+)/g)].flatMap((match) =>
    (match[1] ?? '').split(' | ').map((name) => name.replaceAll("'", '')),
  );
  const sampled = new Set<string>(SAMPLES.map(([fact]) => fact.type));
  expect(declared.length).toBeGreaterThan(50);
  expect([...new Set(declared)].filter((type) => !sampled.has(type))).toEqual([]);
});

test('servers are called by their RFC names, processes by their own', () => {
  expect([actorName('as'), actorName('rs'), actorName('phone/app')]).toEqual(['authorization server', 'resource server', 'phone/app']);
});

test('every ending has words', () => {
  expect(Object.values(ENDING_WORDS).every((words) => words.length > 5)).toBe(true);
});
