// The shared refresh engine behind the client contract. Composition only: decisions are in decide.ts, effects in the parts it joins.
// It uses nothing but the host: an app embeds it with a Host of its own; no Node API, no globals but AbortController and atob.
import type { Client, Feature, Host, RequestInit, SessionState, TokenResponse } from '../core/contract.ts';
import { relieved } from './backoff.ts';
import { Call } from './call.ts';
import { revoke } from './exchange.ts';
import { Gate } from './gate.ts';
import { Holder, type Listener } from './holder.ts';
import { clear, reconcile, save, sweep } from './keeper.ts';
import { Loader } from './loader.ts';
import { type EngineOptions, settingsOf } from './options.ts';
import { flightOf, refreshFloor } from './refresh.ts';
import { InvalidSignInError, RequestRejected } from './rejection.ts';
import { endSession, observe, openSession, rejectCalls, type Runtime, stampOf } from './runtime.ts';
import { perform } from './send.ts';
import { ENDINGS, type Session } from './session.ts';
import { AheadTimer } from './timer.ts';
import { Timers } from './timers.ts';
import { tokensFrom } from './tokens.ts';
import { Vault } from './vault.ts';

/** How long `signOut` waits for the revocation, ms; it goes on behind it. */
const REVOCATION_PATIENCE = 5_000;
const FEATURES: readonly Feature[] = ['refresh-ahead', 'offline-queue', 'cross-process'];

/** A client with everything that is optional in the contract and done by this engine. */
export interface Engine extends Client {
  signOut(): Promise<void>;
  state(): SessionState;
  foreground(): void;
  stop(): Promise<void>;
  /** Hears every transition of the session state with its reason; returns its removal. */
  subscribe(listener: Listener): () => void;
  readonly features: readonly Feature[];
  readonly refreshAhead: number;
}

/**
 * A refresh engine on `host`.
 *
 * Requests with a living token near its end wait up to 3 s for its refresh, then go with the old one. `start` never refreshes: an
 * expired token is refreshed by the first request. `signIn` and `signOut` resolve once the store holds, or has lost, the session; if it
 * refuses (a locked phone) they resolve all the same and the engine repeats the write until it works. `signOut` also waits up to 5 s for
 * the revocation, when online. Of a session that the server ended, the store keeps a note without tokens until the next sign-in or sign-out.
 *
 * @example
 * const engine = createEngine(host, { refreshAhead: 120_000 });
 * await engine.start();
 * const { status } = await engine.request('/me');
 */
export function createEngine(host: Host, options: EngineOptions = {}): Engine {
  return new RefreshEngine(host, options);
}

class RefreshEngine implements Engine {
  readonly features = FEATURES;
  readonly refreshAhead: number;
  readonly #rt: Runtime;
  readonly #loader: Loader;
  readonly #timer: AheadTimer;

  constructor(host: Host, options: EngineOptions) {
    const settings = settingsOf(options);
    const calls = new Set<Call>();
    const gate = new Gate(host.connectivity, (online) => {
      for (const call of calls) call.watch(online);
      if (online) this.#relieve();
    });
    const vault = new Vault(host.store, settings.storeKey);
    this.#rt = {
      host,
      settings,
      vault,
      holder: new Holder(settings.monotonicSince === 'boot'),
      gate,
      timers: new Timers(host.clock),
      exchanges: new Timers(host.clock),
      calls,
      sendings: [],
      quietUntil: 0,
      stopped: false,
    };
    this.refreshAhead = settings.refreshAhead;
    this.#loader = new Loader(this.#rt);
    this.#timer = new AheadTimer(this.#rt);
    this.subscribe(({ from, to, reason }) => {
      observe(this.#rt, 'session-state', { from, to, reason });
      const { session } = this.#rt.holder;
      if (session === undefined) this.#timer.stop();
      else this.#timer.arm(session);
    });
  }

  start(): Promise<void> {
    return this.#loader.start();
  }

