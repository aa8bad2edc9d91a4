// An iPhone in the world: register and submit go to the model, its decisions become facts, the life of the app's process and its secrets.
import type { AppRefresh, JobRequest, Processing } from '../core/contract.ts';
import type { IosConfig } from '../os/ios/config.ts';
import { iosInput } from '../os/ios/from-phone.ts';
import { createIosModel, type IosModel } from '../os/ios/phone.ts';
import { CLASSES } from '../os/ios/protection.ts';
import type { InfoPlist, IosDecision, IosInput, Protection, TaskRequest } from '../os/ios/words.ts';
import type { PhoneEvent } from '../os/profiles/events.ts';
import { setOnline } from './connectivity.ts';
import type { Device, Process } from './device.ts';
import type { JobRun } from './jobs.ts';
import type { Lifecycle } from './lifecycle.ts';
import { iosInputs } from './phone-ios-words.ts';
import type { IosPlan, PhoneChange } from './phone-plan.ts';
import { JobError, Phone, type System } from './phone.ts';
import type { Stage } from './stage.ts';

const BUNDLE = 'com.example.app';
/** What ends every process of the app. */
const ENDS_ALL: ReadonlySet<string> = new Set(['shutdown', 'update', 'uninstall']);

type Decided<T extends IosDecision['type']> = Extract<IosDecision, { type: T }>;
/** A request as the app makes it, which the answer is told with. */
interface Asking {
  readonly kind: 'app-refresh' | 'processing';
  readonly effect: 'accepted' | 'replaced';
  readonly due: number;
}

export class IosPhone extends Phone<IosInput, IosDecision> implements System {
  protected readonly model: IosModel;
  readonly #plan: IosPlan;
  /** Grows with what the app registers and submits when the plan names no list. */
  readonly #permitted: string[];
  readonly #info: InfoPlist;
  /** When each request that was accepted last is due. */
  readonly #due = new Map<string, number>();
  readonly #runs = new Map<string, JobRun>();
  #answering: { run: JobRun; outcome: 'success' | 'failure' | 'retry'; threw: boolean } | undefined;
  #registering: Process | undefined;
  #asking: Asking | undefined;
  #pushes = 0;

