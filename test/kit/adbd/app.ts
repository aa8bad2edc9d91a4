// An app on the emulated phone: process, package flags, background standing, and the WorkManager inside it.
import { rmSync } from 'node:fs';
import type { Job } from './job-scheduler.ts';
import type { Phone } from './phone.ts';
import { WorkManager, type Worker } from './work-manager.ts';

export interface AppOptions {
  name?: string;
  debuggable?: boolean;
  targetSdk?: number;
  user?: number;
  /** Old WorkManager hands its jobs to the namespace of the app itself, on any Android. */
  namespaced?: boolean;
  /** The app logs less than INFO. */
  silent?: boolean;
  workers?: Readonly<Record<string, Worker>>;
  /** WorkManager cancels and schedules again after a run; sometimes jobFinished is faster and the id survives. */
  keepsIds?: boolean;
}

export class App {
  readonly name: string;
  readonly options: AppOptions;
  readonly phone: Phone;
  readonly work: WorkManager;
  readonly uid: number;
  pid: number | undefined;
  foreground = false;
  stopped = false;
  restricted = false;
  dozeExempt = false;
  bucket = 10;
  #nextPid = 4_000;

  constructor(phone: Phone, options: AppOptions = {}) {
    this.phone = phone;
    this.options = options;
    this.name = options.name ?? 'com.example.app';
    this.uid = 10_172 + phone.apps.size;
    this.work = new WorkManager(this);
    phone.apps.set(this.name, this);
  }

  get user(): number {
    return this.options.user ?? 0;
  }

  /** `u0a172` */
  get uidName(): string {
    return `u${this.user}a${this.uid - 10_000}`;
  }

  get namespace(): string | undefined {
    return this.phone.api >= 34 && this.options.namespaced !== false ? 'androidx.work.systemjobscheduler' : undefined;
  }

  /** WorkManager starts with the process: after a force-stop it hands its jobs over again. */
  async startProcess(): Promise<void> {
    if (this.pid !== undefined) return;
    this.pid = this.#nextPid++;
    this.stopped = false;
    await this.work.init();
  }

  async launch(): Promise<void> {
    await this.startProcess();
    this.foreground = true;
    this.bucket = 10;
  }

  /** The system kills it: running work is found in the database at the next start, or retried by JobScheduler. */
  kill(): void {
    this.pid = undefined;
    this.foreground = false;
    this.work.processDied();
  }

  forceStop(): void {
    this.kill();
    this.stopped = true;
    this.phone.jobs.cancel(this);
  }

  async startJob(job: Job): Promise<void> {
    await this.startProcess();
    await this.work.run(job);
  }

  stopJob(job: Job, reason: number): void {
    this.work.stop(job, reason);
  }

  uninstall(): void {
    this.kill();
    this.phone.jobs.cancel(this);
    this.phone.apps.delete(this.name);
    this.work.close();
    rmSync(this.work.folder, { recursive: true, force: true });
  }
}
