// What an app may tune, with the defaults and their reasons. Nothing here acts.
import type { LockPolicy } from '../core/contract.ts';
import { defined } from '../core/defined.ts';

/** Ways a person can be asked. */
export type PromptMethod = 'biometric' | 'password';

/** All durations in ms. Every member is optional; absent = the default named there. */
export interface EngineOptions {
  /** Upper bound of refresh-ahead, jitter included: never more than half of the token's lifetime. Default 300_000. */
  refreshAhead?: number;
  /** Share of that buffer, 0..0.5, from which each token draws its own moment once, so that a fleet spreads. Default 0.1. */
  jitter?: number;
  /**
   * Also refresh ahead by a timer, not only before a request. Default false: a timer keeps idle sessions alive for ever. While a stream
   * is open it is on in any case.
   */
  timer?: boolean;
  /** One refresh attempt is given up after this long; its outcome is then unknown. Default 15_000. */
  refreshTimeout?: number;
  /** Attempts per trigger before the waiting requests fail, 1..6. Default 6. */
  attempts?: number;
  /** A launch with an expired token stays `loading` for its refresh this long at most; then the app is let in. Default 5_000. */
  startPatience?: number;
  /**
   * A request fails with `deadline` after this much time online, waiting and sending together. Default 55_000; Infinity for apps
   * with long transfers, whose own signals then bound them.
   */
  requestDeadline?: number;
  /** Requests kept while offline; the next one fails with `queue-full`. Default 100. */
  queueLimit?: number;
  /** A request fails with `deadline` after this long offline. Default 900_000. */
  queueDeadline?: number;
  /** Longest wait for another process of the device that is refreshing; after two of them it is passed by. Default 18_000. */
  lockTimeout?: number;
  /** When the app locks itself: `LOCK_PRESETS.fintech`, `.corporate`, `.consumer`, or times. Default: as `host.config.lock` says, else never. */
  lock?: LockPolicy;
  /** Requests of a locked app wait for the unlock, up to their deadline, or fail with `locked`. Default `wait`. */
  whenLocked?: 'wait' | 'refuse';
  /** How a locked app is opened, in this order. Default biometric, then password. */
  unlock?: readonly PromptMethod[];
  /**
   * How the user is asked to sign in again when the session has ended, in this order; after the last one fails they are signed out.
   * Empty: nobody is asked, the state stays `expired`. Default biometric, then password.
   */
  reauthenticate?: readonly PromptMethod[];
  /** The event `near-expiry` comes this long before the end of a session whose end is known; at most half of its life. Default 300_000. */
  nearExpiry?: number;
  /** Ages of a session, counted from the sign-in, at which the event `session-age` comes. Default none. */
  sessionAges?: readonly number[];
  /**
   * Where the access token is kept. `secure`: with the refresh token, as one entry. `plain`: in the plain tier; `memory`: nowhere, so
   * that each process and each launch needs a refresh of its own. The refresh token is always in the secure tier. Default `secure`.
   */
  accessTokenTier?: 'secure' | 'plain' | 'memory';
  /** What becomes of a session found after a reinstall (the keychain of an iPhone survives it): `discard` revokes it. Default `discard`. */
  afterReinstall?: 'discard' | 'keep';
  /** What `host.clock.monotonic` counts from. `process`: its values mean nothing after a restart (browsers). Default `boot`. */
  monotonicSince?: 'boot' | 'process';
  /**
   * Key of the store entry, and how all other keys begin. An app that stays signed in at several servers gives each its own. Default
   * `tokenwarp.session`.
   */
  storeKey?: string;
}

export type Settings = Readonly<Required<Omit<EngineOptions, 'lock'>> & Pick<EngineOptions, 'lock'>>;

const LADDER = ['biometric', 'password'] as const;

/** Fills in the defaults and pulls into their ranges those that have one. */
export function settingsOf(options: EngineOptions): Settings {
  const settings: Settings = {
    refreshAhead: 300_000,
    jitter: 0.1,
    timer: false,
    refreshTimeout: 15_000,
    attempts: 6,
    startPatience: 5_000,
    requestDeadline: 55_000,
    queueLimit: 100,
    queueDeadline: 900_000,
    lockTimeout: 18_000,
    whenLocked: 'wait',
    unlock: LADDER,
    reauthenticate: LADDER,
    nearExpiry: 300_000,
    sessionAges: [],
    accessTokenTier: 'secure',
    afterReinstall: 'discard',
    monotonicSince: 'boot',
    storeKey: 'tokenwarp.session',
    ...defined(options),
  };
  const { jitter, attempts } = settings;
  return { ...settings, jitter: clamp(jitter, 0, 0.5), attempts: clamp(attempts, 1, 6) };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
