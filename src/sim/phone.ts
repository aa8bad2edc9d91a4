// A phone whose operating system is modelled: what happens to it goes to the model, and what the model decides is carried out here: the
// app's process lives as long as the system lets it, its jobs run when the system runs them, and each decision is a fact with its reason.
// What differs by platform is in phone-android.ts and phone-ios.ts.
import type { JobOutcome, JobRequest } from '../core/contract.ts';
import type { Fact } from '../core/events.ts';
import type { Gate, OsModel, OsMoment } from '../os/model.ts';
import type { PhoneEvent } from '../os/profiles/events.ts';
import type { Device, Process } from './device.ts';
import type { Item } from './item.ts';
import type { JobRun, Listener, Started } from './jobs.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Operation } from './operations.ts';
import type { PhoneChange } from './phone-plan.ts';
import type { Stage } from './stage.ts';

/** The error that a request for a job is turned down with. */
export class JobError extends Error {
  readonly code: string;
  constructor(code: string, why: string) {
    super(why);
    this.code = code;
  }
}

/** What the world asks of a phone, whichever platform it is. */
export interface System {
  /** The user opens the app. */
  open(): void;
  /** The app's process ends by itself. */
  exit(): void;
  change(change: PhoneChange): void;
  /** Something of a day that was drawn, for the profile named. */
  live(event: PhoneEvent, profile: string): void;
  /** Nobody has the app on screen. */
  putAway(): void;
  /** A process has its client, which has not been asked to start. */
  attached(process: Process): void;
  register(process: Process, id: string): void;
  /** The error to reject with; undefined = taken. */
  schedule(process: Process, request: JobRequest): JobError | undefined;
  cancel(process: Process, id: string): void;
  push(refresh: boolean): void;
  connect(online: boolean): void;
  /** The wall clock was set. */
  clockSet(): void;
  why(job: string): Gate;
  /** Tells of each job what `why` says now, where that is not what was told last. */
  tellWhy(): void;
  /** Calls back once the process that is being launched has begun to start, or is gone; at once when none is. */
  whenStarted(then: (operation: Operation | undefined) => void): void;
}

interface Launching {
  readonly ready: (() => void)[];
  readonly waiting: ((operation: Operation | undefined) => void)[];
}

type Told = { readonly [K in PhoneEvent['kind']]?: (event: Extract<PhoneEvent, { kind: K }>) => string };
const TOLD: Told = {
  launch: () => 'open',
  'swipe-away': () => 'swipe-away',
  power: ({ plugged }) => `power ${plugged ? 'plugged' : 'unplugged'}`,
  'battery-saver': ({ on }) => `battery-saver ${on ? 'on' : 'off'}`,
  network: ({ transport, roaming }) => `network ${roaming ? 'roaming' : transport}`,
  'time-zone': ({ offset }) => `time-zone ${offset} min east of home`,
  reboot: () => 'reboot',
};

type JobFact = Extract<Fact, { job: string }>;

export abstract class Phone<Input, Decision> {
  protected readonly stage: Stage;
  protected readonly lifecycle: Lifecycle;
  protected readonly device: Device;
  /** The process that the model knows as the app. */
  protected readonly app: Process;
  protected abstract readonly model: OsModel<Input, Decision>;
  /** Whether the app believes to be on screen. */
  #front = false;
  #launching: Launching | undefined;
  #timer: Item | undefined;
  /** The last fact about each job, and the gate that held it. */
  readonly #last = new Map<string, number>();
  readonly #gates = new Map<string, Gate>();

  constructor(stage: Stage, lifecycle: Lifecycle, device: Device) {
    this.stage = stage;
    this.lifecycle = lifecycle;
    this.device = device;
    const [app] = device.processes;
    this.app = app as Process;
  }

  why(job: string): Gate {
    return this.model.why(job, this.at());
  }

  tellWhy(): void {
    for (const [job, told] of this.#gates) {
      const now = this.why(job);
      if (now.gate === told.gate && now.opens !== told.opens) this.held(job, now);
    }
  }

  whenStarted(then: (operation: Operation | undefined) => void): void {
    if (this.#launching === undefined) this.stage.kernel.after(0, 'script', () => then(undefined));
    else this.#launching.waiting.push(then);
  }

  protected at(): OsMoment {
    const { now } = this.stage.kernel;
    return { elapsed: now, wall: this.device.wall(now) };
  }

  /** Something happened: what the system decides because of it is carried out. */
  protected tell(input: Input): readonly Decision[] {
    const decisions = this.model.handle(input, this.at());
    this.#carryOut(decisions);
    return decisions;
  }

  /** Carries out one decision. */
  protected abstract decided(decision: Decision): void;
  /** After all of them: what the state of the phone means for the app. */
  protected abstract settle(): void;
  /** The client's `start` was called and its first part is over. */
  protected abstract launchFinished(): void;

  #carryOut(decisions: readonly Decision[]): void {
    for (const decision of decisions) this.decided(decision);
    this.settle();
    this.arm();
  }

