// The correct client that every file in ../broken breaks in one place: class based, methods small enough to override one at a time.
// Claims everything, background jobs where the scenario wants one. Uses nothing but the host. Each file of this folder is one layer of it, or what layers share.
import type { Body, Client, Feature, HostResponse, RequestInit, SessionState, TokenResponse } from '../../../src/core/contract.ts';
import { openCall, type Call } from './call.ts';
import { Jobs } from './jobs.ts';
import { Rejected, type Session } from './session.ts';

const noop = (): void => undefined;
/** Sent again after an unknown outcome, these change nothing more (RFC 9110 9.2.2). */
const IDEMPOTENT = ['GET', 'HEAD', 'PUT', 'DELETE'];

export class BaseClient extends Jobs implements Client {
  readonly features: readonly Feature[] = [
    'refresh-ahead',
    'offline-queue',
    'cross-process',
    ...(this.hasJob ? (['background'] as const) : []),
    'push',
    'silent-refresh',
    'reauthentication',
    'idle-lock',
    'streams',
  ];
  /** 270 s, and up to 25 s of jitter per token. */
  readonly refreshAhead: number = 300_000;
  /** Sendings of one request after the first, for a refused token. */
  protected readonly replays: number = 1;
  protected readonly queueLimit: number = 500;
  readonly #calls = new Set<Call>();

  async start(): Promise<void> {
    this.registerJob();
    await this.sync();
  }

  state(): SessionState {
    this.checkIdle();
    return this.phase === 'active' && this.locked ? 'locked' : this.phase;
  }

  async signIn(tokens: TokenResponse): Promise<void> {
    this.endGeneration('loading');
    this.mayBeAskedAgain();
    const session = this.successor(tokens, this.monotonic());
    const stored = this.mark().then(() => this.save(session));
    // Usable once stored, or once the store has refused: then memory is all there is, and the write is retried.
    const work = stored.then(() => {
      if (this.phase !== 'loading' || this.adopting !== work) return;
      this.take(session);
      this.touch();
    });
    this.adopting = work;
    await work;
    if (this.adopting === work) this.adopting = undefined;
  }

  async signOut(): Promise<void> {
    const { session } = this;
    this.endGeneration('signed-out');
    await this.save(undefined);
    await this.revoke(session?.refreshToken);
  }

