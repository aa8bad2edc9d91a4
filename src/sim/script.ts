// Plays a plan: brings the devices to where the scenario begins, takes the steps in order, lets the world come to rest, checks
// what the scenario expects. It only acts through kernel items, so that every step has one cause and one place in time.
import type { Device, Process } from './device.ts';
import { checkExpectations, matchesOutcome, outcomeText, type ExpectationMiss } from './expectations.ts';
import { OPERATION_LIMIT, type LogicalRequest, type Operation, type Operations } from './operations.ts';
import { hangUp, listen, type AppStream } from './listening.ts';
import type { RequestStep, Step, StreamStep } from './plan.ts';
import { lifeOf } from './phones.ts';
import { takeStep, type Player } from './steps.ts';
import type { Lifecycle } from './lifecycle.ts';
import type { Stage } from './stage.ts';

/** Ms of quiet the world is given at the end. */
const HORIZON = 60_000;
/** Ms after which a request counts as pending. */
const PENDING_AFTER = 1_000;

export class Script implements Player {
  readonly stage: Stage;
  readonly operations: Operations;
  readonly lifecycle: Lifecycle;
  readonly misses: ExpectationMiss[] = [];
  /** Requests by the name the scenario gave them. */
  readonly named = new Map<string, LogicalRequest>();
  /** Streams by the name the scenario gave them. */
  #listenings = 0;
  readonly streams = new Map<string, AppStream>();
  originMs = 0;
  done = false;

  constructor(stage: Stage, operations: Operations, lifecycle: Lifecycle) {
    this.stage = stage;
    this.operations = operations;
    this.lifecycle = lifecycle;
  }

  async play(): Promise<void> {
    await this.#prelude();
    this.originMs = this.stage.kernel.now;
    for (const device of this.stage.devices) lifeOf(this.stage, this.operations, device)?.begin();
    for (const step of this.stage.plan.steps) await this.step(step);
    await this.#comeToRest();
    this.misses.push(...checkExpectations(this, this.stage.plan.expect));
    await this.#shutDown();
    this.done = true;
  }

  async step(step: Step): Promise<void> {
    if (step.after > 0) await this.pause(step.after);
    if (step.verb !== 'parallel' && step.verb !== 'repeat' && step.verb !== 'expect') {
      this.stage.recorder.follow('world', { type: 'step', index: step.index, text: step.text });
    }
    await takeStep(this, step);
  }

  /** Virtual ms pass; 0 = let what is due now happen first. */
  pause(ms: number): Promise<void> {
    return new Promise((resolve) => void this.stage.kernel.after(ms, 'script', resolve));
  }

  /** Until nothing is pending, at most `ms`. */
  quiet(ms: number): Promise<void> {
    const { kernel } = this.stage;
    return new Promise((resolve) => {
      const state = { over: false };
      const once = (): void => {
        if (state.over) return;
        state.over = true;
        kernel.cancel(limit);
        resolve();
      };
      const limit = kernel.after(ms, 'script.quiet', once, { background: true });
      kernel.whenIdle(once);
    });
  }

  /** Until the operation has settled, at most `ms`. */
  settled(operation: Operation, ms: number): Promise<void> {
    const { kernel } = this.stage;
    if (operation.settled) return this.pause(0);
    return new Promise((resolve) => {
      const limit = kernel.after(ms, 'script.limit', resolve);
      operation.wake = () => {
        kernel.cancel(limit);
        kernel.after(0, 'script', resolve);
      };
    });
  }

  launch(process: Process, behind = false): Promise<void> {
    if (isApp(process)) return this.open(process);
    return this.#started((begun) => this.lifecycle.launch(process, begun, behind));
  }

  /** The user opens the app of a phone whose system decides what runs. Ends when it has started, or is in front. */
  async open(process: Process): Promise<void> {
    process.device.phone?.open();
    await this.started(process);
  }

  /** Until a process that is coming up has started, whoever launches it. */
  async started({ device }: Process): Promise<void> {
    const operation = await new Promise<Operation | undefined>((resolve) => device.phone?.whenStarted(resolve));
    if (operation !== undefined) await this.settled(operation, OPERATION_LIMIT);
  }

  /** A further client in the same process; those before live on, and nobody asks them for anything any more. */
  async mount(process: Process): Promise<void> {
    if (process.state === 'running') await this.#started((begun) => this.lifecycle.mount(process, begun));
  }

  /** The newest client is told to stop, and nobody waits for it. */
  async unmount(process: Process): Promise<void> {
    if (process.client?.stop !== undefined) this.#stopped(process);
    await this.pause(0);
    this.lifecycle.unmount(process);
  }

