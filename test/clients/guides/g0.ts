// G0, background token refresh in a Kotlin Multiplatform app for Trakt accounts, literally: unique periodic work on Android, an
// app refresh task on iOS, five days apart in its code and six hours in its diagram (`refreshEvery`), and an initializer that follows the
// auth state at every launch. Gaps read kindly: "expiring soon" is within a day; a stop cancels the worker's coroutine, as CoroutineWorker
// does, and with it what it was waiting for; a submit that fails is logged; requests refresh by themselves, on a 401 too (parts/). Lazy
// injection of the registration, which it warns of, is on with `lazyInjection`.
import type { Feature, Host, JobOutcome, RequestInit, SessionState } from '../../../src/core/contract.ts';
import { parseDuration } from '../../../src/core/duration.ts';
import type { Reply } from '../correct/reactive-class/endpoint.ts';
import { Failure, type Era } from '../correct/reactive-class/waiting.ts';
import { Keeper } from './parts/keeper.ts';
import type { Tokens } from './parts/vault.ts';

const DAY = 86_400_000;
const WORK = 'token-refresh';
const noop = (): void => undefined;

export class G0 extends Keeper {
  override readonly features: readonly Feature[] = ['background'];
  protected readonly every: number = everyOf(this.host);
  /** The worker was stopped: its coroutine ends at the next point at which it waits. */
  protected cancelled = false;
  #observed: SessionState = 'loading';

  /** Registered at set-up; late when the scheduler is injected lazily. */
  override async start(): Promise<void> {
    const isLazy = this.host.config.options?.['lazyInjection'] === true;
    if (!isLazy) this.register();
    await super.start();
    if (isLazy) this.register();
  }

  override foreground(): void {
    this.cancelled = false;
    super.foreground();
  }

  override request(path: string, init: RequestInit = {}): Promise<{ status: number }> {
    this.cancelled = false;
    return super.request(path, init);
  }

  protected register(): void {
    this.host.background.register(WORK, (signal) => this.work(signal));
  }

  /** The initializer observes the auth state: signed in, it schedules; signed out, it cancels. */
  protected override take(tokens: Tokens | undefined, state: SessionState): void {
    super.take(tokens, state);
    const observed = tokens === undefined ? state : 'active';
    if (observed === this.#observed || observed === 'loading') return;
    const isLaunch = this.#observed === 'loading';
    this.#observed = observed;
    if (observed === 'active') this.schedule(isLaunch).catch(noop);
    else this.host.background.cancel(WORK);
  }

  protected async schedule(_isLaunch: boolean): Promise<void> {
    if (this.host.platform === 'ios') return this.submit(this.every);
    await this.host.background.schedule({ id: WORK, kind: 'periodic', every: this.every, network: 'CONNECTED', existing: 'UPDATE' });
  }

  /** A BGAppRefreshTaskRequest with an `earliestBeginDate`. */
  protected async submit(after: number): Promise<void> {
    await this.host.background.schedule({ id: WORK, kind: 'app-refresh', earliestBegin: after }).catch(noop);
  }

  protected async work(signal: AbortSignal): Promise<JobOutcome> {
    this.cancelled = false;
    if (this.host.platform === 'ios') void this.submit(this.every);
    return await new Promise<JobOutcome>((resolve) => {
      const stop = (): void => {
        this.cancelled = true;
        resolve(this.stopped());
      };
      signal.addEventListener('abort', stop);
      if (signal.aborted) stop();
      this.doWork().then(resolve, () => resolve('failure'));
    });
  }

  protected stopped(): JobOutcome {
    return 'failure';
  }

  protected async doWork(): Promise<JobOutcome> {
    await this.arrive().catch(noop);
    const { tokens } = this;
    if (tokens === undefined) return 'success';
    if (!this.isExpiringSoon(tokens)) return 'success';
    const renewed = await this.renew(tokens).catch(() => null);
    return renewed === null ? 'failure' : 'success';
  }

  protected isExpiringSoon(tokens: Tokens): boolean {
    return this.left(tokens) < DAY;
  }

  /** A coroutine that was cancelled asks for nothing more. */
  protected override exchange(refreshToken: string): Promise<Reply> {
    if (this.cancelled) throw new Failure('aborted');
    return super.exchange(refreshToken);
  }

  /** What arrives for a coroutine that was cancelled arrives nowhere. */
  protected override async keep(next: Tokens, held: Tokens, era: Era): Promise<Tokens> {
    if (this.isDropped()) throw new Failure('aborted');
    return super.keep(next, held, era);
  }

  protected isDropped(): boolean {
    return this.cancelled;
  }
}

function everyOf({ config }: Host): number {
  const every = config.options?.['refreshEvery'];
  return (typeof every === 'string' ? parseDuration(every) : Number(every ?? Number.NaN)) || 5 * DAY;
}

export default (host: Host): G0 => new G0(host);
