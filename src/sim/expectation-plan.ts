// What a scenario expects beside the invariants, as data: at its end, or at one point in it.
import type { SessionState } from '../core/contract.ts';
import type { SourcePosition } from '../core/errors.ts';
import type { RequestOutcome } from './plan.ts';

/** A count: exactly, or a bound on either side, both inclusive. */
export interface CountBound {
  min: number;
  max: number;
}

/** A client that tells no reasons is not judged by them. */
export interface SessionExpectation {
  state: SessionState;
  /** Any of these. */
  reason?: readonly string[];
}
export interface StreamExpectation {
  open?: boolean;
  /** Messages that came. */
  messages?: CountBound;
  /** Messages that were missed between the first and the last. */
  gaps?: CountBound;
}

/** Facts about all background jobs since the run began. */
export interface JobsExpectation {
  runs?: CountBound;
  /** Runs in which a refresh was sent. */
  renewing?: CountBound;
  refused?: CountBound;
  stopped?: CountBound;
  cancelled?: CountBound;
  /** With their process, or with the request itself. */
  lost?: CountBound;
  /** Gates by which one was held at some time: all of these. */
  held?: readonly string[];
}

export interface Expectations {
  /** Refresh requests sent by all devices since the run began. */
  refreshes?: CountBound;
  prompts?: CountBound;
  /** Logins that were lost: the server ended them, or the client gave them up. */
  lost?: CountBound;
  jobs?: JobsExpectation;
  /** Device or process -> state. A client without `state()` is not judged by it. */
  sessions?: Readonly<Record<string, SessionExpectation>>;
  /** Name given with `as` -> what became of the stream. */
  streams?: Readonly<Record<string, StreamExpectation>>;
  requests?: Readonly<Record<string, readonly RequestOutcome[]>>;
  source?: SourcePosition;
}
