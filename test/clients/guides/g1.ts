// G1, the session ticket of an iOS app, literally: API client, queue, JWT expiry, ladder, two levels of storage. Gaps read kindly: every
// network error of a refresh is "no network" and is queued and retried; URLSession's time-out of 60 s; prompts wait for the foreground;
// keeping, pauses and sign-out are done well (parts/). For several apps or tabs it has no design: cross-process is not claimed.
import type { Feature, Host } from '../../../src/core/contract.ts';
import type { Reply } from '../correct/reactive-class/endpoint.ts';
import { Ledger } from '../correct/reactive-class/ledger.ts';
import { Failure, jsonObject } from '../correct/reactive-class/waiting.ts';
import { Keeper } from './parts/keeper.ts';
import { postRefresh } from './parts/platform.ts';
import type { Tokens } from './parts/vault.ts';

const BUFFER = 300_000;
/** URLSession gives up after so many ms without an answer. */
const REQUEST_TIMEOUT = 60_000;
const TASK = 'token-refresh';

export class G1 extends Keeper {
  override readonly features: readonly Feature[] = ['refresh-ahead', 'offline-queue', 'reauthentication'];
  readonly refreshAhead: number = BUFFER;
  protected override readonly queues = true;
  /** UserDefaults: not protected, readable while the device is locked. */
  readonly #defaults = new Ledger(this.host.plain, this.host.clock, `access-token ${this.host.config.issuer}`);
  #since = 0;

  override async start(): Promise<void> {
    this.host.background.register(TASK, async () => {
      await this.usable();
      return 'success';
    });
    await super.start();
  }

  override foreground(): void {
    super.foreground();
    this.host.emit({ type: 'session-age', ms: this.host.clock.monotonic() - this.#since });
    if (this.tokens !== undefined) this.usable().catch(() => undefined);
  }

  /** Ahead of the end: five minutes before the `exp` of the JWT, by the device's clock. */
  protected override due(tokens: Tokens): boolean {
    const due = this.left(tokens) < BUFFER;
    if (due) this.host.emit({ type: 'near-expiry' });
    return due;
  }

  protected override left({ access }: Tokens): number {
    if (access === '') return 0;
    const [, payload = ''] = access.split('.');
    const { exp } = jsonObject(Buffer.from(payload, 'base64url').toString());
    return typeof exp === 'number' ? exp * 1_000 - this.host.clock.now() : Number.POSITIVE_INFINITY;
  }

  /** A 401 sets off a refresh, whatever token the request was sent with. */
  protected override refused(sentWith: Tokens): Tokens {
    return this.tokens ?? sentWith;
  }

  /** A network error is queued and retried; whatever else is no grant is a refresh that failed. */
  protected override async exchange(refreshToken: string): Promise<Reply> {
    const answer = await postRefresh(this.host, refreshToken, REQUEST_TIMEOUT);
    if (answer === undefined) return { retryAfter: 0 };
    return answer.granted === undefined ? { error: String(answer.status) } : { granted: answer.granted };
  }

  /** The ladder: biometrics, then the password, then sign-out. */
  protected override async ended(): Promise<Tokens> {
    await this.forget('expired');
    const end = await this.climb(['biometric', 'password']);
    if (typeof end === 'object') return end;
    await this.close(end === 'failed' ? 'signed-out' : 'expired');
    throw new Failure('reauthentication-required');
  }

  protected override take(...[tokens, state]: Parameters<Keeper['take']>): void {
    if (tokens !== undefined && tokens.session !== this.tokens?.session) this.#since = this.host.clock.monotonic();
    super.take(tokens, state);
    if (tokens !== undefined) {
      const earliestBegin = Math.max(0, this.left(tokens) - BUFFER);
      void this.host.background.schedule({ id: TASK, kind: 'app-refresh', earliestBegin }).catch(() => undefined);
    }
  }

  /** The access token at a lower level than the refresh token. */
  protected override async save(tokens: Tokens): Promise<void> {
    const { turns } = this;
    const { access, ...secret } = tokens;
    await this.write(JSON.stringify(secret));
    if (turns === this.turns) await this.#defaults.save(access);
  }

  protected override async wipe(): Promise<void> {
    await Promise.all([super.wipe(), this.#defaults.save(null)]);
  }

  protected override async found({ access: _none, ...secret }: Record<string, unknown>): Promise<Tokens | undefined> {
    if (typeof secret['refresh'] !== 'string') return undefined;
    return { ...(secret as unknown as Tokens), access: (await this.#defaults.read()) ?? '' };
  }
}

export default (host: Host): G1 => new G1(host);
