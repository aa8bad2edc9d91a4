// The parts of one phone and what only the whole can do: end the process, crash it.
import type { AppRecord } from './app-record.ts';
import type { Conditions } from './conditions.ts';
import type { Keychain } from './keychain.ts';
import type { AppProcess } from './process.ts';
import type { PushService } from './push.ts';
import type { RunningTasks } from './running.ts';
import type { Scene } from './scene.ts';
import type { Scheduler } from './scheduler.ts';
import type { CrashReason, EndReason } from './words.ts';

export interface PhoneParts {
  readonly scene: Scene;
  readonly conditions: Conditions;
  readonly record: AppRecord;
  readonly process: AppProcess;
  readonly running: RunningTasks;
  readonly scheduler: Scheduler;
  readonly pushes: PushService;
  readonly keychain: Keychain;
  /** Does nothing when it does not run. */
  readonly endProcess: (why: EndReason) => void;
  readonly crash: (why: CrashReason, identifier: string) => void;
}
