// A journal written by hand, entry by entry: what the reader makes of it, and what the judge then says and does not dare to say.
import { describe, expect, test } from 'vitest';
import type { Fact, HistoryEvent } from '../../../src/core/events.ts';
import { INVARIANTS } from '../../../src/verify/invariants.ts';
import { AT_JOURNAL, MISSING_AT_JOURNAL } from '../../../src/verify/knowledge.ts';
import { judgeJournal } from '../../../src/verify/readers/judge-journal.ts';
import { readJournal } from '../../../src/verify/readers/journal.ts';

const HOUR = 3_600_000;
const ADA = { family: 'f1', user: 'ada', device: 'phone' };
const SIGN_IN: Fact = {
  type: 'session.granted',
  ...ADA,
  at: 'AT-1',
  rt: 'RT-1',
  expiresAt: HOUR,
  lifetime: HOUR,
  grant: 'authorization_code',
};

/** `[t, fact]` -> entries. */
function entries(...facts: readonly (readonly [number, Fact])[]): HistoryEvent[] {
  return facts.map(([t, fact], seq) => ({ seq, t, actor: fact.type.startsWith('api') ? 'rs' : 'as', ...fact }) as HistoryEvent);
}

const arrives = (x: string, rt: string, connection?: string): Fact => ({
  type: 'token.received',
  x,
  rt,
  arrival: 1,
  ...(connection === undefined ? {} : { connection }),
});
const commits = (x: string, n: number): Fact => ({
  type: 'token.committed',
  x,
  rt: `RT-${n - 1}`,
  at: `AT-${n}`,
  newRt: `RT-${n}`,
  ...ADA,
  expiresAt: 2 * HOUR,
  lifetime: HOUR,
});
const grants = (x: string, n: number): Fact => ({
  type: 'token.responded',
  x,
  status: 200,
  kind: 'granted',
  at: `AT-${n}`,
  newRt: `RT-${n}`,
  expiresIn: HOUR,
});
const refuses = (x: string): Fact => ({ type: 'token.responded', x, status: 400, kind: 'oauth-error', error: 'invalid_grant' });
const asks = (n: string, at: string, more: object = {}): Fact => ({
  type: 'api.received',
  n,
  k: 1,
  at,
  method: 'GET',
  path: '/feed',
  bodyDigest: '-',
  bodyLength: 0,
  ...more,
});
const answers = (n: string, status: number, k = 1): Fact => ({ type: 'api.responded', n, k, status });

const said = (facts: HistoryEvent[], now = 10 * HOUR) =>
  judgeJournal(facts, { now }).verdict.findings.map(({ invariant, clause, presumed }) => [
    invariant,
    clause,
    presumed === undefined ? 'proved' : 'presumed',
  ]);

describe('a delivery', () => {
  const exchange = [
    [0, SIGN_IN],
    [HOUR, arrives('x1', 'RT-1')],
    [HOUR + 5, commits('x1', 2)],
    [HOUR + 5, grants('x1', 2)],
  ] as const;
  const deliveredAt = (facts: HistoryEvent[], now: number) =>
    readJournal(facts, { now }).events.find((event) => event.type === 'token.delivered')?.t;

  test('is certain as soon as the client uses what it brought', () => {
    const { events, margin } = readJournal(entries(...exchange, [HOUR + 20, asks('n1', 'AT-2')]), { now: HOUR + 20 });
    const delivered = events.find((event) => event.type === 'token.delivered');
    expect(delivered).toMatchObject({ t: HOUR + 20, actor: 'phone', at: 'AT-2', newRt: 'RT-2' });
    expect(margin.presumed.size).toBe(0);
    expect(events.findIndex((event) => event.type === 'token.delivered')).toBeLessThan(
      events.findIndex((event) => event.type === 'api.sent'),
    );
  });
  test('is presumed after 50 ms when nothing is shown, and not before', () => {
    expect(deliveredAt(entries(...exchange), HOUR + 54)).toBeUndefined();
    expect(deliveredAt(entries(...exchange), HOUR + 55)).toBe(HOUR + 55);
    expect(readJournal(entries(...exchange), { now: HOUR + 55 }).margin.presumed.size).toBe(1);
  });
  test('takes three times as long to be presumed as the device usually takes to show one', () => {
    const usual = [
      [0, SIGN_IN],
      [10, arrives('x0', 'RT-1')],
      [10, commits('x0', 2)],
      [10, grants('x0', 2)],
      [110, asks('n0', 'AT-2')],
    ] as const;
    const facts = entries(...usual, [HOUR, arrives('x1', 'RT-2')], [HOUR, commits('x1', 3)], [HOUR, grants('x1', 3)]);
    expect(readJournal(facts, { now: HOUR + 299 }).events.filter((event) => event.type === 'token.delivered')).toHaveLength(1);
    expect(readJournal(facts, { now: HOUR + 300 }).events.filter((event) => event.type === 'token.delivered')).toHaveLength(2);
  });
  test('is not inferred at all when the server broke the connection or saw it break', () => {
    for (const end of [
      { type: 'token.lost', x: 'x1', phase: 'after-commit', told: true },
      { type: 'token.abandoned', x: 'x1' },
    ] as const) {
      expect(deliveredAt(entries(...exchange, [HOUR + 5, end]), 2 * HOUR)).toBeUndefined();
    }
  });
  test('is certain when the same connection carries the next request', () => {
    const facts = entries(
      [0, SIGN_IN],
      [HOUR, arrives('x1', 'RT-1', 'c1')],
      [HOUR, refuses('x1')],
      [HOUR + 400, arrives('x2', 'RT-1', 'c1')],
      [HOUR + 400, refuses('x2')],
    );
    expect(said(facts)).toEqual([['logout-after-invalid-grant', 'a', 'proved']]);
    const apart = entries(
      [0, SIGN_IN],
      [HOUR, arrives('x1', 'RT-1', 'c1')],
      [HOUR, refuses('x1')],
      [HOUR + 400, arrives('x2', 'RT-1', 'c2')],
      [HOUR + 400, refuses('x2')],
    );
    expect(said(apart)).toEqual([['logout-after-invalid-grant', 'a', 'presumed']]);
  });
});

