// The session manager behind the client contract. Composition only: decisions are in decide.ts and machine.ts, effects in the parts it
// joins. It uses nothing but the host: an app embeds it with a Host of its own; no Node API, no globals but AbortController and atob.
import type { Client, Feature, Host, HostResponse, LockPolicy, RequestInit, SessionState, TokenResponse } from '../core/contract.ts';
import { TokenwarpError } from '../core/errors.ts';
import { AutoLock } from './autolock.ts';
import type { Call } from './call.ts';
import { grantedIn } from './classify.ts';
import { Clockwork } from './clockwork.ts';
import { decideCarryOver } from './decide.ts';
import { type DueEnd, type Lasting, renewIfDue } from './due.ts';
import { revoke } from './exchange.ts';
import { Gate } from './gate.ts';
import { Holder } from './holder.ts';
import { leave, save, sweep } from './keeper.ts';
import { Loader } from './loader.ts';
import { type Listener, Machine, type Transition } from './machine.ts';
import { type EngineOptions, type Settings, settingsOf } from './options.ts';
import { Prompts } from './prompts.ts';
import { RequestRejected } from './rejection.ts';
import { endSession, type EngineEvent, observe, openCall, openSession, rejectCalls, type Runtime, stampOf } from './runtime.ts';
import { perform } from './send.ts';
import { openStream } from './stream.ts';
import { Timers } from './timers.ts';
import { tokensFrom } from './tokens.ts';
import { transitionsOf } from './transitions.ts';
import { backOnline, freshen, pushed, relieve } from './triggers.ts';
import { Vault } from './vault.ts';

/** When apps of a kind lock themselves, ms: for `lock`. */
export const LOCK_PRESETS = {
  fintech: { idle: 300_000, background: 180_000 },
  corporate: { idle: 1_800_000, background: 900_000 },
  consumer: {},
} as const satisfies Readonly<Record<string, LockPolicy>>;

/** How long `signOut` waits for the revocation, ms; it goes on behind it. */
const REVOCATION_PATIENCE = 5_000;
const FEATURES: readonly Feature[] = [
  'refresh-ahead',
  'offline-queue',
  'cross-process',
  'push',
  'silent-refresh',
  'reauthentication',
  'idle-lock',
  'streams',
];

/** A client with everything that is optional in the contract and done by this engine. */
export interface Engine extends Client {
  /** The whole answer, its body unread. */
  request(path: string, init?: RequestInit): Promise<HostResponse>;
  signOut(): Promise<void>;
  state(): SessionState;
  foreground(): void;
  background(): void;
  interaction(): void;
  push(payload: unknown): void;
  openStream(path: string, onMessage: (message: string) => void): Promise<{ close(): void }>;
  /**
   * Renews a token that does not last as long as `lasting` says, and waits until that is durable; for jobs of the operating system (see
   * `tokenwarp/engine/background`). Once `signal` is aborted it has `failed`, and an answer under way is kept when it comes.
   */
  refreshIfDue(lasting: Lasting, signal: AbortSignal): Promise<DueEnd>;
  stop(): Promise<void>;
  /** Hears every transition of the session state with its reason; returns its removal. */
  subscribe(listener: Listener): () => void;
  /** Every transition from now on, until `signal` is aborted or the engine is stopped. */
  transitions(signal?: AbortSignal): AsyncIterableIterator<Transition>;
  /** Hears what an app may want to show or report; returns its removal. */
  watch(watcher: (event: EngineEvent) => void): () => void;
  readonly features: readonly Feature[];
  readonly refreshAhead: number;
}

/**
 * A session manager on `host`.
 *
 * `start` restores what the store holds. A good access token is used as it is; an expired one is refreshed while the state is still
 * `loading`, for `startPatience` at most. Requests with a living token near its end wait up to 3 s for its refresh, then go with the old
 * one. `signIn` and `signOut` resolve once the store holds, or has lost, the session; if it refuses (a locked phone) they resolve all the
 * same and the engine repeats the write until it works. `signOut` also waits up to 5 s for the revocation, when online. Of a session that
 * the server ended, the store keeps a note without tokens until the next sign-in or sign-out.
 *
 * @example
 * const engine = createEngine(host, { refreshAhead: 120_000 });
 * await engine.start();
 * const answer = await engine.request('/me');
 */
export function createEngine(host: Host, options: EngineOptions = {}): Engine {
  return new SessionManager(host, options);
}

class SessionManager implements Engine {
  readonly features = FEATURES;
  readonly refreshAhead: number;
  readonly #rt: Runtime;
  readonly #loader: Loader;
  readonly #autoLock: AutoLock;
  readonly #prompts: Prompts;

