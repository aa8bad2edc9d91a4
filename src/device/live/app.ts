// An app on a device as a run of a scenario needs it: opened, sent away, ended, cut off, and asked for something through a debug hook
// that it offers. Each platform says what it lacks before anything is touched, and puts back whatever it changed.
import type { PlatformName } from '../driver.ts';
import type { ServerPort } from '../server-port.ts';

/** What a step of a scenario may need of a device or of the app on it. */
export const ABILITIES = [
  'reach-server',
  'launch',
  'background',
  'kill',
  'offline',
  'clock',
  'push',
  'fire-job',
  'hook-request',
  'hook-sign-in',
  'hook-sign-out',
] as const;
export type Ability = (typeof ABILITIES)[number];

/** What stands in the way of an ability, and what would give it. */
export interface Lack {
  readonly what: string;
  readonly fix: string;
}

/** What the app does for a run, in the words of its hook: docs/device-runs.md. */
export type HookVerb = 'request' | 'sign-in' | 'sign-out' | 'push';
export type HookWords = Readonly<Record<string, string | number>>;

export interface LiveApp {
  readonly platform: PlatformName;
  /** Id of the device. */
  readonly device: string;
  /** Package or bundle. */
  readonly app: string;
  /** Port of this machine at which the server has to listen; undefined: any, the device leads its own port there. */
  readonly serverPort?: number;
  /** Undefined when nothing is in the way. Asks, and changes nothing. */
  lacks(ability: Ability): Promise<Lack | undefined>;
  /** From now on the app reaches the server that listens at this port of this machine. */
  reach(port: number): Promise<void>;
  /** Opens the app, or brings it to the front. */
  launch(): Promise<void>;
  background(): Promise<void>;
  /** Without a word to the app. */
  kill(): Promise<void>;
  /** No network, and no way to the server. */
  goOffline(): Promise<void>;
  goOnline(): Promise<void>;
  /** Moves the wall clock by ms. */
  moveClock(by: number): Promise<void>;
  /** Asks the app for something. It answers at the server. */
  hook(verb: HookVerb, words: HookWords): Promise<void>;
  /** Runs a background job of the app now; `undecided`: nothing shows what became of it. Throws when the system does not run it. */
  runJob(id: string, how: { readonly patience: number; readonly server: ServerPort }): Promise<'ran' | 'undecided'>;
  /** Runs `act` and puts back what was changed for it, after success, failure and interruption alike. */
  undoing<T>(act: () => Promise<T>): Promise<T>;
}
