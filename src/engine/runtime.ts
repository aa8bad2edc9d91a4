// What the parts of one engine share: the host, the settings, the session in hand and the requests under way.
import type { Host, Rejection } from '../core/contract.ts';
import type { Call } from './call.ts';
import type { Gate } from './gate.ts';
import type { Holder } from './holder.ts';
import type { Settings } from './options.ts';
import type { SessionRecord, Stamp } from './record.ts';
import { type Ending, Session } from './session.ts';
import type { Timers } from './timers.ts';
import type { Vault } from './vault.ts';

export interface Runtime {
  readonly host: Host;
  readonly settings: Settings;
  readonly vault: Vault;
  readonly holder: Holder;
  readonly gate: Gate;
  readonly timers: Timers;
  /** The time-outs of refresh exchanges: they outlive the other timers, for `stop` waits for the answer that matters. */
  readonly exchanges: Timers;
  /** Requests that have not settled. */
  readonly calls: Set<Call>;
  /** Monotonic ms of the latest refresh sendings. */
  readonly sendings: number[];
  /** Monotonic ms before which the server wants no refresh from this device, whoever is signed in (RFC 9110 10.2.3). */
  quietUntil: number;
  /** Set by `stop`: nothing new begins. */
  stopped: boolean;
}

export function stampOf({ host }: Runtime): Stamp {
  return { wall: host.clock.now(), mono: host.clock.monotonic() };
}

/** Whether stamps of an earlier process or of a sibling can be compared by their monotonic part. */
export function monotonicHolds({ settings }: Runtime): boolean {
  return settings.monotonicSince === 'boot';
}

/** Makes a stored or just granted record the session in hand. */
export function openSession(rt: Runtime, record: SessionRecord, durable: boolean): Session {
  const session = new Session(record, stampOf(rt), { durable, monotonicHolds: monotonicHolds(rt) });
  rt.holder.take(session);
  return session;
}

/** Ends a session: state first, then its requests, then its refresh, which notices by itself. */
export function endSession(rt: Runtime, session: Session, ending: Ending, spared?: (call: Call) => boolean): void {
  if (session.ended !== undefined) return;
  rt.holder.end(session, ending);
  rejectCalls(rt, ending.rejection, spared);
  session.flight?.kick();
}

export function rejectCalls(rt: Runtime, reason: Rejection, spared: (call: Call) => boolean = () => false): void {
  for (const call of [...rt.calls]) if (!spared(call)) call.reject(reason);
}

/** Tells whoever watches what went wrong; never a token, never a text from outside. */
export function observe(rt: Runtime, type: string, fields: Readonly<Record<string, string | number>> = {}): void {
  try {
    rt.host.emit({ type, ...fields });
  } catch {
    // An observer's fault must not become a session's.
  }
}
