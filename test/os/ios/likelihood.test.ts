// The system's own choice of the moment: scores, habits, and dice that can be read ahead (facts 1.5; every figure here is undocumented).
import { describe, expect, it, test } from 'vitest';
import { chooseFigures } from '../../../src/os/ios/figures.ts';
import { batteryScore, likelihood, nextProcessing, nextRefresh, refreshChance, type ScoreView } from '../../../src/os/ios/likelihood.ts';
import { fractionOf, roll } from '../../../src/os/ios/rolls.ts';
import { Usage } from '../../../src/os/ios/usage.ts';
import { Bench, DAY, HOUR, MINUTE, MONDAY, refresh } from './bench.ts';

const figures = chooseFigures();
const VIEW: ScoreView = { figures, probability: () => 1, lastUsed: undefined, further: 0, predictable: true, level: 100, plugged: false };
const WAITING = { seed: 7, base: 0, step: 10 * MINUTE };

describe('the score of a launch', () => {
  test.each([
    [0.0025, 0, 0.05],
    [0.01, 0, 0.1],
    [0.0625, 0, 0.25],
    [0.0626, 0, 1],
    [0.5, 0, 1],
    [0.0025, 0.1, 0.15],
    [0.0025, 0.21, 1],
  ])('of probability %s with a lift of %s is %s: the root, and 1 above a quarter', (p, lift, score) => {
    expect(likelihood(p, lift, figures.likelyFrom)).toBeCloseTo(score, 10);
  });
});

describe('the score of the battery', () => {
  test.each([
    [20, false, 0],
    [20, true, 0],
    [21, false, Math.sqrt(1 / 80)],
    [40, false, 0.5],
    [40, true, 0.6],
    [100, false, 1],
    [100, true, 1],
  ])('at %s %%, plugged %s, is %s', (level, plugged, score) => {
    expect(batteryScore(level, plugged, figures)).toBeCloseTo(score, 10);
  });
});

describe('the chance at one look', () => {
  it('is the square of the scores, and half squared before the first unlock', () => {
    const at = (more: Partial<ScoreView>): number => refreshChance({ ...VIEW, ...more }, 0, 0);
    expect(at({})).toBe(1);
    expect(at({ level: 40 })).toBeCloseTo(0.25, 10);
    expect(at({ probability: () => 0.0025 })).toBeCloseTo(0.0025, 10);
    expect(at({ predictable: false })).toBe(0.25);
    expect(at({ figures: chooseFigures({ scorePower: 1 }), level: 40 })).toBe(0.5);
  });

  it('is lifted while the app is among the last used, and by each further request', () => {
    const at = (more: Partial<ScoreView>, elapsed = 0): number =>
      refreshChance({ ...VIEW, probability: () => 0.0025, ...more }, elapsed, 0);
    expect(at({ lastUsed: 0 })).toBeCloseTo(0.0225, 10);
    expect(at({ lastUsed: 0 }, DAY + 1)).toBeCloseTo(0.0025, 10);
    expect(at({ further: 1 })).toBeCloseTo(0.0225, 10);
    expect(at({ further: 3 })).toBe(1);
  });

  it('reads the prediction 450 s ahead, and a jitter further', () => {
    const asked: number[] = [];
    const view: ScoreView = { ...VIEW, probability: (elapsed) => asked.push(elapsed) };
    refreshChance(view, HOUR, 0);
    refreshChance(view, HOUR, 1000);
    expect(asked).toEqual([HOUR + 450_000, HOUR + 451_000]);
  });
});

