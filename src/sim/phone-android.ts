// An Android phone in the world: requests for jobs become work, the model's decisions become facts and the life of the app's process.
import type { JobRequest, PeriodicWork, OneTimeWork } from '../core/contract.ts';
import { formatDuration } from '../core/duration.ts';
import { createAndroid, type AndroidModel } from '../os/android/android.ts';
import type { AndroidDecision } from '../os/android/decisions.ts';
import { androidInput } from '../os/android/from-phone.ts';
import type { AndroidInput } from '../os/android/inputs.ts';
import type { Clamp, WorkRequest } from '../os/android/work-spec.ts';
import type { PhoneEvent } from '../os/profiles/events.ts';
import { setOnline } from './connectivity.ts';
import type { Device, Process } from './device.ts';
import type { JobRun } from './jobs.ts';
import type { Lifecycle } from './lifecycle.ts';
import { androidInputs } from './phone-android-words.ts';
import type { AndroidPlan, ClientOptions, PhoneChange } from './phone-plan.ts';
import { JobError, Phone, type System } from './phone.ts';
import type { Stage } from './stage.ts';

/** For so long the app has the network in Doze when a high priority message wakes it ("briefly", facts 1.6). */
const PUSH_NETWORK = 10_000;
/** What ends every process of the app. */
const ENDS_ALL: ReadonlySet<string> = new Set(['force-stop', 'reboot', 'package-replaced', 'data-cleared']);

type Decided<T extends AndroidDecision['type']> = Extract<AndroidDecision, { type: T }>;

export class AndroidPhone extends Phone<AndroidInput, AndroidDecision> implements System {
  protected readonly model: AndroidModel;
  readonly #plan: AndroidPlan;
  /** Work -> what the app calls the job. */
  readonly #jobs = new Map<string, string>();
  /** The model's run -> ours. */
  readonly #runs = new Map<string, { run: JobRun; threw: boolean }>();
  #connected = true;
  #openUntil = 0;
  #deep = false;
  #pushes = 0;

  constructor(stage: Stage, lifecycle: Lifecycle, device: Device, plan: AndroidPlan) {
    super(stage, lifecycle, device);
    const { api, figures, deepDoze, keyguard, swipeForceStops } = plan;
    this.#plan = plan;
    this.model = createAndroid({ api, figures, deepDoze, keyguard, swipeForceStops, start: this.at() });
    for (const input of beginning(plan)) this.tell(input);
  }

  open(): void {
    this.change({ word: 'open' });
  }

  exit(): void {
    this.tell({ type: 'app-background' });
    this.tell({ type: 'process-killed', by: 'am kill' });
  }

  change(change: PhoneChange): void {
    this.phone(change.value === undefined ? change.word : `${change.word} ${change.value}`);
    if (change.word === 'update' || change.word === 'reinstall') return this.#install(change.word, change.client);
    if (change.word === 'network') return this.#network({ kind: 'network', ...(NETWORKS[String(change.value)] ?? NONE), elapsed: 0 });
    if (change.word === 'push') return this.#push(change.value === 'high' || change.value === 'alert' ? 'high' : 'normal', true);
    for (const input of androidInputs(change, (job) => this.model.workInfo(job)?.id ?? job)) this.tell(input);
    if (change.word === 'bucket') this.#forced(String(change.value));
  }

  putAway(): void {
    if (this.front) this.tell({ type: 'app-background' });
  }

  live(event: PhoneEvent, profile: string): void {
    this.lived(event, profile);
    if (event.kind === 'network') return this.#network(event);
    this.tell(androidInput(event));
  }

  attached(): void {}

  register(): void {}

  schedule(_process: Process, request: JobRequest): JobError | undefined {
    return this.called(() => {
      const { id, kind } = request;
      if (kind !== 'periodic' && kind !== 'one-time') return this.#refuse(id, 'unsupported', `WorkManager has no ${kind} request`);
      const policy = request.existing ?? 'KEEP';
      const decisions = this.tell({ type: 'enqueue', requests: [workOf(request)], unique: { name: id, policy } });
      const refused = decisions.find((decision): decision is Decided<'refused'> => decision.type === 'refused');
      return refused === undefined ? undefined : this.#refuse(id, refused.code, refused.detail);
    });
  }

  cancel(_process: Process, id: string): void {
    this.called(() => void this.tell({ type: 'cancel-unique-work', name: id }));
  }

