// What every model of a phone's operating system looks like to the world that drives it: events in, decisions with reasons out.
// A model never runs app code, reads no clock and draws nothing: it is told the time, and answers.

/** One moment of a device. `elapsed`: ms since virtual 0, only ever grows; `wall`: Unix ms of the device, can jump. */
export interface OsMoment {
  readonly elapsed: number;
  readonly wall: number;
}

export interface OsModel<Input, Decision> {
  /** Something happened now. Returns what the system decided because of it, in order. */
  handle(input: Input, at: OsMoment): Decision[];
  /** When the system would act by itself next, elapsed ms; undefined = only when something happens. */
  next(): number | undefined;
  /** Time has come to `at` (>= next()). */
  tick(at: OsMoment): Decision[];
  /** The one gate that holds a job now, what would open it, and when it opens by itself. */
  why(job: string, at: OsMoment): Gate;
}

/** What holds a job, in the platform's own words. `running` and `unknown` are gates too: nothing to open. */
export interface Gate {
  readonly gate: string;
  /** The facts behind it: `RARE: 3 of 3 sessions in 24h`. */
  readonly detail: string;
  /** What would open it: time, an event, something the user does. */
  readonly by: string;
  /** Elapsed ms at which it opens by itself if nothing else happens; undefined = not by itself. */
  readonly opens?: number;
  /** False: rests on a figure that is observed or remembered, not published by the vendor. */
  readonly documented: boolean;
}
