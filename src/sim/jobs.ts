// Runs of background jobs in a process: the handler is called, told when its time is over, and listened to. Who started a run and
// what its answer leads to is the business of the step or the system behind it.
import type { Client, JobOutcome } from '../core/contract.ts';
import type { Fact } from '../core/events.ts';
import type { Process } from './device.ts';
import type { Operation } from './operations.ts';
import type { Stage } from './stage.ts';

type Handler = (signal: AbortSignal) => Promise<JobOutcome>;

/** One run. `over`: its answer, the end of the process, or nobody who listens any more. */
export interface JobRun extends Operation {
  /** `j1`. */
  readonly name: string;
  readonly job: string;
  readonly startedAt: number;
  stopped: boolean;
}

/** What is told of a run beside its names. */
export type Started = Omit<Extract<Fact, { type: 'job.started' }>, 'type' | 'job' | 'run'>;

/** Who listens to the answer. Without a listener it is recorded as it is. */
export interface Listener {
  /** Right before the handler is called. */
  called?(run: JobRun): void;
  answered?(run: JobRun, outcome: JobOutcome, threw: boolean): void;
}

type Later = (call: (client: Client) => void) => void;

export class Jobs {
  readonly #stage: Stage;
  readonly #open = new Map<JobRun, AbortController>();
  #count = 0;

  constructor(stage: Stage) {
    this.#stage = stage;
  }

  /** Notes the start and calls the handler, in an item of its own; `later` says when a process that is just coming up is ready for it. */
  start(process: Process, job: string, about: Started, listener: Listener = {}, later?: Later): JobRun {
    const name = `j${++this.#count}`;
    const { kernel } = this.#stage;
    const run: JobRun = { name, job, text: `${job} on ${process.name}`, process, startedAt: kernel.now, stopped: false, settled: false };
    this.#open.set(run, new AbortController());
    this.#stage.note(process, { type: 'job.started', job, run: name, ...about }, true);
    const call = (client: Client): void => this.#call(run, client, listener);
    if (later === undefined) this.#stage.act(process, 'job', call);
    else later(call);
    return run;
  }

  /** The system wants the run to end. `untold`: nobody tells the handler. */
  stop(run: JobRun, reason: string, untold = false): void {
    if (run.settled || run.stopped) return;
    run.stopped = true;
    const { process, job, name, startedAt } = run;
    const ran = this.#stage.kernel.now - startedAt;
    this.#stage.note(process, { type: 'job.stopped', job, run: name, reason, ran, ...(untold ? { untold: true } : {}) }, true);
    if (!untold) this.#stage.act(process, 'job.stop', () => this.#open.get(run)?.abort());
  }

  /** Whether a run in this process has not ended. */
  running(process: Process): boolean {
    return [...this.#open.keys()].some((run) => run.process === process);
  }

  /** The process is gone under what ran in it. */
  forget(process: Process, by: string): void {
    for (const run of [...this.#open.keys()]) {
      if (run.process !== process) continue;
      this.#stage.note(process, { type: 'job.lost', job: run.job, run: run.name, by });
      this.#over(run);
    }
  }

  #call(run: JobRun, client: Client, listener: Listener): void {
    const controller = this.#open.get(run);
    const handler = this.#handlerOf(run, client);
    if (controller === undefined) return;
    listener.called?.(run);
    if (handler === undefined) return this.#answer(run, 'failure', true, listener);
    const { process } = run;
    const { epoch } = process;
    const answer = (outcome: JobOutcome, threw: boolean): void => {
      if (process.alive(epoch)) this.#answer(run, outcome, threw, listener);
    };
    attempt(() => handler(controller.signal)).then(
      (outcome) => answer(isOutcome(outcome) ? outcome : 'failure', !isOutcome(outcome)),
      () => answer('failure', true),
    );
  }

  #handlerOf({ process, job }: JobRun, client: Client): Handler | undefined {
    const registered = process.jobs.get(job);
    if (registered !== undefined) return registered;
    if (client.runBackgroundJob === undefined) {
      // One that registers others has lost this one, as a version of the app without its worker: creating it fails.
      if (process.jobs.size === 0) this.#stage.notApplicable ??= `the client runs no background job ${job}`;
      return undefined;
    }
    return async (signal) => client.runBackgroundJob?.(job, signal) ?? 'failure';
  }

  #answer(run: JobRun, outcome: JobOutcome, threw: boolean, listener: Listener): void {
    if (run.settled) return;
    this.#over(run);
    if (listener.answered !== undefined) listener.answered(run, outcome, threw);
    else this.ended(run, outcome, { ...(threw ? { threw: true } : {}), ...(isDropped(run) ? { dropped: true } : {}) });
  }

  /** Notes how the run ended. */
  ended({ process, job, name }: JobRun, outcome: JobOutcome, more: { threw?: true; dropped?: true; next?: number }): void {
    this.#stage.note(process, { type: 'job.ended', job, run: name, outcome, ...more });
  }

  #over(run: JobRun): void {
    run.settled = true;
    this.#open.delete(run);
    const { wake } = run;
    delete run.wake;
    wake?.();
  }
}

/** Android listens to no worker that it has stopped; on iOS the task can still be completed. */
function isDropped({ stopped, process }: JobRun): boolean {
  return stopped && process.device.plan.platform === 'android';
}

function isOutcome(value: unknown): value is JobOutcome {
  return value === 'success' || value === 'failure' || value === 'retry';
}

async function attempt<T>(fn: () => Promise<T>): Promise<T> {
  return fn();
}
