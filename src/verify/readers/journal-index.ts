// First pass over a server's journal: whose tokens these are, how each exchange ended for the server, and when a client first showed
// that it knew a token. Facts only; what follows from them is decided by the reader.
import type { EventOf, HistoryEvent, TokenLabel } from '../../core/events.ts';

/** Whose a token is, as the server knows it. */
export interface Owner {
  device: string;
  user: string;
  family: string;
}

/** One token exchange as the server saw it. `index`: position in the journal. */
export interface ServerExchange {
  readonly x: string;
  readonly rt: TokenLabel;
  readonly received: EventOf<'token.received'>;
  readonly index: number;
  /** The answer that left last. */
  responded: EventOf<'token.responded'> | undefined;
  respondedIndex: number | undefined;
  /** The server itself broke the connection, or saw it break, before the whole answer had left. */
  broken: EventOf<'token.lost'> | EventOf<'token.abandoned'> | undefined;
  /** The next exchange that presents the same refresh token. */
  next: ServerExchange | undefined;
}

/** Ms; a use that comes later says nothing about how long the answer took. */
const LONGEST_DELAY = 5_000;

export class JournalIndex {
  readonly owners = new Map<TokenLabel, Owner>();
  readonly exchanges = new Map<string, ServerExchange>();
  /** Token -> exchanges whose answer brought it. */
  readonly broughtBy = new Map<TokenLabel, ServerExchange[]>();
  /** Token -> first entry in which a client used it. */
  readonly shown = new Map<TokenLabel, HistoryEvent>();
  /** First entry on a connection after a position is found in this list. */
  readonly connections = new Map<string, readonly { index: number; t: number }[]>();
  /** Device -> ms between an answer that left and the first use of what it brought. */
  readonly delays = new Map<string, number[]>();

  constructor(entries: readonly HistoryEvent[]) {
    const lastOf = new Map<TokenLabel, ServerExchange>();
    for (const [index, entry] of entries.entries()) this.#read(entry, index, lastOf);
    for (const exchange of this.exchanges.values()) this.#measure(exchange);
  }

  /** Whose session a token belongs to. */
  deviceOf(...labels: readonly (TokenLabel | undefined)[]): string | undefined {
    for (const label of labels) {
      const owner = label === undefined ? undefined : this.owners.get(label);
      if (owner !== undefined) return owner.device;
    }
    return undefined;
  }

  /** Whether the connection of an exchange carried another request after its answer: HTTP/1.1 clients read the one before the next. */
  usedAgain(exchange: ServerExchange, before: number): boolean {
    const { connection } = exchange.received;
    const { respondedIndex } = exchange;
    if (connection === undefined || respondedIndex === undefined) return false;
    return (this.connections.get(connection) ?? []).some(({ index }) => index > respondedIndex && index <= before);
  }

  #read(entry: HistoryEvent, index: number, lastOf: Map<TokenLabel, ServerExchange>): void {
    switch (entry.type) {
      case 'session.granted':
      case 'token.committed':
        return this.#own([entry.at, entry.type === 'session.granted' ? entry.rt : entry.newRt], entry);
      case 'access.offered':
        return this.#own([entry.newAt], entry);
      case 'token.received':
        this.#onConnection(entry.connection, entry, index);
        return this.#receive(entry, index, lastOf);
      case 'api.received':
        this.#onConnection(entry.connection, entry, index);
        return this.#show(entry.at, entry);
      case 'revocation.received':
        return this.#show(entry.token, entry);
      case 'token.responded':
        return this.#respond(entry, index);
      case 'token.lost':
      case 'token.abandoned': {
        const exchange = this.exchanges.get(entry.x);
        if (exchange !== undefined) exchange.broken ??= entry;
        return undefined;
      }
      default:
        return undefined;
    }
  }

  #own(labels: readonly (TokenLabel | undefined)[], { device, user, family }: Owner): void {
    for (const label of labels) if (label !== undefined && !this.owners.has(label)) this.owners.set(label, { device, user, family });
  }

  #receive(entry: EventOf<'token.received'>, index: number, lastOf: Map<TokenLabel, ServerExchange>): void {
    this.#show(entry.rt, entry);
    if (this.exchanges.has(entry.x)) return;
    const { x, rt } = entry;
    const exchange: ServerExchange = {
      x,
      rt,
      received: entry,
      index,
      responded: undefined,
      respondedIndex: undefined,
      broken: undefined,
      next: undefined,
    };
    const before = lastOf.get(rt);
    if (before !== undefined) before.next = exchange;
    lastOf.set(rt, exchange);
    this.exchanges.set(x, exchange);
  }

  #respond(entry: EventOf<'token.responded'>, index: number): void {
    const exchange = this.exchanges.get(entry.x);
    if (exchange === undefined) return;
    exchange.responded = entry;
    exchange.respondedIndex = index;
    for (const label of [entry.at, entry.newRt]) {
      if (label === undefined || label === exchange.rt) continue;
      const known = this.broughtBy.get(label);
      if (known === undefined) this.broughtBy.set(label, [exchange]);
      else if (!known.includes(exchange)) known.push(exchange);
    }
  }

  #show(label: TokenLabel, entry: HistoryEvent): void {
    if (!this.shown.has(label)) this.shown.set(label, entry);
  }

  #onConnection(connection: string | undefined, { t }: HistoryEvent, index: number): void {
    if (connection === undefined) return;
    const list = this.connections.get(connection) as { index: number; t: number }[] | undefined;
    if (list === undefined) this.connections.set(connection, [{ index, t }]);
    else list.push({ index, t });
  }

  #measure({ rt, responded }: ServerExchange): void {
    const device = this.deviceOf(rt);
    if (device === undefined || responded === undefined) return;
    const uses = [responded.at, responded.newRt].flatMap((label) => this.shown.get(label ?? '')?.t ?? []).filter((t) => t >= responded.t);
    const delays = this.delays.get(device);
    const delay = Math.min(...uses) - responded.t;
    if (delay > LONGEST_DELAY) return;
    if (delays === undefined) this.delays.set(device, [delay]);
    else delays.push(delay);
  }
}