  /** Plans the next moment at which the system acts by itself. */
  protected arm(): void {
    const { kernel } = this.stage;
    const next = this.model.next();
    if (this.#timer?.state === 'pending') {
      if (this.#timer.earliest === next) return;
      kernel.cancel(this.#timer);
    }
    if (next === undefined) return;
    const before = kernel.cause;
    kernel.cause = undefined;
    this.#timer = kernel.after(Math.max(0, next - kernel.now), `${this.device.name}:system`, () => this.#tick(), {
      background: true,
      still: true,
    });
    kernel.cause = before;
  }

  #tick(): void {
    this.#timer = undefined;
    this.#carryOut(this.model.tick(this.at()));
  }

  /** The system brings the process up. `behind`: the user sees nothing of it. */
  protected launch(behind: boolean): void {
    const { app } = this;
    const launching: Launching = { ready: [], waiting: [] };
    this.#launching = launching;
    this.#front = !behind;
    this.lifecycle.launch(
      app,
      (operation) => {
        for (const wake of launching.waiting.splice(0)) this.stage.kernel.after(0, 'script', () => wake(operation));
        if (operation !== undefined) this.stage.kernel.after(0, `${app.name}:launched`, () => this.#launched(launching), { owner: app });
      },
      behind,
    );
  }

  #launched(launching: Launching): void {
    if (this.#launching === launching) this.#launching = undefined;
    this.launchFinished();
    for (const act of launching.ready) act();
  }

  /** Runs once the process has begun to start. */
  protected whenReady(act: () => void): void {
    if (this.#launching === undefined) act();
    else this.#launching.ready.push(act);
  }

  /** The process is gone, whoever ended it. */
  protected gone(by: string, everything = false): void {
    const waiting = this.#launching?.waiting ?? [];
    this.#launching = undefined;
    this.#front = false;
    for (const process of everything ? this.device.processes : [this.app]) this.lifecycle.kill(process, 'process.kill', by);
    for (const wake of waiting) this.stage.kernel.after(0, 'script', () => wake(undefined));
  }

  /** The app comes to the screen or leaves it, and is told unless it knows. */
  protected show(front: boolean): void {
    if (this.#front === front) return;
    this.#front = front;
    if (this.app.state !== 'dead') this.stage.signals.tell(this.app, front ? 'foreground' : 'background');
  }

  protected get front(): boolean {
    return this.#front;
  }

  /** A run of a job that the system has started. */
  protected run(job: string, about: Started, listener: Listener): JobRun {
    const { kernel } = this.stage;
    kernel.cause ??= this.#last.get(job);
    const waited = this.#gates.get(job)?.gate;
    this.#gates.delete(job);
    return this.stage.jobs.start(this.app, job, { ...about, ...(waited === undefined ? {} : { waited }) }, listener, (call) =>
      this.whenReady(() => this.stage.act(this.app, 'job', call)),
    );
  }

  protected ended(run: JobRun, outcome: JobOutcome, threw: boolean, more: { dropped?: true; next?: number } = {}): void {
    this.stage.jobs.ended(run, outcome, { ...(threw ? { threw: true } : {}), ...more });
  }

  /** A fact about a job goes back to the one before it, where nothing that happened now has led to it. */
  protected fact(fact: JobFact, actor: string = this.device.name): void {
    const { kernel, recorder } = this.stage;
    kernel.cause ??= this.#last.get(fact.job);
    this.#last.set(fact.job, recorder.follow(actor, fact, this.device.wallIfSkewed(kernel.now)));
  }

  protected held(job: string, told: Gate): void {
    const { gate, detail, by, opens, documented } = told;
    this.#gates.set(job, told);
    const more = { ...(opens === undefined ? {} : { opens }), ...(documented ? {} : { undocumented: true as const }) };
    this.fact({ type: 'job.held', job, gate, detail, by, ...more });
  }

  /** What the phone does, or somebody with it. */
  protected phone(what: string, by?: string): void {
    const { kernel, recorder } = this.stage;
    recorder.follow(this.device.name, { type: 'phone', what, ...(by === undefined ? {} : { by }) }, this.device.wallIfSkewed(kernel.now));
  }

  /** What of a drawn day is worth a line: what the user does to the app, and what gates hang on. */
  protected lived(event: PhoneEvent, profile: string): void {
    const text = TOLD[event.kind]?.(event as never);
    if (text !== undefined) this.phone(text, profile);
  }

  /** A call of the app's code: what it leads to is caused by it, what comes next in the code is not. */
  protected called<T>(call: () => T): T {
    const { kernel } = this.stage;
    const before = kernel.cause;
    const answer = call();
    kernel.cause = before;
    return answer;
  }

  /** `opens` and the like are elapsed ms; Unix ms of the device become that by this. */
  protected elapsedOf(unix: number): number {
    const { elapsed, wall } = this.at();
    return unix - wall + elapsed;
  }
}
