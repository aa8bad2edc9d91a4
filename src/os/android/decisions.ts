// What Android and WorkManager decide, as data. Each decision names its reason; the world turns each into an event of its history.
import type { Gate } from '../model.ts';
import type { DeepState, DozePhase, LightState } from './doze.ts';
import type { WorkOutcome } from './inputs.ts';
import type { StopReason } from './stop-reasons.ts';
import type { Bucket } from './tables.ts';
import type { Clamp, WorkState } from './work-spec.ts';

/** Who starts a worker: the system, or WorkManager itself in a process that is alive anyway. */
export type Starter = 'JobScheduler' | 'GreedyScheduler';

export type EnqueueEffect =
  | 'ENQUEUED'
  | 'BLOCKED'
  | 'FAILED'
  | 'CANCELLED'
  /** KEEP found work that is not finished. */
  | 'KEPT'
  | 'REPLACED'
  | 'APPLIED_IMMEDIATELY'
  | 'APPLIED_FOR_NEXT_RUN'
  | 'NOT_APPLIED';

type Decided =
  | {
      readonly type: 'enqueued';
      readonly work: string;
      readonly worker: string;
      readonly effect: EnqueueEffect;
      readonly unique?: string;
      /** Unix ms; absent = never. */
      readonly nextRun?: number;
      readonly clamps: readonly Clamp[];
    }
  /** A call or a command was turned down: exception class, or exit code of the shell command. */
  | { readonly type: 'refused'; readonly what: string; readonly code: string; readonly detail: string }
  /** A job was handed to JobScheduler. `latency`: elapsed ms from now. */
  | {
      readonly type: 'scheduled';
      readonly work: string;
      readonly jobId: number;
      readonly latency: number;
      readonly expedited: boolean;
      readonly by: string;
    }
  /** Another gate than before holds the work. */
  | { readonly type: 'held'; readonly work: string; readonly gate: Gate }
  /** The world runs the worker now and answers with `finished`. */
  | {
      readonly type: 'start';
      readonly work: string;
      readonly worker: string;
      readonly run: string;
      readonly by: Starter;
      readonly jobId: number | undefined;
      /** What the worker reads as runAttemptCount: 0 in the first run. */
      readonly attempt: number;
      readonly expedited: boolean;
      readonly forced: boolean;
      /** The gate that opened last; undefined = none had held it. */
      readonly waited: string | undefined;
      /** Unix ms the work was due, and how late this is. */
      readonly due: number;
      readonly late: number;
    }
  /** JobScheduler started the job, WorkManager refused: before schedule. `due` in Unix ms. */
  | { readonly type: 'before-schedule'; readonly work: string; readonly due: number; readonly early: number }
  | {
      readonly type: 'stop';
      readonly work: string;
      readonly run: string;
      readonly reason: StopReason;
      /** What the app reads as stop reason: STOP_REASON_UNKNOWN below Android 12. */
      readonly told: StopReason;
      readonly gate: string;
      readonly ran: number;
    }
  /** The process went away under a worker: nobody is told. */
  | { readonly type: 'died'; readonly work: string; readonly run: string; readonly by: string }
  | {
      readonly type: 'finished';
      readonly work: string;
      readonly run: string;
      readonly outcome: WorkOutcome;
      readonly state: WorkState;
      readonly nextRun?: number;
    }
  /** A worker returned after it was stopped or died: the result is dropped. */
  | { readonly type: 'late-result'; readonly run: string; readonly outcome: WorkOutcome; readonly after: string }
  | { readonly type: 'state'; readonly work: string; readonly state: WorkState; readonly by: string }
  | { readonly type: 'jobs-lost'; readonly works: readonly string[]; readonly by: string }
  /** The app's process came (`alive`) or went. */
  | { readonly type: 'process'; readonly alive: boolean; readonly by: string }
  /** The freezer took the cached process, workers in it stand still; or something woke it. */
  | { readonly type: 'frozen'; readonly frozen: boolean; readonly by: string }
  /** JobScheduler starts a job whose work runs already: WorkManager keeps the one run, with the job's limits. */
  | { readonly type: 'joined'; readonly work: string; readonly run: string; readonly jobId: number }
  | { readonly type: 'bucket'; readonly from: Bucket; readonly to: Bucket; readonly by: string }
  /** Doze means something else to apps than before; steps on the way there are not told. */
  | { readonly type: 'doze'; readonly phase: DozePhase; readonly deep: DeepState; readonly light: LightState; readonly by: string }
  | { readonly type: 'push'; readonly id: string; readonly fate: 'delivered' | 'deferred' | 'dropped'; readonly by: string }
  /** What `cmd jobscheduler` prints, and its exit code. */
  | { readonly type: 'command'; readonly what: string; readonly exit: number; readonly text: string };

/** `at`: elapsed ms of the decision, which is earlier than the call when a tick came late. */
export type AndroidDecision = Decided & { readonly at: number };
export type DecidedWithoutTime = Decided;
