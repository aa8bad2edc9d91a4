// A phone on the bench: virtual time, a scripted app that answers the system's decisions, and everything that was decided.
import { createStreams } from '../../../src/core/streams.ts';
import type { IosConfig } from '../../../src/os/ios/config.ts';
import { createIosModel, type IosModel } from '../../../src/os/ios/phone.ts';
import type { InfoPlist, IosDecision, IosInput, TaskRequest } from '../../../src/os/ios/words.ts';
import type { Gate, OsMoment } from '../../../src/os/model.ts';

export const SECOND = 1000;
export const MINUTE = 60 * SECOND;
export const HOUR = 60 * MINUTE;
export const DAY = 24 * HOUR;
/** A Monday, 00:00 UTC. */
export const MONDAY = Date.UTC(2026, 0, 5);

export const REFRESH = 'com.example.app.refresh';
export const CLEANUP = 'com.example.app.cleanup';
export const INFO: InfoPlist = {
  CFBundleIdentifier: 'com.example.app',
  BGTaskSchedulerPermittedIdentifiers: [REFRESH, CLEANUP],
  UIBackgroundModes: ['fetch', 'processing', 'remote-notification'],
};
/** Never before a start is likely: every look picks, so that tests of other gates need no luck. */
export const ALWAYS = Array.from({ length: 48 }, () => 1);

export const refresh = (more: Partial<TaskRequest> = {}): TaskRequest => ({
  identifier: REFRESH,
  kind: 'BGAppRefreshTaskRequest',
  ...more,
});
export const processing = (more: Partial<TaskRequest> = {}): TaskRequest => ({
  identifier: CLEANUP,
  kind: 'BGProcessingTaskRequest',
  ...more,
});

export interface AppScript {
  /** Identifiers it registers at launch. */
  readonly registers?: readonly string[];
  /** What it submits at every launch, before launch has finished. */
  readonly atLaunch?: (bench: Bench) => TaskRequest[];
  /** What it submits in the launch handler, first thing. */
  readonly inHandler?: (bench: Bench, identifier: string) => TaskRequest[];
  /** Ms until it calls setTaskCompleted; undefined = never. */
  readonly takes?: number | undefined;
  readonly success?: boolean;
  /** What its expiration handler does: `none` = it sets none. */
  readonly onExpiration?: 'complete' | 'nothing' | 'none';
  /** Ms from the launch to its end. */
  readonly launchTakes?: number;
  /** Whether it calls the completion handler of a push, ms after it came. */
  readonly pushTakes?: number | undefined;
}

export type Entry = OsMoment & ({ readonly input: IosInput } | { readonly decision: IosDecision });

interface Timer {
  readonly at: number;
  readonly epoch: number;
  readonly run: () => void;
}

export class Bench {
  readonly model: IosModel;
  readonly history: { readonly at: number; readonly decision: IosDecision }[] = [];
  /** Inputs and decisions in order, with both clocks. */
  readonly log: Entry[] = [];
  /** How often time alone made the model act. */
  ticks = 0;
  /** Another script is another version of the app, from its next launch on. */
  app: AppScript;
  now = 0;
  /** Wall clock minus elapsed time. */
  offset: number;
  #epoch = 0;
  #timers: Timer[] = [];

  constructor(config: Partial<IosConfig> = {}, app: AppScript = {}, options: { seed?: number; wall?: number } = {}) {
    const streams = createStreams(options.seed ?? 1);
    this.offset = options.wall ?? MONDAY;
    this.app = { registers: [REFRESH, CLEANUP], takes: 2 * SECOND, onExpiration: 'complete', launchTakes: 0, pushTakes: SECOND, ...app };
    this.model = createIosModel(
      { version: 18, info: INFO, habit: ALWAYS, battery: { level: 100, plugged: false }, ...config },
      (matter) => streams.stream(matter),
      this.at(),
    );
  }

  at(elapsed = this.now): OsMoment {
    return { elapsed, wall: elapsed + this.offset };
  }

  wall(): number {
    return this.now + this.offset;
  }

  /** Tells the model and lets the app answer. Returns all that came of it at this moment. */
  do(...inputs: IosInput[]): IosDecision[] {
    const from = this.history.length;
    for (const input of inputs) {
      this.log.push({ ...this.at(), input });
      this.#take(this.model.handle(input, this.at()));
    }
    return this.history.slice(from).map(({ decision }) => decision);
  }

