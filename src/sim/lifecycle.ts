// Launch, kill, suspend, resume and stop of a process. A kill calls nothing on the client; what is in the store survives.
import { FEATURES, type Client, type ClientFactory, type Feature } from '../core/contract.ts';
import { defined } from '../core/defined.ts';
import { formatDuration } from '../core/duration.ts';
import { InvalidInputError } from '../core/errors.ts';
import type { Device, Process } from './device.ts';
import { TIMER } from './clock.ts';
import { createHost } from './host.ts';
import { freeLocks } from './lock.ts';
import type { Operation, Operations } from './operations.ts';
import type { ClientOptions } from './phone-plan.ts';
import type { Stage } from './stage.ts';
import { reinstall, tearWrites } from './store-changes.ts';

const REQUIRED = ['start', 'signIn', 'request'] as const;
const OPTIONAL = ['signOut', 'state', 'foreground', 'background', 'interaction', 'push', 'openStream', 'runBackgroundJob', 'stop'] as const;
/** Features that are claimed by having their method when a client declares none. */
const BY_METHOD: Partial<Record<Feature, keyof Client>> = {
  background: 'runBackgroundJob',
  push: 'push',
  'idle-lock': 'interaction',
  streams: 'openStream',
};

/** What a client claims: its `features`, else those whose methods exist. */
export function claimedFeatures(client: Client): Feature[] {
  if (client.features !== undefined) return FEATURES.filter((feature) => client.features?.includes(feature));
  return FEATURES.filter((feature) => {
    const method = BY_METHOD[feature];
    return method !== undefined && typeof client[method] === 'function';
  });
}

export class Lifecycle {
  readonly #stage: Stage;
  readonly #operations: Operations;
  readonly #factory: ClientFactory;
  readonly #counter = { store: 0 };

  constructor(stage: Stage, operations: Operations, factory: ClientFactory) {
    this.#stage = stage;
    this.#operations = operations;
    this.#factory = factory;
  }

  /** Starts a process. `started` is given the operation to wait for, or nothing when the client could not be made. `behind`: the user sees nothing of it. */
  launch(process: Process, started: (operation: Operation | undefined) => void, behind = false): void {
    process.state = 'running';
    process.mounted = true;
    process.shown = 'loading';
    process.reason = undefined;
    process.told = undefined;
    this.#stage.note(process, { type: 'process.launch', epoch: process.epoch }, true);
    this.#make(process, started, behind);
  }

  /** A further client in a process that runs, as a component that is mounted again. */
  mount(process: Process, started: (operation: Operation | undefined) => void): void {
    if (process.client !== undefined) process.elder.unshift(process.client);
    process.mounted = true;
    process.shown = 'loading';
    this.#stage.note(process, { type: 'client.mounted' }, true);
    this.#make(process, started);
  }

  unmount(process: Process): void {
    process.client = process.elder.shift();
    process.mounted = process.client !== undefined;
    this.#stage.note(process, { type: 'client.unmounted' }, true);
  }

