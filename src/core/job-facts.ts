// What an operating system decides about the background jobs of an app, and what its user does with the phone.
// A part of the vocabulary in events.ts. Names of gates, stop reasons and error codes are the platform's own.
import type { JobOutcome } from './contract.ts';

/** The app asked for a job. `effect`: what the system made of it in its own word (`ENQUEUED`, `KEPT`, `accepted`, `replaced` ...). */
type JobRequested = {
  type: 'job.requested';
  job: string;
  kind: 'app-refresh' | 'processing' | 'periodic' | 'one-time';
  effect: string;
  /** Virtual ms (the axis of `t`) before which it cannot run; absent = at once, or nobody can tell. */
  due?: number;
  /** What the system made of figures it does not take: `interval 10m -> 15m`. */
  clamped?: readonly string[];
};
/** It was turned down: the platform's error code, and the rule behind it. */
type JobRefused = { type: 'job.refused'; job: string; code: string; why: string };
type JobCancelled = { type: 'job.cancelled'; job: string; by: string };
/** Another gate than before holds it, or the same one until another time. `opens`: virtual ms at which it opens by itself; `undocumented`: rests on an observed figure. */
type JobHeld = { type: 'job.held'; job: string; gate: string; detail: string; by: string; opens?: number; undocumented?: true };
/** A run is named `j1`, `j2` ... `late`: ms after it was due. `waited`: the gate that opened last. `by`: `system`, or `step` of a scenario. */
type JobStarted = { type: 'job.started'; job: string; run: string; by: string; late?: number; attempt?: number; waited?: string };
/** The system took it up and WorkManager, or the app, gave it back at once: not due yet. */
type JobTurnedAway = { type: 'job.turned-away'; job: string; why: string; early: number };
/** The system wants the run to end: the signal of its handler aborts, unless `untold`. `ran`: ms. */
type JobStopped = { type: 'job.stopped'; job: string; run: string; reason: string; ran: number; untold?: true };
/** The handler answered. `dropped`: nobody listened any more. `next`: virtual ms at which it can run again. `threw`: it rejected, which counts as `failure`. */
type JobEnded = { type: 'job.ended'; job: string; run: string; outcome: JobOutcome; dropped?: true; threw?: true; next?: number };
/** The process went away under the run, or the job is gone with a reboot or a force-stop. */
type JobLost = { type: 'job.lost'; job: string; run?: string; by: string };
/** The system did or the user made the phone do something: `unlock`, `force-stop`, `doze deep` ... */
type Phone = { type: 'phone'; what: string; by?: string };

/** All of them. */
export type JobFact =
  | JobRequested
  | JobRefused
  | JobCancelled
  | JobHeld
  | JobStarted
  | JobTurnedAway
  | JobStopped
  | JobEnded
  | JobLost
  | Phone;
