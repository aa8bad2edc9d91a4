// The vocabulary of the iOS model: what can happen to a phone and its app, and what the system decides because of it.
import type { BGTaskSchedulerErrorName } from './codes.ts';
import type { Gate } from '../model.ts';

export type TaskRequestKind =
  | 'BGAppRefreshTaskRequest'
  | 'BGProcessingTaskRequest'
  | 'BGHealthResearchTaskRequest'
  | 'BGContinuedProcessingTaskRequest'
  /** The abstract base class: `submit` returns false without an error. */
  | 'BGTaskRequest';

/** Values of UIBackgroundModes that matter here. */
export type BackgroundMode = 'fetch' | 'processing' | 'remote-notification';

/** What the model reads of an app's Info.plist. */
export interface InfoPlist {
  readonly CFBundleIdentifier: string;
  readonly BGTaskSchedulerPermittedIdentifiers: readonly string[];
  readonly UIBackgroundModes: readonly BackgroundMode[];
}

export interface TaskRequest {
  readonly identifier: string;
  readonly kind: TaskRequestKind;
  /** Unix ms of the device: a floor, not a target. */
  readonly earliestBeginDate?: number;
  readonly requiresNetworkConnectivity?: boolean;
  readonly requiresExternalPower?: boolean;
  /** Of BGHealthResearchTaskRequest: data that must be readable. */
  readonly protectionTypeOfRequiredData?: 'complete' | 'completeUntilFirstUserAuthentication' | 'none';
  /** Of BGContinuedProcessingTaskRequest. */
  readonly strategy?: 'fail' | 'queue';
  /** Of BGContinuedProcessingTaskRequest: whether it asks for resources that the device does not offer. */
  readonly requiredResources?: 'supported' | 'unsupported';
}

/** A remote notification as the server sent it. */
export interface Push {
  readonly id: string;
  readonly contentAvailable: boolean;
  /** alert, badge or sound in `aps`. */
  readonly interactive?: boolean;
  readonly apnsPushType?: 'background' | 'alert';
  readonly apnsPriority?: 5 | 10;
}

export type Connection = 'none' | 'wifi' | 'cellular';
export type RefreshSetting = 'on' | 'off' | 'wifi';

/** What the user does and what happens to the phone. */
export type PhoneInput =
  | { readonly type: 'open' }
  | { readonly type: 'leave' }
  | { readonly type: 'force-quit' }
  | { readonly type: 'lock' }
  | { readonly type: 'unlock' }
  | { readonly type: 'shutdown' }
  | { readonly type: 'boot' }
  /** What is left out stays as it is. `level`: percent. */
  | { readonly type: 'battery'; readonly level?: number; readonly plugged?: boolean }
  | { readonly type: 'low-power-mode'; readonly on: boolean }
  | { readonly type: 'background-app-refresh'; readonly scope: 'phone'; readonly setting: RefreshSetting }
  | { readonly type: 'background-app-refresh'; readonly scope: 'app'; readonly setting: 'on' | 'off' }
  | { readonly type: 'network'; readonly connection: Connection }
  /** The wall clock was set: the new one comes with the moment. */
  | { readonly type: 'clock-set' }
  | { readonly type: 'time-zone'; readonly utcOffset: number }
  | { readonly type: 'passcode'; readonly set: boolean }
  | { readonly type: 'update'; readonly info: InfoPlist }
  | { readonly type: 'uninstall' }
  | { readonly type: 'install'; readonly info: InfoPlist }
  | { readonly type: 'debugger'; readonly attached: boolean }
  | { readonly type: 'prewarm' }
  | { readonly type: 'push'; readonly push: Push }
  /** The user ends a continued-processing task in its live activity. */
  | { readonly type: 'stop-continued'; readonly identifier: string }
  /** The process is gone without a swipe: memory pressure, a crash of its own, a tool. The system does not take it for a force-quit. */
  | { readonly type: 'terminated'; readonly by: 'jetsam' | 'crash' | 'exit' | 'tool' };

/** What the app's code calls. `process` is `app` or the name of an extension. */
export type AppCall =
  | { readonly type: 'register'; readonly process: string; readonly identifier: string }
  /** One turn of the main queue after UIApplicationDidFinishLaunchingNotification. */
  | { readonly type: 'launch-finished' }
  | { readonly type: 'submit'; readonly process: string; readonly request: TaskRequest }
  | { readonly type: 'cancel'; readonly identifier: string }
  | { readonly type: 'cancel-all' }
  | { readonly type: 'expiration-handler'; readonly identifier: string; readonly set: boolean }
  | { readonly type: 'set-task-completed'; readonly identifier: string; readonly success: boolean }
  /** The app let go of the BGTask object without completing it. */
  | { readonly type: 'release-task'; readonly identifier: string }
  | { readonly type: 'begin-background-task'; readonly task: string }
  | { readonly type: 'end-background-task'; readonly task: string }
  /** The completion handler of didReceiveRemoteNotification was called. */
  | { readonly type: 'push-completed' };

export type IosInput = PhoneInput | AppCall;
export type InputType = IosInput['type'];

