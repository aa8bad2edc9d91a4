// What the runner and its worker say to each other. Plain data only: it crosses a thread.
import type { Limits } from '../sim/limits.ts';
import type { Plan } from '../sim/plan.ts';
import type { RunResult } from '../verify/result.ts';

export interface WorkerSetup {
  /** file: URL of the client module. */
  module: string;
  /** The name the user gave, for results and replay commands. */
  name: string;
  /** Two 32-bit cells: a counter the worker raises while its event loop turns, and 1 while our own judging holds the loop. */
  pulse: SharedArrayBuffer;
}
export const PULSE_BYTES = 8;
export const BEAT = 0;
export const JUDGING = 1;

export interface RunMessage {
  type: 'run';
  plan: Plan;
  seed: number;
  options: WorkerRunOptions;
}
export interface WorkerRunOptions {
  settle?: 'turn' | 'drain';
  schedule?: string;
  limits?: Partial<Limits>;
}

/** An error of ours as data: enough to throw the same class again. */
export interface ErrorData {
  kind: 'invalid-input' | 'own-bug';
  code: string;
  message: string;
  hint?: string;
}

export type WorkerMessage = { type: 'ready' } | { type: 'result'; result: RunResult } | { type: 'error'; error: ErrorData };
