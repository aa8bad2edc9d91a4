// What a guide does not say of refreshing, done well: one refresh at a time, late answers recognised by the token they are about, growing
// pauses, one replay. A guide is built on it by overriding what it does say.
import type { Client, HostResponse, RequestInit, SessionState } from '../../../../src/core/contract.ts';
import { tokenRefused, type Reply } from '../../correct/reactive-class/endpoint.ts';
import { Failure, orAborted, withLimit, type Era } from '../../correct/reactive-class/waiting.ts';
import { whenOnline } from './platform.ts';
import { Tries, type Later } from './tries.ts';
import { Vault, type Tokens } from './vault.ts';

const noop = (): void => undefined;

type Rung = 'biometric' | 'password';

export class Keeper extends Vault implements Client {
  /** Whether requests wait for the network. */
  protected readonly queues: boolean = false;
  readonly #tries = new Tries(this.host, this.closing.signal);
  #flight: Promise<Tokens> | undefined;
  #ladder: Promise<unknown> | undefined;
  /** Sign-ins while prompts were shown. */
  #prompted = 0;
  /** Open while the app is in background. */
  #hidden: PromiseWithResolvers<void> | undefined;

  foreground(): void {
    this.#hidden?.resolve();
    this.#hidden = undefined;
  }

  background(): void {
    this.#hidden ??= Promise.withResolvers();
  }

