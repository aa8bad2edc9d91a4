// G0 mended: the same work, task and initializer, at the same intervals.
//
// Mends:
// - A refresh that may work later answers `retry`, the one result that backs off; on iOS the next run is asked for in half an hour. A dead session is `success`.
// - "Expiring soon" is measured by the interval: a token that would not last until the next run, two days late, is renewed now.
// - A launch on iOS asks again with the date that the pending request had, so that opening the app puts nothing off.
// - The refresh does not belong to the worker: after a stop nothing new is sent, but an answer under way is kept when it comes.
// - A refresh whose answer was lost is tried again at the next run or in foreground, good token or not.
import type { Host, JobOutcome } from '../../../src/core/contract.ts';
import type { Reply } from '../correct/reactive-class/endpoint.ts';
import { Failure } from '../correct/reactive-class/waiting.ts';
import { G0 } from './g0.ts';
import type { Tokens } from './parts/vault.ts';

const DAY = 86_400_000;
const SOON = 1_800_000;
/** In the plain tier: when the pending request may begin, Unix ms. */
const DATE = 'token-refresh-date';
const noop = (): void => undefined;

export class G0Mended extends G0 {
  #lost = false;

  override foreground(): void {
    super.foreground();
    const { tokens } = this;
    if (tokens !== undefined && this.#lost) this.renew(tokens).catch(noop);
  }

  protected override async schedule(isLaunch: boolean): Promise<void> {
    if (this.host.platform !== 'ios' || !isLaunch) return super.schedule(isLaunch);
    const date = Number((await this.host.plain.get(DATE).catch(noop)) ?? Number.NaN);
    await this.submit(Number.isNaN(date) ? this.every : Math.min(this.every, Math.max(0, date - this.host.clock.now())));
  }

  protected override async submit(after: number): Promise<void> {
    this.host.plain.set(DATE, String(this.host.clock.now() + after)).catch(noop);
    await super.submit(after);
  }

  protected override stopped(): JobOutcome {
    return this.later();
  }

  protected override async doWork(): Promise<JobOutcome> {
    await this.arrive().catch(noop);
    if (this.condition === 'loading') return this.later();
    const { tokens } = this;
    if (tokens === undefined || !(this.#lost || this.isExpiringSoon(tokens))) return 'success';
    try {
      await this.renew(tokens);
      return 'success';
    } catch (error) {
      return error instanceof Failure && error.reason === 'reauthentication-required' ? 'success' : this.later();
    }
  }

  protected later(): JobOutcome {
    if (this.host.platform !== 'ios') return 'retry';
    void this.submit(Math.min(this.every, SOON));
    return 'failure';
  }

  protected override isExpiringSoon(tokens: Tokens): boolean {
    return this.left(tokens) < Math.min(this.every + 2 * DAY, (tokens.lives ?? 0) * 0.7);
  }

  protected override async exchange(refreshToken: string): Promise<Reply> {
    const reply = await super.exchange(refreshToken);
    this.#lost = !('granted' in reply) && !('error' in reply);
    return reply;
  }

  protected override isDropped(): boolean {
    return false;
  }
}

export default (host: Host): G0Mended => new G0Mended(host);
