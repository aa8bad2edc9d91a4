// The correct client that every file in ../broken breaks in one place: class based, methods small enough to override one at a time.
// Claims refresh-ahead, offline-queue and cross-process. Uses nothing but the host.
import type { Body, Client, Feature, HostResponse, RequestInit, SessionState, TokenResponse } from '../../../src/core/contract.ts';
import { Refresher } from './refresher.ts';
import { Rejected, type Session } from './session.ts';

const noop = (): void => undefined;

/** One logical request of the app, while it waits for anything. */
export interface Call {
  readonly path: string;
  readonly init: RequestInit;
  /** The caller's own signal. */
  readonly caller: AbortSignal | undefined;
  /** Aborted when the call ends early, for whatever reason. */
  readonly signal: AbortSignal;
  /** The sign-in whose token it was given; absent before it was given any. */
  sessionId?: string;
  /** Rejects when the caller aborts or the session goes away. */
  readonly ended: Promise<never>;
  end(reason: Rejected['reason']): void;
  close(): void;
}

export class BaseClient extends Refresher implements Client {
  readonly features: readonly Feature[] = ['refresh-ahead', 'offline-queue', 'cross-process'];
  /** 270 s, and up to 25 s of jitter per token. */
  readonly refreshAhead: number = 300_000;
  /** Sendings of one request after the first, for a refused token. */
  protected readonly replays: number = 1;
  protected readonly queueLimit: number = 500;
  readonly #calls = new Set<Call>();
  #armedFor: string | undefined;
  #disarm: () => void = noop;
  #lastUse = 0;

  async start(): Promise<void> {
    await this.sync();
  }

  state(): SessionState {
    return this.phase;
  }

  async signIn(tokens: TokenResponse): Promise<void> {
    this.#endGeneration('loading');
    const session = this.successor(tokens, this.monotonic());
    const stored = this.save(session);
    // Usable once stored, or once the store has refused: then memory is all there is, and the write is retried.
    const work = stored.then(() => {
      if (this.phase === 'loading' && this.adopting === work) this.take(session);
    });
    this.adopting = work;
    await work;
    if (this.adopting === work) this.adopting = undefined;
  }

  async signOut(): Promise<void> {
    const { session } = this;
    this.#endGeneration('signed-out');
    await this.save(undefined);
    await this.revoke(session?.refreshToken);
  }