  async #started(begin: (begun: (operation: Operation | undefined) => void) => void): Promise<void> {
    const started = await new Promise<Operation | undefined>((resolve) => {
      begin((operation) => void this.stage.kernel.after(0, 'script', () => resolve(operation)));
    });
    if (started !== undefined) await this.settled(started, OPERATION_LIMIT);
  }

  async stop(process: Process): Promise<void> {
    if (process.state === 'dead') return;
    if (process.state === 'running' && process.client?.stop !== undefined) {
      await this.settled(this.#stopped(process), OPERATION_LIMIT);
      this.lifecycle.reportLeaks(process);
    }
    if (isApp(process)) process.device.phone?.exit();
    else this.lifecycle.kill(process, 'process.stop');
  }

  /** As a part of the story: at its end all are stopped too, and nobody asks for anything any more. */
  #stopped(process: Process): Operation {
    this.stage.note(process, { type: 'stop.called' }, true);
    return this.operations.stop(process);
  }

  async request(step: RequestStep, process: Process): Promise<void> {
    const requests: LogicalRequest[] = [];
    for (let i = 0; i < step.count; i++) {
      if (i > 0 && step.every > 0) await this.pause(step.every);
      const request = this.operations.request(process, step);
      requests.push(request);
      if (step.as !== undefined) this.named.set(nth(nameOf(step.as, step, process), i), request);
      if (step.abortAfter !== undefined) this.stage.kernel.after(step.abortAfter, 'script.abort', () => request.abort());
    }
    if (step.expect?.includes('pending') === true) await this.pause(PENDING_AFTER);
    else if (step.wait) await Promise.all(requests.map((request) => this.settled(request, step.deadline)));
    else return;
    for (const request of requests) this.#checkRequest(step, request);
  }

  stream(step: StreamStep, process: Process): Promise<void> | void {
    const { change } = step;
    if ('close' in change) {
      const stream = this.streams.get(change.close);
      return stream === undefined ? undefined : hangUp(this.stage, stream);
    }
    const stream = listen(this.operations, process, change.open, `l${++this.#listenings}`);
    if (step.as !== undefined) this.streams.set(nameOf(step.as, step, process), stream);
    return step.wait ? this.settled(stream, step.deadline) : undefined;
  }

  #checkRequest(step: RequestStep, request: LogicalRequest): void {
    if (step.expect === undefined || step.expect.some((wanted) => matchesOutcome(request, wanted))) return;
    this.misses.push({
      message: `${request.text} should be ${step.expect.join(' or ')}, but is ${outcomeText(request)}`,
      source: step.source,
    });
  }

  /** Devices reach their starting point in real order: sign in, close the app, let time pass, open it again. */
  async #prelude(): Promise<void> {
    const { lock } = this.stage.plan;
    if (lock !== undefined) this.stage.recorder.note('world', { type: 'lock.policy', ...lock });
    const aged = this.stage.devices.map((device) => ({ device, age: this.#ageOf(device) }));
    const longest = Math.max(...aged.map(({ age }) => age ?? 0));
    for (const { device, age } of [...aged].sort((a, b) => (b.age ?? 0) - (a.age ?? 0))) {
      if (device.plan.session.state === 'signed-out') continue;
      await this.#until(longest - (age ?? 0));
      const [first, ...siblings] = device.processes;
      if (first === undefined) continue;
      await this.launch(first);
      await this.settled(this.operations.signIn(first, device.plan.user), OPERATION_LIMIT);
      if (age !== undefined || !device.plan.launched) await this.stop(first);
      else for (const sibling of siblings) await this.launch(sibling);
    }
    for (const { device, age } of aged) {
      if (age !== undefined && device.newestExpiry !== undefined) await this.#until(device.newestExpiry - this.#remaining(device));
    }
    for (const device of this.stage.devices) await this.#launchRest(device);
  }

  async #launchRest(device: Device): Promise<void> {
    if (!device.plan.launched) return;
    for (const process of device.processes) if (process.state === 'dead') await this.launch(process);
  }

  async #until(t: number): Promise<void> {
    const wait = t - this.stage.kernel.now;
    if (wait > 0) await this.pause(wait);
  }

  /** Ms for which the app must have been closed; undefined when the session is fresh. */
  #ageOf(device: Device): number | undefined {
    const { state, expiresIn } = device.plan.session;
    if (state === 'signed-out' || (state === 'active' && expiresIn === undefined)) return undefined;
    return Math.max(0, this.stage.plan.policy.accessToken.lifetime - this.#remaining(device));
  }

  #remaining(device: Device): number {
    return device.plan.session.state === 'stale' ? -1_000 : (device.plan.session.expiresIn ?? 0);
  }

  /** Requests nobody waited for get their deadline, then the world is left alone until nothing is pending. */
  async #comeToRest(): Promise<void> {
    for (const request of this.operations.openRequests()) await this.settled(request, request.deadline);
    await this.quiet(HORIZON);
  }

  async #shutDown(): Promise<void> {
    for (const device of this.stage.devices) {
      for (const process of device.processes) {
        if (process.state !== 'running' || process.client?.stop === undefined) continue;
        await this.settled(this.operations.stop(process), OPERATION_LIMIT);
        this.lifecycle.reportLeaks(process);
      }
    }
  }
}

/** The process whose life a modelled system decides. */
function isApp({ device, name }: Process): boolean {
  return device.phone !== undefined && device.processes[0]?.name === name;
}

/** What several places do has several names. */
function nameOf(as: string, { on }: Step, process: Process): string {
  return on.length > 1 ? `${as}@${process.name}` : as;
}

function nth(name: string, index: number): string {
  return index === 0 ? name : `${name}#${index + 1}`;
}
