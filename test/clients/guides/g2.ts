// G2, Ktor interceptors with a mutex (an Android article), literally. Gaps read kindly: a refresh goes through the same retry plugin, with
// the engine's time-out of 10 s; an answer without refresh_token keeps the one there is; who aborts ends only its own wait; signed-out
// users make no requests. Ktor is as it is: its validator runs outside its retry plugin, which retries exceptions unless told not to.
import type {
  Client,
  Feature,
  Host,
  HostFetchInit,
  HostResponse,
  RequestInit,
  SessionState,
  TokenResponse,
} from '../../../src/core/contract.ts';
import { Failure, orAborted, withLimit } from '../correct/reactive-class/waiting.ts';
import { Mutex, SharedPreferences } from './parts/platform.ts';

/** Ms until OkHttp, the engine, gives up reading. */
const READ_TIMEOUT = 10_000;
const MAX_RETRIES = 3;

/** What a response validator throws. */
export class ClientRequestException extends Error {
  readonly status: number;
  constructor(status: number) {
    super(`client request: ${status}`);
    this.status = status;
  }
}

export interface HttpRequest {
  readonly url: string;
  readonly init: HostFetchInit;
  authorization?: string;
}

/** Step 1: the access token from the preferences on every request. */
class BearerInterceptor {
  readonly #preferences: SharedPreferences;
  constructor(preferences: SharedPreferences) {
    this.#preferences = preferences;
  }

  intercept(request: HttpRequest): void {
    request.authorization = `Bearer ${this.#preferences.get('access_token') ?? ''}`;
  }
}

/** Step 2: a refresh under a mutex. */
class RefreshAuthenticator {
  readonly #api: (refreshToken: string) => Promise<TokenResponse>;
  readonly #preferences: SharedPreferences;
  readonly #mutex = new Mutex();
  constructor(api: (refreshToken: string) => Promise<TokenResponse>, preferences: SharedPreferences) {
    this.#api = api;
    this.#preferences = preferences;
  }

  refreshToken(): Promise<boolean> {
    return this.#mutex.withLock(async () => {
      const accessToken = this.#preferences.get('access_token');
      const refreshToken = this.#preferences.get('refresh_token');
      if (refreshToken === undefined) return false;
      // Meant to notice that somebody else has refreshed, but a value is compared with itself.
      if (accessToken !== this.#preferences.get('access_token')) return true;
      try {
        const answer = await this.#api(refreshToken);
        this.#preferences.apply(edit(answer));
        return true;
      } catch {
        return false;
      }
    });
  }
}

function edit({ access_token, refresh_token }: TokenResponse): Record<string, string> {
  if (typeof access_token !== 'string') throw new Error('access_token is required');
  return { access_token, ...(typeof refresh_token === 'string' && refresh_token !== '' ? { refresh_token } : {}) };
}

/** Step 3: the client, with retry plugin and response validator. */
export class G2 implements Client {
  readonly features: readonly Feature[] = [];
  readonly #host: Host;
  readonly #preferences: SharedPreferences;
  readonly #interceptor: BearerInterceptor;
  readonly #authenticator: RefreshAuthenticator;
  #condition: SessionState = 'loading';

  constructor(host: Host) {
    this.#host = host;
    this.#preferences = new SharedPreferences(host.plain, `session ${host.config.issuer}`);
    this.#interceptor = new BearerInterceptor(this.#preferences);
    this.#authenticator = new RefreshAuthenticator((refreshToken) => this.#refresh(refreshToken), this.#preferences);
  }

  async start(): Promise<void> {
    await this.#preferences.load();
    if (this.#condition === 'loading') this.#condition = this.#preferences.get('access_token') === undefined ? 'signed-out' : 'active';
  }

  state(): SessionState {
    return this.#condition;
  }

  async signIn(tokens: TokenResponse): Promise<void> {
    this.#preferences.apply(edit(tokens));
    this.#condition = 'active';
  }

  async signOut(): Promise<void> {
    this.#preferences.apply();
    this.#condition = 'signed-out';
  }

  async stop(): Promise<void> {
    await this.#preferences.written();
  }

  async request(path: string, { signal, ...init }: RequestInit = {}): Promise<{ status: number }> {
    const request: HttpRequest = {
      url: this.#host.config.resourceBaseUrl + path,
      init: { ...init, ...(signal === undefined ? {} : { signal }) },
    };
    try {
      return { status: (await orAborted(signal, this.execute(request))).status };
    } catch (error) {
      if (error instanceof ClientRequestException) return { status: error.status };
      throw error instanceof Failure ? error : new Failure('network');
    }
  }

  protected async execute(request: HttpRequest): Promise<HostResponse> {
    if (this.#condition === 'expired') throw new Failure('reauthentication-required');
    if (this.#condition !== 'active') throw new Failure('signed-out');
    this.#interceptor.intercept(request);
    const response = await this.#retrying(() => this.#send(request));
    await this.#validate(request, response);
    return response;
  }

  /** HttpResponseValidator: refresh, put the new header on the failed request, rethrow so that it is sent again. */
  async #validate(request: HttpRequest, response: HostResponse): Promise<void> {
    if (response.status !== 401) return;
    if (!(await this.#authenticator.refreshToken())) {
      this.#preferences.apply();
      this.#condition = 'expired';
      throw new Failure('reauthentication-required');
    }
    this.#interceptor.intercept(request);
    throw new ClientRequestException(response.status);
  }

  /** HttpRequestRetry: three retries on server errors, exponential delay, Retry-After respected. */
  async #retrying(send: () => Promise<HostResponse>): Promise<HostResponse> {
    for (let retry = 1; ; retry++) {
      const outcome = await send().then(
        (response) => ({ response }),
        (error: unknown) => ({ error }),
      );
      if (retry > MAX_RETRIES || !isRetried(outcome)) {
        if ('error' in outcome) throw outcome.error;
        return outcome.response;
      }
      const asked = 'response' in outcome ? Number(outcome.response.headers.get('retry-after') ?? 0) * 1_000 : 0;
      const delay = Math.min(2 ** retry * 1_000, 60_000) + this.#host.random() * 1_000;
      await this.#host.clock.sleep(Math.max(delay, Number.isNaN(asked) ? 0 : asked));
    }
  }

  #send({ url, init, authorization = '' }: HttpRequest): Promise<HostResponse> {
    return this.#fetch(url, { ...init, headers: { ...init.headers, authorization } });
  }

  #fetch(url: string, { signal, ...init }: HostFetchInit): Promise<HostResponse> {
    return withLimit(this.#host, READ_TIMEOUT, (limit) =>
      this.#host.fetch(url, { ...init, signal: signal === undefined ? limit : AbortSignal.any([limit, signal]) }),
    );
  }

  async #refresh(refreshToken: string): Promise<TokenResponse> {
    const { tokenEndpoint, clientId } = this.#host.config;
    const body = new URLSearchParams({ grant_type: 'refresh_token', refresh_token: refreshToken, client_id: clientId }).toString();
    const headers = { 'content-type': 'application/x-www-form-urlencoded', accept: 'application/json' };
    const response = await this.#retrying(() => this.#fetch(tokenEndpoint, { method: 'POST', headers, body }));
    return (await response.json()) as TokenResponse;
  }
}

/** Server errors, and exceptions other than the caller's own cancellation. */
function isRetried(outcome: { response: HostResponse } | { error: unknown }): boolean {
  return 'error' in outcome ? !(outcome.error instanceof Failure) : outcome.response.status >= 500;
}

export default (host: Host): G2 => new G2(host);
