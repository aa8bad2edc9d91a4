// Many refreshes of one token at once on real sockets: what `serialize` and `race(window)` promise, and who sends twice.
import { describe, expect, test } from 'vitest';
import { GRACE_POLICIES } from '../../src/core/server-words.ts';
import { Arrivals, APP_REACTION } from '../../mock-server/arrivals.ts';
import type { AppRequest } from '../../mock-server/app.ts';
import type { PolicyPatch } from '../../mock-server/policy.ts';
import { failureOf, serve, until } from '../kit/served.ts';

const STORM = 200;

interface Storm {
  /** How many got tokens, and how many different refresh tokens and access tokens those were. */
  granted: number;
  refreshTokens: number;
  accessTokens: number;
  refused: number;
  /** Refresh tokens of the answers that work afterwards, tried one after the other. */
  familyDead: boolean;
}

/** `together`: nobody commits before everybody was checked, however slow the machine is. */
async function storm(policy: PolicyPatch, together = false): Promise<Storm> {
  const served = await serve({ policy });
  const { refresh } = served.signIn();
  if (together) served.fault({ endpoint: 'token', point: 'validated', verdict: { kind: 'hold', name: 'checked' } });
  const sent = Array.from({ length: STORM }, () => served.refresh(refresh));
  if (together) {
    await until(() => served.server.app.holds.list()[0]?.waiting === STORM);
    served.server.app.holds.release();
  }
  const answers = await Promise.all(sent);
  const bodies = await Promise.all(
    answers.map(async (answer) => ({
      status: answer.status,
      ...((await answer.json()) as { refresh_token?: string; access_token?: string; error?: string }),
    })),
  );
  const granted = bodies.filter(({ status }) => status === 200);
  expect(bodies.filter(({ status, error }) => status !== 200 && (status !== 400 || error !== 'invalid_grant'))).toEqual([]);
  return {
    granted: granted.length,
    refreshTokens: new Set(granted.map(({ refresh_token }) => refresh_token)).size,
    accessTokens: new Set(granted.map(({ access_token }) => access_token)).size,
    refused: bodies.length - granted.length,
    familyDead: served.server.app.journal.entries.some(({ type }) => type === 'family.dead'),
  };
}

describe('200 refreshes of one token at once, serialised', () => {
  const window = 30_000;
  const all = { granted: STORM, accessTokens: STORM, refused: 0, familyDead: false };
  const one = { granted: 1, accessTokens: 1, refreshTokens: 1, refused: STORM - 1, familyDead: true };
  const outcomes: Readonly<Record<(typeof GRACE_POLICIES)[number], Partial<Storm>>> = {
    strict: one,
    'same-successor': { ...all, refreshTokens: 1 },
    'new-sibling': { ...all, refreshTokens: STORM },
    'replace-child': { ...all, refreshTokens: STORM },
    'close-on-child-use': all,
    'one-step-behind': { ...all, refreshTokens: 1 },
    'stale-rt-returned': { ...all, refreshTokens: 2 },
  };
  test.each(GRACE_POLICIES)('%s', async (policy) => {
    expect(await storm({ refreshToken: { grace: { policy, window: policy === 'strict' ? 0 : window } } })).toMatchObject(outcomes[policy]);
  });
});

describe('200 refreshes of one token at once, raced: whoever was checked within the window commits, each with its own token', () => {
  test.each(GRACE_POLICIES)('%s', async (policy) => {
    const result = await storm(
      { atomicity: { race: 1 }, refreshToken: { grace: { policy, window: policy === 'strict' ? 0 : 30_000 } } },
      true,
    );
    expect(result).toMatchObject({ granted: STORM, refreshTokens: STORM, accessTokens: STORM, refused: 0, familyDead: false });
  });

  test('serialised, whoever was checked is checked again when it commits: one wins', async () => {
    expect(await storm({}, true)).toMatchObject({ granted: 1, refused: STORM - 1, familyDead: true });
  });

  test('after the window the same token is judged again', async () => {
    const served = await serve({ policy: { atomicity: { race: 50 } } });
    const { refresh } = served.signIn();
    expect((await served.refresh(refresh)).status).toBe(200);
    expect((await served.refresh(refresh)).status).toBe(400);
  });
});

