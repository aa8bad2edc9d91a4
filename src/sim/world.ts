// The virtual world: one kernel, one server or two, the devices of a plan, and the client under test in each of their processes.
// It records; it does not judge.
import type { Client, ClientFactory, HostConfig } from '../core/contract.ts';
import { defined } from '../core/defined.ts';
import { OwnBugError } from '../core/errors.ts';
import type { ClientFault } from '../core/faults-of-client.ts';
import type { Fact, RunEnding, ServerFact } from '../core/events.ts';
import type { History } from '../core/history.ts';
import { errorName, errorText, whereOf } from '../core/stack.ts';
import { createStreams, type Streams } from '../core/streams.ts';
import type { Chooser, Deviation } from './chooser.ts';
import { Device, Process } from './device.ts';
import type { Owner } from './item.ts';
import { Jobs } from './jobs.ts';
import { Kernel } from './kernel.ts';
import type { KernelEnding, Limits } from './limits.ts';
import { Lifecycle } from './lifecycle.ts';
import { Network } from './network.ts';
import { Operations } from './operations.ts';
import { phoneOf, renewed } from './phones.ts';
import type { Plan } from './plan.ts';
import { type Provider, Providers } from './providers.ts';
import { Recorder } from './recorder.ts';
import type { ExpectationMiss } from './expectations.ts';
import { Script } from './script.ts';
import type { SettleMode } from './settle.ts';
import { Signals } from './signals.ts';
import type { Stage } from './stage.ts';
import type { Snapshot, StoreWorld } from './store-changes.ts';

export interface WorldOptions {
  seed: number;
  factory: ClientFactory;
  /** `turn` (default) is safe for any client; `drain` is the fast path for our own engine. */
  settle?: SettleMode;
  chooser?: Chooser;
  /** Ms by which a message may be late; 0 (default) keeps time order. Only a chooser makes use of it. */
  slack?: number;
  limits?: Partial<Limits>;
  /** Remember where each timer was set, to name a leaked one; default false. */
  traceTimers?: boolean;
  /** Given the world's ear before the run begins: whoever watches the thread reports through it what clients do outside their host. */
  attach?: (ear: WorldEar) => void;
}

/** Attributes to whichever process runs now; silent when none does. */
export interface WorldEar {
  /** A string left the process other than through the network. */
  text(channel: string, text: string): void;
  fault(kind: ClientFault['kind'], error: Error): void;
}

export interface WorldRecord {
  history: History;
  ending: RunEnding;
  /** Virtual time of the first step. */
  originMs: number;
  expectations: readonly ExpectationMiss[];
  clientFaults: readonly ClientFault[];
  /** Why the scenario does not apply to this client. */
  notApplicable?: string;
  /** Choices that were not first-in-first-out. */
  deviations: readonly Deviation[];
}

const ENDINGS: Record<KernelEnding, RunEnding> = {
  done: 'finished',
  idle: 'deadlock',
  livelock: 'livelock',
  'step-limit': 'step-limit',
  'time-limit': 'time-limit',
  'wall-limit': 'wall-limit',
  'external-limit': 'stuck',
};

/** Facts that a device has a newer access token. */
const GIVES_ACCESS: ReadonlySet<Fact['type']> = new Set(['session.granted', 'token.committed', 'access.offered']);

/** Kinds of client fault whose message is ours, not an error the client threw. */
const OUR_WORDS: ReadonlySet<ClientFault['kind']> = new Set(['ambient-api', 'leaked-timer', 'stuck']);

/** Runs a plan to its end. Rejects only when the client is no client (TW_CLIENT_*), a schedule does not fit, or by a bug of ours. */
export async function runPlan(plan: Plan, options: WorldOptions): Promise<WorldRecord> {
  const world = new World(plan, options);
  return world.run();
}

