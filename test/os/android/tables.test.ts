// The numbers of Android against the facts they come from. Sources: WorkRequest, PeriodicWorkRequest and JobInfo constants; QuotaController
// and AppStandbyController of Android 11 and of the newest mirror; the power management tables of the Android developer documentation.
import { describe, expect, it } from 'vitest';
import { STOP_REASON, stopReasonOf } from '../../../src/os/android/stop-reasons.ts';
import {
  ageingOf,
  API_LEVELS,
  BUCKET_VALUE,
  BUCKETS,
  documented,
  featuresOf,
  FIGURES,
  figuresOf,
  quotasOf,
} from '../../../src/os/android/tables.ts';
import { DAY, HOUR, MINUTE, SECOND } from './kit.ts';

describe('the figures of Android', () => {
  it('hold the constants of WorkManager: 15 min, 5 min, 30 s, 10 s, 5 h, 20 slots', () => {
    expect(figuresOf(34)).toMatchObject({
      minPeriodicInterval: 900_000,
      minPeriodicFlex: 300_000,
      defaultBackoff: 30_000,
      minBackoff: 10_000,
      maxBackoff: 18_000_000,
      schedulerSlots: 20,
    });
  });

  it.each([
    [29, 10, 3, 3],
    [30, 10, 3, 3],
    [31, 30, 4, 0],
    [36, 30, 4, 0],
  ] as const)('API %i: a job may run %i min, light Doze begins after %i + %i min', (api, limit, after, preIdle) => {
    const figures = figuresOf(api);
    expect([figures.jobLimit, figures.lightAfterInactive, figures.lightPreIdle].map((ms) => ms / MINUTE)).toEqual([limit, after, preIdle]);
  });

  it('say of each whether Google published it: what was measured or remembered is not', () => {
    const unpublished = Object.keys(FIGURES).filter((name) => !documented(name as keyof typeof FIGURES));
    expect(unpublished.sort()).toEqual(['appConcurrency', 'batteryLow', 'batteryOkay', 'chargingLag', 'deepWindow']);
  });

  it('give way to those of a scenario', () => {
    expect(figuresOf(34, { deepWindow: 30 * SECOND })).toMatchObject({ deepWindow: 30 * SECOND, deepIdle: HOUR });
  });

  it('know what came with which version', () => {
    const since = (has: (api: (typeof API_LEVELS)[number]) => boolean): number => API_LEVELS.find(has)!;
    expect(since((api) => featuresOf(api).batching)).toBe(30);
    expect(since((api) => featuresOf(api).restrictedBucket)).toBe(31);
    expect(since((api) => featuresOf(api).expedited)).toBe(31);
    expect(since((api) => featuresOf(api).stopReasons)).toBe(31);
    expect(since((api) => featuresOf(api).flexibility)).toBe(34);
    expect(since((api) => featuresOf(api).strictQuota)).toBe(36);
    expect(API_LEVELS.map((api) => featuresOf(api).android)).toEqual(['10', '11', '12', '12L', '13', '14', '15', '16', '17']);
  });
});

describe('the quota table', () => {
  // bucket, window, run time, jobs, sessions, expedited run time in 24 h: facts 1.10
  it.each([
    ['EXEMPTED', 10 * MINUTE, 10 * MINUTE, 75, 75, 60 * MINUTE],
    ['ACTIVE', 10 * MINUTE, 10 * MINUTE, 75, 75, 30 * MINUTE],
    ['WORKING_SET', 2 * HOUR, 10 * MINUTE, 120, 10, 30 * MINUTE],
    ['FREQUENT', 8 * HOUR, 10 * MINUTE, 200, 8, 10 * MINUTE],
    ['RARE', 24 * HOUR, 10 * MINUTE, 48, 3, 10 * MINUTE],
    ['RESTRICTED', 24 * HOUR, 10 * MINUTE, 10, 1, 5 * MINUTE],
  ] as const)('up to Android 15: %s', (bucket, ...row) => {
    for (const api of [29, 31, 35] as const) {
      const { window, time, jobs, sessions, expedited } = quotasOf(api)[bucket];
      expect([window, time, jobs, sessions, expedited]).toEqual(row);
    }
  });

  // "Resource limits based on app standby bucket", developer.android.com, power-details
  it.each([
    ['ACTIVE', 60 * MINUTE, 20 * MINUTE, 30 * MINUTE],
    ['WORKING_SET', 4 * HOUR, 10 * MINUTE, 15 * MINUTE],
    ['FREQUENT', 12 * HOUR, 10 * MINUTE, 10 * MINUTE],
    ['RARE', 24 * HOUR, 10 * MINUTE, 10 * MINUTE],
    ['RESTRICTED', 24 * HOUR, 10 * MINUTE, 5 * MINUTE],
  ] as const)('from Android 16: %s', (bucket, window, time, expedited) => {
    expect(quotasOf(36)[bucket]).toMatchObject({ window, time, expedited });
  });

  it('lets nothing run in NEVER', () => {
    expect(quotasOf(34).NEVER.time).toBe(0);
  });

  it('names the buckets by the numbers of am get-standby-bucket', () => {
    expect(BUCKETS.map((bucket) => BUCKET_VALUE[bucket])).toEqual([5, 10, 20, 30, 40, 45, 50]);
  });
});

describe('the ageing table', () => {
  it('enters WORKING_SET after 12 h, FREQUENT after 24 h and 1 h of screen, RARE after 48 h and 2 h', () => {
    expect(ageingOf(30)).toEqual([
      { bucket: 'ACTIVE', elapsed: 0, screen: 0 },
      { bucket: 'WORKING_SET', elapsed: 12 * HOUR, screen: 0 },
      { bucket: 'FREQUENT', elapsed: 24 * HOUR, screen: HOUR },
      { bucket: 'RARE', elapsed: 48 * HOUR, screen: 2 * HOUR },
    ]);
  });

  it.each([
    [31, 30],
    [32, 30],
    [33, 8],
    [36, 8],
  ] as const)('API %i: RESTRICTED after %i days and 6 h of screen', (api, days) => {
    expect(ageingOf(api).at(-1)).toEqual({ bucket: 'RESTRICTED', elapsed: days * DAY, screen: 6 * HOUR });
  });
});

describe('the stop reasons', () => {
  it('are the numbers of JobParameters and WorkInfo', () => {
    expect(Object.values(STOP_REASON).sort((a, b) => a - b)).toEqual([-512, -256, -128, ...Array.from({ length: 17 }, (_, code) => code)]);
    expect([7, 10, 13, 16].map(stopReasonOf)).toEqual([
      'STOP_REASON_CONSTRAINT_CONNECTIVITY',
      'STOP_REASON_QUOTA',
      'STOP_REASON_USER',
      'STOP_REASON_TIMEOUT_ABANDONED',
    ]);
  });

  it('are unknown where the code is unknown', () => {
    expect(stopReasonOf(99)).toBe('STOP_REASON_UNKNOWN');
  });
});
