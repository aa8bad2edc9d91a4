// The numbers of Android as data, by API level, each with where it is from. Whatever is not published source or documentation is
// a default that a scenario may change, and is never shown as Google's word.
import { STANDBY_BUCKETS, type StandbyBucket } from '../../core/android-words.ts';

/** Android 10 to 17. */
export const API_LEVELS = [29, 30, 31, 32, 33, 34, 35, 36, 37] as const;
export type ApiLevel = (typeof API_LEVELS)[number];

/** D: documentation, S: published source, F: measured by somebody, M: remembered. */
export type Origin = 'D' | 'S' | 'F' | 'M';

/** What an API level knows of. */
export interface Features {
  readonly android: string;
  /** RESTRICTED exists from 30, but is enabled for everybody from 31 only. */
  readonly restrictedBucket: boolean;
  /** Expedited jobs and their own quota; below, WorkManager runs such work as a regular job. */
  readonly expedited: boolean;
  /** Jobs of apps that are not active wait for company. */
  readonly batching: boolean;
  /** An app can read why its worker was stopped. */
  readonly stopReasons: boolean;
  /** Job quotas hold beside a foreground service, with unrestricted battery, and for jobs started while visible. */
  readonly strictQuota: boolean;
  /** FLEXIBILITY exists (and is off unless a vendor turns it on, see `flexibleWindow`). */
  readonly flexibility: boolean;
}

export function featuresOf(api: ApiLevel): Features {
  return {
    android: String(api === 32 ? '12L' : api < 32 ? api - 19 : api - 20),
    restrictedBucket: api >= 31,
    expedited: api >= 31,
    batching: api >= 30,
    stopReasons: api >= 31,
    strictQuota: api >= 36,
    flexibility: api >= 34,
  };
}

interface Figure {
  /** API level from which on -> value; durations in ms. */
  readonly from: Readonly<Record<number, number>>;
  readonly origin: Origin;
}

const S = 1_000;
const M = 60 * S;
const H = 60 * M;
const D = 24 * H;
const always = (value: number, origin: Origin): Figure => ({ from: { 29: value }, origin });

/** Every figure that is no row of a table below. A scenario may replace any of them. */
export const FIGURES = {
  minPeriodicInterval: always(15 * M, 'D'),
  minPeriodicFlex: always(5 * M, 'D'),
  defaultBackoff: always(30 * S, 'D'),
  minBackoff: always(10 * S, 'D'),
  maxBackoff: always(5 * H, 'D'),
  /** WorkSpecs that may be with JobScheduler at once; the rest waits in the database. */
  schedulerSlots: always(20, 'D'),
  /** A run in the app's own process, without JobScheduler (TimeLimiter of work-runtime). */
  greedyLimit: always(90 * M, 'S'),
  /** How long a regular job may run at most, and how long an expedited one is sure of. */
  jobLimit: { from: { 29: 10 * M, 31: 30 * M }, origin: 'S' },
  expeditedGuarantee: always(3 * M, 'S'),
  /** Jobs of one app at once. */
  appConcurrency: always(8, 'M'),

  lightAfterInactive: { from: { 29: 3 * M, 31: 4 * M }, origin: 'S' },
  lightPreIdle: { from: { 29: 3 * M, 31: 0 }, origin: 'S' },
  lightIdle: always(5 * M, 'S'),
  lightIdleMax: always(15 * M, 'S'),
  /** How long a light window lasts when this app has nothing to do in it, and at most. */
  lightWindow: always(M, 'S'),
  lightWindowMax: always(5 * M, 'S'),
  deepInactive: always(30 * M, 'S'),
  deepIdlePending: always(30 * M, 'S'),
  sensing: always(4 * M, 'S'),
  locating: always(30 * S, 'S'),
  deepIdle: always(H, 'S'),
  deepIdleMax: always(6 * H, 'S'),
  /** How long a deep window lasted on a phone; the budget is what it may take while this app has work. */
  deepWindow: always(64 * S, 'F'),
  deepWindowBudget: always(5 * M, 'S'),
  deepWindowBudgetMax: always(10 * M, 'S'),
  motionInactive: always(10 * M, 'S'),
  /** Deep Doze after screen off while battery saver is on. */
  quickDozeDelay: always(M, 'S'),

  /** A bucket set by a prediction service is aged again after this. */
  predictionHolds: always(12 * H, 'S'),
  quotaMaximum: always(4 * H, 'S'),
  quotaMaximumWindow: always(24 * H, 'S'),
  /** Time an app must have again before it comes back into quota. */
  quotaBuffer: always(30 * S, 'S'),
  /** Starts within this share one session. */
  sessionCoalescing: always(5 * S, 'S'),
  rateWindow: always(M, 'S'),
  rateJobs: always(20, 'S'),
  rateSessions: always(20, 'S'),
  batchSize: always(5, 'S'),
  batchDelay: always(31 * M, 'S'),
  /** JobScheduler believes in a charger only after this. */
  chargingLag: always(15 * M, 'F'),
  /** Screen off this long = idle for a job that asks for device idle. */
  deviceIdleAfter: always(31 * M, 'S'),
  /** A cached process is frozen after this: nothing runs in it until something wakes it. Android 10 does not freeze. */
  freezeAfter: { from: { 29: Infinity, 30: 10 * M, 34: 10 * S }, origin: 'S' },
  /** Window over which FLEXIBILITY gives up its wishes; 0 = off, as Android is shipped by Google. */
  flexibleWindow: always(0, 'S'),
  batteryLow: always(15, 'M'),
  batteryOkay: always(20, 'M'),
} as const satisfies Record<string, Figure>;