export class World implements Stage {
  readonly plan: Plan;
  readonly kernel: Kernel;
  readonly recorder: Recorder;
  readonly providers: Providers;
  readonly network: Network;
  readonly devices: readonly Device[];
  readonly streams: Streams;
  readonly signals: Signals = new Signals(this);
  readonly jobs: Jobs = new Jobs(this);
  readonly operations: Operations;
  readonly lifecycle: Lifecycle;
  readonly clientFaults: ClientFault[] = [];
  /** Ends the run with this error: the module is no client. */
  fatal: Error | undefined;
  notApplicable: string | undefined;
  clientless = false;
  readonly traceTimers: boolean;
  readonly #snapshots = new Map<string, Snapshot>();
  readonly #byName = new Map<string, Process>();

  constructor(plan: Plan, options: WorldOptions) {
    this.plan = plan;
    this.traceTimers = options.traceTimers ?? false;
    this.streams = createStreams(options.seed);
    this.kernel = new Kernel({
      settle: options.settle ?? 'turn',
      ...(options.chooser === undefined ? {} : { chooser: options.chooser }),
      limits: { virtual: plan.maxVirtual, ...options.limits },
      onUncaught: (kind, error) => this.clientFault(this.kernel.owner, kind, error),
      onSettled: (owner) => owner instanceof Process && this.signals.pollState(owner),
    });
    this.recorder = new Recorder(this.kernel);
    this.devices = plan.devices.map((device) => new Device(device));
    for (const device of this.devices) for (const process of device.processes) this.#byName.set(process.name, process);
    const { kernel, recorder, streams } = this;
    this.providers = new Providers(
      { kernel, recorder, streams, heard: (fact, provider) => this.#heard(fact, provider) },
      plan.policy,
      plan.otherPolicy,
    );
    this.operations = new Operations(this);
    this.network = new Network({
      kernel,
      recorder,
      streams,
      providers: this.providers,
      latency: plan.latency,
      slack: options.slack ?? 0,
      latencyOf: (n) => this.operations.latencyOf(n),
    });
    this.lifecycle = new Lifecycle(this, this.operations, options.factory);
    for (const device of this.devices) device.phone = phoneOf(this, this.lifecycle, device);
    options.attach?.(this.#ear());
  }

  async run(): Promise<WorldRecord> {
    const script = new Script(this, this.operations, this.lifecycle);
    const playing = script.play().catch((error: unknown) => {
      this.fatal = error as Error;
    });
    const ending = await this.kernel.run(
      () => script.done || this.fatal !== undefined || this.notApplicable !== undefined || this.clientless,
    );
    if (script.done) await playing;
    if (this.fatal !== undefined) throw this.fatal;
    if (ending !== 'done') this.#explain(ending);
    for (const { phone } of this.devices) phone?.tellWhy();
    const end: RunEnding = this.clientless ? 'stuck' : ENDINGS[ending];
    this.#recordEnd(end);
    this.#checkLaws();
    this.kernel.clock.release();
    return {
      history: this.recorder.history,
      ending: end,
      originMs: script.originMs,
      expectations: this.clientless ? [] : script.misses,
      clientFaults: this.clientFaults,
      deviations: this.kernel.deviations,
      ...(this.notApplicable === undefined ? {} : { notApplicable: this.notApplicable }),
    };
  }

  process(name: string): Process {
    const process = this.#byName.get(name) ?? this.devices.find((device) => device.name === name)?.processes[0];
    if (process === undefined) throw new OwnBugError(`no process "${name}" in scenario ${this.plan.name}`);
    return process;
  }

  device(name: string): Device {
    const found = this.devices.find((device) => device.name === name || device.processes.some((process) => process.name === name));
    if (found === undefined) throw new OwnBugError(`no device "${name}" in scenario ${this.plan.name}`);
    return found;
  }

  stores(): StoreWorld {
    return { recorder: this.recorder, snapshots: this.#snapshots, now: this.kernel.now };
  }

  configOf(device: Device): HostConfig {
    const { server, endpoints } = this.providers.of(device);
    const { silentRefresh } = server.policy.resource;
    return {
      ...endpoints,
      scope: device.plan.scope,
      ...(this.plan.lock === undefined ? {} : { lock: this.plan.lock }),
      ...defined({ options: device.options(this.plan.client) }),
      ...(silentRefresh === 'off' ? {} : { silentRefreshHeader: silentRefresh.header }),
    };
  }

  /** A fact of one process, with its wall clock where that differs. */
  note(process: Process, fact: Fact, follow = false): number {
    const wall = process.device.wallIfSkewed(this.kernel.now);
    return follow ? this.recorder.follow(process.name, fact, wall) : this.recorder.note(process.name, fact, wall);
  }

  /** A fault of the client as code. The history holds the error's name only; message and place are the machine's. */
  clientFault(owner: Owner | undefined, kind: ClientFault['kind'], error: unknown, where = whereOf(error)): void {
    const seq = this.recorder.note(owner?.name ?? 'world', { type: 'client.error', kind, message: errorName(error) });
    this.clientFaults.push({
      kind,
      message: this.recorder.labels.redact(OUR_WORDS.has(kind) && error instanceof Error ? error.message : errorText(error)),
      seq,
      ...(where === undefined ? {} : { where }),
    });
  }

  /** Runs client code as an item of its own, owned by the process: parked while it is suspended, dropped when it is dead. */
  act(process: Process, label: string, fn: (client: Client) => void): void {
    this.kernel.after(
      0,
      `${process.name}:${label}`,
      () => {
        if (process.client !== undefined) fn(process.client);
      },
      { owner: process },
    );
  }

  #ear(): WorldEar {
    const { kernel } = this;
    return {
      text: (channel, text) => void (kernel.owner !== undefined && this.recorder.text(kernel.owner.name, channel, text)),
      fault: (kind, error) => void (kernel.owner !== undefined && this.clientFault(kernel.owner, kind, error)),
    };
  }

  /** What one server gives to a device that is pointed at the other is no news of the device's session. */
  #heard(fact: ServerFact, provider: Provider): void {
    if (!GIVES_ACCESS.has(fact.type) || !('device' in fact)) return;
    const device = this.device(fact.device);
    if (this.providers.of(device) !== provider) return;
    if (fact.type === 'session.granted') device.session = fact.family;
    if ('expiresAt' in fact) renewed(this, device, fact.expiresAt);
  }

  #explain(ending: KernelEnding): void {
    const { kernel } = this;
    if (ending === 'livelock')
      this.clientFault(kernel.owner, 'stuck', new Error(`runs for ever at one instant of virtual time (${kernel.detail})`));
    if (ending === 'external-limit')
      this.clientFault(kernel.owner, 'stuck', new Error(`waits for real work that does not end: ${kernel.detail}`));
  }

  #recordEnd(ending: RunEnding): void {
    const stores = Object.fromEntries(
      this.devices.map((device) => [
        device.name,
        Object.fromEntries(device.everything().map(([key, value]) => [key, this.recorder.labels.inside(value)])),
      ]),
    );
    const running = [...this.#byName.values()].filter((process) => process.client?.state !== undefined);
    const states = Object.fromEntries(running.map((process) => [process.name, process.shown]));
    const open = this.operations.open();
    const ended = ending === 'finished' && open.length > 0 && this.operations.nothingPending() ? 'deadlock' : ending;
    this.kernel.cause = undefined;
    this.recorder.note('world', {
      type: 'run.end',
      ending: ended,
      stores,
      states,
      open,
      ...(this.kernel.detail === '' ? {} : { detail: this.kernel.detail }),
    });
  }

  #checkLaws(): void {
    const broken = this.providers.all.flatMap(({ server }) => server.selfCheck());
    if (broken.length > 0) throw new OwnBugError(`the mock server broke its own law in ${this.plan.name}: ${broken[0]}`);
  }
}
