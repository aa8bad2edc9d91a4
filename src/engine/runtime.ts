// What the parts of one engine share: the host, the settings, the session in hand and the requests under way.
import type { Host, Rejection, SessionState } from '../core/contract.ts';
import type { Call } from './call.ts';
import { isReplaced, type Listener, nextState, quietly, type Reason, rejectionOf, type Transition } from './machine.ts';
import type { Settings } from './options.ts';
import type { SessionRecord, Stamp } from './record.ts';
import type { Room } from './room.ts';
import { Session } from './session.ts';
import type { Timers } from './timers.ts';

/** What an app may watch. Never a token, never a text from outside. */
export type EngineEvent =
  | Transition
  /** The session ends in so many ms unless something renews it. */
  | { type: 'near-expiry'; in: number }
  /** Ms since the sign-in: one of `sessionAges`. */
  | { type: 'session-age'; age: number }
  /** The entry of the store is none that this version wrote; it is left as it is until the next sign-in. */
  | { type: 'store-corrupt' }
  /** The newest pair is in memory only; the write is repeated until it works. */
  | { type: 'store-write-failed' }
  | { type: 'store-clear-failed' }
  /** Another process has held the lock for too long: a refresh went ahead without it. */
  | { type: 'lock-bypassed' }
  /** A stream could not be kept open though the session goes on. */
  | { type: 'stream-ended'; path: string }
  /** A fault of the engine or its host ended a refresh. */
  | { type: 'refresh-broke' };

/** A stream of the app: see stream.ts. */
export interface OpenStream {
  /** The session has a new token. */
  renew(session: Session): void;
  /** The state has changed. */
  heed(): void;
  close(): void;
}
/** See autolock.ts. */
export interface Locking {
  /** Whether the app is one that locks itself. */
  readonly isOn: boolean;
  heed(state: SessionState): void;
  /** Too long without interaction? */
  isDue(): boolean;
  /** Locks if so. */
  check(): void;
  interaction(): void;
  /** Left the screen. */
  background(): void;
  /** Back on screen: locked by the end of this call, if at all. */
  foreground(): void;
}
/** See prompts.ts. */
export interface Asking {
  /** Asks the person for what the state wants, if that has not been tried; says whether it is being tried. */
  begin(): boolean;
  /** The app comes to the screen or leaves it. */
  show(visible: boolean): void;
  /** Whether a prompt to sign in again is open. */
  isSigningIn(): boolean;
}

export interface Runtime {
  readonly host: Host;
  readonly settings: Settings;
  state: SessionState;
  /** Opened after each transition, when everybody who listens has heard of it. */
  readonly changed: Room;
  /** The end of everything asked of the store so far, see vault.ts. */
  written: Promise<unknown>;
  /** This installation has its mark in the plain tier. */
  marked: boolean;
  /** The one in hand. */
  session?: Session;
  /** Changes whenever somebody signs in or out: work begun before must not touch what came after. */
  epoch: number;
  /** The one whose end nobody could be asked about, see prompts.ts. */
  unaskable?: number;
  /** Those that ended here, by name, and the one that ended last. */
  readonly ended: Map<string, Session>;
  last?: Session;
  /** The last sign-out here, see leftovers.ts. */
  cutoff?: Stamp;
  readonly timers: Timers;
  /** Requests that have not settled. */
  readonly calls: Set<Call>;
  /** Those of them, and revocations, that wait for the network. */
  readonly queue: Room;
  /** Monotonic ms of the latest refresh sendings. */
  readonly sendings: number[];
  readonly watchers: Set<(event: EngineEvent) => void>;
  /** What the app listens to. */
  readonly streams: Set<OpenStream>;
  /** Reads the store again: a sibling may have signed in or out. See loader.ts. */
  readonly recheck: () => Promise<boolean>;
  readonly autoLock: Locking;
  readonly prompts: Asking;
  /** Sets the clock for the session in hand. See clockwork.ts. */
  readonly arm: () => void;
  /** Hears no more of the network. */
  readonly disconnect: () => void;
  /** Monotonic ms before which the server wants no refresh from this device, whoever is signed in (RFC 9110 10.2.3). */
  quietUntil: number;
  /** Set by `stop`: nothing new begins. */
  stopped: boolean;
}

export function stampOf({ host }: Runtime): Stamp {
  return { wall: host.clock.now(), mono: host.clock.monotonic() };
}

/** Ms on the monotonic clock. */
export function monoOf({ host }: Runtime): number {
  return host.clock.monotonic();
}

export function isOnline({ host }: Runtime): boolean {
  return host.connectivity.online();
}

/** Follows the table of transitions. They are told before anything that follows from them happens. */
export function fire(rt: Runtime, reason: Reason): void {
  const { state: from } = rt;
  const to = nextState(from, reason);
  if (to === undefined) return;
  rt.state = to;
  rt.autoLock.heed(to);
  observe(rt, { type: 'session-state', from, to, reason });
  rt.arm();
  for (const stream of rt.streams) quietly(() => stream.heed());
  rt.changed.open();
}

/** Makes a stored or just granted record the session in hand, without a transition: its state follows when it may be used. */
export function openSession(rt: Runtime, record: SessionRecord, durable: boolean): Session {
  const session = new Session(record, rt.host.clock, durable);
  rt.session = session;
  rt.epoch += 1;
  return session;
}

/** Lets the session have the tokens of `record`. */
export function adopt(rt: Runtime, session: Session, record: SessionRecord): void {
  session.adopt(record);
  rt.arm();
  for (const stream of rt.streams) stream.renew(session);
}

/**
 * Ends a session: state first, then its requests, unless the user is asked to sign in again, then its refresh, which notices by itself. One
 * that another replaces has no transition: the other one will.
 */
export function endSession(rt: Runtime, session: Session, reason: Reason, spared?: (call: Call) => boolean): void {
  if (session.ended !== undefined) return;
  session.ended = reason;
  rt.ended.set(session.record.session, session);
  rt.last = session;
  delete rt.session;
  rt.epoch += 1;
  if (!isReplaced(reason)) fire(rt, reason);
  const rejection = rejectionOf(reason);
  if (rejection === 'signed-out' || !rt.prompts.begin()) rejectCalls(rt, rejection, spared);
  session.flight?.pausing.open();
}

/** Nobody is signed in here from now on: state first, then the requests. */
export function quit(rt: Runtime, reason: Reason, rejection: Rejection = 'signed-out'): void {
  if (rt.session !== undefined) return endSession(rt, rt.session, reason);
  rt.epoch += 1;
  fire(rt, reason);
  rejectCalls(rt, rejection);
}

export function rejectCalls(rt: Runtime, reason: Rejection, spared: (call: Call) => boolean = () => false): void {
  for (const call of [...rt.calls]) if (!spared(call)) call.reject(reason);
}

/** Has `watcher` hear all events; returns its removal. */
export function watch({ watchers }: Runtime, watcher: (event: EngineEvent) => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** Has `listener` hear the transitions among them. */
export function subscribe(rt: Runtime, listener: Listener): () => void {
  return watch(rt, (event) => {
    if (event.type === 'session-state') listener(event);
  });
}

/** Tells whoever watches. */
export function observe(rt: Runtime, event: EngineEvent): void {
  quietly(() => rt.host.emit(event));
  for (const watcher of rt.watchers) quietly(() => watcher(event));
}
