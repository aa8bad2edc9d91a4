// Weeks of phone life: every habit on several versions of Android, a token refresh every 6 hours or every 5 days, and not one start or
// hour of waiting without a reason.
import { describe, expect, it } from 'vitest';
import { createStreams } from '../../../src/core/streams.ts';
import { androidInput } from '../../../src/os/android/from-phone.ts';
import type { AndroidOptions } from '../../../src/os/android/state.ts';
import type { ApiLevel } from '../../../src/os/android/tables.ts';
import { drawDays } from '../../../src/os/profiles/draw.ts';
import { PROFILES, profileOf } from '../../../src/os/profiles/profiles.ts';
import { answers, DAY, HOUR, MINUTE, Phone, SECOND, type DecisionOf } from './kit.ts';

interface Plan {
  readonly api?: ApiLevel;
  readonly days?: number;
  readonly interval?: number;
  readonly options?: Omit<AndroidOptions, 'api'>;
  readonly policy?: 'UPDATE' | 'CANCEL_AND_REENQUEUE';
}

/** The life of one habit; the app enqueues its refresh at every launch. */
function live(name: string, { api = 34, days = 28, interval = 6 * HOUR, options = {}, policy = 'UPDATE' }: Plan = {}): Phone {
  const phone = new Phone(api, { ...options, worker: answers('success', 2 * SECOND) });
  const requests = [{ worker: 'TokenRefreshWorker', periodic: { interval }, constraints: { network: 'CONNECTED' as const } }];
  for (const event of drawDays(profileOf(name)!, createStreams(11).stream(`profile/${name}`), days)) {
    phone.until(event.elapsed);
    phone.do(androidInput(event));
    if (event.kind === 'launch') phone.do({ type: 'enqueue', requests, unique: { name: 'token_refresh_work', policy } });
  }
  phone.until(days * DAY);
  return phone;
}

/**
 * Ms by gate between the time a run was due, or the stop that made it due again, and its start; the wall clock of these lives does not
 * jump.
 */
function waits(phone: Phone): { start: DecisionOf<'start'>; waited: number; by: Map<string, number> }[] {
  const held = phone.of('held');
  const stops = phone.of('stop');
  return phone.of('start').map((start) => {
    const stop = start.attempt === 0 ? undefined : stops.findLast(({ at }) => at <= start.at);
    const due = Math.max(start.at - start.late, stop?.at ?? 0);
    const by = new Map<string, number>();
    const chain = held.filter(({ at, work }) => work === start.work && at <= start.at);
    chain.forEach(({ at, gate }, index) => {
      const until = chain[index + 1]?.at ?? start.at;
      if (until > due) by.set(gate.gate, (by.get(gate.gate) ?? 0) + until - Math.max(due, at));
    });
    return { start, waited: start.at - due, by };
  });
}
const longestGap = (phone: Phone, end: number): number => {
  const starts = [...phone.starts(), end];
  return Math.max(...starts.slice(1).map((at, index) => at - starts[index]!));
};

describe.each(PROFILES.map(({ name }) => name))('four weeks of %s', (name) => {
  it.each([29, 30, 34, 36] as const)(
    'on API %i: every start follows a gate that opened, and every minute of lateness is a gate that was shut',
    (api) => {
      const phone = live(name, { api });
      expect(phone.starts().length).toBeGreaterThan(15);
      for (const { start, waited, by } of waits(phone)) {
        const told = [...by.values()].reduce((sum, ms) => sum + ms, 0);
        expect(told).toBe(waited);
        expect(by.has('WORK_NOT_DUE')).toBe(false);
        if (waited > 0) expect(start.waited).toBeDefined();
      }
    },
  );

  it('ends in a state that why can explain', () => {
    const phone = live(name);
    const gate = phone.why('token_refresh_work');
    expect(gate.gate === 'running' || gate.opens === undefined || gate.opens > phone.now).toBe(true);
    expect(gate.detail.length * gate.by.length).toBeGreaterThan(0);
  });
});

