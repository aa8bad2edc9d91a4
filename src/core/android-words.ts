// Words of Android that more than one room uses: gates in the order in which the system asks them, buckets as numbers, reasons of a
// stop. The model of the platform and the driver of real devices must not call one thing by two names.

/** Explicit constraints of a job, as `dumpsys jobscheduler` writes them, in the order in which they are told: all must hold. */
export const JOB_CONSTRAINTS = ['CONNECTIVITY', 'CHARGING', 'BATTERY_NOT_LOW', 'STORAGE_NOT_LOW', 'IDLE'] as const;
export type JobConstraint = (typeof JOB_CONSTRAINTS)[number];

/** The first of these that is shut is why a job does not run. */
export const ANDROID_GATES = [
  'FLAG_STOPPED',
  'USER_LOCKED',
  'BLOCKED',
  'NOT_SCHEDULED',
  'WORK_NOT_DUE',
  'TIMING_DELAY',
  ...JOB_CONSTRAINTS,
  'DEVICE_NOT_DOZING',
  'BACKGROUND_NOT_RESTRICTED',
  'WITHIN_QUOTA',
  'FLEXIBILITY',
  'BATCHING',
  'CONCURRENCY',
] as const;
export type AndroidGate = (typeof ANDROID_GATES)[number];

/** What `am get-standby-bucket` prints. */
export const STANDBY_BUCKETS = {
  EXEMPTED: 5,
  ACTIVE: 10,
  WORKING_SET: 20,
  FREQUENT: 30,
  RARE: 40,
  RESTRICTED: 45,
  NEVER: 50,
} as const;
export type StandbyBucket = keyof typeof STANDBY_BUCKETS;

/** Why JobScheduler stops a job, by a short word: the code, and the constant of JobParameters without its STOP_REASON_. */
const STOPS = {
  undefined: [0, 'UNDEFINED'],
  'cancelled-by-app': [1, 'CANCELLED_BY_APP'],
  preempt: [2, 'PREEMPT'],
  timeout: [3, 'TIMEOUT'],
  'device-state': [4, 'DEVICE_STATE'],
  'battery-not-low': [5, 'CONSTRAINT_BATTERY_NOT_LOW'],
  charging: [6, 'CONSTRAINT_CHARGING'],
  connectivity: [7, 'CONSTRAINT_CONNECTIVITY'],
  'device-idle': [8, 'CONSTRAINT_DEVICE_IDLE'],
  'storage-not-low': [9, 'CONSTRAINT_STORAGE_NOT_LOW'],
  quota: [10, 'QUOTA'],
  'background-restriction': [11, 'BACKGROUND_RESTRICTION'],
  'app-standby': [12, 'APP_STANDBY'],
  user: [13, 'USER'],
  'system-processing': [14, 'SYSTEM_PROCESSING'],
  'launch-time-changed': [15, 'ESTIMATED_APP_LAUNCH_TIME_CHANGED'],
  'timeout-abandoned': [16, 'TIMEOUT_ABANDONED'],
} as const;
export type JobStopReason = keyof typeof STOPS;
/** As the constants of JobParameters are called. */
export type JobStopConstant = `STOP_REASON_${(typeof STOPS)[JobStopReason][1]}`;

const STOP_ROWS = Object.entries(STOPS);
/** The codes by their short words, as `cmd jobscheduler stop -s` takes them. */
export const JOB_STOP_REASONS = Object.fromEntries(STOP_ROWS.map(([word, [code]]) => [word, code])) as Readonly<
  Record<JobStopReason, number>
>;
/** The codes by the constants' names. */
export const JOB_STOP_CONSTANTS = Object.fromEntries(STOP_ROWS.map(([, [code, name]]) => [`STOP_REASON_${name}`, code])) as Readonly<
  Record<JobStopConstant, number>
>;