  constructor(host: Host, options: EngineOptions) {
    const rt = wire(host, settingsOf(options));
    this.#rt = rt;
    this.refreshAhead = rt.settings.refreshAhead;
    this.#autoLock = new AutoLock(rt);
    this.#loader = new Loader(rt);
    this.#prompts = new Prompts(rt);
    const parts: Parts = { autoLock: this.#autoLock, loader: this.#loader, prompts: this.#prompts, clockwork: new Clockwork(rt) };
    Object.assign(rt, parts);
    this.subscribe((transition) => {
      observe(rt, { type: 'session-state', ...transition });
      rt.clockwork.arm();
      for (const stream of rt.streams) stream.heed(transition.to);
    });
  }

  start(): Promise<void> {
    return this.#loader.start();
  }

  async signIn(response: TokenResponse): Promise<void> {
    const rt = this.#rt;
    const { access_token: accessToken } = response;
    if (typeof accessToken !== 'string' || accessToken === '') {
      throw new TokenwarpError('TW_SIGN_IN_INVALID', 'the token response has no access_token', {
        hint: 'pass the body of the token endpoint as it came',
      });
    }
    const prompted = this.#prompts.signingIn;
    const before = rt.holder.session;
    const goOn = rt.machine.state === 'expired' && decideCarryOver(rt.holder.isSameUser(accessToken), prompted);
    if (before !== undefined) endSession(rt, before, 'signed-in');
    else if (!goOn) rejectCalls(rt, 'signed-out');
    const tokens = tokensFrom(rt, grantedIn(response), { now: stampOf(rt), travelled: 0, before: undefined });
    const session = openSession(rt, { session: nameOf(rt), since: stampOf(rt), revision: 1, tokens, outage: undefined }, false);
    session.writing = save(rt, session, session.record);
    await session.writing;
    session.writing = undefined;
    if (session.ended !== undefined) return;
    rt.machine.fire(prompted && goOn ? 'reauthenticated' : 'signed-in');
    void sweep(rt, session.since);
  }

  request(path: string, init: RequestInit = {}): Promise<HostResponse> {
    const { stopped } = this.#rt;
    if (stopped) return Promise.reject(new RequestRejected('aborted'));
    const call = openCall<HostResponse>(this.#rt, path, init);
    if (!call.closed) void perform(this.#rt, call);
    return call.promise;
  }

  async signOut(): Promise<void> {
    const rt = this.#rt;
    const refreshToken = rt.holder.session?.tokens.refreshToken;
    const now = stampOf(rt);
    await leave(rt, 'user');
    void sweep(rt, now);
    if (refreshToken === undefined) return;
    const revoked = revoke(rt, refreshToken);
    if (rt.gate.online) await rt.timers.within(REVOCATION_PATIENCE, revoked, undefined);
  }

  state(): SessionState {
    return this.#rt.machine.state;
  }

  subscribe(listener: Listener): () => void {
    return this.#rt.machine.subscribe(listener);
  }

  transitions(signal?: AbortSignal): AsyncIterableIterator<Transition> {
    return transitionsOf(this.#rt.machine, signal);
  }

  watch(watcher: (event: EngineEvent) => void): () => void {
    const { watchers } = this.#rt;
    watchers.add(watcher);
    return () => watchers.delete(watcher);
  }

  foreground(): void {
    const rt = this.#rt;
    this.#autoLock.foreground();
    this.#prompts.show(true);
    relieve(rt);
    rt.timers.hurry();
    this.#loader.nudge();
    if (rt.holder.session !== undefined) void freshen(rt);
    else if (rt.machine.state !== 'loading') void this.#loader.recheck();
  }

  background(): void {
    this.#autoLock.background();
    this.#prompts.show(false);
  }

  interaction(): void {
    this.#autoLock.interaction();
    this.#prompts.begin();
  }

  push(payload: unknown): void {
    void pushed(this.#rt, payload);
  }

  openStream(path: string, onMessage: (message: string) => void): Promise<{ close(): void }> {
    return openStream(this.#rt, path, onMessage);
  }

  refreshIfDue(lasting: Lasting, signal: AbortSignal): Promise<DueEnd> {
    return renewIfDue(this.#rt, lasting, signal);
  }

  /** An exchange that has left is waited for: its answer may hold the only good refresh token. Those of sessions long over are given up. */
  async stop(): Promise<void> {
    const rt = this.#rt;
    if (rt.stopped) return;
    rt.stopped = true;
    this.#prompts.show(true);
    for (const stream of rt.streams) stream.close();
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
    rt.machine.close();
  }
}

type Parts = Pick<Runtime, 'autoLock' | 'loader' | 'prompts' | 'clockwork'>;

/** All but the parts that need it themselves: the constructor adds them before anything happens. */
function wire(host: Host, settings: Settings): Runtime {
  const machine = new Machine();
  const calls = new Set<Call>();
  const gate = new Gate(host.connectivity, (online) => {
    for (const call of calls) call.watch(online);
    if (online) void backOnline(rt);
  });
  const whole: Omit<Runtime, keyof Parts> = {
    host,
    settings,
    machine,
    vault: new Vault(host, settings),
    holder: new Holder(machine),
    gate,
    timers: new Timers(host.clock),
    exchanges: new Timers(host.clock),
    calls,
    sendings: [],
    watchers: new Set(),
    streams: new Set(),
    quietUntil: 0,
    stopped: false,
  };
  const rt = whole as Runtime;
  return rt;
}

/** 64 random bits: tells sign-ins apart within one store. */
function nameOf({ host }: Runtime): string {
  const word = (): string => Math.floor(host.random() * 2 ** 32).toString(36);
  return `${word()}-${word()}`;
}
