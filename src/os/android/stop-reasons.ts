// Why a worker is stopped: JobParameters.STOP_REASON_* of the system and what WorkManager adds to them.
import { JOB_STOP_CONSTANTS, type JobStopConstant } from '../../core/android-words.ts';

const ADDED = {
  STOP_REASON_FOREGROUND_SERVICE_TIMEOUT: -128,
  STOP_REASON_NOT_STOPPED: -256,
  STOP_REASON_UNKNOWN: -512,
} as const;
export type StopReason = JobStopConstant | keyof typeof ADDED;

export const STOP_REASON: Readonly<Record<StopReason, number>> = { ...ADDED, ...JOB_STOP_CONSTANTS };

/** The name of a code as `cmd jobscheduler stop -s` takes it; STOP_REASON_UNKNOWN for any other. */
export function stopReasonOf(code: number): StopReason {
  const found = Object.entries(STOP_REASON).find(([, value]) => value === code);
  return found === undefined ? 'STOP_REASON_UNKNOWN' : (found[0] as StopReason);
}
