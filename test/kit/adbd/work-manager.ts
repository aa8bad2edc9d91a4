// WorkManager inside the emulated app: enqueues, hands jobs to JobScheduler, refuses what runs before its time, runs workers, and
// schedules again under another job id. Written from the facts, apart from the code under test.
import { randomUUID } from 'node:crypto';
import type { App } from './app.ts';
import type { Job } from './job-scheduler.ts';
import { WorkDatabase, type Spec } from './work-database.ts';

export type Outcome = 'SUCCESS' | 'FAILURE' | 'RETRY';
export type Worker = (run: { app: App; attempt: number; signal: AbortSignal }) => Promise<Outcome>;

export interface Request {
  worker: string;
  name?: string;
  tags?: readonly string[];
  /** Ms; 0 or absent = one-time. */
  interval?: number;
  flex?: number;
  delay?: number;
  constraints?: readonly string[];
  after?: readonly string[];
}

const ENQUEUED = 0;
const RUNNING = 1;
const SUCCEEDED = 2;
const FAILED = 3;
const BLOCKED = 4;
const UNKNOWN_STOP = -512;

export class WorkManager {
  readonly #app: App;
  readonly database = new WorkDatabase();
  readonly #running = new Map<string, AbortController>();
  #nextJob = 4;

  constructor(app: App) {
    this.#app = app;
  }

  get folder(): string {
    return this.database.folder;
  }

  enqueue(request: Request): string {
    const { worker, name, tags = [], interval = 0, flex = interval, delay = 0, constraints = [], after = [] } = request;
    const id = randomUUID();
    const spec: Spec = {
      id,
      state: after.length > 0 ? BLOCKED : ENQUEUED,
      worker_class_name: worker,
      initial_delay: delay,
      interval_duration: interval,
      flex_duration: flex,
      run_attempt_count: 0,
      backoff_policy: 0,
      backoff_delay_duration: 30_000,
      last_enqueue_time: after.length > 0 ? -1 : this.#app.phone.wall(),
      period_count: 0,
      stop_reason: -256,
      next_schedule_time_override: undefined,
      constraints,
    };
    this.database.insert(spec, name === undefined ? [] : [name], [worker, ...tags], after);
    if (spec.state === ENQUEUED) this.#schedule(spec);
    return id;
  }

  /** At the start of the process: what was running is enqueued again, jobs that JobScheduler lost are handed over again. */
  async init(): Promise<void> {
    for (const spec of this.database.all()) {
      if (spec.state === RUNNING) this.database.update(spec.id, { state: ENQUEUED, stop_reason: UNKNOWN_STOP });
      const job = this.database.jobOf(spec.id);
      const known = job !== undefined && this.#app.phone.jobs.jobs.some((each) => each.app === this.#app && each.id === job);
      if ((spec.state === ENQUEUED || spec.state === RUNNING) && !known) this.#schedule(this.#fresh(spec.id));
    }
  }

