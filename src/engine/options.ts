// What an app may tune, with the defaults and their reasons. Nothing here acts.

/** All durations in ms. Every member is optional; absent = the default named there. */
export interface EngineOptions {
  /** Upper bound of refresh-ahead, jitter included: never more than half of the token's lifetime. Default 300_000. */
  refreshAhead?: number;
  /** Share of that buffer, 0..0.5, from which each token draws its own moment once, so that a fleet spreads. Default 0.1. */
  jitter?: number;
  /** Also refresh ahead by a timer, not only before a request. Default false: a timer keeps idle sessions alive for ever. */
  timer?: boolean;
  /** One refresh attempt is given up after this long; its outcome is then unknown. Default 15_000. */
  refreshTimeout?: number;
  /** Attempts per trigger before the waiting requests fail, 1..6. Default 6. */
  attempts?: number;
  /**
   * A request fails with `deadline` after this much time online, waiting and sending together. Default 55_000; Infinity for apps
   * with long transfers, whose own signals then bound them.
   */
  requestDeadline?: number;
  /** Requests kept while offline; the next one fails with `queue-full`. Default 100. */
  queueLimit?: number;
  /** A request fails with `deadline` after this long offline. Default 900_000. */
  queueDeadline?: number;
  /** Longest wait for another process of the device that is refreshing. Default 20_000. */
  lockTimeout?: number;
  /** What `host.clock.monotonic` counts from. `process`: its values mean nothing after a restart (browsers). Default `boot`. */
  monotonicSince?: 'boot' | 'process';
  /** Key of the one store entry. Default `tokenwarp.session`. */
  storeKey?: string;
}

export type Settings = Readonly<Required<EngineOptions>>;

/** Fills in the defaults and pulls numbers into their ranges. */
export function settingsOf(options: EngineOptions): Settings {
  return {
    refreshAhead: Math.max(0, options.refreshAhead ?? 300_000),
    jitter: clamp(options.jitter ?? 0.1, 0, 0.5),
    timer: options.timer ?? false,
    refreshTimeout: Math.max(1, options.refreshTimeout ?? 15_000),
    attempts: clamp(options.attempts ?? 6, 1, 6),
    requestDeadline: Math.max(1, options.requestDeadline ?? 55_000),
    queueLimit: Math.max(0, options.queueLimit ?? 100),
    queueDeadline: Math.max(1, options.queueDeadline ?? 900_000),
    lockTimeout: Math.max(1, options.lockTimeout ?? 20_000),
    monotonicSince: options.monotonicSince ?? 'boot',
    storeKey: options.storeKey ?? 'tokenwarp.session',
  };
}

function clamp(value: number, min: number, max: number): number {
  return Math.min(max, Math.max(min, value));
}
