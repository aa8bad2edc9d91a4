// Firing a background task of an app, whatever it runs on: what to fire, what came of it. The ways are in fire-simulator.ts and
// fire-phone.ts; which one it is follows from the device.
import type { PlistProblem } from './info-plist.ts';
import type { TaskEventName } from './task-log.ts';
import type { BackgroundTaskKind } from './words.ts';

/** How the task is started. */
export type FireWay =
  /** The debugger calls into the app. */
  | { readonly way: 'debugger' }
  /** The app has a debug hook and takes this URL, or this Darwin notification. */
  | { readonly way: 'url'; readonly url: string }
  | { readonly way: 'notification'; readonly name: string };

export interface FireRequest {
  readonly bundle: string;
  readonly identifier: string;
  /** Undefined: what its Info.plist has a mode for, else refresh. */
  readonly kind?: BackgroundTaskKind;
  readonly way: FireWay;
  /** Take the time away so long after the start, ms. */
  readonly expireAfter?: number;
  /** How long to wait for the end of the task, from its start or from when its time was taken away, ms. */
  readonly timeout: number;
}

/** Something that happened on the way, as it happens. */
export type FireNews =
  | { readonly news: 'launched'; readonly pid: number }
  | { readonly news: 'found'; readonly pid: number }
  | { readonly news: 'plist'; readonly problem: PlistProblem }
  | { readonly news: 'kind'; readonly kind: BackgroundTaskKind; readonly because: 'asked' | 'mode' | 'usual' }
  | { readonly news: 'called'; readonly way: FireWay['way']; readonly mechanism: Mechanism }
  | { readonly news: 'event'; readonly event: TaskEventName; readonly message: string };

/** Which calls were made; what is `inferred` was never seen to work on Apple's hardware by us. */
export type Mechanism = 'run-registered' | 'simulate-launch' | 'hook';

export type FireOutcome =
  /** The task ended; `success` where the app's word was seen. */
  | 'completed'
  /** Its time was taken away and it ended. */
  | 'expired'
  /** The call was made, but this device shows no log: whether the task ran must be seen at the server. */
  | 'unobserved';

export interface FireReport {
  readonly device: string;
  readonly bundle: string;
  readonly identifier: string;
  readonly kind: BackgroundTaskKind;
  readonly pid: number;
  readonly mechanism: Mechanism;
  readonly outcome: FireOutcome;
  readonly success?: boolean;
  /** Problems of the Info.plist that did not stop it. */
  readonly problems: readonly PlistProblem[];
  /** What the system wrote about the task, in order. */
  readonly events: readonly TaskEventName[];
  /** From the call to the end of the task as we saw it, ms. */
  readonly ms: number;
}

export type Tell = (news: FireNews) => void;
