// The book of QuotaController and the ageing of buckets, as functions: sliding windows against a count minute by minute, and the promise
// that "until" is the first moment at which a limit no longer holds.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  closeSession,
  emptyBook,
  exhaustedAt,
  noteSpent,
  openSession,
  shortage,
  timeUsed,
  type QuotaBook,
} from '../../../src/os/android/quota.ts';
import { age, agedBucket, neverLaunched, nextAgeing, used } from '../../../src/os/android/standby.ts';
import { ageingOf, BUCKETS, figuresOf, quotasOf } from '../../../src/os/android/tables.ts';
import { DAY, HOUR, MINUTE, SECOND } from './kit.ts';

const figures = figuresOf(34);
const quotas = quotasOf(34);

/** A book after sessions given as [gap before, length, jobs], and the time then. */
function bookOf(sessions: readonly (readonly [gap: number, length: number, jobs: number])[], quota = quotas.RARE): [QuotaBook, number] {
  const book = emptyBook();
  let now = 10 * DAY;
  for (const [gap, length, jobs] of sessions) {
    now += gap;
    for (let job = 0; job < jobs; job++) openSession(book, now, figures);
    now += length;
    closeSession(book, now, figures);
    noteSpent(book, quota, now, figures);
  }
  return [book, now];
}

const minutes = (max: number) => fc.integer({ min: 1, max }).map((n) => n * MINUTE);
const anySessions = fc.array(fc.tuple(minutes(400), minutes(4), fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 30 });

