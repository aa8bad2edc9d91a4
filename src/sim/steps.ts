// What each verb of a plan does in the virtual world: one function per verb, in one table.
import { formatDuration } from '../core/duration.ts';
import type { HistoryEvent } from '../core/events.ts';
import { ruleOf } from '../core/fault.ts';
import { postponeTimers, releaseTimers } from './clock.ts';
import { setOnline } from './connectivity.ts';
import type { Device, Process } from './device.ts';
import { checkExpectations, type ExpectationMiss, type ExpectedOf } from './expectations.ts';
import type {
  AdvanceStep,
  AppStep,
  FaultStep,
  JobStep,
  NetworkStep,
  RequestStep,
  RevokeStep,
  SleepStep,
  Step,
  StreamStep,
  Verb,
} from './plan.ts';
import type { FlightNames } from './flight-names.ts';
import { OPERATION_LIMIT, type Operation, type Operations } from './operations.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Stage } from './stage.ts';
import { changeStore } from './store-changes.ts';

/** Who plays the steps: it waits, launches and asks on their behalf. */
export interface Player extends ExpectedOf {
  readonly stage: Stage;
  readonly operations: Operations;
  readonly lifecycle: Lifecycle;
  readonly misses: ExpectationMiss[];
  step(step: Step): Promise<void>;
  pause(ms: number): Promise<void>;
  quiet(ms: number): Promise<void>;
  settled(operation: Operation, ms: number): Promise<void>;
  launch(process: Process, behind?: boolean): Promise<void>;
  started(process: Process): Promise<void>;
  stop(process: Process): Promise<void>;
  mount(process: Process): Promise<void>;
  unmount(process: Process): Promise<void>;
  request(step: RequestStep, process: Process): Promise<void>;
  stream(step: StreamStep, process: Process): Promise<void> | void;
}

/** Ms: how seldom timers of a hidden tab run (Chrome, intensive throttling). */
const HIDDEN = 60_000;

type Taker<V extends Verb> = (script: Player, step: Extract<Step, { verb: V }>) => Promise<void> | void;
type Takers = { [V in Verb]: Taker<V> };

const TAKERS: Takers = {
  request: async (script, step) => void (await Promise.all(processes(script, step).map((process) => script.request(step, process)))),
  stream: async (script, step) => void (await Promise.all(processes(script, step).map((process) => script.stream(step, process)))),
  parallel: async (script, step) => void (await Promise.all(step.steps.map((child) => script.step(child)))),
  repeat: async (script, step) => {
    for (let round = 0; round < step.times; round++) for (const child of step.steps) await script.step(child);
  },
  advance,
  network,
  fault,
  heal: (script) => script.stage.network.rules.clear(),
  revoke,
  app: async (script, step) => {
    if (step.action === 'switch-server') for (const device of devices(script, step)) await switchServer(script, device);
    else for (const process of processes(script, step)) await app(script, step.action, process);
  },
  sleep,
  clock: (script, step) => {
    for (const device of devices(script, step)) {
      device.skew += step.jump;
      script.stage.recorder.follow(device.name, { type: 'clock.jump', by: step.jump }, device.wallIfSkewed(script.stage.kernel.now));
      device.phone?.clockSet();
    }
  },
  store: (script, step) => {
    for (const device of devices(script, step)) changeStore(step.change, device, script.stage.stores());
  },
  signIn: async (script, step) => {
    for (const process of processes(script, step)) {
      const operation = script.operations.signIn(process, step.user);
      if (step.wait) await script.settled(operation, OPERATION_LIMIT);
    }
  },
  signOut: async (script, step) => {
    for (const process of processes(script, step)) {
      const operation = script.operations.signOut(process);
      if (step.wait) await script.settled(operation, OPERATION_LIMIT);
    }
  },
  prompt: (script, step) => {
    for (const { prompts } of devices(script, step)) {
      prompts.biometric = step.biometric ?? prompts.biometric;
      prompts.password = step.password ?? prompts.password;
      prompts.takes = step.takes ?? prompts.takes;
    }
  },
  interact: (script, step) => {
    for (const process of processes(script, step)) script.stage.signals.interact(process);
    return script.pause(0);
  },
  push: (script, step) => {
    for (const process of processes(script, step)) {
      if (process.device.phone === undefined) script.stage.signals.push(process, step.refresh);
      else process.device.phone.push(step.refresh);
    }
    return script.pause(0);
  },
  job: async (script, step) => void (await Promise.all(processes(script, step).map((process) => job(script, step, process)))),
  phone: async (script, step) => {
    for (const device of devices(script, step)) {
      device.phone?.change(step.change);
      for (const process of device.processes.slice(0, 1)) await script.started(process);
    }
  },
  server: (script, step) => script.stage.providers.main.server.setPolicy(step.change),
  expect: (script, step) => void script.misses.push(...checkExpectations(script, { source: step.source, ...step.expect })),
};

export async function takeStep(script: Player, step: Step): Promise<void> {
  const take = TAKERS[step.verb] as (script: Player, step: Step) => Promise<void> | void;
  await take(script, step);
}

function processes(script: Player, step: { on: readonly string[] }): Process[] {
  return step.on.map((name) => script.stage.process(name));
}

function devices(script: Player, step: { on: readonly string[] }): Device[] {
  return [...new Set(step.on.map((name) => script.stage.device(name)))];
}

