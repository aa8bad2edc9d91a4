// Weeks of a phone's life: how often a background refresh runs for which kind of user, and why not.
import { describe, expect, it } from 'vitest';
import { Bench, CLEANUP, DAY, HOUR, MINUTE, processing, refresh, type AppScript } from './bench.ts';
import { live, type User } from './days.ts';

const SEEDS = Array.from({ length: 12 }, (_, seed) => seed);
const WEEKS = 4;

/** Submits first thing in the handler, and at launch only when nothing waits. */
const wellMade = (interval: number): AppScript => {
  const request = (bench: Bench) => refresh({ earliestBeginDate: bench.wall() + interval });
  return { inHandler: (bench) => [request(bench)], atLaunch: (bench) => (bench.model.pending().length === 0 ? [request(bench)] : []) };
};
const UNKNOWN = Array.from({ length: 48 }, () => 0.0025);
const lived = (user: User, app: AppScript, seed: number): Bench => live(new Bench({ habit: UNKNOWN }, app, { seed }), user, WEEKS * 7);
const starts = (bench: Bench): number[] => bench.all('task.started').map(({ at }) => at);
/** Longest time without a start, the end of the life included. */
const longestGap = (bench: Bench): number => {
  const moments = [0, ...starts(bench), WEEKS * 7 * DAY];
  return Math.max(...moments.slice(1).map((at, n) => at - (moments[n] ?? 0)));
};
const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('over four weeks an app-refresh every six hours', () => {
  const count = (user: User): number => mean(SEEDS.map((seed) => starts(lived(user, wellMade(6 * HOUR), seed)).length));

  it('runs daily for one who opens the app daily, less for one who opens it weekly, least for one who has left it', () => {
    const [several, daily, weekly, dormant] = [count('several times a day'), count('daily'), count('weekly'), count('dormant')];
    expect(daily).toBeGreaterThan(WEEKS * 7);
    expect(several).toBeGreaterThan(daily);
    expect(weekly).toBeLessThan(daily);
    expect(dormant).toBeLessThan(weekly);
  });

  it('never runs for one who swipes the app away, and the reason is named', () => {
    for (const seed of SEEDS) {
      const bench = lived('force-quitter', wellMade(6 * HOUR), seed);
      expect(starts(bench)).toEqual([]);
      expect(bench.all('request.cancelled').map(({ why }) => why)).toEqual(Array.from({ length: WEEKS * 7 }, () => 'force-quit'));
      expect(bench.why()).toMatchObject({ gate: 'not submitted', detail: 'force-quit' });
    }
  });

  it('ends after two weeks for one who has left the app: the request is cancelled for good', () => {
    for (const seed of SEEDS) {
      const bench = lived('dormant', wellMade(6 * HOUR), seed);
      expect(bench.all('request.cancelled')).toMatchObject([{ why: 'unused app' }]);
      expect(Math.max(0, ...starts(bench))).toBeLessThan(14.5 * DAY);
    }
  });

  it('gathers before the hours at which the app is opened', () => {
    const hours = SEEDS.flatMap((seed) => starts(lived('daily', wellMade(6 * HOUR), seed)).map((at) => Math.floor((at % DAY) / HOUR)));
    const morning = hours.filter((hour) => hour === 7 || hour === 8).length;
    expect(morning / hours.length).toBeGreaterThan(0.25);
  });
});

describe('with tokens of seven days', () => {
  const lapses = (user: User, interval: number): number =>
    SEEDS.filter((seed) => longestGap(lived(user, wellMade(interval), seed)) > 7 * DAY).length;

  it('an interval of five days is late for some who open the app weekly, one of six hours for fewer', () => {
    expect(lapses('weekly', 5 * DAY)).toBeGreaterThan(lapses('weekly', 6 * HOUR));
  });

  it('an app that submits anew at every launch never runs for one who opens it daily', () => {
    const request = (bench: Bench) => refresh({ earliestBeginDate: bench.wall() + 5 * DAY });
    const relaunched: AppScript = { atLaunch: (bench) => [request(bench)], inHandler: (bench) => [request(bench)] };
    for (const seed of SEEDS) {
      const bench = new Bench({}, relaunched, { seed });
      for (let day = 0; day < 28; day++) {
        live(bench, 'daily', 1);
        bench.do({ type: 'terminated', by: 'jetsam' });
      }
      expect(starts(bench)).toEqual([]);
      expect(bench.why().gate).toBe('earliestBeginDate');
    }
  });
});

describe('over four weeks a processing task', () => {
  it('runs at night on the charger, most nights, and never else', () => {
    const nightly: AppScript = {
      takes: MINUTE,
      inHandler: (bench, identifier) => [processing({ identifier, earliestBeginDate: bench.wall() + 12 * HOUR })],
    };
    for (const seed of SEEDS) {
      const bench = new Bench({}, { ...nightly, atLaunch: () => [processing()] }, { seed });
      live(bench, 'daily', WEEKS * 7);
      const hours = starts(bench).map((at) => Math.floor((at % DAY) / HOUR));
      expect(hours.length).toBeGreaterThanOrEqual(WEEKS * 7 - 2);
      expect(hours.every((hour) => hour >= 23 || hour < 7)).toBe(true);
      expect(bench.all('task.held').some(({ identifier, gate }) => identifier === CLEANUP && gate.gate === 'requiresExternalPower')).toBe(
        true,
      );
    }
  });
});

it('four weeks are the same whether time passes in one go or minute by minute', () => {
  const fast = lived('daily', wellMade(6 * HOUR), 3);
  const slow = new Bench({ habit: UNKNOWN }, wellMade(6 * HOUR), { seed: 3 });
  const pass = slow.pass.bind(slow);
  slow.pass = (ms) => {
    for (let left = ms; left > 0; left -= 13 * MINUTE) pass(Math.min(left, 13 * MINUTE));
    return [];
  };
  live(slow, 'daily', WEEKS * 7);
  expect(slow.history).toEqual(fast.history);
});
