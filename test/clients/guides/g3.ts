// G3, four refresh triggers (a question-and-answer digest), literally: before a request, from a response header, on a silent push, in
// foreground, all into one refresh. Gaps read kindly: a 401 refreshes and replays once; a foreground refreshes only when one is due by
// rule (a); a biometric re-login goes on to the password, as those of the systems do; keeping, pauses, sign-out are done well (parts/).
import type { Feature, Host, HostResponse } from '../../../src/core/contract.ts';
import { Failure, type Era } from '../correct/reactive-class/waiting.ts';
import { Keeper } from './parts/keeper.ts';
import type { Tokens } from './parts/vault.ts';

const noop = (): void => undefined;

export class G3 extends Keeper {
  override readonly features: readonly Feature[] = ['refresh-ahead', 'offline-queue', 'push', 'silent-refresh', 'reauthentication'];
  readonly refreshAhead: number = 120_000;
  protected override readonly queues = true;

  /** (a) Before a request when less than two minutes remain. */
  protected override due(tokens: Tokens): boolean {
    return this.left(tokens) < this.refreshAhead;
  }

  /** (b) A fresh token in a response is adopted. */
  protected override async received(response: HostResponse, sentWith: Tokens, era: Era): Promise<void> {
    const fresh = this.#fresh(response);
    const held = this.tokens;
    if (fresh === undefined || held === undefined || era.signal.aborted || !this.adopts(sentWith, fresh.lives)) return;
    await this.keep({ ...held, ...fresh, bornAt: this.host.clock.monotonic() }, held, era);
  }

  /** Whether a fresh token of a response to `sentWith` takes the place of the one in hand. */
  protected adopts(_sentWith: Tokens, _lives: number | undefined): boolean {
    return true;
  }

  /** (c) A silent push refreshes in the background. */
  push(payload: unknown): void {
    const { tokens } = this;
    if ((payload as { type?: unknown } | null)?.type === 'refresh' && tokens !== undefined && this.heeds(tokens))
      this.renew(tokens).catch(noop);
  }

  /** Whether a push that asks for a refresh gets one. */
  protected heeds(_tokens: Tokens): boolean {
    return true;
  }

  /** (d) So does the foreground, when one is due. */
  override foreground(): void {
    super.foreground();
    if (this.tokens !== undefined) this.usable().catch(noop);
  }

  /** Re-login by biometrics when the refresh token has ended. */
  protected override async ended(): Promise<Tokens> {
    await this.forget('expired');
    const end = await this.climb(['biometric', 'password']);
    if (typeof end === 'object') return end;
    await this.close(end === 'failed' ? 'signed-out' : 'expired');
    throw new Failure('reauthentication-required');
  }

  #fresh({ headers }: HostResponse): { access: string; lives: number | undefined } | undefined {
    const { silentRefreshHeader: name } = this.host.config;
    const access = name === undefined ? null : headers.get(name);
    if (access === null || access === '') return undefined;
    const seconds = headers.get(`${name}-expires-in`);
    return { access, lives: seconds === null ? undefined : Number(seconds) * 1_000 };
  }
}

export default (host: Host): G3 => new G3(host);
