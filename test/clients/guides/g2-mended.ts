// G2 mended: interceptor, authenticator with a mutex, retry plugin and response validator are still there.
//
// Mends:
// - The mutex compares the token that was refused, not a value with itself: who waited uses what the first one brought.
// - The validator sends the request again itself, once: outside the retry plugin nobody else would.
// - Only invalid_grant signs out; anything else is tried again after growing pauses, then told to the caller as a network error.
// - Who waited for the mutex while a refresh failed shares the failure instead of asking again.
// - The retry plugin repeats only methods that may be repeated: no POST, no PATCH.
// - One record in the secure store instead of plain preferences; written before it is used, and again when a write failed.
// - A store that cannot be read is not an empty one: the app stays loading and asks again.
// - What was begun for one sign-in ends with it: a late answer is neither stored nor does it sign anybody out.
import type { Client, Host, HostResponse, RequestInit } from '../../../src/core/contract.ts';
import { tokenRefused } from '../correct/reactive-class/endpoint.ts';
import { Failure, orAborted, withLimit, type Era } from '../correct/reactive-class/waiting.ts';
import { Mutex } from './parts/platform.ts';
import { Tries, type Later } from './parts/tries.ts';
import { Vault, type Tokens } from './parts/vault.ts';

/** Ms until the engine gives up: not the 10 s that suit a refresh, uploads take longer. */
const READ_TIMEOUT = 300_000;
const MAX_RETRIES = 3;
/** RFC 9110 9.2.2. */
const REPEATABLE: readonly string[] = ['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE'];

interface HttpRequest {
  readonly url: string;
  readonly init: RequestInit;
  readonly era: Era;
  tokens: Tokens;
}

export class G2Mended extends Vault implements Client {
  /** One for each sign-in: nobody waits for the refresh of another user. */
  #mutex = new Mutex();
  readonly #tries = new Tries(this.host, this.closing.signal);
  #failures = 0;

  async request(path: string, init: RequestInit = {}): Promise<{ status: number }> {
    const turn = this.turns;
    await orAborted(init.signal, this.arrive());
    const { tokens, era } = this;
    if (turn !== this.turns || tokens === undefined) throw new Failure('signed-out');
    await this.#online();
    return { status: (await this.#execute({ url: this.host.config.resourceBaseUrl + path, init, era, tokens })).status };
  }

  protected override async landed(): Promise<void> {
    await this.#mutex.withLock(async () => undefined);
  }

  protected override newEra(reason: Failure['reason']): void {
    super.newEra(reason);
    this.#mutex = new Mutex();
  }

  async #execute(request: HttpRequest): Promise<HostResponse> {
    const response = await this.#retrying(request);
    return this.#validate(request, response);
  }

  /** HttpResponseValidator: refresh, put the new token on the failed request, send it again. */
  async #validate(request: HttpRequest, response: HostResponse): Promise<HostResponse> {
    if (!tokenRefused(response)) return response;
    const { era, init, tokens } = request;
    request.tokens = await orAborted(init.signal, orAborted(era.signal, this.#refreshToken(tokens, era)));
    if (typeof init.body === 'object') throw new Failure('not-replayable');
    return this.#retrying(request);
  }

  /** The authenticator. Rejects where the guide says false, with the reason. */
  #refreshToken(refused: Tokens, era: Era): Promise<Tokens> {
    const failures = this.#failures;
    const refreshed = this.#mutex.withLock(async () => {
      era.check();
      if (this.tokens !== undefined && this.tokens.access !== refused.access) return this.tokens;
      if (failures !== this.#failures) throw new Failure('network');
      try {
        return await this.#tries.until(
          () => this.#exchange(refused, era),
          era,
          () => this.#online(),
        );
      } catch (error) {
        if (!era.signal.aborted) this.#failures += 1;
        throw error;
      }
    });
    refreshed.catch(() => undefined);
    return refreshed;
  }

  async #exchange(held: Tokens, era: Era): Promise<Tokens | Later> {
    const sentAt = this.host.clock.monotonic();
    const reply = held.refresh === undefined ? { error: 'no refresh token' } : await this.endpoint.refresh(held.refresh);
    if ('granted' in reply) return this.keep(this.mint(reply.granted, sentAt, held), held, era);
    era.check();
    if ('retryAfter' in reply) return reply;
    await this.close('expired');
    throw new Failure('reauthentication-required');
  }

  async #online(): Promise<void> {
    if (!this.host.connectivity.online()) throw new Failure('offline');
  }

  /** HttpRequestRetry: three retries on server errors and exceptions, exponential delay, Retry-After respected. */
  async #retrying(request: HttpRequest): Promise<HostResponse> {
    const { init, era } = request;
    const retries = REPEATABLE.includes(init.method ?? 'GET') && typeof init.body !== 'object' ? MAX_RETRIES : 0;
    for (let retry = 1; ; retry++) {
      const outcome = await this.#send(request).then(
        (response) => ({ response }),
        (error: unknown) => ({ error }),
      );
      if ('error' in outcome && outcome.error instanceof Failure) throw outcome.error;
      if ('error' in outcome && retry > retries) throw new Failure('network');
      if ('response' in outcome && (retry > retries || outcome.response.status < 500)) return outcome.response;
      const asked = 'response' in outcome ? Number(outcome.response.headers.get('retry-after') ?? 0) * 1_000 : 0;
      const delay = Math.max(2 ** retry * 1_000 + this.host.random() * 1_000, asked || 0);
      await orAborted(init.signal, orAborted(era.signal, this.sleep(delay)));
    }
  }

  /** The interceptor puts the token on the request. */
  async #send({ url, init, era, tokens }: HttpRequest): Promise<HostResponse> {
    const { method = 'GET', body, signal = era.signal } = init;
    const headers = { ...init.headers, authorization: `Bearer ${tokens.access}` };
    try {
      return await withLimit(this.host, READ_TIMEOUT, (limit) =>
        this.host.fetch(url, {
          method,
          headers,
          ...(body === undefined ? {} : { body }),
          signal: AbortSignal.any([limit, signal, era.signal]),
        }),
      );
    } catch {
      if (signal.aborted && signal !== era.signal) throw new Failure('aborted');
      era.check();
      throw new Error('network');
    }
  }
}

export default (host: Host): G2Mended => new G2Mended(host);