  constructor(stage: Stage, lifecycle: Lifecycle, device: Device, plan: IosPlan) {
    super(stage, lifecycle, device);
    this.#plan = plan;
    this.#permitted = [...(plan.permitted ?? [])];
    this.#info = {
      CFBundleIdentifier: BUNDLE,
      BGTaskSchedulerPermittedIdentifiers: this.#permitted,
      UIBackgroundModes: plan.modes,
    };
    const draws = (matter: string) => stage.streams.stream(`os/${device.name}/${matter}`);
    this.model = createIosModel(configOf(plan, this.#info, device), draws, this.at());
    this.tell(beginning(plan));
  }

  open(): void {
    this.change({ word: 'open' });
  }

  exit(): void {
    if (this.front) this.tell({ type: 'leave' });
    this.tell({ type: 'terminated', by: 'exit' });
  }

  change(change: PhoneChange): void {
    this.phone(change.value === undefined ? change.word : `${change.word} ${change.value}`);
    if (change.word === 'push') return this.#push(String(change.value), true);
    for (const input of iosInputs(change, this.#info)) this.tell(input);
    if (change.word === 'update' || change.word === 'reinstall') this.lifecycle.install(this.device, change.word, change.client);
    if (change.word === 'reinstall') this.tell(beginning(this.#plan));
  }

  putAway(): void {
    if (this.front) this.tell({ type: 'leave' });
  }

  live(event: PhoneEvent, profile: string): void {
    this.lived(event, profile);
    const input = iosInput(event);
    if (input !== undefined) this.tell(input);
  }

  /** An app with a method for its jobs has it registered for every identifier that its Info.plist names. */
  attached(process: Process): void {
    if (process !== this.app || process.client?.runBackgroundJob === undefined) return;
    for (const id of this.#plan.permitted ?? []) if (!process.jobs.has(id)) this.register(process, id);
  }

  register(process: Process, identifier: string): void {
    this.called(() => {
      this.#permit(identifier);
      this.#registering = process;
      this.tell({ type: 'register', process: nameIn(process), identifier });
    });
  }

  schedule(process: Process, request: JobRequest): JobError | undefined {
    return this.called(() => {
      const { id, kind } = request;
      if (kind !== 'app-refresh' && kind !== 'processing') return this.#refuse(id, 'unsupported', `BGTaskScheduler has no ${kind} request`);
      this.#permit(id);
      const { elapsed, wall } = this.at();
      const isPending = this.model.pending().some(({ identifier }) => identifier === id);
      this.#asking = { kind, effect: isPending ? 'replaced' : 'accepted', due: elapsed + (request.earliestBegin ?? 0) };
      const task = taskOf(request, wall);
      const decisions = this.tell({ type: 'submit', process: nameIn(process), request: task });
      const refused = decisions.find((decision): decision is Decided<'submit.refused'> => decision.type === 'submit.refused');
      return refused === undefined ? undefined : new JobError(codeOf(refused), refused.why);
    });
  }

  cancel(_process: Process, identifier: string): void {
    this.called(() => void this.tell({ type: 'cancel', identifier }));
  }

  push(refresh: boolean): void {
    this.#push('normal', refresh);
  }

  connect(online: boolean): void {
    this.tell({ type: 'network', connection: online ? 'wifi' : 'none' });
  }

  clockSet(): void {
    this.tell({ type: 'clock-set' });
  }

  /** Whoever changes the network, the app learns of it with the system. */
  protected override tell(input: IosInput): readonly IosDecision[] {
    if (input.type === 'network') setOnline(this.device, input.connection !== 'none', this.stage);
    return super.tell(input);
  }

  protected launchFinished(): void {
    this.tell({ type: 'launch-finished' });
  }

  protected settle(): void {}

  protected decided(decision: IosDecision): void {
    (this.#carry[decision.type] as (decision: IosDecision) => void)(decision);
  }

  readonly #carry: { readonly [T in IosDecision['type']]: (decision: Decided<T>) => void } = {
    'process.launched': ({ why }) => this.launch(why !== 'user'),
    'process.resumed': () => this.lifecycle.resume(this.app),
    'process.suspended': () => this.lifecycle.suspend(this.app),
    'connections.defunct': () => this.stage.network.goDefunct(this.app),
    'process.ended': ({ why }) => this.#end(why),
    'process.crashed': ({ exception, why, identifier }) => {
      this.stage.clientFault(this.app, 'uncaught-exception', crashOf(exception, why, identifier));
      this.#end(why);
    },
    'app.foreground': () => this.show(true),
    'app.background': () => this.show(false),
    'register.answered': ({ identifier, registered, why }) => {
      if (!registered) this.#refuse(identifier, 'false', `register: ${why}`, this.#registering);
    },
    'submit.accepted': ({ identifier }) => {
      if (this.#asking === undefined) return;
      this.#due.set(identifier, this.#asking.due);
      this.fact({ type: 'job.requested', job: identifier, ...this.#asking }, this.app.name);
    },
    'submit.refused': (refused) => void this.#refuse(refused.identifier, codeOf(refused), refused.why),
    'request.cancelled': ({ identifier, why }) => {
      if (why !== 'replaced') this.fact({ type: 'job.cancelled', job: identifier, by: why });
    },
    'task.held': ({ identifier, gate }) => this.held(identifier, gate),
    'request.taken': () => undefined,
    'task.started': ({ identifier }) => this.#start(identifier),
    'task.expired': ({ identifier, why, handler }) => {
      const run = this.#runs.get(identifier);
      if (run !== undefined) this.stage.jobs.stop(run, why, !handler);
    },
    'task.completed': ({ identifier, by }) => {
      const { run, outcome, threw } = this.#answering ?? {};
      if (by === 'app' && run !== undefined) this.ended(run, outcome ?? 'failure', threw === true);
      this.#runs.delete(identifier);
    },
    'task.lost': ({ identifier, why }) => {
      // a task that was taken and not started yet is told of here; one that ran, where its process ended
      if (!this.#runs.delete(identifier)) this.fact({ type: 'job.lost', job: identifier, by: why });
    },
    'task.fault': ({ why }) => {
      const { run, outcome, threw } = this.#answering ?? {};
      if (run !== undefined && why !== 'released without completing')
        this.ended(run, outcome ?? 'failure', threw === true, { dropped: true });
    },
    'background-task.expired': () => undefined,
    'push.delivered': ({ id }) => this.whenReady(() => this.stage.signals.push(this.app, id.startsWith('refresh'), () => this.#pushDone())),
    'push.held': ({ gate }) => this.phone(`push held by ${gate.gate}`, gate.detail),
    'push.dropped': ({ why }) => this.phone('push dropped', why),
    'push.expired': () => this.phone('push handler out of time'),
    'protected-data': ({ state }) => this.#protect(state),
    'input.ignored': ({ input, why }) => this.phone(`${input} means nothing`, why),
  };

  #start(identifier: string): void {
    const { elapsed } = this.at();
    const late = elapsed - (this.#due.get(identifier) ?? elapsed);
    const run = this.run(
      identifier,
      { by: 'system', ...(late > 0 ? { late } : {}) },
      {
        called: () => void this.tell({ type: 'expiration-handler', identifier, set: true }),
        answered: (ours, outcome, threw) => {
          this.#answering = { run: ours, outcome, threw };
          this.tell({ type: 'set-task-completed', identifier, success: outcome === 'success' });
          this.#answering = undefined;
        },
      },
    );
    this.#runs.set(identifier, run);
  }

  #end(why: string): void {
    this.gone(why, ENDS_ALL.has(why));
  }

  #pushDone(): void {
    this.tell({ type: 'push-completed' });
  }

  #permit(identifier: string): void {
    if (this.#plan.permitted === undefined && !this.#permitted.includes(identifier)) this.#permitted.push(identifier);
  }

  #refuse(job: string, code: string, why: string, process = this.app): JobError {
    this.fact({ type: 'job.refused', job, code, why }, process.name);
    return new JobError(code, why);
  }

  /** Items of the keychain become readable or not; files of the app too, before the first unlock. */
  #protect(state: Protection): void {
    const locked = !CLASSES[this.#plan.keychain].readable.includes(state);
    this.device.sealed = state === 'before-first-unlock';
    if (this.device.storeLocked === locked) return;
    this.device.storeLocked = locked;
    const { recorder, kernel } = this.stage;
    recorder.follow(this.device.name, { type: locked ? 'store.locked' : 'store.unlocked' }, this.device.wallIfSkewed(kernel.now));
  }

  #push(how: string, refresh: boolean): void {
    const id = `${refresh ? 'refresh' : 'ping'}-${++this.#pushes}`;
    const push = {
      id,
      contentAvailable: true,
      apnsPushType: 'background' as const,
      apnsPriority: how === 'high' ? (10 as const) : (5 as const),
    };
    this.tell({ type: 'push', push: how === 'alert' ? { ...push, interactive: true } : push });
  }
}

/** What the settings say before anything happens, and of an app that is installed anew. */
function beginning({ backgroundAppRefresh: setting }: IosPlan): IosInput {
  return { type: 'background-app-refresh', scope: 'app', setting };
}

function configOf(plan: IosPlan, info: InfoPlist, device: Device): IosConfig {
  const { version, device: hardware, passcode, figures, rules } = plan;
  const extensions = Object.fromEntries(device.processes.slice(1).map((process) => [nameIn(process), { accessGroups: [BUNDLE] }]));
  return { version, device: hardware, info, passcode, extensions, figures, rules };
}

/** What the model calls a process: the first one is the app, the others are its extensions. */
function nameIn(process: Process): string {
  return process === process.device.processes[0] ? 'app' : process.name.slice(process.device.name.length + 1);
}

function taskOf(request: { readonly id: string } & (AppRefresh | Processing), wall: number): TaskRequest {
  const { id: identifier, earliestBegin } = request;
  const begin = earliestBegin === undefined ? {} : { earliestBeginDate: wall + earliestBegin };
  if (request.kind === 'app-refresh') return { identifier, kind: 'BGAppRefreshTaskRequest', ...begin };
  const { network = false, power = false } = request;
  return { identifier, kind: 'BGProcessingTaskRequest', ...begin, requiresNetworkConnectivity: network, requiresExternalPower: power };
}

/** `notPermitted`: the name as Swift has it. `false`: submit answered false and gave no error. */
function codeOf({ name }: Decided<'submit.refused'>): string {
  if (name === undefined) return 'false';
  const short = name.replace('BGTaskSchedulerErrorCode', '');
  return short.charAt(0).toLowerCase() + short.slice(1);
}

function crashOf(exception: string, why: string, identifier: string): Error {
  const error = new Error(`${why} of ${identifier}`);
  error.name = exception;
  return error;
}