  #make(process: Process, started: (operation: Operation | undefined) => void, behind = false): void {
    const { kernel } = this.#stage;
    const failed = (error: unknown): void => {
      this.#stage.clientFault(process, 'threw', error);
      this.#stage.clientless = true;
      started(undefined);
    };
    kernel.after(
      0,
      `${process.name}:launch`,
      () => {
        try {
          const others = new Set(kernel.pendingOf(process));
          const made = this.#factory(createHost(process, this.#parts(process.device)));
          if (!(made instanceof Promise)) return started(this.#attach(process, made, behind));
          // Time goes on only for what the factory itself waits for, not for clients made before it.
          kernel.external(made, `the factory of the client in ${process.name}`, {
            done: (client) => started(this.#attach(process, client, behind)),
            failed,
            blocks: () => kernel.pendingOf(process).every((item) => others.has(item)),
          });
        } catch (error) {
          if (error instanceof InvalidInputError) this.#stage.fatal = error;
          else failed(error);
        }
      },
      { owner: process },
    );
  }

  /** `by`: what is told of the jobs that run in it. */
  kill(process: Process, how: 'process.kill' | 'process.stop' = 'process.kill', by = 'kill'): void {
    if (process.state === 'dead') return;
    this.#stage.note(process, { type: how, epoch: process.epoch }, true);
    process.epoch += 1;
    process.state = 'dead';
    process.client = undefined;
    process.elder = [];
    process.mounted = false;
    process.listeners.clear();
    process.throttle = 0;
    process.heldTimers.clear();
    process.jobs.clear();
    this.#stage.kernel.dropDead(process);
    this.#operations.forget(process);
    this.#stage.jobs.forget(process, by);
    this.#stage.network.channels.drop(process, how === 'process.kill' ? 'kill' : 'stop');
    freeLocks(process, this.#stage);
    tearWrites(process, this.#stage.stores());
  }

  /** Another version of the app, or the same one anew: everything that ran is over, and nothing is launched yet. `lent`: how it differs. */
  install(device: Device, how: 'reinstall' | 'update', lent?: ClientOptions): void {
    for (const process of device.processes) this.kill(process);
    const { recorder, kernel } = this.#stage;
    device.lent = { ...device.lent, ...lent };
    if (how === 'reinstall') reinstall(device, this.#stage.stores());
    else recorder.follow(device.name, { type: 'app.installed', how, ...defined({ lent }) }, device.wallIfSkewed(kernel.now));
  }

  /** What is launched or mounted from now on is for the other of the two servers. */
  pointElsewhere(device: Device): void {
    const { recorder, kernel, providers } = this.#stage;
    device.isElsewhere = !device.isElsewhere;
    const { issuer } = providers.of(device).endpoints;
    recorder.follow(device.name, { type: 'server.switched', issuer }, device.wallIfSkewed(kernel.now));
  }

  suspend(process: Process): void {
    if (process.state !== 'running') return;
    process.state = 'suspended';
    this.#stage.note(process, { type: 'process.suspend', epoch: process.epoch }, true);
    this.#stage.network.channels.breakAll((other) => other === process);
  }

  resume(process: Process, asleep?: number): void {
    if (process.state !== 'suspended') return;
    process.state = 'running';
    this.#stage.note(process, { type: 'process.resume', epoch: process.epoch, ...(asleep === undefined ? {} : { asleep }) }, true);
    this.#stage.kernel.resume(process);
  }

  /** Timers a client left behind although its `stop()` has settled. */
  reportLeaks(process: Process): void {
    if (process.client?.stop === undefined) return;
    const timers = this.#stage.kernel.pendingOf(process).filter((item) => item.label.endsWith(TIMER));
    const [first] = timers;
    if (first === undefined) return;
    const text = `${timers.length} timer${timers.length === 1 ? '' : 's'} still set after stop(), the first due in ${formatDuration(first.earliest - this.#stage.kernel.now)}`;
    this.#stage.clientFault(process, 'leaked-timer', new Error(text), first.origin);
  }

  #parts(device: Device) {
    const { kernel, recorder, network, streams } = this.#stage;
    return {
      kernel,
      recorder,
      network,
      streams,
      config: this.#stage.configOf(device),
      counter: this.#counter,
      traceTimers: this.#stage.traceTimers,
      signIn: (process: Process) => this.#operations.signIn(process, process.device.user),
    };
  }

  #attach(process: Process, client: Client, behind: boolean): Operation | undefined {
    const missing = REQUIRED.filter((method) => typeof (client as Partial<Client> | undefined)?.[method] !== 'function');
    if (missing.length > 0) {
      this.#stage.fatal = new InvalidInputError('TW_CLIENT_METHOD', `the client has no ${missing.map((name) => `${name}()`).join(', ')}`, {
        hint: 'a client needs start(), signIn(tokens) and request(path, init); see the ClientFactory contract in the README',
      });
      return undefined;
    }
    process.client = client;
    const features = claimedFeatures(client);
    const absent = OPTIONAL.filter((method) => typeof client[method] !== 'function');
    this.#stage.note(process, {
      type: 'client.declared',
      features,
      missing: absent,
      ...(client.refreshAhead === undefined ? {} : { refreshAhead: client.refreshAhead }),
    });
    this.#stage.notApplicable ??= this.#whyNot(features, absent);
    this.#stage.signals.pollState(process);
    process.device.phone?.attached(process);
    if (behind) this.#stage.signals.tell(process, 'background');
    return this.#operations.start(process);
  }

  #whyNot(features: readonly Feature[], absent: readonly string[]): string | undefined {
    const { needs, methods } = this.#stage.plan;
    const unclaimed = needs.filter((feature) => !features.includes(feature));
    if (unclaimed.length > 0) return `the client does not claim ${unclaimed.join(', ')}`;
    const lacking = methods.filter((method) => absent.includes(method as (typeof OPTIONAL)[number]));
    return lacking.length > 0 ? `the client has no ${lacking.map((name) => `${name}()`).join(', ')}` : undefined;
  }
}