describe('a transport that sends again is told from an application that asks twice', () => {
  test('on the wire: the same bytes right after the connection broke are the same exchange, arrived once more', async () => {
    const served = await serve({ policy: { refreshToken: { grace: { policy: 'same-successor', window: 10_000 } } } });
    const { refresh } = served.signIn();
    served.fault({ endpoint: 'token', point: 'committed', times: 1, verdict: { kind: 'drop', how: 'reset' } });
    expect(await failureOf(served.refresh(refresh))).toBe('ECONNRESET');
    expect((await served.refresh(refresh)).status).toBe(200);
    const facts = served.server.app.journal.entries;
    expect(facts.flatMap((fact) => (fact.type === 'token.received' ? [[fact.x, fact.arrival]] : []))).toEqual([
      ['x1', 1],
      ['x1', 2],
    ]);
    expect(facts.find(({ type }) => type === 'wire.repeated')).toMatchObject({ name: 'x1', of: 'x1', by: 'transport' });
    expect(served.records.at(-1)).toMatchObject({ repeats: { of: 'x1', by: 'transport' } });
  });

  test('the same bytes after an answer are another exchange', async () => {
    const served = await serve();
    const { refresh } = served.signIn();
    await served.refresh(refresh);
    await served.refresh(refresh);
    const facts = served.server.app.journal.entries;
    expect(facts.flatMap((fact) => (fact.type === 'token.received' ? [[fact.x, fact.arrival]] : []))).toEqual([
      ['x1', 1],
      ['x2', 1],
    ]);
    expect(facts.find(({ type }) => type === 'wire.repeated')).toMatchObject({ name: 'x2', of: 'x1', by: 'app' });
  });

  const request: AppRequest = {
    method: 'POST',
    url: 'http://a/token',
    headers: { 'user-agent': 'okhttp/5' },
    body: 'grant_type=refresh_token',
    peer: '10.0.0.1',
  };
  test.each([
    ['within the reaction time of an app', APP_REACTION, {}, 'transport'],
    ['later than an app needs to react', APP_REACTION + 1, {}, 'app'],
    ['from another device', 0, { peer: '10.0.0.2' }, 'app'],
    ['from another program on the same device', 0, { headers: { 'user-agent': 'curl/8' } }, 'app'],
    ['with other bytes', 0, { body: 'grant_type=refresh_token&scope=a' }, undefined],
  ] as const)('%s', (_name, gap, change, by) => {
    const arrivals = new Arrivals();
    arrivals.arrive(request, 'token', 1_000).over(1_500, false);
    expect(arrivals.arrive({ ...request, ...change } as AppRequest, 'token', 1_500 + gap).repeats?.by).toBe(by);
  });

  test('while the first is still being answered it is the application: a transport waits for its connection', () => {
    const arrivals = new Arrivals();
    arrivals.arrive(request, 'token', 0);
    expect(arrivals.arrive(request, 'token', 1).repeats).toMatchObject({ by: 'app', gap: 1 });
  });

  test('reading an address twice is no repetition; with a request id it is the same logical request sent again', () => {
    const arrivals = new Arrivals();
    const read: AppRequest = { method: 'GET', url: 'http://a/api/feed', headers: {}, body: '' };
    expect(
      [arrivals.arrive(read, 'resource', 0), arrivals.arrive(read, 'resource', 1)].map(({ repeats, meta }) => [repeats, meta]),
    ).toEqual([
      [undefined, { n: 'r1', k: 1 }],
      [undefined, { n: 'r2', k: 1 }],
    ]);
    const named = { ...read, headers: { 'x-request-id': 'load-feed' } };
    expect([arrivals.arrive(named, 'resource', 2), arrivals.arrive(named, 'resource', 3)].map(({ meta }) => meta)).toEqual([
      { n: 'load-feed', k: 1 },
      { n: 'load-feed', k: 2 },
    ]);
  });

  test('an id that could be a token is none', () => {
    const arrivals = new Arrivals();
    const named = { method: 'GET', url: 'http://a/api/feed', headers: { 'x-request-id': 'a'.repeat(37) }, body: '' };
    expect(arrivals.arrive(named, 'resource', 0).meta).toEqual({ n: 'r1', k: 1 });
  });
});
