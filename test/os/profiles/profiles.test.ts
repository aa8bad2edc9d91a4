// The eight habits: what is drawn from them is one possible life of a phone, the same for the same seed, and within the stated ranges.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createStreams } from '../../../src/core/streams.ts';
import { drawDays } from '../../../src/os/profiles/draw.ts';
import type { PhoneEvent } from '../../../src/os/profiles/events.ts';
import { PROFILES, profileOf, type UsageProfile } from '../../../src/os/profiles/profiles.ts';

const DAY = 86_400_000;
const days = (profile: UsageProfile, count: number, seed = 1): PhoneEvent[] =>
  drawDays(profile, createStreams(seed).stream(`profile/${profile.name}`), count);
const named = (name: string): UsageProfile => profileOf(name)!;
const count = (events: readonly PhoneEvent[], kind: PhoneEvent['kind']): number => events.filter((event) => event.kind === kind).length;
const daysWith = (events: readonly PhoneEvent[], kind: PhoneEvent['kind']): number[] => [
  ...new Set(events.filter((event) => event.kind === kind).map(({ elapsed }) => Math.floor(elapsed / DAY))),
];
/** Ms spent in a state, from events that switch it. */
const spent = (events: readonly PhoneEvent[], isOn: (event: PhoneEvent) => boolean | undefined, end: number): number => {
  let [since, total]: [number | undefined, number] = [undefined, 0];
  for (const event of events) {
    const on = isOn(event);
    if (on === true) since ??= event.elapsed;
    if (on === false && since !== undefined) [since, total] = [undefined, total + event.elapsed - since];
  }
  return total + (since === undefined ? 0 : end - since);
};

describe('a usage profile', () => {
  it('is one of the eight habits that the issue names, each with a summary', () => {
    expect(PROFILES.map(({ name }) => name)).toEqual([
      'daily',
      'several-times-a-day',
      'weekly',
      'dormant',
      'overnight-charger',
      'force-quitter',
      'commuter',
      'traveller',
    ]);
    for (const { summary } of PROFILES) expect(summary).toMatch(/^[a-z]/);
  });

  it.each(PROFILES)('$name draws the same days for the same seed, and others for another', (profile) => {
    expect(days(profile, 10)).toEqual(days(profile, 10));
    expect(days(profile, 10)).not.toEqual(days(profile, 10, 2));
  });

  it.each(PROFILES)('$name: more days leave the first ones as they were', (profile) => {
    const short = days(profile, 3).filter(({ elapsed }) => elapsed < 2 * DAY);
    expect(days(profile, 9).filter(({ elapsed }) => elapsed < 2 * DAY)).toEqual(short);
  });

  it.each(PROFILES)('$name draws a life that a phone can live', (profile) => {
    fc.assert(
      fc.property(fc.nat({ max: 100_000 }), (seed) => {
        let [screen, unlocked, open, last] = [false, false, false, 0];
        for (const event of days(profile, 12, seed)) {
          expect(Number.isInteger(event.elapsed) && event.elapsed >= last).toBe(true);
          last = event.elapsed;
          if (event.kind === 'screen') {
            if (event.elapsed > 0) expect(event.on).not.toBe(screen);
            expect(open).toBe(false);
            [screen, unlocked] = [event.on, false];
          }
          if (event.kind === 'unlock') [unlocked] = [screen];
          if (event.kind === 'launch') expect([unlocked, open]).toEqual([true, false]);
          if (event.kind === 'leave') expect([unlocked, open]).toEqual([true, true]);
          if (event.kind === 'launch' || event.kind === 'leave') open = event.kind === 'launch';
          if (event.kind === 'swipe-away') expect([unlocked, open]).toEqual([true, false]);
          if (event.kind === 'reboot') expect([screen, open]).toEqual([false, false]);
        }
      }),
      { numRuns: 20 },
    );
  });

  it.each(PROFILES.filter(({ travel }) => travel === undefined))('$name keeps to its unlocks a day', (profile) => {
    const events = days(profile, 40);
    const perDay = new Map<number, number>();
    // A day of the profile reaches past midnight, to four in the morning at most.
    for (const event of events) {
      if (event.kind !== 'unlock') continue;
      const day = Math.floor((event.elapsed - 4 * 3_600_000) / DAY);
      perDay.set(day, (perDay.get(day) ?? 0) + 1);
    }
    expect(perDay.size).toBe(40);
    for (const unlocks of perDay.values()) {
      expect(unlocks).toBeGreaterThanOrEqual(Math.floor(profile.unlocks[0] * 0.85));
      expect(unlocks).toBeLessThanOrEqual(profile.unlocks[1]);
    }
  });
});