export type WakeReason = 'user' | 'task' | 'push' | 'prewarm';
export type EndReason =
  | 'force-quit'
  | 'shutdown'
  | 'update'
  | 'uninstall'
  | 'jetsam'
  | 'crash'
  | 'exit'
  | 'tool'
  /** The expiration handler ran and nobody called setTaskCompleted. */
  | 'expiration-overrun'
  /** Time of beginBackgroundTask was over and nobody called endBackgroundTask. */
  | 'background-task-overrun';
export type CrashReason = 'late-registration' | 'duplicate-registration' | 'no-launch-handler' | 'submitted-without-handler';
export type CancelReason =
  | 'cancelled by the app'
  | 'replaced'
  | 'force-quit'
  | 'backgroundRefreshStatus'
  | 'unused app'
  | 'uninstall'
  | 'reboot';
export type ExpireReason = 'allowance' | 'device in use' | 'stopped by the user';
export type SubmitWhy =
  | 'accepted'
  | 'abstract request class'
  | 'no launch handler'
  | 'Unrecognized Identifier'
  | 'unsupported resources'
  | 'no scheduler on a simulator'
  | 'extension may not schedule'
  | 'backgroundRefreshStatus'
  | 'app record'
  | 'UIBackgroundModes'
  | 'BGTaskSchedulerPermittedIdentifiers'
  | 'limit'
  | 'cannot run now';
export type RegisterWhy = 'registered' | 'BGTaskSchedulerPermittedIdentifiers' | 'app extension' | CrashReason;
export type PushDrop =
  | 'app not installed'
  | 'not content-available'
  | 'interactive keys'
  | 'apns-push-type'
  | 'apns-priority'
  | 'UIBackgroundModes'
  | 'app switcher'
  | 'backgroundRefreshStatus'
  | 'prewarm'
  | 'newer push'
  | 'process ended';
/** Which of the device's secrets can be read. */
export type Protection = 'before-first-unlock' | 'locked' | 'unlocked';

/** What the system decided. The world runs the app's code and tells the model what came of it. */
export type IosDecision =
  | { readonly type: 'process.launched'; readonly why: WakeReason }
  | {
      readonly type: 'process.resumed';
      readonly why: WakeReason;
      readonly asleep: number;
      /** `defunct`: a response that was under way is lost, the app finds NSURLErrorNetworkConnectionLost. */
      readonly connections: 'kept' | 'defunct';
    }
  | { readonly type: 'process.suspended'; readonly why: string }
  /** Connections of the suspended process are closed under it. */
  | { readonly type: 'connections.defunct' }
  | { readonly type: 'process.ended'; readonly why: EndReason }
  | {
      readonly type: 'process.crashed';
      readonly exception: 'NSInternalInconsistencyException';
      readonly why: CrashReason;
      readonly identifier: string;
    }
  | { readonly type: 'app.foreground' }
  | { readonly type: 'app.background' }
  | { readonly type: 'register.answered'; readonly identifier: string; readonly registered: boolean; readonly why: RegisterWhy }
  | { readonly type: 'submit.accepted'; readonly identifier: string }
  | {
      readonly type: 'submit.refused';
      readonly identifier: string;
      readonly why: SubmitWhy;
      /** Undefined: `submit` returned false without an error. */
      readonly code?: number;
      readonly name?: BGTaskSchedulerErrorName;
    }
  | { readonly type: 'request.cancelled'; readonly identifier: string; readonly why: CancelReason }
  /** The gate that holds a pending request is another one than before. */
  | { readonly type: 'task.held'; readonly identifier: string; readonly gate: Gate }
  /** The system takes the request off the list to run it: from here the allowance counts. */
  | { readonly type: 'request.taken'; readonly identifier: string; readonly why: string }
  | { readonly type: 'task.started'; readonly identifier: string; readonly kind: TaskRequestKind }
  | { readonly type: 'task.expired'; readonly identifier: string; readonly why: ExpireReason; readonly handler: boolean }
  | { readonly type: 'task.completed'; readonly identifier: string; readonly success: boolean; readonly by: 'app' | 'system' }
  /** The process ended while the task ran; nothing brings it back. */
  | { readonly type: 'task.lost'; readonly identifier: string; readonly why: EndReason | CrashReason }
  | {
      readonly type: 'task.fault';
      readonly identifier: string;
      readonly why: 'completed again' | 'not running' | 'released without completing';
    }
  | { readonly type: 'background-task.expired'; readonly task: string }
  | { readonly type: 'push.delivered'; readonly id: string; readonly why: 'launched' | 'resumed' | 'running' | 'user launch' }
  | { readonly type: 'push.held'; readonly id: string; readonly gate: Gate }
  | { readonly type: 'push.dropped'; readonly id: string; readonly why: PushDrop }
  /** Time of the push handler is over and its completion handler was not called. */
  | { readonly type: 'push.expired'; readonly id: string }
  /** Applications learn of it through protectedDataDidBecomeAvailable and its counterpart. */
  | { readonly type: 'protected-data'; readonly state: Protection }
  /** The input means nothing now. */
  | { readonly type: 'input.ignored'; readonly input: InputType; readonly why: string };
