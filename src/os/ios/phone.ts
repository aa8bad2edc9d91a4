// The model of one iPhone or iPad with one app and its extensions: events in, decisions with reasons out. It runs no app code and knows no
// time but what it is told; the world runs the launch handlers and reports what the app called.
import { OwnBugError } from '../../core/errors.ts';
import type { Gate, OsModel, OsMoment } from '../model.ts';
import { AppRecord } from './app-record.ts';
import { call } from './calls.ts';
import { Conditions } from './conditions.ts';
import { settle, type Draws, type IosConfig } from './config.ts';
import { happen } from './events.ts';
import { Keychain } from './keychain.ts';
import type { PhoneParts } from './parts.ts';
import { AppProcess } from './process.ts';
import { containerReadable } from './protection.ts';
import { PushService } from './push.ts';
import { RunningTasks } from './running.ts';
import { earliest, Scene } from './scene.ts';
import { Scheduler } from './scheduler.ts';
import type { AppCall, CrashReason, EndReason, InputType, IosDecision, IosInput, Protection, TaskRequest } from './words.ts';

/** The job that `why` answers for silent pushes. */
export const SILENT_PUSH = 'silent push';

export interface IosModel extends OsModel<IosInput, IosDecision> {
  /** What getPendingTaskRequests gives; a running task's request is not among them. */
  pending(): TaskRequest[];
  processState(): 'not running' | 'launching' | 'foreground' | 'background' | 'suspended';
  /** Which items of the keychain can be read at that moment. */
  protection(at: OsMoment): Protection;
  /** False before the first unlock after boot: UserDefaults and files look empty. */
  containerReadable(at: OsMoment): boolean;
  /** The keychain as it answers at that moment. */
  keychain(at: OsMoment): Keychain;
  /** The phone is replaced by another one that is set up from its backup. */
  moveToNewDevice(): void;
}

const CALLS: ReadonlySet<InputType> = new Set<AppCall['type']>([
  'register',
  'launch-finished',
  'submit',
  'cancel',
  'cancel-all',
  'expiration-handler',
  'set-task-completed',
  'release-task',
  'begin-background-task',
  'end-background-task',
  'push-completed',
]);
/** Rounds of one moment before we call it a fault of ours. */
const ROUNDS = 1000;

export function createIosModel(config: IosConfig, draws: Draws, start: OsMoment): IosModel {
  return new Phone(config, draws, start);
}

class Phone implements IosModel {
  readonly #parts: PhoneParts;

  constructor(config: IosConfig, draws: Draws, start: OsMoment) {
    const scene = new Scene(settle(config), draws);
    scene.at = start;
    this.#parts = assemble(scene);
  }

  handle(input: IosInput, at: OsMoment): IosDecision[] {
    const { scene } = this.#parts;
    const late = (this.next() ?? at.elapsed) < at.elapsed;
    scene.at = at;
    if (late) this.#due();
    this.#parts.scheduler.refreshPrediction();
    if (isCall(input)) call(this.#parts, input);
    else happen(this.#parts, input);
    return this.#finish();
  }

  next(): number | undefined {
    const { process, running, scheduler, pushes, conditions } = this.#parts;
    return earliest([process.next(), running.next(), scheduler.next(), pushes.next(), conditions.next()]);
  }

  tick(at: OsMoment): IosDecision[] {
    this.#parts.scene.at = at;
    this.#due();
    return this.#finish();
  }

  why(job: string, at: OsMoment): Gate {
    return this.#asOf(at, () => {
      const { running, scheduler, pushes } = this.#parts;
      if (job === SILENT_PUSH) return pushes.why() ?? { gate: 'unknown', detail: 'no push waits', by: 'the server', documented: true };
      if (running.has(job)) return { gate: 'running', detail: 'the task runs', by: 'setTaskCompleted', documented: true };
      return scheduler.why(job) ?? { gate: 'unknown', detail: 'never submitted', by: 'the app submits a request', documented: true };
    });
  }

  pending(): TaskRequest[] {
    return this.#parts.scheduler.list.all().map(({ request }) => request);
  }

  processState(): ReturnType<IosModel['processState']> {
    const { alive, suspended, launchFinished, foreground } = this.#parts.process;
    if (!alive) return 'not running';
    if (suspended) return 'suspended';
    if (!launchFinished) return 'launching';
    return foreground ? 'foreground' : 'background';
  }

  protection(at: OsMoment): Protection {
    return this.#asOf(at, () => this.#parts.conditions.protection());
  }

  containerReadable(at: OsMoment): boolean {
    return containerReadable(this.protection(at));
  }

  keychain(at: OsMoment): Keychain {
    this.#parts.scene.at = at;
    return this.#parts.keychain;
  }

  moveToNewDevice(): void {
    this.#parts.keychain.moveToNewDevice();
  }

  /** A question about another moment changes nothing. */
  #asOf<T>(at: OsMoment, answer: () => T): T {
    const { scene } = this.#parts;
    const before = scene.at;
    scene.at = at;
    const given = answer();
    scene.at = before;
    return given;
  }

  #due(): void {
    const { scene, process, running, scheduler, pushes, conditions, endProcess } = this.#parts;
    for (let round = 0; round < ROUNDS; round++) {
      const end = running.tick() ?? process.tick();
      if (end !== undefined) endProcess(end);
      conditions.tell();
      pushes.tick();
      scheduler.tick();
      scheduler.judge(false);
      if ((this.next() ?? scene.now + 1) > scene.now) return;
    }
    throw new OwnBugError('the iOS model does not come to rest', { fields: { elapsed: scene.now } });
  }

  #finish(): IosDecision[] {
    const { scene, scheduler, pushes, conditions } = this.#parts;
    conditions.tell();
    pushes.settle();
    scheduler.judge(true);
    return scene.take();
  }
}

function assemble(scene: Scene): PhoneParts {
  const conditions = new Conditions(scene);
  const record = new AppRecord(scene);
  const isDebugged = (): boolean => conditions.debugged;
  const process = new AppProcess(scene, isDebugged);
  const pushes = new PushService(scene, conditions, record, process);
  const ended = (why: EndReason | CrashReason): void => {
    running.lost(why);
    pushes.ended();
  };
  const crash = (why: CrashReason, identifier: string): void => {
    if (process.foreground) record.left();
    process.crash(why, identifier);
    ended(why);
  };
  const endProcess = (why: EndReason): void => {
    if (!process.alive) return;
    if (process.foreground) record.left();
    process.end(why);
    ended(why);
  };
  const running: RunningTasks = new RunningTasks(scene, process, { isDebugged, crash });
  const scheduler = new Scheduler({ scene, conditions, record, process, running });
  scheduler.refreshPrediction();
  const phone = { protection: () => conditions.protection(), passcodeSet: () => conditions.passcodeSet };
  const keychain = new Keychain(phone, scene.settings.rules, accessGroups(scene.settings.config));
  return { scene, conditions, record, process, running, scheduler, pushes, keychain, endProcess, crash };
}

/** Process -> access groups: each has its own one unless told otherwise, so an extension sees nothing of the app's. */
function accessGroups({ info, accessGroups: app, extensions = {} }: IosConfig): Map<string, readonly string[]> {
  const groups = new Map<string, readonly string[]>([['app', app ?? [info.CFBundleIdentifier]]]);
  for (const [name, { accessGroups: own }] of Object.entries(extensions)) groups.set(name, own ?? [`${info.CFBundleIdentifier}.${name}`]);
  return groups;
}

function isCall(input: IosInput): input is AppCall {
  return CALLS.has(input.type);
}
