// The session manager behind the client contract. Composition only: decisions are in decide.ts and machine.ts, effects in the parts it
// joins. It uses nothing but the host: an app embeds it with a Host of its own; no Node API, no globals but AbortController and atob.
import type { Client, Feature, Host, HostResponse, LockPolicy, RequestInit, SessionState, TokenResponse } from '../core/contract.ts';
import { TokenwarpError } from '../core/errors.ts';
import { autoLockOf } from './autolock.ts';
import { Call } from './call.ts';
import { clockworkOf } from './clockwork.ts';
import { type DueEnd, type Lasting, renewIfDue } from './due.ts';
import { revoke } from './exchange.ts';
import { isSameUser } from './expiry.ts';
import { keep, leave, save, sweep } from './keeper.ts';
import { loaderOf, start } from './loader.ts';
import type { Listener, Transition } from './machine.ts';
import { type EngineOptions, type Settings, settingsOf } from './options.ts';
import { promptsOf } from './prompts.ts';
import { Room } from './room.ts';
import {
  endSession,
  type EngineEvent,
  fire,
  isOnline,
  openSession,
  rejectCalls,
  type Runtime,
  stampOf,
  subscribe,
  watch,
} from './runtime.ts';
import { perform } from './send.ts';
import { openStream } from './stream.ts';
import { Timers } from './timers.ts';
import { tokensFrom } from './tokens.ts';
import { transitionsOf } from './transitions.ts';
import { freshen, pushed, relieve } from './triggers.ts';

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
   * `tokenwarp/engine/background`). Once `signal` is aborted nothing more is tried; an answer under way is waited for, and kept.
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
  const rt = wire(host, settingsOf(options));
  const { autoLock, prompts } = rt;
  return {
    features: FEATURES,
    refreshAhead: rt.settings.refreshAhead,
    start: () => start(rt),
    signIn: (tokens) => signIn(rt, tokens),
    signOut: () => signOut(rt),
    request: (path, init) => request(rt, path, init),
    openStream: (path, onMessage) => openStream(rt, path, onMessage),
    state: () => rt.state,
    subscribe: (listener) => subscribe(rt, listener),
    transitions: (signal) => transitionsOf(rt, signal),
    watch: (watcher) => watch(rt, watcher),
    foreground: () => foreground(rt),
    background: () => {
      autoLock.background();
      prompts.show(false);
    },
    interaction: () => {
      autoLock.interaction();
      prompts.begin();
    },
    push: (payload) => void pushed(rt, payload),
    refreshIfDue: (lasting, signal) => renewIfDue(rt, lasting, signal),
    stop: () => stop(rt),
  };
}

/** The parts of one engine, of which some need others by way of the whole. */
function wire(host: Host, settings: Settings): Runtime {
  const whole: Omit<Runtime, 'autoLock' | 'prompts' | 'recheck' | 'arm' | 'disconnect'> = {
    host,
    settings,
    state: 'loading',
    changed: new Room(),
    written: Promise.resolve(),
    marked: false,
    epoch: 0,
    ended: new Map(),
    timers: new Timers(host.clock),
    calls: new Set(),
    queue: new Room(),
    sendings: [],
    watchers: new Set(),
    streams: new Set(),
    quietUntil: 0,
    stopped: false,
  };
  const rt = whole as Runtime;
  const disconnect = host.connectivity.subscribe((online) => {
    for (const call of rt.calls) call.watch(online);
    if (!online) return;
    relieve(rt);
    void freshen(rt);
    rt.queue.open();
  });
  Object.assign(rt, { autoLock: autoLockOf(rt), prompts: promptsOf(rt), recheck: loaderOf(rt), arm: clockworkOf(rt), disconnect });
  return rt;
}

/** The session before ends first. What was asked for goes on with the new one if that is the same user, or answers the engine's own prompt. */
async function signIn(rt: Runtime, response: TokenResponse): Promise<void> {
  const { access_token: accessToken } = response;
  if (typeof accessToken !== 'string' || accessToken === '') {
    throw new TokenwarpError('TW_SIGN_IN_INVALID', 'the token response has no access_token', {
      hint: 'pass the body of the token endpoint as it came',
    });
  }
  const prompted = rt.prompts.isSigningIn();
  const goOn = rt.state === 'expired' && (isSameUser(rt.last?.tokens.accessToken, accessToken) ?? prompted);
  if (rt.session !== undefined) endSession(rt, rt.session, 'signed-in');
  else if (!goOn) rejectCalls(rt, 'signed-out');
  const now = stampOf(rt);
  const record = { session: nameOf(rt), since: now, revision: 1, tokens: tokensFrom(rt, response, { now }), outage: undefined };
  const session = openSession(rt, record, false);
  await session.hold(save(rt, session));
  if (session.ended !== undefined) return;
  fire(rt, prompted && goOn ? 'reauthenticated' : 'signed-in');
  sweep(rt, now);
}

async function signOut(rt: Runtime): Promise<void> {
  const refreshToken = rt.session?.tokens.refreshToken;
  await leave(rt, 'user');
  if (refreshToken === undefined) return;
  const revoked = revoke(rt, refreshToken);
  if (isOnline(rt)) await rt.timers.within(REVOCATION_PATIENCE, revoked, undefined);
}

function request(rt: Runtime, path: string, init: RequestInit = {}): Promise<HostResponse> {
  const call = new Call<HostResponse>(rt, path, init);
  void perform(rt, call);
  return call.promise;
}

function foreground(rt: Runtime): void {
  rt.autoLock.foreground();
  rt.prompts.show(true);
  relieve(rt);
  rt.timers.hurried.open();
  void freshen(rt);
}

/** An exchange that has left is waited for: its answer may hold the only good refresh token. Those of sessions long over are given up. */
async function stop(rt: Runtime): Promise<void> {
  if (rt.stopped) return;
  rt.stopped = true;
  rt.prompts.show(true);
  for (const stream of rt.streams) stream.close();
  rejectCalls(rt, 'aborted');
  rt.disconnect();
  rt.queue.open();
  const { session } = rt;
  session?.flight?.pausing.open();
  await Promise.allSettled([session?.flight?.exchange]);
  rt.timers.close();
  if (session?.dirty === true) await keep(rt, session);
  await rt.written;
  rt.changed.open();
}

/** Tells sign-ins apart within one store. */
function nameOf({ host }: Runtime): string {
  return `${host.random()}-${host.random()}`;
}
