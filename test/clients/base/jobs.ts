// The base client's background job: asked for while somebody is signed in, it renews what would not last until the next run, and tells the
// system the truth about it. On iOS a request is good for one run, on Android the work goes on by itself.
import type { JobOutcome, SessionState } from '../../../src/core/contract.ts';
import { parseDuration } from '../../../src/core/duration.ts';
import { Rejected, type Session } from './session.ts';
import { Streams } from './streams.ts';

const DAY = 86_400_000;
/** In the plain tier: when the pending request may begin, Unix ms. */
const DUE_KEY = 'job-due';
const noop = (): void => undefined;

/** `kept`: it lasts, and is in the store. `over`: the session has ended. `open`: it may work another time. */
export type JobEnd = 'kept' | 'over' | 'open';

export abstract class Jobs extends Streams {
  protected readonly job = String(this.host.config.options?.['refreshJob'] ?? 'token-refresh');
  /** What the version before called it. */
  readonly #former = [this.host.config.options?.['formerRefreshJob'] ?? []].flat().map(String);
  protected readonly every = parseDuration(String(this.host.config.options?.['refreshEvery'] ?? '6h')) ?? DAY / 4;
  /** The scenario wants one. */
  protected readonly hasJob = this.host.config.options?.['refreshEvery'] !== undefined;
  #askedFor: string | undefined;

  protected get isIos(): boolean {
    return this.host.platform === 'ios';
  }

  /** Before anything is awaited: iOS wants it before the launch has finished. */
  protected registerJob(): void {
    if (!this.hasJob) return;
    for (const name of this.handled([this.job, ...this.#former]))
      this.host.background.register(name, async (signal) => {
        const outcome = await this.runJob(signal);
        if (name === this.job && outcome === 'success') this.cancelFormer();
        return outcome;
      });
    if (this.isIos) this.cancelFormer();
  }

  /** Names that get a handler: also those that only an earlier version has asked for. */
  protected handled(names: readonly string[]): readonly string[] {
    return names;
  }

  /** On Android not before the new work has run: that of the old name may be what the process was launched for. */
  protected cancelFormer(): void {
    for (const name of this.#former) this.host.background.cancel(name);
  }

  protected override take(session: Session | undefined, without?: SessionState): void {
    const launches = this.phase === 'loading';
    if (session?.accessToken !== this.session?.accessToken) this.mayBeSpent = false;
    super.take(session, without);
    if (!this.hasJob) return;
    if (session !== undefined && session.id !== this.#askedFor) {
      const isFirst = this.#askedFor === undefined;
      this.#askedFor = session.id;
      if (isFirst) void this.askForJob(launches);
    } else if (session === undefined && this.phase !== 'loading' && this.#askedFor !== undefined) {
      this.#askedFor = undefined;
      this.cancelJob();
      this.cancelFormer();
      this.host.plain.delete(DUE_KEY).catch(noop);
    }
  }

  /** Nobody is signed in any more: nothing is to wake the app. */
  protected cancelJob(): void {
    this.host.background.cancel(this.job);
  }

  /** A launch puts nothing off: Android keeps the place of the work it has, with the interval of today, and iOS is given the date of the request that it replaces. */
  protected async askForJob(launches: boolean): Promise<void> {
    if (!this.isIos) return this.work();
    const due = launches ? Number(await this.host.plain.get(DUE_KEY).catch(noop)) : Number.NaN;
    await this.submit(Number.isNaN(due) ? this.every : Math.min(this.every, Math.max(0, due - this.host.clock.now())));
  }

  protected async work(): Promise<void> {
    const { every } = this;
    await this.host.background
      .schedule({ id: this.job, kind: 'periodic', every, initialDelay: every, network: 'CONNECTED', existing: 'UPDATE' })
      .catch(noop);
  }

  protected async submit(after: number): Promise<void> {
    this.host.plain.set(DUE_KEY, String(this.host.clock.now() + after)).catch(noop);
    await this.host.background.schedule({ id: this.job, kind: 'app-refresh', earliestBegin: after }).catch(noop);
  }

  protected async runJob(signal: AbortSignal): Promise<JobOutcome> {
    this.jobOver = false;
    if (this.isIos) this.next(this.every);
    const end = await this.untilStopped(signal, this.renewForJob());
    this.jobOver = true;
    if (this.isIos && end === 'open') this.next(Math.min(this.every, 1_800_000));
    return this.outcomeOf(end);
  }

  /** iOS: the next run. */
  protected next(after: number): void {
    void this.submit(after);
  }

  /** The time is over with the signal, or shortly before what iOS gives at most. */
  protected untilStopped(signal: AbortSignal, work: Promise<JobEnd>): Promise<JobEnd> {
    return new Promise((resolve) => {
      const stop = (): void => {
        this.jobOver = true;
        resolve('open');
      };
      const cancel = this.host.clock.setTimeout(stop, this.isIos ? 24_000 : 90_000);
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
      void work.then((end) => {
        cancel();
        resolve(end);
      });
    });
  }

  protected outcomeOf(end: JobEnd): JobOutcome {
    if (end !== 'open') return 'success';
    return this.isIos ? 'failure' : 'retry';
  }

  protected async renewForJob(): Promise<JobEnd> {
    try {
      const session = await this.current();
      if (!this.lasts(session)) {
        if (!this.host.connectivity.online()) return 'open';
        await this.refresh(session.accessToken, session, undefined, true);
      }
      return this.unsaved === undefined ? 'kept' : 'open';
    } catch (error) {
      const reason = error instanceof Rejected ? error.reason : undefined;
      return reason === 'signed-out' || reason === 'reauthentication-required' ? 'over' : 'open';
    }
  }

  /** Good until a next run that comes late, or brand new. */
  protected lasts(session: Session): boolean {
    const { lifetime } = session;
    return !this.mayBeSpent && (lifetime === undefined || this.remaining(session) > Math.min(this.every + 2 * DAY, lifetime * 0.7));
  }
}