  push(refresh: boolean): void {
    this.#push('normal', refresh);
  }

  connect(online: boolean): void {
    this.#network({ kind: 'network', transport: online ? 'wifi' : 'none', roaming: false, elapsed: 0 });
  }

  clockSet(): void {
    this.tell({ type: 'time-set' });
  }

  protected launchFinished(): void {}

  protected settle(): void {
    const { network, onTop, processAlive } = this.model.view();
    if (processAlive) this.show(onTop);
    // what Doze does to the network of an app that does not run is seen when it runs again
    if (this.app.state !== 'running' && this.#connected) return;
    const open = network || this.#runs.size > 0 || this.stage.kernel.now < this.#openUntil;
    setOnline(this.device, this.#connected && open, this.stage);
  }

  protected decided(decision: AndroidDecision): void {
    (this.#carry[decision.type] as (decision: AndroidDecision) => void)(decision);
  }

  readonly #carry: { readonly [T in AndroidDecision['type']]: (decision: Decided<T>) => void } = {
    enqueued: ({ work, worker, effect, nextRun, clamps }) => {
      this.#jobs.set(work, worker);
      const due = nextRun === undefined ? {} : { due: this.elapsedOf(nextRun) };
      const clamped = clamps.length === 0 ? {} : { clamped: clamps.map(clampText) };
      const kind = this.model.workInfo(work)?.periodic === true ? 'periodic' : 'one-time';
      this.fact({ type: 'job.requested', job: worker, kind, effect, ...due, ...clamped }, this.app.name);
    },
    refused: ({ what, code, detail }) => {
      if (what !== 'enqueue') this.phone(`${what} refused`, `${code}, ${detail}`);
    },
    scheduled: () => undefined,
    held: ({ work, gate }) => this.held(this.#job(work), gate),
    start: ({ work, run, attempt, late, forced }) => this.#start(this.#job(work), run, { attempt, late, by: forced ? 'step' : 'system' }),
    'before-schedule': ({ work, early }) => this.fact({ type: 'job.turned-away', job: this.#job(work), why: 'before schedule', early }),
    stop: ({ run, reason }) => {
      const ours = this.#runs.get(run);
      if (ours !== undefined) this.stage.jobs.stop(ours.run, reason);
    },
    died: ({ run }) => void this.#runs.delete(run),
    finished: ({ run, outcome, nextRun }) => {
      const ours = this.#runs.get(run);
      this.#runs.delete(run);
      if (ours === undefined) return;
      this.ended(ours.run, outcome, ours.threw, nextRun === undefined ? {} : { next: this.elapsedOf(nextRun) });
    },
    'late-result': ({ run, outcome }) => {
      const ours = this.#runs.get(run);
      this.#runs.delete(run);
      if (ours !== undefined) this.ended(ours.run, outcome, ours.threw, { dropped: true });
    },
    state: ({ work, state, by }) => {
      if (state === 'CANCELLED') this.fact({ type: 'job.cancelled', job: this.#job(work), by });
    },
    'jobs-lost': ({ works, by }) => {
      for (const work of works) this.fact({ type: 'job.lost', job: this.#job(work), by });
    },
    process: ({ alive, by }) => {
      if (alive) this.launch(by !== 'app-foreground');
      else {
        this.#runs.clear();
        this.gone(by, ENDS_ALL.has(by));
      }
    },
    frozen: ({ frozen }) => {
      if (frozen) this.lifecycle.suspend(this.app);
      else this.lifecycle.resume(this.app);
    },
    joined: () => undefined,
    bucket: ({ from, to, by }) => this.phone(`bucket ${from} -> ${to}`, by),
    doze: ({ phase, by }) => this.#dozes(phase, by),
    push: ({ id, fate, by }) => this.#pushed(id, fate, by),
    command: ({ what, exit, text }) => this.phone(`${what}: ${text}`, `exit ${exit}`),
  };

  #start(job: string, modelRun: string, about: { attempt: number; late: number; by: string }): void {
    const { attempt, late, by } = about;
    const run = this.run(
      job,
      { by, ...(late > 0 ? { late } : {}), ...(attempt > 0 ? { attempt } : {}) },
      {
        answered: (ours, outcome, threw) => {
          this.#runs.set(modelRun, { run: ours, threw });
          this.tell({ type: 'finished', run: modelRun, outcome });
        },
      },
    );
    this.#runs.set(modelRun, { run, threw: false });
  }

  #refuse(job: string, code: string, why: string): JobError {
    this.fact({ type: 'job.refused', job, code, why }, this.app.name);
    return new JobError(code, why);
  }

  #job(work: string): string {
    return this.#jobs.get(work) ?? work;
  }

  /** A bucket that was set by hand is told by the command, not by a decision. */
  #forced(bucket: string): void {
    if (this.model.view().bucket !== bucket) this.phone(`bucket ${bucket} waits`, 'the app counts as active or exempted');
  }

  /** Light Doze comes and goes with every unlock, and windows within a night: what counts is when deep Doze begins and ends. */
  #dozes(phase: string, by: string): void {
    const isDeep = phase === 'deep' || (phase === 'window' && this.#deep);
    const byHand = by.startsWith('cmd');
    if (isDeep !== this.#deep || byHand) this.phone(`doze ${isDeep || byHand ? phase : 'ends'}`, by);
    this.#deep = isDeep;
  }

  #network(event: Extract<PhoneEvent, { kind: 'network' }>): void {
    this.#connected = event.transport !== 'none';
    this.tell(androidInput(event));
  }

  #push(priority: 'high' | 'normal', refresh: boolean): void {
    this.tell({ type: 'push', id: `${refresh ? 'refresh' : 'ping'}-${++this.#pushes}`, priority });
  }

  #pushed(id: string, fate: string, by: string): void {
    if (fate !== 'delivered') return this.phone(`push ${fate}`, by);
    if (by.startsWith('high')) {
      this.#openUntil = this.stage.kernel.now + PUSH_NETWORK;
      this.stage.kernel.after(PUSH_NETWORK, `${this.device.name}:push`, () => this.settle(), { background: true });
    }
    this.whenReady(() => this.stage.signals.push(this.app, id.startsWith('refresh')));
  }

  /** What ran is over; nothing is launched yet. */
  #install(how: 'update' | 'reinstall', lent?: ClientOptions): void {
    this.tell({ type: how === 'update' ? 'package-replaced' : 'data-cleared' });
    this.lifecycle.install(this.device, how, lent);
    if (how === 'reinstall') for (const input of beginning(this.#plan)) this.tell(input);
  }
}

interface Transport {
  readonly transport: 'none' | 'wifi' | 'cellular';
  readonly roaming: boolean;
}
const NONE: Transport = { transport: 'none', roaming: false };
const NETWORKS: Readonly<Record<string, Transport>> = {
  none: NONE,
  wifi: { transport: 'wifi', roaming: false },
  cellular: { transport: 'cellular', roaming: false },
  roaming: { transport: 'cellular', roaming: true },
};

/** What holds before anything happens. */
function beginning({ bucket, restricted, exempt }: AndroidPlan): AndroidInput[] {
  return [
    ...(bucket === undefined ? [] : [{ type: 'set-standby-bucket' as const, bucket }]),
    ...(restricted ? [{ type: 'run-any-in-background' as const, allowed: false }] : []),
    ...(exempt ? [{ type: 'deviceidle-whitelist' as const, listed: true }] : []),
  ];
}

/** The unique work that an app asks for under the id of a job. */
function workOf(request: { readonly id: string } & (PeriodicWork | OneTimeWork)): WorkRequest {
  const { id, initialDelay, backoff, network, charging, batteryNotLow } = request;
  const constraints = {
    ...(network === undefined ? {} : { network }),
    ...(charging === undefined ? {} : { charging }),
    ...(batteryNotLow === undefined ? {} : { batteryNotLow }),
  };
  const shared = {
    worker: id,
    constraints,
    ...(initialDelay === undefined ? {} : { initialDelay }),
    ...(backoff === undefined ? {} : { backoff }),
  };
  if (request.kind === 'one-time')
    return { ...shared, ...(request.expedited === true ? { expedited: request.outOfQuota ?? 'RUN_AS_NON_EXPEDITED_WORK_REQUEST' } : {}) };
  const { every: interval, flex } = request;
  return { ...shared, periodic: { interval, ...(flex === undefined ? {} : { flex }) } };
}

function clampText({ what, asked, used }: Clamp): string {
  return `${what} ${formatDuration(asked)} -> ${formatDuration(used)}`;
}
