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

/** JobParameters.STOP_REASON_*, as `cmd jobscheduler stop -s` takes them, by a short word. */
export const JOB_STOP_REASONS = {
  undefined: 0,
  'cancelled-by-app': 1,
  preempt: 2,
  timeout: 3,
  'device-state': 4,
  'battery-not-low': 5,
  charging: 6,
  connectivity: 7,
  'device-idle': 8,
  'storage-not-low': 9,
  quota: 10,
  'background-restriction': 11,
  'app-standby': 12,
  user: 13,
  'system-processing': 14,
  'launch-time-changed': 15,
  'timeout-abandoned': 16,
} as const;
export type JobStopReason = keyof typeof JOB_STOP_REASONS;
