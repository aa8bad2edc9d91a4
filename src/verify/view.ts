// The index over a history that invariants read. Built in one pass, read many times; it never changes the events.
import type { EventOf, HistoryEvent, TokenLabel } from '../core/events.ts';
import { APP_HANDLERS } from './index-app.ts';
import { CALL_HANDLERS, WORLD_HANDLERS } from './index-client.ts';
import { JOB_HANDLERS } from './index-jobs.ts';
import { storeHandlers } from './index-store.ts';
import { WIRE_HANDLERS } from './index-wire.ts';
import { buildIndex, type Index } from './indexer.ts';
import { countBefore, lastBefore } from './moments.ts';
import type { Knowledge } from './result.ts';
import type {
  Declared,
  DeviceInfo,
  Exchange,
  Hand,
  LogicalRequest,
  ProcessInfo,
  Sending,
  Session,
  StoreContent,
  TokenInfo,
} from './records.ts';

export interface ViewOptions {
  /** What the client claims; instead of its `client.declared` event. */
  features?: readonly string[];
  /** Ms before expiry at which the client refreshes; instead of its `client.declared` event. */
  refreshAhead?: number;
  /** What kind of recording it is; default `C`. */
  knowledge?: Knowledge;
}

export class HistoryView {
  readonly events: readonly HistoryEvent[];
  readonly declared: Declared;
  readonly index: Index;
  readonly knowledge: Knowledge;
  #positions: Map<number, number> | undefined;
  #requests: readonly LogicalRequest[] | undefined;

  constructor(events: readonly HistoryEvent[], options: ViewOptions = {}) {
    this.events = events;
    this.index = buildIndex(events, [
      { ...WIRE_HANDLERS, ...CALL_HANDLERS, ...WORLD_HANDLERS, ...APP_HANDLERS, ...JOB_HANDLERS, ...storeHandlers() },
    ]);
    const { declared } = this.index;
    const { features, refreshAhead } = options;
    this.knowledge = options.knowledge ?? 'C';
    this.declared = {
      ...declared,
      ...(features === undefined ? {} : { features: new Set(features) }),
      ...(refreshAhead === undefined ? {} : { refreshAhead }),
    };
  }

  /** The event with this `seq`. */
  at(seq: number): HistoryEvent | undefined {
    return this.events[this.position(seq)];
  }

  /** Where the event with this `seq` stands among the events; they need not begin at 0 nor be complete. */
  position(seq: number): number {
    if (this.events[seq]?.seq === seq) return seq;
    this.#positions ??= new Map(this.events.map((event, at) => [event.seq, at]));
    return this.#positions.get(seq) ?? -1;
  }

  /** All exchanges, in sending order. */
  get exchanges(): readonly Exchange[] {
    return this.index.exchanges;
  }

  /** Logical requests of the app, in calling order. */
  get requests(): readonly LogicalRequest[] {
    return (this.#requests ??= [...this.index.requests.values()].filter((request) => request.called !== undefined));
  }

  /** All sendings to resource servers and elsewhere, in order. */
  get sendings(): readonly Sending[] {
    return this.index.sendings;
  }

  get devices(): Iterable<DeviceInfo> {
    return this.index.devices.values();
  }

  get processes(): Iterable<ProcessInfo> {
    return this.index.processes.values();
  }

  get runEnd(): EventOf<'run.end'> | undefined {
    return this.index.runEnd;
  }

  /** Whether the client claims a feature; one that said nothing is held to everything. */
  claims(feature: string): boolean {
    return this.declared.features?.has(feature) ?? true;
  }

  process(name: string): ProcessInfo {
    return this.index.processes.get(name) ?? this.index.process(name);
  }

  device(name: string): DeviceInfo {
    return this.index.devices.get(name) ?? this.index.device(name);
  }

  token(label: TokenLabel | undefined): TokenInfo | undefined {
    return label === undefined ? undefined : this.index.tokens.get(label);
  }

  request(n: string): LogicalRequest | undefined {
    return this.index.requests.get(n);
  }

  exchange(x: string | undefined): Exchange | undefined {
    return x === undefined ? undefined : this.index.byX.get(x);
  }

  /** What the process itself has learned before `seq`; undefined when it knows of no pair. */
  hand(process: string, seq: number): Hand | undefined {
    const hand = lastBefore(this.process(process).hands, seq);
    return hand === undefined || hand.source === undefined ? undefined : hand;
  }

  /** What the device's store held before `seq`. */
  store(device: string, seq: number): StoreContent | undefined {
    return lastBefore(this.device(device).stores, seq);
  }

  /** The session that is open on the device before `seq`. */
  session(device: string, seq: number): Session | undefined {
    const { sessions } = this.device(device);
    for (let i = sessions.length - 1; i >= 0; i--) {
      const session = sessions[i] as Session;
      if (session.from.seq >= seq) continue;
      return session.to === undefined || session.to.seq >= seq ? session : undefined;
    }
    return undefined;
  }

  /** Which life of the process `seq` falls in. */
  life(process: string, seq: number): number {
    return countBefore(this.process(process).lives, seq + 1);
  }

  /** The last state the process showed before `seq`. */
  state(process: string, seq: number): string | undefined {
    return lastBefore(this.process(process).states, seq)?.to;
  }
}