async function advance(script: Player, step: AdvanceStep): Promise<void> {
  const { kernel } = script.stage;
  if (step.to === 'by') return script.pause(step.by);
  if (step.to === 'idle') return script.quiet(step.by);
  if (step.until !== undefined) return until(script, step, step.until);
  const [device] = devices(script, step);
  const expiry = device?.newestExpiry ?? kernel.now;
  const target = step.to === 'past-expiry' ? expiry + step.by : expiry - step.by;
  if (target > kernel.now) await script.pause(target - kernel.now);
}

/** Goes on right after the event: what was ready to run has run, what takes time has not. */
function until(script: Player, step: AdvanceStep, { event: type, actor }: NonNullable<AdvanceStep['until']>): Promise<void> {
  const { kernel, recorder, network: net } = script.stage;
  return new Promise((resolve) => {
    const stop = recorder.watch((event) => {
      if (event.type !== type || (actor !== undefined && !concerns(event, actor, net.names))) return;
      stop();
      kernel.cancel(limit);
      kernel.next(resolve);
    });
    const limit = kernel.after(step.by, 'script.until', () => {
      stop();
      const whose = actor === undefined ? '' : ` of ${actor}`;
      script.misses.push({ message: `there was no ${type}${whose} within ${formatDuration(step.by)}`, source: step.source });
      resolve();
    });
  });
}

/** An event of this process or device, or of a server on their behalf. */
function concerns(event: HistoryEvent, actor: string, names: FlightNames): boolean {
  const name = 'x' in event ? event.x : 'n' in event ? event.n : undefined;
  const sender = name === undefined ? undefined : names.senderOf(name)?.name;
  const device = 'device' in event ? event.device : undefined;
  return [event.actor, sender, device].some((one) => one === actor || one?.startsWith(`${actor}/`) === true);
}

async function sleep(script: Player, step: SleepStep): Promise<void> {
  const { lifecycle, stage } = script;
  const asleep = devices(script, step).flatMap((device) => device.processes.filter((process) => process.state === 'running'));
  for (const process of asleep) {
    lifecycle.suspend(process);
    if (step.monotonic === 'stops') postponeTimers(process, step.for, stage.kernel);
  }
  await script.pause(step.for);
  const stopped = step.monotonic === 'stops' ? step.for : undefined;
  for (const device of devices(script, step)) device.slept += stopped ?? 0;
  for (const process of asleep) lifecycle.resume(process, stopped);
}

function network(script: Player, step: NetworkStep): void {
  if ('latency' in step.change) {
    script.stage.network.latency = step.change.latency;
    return;
  }
  const online = step.change.state === 'online';
  for (const device of devices(script, step)) {
    if (device.phone === undefined) setOnline(device, online, script.stage);
    else device.phone.connect(online);
  }
}

function fault(script: Player, step: FaultStep): void {
  const { for: lasting, ...spec } = step.fault;
  const { network: net, kernel, streams } = script.stage;
  net.rules.install(ruleOf(lasting === undefined ? spec : { ...spec, until: kernel.now + lasting }, streams.stream('faults')));
}

/** Ms for which a job is waited for that nobody stops: what a system would give it at most. */
const JOB_LIMIT = 600_000;

/** A process that is gone is launched for it, one that is suspended runs for as long as it takes. */
async function job(script: Player, { id, expireAfter, wait }: JobStep, process: Process): Promise<void> {
  const { jobs, kernel } = script.stage;
  if (process.state === 'dead') await script.launch(process, true);
  const asleep = process.state === 'suspended';
  script.lifecycle.resume(process);
  const run = jobs.start(process, id, { by: 'step' });
  if (expireAfter !== undefined) kernel.after(expireAfter, 'script.expire', () => jobs.stop(run, 'expired'));
  const done = script.settled(run, (expireAfter ?? 0) + JOB_LIMIT).then(() => {
    if (asleep && !jobs.running(process)) script.lifecycle.suspend(process);
  });
  await (wait ? done : script.pause(0));
}

function revoke(script: Player, step: RevokeStep): void {
  for (const device of devices(script, step)) {
    const { server } = script.stage.providers.of(device);
    if (step.what === 'all-sessions') server.revoke('user', { user: device.user }, step.reason);
    else server.revoke(step.what, { device: device.name }, step.reason);
  }
}

/** Clients that run are told to stop and not waited for, and new ones take their place; where none runs, the next launch is for the other server. */
async function switchServer(script: Player, device: Device): Promise<void> {
  const running = device.processes.filter((process) => process.state === 'running' && process.mounted);
  for (const process of running) await script.unmount(process);
  script.lifecycle.pointElsewhere(device);
  for (const process of running) await script.mount(process);
}

async function app(script: Player, action: Exclude<AppStep['action'], 'switch-server'>, process: Process): Promise<void> {
  const { lifecycle, stage } = script;
  switch (action) {
    case 'kill':
      return lifecycle.kill(process);
    case 'relaunch':
      lifecycle.kill(process);
      return script.launch(process);
    case 'launch':
      return process.state === 'dead' ? script.launch(process) : undefined;
    case 'prewarm':
      return process.state === 'dead' ? script.launch(process, true) : undefined;
    case 'hide':
      process.throttle = HIDDEN;
      stage.signals.tell(process, 'background');
      return script.pause(0);
    case 'show':
      releaseTimers(process, stage.kernel);
      stage.signals.tell(process, 'foreground');
      return script.pause(0);
    case 'stop':
      return script.stop(process);
    case 'mount':
      return script.mount(process);
    case 'unmount':
      return script.unmount(process);
    case 'reinstall':
    case 'update':
      return lifecycle.install(process.device, action);
    case 'suspend':
      return lifecycle.suspend(process);
    case 'resume':
      return lifecycle.resume(process);
    default:
      stage.signals.tell(process, action);
      return script.pause(0);
  }
}