describe('the moment of a start', () => {
  it('is a look: the first of the row after now whose roll is under its chance', () => {
    expect(nextRefresh(VIEW, WAITING, 0)).toBe(10 * MINUTE);
    expect(nextRefresh(VIEW, WAITING, 10 * MINUTE)).toBe(10 * MINUTE);
    expect(nextRefresh(VIEW, WAITING, 10 * MINUTE + 1)).toBe(20 * MINUTE);
    const unlikely = { ...VIEW, probability: () => 0.0025 };
    const start = nextRefresh(unlikely, WAITING, 0) ?? 0;
    expect(start % (10 * MINUTE)).toBe(0);
    for (let from = 0; from <= start; from += 7 * MINUTE) expect(nextRefresh(unlikely, WAITING, from)).toBe(start);
  });

  it('never comes within the horizon when the chance is nothing', () => {
    expect(nextRefresh({ ...VIEW, level: 20 }, WAITING, 0)).toBeUndefined();
    expect(nextProcessing(WAITING, 0, chooseFigures({ processingChance: 0 }))).toBeUndefined();
    expect(nextProcessing(WAITING, 0, chooseFigures({ processingChance: 1 }))).toBe(10 * MINUTE);
  });

  it('follows the chance: over many seeds the mean wait is one look divided by it', () => {
    const view = { ...VIEW, level: 40 };
    const waits = Array.from(
      { length: 3000 },
      (_, seed) => (nextRefresh(view, { ...WAITING, seed: roll(seed, 0) }, 0) ?? 0) / (10 * MINUTE),
    );
    const mean = waits.reduce((sum, wait) => sum + wait, 0) / waits.length;
    expect(mean).toBeGreaterThan(3.8);
    expect(mean).toBeLessThan(4.2);
  });
});

describe('the dice', () => {
  it('give the same number for the same seed and turn, spread over all values', () => {
    const many = Array.from({ length: 10_000 }, (_, n) => fractionOf(42, n));
    expect(many).toEqual(Array.from({ length: 10_000 }, (_, n) => fractionOf(42, n)));
    for (let tenth = 0; tenth < 10; tenth++) {
      const inside = many.filter((value) => Math.floor(value * 10) === tenth).length;
      expect(Math.abs(inside - 1000)).toBeLessThan(120);
    }
  });

  it('keep their numbers for ever: a frozen sample', () => {
    expect([roll(0, 1), roll(42, 1), roll(42, 2), roll(2 ** 32 - 1, 1000)]).toMatchInlineSnapshot(`
      [
        2462723854,
        939911724,
        3948730756,
        152641458,
      ]
    `);
  });
});

describe('the prediction', () => {
  const usage = (habit?: readonly number[]): Usage => new Usage(figures, habit);
  const at = (day: number, hour: number): number => MONDAY + day * DAY + hour * HOUR;

  it('knows nothing of a new app', () => {
    const known = usage();
    known.refresh(at(0, 0));
    expect(known.probability(at(0, 8))).toBe(0.0025);
  });

  it('learns at which half hour the app is opened, from the days before today', () => {
    const known = usage();
    for (let day = 0; day < 7; day++) {
      known.refresh(at(day, 0));
      known.opened(at(day, 8.25));
      known.opened(at(day, 8.4));
    }
    expect(known.probability(at(7, 8))).toBeCloseTo((22 * 0.0025 + 6) / 28, 10);
    known.refresh(at(7, 0));
    expect(known.probability(at(7, 8))).toBeCloseTo((21 * 0.0025 + 7) / 28, 10);
    expect(known.probability(at(7, 9))).toBe(0.0025);
  });

  it('leaves out today, also when the clock was on another day in between', () => {
    const known = usage();
    known.refresh(at(0, 0));
    known.refresh(at(5, 0));
    known.opened(at(5, 8));
    known.refresh(at(4, 0));
    known.refresh(at(5, 0));
    expect(known.probability(at(5, 8))).toBe(0.0025);
  });

  it('forgets a habit as days pass without it', () => {
    const known = usage(Array.from({ length: 48 }, () => 0.5));
    const seen = [0, 14, 28, 40].map((day) => {
      known.refresh(at(day, 0));
      return known.probability(at(day, 12));
    });
    expect(seen).toEqual([0.5, 0.25, 0.0025, 0.0025]);
  });

  it('goes by local time: a traveller is expected at the old hour of the new place', () => {
    const habit = Array.from({ length: 48 }, (_, slot) => (slot === 16 ? 1 : 0));
    // 20:00 UTC is 05:00 in Tokyo: the habit of 08:00 is three hours off, at home it is twelve
    const awake = (utcOffset: number): number => {
      const bench = new Bench({ habit, figures: { recentlyUsed: 0, unknownApp: 0 } }, {}, { wall: MONDAY + 20 * HOUR });
      bench.submitAndLeave(refresh());
      bench.do({ type: 'time-zone', utcOffset });
      return bench.until('task.started', DAY) ?? Infinity;
    };
    expect(awake(9 * HOUR)).toBeLessThan(3.5 * HOUR);
    expect(awake(9 * HOUR)).toBeGreaterThan(2 * HOUR);
    expect(awake(0)).toBeGreaterThan(11 * HOUR);
  });
});
