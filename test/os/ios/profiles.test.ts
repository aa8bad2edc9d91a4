// The eight usage profiles lived on an iPhone for four weeks: what a background refresh every six hours, or every five days, comes to.
import { describe, expect, it, test } from 'vitest';
import { createStreams } from '../../../src/core/streams.ts';
import { iosInput } from '../../../src/os/ios/from-phone.ts';
import type { PhoneInput } from '../../../src/os/ios/words.ts';
import { drawDays } from '../../../src/os/profiles/draw.ts';
import type { PhoneEventKind } from '../../../src/os/profiles/events.ts';
import { PROFILES, profileOf } from '../../../src/os/profiles/profiles.ts';
import { Bench, DAY, HOUR, REFRESH, refresh } from './bench.ts';

const DAYS = 28;
const SEEDS = [1, 2, 3, 4, 5, 6];
const UNKNOWN = Array.from({ length: 48 }, () => 0.0025);

/** Submits first thing in the handler, and at launch only when nothing waits. */
function lived(name: string, interval: number, seed: number): Bench {
  const request = (bench: Bench) => refresh({ earliestBeginDate: bench.wall() + interval });
  const bench = new Bench(
    { habit: UNKNOWN },
    { inHandler: (phone) => [request(phone)], atLaunch: (phone) => (phone.model.pending().length === 0 ? [request(phone)] : []) },
    { seed },
  );
  for (const event of drawDays(profileOf(name)!, createStreams(seed).stream('profile'), DAYS)) {
    bench.pass(event.elapsed - bench.now);
    const input = iosInput(event);
    if (input !== undefined) bench.do(input);
  }
  bench.pass(Math.max(0, DAYS * DAY - bench.now));
  return bench;
}
const starts = (bench: Bench): number[] => bench.all('task.started').map(({ at }) => at);
const count = (name: string, interval = 6 * HOUR): number =>
  SEEDS.reduce((sum, seed) => sum + starts(lived(name, interval, seed)).length, 0) / SEEDS.length;

describe('an event of a profile', () => {
  test.each<[PhoneEventKind, PhoneInput | undefined]>([
    [{ kind: 'screen', on: true }, undefined],
    [{ kind: 'screen', on: false }, { type: 'lock' }],
    [{ kind: 'unlock' }, { type: 'unlock' }],
    [{ kind: 'launch' }, { type: 'open' }],
    [{ kind: 'leave' }, { type: 'leave' }],
    [{ kind: 'swipe-away' }, { type: 'force-quit' }],
    [
      { kind: 'power', plugged: true },
      { type: 'battery', plugged: true },
    ],
    [
      { kind: 'battery', level: 40 },
      { type: 'battery', level: 40 },
    ],
    [
      { kind: 'battery-saver', on: true },
      { type: 'low-power-mode', on: true },
    ],
    [
      { kind: 'network', transport: 'none', roaming: false },
      { type: 'network', connection: 'none' },
    ],
    [{ kind: 'motion', moving: true }, undefined],
    [
      { kind: 'time-zone', offset: 540 },
      { type: 'time-zone', utcOffset: 10 * HOUR },
    ],
    [{ kind: 'reboot' }, { type: 'boot' }],
  ])('%o means %o to an iPhone', (event, input) => {
    expect(iosInput({ ...event, elapsed: 5 }, HOUR)).toEqual(input);
  });
});

describe('over four weeks', () => {
  it('an app-refresh every six hours follows the use of the app', () => {
    const [often, daily, weekly, dormant] = ['several-times-a-day', 'daily', 'weekly', 'dormant'].map((name) => count(name));
    expect(often).toBeGreaterThan(daily ?? 0);
    expect(daily).toBeGreaterThan(DAYS);
    expect(weekly).toBeLessThan((daily ?? 0) / 2);
    expect(dormant).toBeLessThan(weekly ?? 0);
  });

  it.each(['overnight-charger', 'commuter', 'traveller'])('one who is a %s gets it about as often as any daily user', (name) => {
    expect(count(name)).toBeGreaterThan(DAYS);
  });

  it('one who swipes apps away never gets it', () => {
    expect(count('force-quitter')).toBe(0);
  });

  it('a five-day interval leaves no room in seven days where the app is rarely opened', () => {
    const longest = SEEDS.map((seed) => {
      const moments = [0, ...starts(lived('weekly', 5 * DAY, seed))];
      return Math.max(...moments.slice(1).map((at, n) => at - (moments[n] ?? 0)));
    });
    expect(longest.some((gap) => gap > 7 * DAY)).toBe(true);
    expect(longest.some((gap) => gap < 7 * DAY)).toBe(true);
  });

  it.each(PROFILES.map(({ name }) => name))(
    '%s: at the end of it there is a name for what holds the refresh, or for why none waits',
    (name) => {
      for (const seed of SEEDS) {
        const bench = lived(name, 6 * HOUR, seed);
        const { gate, detail, by } = bench.why();
        expect(gate).not.toBe('unknown');
        expect([detail, by].every(({ length }) => length > 0)).toBe(true);
        expect(bench.model.pending().length === 1 || gate === 'not submitted' || gate === 'running').toBe(true);
        expect(bench.all('task.held').every(({ identifier }) => identifier === REFRESH)).toBe(true);
      }
    },
  );

  it('the same seed is the same life', () => {
    expect(lived('commuter', 6 * HOUR, 4).log).toEqual(lived('commuter', 6 * HOUR, 4).log);
  });
});