describe('a refresh token that comes twice', () => {
  test('is a duplicate for certain while the first has no answer', () => {
    expect(
      said(
        entries(
          [0, SIGN_IN],
          [HOUR, arrives('x1', 'RT-1')],
          [HOUR + 3, arrives('x2', 'RT-1')],
          [HOUR + 5, commits('x1', 2)],
          [HOUR + 5, grants('x1', 2)],
          [HOUR + 6, refuses('x2')],
        ),
      ),
    ).toEqual([['no-duplicate-refresh', 'a', 'proved']]);
  });
  test('is a duplicate by presumption right after the answer has left', () => {
    expect(
      said(
        entries(
          [0, SIGN_IN],
          [HOUR, arrives('x1', 'RT-1')],
          [HOUR + 1, commits('x1', 2)],
          [HOUR + 1, grants('x1', 2)],
          [HOUR + 3, arrives('x2', 'RT-1')],
          [HOUR + 3, refuses('x2')],
        ),
      ),
    ).toEqual([['no-duplicate-refresh', 'a', 'presumed']]);
  });
  test('is spent for certain once its successor was used, also within the margin', () => {
    const facts = entries(
      [0, SIGN_IN],
      [HOUR, arrives('x1', 'RT-1')],
      [HOUR, commits('x1', 2)],
      [HOUR, grants('x1', 2)],
      [HOUR + 4, asks('n1', 'AT-2')],
      [HOUR + 4, answers('n1', 200)],
      [HOUR + 10, arrives('x2', 'RT-1')],
      [HOUR + 10, refuses('x2')],
    );
    expect(said(facts)).toEqual([['no-lost-rotation', 'b', 'proved']]);
    expect(
      judgeJournal(facts, { now: 2 * HOUR }).verdict.findings.flatMap(({ folded }) => folded.map(({ invariant }) => invariant)),
    ).toContain('no-refresh-token-reuse');
  });
  test('is a good retry when the server knows that its answer got lost', () => {
    expect(
      said(
        entries(
          [0, SIGN_IN],
          [HOUR, arrives('x1', 'RT-1')],
          [HOUR, commits('x1', 2)],
          [HOUR, grants('x1', 2)],
          [HOUR, { type: 'token.lost', x: 'x1', phase: 'after-commit', told: true }],
          [HOUR + 200, arrives('x2', 'RT-1')],
          [HOUR + 200, refuses('x2')],
        ),
      ),
    ).toEqual([]);
  });
  test('counts once when the transport sent it again', () => {
    expect(
      said(
        entries(
          [0, SIGN_IN],
          [HOUR, arrives('x1', 'RT-1')],
          [HOUR + 1, { type: 'token.received', x: 'x1', rt: 'RT-1', arrival: 2 }],
          [HOUR + 5, commits('x1', 2)],
          [HOUR + 5, grants('x1', 2)],
        ),
      ),
    ).toEqual([]);
  });
});

describe('marks', () => {
  const needless = (mark: Fact): HistoryEvent[] =>
    entries(
      [0, SIGN_IN],
      [1_000, asks('n1', 'AT-1')],
      [1_000, answers('n1', 200)],
      [2_000, mark],
      [3_000, arrives('x1', 'RT-1')],
      [3_000, commits('x1', 2)],
      [3_000, grants('x1', 2)],
    );
  test('excuse a refresh that was asked for, or that a moved clock or a restart brought about', () => {
    expect(said(needless({ type: 'mark', what: 'prompt-expected', device: 'phone' }))).toEqual([['no-duplicate-refresh', 'b', 'presumed']]);
    expect(said(needless({ type: 'mark', what: 'refresh-forced', device: 'phone' }))).toEqual([]);
    expect(said(needless({ type: 'mark', what: 'clock-moved', device: 'phone', by: 2 * HOUR }))).toEqual([]);
    expect(said(needless({ type: 'mark', what: 'relaunch', device: 'phone' }))).toEqual([]);
  });
  test('of another device excuse nothing', () => {
    expect(said(needless({ type: 'mark', what: 'refresh-forced', device: 'tablet' }))).toEqual([['no-duplicate-refresh', 'b', 'presumed']]);
  });
  test('and revocations of the current refresh token end a session', () => {
    const after = (end: Fact): HistoryEvent[] =>
      entries([0, SIGN_IN], [1_000, end], [5_000, asks('n1', 'AT-1')], [5_000, answers('n1', 401)]);
    expect(said(after({ type: 'mark', what: 'sign-out', device: 'phone' }))).toEqual([
      ['no-request-after-sign-out', undefined, 'presumed'],
    ]);
    expect(said(after({ type: 'revocation.received', token: 'RT-1', status: 200 }))).toEqual([
      ['no-request-after-sign-out', undefined, 'presumed'],
    ]);
    expect(said(after({ type: 'revocation.received', token: 'AT-1', status: 200 }))).toEqual([]);
  });
});

