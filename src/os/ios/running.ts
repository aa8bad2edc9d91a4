// Tasks that run: their drawn allowance, the expiration handler, setTaskCompleted, and what it costs to miss it (facts R5, R6, R17 to R21).
import type { AppProcess } from './process.ts';
import { earliest, happens, within, type Scene } from './scene.ts';
import type { CrashReason, EndReason, ExpireReason, TaskRequest, TaskRequestKind } from './words.ts';

interface Run {
  readonly identifier: string;
  readonly kind: TaskRequestKind;
  /** Undefined: a continued-processing task runs until it is completed or stopped. */
  expiresAt: number | undefined;
  /** The launch handler was called. */
  started: boolean;
  /** Why its time is over, although the app has not been told yet. */
  due: ExpireReason | undefined;
  /** The app was told. */
  expired: boolean;
  /** The app has set an expiration handler. */
  handler: boolean;
}

export interface RunHooks {
  isDebugged(): boolean;
  crash(why: CrashReason, identifier: string): void;
}

export class RunningTasks {
  readonly #scene: Scene;
  readonly #process: AppProcess;
  readonly #hooks: RunHooks;
  readonly #runs = new Map<string, Run>();
  /** Completed in this process: a second completion is told from one of a stranger. */
  readonly #completed = new Set<string>();
  #killAt: number | undefined;

  constructor(scene: Scene, process: AppProcess, hooks: RunHooks) {
    this.#scene = scene;
    this.#process = process;
    this.#hooks = hooks;
  }

  has(identifier: string): boolean {
    return this.#runs.has(identifier);
  }

  count(kind: TaskRequestKind): number {
    return [...this.#runs.values()].filter((run) => run.kind === kind).length;
  }

  /** The allowance counts from here, launch of the process included. */
  take({ identifier, kind }: TaskRequest): void {
    const allowance = this.#allowance(kind);
    const expiresAt = allowance === undefined ? undefined : this.#scene.now + allowance;
    this.#runs.set(identifier, { identifier, kind, expiresAt, started: false, due: undefined, expired: false, handler: false });
    this.#process.wake('task', `task ${identifier}`);
    this.deliver();
  }

  /** Hands waiting tasks to their launch handlers once the app has launched; one without a handler crashes the app. */
  deliver(): void {
    if (!this.#process.launchFinished) return;
    for (const run of this.#runs.values()) {
      if (run.started) continue;
      if (!this.#process.handlers.has(run.identifier)) return this.#hooks.crash('no-launch-handler', run.identifier);
      run.started = true;
      this.#scene.decide({ type: 'task.started', identifier: run.identifier, kind: run.kind });
      // an expiration that came too early follows at once, after the launch handler had its chance to set an expiration handler
      if (run.due !== undefined) run.expiresAt = this.#scene.now;
    }
  }

  setExpirationHandler(identifier: string, set: boolean): void {
    const run = this.#runs.get(identifier);
    if (run === undefined) return this.#fault(identifier, 'not running');
    run.handler = set;
  }

  complete(identifier: string, success: boolean): void {
    if (!this.#runs.get(identifier)?.started)
      return this.#fault(identifier, this.#completed.has(identifier) ? 'completed again' : 'not running');
    this.#end(identifier, success, 'app');
  }

  release(identifier: string): void {
    const run = this.#runs.get(identifier);
    if (run === undefined) return this.#fault(identifier, this.#completed.has(identifier) ? 'completed again' : 'not running');
    run.handler = false;
    this.#fault(identifier, 'released without completing');
  }

  expire(why: ExpireReason, concerns: (run: Pick<Run, 'identifier' | 'kind'>) => boolean): void {
    for (const run of this.#runs.values()) if (run.due === undefined && concerns(run)) this.#expire(run, why);
  }

  /** The process is gone, and with it what ran in it. */
  lost(why: EndReason | CrashReason): void {
    for (const { identifier } of this.#runs.values()) this.#scene.decide({ type: 'task.lost', identifier, why });
    this.#runs.clear();
    this.#completed.clear();
    this.#killAt = undefined;
  }

  next(): number | undefined {
    if (this.#hooks.isDebugged()) return undefined;
    return earliest([this.#killAt, ...[...this.#runs.values()].map((run) => (isWaiting(run) ? run.expiresAt : undefined))]);
  }

  /** Returns the reason to end the process when there is one. */
  tick(): EndReason | undefined {
    if (this.#hooks.isDebugged()) return undefined;
    const { now, settings, draws } = this.#scene;
    for (const run of this.#runs.values()) {
      if (isWaiting(run) && run.expiresAt !== undefined && run.expiresAt <= now) this.#expire(run, run.due ?? 'allowance');
    }
    if (this.#killAt === undefined || this.#killAt > now) return undefined;
    this.#killAt = undefined;
    if (happens(draws('kill'), settings.figures.overrunKillChance)) return 'expiration-overrun';
    for (const run of this.#runs.values()) if (run.expired) this.#end(run.identifier, false, 'system');
    return undefined;
  }

  #allowance(kind: TaskRequestKind): number | undefined {
    if (kind === 'BGContinuedProcessingTaskRequest') return undefined;
    const { figures } = this.#scene.settings;
    const draws = this.#scene.draws('allowance');
    if (kind !== 'BGAppRefreshTaskRequest') return within(draws, figures.processing);
    const span = happens(draws, figures.refreshFullShare) ? figures.refreshFull : figures.refreshCut;
    return Math.min(figures.refreshCeiling, within(draws, span));
  }

  /** Before the launch handler was called the expiration waits for it; the time to the kill does not. */
  #expire(run: Run, why: ExpireReason): void {
    run.due = why;
    if (!run.started) return this.#startGrace();
    const { identifier, handler } = run;
    run.expired = true;
    this.#scene.decide({ type: 'task.expired', identifier, why, handler });
    if (!handler) return this.#end(identifier, false, 'system');
    run.handler = false;
    this.#startGrace();
  }

  #startGrace(): void {
    this.#killAt ??= this.#scene.now + this.#scene.settings.figures.expirationGrace;
  }

  #end(identifier: string, success: boolean, by: 'app' | 'system'): void {
    this.#runs.delete(identifier);
    this.#completed.add(identifier);
    if (![...this.#runs.values()].some(({ due }) => due !== undefined)) this.#killAt = undefined;
    this.#scene.decide({ type: 'task.completed', identifier, success, by });
    this.#process.release(`task ${identifier}`);
  }

  #fault(identifier: string, why: 'completed again' | 'not running' | 'released without completing'): void {
    this.#scene.decide({ type: 'task.fault', identifier, why });
  }
}

/** Its expiration is still to come: nobody was told, and it is not waiting for the launch handler. */
function isWaiting({ expired, due, started }: Run): boolean {
  return !expired && (due === undefined || started);
}
