import { describe, expect, test } from 'vitest';
import { type Absence, decideAbsence, decideEnding, decideOffer, decideRecord, decideToken, type InHand } from '../../src/engine/decide.ts';
import { isOver, type Past } from '../../src/engine/leftovers.ts';
import type { Reason } from '../../src/engine/machine.ts';
import { decodeRecord, encodeRecord, isLater, rebase, type SessionRecord } from '../../src/engine/record.ts';
import { Session } from '../../src/engine/session.ts';

const at = (ms: number) => ({ wall: ms, mono: ms });
const record = (over: Partial<SessionRecord> = {}): SessionRecord => ({
  session: 's1',
  since: at(100),
  revision: 3,
  outage: undefined,
  ...over,
  tokens: {
    accessToken: 'a3',
    refreshToken: 'r3',
    receivedAt: at(100),
    life: 3_600_000,
    refreshLife: undefined,
    ahead: 300_000,
    expiresAt: 5,
    certain: true,
    ...over.tokens,
  },
});
type Stored = SessionRecord | Absence;
const decideStored = (stored: Stored, hand: InHand, past: Past) =>
  'tokens' in stored ? decideRecord(stored, hand, past) : decideAbsence(stored, hand, past);
const decode = (value: string) => decodeRecord(value, at(1_000), true, ISSUER);
const mine: InHand = { record: record(), durable: true };
const ISSUER = 'https://as.example';
const clock = { now: () => 100, monotonic: () => 100, setTimeout: () => () => undefined, sleep: async () => undefined };
const noPast: Past = { ended: new Map() };
const pastOf = (session: Session, reason: Reason): Past => {
  session.ended = reason;
  return { ended: new Map([[session.record.session, session]]) };
};

describe('the token in hand', () => {
  const facts = { fresh: false, alive: true, canRefresh: true };
  test.each<[string, Partial<typeof facts>, string]>([
    ['fresh: used', { fresh: true }, 'use'],
    ['near its end: refreshed ahead', {}, 'ahead'],
    ['near its end, but no refresh is possible now: used', { canRefresh: false }, 'use'],
    ['expired or refused: a refresh is needed', { alive: false }, 'need'],
    ['expired and no refresh possible: needed all the same', { alive: false, canRefresh: false }, 'need'],
  ])('%s', (_name, over, use) => {
    const { fresh, alive, canRefresh } = { ...facts, ...over };
    expect(decideToken(fresh, alive, canRefresh)).toBe(use);
  });
});

describe('the stored record', () => {
  test.each<[string, Stored, Partial<InHand>, string]>([
    ['is the one in hand', record(), {}, 'same'],
    ['has a higher revision: a sibling rotated', record({ revision: 4 }), {}, 'newer'],
    [
      'has the same revision with another pair: a sibling rotated at the same time',
      record({ tokens: { ...record().tokens, accessToken: 'b3' } }),
      {},
      'newer',
    ],
    ['has the same revision and keeps no access token', record({ tokens: { ...record().tokens, accessToken: '' } }), {}, 'same'],
    ['has a lower revision: it came from a backup, or our write is still to come', record({ revision: 2 }), {}, 'damaged'],
    ['is another session: somebody else signed in', record({ session: 's2' }), {}, 'replaced'],
    ['is an older session while ours was never written: a leftover', record({ session: 's0', since: at(50) }), { durable: false }, 'ours'],
    [
      'is a later session while ours was never written: somebody else signed in',
      record({ session: 's2', since: at(150) }),
      { durable: false },
      'replaced',
    ],
    ['is gone: a sibling signed out', { kind: 'empty', foreign: false }, {}, 'sibling-signed-out'],
    ['is not there yet', { kind: 'empty', foreign: false }, { durable: false }, 'ours'],
    ['says that the server ended our session', { kind: 'ended', session: 's1', reason: 'invalid-grant' }, {}, 'invalid-grant'],
    [
      'says that another session ended: ours was replaced before',
      { kind: 'ended', session: 's2', reason: 'invalid-grant' },
      {},
      'sibling-signed-out',
    ],
    ['says that an older session ended', { kind: 'ended', session: 's0', reason: 'invalid-grant' }, { durable: false }, 'ours'],
    ['is torn: memory is written again', { kind: 'corrupt' }, {}, 'damaged'],
    ['is torn before ours was ever in it', { kind: 'corrupt' }, { durable: false }, 'ours'],
  ])('%s', (_name, stored, over, kind) => {
    expect(decideStored(stored, { ...mine, ...over }, noPast)).toBe(kind);
  });

  test('of a session that is over here is a leftover', () => {
    const past = pastOf(new Session(record({ session: 's0' }), clock, true), 'user');
    expect(decideStored(record({ session: 's0' }), mine, past)).toBe('ours');
    expect(decideStored({ kind: 'ended', session: 's0', reason: 'reused' }, mine, past)).toBe('ours');
  });
});

describe('a refused refresh token', () => {
  test.each([
    ['is over for the reason that the server gives', 'password-changed', false, 'password-changed'],
    ['is over for that reason also after a lost answer', 'password-changed', true, 'password-changed'],
    ['was spent unseen when an answer was lost, whatever the server saw', 'reused', true, 'lost-response'],
    ['was used by somebody else when none was lost', 'reused', false, 'reused'],
    ['is over when the server says no more than that', undefined, false, 'invalid-grant'],
  ] as const)('%s', (_name, why, lost, reason) => {
    expect(decideEnding(why, lost)).toBe(reason);
  });
});