  /** Opens the app, submits, and leaves it again: pending requests and a suspended app. */
  submitAndLeave(...requests: TaskRequest[]): this {
    this.do({ type: 'open' });
    for (const request of requests) this.do({ type: 'submit', process: 'app', request });
    this.do({ type: 'leave' });
    return this;
  }

  /** Lets time pass. Returns what was decided meanwhile. */
  pass(ms: number): IosDecision[] {
    const from = this.history.length;
    const end = this.now + ms;
    for (;;) {
      const timer = this.#timers[0];
      const next = Math.min(this.model.next() ?? Infinity, timer?.at ?? Infinity);
      if (next > end) break;
      this.now = Math.max(this.now, next);
      if ((this.model.next() ?? Infinity) <= this.now) {
        this.ticks += 1;
        this.#take(this.model.tick(this.at()));
      } else this.#fire();
    }
    this.now = end;
    return this.history.slice(from).map(({ decision }) => decision);
  }

  /** Lets time pass until something of that type is decided; the number of ms it took, or undefined. */
  until(type: IosDecision['type'], within: number): number | undefined {
    const begun = this.now;
    const seen = this.history.length;
    while (this.now - begun < within) {
      const next = Math.min(this.model.next() ?? Infinity, this.#timers[0]?.at ?? Infinity, begun + within);
      this.pass(Math.max(0, next - this.now));
      if (this.history.slice(seen).some(({ decision }) => decision.type === type)) return this.now - begun;
    }
    return undefined;
  }

  why(job: string = REFRESH): Gate {
    return this.model.why(job, this.at());
  }

  setClock(by: number): IosDecision[] {
    this.offset += by;
    return this.do({ type: 'clock-set' });
  }

  all<T extends IosDecision['type']>(type: T): (Extract<IosDecision, { type: T }> & { at: number })[] {
    return this.history.flatMap(({ at, decision }) =>
      decision.type === type ? [{ ...(decision as Extract<IosDecision, { type: T }>), at }] : [],
    );
  }

  /** When the app's own code does something next. */
  nextTimer(): number {
    return this.#timers[0]?.at ?? Infinity;
  }

  after(ms: number, run: () => void): void {
    this.#timers.push({ at: this.now + ms, epoch: this.#epoch, run });
    this.#timers.sort((a, b) => a.at - b.at);
  }

  #fire(): void {
    const timer = this.#timers.shift();
    if (timer?.epoch === this.#epoch) timer.run();
  }

  #take(decisions: readonly IosDecision[]): void {
    for (const decision of decisions) {
      this.history.push({ at: this.now, decision });
      this.log.push({ ...this.at(), decision });
    }
    for (const decision of decisions) this.#answer(decision);
  }

  #answer(decision: IosDecision): void {
    const { registers = [], atLaunch, launchTakes = 0, pushTakes } = this.app;
    if (decision.type === 'process.ended' || decision.type === 'process.crashed') this.#epoch += 1;
    if (decision.type === 'process.launched') {
      for (const identifier of registers) this.do({ type: 'register', process: 'app', identifier });
      for (const request of atLaunch?.(this) ?? []) this.do({ type: 'submit', process: 'app', request });
      if (launchTakes === 0) this.do({ type: 'launch-finished' });
      else this.after(launchTakes, () => this.do({ type: 'launch-finished' }));
    }
    if (decision.type === 'task.started') this.#handle(decision.identifier);
    if (decision.type === 'task.expired' && decision.handler && this.app.onExpiration === 'complete') {
      this.do({ type: 'set-task-completed', identifier: decision.identifier, success: false });
    }
    if (decision.type === 'push.delivered' && pushTakes !== undefined) this.after(pushTakes, () => this.do({ type: 'push-completed' }));
  }

  #handle(identifier: string): void {
    const { inHandler, takes, success = true, onExpiration } = this.app;
    for (const request of inHandler?.(this, identifier) ?? []) this.do({ type: 'submit', process: 'app', request });
    if (onExpiration !== 'none') this.do({ type: 'expiration-handler', identifier, set: true });
    if (takes !== undefined) this.after(takes, () => this.do({ type: 'set-task-completed', identifier, success }));
  }
}