  async signIn(response: TokenResponse): Promise<void> {
    const rt = this.#rt;
    const { access_token: accessToken, refresh_token: refreshToken, expires_in: expiresIn } = response;
    if (typeof accessToken !== 'string' || accessToken === '') throw new InvalidSignInError();
    const before = rt.holder.session;
    if (before === undefined) rejectCalls(rt, 'signed-out');
    else endSession(rt, before, ENDINGS.signedInAnew);
    const granted = { accessToken, expiresIn, date: undefined, refreshToken: refreshToken === '' ? undefined : refreshToken };
    const tokens = tokensFrom(rt, granted, { now: stampOf(rt), travelled: 0, refreshToken: undefined });
    const session = openSession(rt, { session: nameOf(rt), since: stampOf(rt), revision: 1, tokens, outage: undefined }, false);
    session.writing = save(rt, session, session.record);
    await session.writing;
    session.writing = undefined;
    if (session.ended !== undefined) return;
    rt.holder.move('active', 'signed-in');
    void sweep(rt, session.since);
  }

  request(path: string, init: RequestInit = {}): Promise<{ status: number }> {
    const { host, settings, calls, gate, stopped } = this.#rt;
    if (stopped) return Promise.reject(new RequestRejected('aborted'));
    const limits = { online: settings.requestDeadline, offline: settings.queueDeadline };
    const call = new Call(path, init, { clock: host.clock, limits, removed: (over) => calls.delete(over) });
    if (call.closed) return call.promise;
    calls.add(call);
    call.watch(gate.online);
    void perform(this.#rt, this.#loader, call);
    return call.promise;
  }

  async signOut(): Promise<void> {
    const rt = this.#rt;
    const { session } = rt.holder;
    const now = stampOf(rt);
    if (session === undefined) {
      rejectCalls(rt, 'signed-out');
      rt.holder.leave('signed-out');
    } else {
      endSession(rt, session, ENDINGS.signedOut);
    }
    rt.holder.cutoff = now;
    await clear(rt, now);
    void sweep(rt, now);
    const refreshToken = session?.tokens.refreshToken;
    if (refreshToken === undefined) return;
    const revoked = revoke(rt, refreshToken);
    if (rt.gate.online) await rt.timers.within(REVOCATION_PATIENCE, revoked, undefined);
  }

  state(): SessionState {
    return this.#rt.holder.state;
  }

  subscribe(listener: Listener): () => void {
    return this.#rt.holder.subscribe(listener);
  }

  foreground(): void {
    this.#relieve();
    this.#rt.timers.hurry();
    this.#loader.nudge();
    const { session } = this.#rt.holder;
    if (session !== undefined) void this.#freshen(session);
    else if (this.#rt.holder.state !== 'loading') void this.#loader.recheck();
  }

  /** An exchange that has left is waited for: its answer may hold the only good refresh token. Those of sessions long over are given up. */
  async stop(): Promise<void> {
    const rt = this.#rt;
    if (rt.stopped) return;
    rt.stopped = true;
    this.#timer.stop();
    rejectCalls(rt, 'aborted');
    const { session } = rt.holder;
    const flight = session?.flight;
    flight?.kick();
    rt.gate.stop();
    rt.timers.close();
    if (flight?.underWay === true) await flight.done;
    rt.exchanges.close();
    if (session?.dirty === true) await rt.vault.write(() => (session.ended === undefined ? session.record : undefined));
    await rt.vault.drain();
  }

  /** Whatever made refreshes fail may be over: the next attempt need not wait for the back-off of the last one. */
  #relieve(): void {
    const { session } = this.#rt.holder;
    if (session?.outage === undefined) return;
    session.outage = relieved(session.outage);
    if (session.flight === undefined) return;
    session.flight.fresh = true;
    session.flight.kick();
  }

  /** Back on screen: a sibling may have rotated meanwhile, and a token near its end is better renewed before somebody waits. */
  async #freshen(session: Session): Promise<void> {
    const rt = this.#rt;
    if (session.writing !== undefined || session.flight !== undefined) return;
    await reconcile(rt, session);
    const idle = session.ended === undefined && session.flight === undefined && !rt.stopped;
    if (!idle || session.isFresh(rt.host.clock.monotonic()) || session.tokens.refreshToken === undefined) return;
    if (rt.gate.online && refreshFloor(rt, session) <= 0) flightOf(rt, session);
  }
}

/** 64 random bits: tells sign-ins apart within one store. */
function nameOf({ host }: Runtime): string {
  const word = (): string => Math.floor(host.random() * 2 ** 32).toString(36);
  return `${word()}-${word()}`;
}
