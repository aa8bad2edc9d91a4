// What happens to an Android phone and its one app: the phone's life, what a tester types, and what the app asks of WorkManager.
import type { Network } from './phone.ts';
import type { Bucket } from './tables.ts';
import type { WorkRequest } from './work-spec.ts';

export type PeriodicPolicy = 'KEEP' | 'UPDATE' | 'CANCEL_AND_REENQUEUE' | 'REPLACE';
export type OneTimePolicy = 'KEEP' | 'REPLACE' | 'APPEND' | 'APPEND_OR_REPLACE';

/** The life of the phone. */
export type LifeInput =
  | { readonly type: 'screen-on' }
  | { readonly type: 'screen-off' }
  /** Unlocked (ACTION_USER_PRESENT). The first one after a boot opens the credential storage. */
  | { readonly type: 'user-present' }
  | { readonly type: 'power-connected' }
  | { readonly type: 'power-disconnected' }
  | { readonly type: 'battery-level'; readonly percent: number }
  | { readonly type: 'power-save-mode'; readonly on: boolean }
  | { readonly type: 'storage-low'; readonly low: boolean }
  | { readonly type: 'motion'; readonly moving: boolean }
  | { readonly type: 'network'; readonly network: Network }
  /** The wall clock was set: the moment brings the new one. */
  | { readonly type: 'time-set' }
  | { readonly type: 'timezone-changed' }
  /** Off and on again; without a screen lock the user counts as unlocked at once. */
  | { readonly type: 'reboot' }
  | { readonly type: 'push'; readonly id: string; readonly priority: 'high' | 'normal' };

/** The life of the app's process. */
export type AppInput =
  | { readonly type: 'app-foreground' }
  | { readonly type: 'app-background' }
  | { readonly type: 'app-swiped' }
  | { readonly type: 'foreground-service'; readonly on: boolean }
  | { readonly type: 'process-killed'; readonly by: 'lmkd' | 'crash' | 'am kill' }
  | { readonly type: 'force-stop' }
  | { readonly type: 'package-replaced' }
  | { readonly type: 'data-cleared' };

/** What a tester or the settings screen does, by the names of the shell commands. */
export type CommandInput =
  | { readonly type: 'set-standby-bucket'; readonly bucket: Bucket; readonly predicted?: boolean }
  /** `appops set PKG RUN_ANY_IN_BACKGROUND`: the user restricts the app. */
  | { readonly type: 'run-any-in-background'; readonly allowed: boolean }
  /** The battery optimisation exemption, "unrestricted". */
  | { readonly type: 'deviceidle-whitelist'; readonly listed: boolean }
  | { readonly type: 'force-idle'; readonly mode: 'deep' | 'light' }
  | { readonly type: 'unforce-idle' }
  /** `deviceidle step`: on to the next state now. */
  | { readonly type: 'step-idle'; readonly mode: 'deep' | 'light' }
  | { readonly type: 'reset-execution-quota' }
  /** `jobscheduler run`, without a flag (soft), with `-s` or with `-f`. */
  | { readonly type: 'run-job'; readonly job: string; readonly flag: 'soft' | 'satisfied' | 'force' }
  /** `jobscheduler stop -s CODE`; `timeout` is 3. */
  | { readonly type: 'stop-job'; readonly job: string; readonly reason: number };

/** What the app calls. */
export type CallInput =
  | {
      readonly type: 'enqueue';
      readonly requests: readonly WorkRequest[];
      readonly unique?: { readonly name: string; readonly policy: PeriodicPolicy | OneTimePolicy };
    }
  /** WorkManager.updateWork: the request carries the id of the work. */
  | { readonly type: 'update-work'; readonly request: WorkRequest }
  | { readonly type: 'cancel-work'; readonly id: string }
  | { readonly type: 'cancel-unique-work'; readonly name: string }
  | { readonly type: 'cancel-all-work' }
  /** A worker returned. `run` is the one of the start decision. */
  | { readonly type: 'finished'; readonly run: string; readonly outcome: WorkOutcome };

/** Result.success(), Result.failure() (also an exception), Result.retry(). */
export type WorkOutcome = 'success' | 'failure' | 'retry';

export type AndroidInput = LifeInput | AppInput | CommandInput | CallInput;
