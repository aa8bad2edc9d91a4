import { describe, expect, test } from 'vitest';
import { afterFailure, burstLeft, type Failure, laterOutage, noteSending, relieved, waitLeft } from '../../src/engine/backoff.ts';
import type { Outage } from '../../src/engine/record.ts';

const HOUR = 3_600_000;
const TRIED = false;
const RETRY = true;
const at = (ms: number) => ({ wall: ms, mono: ms });
const failure = (ms: number, over: Partial<Failure> = {}): Failure => ({
  at: at(ms),
  retryAfter: undefined,
  unknown: true,
  ...over,
});

/** Fails whenever allowed, from 0 until `until`. */
function storm(until: number, fraction: () => number): { times: number[]; gaps: number[] } {
  const times: number[] = [];
  let outage: Outage | undefined;
  for (let now = 0; now < until; now += waitLeft(outage, now, RETRY)) {
    times.push(now);
    outage = afterFailure(outage, failure(now), fraction());
  }
  return { times, gaps: times.slice(1).map((time, index) => time - (times[index] ?? 0)) };
}

describe('an outage', () => {
  let high = false;
  const JITTERS: [string, () => number][] = [
    ['least', () => 0],
    ['most', () => 0.999],
    [
      'swinging',
      () => {
        high = !high;
        return high ? 0.999 : 0;
      },
    ],
  ];

  test.each(JITTERS)('with the %s jitter is never retried faster than 8 times in 10 s and 30 times in an hour', (_name, fraction) => {
    const { times } = storm(6 * HOUR, fraction);
    for (const time of times) {
      expect(times.filter((other) => other >= time && other < time + 10_000).length).toBeLessThanOrEqual(8);
      expect(times.filter((other) => other >= time && other < time + HOUR).length).toBeLessThanOrEqual(30);
    }
  });

  test.each(JITTERS)('with the %s jitter has a first pause of 200 to 300 ms and pauses that grow', (_name, fraction) => {
    const { gaps } = storm(HOUR, fraction);
    expect(gaps[0]).toBeGreaterThanOrEqual(200);
    expect(gaps[0]).toBeLessThan(300);
    for (const [index, gap] of gaps.entries()) expect(gap).toBeGreaterThanOrEqual(0.7 * (gaps[index - 1] ?? 0));
  });

  test('spends six attempts within a minute', () => {
    expect(storm(60_000, () => 0.999).times.length).toBeGreaterThanOrEqual(6);
  });

  test('lets a new request try again after 35 s at the latest, however long it lasts', () => {
    let outage: Outage | undefined;
    for (let i = 0; i < 100; i++) {
      outage = afterFailure(outage, failure(i * 40_000), 0.999);
      expect(waitLeft(outage, i * 40_000, TRIED)).toBeLessThan(35_000);
    }
  });

  test('waits for what the server asks, from the end of the attempt', () => {
    const outage = afterFailure(undefined, failure(1_500, { retryAfter: 30_000 }), 0);
    expect(waitLeft(outage, 1_500, TRIED)).toBe(30_000);
    expect(waitLeft(outage, 31_499, TRIED)).toBe(1);
    expect(waitLeft(outage, 31_500, TRIED)).toBe(0);
  });

  test("does not hurry because the last pause was the server's", () => {
    const first = afterFailure(undefined, failure(0, { retryAfter: 20_000 }), 0);
    expect(waitLeft(afterFailure(first, failure(20_000), 0), 20_000, TRIED)).toBe(10_500);
  });

  test('is forgotten after a long quiet', () => {
    const { times } = storm(HOUR, () => 0);
    let outage: Outage | undefined;
    for (const time of times) outage = afterFailure(outage, failure(time), 0);
    expect(afterFailure(outage, failure(10 * HOUR), 0)).toMatchObject({ failures: 1 });
  });

  test('remembers that an answer may have been lost', () => {
    const lost = afterFailure(undefined, failure(0), 0);
    expect(afterFailure(lost, failure(300, { unknown: false }), 0).unknown).toBe(true);
    expect(afterFailure(undefined, failure(0, { unknown: false }), 0).unknown).toBe(false);
  });

  test('is shortened by a return online, but not below Retry-After', () => {
    let outage = afterFailure(undefined, failure(0), 0);
    for (const time of [300, 1_000, 3_000, 8_000]) outage = afterFailure(outage, failure(time), 0);
    expect(waitLeft(outage, 8_000, TRIED)).toBeGreaterThan(5_000);
    expect(waitLeft(relieved(outage), 8_000, TRIED)).toBe(0);
    const asked = afterFailure(outage, failure(20_000, { retryAfter: 7_000 }), 0);
    expect(waitLeft(relieved(asked), 20_000, TRIED)).toBe(7_000);
  });

  test('of two accounts the one with the later attempt counts', () => {
    const [early, late] = [afterFailure(undefined, failure(0), 0), afterFailure(undefined, failure(9), 0)];
    expect(laterOutage(early, late)).toBe(late);
    expect(laterOutage(late, early)).toBe(late);
    expect(laterOutage(late, late)).toBe(late);
    expect(laterOutage(undefined, early)).toBe(early);
    expect(laterOutage(early, undefined)).toBe(early);
  });
});

test('even granted refreshes are held to seven in 10 s', () => {
  const sendings: number[] = [];
  for (let i = 0; i < 7; i++) {
    expect(burstLeft(sendings, i * 100)).toBe(0);
    noteSending(sendings, i * 100);
  }
  expect(burstLeft(sendings, 700)).toBe(9_300);
  expect(burstLeft(sendings, 10_000)).toBe(0);
});