describe('the habit', () => {
  it('daily opens the app on every day, once or twice', () => {
    const events = days(named('daily'), 60);
    expect(daysWith(events, 'launch').length).toBeGreaterThanOrEqual(59);
    expect(count(events, 'launch') / 60).toBeGreaterThan(1.2);
    expect(count(events, 'launch') / 60).toBeLessThan(1.8);
  });

  it('several-times-a-day opens it 5 to 12 times and meets an empty battery', () => {
    const events = days(named('several-times-a-day'), 60);
    expect(count(events, 'launch') / 60).toBeGreaterThan(7.5);
    expect(count(events, 'launch') / 60).toBeLessThan(9.5);
    expect(count(events, 'battery-saver')).toBeGreaterThan(20);
  });

  it('weekly leaves 5 to 9 days between two days with the app', () => {
    const used = daysWith(days(named('weekly'), 120), 'launch');
    const gaps = used.slice(1).map((day, index) => day - used[index]!);
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(4);
    expect(Math.max(...gaps)).toBeLessThanOrEqual(10);
    expect(used.length).toBeGreaterThan(12);
  });

  it('dormant opens it on the first day only, though the phone is in use', () => {
    const events = days(named('dormant'), 30);
    expect(daysWith(events, 'launch')).toEqual([0]);
    expect(daysWith(events, 'unlock').length).toBeGreaterThanOrEqual(30);
  });

  it('overnight-charger charges 6 to 10 hours a night and restarts now and then, the others charge for an evening', () => {
    const plugged = (name: string): number =>
      spent(days(named(name), 60), (event) => (event.kind === 'power' ? event.plugged : undefined), 60 * DAY) / 60 / 3_600_000;
    expect(plugged('overnight-charger')).toBeGreaterThan(6);
    expect(plugged('overnight-charger')).toBeLessThan(10);
    expect(plugged('daily')).toBeGreaterThan(1);
    expect(plugged('daily')).toBeLessThan(2.5);
    expect(count(days(named('overnight-charger'), 100), 'reboot')).toBeGreaterThanOrEqual(2);
  });

  it('force-quitter swipes the app away after every use, the others never', () => {
    const events = days(named('force-quitter'), 40);
    expect(count(events, 'swipe-away')).toBe(count(events, 'launch'));
    expect(count(days(named('daily'), 40), 'swipe-away')).toBe(0);
  });

  it('commuter is without network in tunnels on working days only', () => {
    const events = days(named('commuter'), 70);
    const offline = events.filter((event) => event.kind === 'network' && event.transport === 'none');
    expect(new Set(offline.map(({ elapsed }) => Math.floor(elapsed / DAY) % 7))).toEqual(new Set([0, 1, 2, 3, 4]));
    expect(offline.length / 50).toBeGreaterThan(6);
    expect(offline.length / 50).toBeLessThan(14);
    const minutes = spent(events, (event) => (event.kind === 'network' ? event.transport === 'none' : undefined), 70 * DAY) / 60_000;
    expect(minutes / offline.length).toBeGreaterThan(2);
    expect(minutes / offline.length).toBeLessThan(6);
  });

  it('traveller changes the time zone every few days, each time after hours without network', () => {
    const events = days(named('traveller'), 60);
    const zones = events.filter((event) => event.kind === 'time-zone');
    expect(zones.length).toBeGreaterThanOrEqual(9);
    expect(zones.length).toBeLessThanOrEqual(20);
    for (const zone of zones) {
      const before = events.filter((event) => event.kind === 'network' && event.elapsed < zone.elapsed);
      const [flight, landing] = before.slice(-2);
      expect(landing!.elapsed - flight!.elapsed).toBeGreaterThanOrEqual(5 * 3_600_000);
    }
    expect(events.some((event) => event.kind === 'network' && event.roaming)).toBe(true);
  });
});
