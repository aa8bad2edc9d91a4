// What each verb of a plan does in the virtual world: one function per verb, in one table.
import { ruleOf } from '../core/fault.ts';
import type { Device, Process } from './device.ts';
import { checkExpectations, type ExpectationMiss, type ExpectedOf } from './expectations.ts';
import type { AdvanceStep, AppStep, FaultStep, NetworkStep, RequestStep, RevokeStep, Step, StoreStep, Verb } from './plan.ts';
import { OPERATION_LIMIT, type Operation, type Operations } from './operations.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Stage } from './stage.ts';

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
  launch(process: Process): Promise<void>;
  stop(process: Process): Promise<void>;
  request(step: RequestStep, process: Process): Promise<void>;
}

type Taker<V extends Verb> = (script: Player, step: Extract<Step, { verb: V }>) => Promise<void> | void;
type Takers = { [V in Verb]: Taker<V> };

const TAKERS: Takers = {
  request: async (script, step) => void (await Promise.all(processes(script, step).map((process) => script.request(step, process)))),
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
    for (const process of processes(script, step)) await app(script, step.action, process);
  },
  clock: (script, step) => {
    for (const device of devices(script, step)) {
      device.skew += step.jump;
      script.stage.recorder.follow(device.name, { type: 'clock.jump', by: step.jump }, device.wallIfSkewed(script.stage.kernel.now));
    }
  },
  store: (script, step) => {
    for (const device of devices(script, step)) changeStore(script, step, device);
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
    for (const process of processes(script, step)) script.operations.interact(process);
  },
  push: (script, step) => {
    for (const process of processes(script, step)) script.operations.push(process, step.refresh);
  },
  server: (script, step) => script.stage.server.setPolicy(step.change),
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
  const [device] = devices(script, step);
  const expiry = device?.newestExpiry ?? kernel.now;
  const target = step.to === 'past-expiry' ? expiry + step.by : expiry - step.by;
  if (target > kernel.now) await script.pause(target - kernel.now);
}

function network(script: Player, step: NetworkStep): void {
  if ('latency' in step.change) {
    script.stage.network.latency = step.change.latency;
    return;
  }
  const { state } = step.change;
  for (const device of devices(script, step)) {
    const online = state === 'online';
    if (device.online === online) continue;
    device.online = online;
    script.stage.recorder.follow(device.name, { type: state });
    if (!online) script.stage.network.goOffline(device);
    for (const process of device.processes) notify(script, process, online);
  }
}

function notify(script: Player, process: Process, online: boolean): void {
  for (const listener of process.listeners) {
    script.stage.act(process, 'connectivity', () => {
      if (process.listeners.has(listener)) listener(online);
    });
  }
}

function fault(script: Player, step: FaultStep): void {
  const { for: lasting, ...spec } = step.fault;
  const { network: net, kernel, streams } = script.stage;
  net.rules.install(ruleOf(lasting === undefined ? spec : { ...spec, until: kernel.now + lasting }, streams.stream('faults')));
}

function revoke(script: Player, step: RevokeStep): void {
  for (const device of devices(script, step)) {
    if (step.what === 'all-sessions') script.stage.server.revoke('user', { user: device.user }, step.reason);
    else script.stage.server.revoke(step.what, { device: device.name }, step.reason);
  }
}

async function app(script: Player, action: AppStep['action'], process: Process): Promise<void> {
  const { lifecycle, operations } = script;
  switch (action) {
    case 'kill':
      return lifecycle.kill(process);
    case 'relaunch':
      lifecycle.kill(process);
      return script.launch(process);
    case 'launch':
      return process.state === 'dead' ? script.launch(process) : undefined;
    case 'stop':
      return script.stop(process);
    case 'suspend':
      return lifecycle.suspend(process);
    case 'resume':
      return lifecycle.resume(process);
    default:
      return operations.tell(process, action);
  }
}

function changeStore(script: Player, step: StoreStep, device: Device): void {
  const { change } = step;
  if (change === 'lock' || change === 'unlock') {
    device.storeLocked = change === 'lock';
    script.stage.recorder.follow(device.name, { type: change === 'lock' ? 'store.locked' : 'store.unlocked' });
  } else if ('delay' in change) device.storeDelay = change.delay;
  else device.failingWrites = { left: change.failWrites, code: change.code };
}