export type FigureName = keyof typeof FIGURES;
export type Figures = Readonly<Record<FigureName, number>>;

/** The figures of one API level, with those a scenario wants otherwise. */
export function figuresOf(api: ApiLevel, changed: Partial<Record<FigureName, number>> = {}): Figures {
  const entries = Object.entries<Figure>(FIGURES).map(([name, { from }]) => [name, valueAt(from, api)]);
  return { ...(Object.fromEntries(entries) as Record<FigureName, number>), ...changed };
}

/** Whether every one of these figures is published by Google. */
export function documented(...names: readonly FigureName[]): boolean {
  return names.every((name) => published(FIGURES[name].origin));
}

export type Bucket = StandbyBucket;
/** What `am get-standby-bucket` prints. */
export const BUCKET_VALUE: Readonly<Record<Bucket, number>> = STANDBY_BUCKETS;
export const BUCKETS: readonly Bucket[] = Object.keys(STANDBY_BUCKETS) as Bucket[];

/** What an app in one bucket may do. `window` equal to `time` means: any time. */
export interface BucketQuota {
  readonly window: number;
  readonly time: number;
  readonly jobs: number;
  readonly sessions: number;
  /** Expedited run time in 24 h. */
  readonly expedited: number;
}

const quota = (window: number, time: number, jobs: number, sessions: number, expedited: number): BucketQuota => ({
  window,
  time,
  jobs,
  sessions,
  expedited,
});
const NONE = quota(24 * H, 0, 0, 0, 0);

/** QuotaController, Android 11 source and the newest mirror alike. */
const QUOTA_SOURCE: Readonly<Record<Bucket, BucketQuota>> = {
  EXEMPTED: quota(10 * M, 10 * M, 75, 75, 60 * M),
  ACTIVE: quota(10 * M, 10 * M, 75, 75, 30 * M),
  WORKING_SET: quota(2 * H, 10 * M, 120, 10, 30 * M),
  FREQUENT: quota(8 * H, 10 * M, 200, 8, 10 * M),
  RARE: quota(24 * H, 10 * M, 48, 3, 10 * M),
  RESTRICTED: quota(24 * H, 10 * M, 10, 1, 5 * M),
  NEVER: NONE,
};
/** Android 16 as documented: times and windows; the counts, which the document leaves out, as in the source. */
const QUOTA_16: Readonly<Record<Bucket, BucketQuota>> = {
  ...QUOTA_SOURCE,
  ACTIVE: quota(60 * M, 20 * M, 75, 75, 30 * M),
  WORKING_SET: quota(4 * H, 10 * M, 120, 10, 15 * M),
  FREQUENT: quota(12 * H, 10 * M, 200, 8, 10 * M),
};

export function quotasOf(api: ApiLevel): Readonly<Record<Bucket, BucketQuota>> {
  return api >= 36 ? QUOTA_16 : QUOTA_SOURCE;
}

/** An app enters a bucket when it was not used for `elapsed`, and the screen was on for `screen` since. */
export interface AgeingRow {
  readonly bucket: Bucket;
  readonly elapsed: number;
  readonly screen: number;
}

const AGEING: readonly AgeingRow[] = [
  { bucket: 'ACTIVE', elapsed: 0, screen: 0 },
  { bucket: 'WORKING_SET', elapsed: 12 * H, screen: 0 },
  { bucket: 'FREQUENT', elapsed: 24 * H, screen: H },
  { bucket: 'RARE', elapsed: 48 * H, screen: 2 * H },
];
/** API level from which on -> how long until RESTRICTED. */
const RESTRICTED_AFTER: Readonly<Record<number, number>> = { 31: 30 * D, 33: 8 * D };

export function ageingOf(api: ApiLevel): readonly AgeingRow[] {
  if (!featuresOf(api).restrictedBucket) return AGEING;
  return [...AGEING, { bucket: 'RESTRICTED', elapsed: valueAt(RESTRICTED_AFTER, api), screen: 6 * H }];
}

/** FLEXIBILITY drops one wish as each of these shares of its window has passed. */
export const FLEXIBLE_DROPS = [0.5, 0.6, 0.7, 0.8] as const;

function published(origin: Origin): boolean {
  return origin === 'D' || origin === 'S';
}

function valueAt(from: Readonly<Record<number, number>>, api: ApiLevel): number {
  let value = 0;
  for (const [since, then] of Object.entries(from)) if (Number(since) <= api) value = then;
  return value;
}