  async request(path: string, init: RequestInit = {}): Promise<{ status: number }> {
    const turn = this.turns;
    await orAborted(init.signal, this.arrive());
    if (turn !== this.turns) throw new Failure('signed-out');
    const { era } = this;
    const within = <T>(work: Promise<T>): Promise<T> => orAborted(init.signal, orAborted(era.signal, work));
    await within(this.online());
    const sent = await within(this.usable());
    const first = await this.#send(path, init, sent, era);
    if (!tokenRefused(first)) return { status: first.status };
    const renewed = await within(this.renew(this.refused(sent)));
    if (typeof init.body === 'object') throw new Failure('not-replayable');
    return { status: (await this.#send(path, init, renewed, era)).status };
  }

  protected override async landed(): Promise<void> {
    await this.#flight?.catch(noop);
  }

  protected override newEra(reason: Failure['reason']): void {
    super.newEra(reason);
    this.#flight = undefined;
  }

  /** A sign-in that a prompt asked for goes on with the calls that wait for it. */
  protected override turn(state: SessionState, by: 'sign-in' | 'sign-out'): void {
    if (by === 'sign-out' || this.#ladder === undefined) return super.turn(state, by);
    this.#prompted += 1;
    this.take(undefined, state);
  }

  /** A ladder that nobody can see yet is not waited for. */
  protected override async arrive(): Promise<void> {
    if (this.#hidden === undefined) await this.#ladder;
    else if (this.#ladder !== undefined) throw new Failure('reauthentication-required');
    await super.arrive();
  }

  /** Prompts in this order, one ladder at a time, on the screen only. Resolves with the new tokens, or with what became of the prompts. */
  protected async climb(rungs: readonly Rung[]): Promise<Tokens | 'failed' | 'unavailable'> {
    if (this.#hidden !== undefined) this.newEra('reauthentication-required');
    const ladder = this.#climb(rungs);
    this.#ladder = ladder.catch(noop);
    const end = await ladder;
    this.#ladder = undefined;
    return end;
  }

  async #climb(rungs: readonly Rung[]): Promise<Tokens | 'failed' | 'unavailable'> {
    let end: 'failed' | 'unavailable' = 'unavailable';
    for (const rung of rungs) {
      await this.#hidden?.promise;
      const before = this.#prompted;
      const outcome = await this.host.reauthenticate[rung]('sign-in');
      const isReplaced = this.#prompted !== before && this.tokens !== undefined;
      // Somebody signed in beside the prompt: the calls that wait are not theirs.
      if (isReplaced && outcome !== 'ok') this.newEra('signed-out');
      if (isReplaced) return this.tokens as Tokens;
      if (outcome !== 'unavailable') end = 'failed';
    }
    return end;
  }

  /** Resolves when something may be sent. */
  protected async online(): Promise<void> {
    if (this.queues) return whenOnline(this.host, this.closing.signal);
    if (!this.host.connectivity.online()) throw new Failure('offline');
  }

  /** Tokens a request may leave with: a due refresh first, unless it cannot be had and the token in hand is still good. */
  protected async usable(): Promise<Tokens> {
    const { tokens } = this;
    if (this.#flight !== undefined) return this.#flight;
    if (tokens === undefined) throw new Failure('signed-out');
    if (!this.due(tokens)) return tokens;
    return this.renew(tokens).catch((error: unknown) => {
      if (this.tokens !== tokens || this.left(tokens) <= 0) throw error;
      return tokens;
    });
  }

  /** Whether a refresh comes first. Here: when the token is over, or as good as over. */
  protected due(tokens: Tokens): boolean {
    return this.left(tokens) <= Math.min(3_000, (tokens.lives ?? 0) / 10);
  }

  /** Ms of life left, on the monotonic clock: the device's wall clock may say what it likes. */
  protected left({ bornAt, lives }: Tokens): number {
    if (lives === undefined) return Number.POSITIVE_INFINITY;
    const age = this.host.clock.monotonic() - bornAt;
    return age < 0 ? 0 : lives - age;
  }

  /** The tokens a 401 is about: those the request was sent with. */
  protected refused(sentWith: Tokens): Tokens {
    return sentWith;
  }

  /** The tokens that follow `stale`: those in hand when it was refused late, else those of the one flight. */
  protected renew(stale: Tokens): Promise<Tokens> {
    if (this.#flight !== undefined) return this.#flight;
    if (this.tokens !== undefined && this.tokens.access !== stale.access) return Promise.resolve(this.tokens);
    const flight = this.#fly(stale, this.era).finally(() => {
      if (this.#flight === flight) this.#flight = undefined;
    });
    flight.catch(noop);
    this.#flight = flight;
    return flight;
  }

  #fly(stale: Tokens, era: Era): Promise<Tokens> {
    return this.#tries.until(
      () => this.#attempt(stale, era),
      era,
      () => this.online(),
    );
  }

  async #attempt(stale: Tokens, era: Era): Promise<Tokens | Later> {
    const held = this.tokens ?? stale;
    if (held.access !== stale.access) return held;
    if (held.refresh === undefined) return this.ended();
    const sentAt = this.host.clock.monotonic();
    const reply = await this.exchange(held.refresh);
    if ('granted' in reply) return this.keep(this.mint(reply.granted, sentAt, held), held, era);
    era.check();
    if (this.isFinal(reply)) return this.ended();
    return { retryAfter: 'retryAfter' in reply ? reply.retryAfter : 0 };
  }

  /** One refresh request and how its answer is read. */
  protected exchange(refreshToken: string): Promise<Reply> {
    return this.endpoint.refresh(refreshToken);
  }

  /** Whether a failed exchange ends the session: `invalid_grant` alone does. */
  protected isFinal(reply: Exclude<Reply, { granted: unknown }>): boolean {
    return 'error' in reply;
  }

  /** The session is over. Resolves when somebody brought a new one. */
  protected async ended(): Promise<Tokens> {
    await this.close('expired');
    throw new Failure('reauthentication-required');
  }

  /** What a response says beside its answer. */
  protected async received(_response: HostResponse, _sentWith: Tokens, _era: Era): Promise<void> {}

  async #send(path: string, init: RequestInit, tokens: Tokens, era: Era): Promise<HostResponse> {
    const { method = 'GET', body } = init;
    const headers = { ...init.headers, authorization: `Bearer ${tokens.access}` };
    const ended = init.signal === undefined ? era.signal : AbortSignal.any([init.signal, era.signal]);
    const url = this.host.config.resourceBaseUrl + path;
    try {
      const response = await withLimit(this.host, 300_000, (limit) =>
        this.host.fetch(url, { method, headers, ...(body === undefined ? {} : { body }), signal: AbortSignal.any([limit, ended]) }),
      );
      await this.received(response, tokens, era);
      return response;
    } catch {
      if (init.signal?.aborted === true) throw new Failure('aborted');
      era.check();
      throw new Failure('network');
    }
  }
}
