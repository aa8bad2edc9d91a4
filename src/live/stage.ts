// One scenario on one device while it is played: the server, the app, what has been asked of it, what was missed. All waiting is here, and
// all of it ends: an app that does nothing is a fact, not a reason to stand still.
import { formatDuration } from '../core/duration.ts';
import { TokenwarpError } from '../core/errors.ts';
import { interrupted } from '../device/errors.ts';
import type { Machine } from '../device/exec.ts';
import type { LiveApp } from '../device/live/app.ts';
import type { Plan } from '../sim/plan.ts';
import type { ExpectationFailure } from '../verify/result.ts';
import { isUnderWay, type Asked } from './seen.ts';
import type { LiveServer, Look } from './server.ts';

export interface StageOptions {
  /** Ms to wait at most for what the app should do. */
  readonly patience: number;
  /** `advance` moves the phone's wall clock too. */
  readonly deviceClock: boolean;
  /** Real ms after which the scenario is given up. */
  readonly timeout: number;
  readonly signal?: AbortSignal;
  /** Tells a person what is being done. */
  say(text: string): void;
}

/** Ms of silence after which an app is taken to have done what it wanted to do. */
const CALM = 400;
/** Real ms between two looks at most, so that an interruption is heard. */
const GLANCE = 200;

/** The scenario took too long: what there is says nothing. */
export class OutOfTime extends TokenwarpError {
  constructor(limit: number) {
    super('TW_DEVICE_LIMIT', `the scenario was not over within ${formatDuration(limit)}`, { hint: '--timeout gives it longer' });
  }
}

export class Stage {
  readonly plan: Plan;
  readonly app: LiveApp;
  readonly server: LiveServer;
  readonly machine: Machine;
  readonly options: StageOptions;
  readonly misses: ExpectationFailure[] = [];
  /** What was expected and cannot be seen at a server, each once. */
  readonly unseen = new Set<string>();
  readonly asked: (Asked & { readonly as?: string })[] = [];
  /** What the journal calls the device. */
  device: string;
  offline = false;
  /** A hold is in place, or somebody waits at it. */
  holding = false;
  /** Unix ms of this machine. */
  readonly #begun: number;
  /** Entries before this one are from before the scenario: tokens of another run. */
  origin = 0;

  constructor(parts: { plan: Plan; app: LiveApp; server: LiveServer; machine: Machine; options: StageOptions }) {
    this.plan = parts.plan;
    this.app = parts.app;
    this.server = parts.server;
    this.machine = parts.machine;
    this.options = parts.options;
    this.#begun = parts.machine.now();
    this.device = parts.plan.devices[0]?.name ?? 'phone';
  }

  look(): Look {
    return this.server.look();
  }

  /** Real ms pass. */
  async pause(ms: number): Promise<void> {
    this.#check();
    await this.machine.sleep(ms, this.options.signal);
  }

  /** Until it holds, at most `most` real ms: whether it did. */
  async until(holds: (look: Look) => boolean, most = this.options.patience): Promise<boolean> {
    const end = this.machine.now() + most;
    let look = this.look();
    while (!holds(look)) {
      this.#check();
      const left = end - this.machine.now();
      if (left <= 0) return false;
      look = await this.server.next(Math.min(GLANCE, left));
    }
    return true;
  }

  /** Until nothing is under way and nothing has come for a moment. False: the app never came to rest. */
  async quiet(calm = CALM, most = this.options.patience): Promise<boolean> {
    let seen = -1;
    let since = this.machine.now();
    return this.until(({ entries, waiting }) => {
      if (waiting > 0) return true;
      const now = this.machine.now();
      if (entries.length !== seen || isUnderWay(entries)) since = now;
      seen = entries.length;
      return now - since >= calm;
    }, most);
  }

  #check(): void {
    const { signal, timeout } = this.options;
    if (signal?.aborted === true) throw interrupted();
    if (this.machine.now() - this.#begun > timeout) throw new OutOfTime(timeout);
  }
}