  async stop(): Promise<void> {
    this.disarm();
    this.disarmIdle();
    this.endStreams();
    for (const call of this.#calls) call.end('aborted');
    await this.land();
    await this.closeVault();
  }

  override foreground(): void {
    super.foreground();
    if (this.phase === 'loading') void this.sync();
    else if (this.session !== undefined && (this.mayBeSpent || this.remaining(this.session) <= this.aheadOf(this.session)))
      this.renewQuietly(this.session);
  }

  /** A silent push. One that asks for a refresh gets it, unless the token is brand new; any other is an occasion to look at its age. */
  push(payload: unknown): void {
    this.sync().then(() => {
      const { session } = this;
      if (session === undefined) return;
      const asks = typeof payload === 'object' && payload !== null && (payload as { type?: unknown }).type === 'refresh';
      const isBrandNew = this.monotonic() - session.issuedAt < Math.min(60_000, (session.lifetime ?? 60_000) / 4);
      if (asks ? !isBrandNew : this.remaining(session) <= this.aheadOf(session)) this.pushed(session);
    }, noop);
  }

  protected pushed(session: Session): void {
    this.renewQuietly(session);
  }

  protected renewQuietly(session: Session): void {
    this.refresh(session.accessToken, session).then((next) => this.arm(next), noop);
  }

  async request(path: string, init: RequestInit = {}): Promise<{ status: number }> {
    let failure: Rejected | undefined;
    for (;;) {
      const call = this.#open(path, init);
      try {
        if (failure !== undefined && !(await Promise.race([this.soon(this.ask('sign-in'), false), call.ended]))) throw failure;
        return { status: (await this.perform(call)).status };
      } catch (error) {
        if (error === failure || !this.goesOn(error, call)) throw error;
        failure = error;
      } finally {
        call.close();
      }
    }
  }

  /** What a new sign-in by prompt would carry out: not what may have been done already. */
  protected goesOn(error: unknown, { init, underWay }: Call): error is Rejected {
    if (!(error instanceof Rejected) || error.reason !== 'reauthentication-required') return false;
    return !underWay || IDEMPOTENT.includes(init.method ?? 'GET');
  }

  protected async perform(call: Call): Promise<HostResponse> {
    let session = await this.#ready(call);
    let response = await this.#send(call, session, 1);
    for (let replay = 1; replay <= this.replays && this.isRefusal(response); replay++) {
      const next = await Promise.race([this.refresh(this.refusedToken(session), session, call.caller), call.ended]);
      await this.admitted(call.ended);
      session = this.sessionForReplay(session, next);
      response = await this.#send(call, session, replay + 1);
    }
    return response;
  }

  /** A session whose access token may be sent now. */
  async #ready(call: Call): Promise<Session> {
    for (;;) {
      await this.admitted(call.ended);
      const session = await Promise.race([this.current(), call.ended]);
      call.sessionId = session.id;
      const fresh = await Promise.race([this.fresh(session, call.caller), call.ended]);
      if (this.host.connectivity.online()) {
        if (!this.locked) return fresh;
        continue;
      }
      if (this.#calls.size > this.queueLimit) throw new Rejected('queue-full');
      await Promise.race([this.whenOnline(), call.ended]);
    }
  }

  protected override async sessionFor(path: string, signal: AbortSignal): Promise<Session> {
    const call = this.#open(path, { signal });
    try {
      return await this.#ready(call);
    } finally {
      call.close();
    }
  }

  async #send(call: Call, session: Session, k: number): Promise<HostResponse> {
    const url = this.host.config.resourceBaseUrl + call.path;
    const { method = 'GET' } = call.init;
    const body = k === 1 ? call.init.body : this.bodyForReplay(call.init);
    const headers = { ...call.init.headers, authorization: `Bearer ${session.accessToken}` };
    const init = { method, headers, ...(body === undefined ? {} : { body }) };
    call.underWay = true;
    const answer = this.limited(300_000, call.signal, (signal) => this.transfer(url, { ...init, signal }));
    answer.catch(noop);
    try {
      const response = await Promise.race([answer, call.ended]);
      call.underWay = false;
      this.offered(response, session);
      return response;
    } catch (error) {
      throw error instanceof Rejected ? error : new Rejected('network');
    }
  }

  /** The host follows redirects as WHATWG fetch does: the token stays with its origin. */
  protected transfer(url: string, init: RequestInit): Promise<HostResponse> {
    return this.host.fetch(url, init);
  }

  /** A stream was drained by the first sending: nothing is sent in its place. */
  protected bodyForReplay({ body }: RequestInit): Body | undefined {
    if (body !== undefined && typeof body !== 'string') throw new Rejected('not-replayable');
    return body;
  }

  /** RFC 6750 3.1: `invalid_token`, or a challenge that says nothing, is about the token; other errors are about the request. */
  protected override isRefusal(response: Pick<HostResponse, 'status' | 'headers'>): boolean {
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
    const call = openCall(path, init, (over) => this.#calls.delete(over));
    this.#calls.add(call);
    return call;
  }

  protected override evict(sessionId: string, reason: 'signed-out' | 'reauthentication-required'): void {
    this.endStreams(sessionId);
    for (const call of this.#calls) if (call.sessionId === sessionId) call.end(reason);
  }

  /** Somebody signs in or out: what was asked for before is nobody's any more, unless the sign-in answers a prompt for just that. */
  protected endGeneration(phase: SessionState): void {
    this.disarm();
    this.endStreams();
    this.take(undefined, phase);
    if (!this.signingIn) for (const call of this.#calls) call.end('signed-out');
  }
}
