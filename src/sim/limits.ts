// How far a run may go, and the ways it can end.

export interface Limits {
  /** Items taken, those in the background apart, default 250,000: a year of hourly refreshes, and no more than a few seconds of a client that loops. */
  steps: number;
  /** Virtual ms. */
  virtual: number;
  /** Real ms for the whole run. */
  wall: number;
  /** Real ms without progress while work outside virtual time is awaited, default 10,000. */
  external: number;
}
export const DEFAULT_LIMITS: Limits = { steps: 250_000, virtual: 400 * 86_400_000, wall: 60_000, external: 10_000 };

export type KernelEnding = 'done' | 'idle' | 'livelock' | 'step-limit' | 'time-limit' | 'wall-limit' | 'external-limit';