describe('requests', () => {
  const refused = (...more: readonly (readonly [number, Fact])[]): HistoryEvent[] => entries([0, SIGN_IN], ...more);
  test('with an id are replays of each other, proved', () => {
    const third = (k: number): Fact => asks('n1', 'AT-1', { k, named: true });
    expect(
      said(
        refused(
          [1, third(1)],
          [2, answers('n1', 401)],
          [3, third(2)],
          [4, answers('n1', 401, 2)],
          [5, third(3)],
          [6, answers('n1', 401, 3)],
        ),
      ),
    ).toEqual([['replay-at-most-once', 'a', 'proved']]);
  });
  test('without one are taken for replays by method, path and body, presumed', () => {
    const facts = refused(
      [1, asks('r1', 'AT-1')],
      [2, answers('r1', 401)],
      [3, asks('r2', 'AT-1')],
      [4, answers('r2', 401)],
      [5, asks('r3', 'AT-1')],
      [6, answers('r3', 401)],
    );
    expect(said(facts)).toEqual([['replay-at-most-once', 'a', 'presumed']]);
  });
  test('of the same address that were answered well are requests of their own', () => {
    expect(
      said(
        refused(
          ...[1, 2, 3, 4].flatMap(
            (i) =>
              [
                [i * 10, asks(`r${i}`, 'AT-1')],
                [i * 10 + 1, answers(`r${i}`, 200)],
              ] as const,
          ),
        ),
      ),
    ).toEqual([]);
  });
  test('without a token are judged only when they can be told to belong to a session', () => {
    const bare = (...more: readonly (readonly [number, Fact])[]) =>
      refused(
        [HOUR, arrives('x1', 'RT-1')],
        [HOUR, { type: 'token.responded', x: 'x1', status: 200, kind: 'other' }],
        ...more,
        [HOUR + 500, asks('r1', 'unknown')],
        [HOUR + 501, answers('r1', 401)],
      );
    expect(said(bare())).toEqual([['only-grants-adopted', 'b', 'presumed']]);
    expect(said(bare([HOUR + 100, { ...SIGN_IN, family: 'f2', user: 'bob', device: 'tablet', at: 'AT-9', rt: 'RT-9' } as Fact]))).toEqual(
      [],
    );
  });
});

describe('the level', () => {
  test('every invariant either holds at J, as it says itself, or says what is missing', () => {
    for (const { name, needs } of INVARIANTS) expect([name, AT_JOURNAL[name] !== undefined]).toEqual([name, needs.includes('J')]);
    for (const { name } of INVARIANTS)
      expect([name, MISSING_AT_JOURNAL[name] === undefined]).toEqual([name, AT_JOURNAL[name] !== undefined]);
  });
  test('those that a journal cannot judge are listed with what it lacks, refresh-ahead until somebody declares it', () => {
    const { verdict } = judgeJournal([], { now: 0 });
    expect(verdict.notApplicable.map(({ invariant }) => invariant).sort()).toEqual(
      [...Object.keys(MISSING_AT_JOURNAL), 'refresh-ahead-honoured'].sort(),
    );
    expect(verdict.notApplicable.find(({ invariant }) => invariant === 'abort-isolation')?.reason).toContain('who waited and who aborted');
    expect(judgeJournal([], { now: 0, refreshAhead: 30_000 }).verdict.notApplicable.map(({ invariant }) => invariant)).not.toContain(
      'refresh-ahead-honoured',
    );
  });
  test('a journal cut anywhere, or shuffled, is judged as far as it goes', () => {
    const whole = entries(
      [0, SIGN_IN],
      [HOUR, arrives('x1', 'RT-1')],
      [HOUR, commits('x1', 2)],
      [HOUR, grants('x1', 2)],
      [HOUR + 4, asks('n1', 'AT-2')],
      [HOUR + 4, answers('n1', 200)],
      [HOUR + 10, arrives('x2', 'RT-1')],
      [HOUR + 10, refuses('x2')],
    );
    for (let i = 0; i <= whole.length; i++)
      expect(judgeJournal(whole.slice(i), { now: HOUR }).reading.events.length).toBeGreaterThanOrEqual(whole.length - i);
    expect(() => judgeJournal(whole.toReversed(), { now: HOUR })).not.toThrow();
  });
});