  async stop(): Promise<void> {
    this.#disarm();
    for (const call of this.#calls) call.end('aborted');
    await this.land();
    await this.closeVault();
  }

  async request(path: string, init: RequestInit = {}): Promise<{ status: number }> {
    const call = this.#open(path, init);
    try {
      return { status: (await this.perform(call)).status };
    } finally {
      call.close();
    }
  }

  protected async perform(call: Call): Promise<HostResponse> {
    let session = await this.#ready(call);
    let response = await this.#send(call, session, 1);
    for (let replay = 1; replay <= this.replays && this.isRefusal(response); replay++) {
      const next = await Promise.race([this.refresh(this.refusedToken(session), session, call.caller), call.ended]);
      session = this.sessionForReplay(session, next);
      response = await this.#send(call, session, replay + 1);
    }
    return response;
  }

  /** A session whose access token may be sent now. */
  async #ready(call: Call): Promise<Session> {
    for (;;) {
      const session = await Promise.race([this.current(), call.ended]);
      call.sessionId = session.id;
      const fresh = await Promise.race([this.fresh(session, call), call.ended]);
      if (this.host.connectivity.online()) return fresh;
      if (this.#calls.size > this.queueLimit) throw new Rejected('queue-full');
      await Promise.race([this.whenOnline(), call.ended]);
    }
  }

  /** Near its end: a refresh begins beside the request; at its end: the request waits for it. */
  protected fresh(session: Session, call: Call): Promise<Session> | Session {
    this.#lastUse = this.monotonic();
    const left = this.remaining(session);
    if (left > this.aheadOf(session)) {
      this.#arm(session);
      return session;
    }
    const next = this.refresh(session.accessToken, session, call.caller);
    if (left <= Math.min(10_000, this.aheadOf(session) * 0.2)) return next;
    next.catch(noop);
    return session;
  }

  /** Ms of life left, on the monotonic clock: a jump or skew of the wall clock changes nothing. */
  protected remaining(session: Session): number {
    if (session.lifetime === undefined) return Number.POSITIVE_INFINITY;
    const age = this.monotonic() - session.issuedAt;
    return age < 0 ? 0 : session.lifetime - age;
  }

  /** Ms before expiry at which the refresh begins: never more than a third of a life. */
  protected aheadOf(session: Session): number {
    return Math.min(270_000 + 25_000 * session.early, (session.lifetime ?? 0) * 0.3);
  }

  #arm(session: Session): void {
    if (this.#armedFor === session.accessToken || session.lifetime === undefined) return;
    this.#disarm();
    this.#armedFor = session.accessToken;
    this.#disarm = this.timer(() => this.onTimer(session), this.remaining(session) - this.aheadOf(session));
  }

  protected timer(fn: () => void, ms: number): () => void {
    return this.host.clock.setTimeout(fn, ms);
  }

  /** An app that nobody used for half a token's life stops refreshing by itself. */
  protected onTimer(session: Session): void {
    if (this.monotonic() - this.#lastUse > (session.lifetime ?? 0) / 2) return;
    this.refresh(session.accessToken, session).then((next) => this.#arm(next), noop);
  }

  async #send(call: Call, session: Session, k: number): Promise<HostResponse> {
    const url = this.host.config.resourceBaseUrl + call.path;
    const { method = 'GET' } = call.init;
    const body = k === 1 ? call.init.body : this.bodyForReplay(call.init);
    const headers = { ...call.init.headers, authorization: `Bearer ${session.accessToken}` };
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    const answer = this.limited(300_000, call.signal, (signal) => this.transfer(url, { ...init, signal }));
    answer.catch(noop);
    try {
      return await Promise.race([answer, call.ended]);
    } catch (error) {
      throw error instanceof Rejected ? error : new Rejected('network');
    }
  }

  /** The host follows redirects as WHATWG fetch does: the token stays with its origin. */
  protected transfer(url: string, init: RequestInit): Promise<HostResponse> {
    return this.host.fetch(url, init);
  }

  protected bodyForReplay(init: RequestInit): Body | undefined {
    return init.body;
  }

  /** RFC 6750 3.1: `invalid_token`, or a challenge that says nothing, is about the token; other errors are about the request. */
  protected isRefusal(response: HostResponse): boolean {
    if (response.status !== 401) return false;
    const error = /\berror="([^"]*)"/.exec(response.headers.get('www-authenticate') ?? '')?.[1];
    return error === undefined || error === 'invalid_token';
  }

  /** The token a 401 is about: the one the request was sent with, whatever is in hand by now. */
  protected refusedToken(sentWith: Session): string {
    return sentWith.accessToken;
  }

  protected sessionForReplay(_sentWith: Session, next: Session): Session {
    return next;
  }

  #open(path: string, init: RequestInit): Call {
    const controller = new AbortController();
    const end: Call['end'] = (reason) => controller.abort(new Rejected(reason));
    const ended = new Promise<never>((_, reject) => {
      controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error));
    });
    ended.catch(noop);
    const onAbort = (): void => end('aborted');
    init.signal?.addEventListener('abort', onAbort);
    if (init.signal?.aborted === true) onAbort();
    const close = (): void => {
      init.signal?.removeEventListener('abort', onAbort);
      this.#calls.delete(call);
    };
    const call: Call = { path, init, caller: init.signal, signal: controller.signal, ended, end, close };
    this.#calls.add(call);
    return call;
  }

  protected override evict(sessionId: string, reason: 'signed-out' | 'reauthentication-required'): void {
    for (const call of this.#calls) if (call.sessionId === sessionId) call.end(reason);
  }

  /** Somebody signs in or out: what was asked for before is nobody's any more. */
  #endGeneration(phase: SessionState): void {
    this.#disarm();
    this.#armedFor = undefined;
    this.take(undefined, phase);
    for (const call of this.#calls) call.end('signed-out');
  }
}
