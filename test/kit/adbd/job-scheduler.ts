// JobScheduler of the emulated phone: jobs, the gates in front of each, what `cmd jobscheduler` does to them, and the history.
import type { App } from './app.ts';
import type { Phone } from './phone.ts';

export interface Job {
  id: number;
  namespace?: string;
  app: App;
  /** WorkSpec it stands for. */
  work: string;
  worker: string;
  /** Elapsed ms before which it does not run. */
  earliest: number;
  enqueued: number;
  constraints: readonly string[];
  override: 'none' | 'soft' | 'full';
  active: boolean;
  firstBatched?: number;
}

export interface HistoryLine {
  at: number;
  what: 'START' | 'STOP' | 'START-P' | 'STOP-P';
  uid: string;
  id: number;
  name: string;
  reason?: string;
}

export type Named = Pick<Job, 'id'> & { namespace?: string };
export const WM_SERVICE = 'androidx.work.impl.background.systemjob.SystemJobService';

export class JobScheduler {
  readonly #phone: Phone;
  readonly jobs: Job[] = [];
  readonly history: HistoryLine[] = [];
  readonly completed: Job[] = [];
  /** Sessions an app has left in its bucket; undefined = plenty. */
  readonly sessionsLeft = new Map<string, number>();

  constructor(phone: Phone) {
    this.#phone = phone;
  }

  schedule(job: Job): void {
    this.jobs.push(job);
    void this.check();
  }

  cancel(app: App, work?: string): void {
    for (let i = this.jobs.length - 1; i >= 0; i--) {
      const job = this.jobs[i];
      if (job?.app === app && (work === undefined || job.work === work)) this.jobs.splice(i, 1);
    }
  }

  find(app: App, { id, namespace }: Named): Job | undefined {
    return this.jobs.find((job) => job.app === app && job.id === id && job.namespace === namespace);
  }

  /** Explicit constraints that do not hold now. */
  unsatisfied(job: Job): string[] {
    const { battery, online } = this.#phone;
    const holds: Readonly<Record<string, boolean>> = {
      TIMING_DELAY: this.#phone.elapsed() >= job.earliest,
      CONNECTIVITY: online,
      CHARGING: battery.plugged,
      BATTERY_NOT_LOW: battery.level > 15,
    };
    return job.constraints.filter((name) => holds[name] === false);
  }

  /** Gates that no flag of `run` opens. */
  shut(job: Job): string | undefined {
    const { app } = job;
    if (!this.#phone.userUnlocked) return 'user';
    if (this.#phone.dozing && !this.#phone.jobs.exempt(app)) return 'dozing';
    if (app.restricted) return 'restricted';
    if (!this.withinQuota(app)) return 'quota';
    return undefined;
  }

  exempt(app: App): boolean {
    return app.dozeExempt;
  }

  withinQuota(app: App): boolean {
    return app.bucket !== 50 && (this.sessionsLeft.get(app.name) ?? 1) > 0;
  }

  isReady(job: Job): boolean {
    const open = this.unsatisfied(job).filter((name) => job.override === 'none' || (job.override === 'soft' && name === 'CONNECTIVITY'));
    return open.length === 0 && this.shut(job) === undefined && !this.isBatched(job);
  }

  /** Outside active and working set a lonely job waits for company. */
  isBatched(job: Job): boolean {
    return job.firstBatched !== undefined && job.override === 'none';
  }

  /** Starts what is ready. */
  async check(): Promise<void> {
    const ready = this.jobs.filter((job) => !job.active && this.isReady(job));
    for (const job of ready) this.#start(job);
  }

  #start(job: Job): void {
    job.active = true;
    const left = this.sessionsLeft.get(job.app.name);
    if (left !== undefined) this.sessionsLeft.set(job.app.name, left - 1);
    this.#note('START', job);
    void job.app.startJob(job).then(() => {
      if (!job.active) return;
      job.active = false;
      this.#note('STOP', job, 'app called jobFinished');
      this.completed.push(job);
      const at = this.jobs.indexOf(job);
      if (at >= 0) this.jobs.splice(at, 1);
    });
  }

  /** onStopJob with a reason. WorkManager takes the job back and hands the work over again, under another id. */
  stop(job: Job, reason: number, words: string): void {
    if (!job.active) return;
    job.active = false;
    const at = this.jobs.indexOf(job);
    if (at >= 0) this.jobs.splice(at, 1);
    this.#note('STOP', job, words);
    job.app.stopJob(job, reason);
  }

  #note(what: HistoryLine['what'], job: Job, reason?: string): void {
    const within = job.namespace === undefined ? '' : `@${job.namespace}@`;
    this.history.push({
      at: this.#phone.elapsed(),
      what,
      uid: job.app.uidName,
      id: job.id,
      name: `${within}${job.app.name}/${WM_SERVICE}`,
      ...(reason === undefined ? {} : { reason }),
    });
  }
}
