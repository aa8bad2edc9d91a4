// The server's own laws: each must be breakable by a journal that breaks it, or a silent audit proves nothing.
import { expect, test } from 'vitest';
import type { ServerFact } from '../../src/core/events.ts';
import { createAudit } from '../../mock-server/laws.ts';
import { DEFAULT_POLICY, patchPolicy } from '../../mock-server/policy.ts';
import type { PolicyPatch } from '../../mock-server/policy.ts';

const GRANTED: ServerFact = {
  type: 'session.granted',
  family: 'f1',
  user: 'ada',
  device: 'phone',
  at: 'AT-1',
  rt: 'RT-1',
  expiresAt: 1,
  lifetime: 1,
  grant: 'authorization_code',
};
const DEAD: ServerFact = { type: 'family.dead', family: 'f1', reason: 'user', user: 'ada', device: 'phone' };
const RECEIVED: ServerFact = { type: 'api.received', n: 'n1', k: 1, at: 'AT-1' };
const OK: ServerFact = { type: 'api.responded', n: 'n1', k: 1, status: 200 };

function committed(x: string, at: string, newRt: string | undefined, more: { rt?: string; repeated?: 'same-successor' } = {}): ServerFact {
  return {
    type: 'token.committed',
    x,
    rt: 'RT-1',
    at,
    ...(newRt === undefined ? {} : { newRt }),
    family: 'f1',
    user: 'ada',
    device: 'phone',
    expiresAt: 1,
    lifetime: 1,
    ...more,
  };
}

const responded = (x: string, at: string): ServerFact => ({ type: 'token.responded', x, status: 200, kind: 'granted', at });
const refused = (error: string, status: number): ServerFact => ({
  type: 'token.refused',
  x: 'x1',
  rt: 'RT-1',
  error,
  status,
  reason: 'reused',
});

function audit(facts: readonly ServerFact[], patch: PolicyPatch = {}): string[] {
  const running = createAudit();
  for (const fact of facts) running.see(fact, patchPolicy(DEFAULT_POLICY, patch));
  return running.broken();
}

test('a lawful journal breaks nothing', () => {
  expect(
    audit([GRANTED, RECEIVED, OK, committed('x1', 'AT-2', 'RT-2'), responded('x1', 'AT-2'), refused('invalid_grant', 400), DEAD]),
  ).toEqual([]);
});

test.each<[string, readonly ServerFact[], RegExp]>([
  [
    'a refresh token exchanged twice under strict',
    [GRANTED, committed('x1', 'AT-2', 'RT-2'), committed('x2', 'AT-3', 'RT-3')],
    /^RT-1 was exchanged twice/,
  ],
  [
    'a refresh token with two parents',
    [GRANTED, committed('x1', 'AT-2', 'RT-2'), committed('x2', 'AT-3', 'RT-2', { rt: 'RT-9' })],
    /^RT-2 was issued twice/,
  ],
  ['an access token with two parents', [GRANTED, committed('x1', 'AT-1', 'RT-2')], /^AT-1 was issued twice/],
  ['tokens issued after the end', [GRANTED, DEAD, committed('x1', 'AT-2', 'RT-2')], /^AT-2 was issued in family f1 after it ended/],
  ['a family that ends twice', [GRANTED, DEAD, DEAD], /^family f1 ended twice/],
  ['a refusal with a telling error', [GRANTED, refused('token_reused', 400)], /tells its true reason: reused/],
  ['a refusal with a telling status', [GRANTED, refused('invalid_grant', 403)], /tells its true reason: reused/],
  ['an answer without a commit', [GRANTED, responded('x1', 'AT-2')], /^x1 was answered with AT-2, which it never committed/],
  ['an API that answers strangers', [{ ...RECEIVED, at: 'unknown' }, OK], /^n1 was answered with 200/],
  ['an API that answers anybody', [{ ...RECEIVED, at: 'none' }, OK], /^n1 was answered with 200/],
])('it sees %s', (_name, facts, sentence) => {
  expect(audit(facts)).toEqual([expect.stringMatching(sentence)]);
});

test('what a policy allows is no breach', () => {
  const twice = [GRANTED, committed('x1', 'AT-2', 'RT-2'), committed('x2', 'AT-3', 'RT-3')];
  expect(audit(twice, { atomicity: { race: 10 } })).toEqual([]);
  expect(
    audit([GRANTED, committed('x1', 'AT-2', 'RT-2'), committed('x2', 'AT-3', 'RT-2', { repeated: 'same-successor' })], {
      refreshToken: { grace: { policy: 'same-successor' } },
    }),
  ).toEqual([]);
  expect(
    audit([GRANTED, committed('x1', 'AT-2', 'RT-1'), committed('x2', 'AT-3', 'RT-1')], { refreshToken: { rotation: 'same' } }),
  ).toEqual([]);
  expect(audit([{ ...RECEIVED, at: 'unknown' }, OK], { resource: { checksRevocation: false } })).toEqual([]);
});

const explained: ServerFact = { type: 'token.responded', x: 'x1', status: 400, kind: 'oauth-error', error: 'invalid_grant', end: 'reused' };

test('the end of a session is explained where the policy says so, to whoever held a token of it', () => {
  expect(audit([refused('invalid_grant', 400), explained], { explainsEnd: true })).toEqual([]);
  expect(audit([refused('invalid_grant', 400), explained])).toEqual(['the refusal of x1 explains itself, which the policy does not allow']);
  const stranger: ServerFact = { type: 'token.refused', x: 'x1', rt: 'unknown', error: 'invalid_grant', status: 400, reason: 'unknown' };
  expect(audit([stranger, explained], { explainsEnd: true })).toEqual([
    'the refusal of x1 explains the end of a session to somebody who never held a token of it',
  ]);
});