  async run(job: Job): Promise<void> {
    const spec = this.database.get(job.work);
    if (spec === undefined || spec.state !== ENQUEUED) return;
    if (this.#refuses(spec)) {
      this.#log('D', `Delaying execution for ${spec.worker_class_name} because it is being executed before schedule.`);
      this.#log('D', `Status for ${spec.id} is ENQUEUED; not doing any work and rescheduling for later execution`);
      return this.#again(spec.id, job);
    }
    this.database.update(spec.id, { state: RUNNING, run_attempt_count: spec.run_attempt_count + 1, stop_reason: -256 });
    const stop = new AbortController();
    this.#running.set(spec.id, stop);
    const worker = this.#app.options.workers?.[spec.worker_class_name] ?? (async () => 'SUCCESS' as const);
    const outcome = await this.#outcome(worker, spec, stop.signal);
    if (stop.signal.aborted) return;
    this.#running.delete(spec.id);
    if (outcome !== 'threw')
      this.#log('I', `Worker result ${outcome} for Work [ id=${spec.id}, tags={ ${this.database.tags(spec.id).join(',')} } ]`);
    else
      this.#log(
        'I',
        `Work [ id=${spec.id}, tags={ ${this.database.tags(spec.id).join(',')} } ] failed because it threw an exception/error`,
      );
    this.#finish(this.#fresh(spec.id), outcome === 'threw' ? 'FAILURE' : outcome, job);
  }

  /** onStopJob: the worker hears of it, its result no longer counts. */
  stop(job: Job, reason: number): void {
    this.#running.get(job.work)?.abort();
    this.#running.delete(job.work);
    this.database.update(job.work, { state: ENQUEUED, stop_reason: reason });
    this.#again(job.work, job);
  }

  processDied(): void {
    for (const stop of this.#running.values()) stop.abort();
    this.#running.clear();
    for (const job of this.#app.phone.jobs.jobs.filter((each) => each.app === this.#app)) job.active = false;
  }

  /** What the broadcast to the diagnostics receiver logs: three tables, fields separated by a tab and a space. */
  async diagnose(): Promise<void> {
    await this.#app.startProcess();
    const own = this.enqueue({ worker: 'androidx.work.impl.workers.DiagnosticsWorker' });
    this.database.update(own, { state: SUCCEEDED });
    this.database.setJob(own, undefined);
    this.#app.phone.jobs.cancel(this.#app, own);
    const all = this.database.all();
    this.#table(
      'Recently completed work',
      all.filter(({ state }) => state === SUCCEEDED || state === FAILED),
    );
    this.#table(
      'Running work',
      all.filter(({ state }) => state === RUNNING),
    );
    this.#table(
      'Enqueued work',
      all.filter(({ state }) => state === ENQUEUED || state === BLOCKED),
    );
  }

  close(): void {
    this.database.close();
  }

  nextRun(spec: Spec): number {
    const { interval_duration: interval, flex_duration: flex, last_enqueue_time: last, period_count: count } = spec;
    if (interval > 0 && spec.next_schedule_time_override !== undefined)
      return count === 0 ? spec.next_schedule_time_override : Math.max(spec.next_schedule_time_override, last + 900_000);
    if (spec.state === ENQUEUED && spec.run_attempt_count > 0)
      return last + Math.min(spec.backoff_delay_duration * 2 ** (spec.run_attempt_count - 1), 18_000_000);
    if (interval > 0) return last + (count > 0 ? interval : spec.initial_delay + (flex === interval ? 0 : interval - flex));
    return last + spec.initial_delay;
  }

  async #outcome(worker: Worker, spec: Spec, signal: AbortSignal): Promise<Outcome | 'threw'> {
    try {
      return await worker({ app: this.#app, attempt: spec.run_attempt_count, signal });
    } catch {
      return 'threw';
    }
  }

  #finish(spec: Spec, outcome: Outcome, job: Job): void {
    const now = this.#app.phone.wall();
    if (outcome === 'RETRY') this.database.update(spec.id, { state: ENQUEUED, last_enqueue_time: now });
    else if (spec.interval_duration > 0) {
      this.database.update(spec.id, { state: ENQUEUED, last_enqueue_time: now, run_attempt_count: 0, period_count: spec.period_count + 1 });
      this.database.clearOverride(spec.id);
    } else {
      this.database.update(spec.id, { state: outcome === 'SUCCESS' ? SUCCEEDED : FAILED });
      this.database.setJob(spec.id, undefined);
      return;
    }
    this.#again(spec.id, job);
  }

  #refuses(spec: Spec): boolean {
    return (spec.interval_duration > 0 || spec.run_attempt_count > 0) && this.#app.phone.wall() < this.nextRun(spec);
  }

  /** Cancelled in all schedulers and scheduled again, while the job itself has not finished. */
  #again(id: string, job: Job): void {
    this.#schedule(this.#fresh(id), this.#app.options.keepsIds === true ? job.id : undefined);
  }

  #schedule(spec: Spec, id?: number): void {
    const { phone } = this.#app;
    const { namespace } = this.#app;
    const job = id ?? this.#nextJob++;
    this.database.setJob(spec.id, job);
    const wait = Math.max(0, this.nextRun(spec) - phone.wall());
    const timed = wait > 0 || phone.api <= 28;
    phone.jobs.schedule({
      id: job,
      ...(namespace === undefined ? {} : { namespace }),
      app: this.#app,
      work: spec.id,
      worker: spec.worker_class_name,
      earliest: phone.elapsed() + wait,
      enqueued: phone.elapsed(),
      constraints: [...(timed ? ['TIMING_DELAY'] : []), ...spec.constraints],
      override: 'none',
      active: false,
    });
  }

  #fresh(id: string): Spec {
    const spec = this.database.get(id);
    if (spec === undefined) throw new Error(`no work ${id}`);
    return spec;
  }

  #table(title: string, specs: readonly Spec[]): void {
    if (specs.length === 0) return;
    this.#log('I', `${title}:\n\n`, 'WM-DiagnosticsWrkr');
    const rows = specs.map((spec) =>
      [
        spec.id,
        spec.worker_class_name,
        String(this.database.jobOf(spec.id) ?? 'null'),
        ['ENQUEUED', 'RUNNING', 'SUCCEEDED', 'FAILED', 'BLOCKED', 'CANCELLED'][spec.state],
        this.database.names(spec.id).join(','),
        this.database.tags(spec.id).join(','),
      ].join('\t '),
    );
    const column = this.#app.phone.api >= 23 ? 'Job Id' : 'Alarm Id';
    this.#log(
      'I',
      `\n Id \t Class Name\t ${column}\t State\t Unique Name\t Tags\t\n${rows.map((row) => `${row}\t`).join('\n')}`,
      'WM-DiagnosticsWrkr',
    );
  }

  #log(level: 'D' | 'I', message: string, tag = 'WM-WorkerWrapper'): void {
    if (level === 'D' || this.#app.options.silent === true) return;
    this.#app.phone.log.write(this.#app.pid ?? 0, level, tag, message);
  }
}