describe('a refresh every 6 hours', () => {
  it('runs about four times a day for somebody who uses the app daily, an hour late at most by the half of them', () => {
    const phone = live('daily');
    const late = phone.of('start').map((start) => start.late);
    expect(late.length).toBeGreaterThan(28 * 3.5);
    expect(late.sort((a, b) => a - b)[Math.floor(late.length / 2)]).toBeLessThan(HOUR);
    expect(Math.max(...late)).toBeLessThan(6 * HOUR);
  });

  it('is held by Doze at night, unless the phone is on a charger', () => {
    const heldByDoze = (name: string): number => waits(live(name)).reduce((sum, { by }) => sum + (by.get('DEVICE_NOT_DOZING') ?? 0), 0);
    expect(heldByDoze('daily')).toBeGreaterThan(5 * heldByDoze('overnight-charger'));
  });

  it('starves to about once a day in an app that nobody opens: sessions of RARE, then RESTRICTED', () => {
    const phone = live('dormant', { days: 56 });
    expect(phone.of('bucket').map(({ to }) => to)).toEqual(['ACTIVE', 'WORKING_SET', 'FREQUENT', 'RARE', 'RESTRICTED']);
    const last = phone.starts().filter((at) => at > 28 * DAY);
    expect(last.length / 28).toBeGreaterThan(0.8);
    expect(last.length / 28).toBeLessThan(1.3);
    expect(waits(phone).some(({ by }) => by.has('WITHIN_QUOTA'))).toBe(true);
  });

  it('on Android 10 knows no RESTRICTED and no company: the same app goes on', () => {
    const phone = live('dormant', { days: 56, api: 29 });
    expect(phone.of('bucket').at(-1)).toMatchObject({ to: 'RARE' });
    expect(phone.starts().length).toBeGreaterThan(150);
  });

  it('waits for the first unlock after a restart at night', () => {
    const phone = live('overnight-charger', { days: 60 });
    const after = phone.of('start').filter(({ waited }) => waited === 'USER_LOCKED');
    expect(phone.of('jobs-lost').length).toBeGreaterThanOrEqual(1);
    expect(after.length + phone.of('held').filter(({ gate }) => gate.gate === 'USER_LOCKED').length).toBeGreaterThan(0);
  });

  it('is not harmed by swiping the app away, but ends for days where a swipe is a force-stop', () => {
    const android = live('force-quitter');
    expect(longestGap(android, 28 * DAY)).toBeLessThan(12 * HOUR);
    const vendor = live('force-quitter', { options: { swipeForceStops: true } });
    expect(vendor.of('held').filter(({ gate }) => gate.gate === 'FLAG_STOPPED').length).toBeGreaterThan(20);
    expect(vendor.starts().length).toBeLessThan(android.starts().length / 2);
  });

  it('is held without network in tunnels and on flights', () => {
    const tunnels = waits(live('commuter', { days: 56 }));
    expect(tunnels.some(({ by }) => by.has('CONNECTIVITY'))).toBe(true);
    const flights = waits(live('traveller', { days: 56 }));
    const longest = Math.max(...flights.map(({ by }) => by.get('CONNECTIVITY') ?? 0));
    expect(longest).toBeGreaterThan(HOUR);
    expect(longest).toBeLessThan(11 * HOUR);
  });
});

describe('a refresh every 5 days', () => {
  it('drifts: ten weeks hold 14 runs and not 15', () => {
    const phone = live('daily', { days: 70, interval: 5 * DAY });
    expect(phone.starts().length).toBe(14);
    const gaps = phone
      .starts()
      .slice(1)
      .map((at, index) => at - phone.starts()[index]!);
    for (const gap of gaps) expect(gap).toBeGreaterThan(5 * DAY);
    expect(Math.max(...gaps)).toBeLessThan(5 * DAY + 6 * HOUR);
  });

  it('that is enqueued anew at every launch runs at every launch, because a new periodic work is due at once', () => {
    const phone = live('daily', { interval: 5 * DAY, policy: 'CANCEL_AND_REENQUEUE' });
    const launches = phone.of('enqueued').length;
    expect(phone.starts().length).toBe(launches);
    expect(phone.of('start').every(({ late }) => late < MINUTE)).toBe(true);
  });

  it('leaves a token of 7 days behind when nobody opens the app and its run falls into a bad night', () => {
    const phone = live('dormant', { days: 60, interval: 5 * DAY });
    const gaps = phone
      .starts()
      .slice(1)
      .map((at, index) => at - phone.starts()[index]!);
    expect(Math.min(...gaps)).toBeGreaterThan(5 * DAY);
    expect(Math.max(...gaps)).toBeLessThan(7 * DAY);
  });
});

describe('the days of a profile as inputs', () => {
  it('reach the model in order, and all of them', () => {
    const events = drawDays(profileOf('several-times-a-day')!, createStreams(1).stream('x'), 20);
    expect(new Set(events.map((event) => androidInput(event).type))).toEqual(
      new Set([
        'screen-on',
        'screen-off',
        'user-present',
        'app-foreground',
        'app-background',
        'power-connected',
        'power-disconnected',
        'battery-level',
        'power-save-mode',
        'network',
        'motion',
      ]),
    );
    expect(androidInput({ kind: 'swipe-away', elapsed: 0 })).toEqual({ type: 'app-swiped' });
    expect(androidInput({ kind: 'time-zone', offset: 60, elapsed: 0 })).toEqual({ type: 'timezone-changed' });
    expect(androidInput({ kind: 'reboot', elapsed: 0 })).toEqual({ type: 'reboot' });
  });
});