describe('a token offered by the API', () => {
  test.each([
    ['for the one in hand, that lives longer, is taken', { accessToken: 'a2', life: 90_000 }, 'a1', true],
    ['for an older one is not', { accessToken: 'a2', life: 90_000 }, 'a0', false],
    ['that ends sooner is not', { accessToken: 'a2', life: 30_000 }, 'a1', false],
    ['whose life nobody tells is not', { accessToken: 'a2', life: undefined }, 'a1', false],
    ['that is the one in hand is not', { accessToken: 'a1', life: 90_000 }, 'a1', false],
    ['that is empty is not', { accessToken: '', life: 90_000 }, 'a1', false],
  ])('%s', (_name, offered, askedWith, taken) => {
    expect(decideOffer(offered, 'a1', 60_000, askedWith)).toBe(taken);
  });
});

describe('the store entry', () => {
  const full = record({ outage: { failures: 2, at: at(7), wait: 300, floor: 0, credit: 12, unknown: true } });
  test('comes back as it was written', () => {
    expect(decode(encodeRecord(full, true, ISSUER))).toEqual({ ...full, marked: true });
    const note = { session: 's1', ended: 'invalid-grant' };
    expect(decode(encodeRecord(note, false, ISSUER))).toEqual(note);
  });
  test('of another issuer is none, and one that names no issuer is ours', () => {
    for (const entry of [full, { session: 's1', ended: 'invalid-grant' }])
      expect(decode(encodeRecord(entry, true, 'https://as.other.example'))).toBeNull();
    expect(decode(JSON.stringify({ ...full, v: 1, marked: true }))).toEqual({ ...full, marked: true });
  });
  test.each<[string, string]>([
    ['no JSON', '{"v":1,'],
    ['a list', '[]'],
    ['null', 'null'],
    ['another version', JSON.stringify({ ...full, v: 2 })],
    ['no session', JSON.stringify({ v: 1 })],
    ['no revision', JSON.stringify({ v: 1, ...full, revision: 'x' })],
    ['no tokens', JSON.stringify({ v: 1, ...full, tokens: null })],
    ['no start', JSON.stringify({ v: 1, ...full, since: 5 })],
    ['no access token', JSON.stringify({ v: 1, ...full, tokens: { ...full.tokens, accessToken: undefined } })],
  ])('with %s is not taken for one', (_name, value) => {
    expect(decode(value)).toBeUndefined();
  });
  test('with a damaged outage keeps its tokens', () => {
    expect(decode(JSON.stringify({ v: 1, ...full, outage: { failures: 'x' } }))).toEqual({
      ...full,
      outage: undefined,
      marked: false,
    });
  });
});

describe('time between two stamps', () => {
  test.each<[string, [number, number], [number, number], boolean, number]>([
    ['is monotonic', [1_000, 50], [999_999, 60], true, 10],
    ['is monotonic though the wall clock went back', [1_000, 50], [0, 60], true, 10],
    ['is by the wall clock after a reboot', [1_000, 50], [4_000, 10], true, 3_000],
    ['is by the wall clock where the monotonic one starts anew with each process', [1_000, 50], [4_000, 60], false, 3_000],
    ['is that since the start of the device when only the wall clock is left and it went back', [1_000, 50], [500, 10], true, 10],
    ['is none when that clock went back where the monotonic one starts anew with each process', [1_000, 50], [500, 60], false, 0],
  ])('%s', (_name, [wall, mono], [laterWall, laterMono], holds, ms) => {
    const rebased = rebase({ wall, mono }, { wall: laterWall, mono: laterMono }, holds);
    expect([laterMono - rebased.mono, rebased.wall]).toEqual([ms, wall]);
  });
  test('counts as later only by both clocks', () => {
    expect([
      isLater(at(2), at(1)),
      isLater(at(1), at(1)),
      isLater({ wall: 2, mono: 1 }, at(1)),
      isLater({ wall: 1, mono: 2 }, at(1)),
    ]).toEqual([true, false, false, false]);
  });
});

describe('sessions that are over', () => {
  const session = new Session(record(), clock, true);
  const stored = (over: Partial<SessionRecord> = {}) => record(over);
  test('signed out: no revision comes back', () => {
    const past = pastOf(session, 'user');
    expect(isOver(past, stored({ revision: 99 }))).toBe(true);
    expect(isOver(past, stored({ session: 's2' }))).toBe(false);
  });
  test('refused by the server: a younger refresh token, written by a sibling, may come back, the refused one never', () => {
    const past = pastOf(new Session(record(), clock, true), 'invalid-grant');
    const younger = { ...record().tokens, accessToken: 'a4', refreshToken: 'r4' };
    expect(isOver(past, stored({ revision: 3 }))).toBe(true);
    expect(isOver(past, stored({ revision: 4, tokens: younger }))).toBe(false);
    expect(isOver(past, stored({ revision: 4, tokens: { ...younger, refreshToken: record().tokens.refreshToken } }))).toBe(true);
  });
  test('stored before the sign-out by the monotonic clock, once a later session has been in the store', () => {
    const setBack = { wall: 100, mono: 300 };
    for (const [durable, over] of [
      [true, false],
      [false, true],
    ] as const) {
      const past = { ended: new Map(), cutoff: at(200), session: new Session(record({ session: 's2', since: at(250) }), clock, durable) };
      expect(isOver(past, stored({ since: setBack }))).toBe(over);
      expect(isOver(past, stored({ since: { wall: 300, mono: 100 } }))).toBe(true);
    }
  });
  test('stored before the sign-out, but never read here', () => {
    const past = { ended: new Map(), cutoff: at(200) };
    expect([at(100), at(200), at(201)].map((since) => isOver(past, stored({ since })))).toEqual([true, true, false]);
  });
});