describe('the quota book', () => {
  it('sums run time in a sliding window as a count minute by minute does', () => {
    fc.assert(
      fc.property(anySessions, minutes(2_000), (sessions, later) => {
        const [book, end] = bookOf(sessions);
        const now = end + later;
        let counted = 0;
        for (let at = now - DAY; at < now; at += MINUTE)
          counted += book.sessions.some(({ start, end: stop }) => start <= at && at < stop) ? MINUTE : 0;
        expect(timeUsed(book, DAY, now)).toBe(counted);
      }),
    );
  });

  it('names the first moment at which no limit holds any more', () => {
    let held = 0;
    fc.assert(
      fc.property(anySessions, fc.constantFrom(...BUCKETS.filter((name) => name !== 'NEVER')), (sessions, name) => {
        const quota = quotas[name];
        const [book, now] = bookOf(sessions, quota);
        const short = shortage(book, quota, now, figures);
        if (short === undefined) return;
        held += 1;
        expect(short.until).toBeGreaterThan(now);
        expect(shortage(book, quota, short.until - 1, figures)).toMatchObject({ limit: short.limit });
        expect(shortage(book, quota, short.until, figures)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
    expect(held).toBeGreaterThan(100);
  });

  it('brings an app back only with half a minute of run time to spare', () => {
    const [book, now] = bookOf([[HOUR, 10 * MINUTE, 1]]);
    expect(shortage(book, quotas.RARE, now, figures)).toEqual({
      limit: 'run time',
      used: 10 * MINUTE,
      allowed: 10 * MINUTE,
      until: now - 10 * MINUTE + 30 * SECOND + DAY,
    });
  });

  it('ends a session that is open when its run time is used up, with what slides out of the window given back', () => {
    const [book, now] = bookOf([[HOUR, 6 * MINUTE, 1]], quotas.WORKING_SET);
    openSession(book, now + 10 * MINUTE, figures);
    expect(exhaustedAt(book, quotas.WORKING_SET, now + 10 * MINUTE, figures)).toBe(now + 14 * MINUTE);
    closeSession(book, now + 11 * MINUTE, figures);
    openSession(book, now + 118 * MINUTE, figures);
    // Of the six minutes the first have left the window by then, one a minute.
    expect(exhaustedAt(book, quotas.WORKING_SET, now + 118 * MINUTE, figures)).toBe(now + 127 * MINUTE);
  });

  it('knows no end in the active bucket but the four hours a day', () => {
    const book = emptyBook();
    openSession(book, DAY, figures);
    expect(exhaustedAt(book, quotas.ACTIVE, DAY, figures)).toBe(DAY + 4 * HOUR);
    expect(exhaustedAt(book, quotasOf(36).ACTIVE, DAY, figures)).toBe(DAY + 20 * MINUTE);
    closeSession(book, DAY + 4 * HOUR, figures);
    expect(shortage(book, quotas.ACTIVE, DAY + 4 * HOUR, figures)).toMatchObject({ limit: 'run time in 24h' });
  });

  it('counts jobs beside sessions', () => {
    const [book, now] = bookOf(
      Array.from({ length: 3 }, () => [HOUR, SECOND, 16] as const),
      { ...quotas.RARE, sessions: 9 },
    );
    expect(shortage(book, { ...quotas.RARE, sessions: 9 }, now + HOUR, figures)).toEqual({
      limit: 'jobs',
      used: 48,
      allowed: 48,
      until: now - 2 * HOUR - 2 * SECOND + DAY,
    });
  });

  it.each([
    [5 * SECOND, 2],
    [5 * SECOND + 1, 3],
  ] as const)('takes two starts %i ms apart for one session or two', (gap, sessions) => {
    const [book, now] = bookOf([
      [HOUR, MINUTE, 1],
      [HOUR, MINUTE, 1],
      [gap, MINUTE, 1],
    ]);
    const quota = { ...quotas.RARE, sessions: 2 };
    expect(shortage(book, quota, now, figures)).toMatchObject({ used: sessions });
    // What was joined leaves the window as one, with its last part.
    expect(shortage(book, { ...quota, sessions: 1 }, now, figures)?.until).toBe(now + DAY);
    expect(shortage(book, { ...quota, sessions }, now, figures)?.until).toBe(10 * DAY + HOUR + MINUTE + DAY);
  });

  it('limits sessions in a minute', () => {
    const [book, now] = bookOf(
      Array.from({ length: 20 }, () => [0, 1, 1] as const),
      quotas.ACTIVE,
    );
    expect(shortage(book, { ...quotas.ACTIVE, jobs: 99 }, now, { ...figures, rateJobs: 99 })).toMatchObject({
      limit: 'sessions per minute',
      until: 10 * DAY + MINUTE,
    });
  });

  it('forgets what is older than a day', () => {
    const [book] = bookOf(Array.from({ length: 500 }, () => [HOUR, MINUTE, 1] as const));
    expect(book.sessions.length).toBeLessThan(30);
  });
});

describe('an app that is not used', () => {
  const table = ageingOf(34);

  it('ages by the clock and by the screen, both', () => {
    const standby = neverLaunched();
    used(standby, 0, { total: 0, on: false });
    const after = (hours: number, screen: number) => agedBucket(standby, table, hours * HOUR, { total: screen * HOUR, on: false });
    expect(after(11, 0)).toBe('ACTIVE');
    expect(after(12, 0)).toBe('WORKING_SET');
    expect(after(100, 0.9)).toBe('WORKING_SET');
    expect(after(24, 1)).toBe('FREQUENT');
    expect(after(47, 9)).toBe('FREQUENT');
    expect(after(48, 2)).toBe('RARE');
    expect(after(8 * 24, 5)).toBe('RARE');
    expect(after(8 * 24, 6)).toBe('RESTRICTED');
  });

  it('moves at the time foretold and not before, if the screen stays as it is', () => {
    fc.assert(
      fc.property(fc.nat({ max: 300 }), fc.nat({ max: 300 }), fc.boolean(), (elapsed, screen, on) => {
        const standby = neverLaunched();
        used(standby, 0, { total: 0, on });
        const now = elapsed * HOUR;
        const total = Math.min(elapsed, screen) * HOUR;
        const later = (at: number) => ({ total: total + (on ? at - now : 0), on });
        age(standby, table, now, later(now));
        const before = standby.bucket;
        const next = nextAgeing(standby, table, now, later(now));
        if (next === undefined) {
          expect(agedBucket(standby, table, now + 900 * DAY, later(now))).toBe(before);
          return;
        }
        expect(agedBucket(standby, table, next - 1, later(next - 1))).toBe(before);
        expect(agedBucket(standby, table, next, later(next))).not.toBe(before);
      }),
      { numRuns: 500 },
    );
  });

  it('stays where a command put it, and where a prediction put it for twelve hours', () => {
    const standby = neverLaunched();
    used(standby, 0, { total: 0, on: false });
    Object.assign(standby, { bucket: 'RARE', reason: 'forced' });
    expect([age(standby, table, 90 * DAY, { total: DAY, on: true }), standby.bucket]).toEqual([false, 'RARE']);
    used(standby, 0, { total: 0, on: false });
    Object.assign(standby, { bucket: 'RARE', reason: 'predicted', until: 12 * HOUR });
    expect(nextAgeing(standby, table, HOUR, { total: 0, on: false })).toBe(12 * HOUR);
    expect([age(standby, table, 11 * HOUR, { total: 0, on: false }), standby.bucket]).toEqual([false, 'RARE']);
    expect([age(standby, table, 12 * HOUR, { total: 0, on: false }), standby.bucket]).toEqual([true, 'WORKING_SET']);
  });
});
