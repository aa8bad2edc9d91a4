// A server's journal -> a history that invariants can judge at knowledge level J. A server sees arrivals and answers, never sendings and
// deliveries: a delivery is certain once the client shows that it knows what the answer brought, and presumed after a margin.
import type { EventOf, Fact, HistoryEvent } from '../../core/events.ts';
import type { Margin } from '../knowledge.ts';
import { JournalIndex, type ServerExchange } from './journal-index.ts';
import { JournalNames } from './journal-names.ts';

/** What a journal amounts to. */
export interface JournalReading {
  /** With numbers of their own, from 0. */
  readonly events: readonly HistoryEvent[];
  /** What the journal cannot prove about them. */
  readonly margin: Margin;
  /** The journal's number of an event, or of the entry that made it known. */
  entryOf(seq: number): number | undefined;
}

/** `now`: virtual time up to which the journal is complete, ms: answers that left long enough before are presumed to have arrived. */
export type JournalOptions = { now: number };

/** Least and greatest time after which an answer is presumed to have arrived, ms; between them 3 x the median turnaround of the device. */
const MARGIN = { least: 50, greatest: 2_000, factor: 3 } as const;

/** Reads a journal. Never throws for what it holds: half a journal gives half a history. */
export function readJournal(entries: readonly HistoryEvent[], { now }: JournalOptions): JournalReading {
  const reader = new JournalReader(entries);
  return reader.read(now);
}

type Pending = {
  readonly exchange: ServerExchange;
  readonly answer: EventOf<'token.responded'>;
  readonly device: string;
  readonly due: number;
};

class JournalReader {
  readonly #entries: readonly HistoryEvent[];
  readonly #index: JournalIndex;
  readonly #names: JournalNames;
  readonly #events: HistoryEvent[] = [];
  readonly #origins: number[] = [];
  readonly #presumed = new Set<number>();
  readonly #guessed = new Set<number>();
  readonly #answered = new Map<string, number>();
  readonly #forced = new Map<string, string>();
  readonly #sessions = new Map<string, { family: string; rt: string | undefined }>();
  readonly #attempts = new Map<string, number>();
  /** Exchange -> device it is attributed to. */
  readonly #devices = new Map<string, string>();
  readonly #hidden = new Set<ServerExchange>();
  #pending: Pending[] = [];
  #generation = 0;
  /** Number and time of the entry being read. */
  #at = { seq: 0, t: 0 };

  constructor(entries: readonly HistoryEvent[]) {
    this.#entries = entries;
    this.#index = new JournalIndex(entries);
    this.#names = new JournalNames(this.#index);
  }

  read(now: number): JournalReading {
    for (const [index, entry] of this.#entries.entries()) {
      this.#presume(entry.t);
      this.#at = entry;
      this.#handle(entry, index);
    }
    this.#presume(now);
    const margin: Margin = {
      presumed: this.#presumed,
      guessed: this.#guessed,
      answered: this.#answered,
      of: (device) => this.#margin(device),
    };
    return { events: this.#events, margin, entryOf: (seq) => this.#origins[seq] };
  }

  #handle(entry: HistoryEvent, index: number): void {
    switch (entry.type) {
      case 'token.received':
        return this.#tokenReceived(entry, index);
      case 'token.responded':
        return this.#tokenResponded(entry, index);
      case 'token.lost':
      case 'token.abandoned':
        return this.#broken(entry);
      case 'api.received':
        return this.#apiReceived(entry, index);
      case 'api.responded':
        return this.#apiResponded(entry);
      case 'api.lost':
      case 'api.abandoned':
        return this.#apiBroken(entry);
      case 'session.granted':
        return this.#granted(entry);
      case 'token.committed':
        return this.#committed(entry);
      case 'family.dead':
        this.#add(entry.actor, entry);
        return this.#names.session(entry.device, false);
      case 'revocation.received':
        return this.#revoked(entry);
      case 'mark':
        return this.#marked(entry);
      case 'text':
        return void this.#add(this.#index.deviceOf(...entry.leaks) ?? entry.actor, entry);
      default:
        return void this.#add(entry.actor, entry);
    }
  }

  #tokenReceived(entry: EventOf<'token.received'>, index: number): void {
    const { x, rt } = entry;
    this.#prove([rt], entry.connection, index);
    const exchange = this.#index.exchanges.get(x);
    const device = this.#names.exchange(entry);
    if (device !== undefined && exchange?.received === entry) {
      this.#devices.set(x, device);
      this.#endHidden(rt, device);
      const attempt = (this.#attempts.get(`${device} ${rt}`) ?? 0) + 1;
      this.#attempts.set(`${device} ${rt}`, attempt);
      const forced = this.#forced.get(device);
      this.#forced.delete(device);
      const seq = this.#add(device, { type: 'token.sent', x, rt, device, attempt, ...(forced === undefined ? {} : { forced }) });
      if (this.#index.deviceOf(rt) === undefined) this.#guessed.add(seq);
    }
    this.#add(entry.actor, entry);
  }

  #tokenResponded(entry: EventOf<'token.responded'>, index: number): void {
    const seq = this.#add(entry.actor, entry);
    const exchange = this.#index.exchanges.get(entry.x);
    const device = this.#devices.get(entry.x);
    if (exchange === undefined || device === undefined || exchange.responded !== entry) return;
    this.#answered.set(entry.x, seq);
    if (exchange.broken !== undefined) return;
    const due = entry.t + this.#margin(device);
    if (entry.kind === 'granted') {
      this.#pending.push({ exchange, answer: entry, device, due });
      return;
    }
    const { next } = exchange;
    const isProven = next !== undefined && this.#index.usedAgain(exchange, next.index);
    // The same token again within the margin: whether the refusal had arrived when that was sent, nobody can say.
    if (next !== undefined && next.index > index && next.received.t < due && !isProven) this.#hidden.add(exchange);
    else this.#deliver({ exchange, answer: entry, device }, isProven);
  }

  #broken(entry: EventOf<'token.lost'> | EventOf<'token.abandoned'>): void {
    this.#add(this.#devices.get(entry.x) ?? entry.actor, entry);
  }

  #apiReceived(entry: EventOf<'api.received'>, index: number): void {
    this.#prove([entry.at], entry.connection, index);
    const sending = this.#names.sending(entry);
    if (sending !== undefined) {
      const { n, k, device, guessed } = sending;
      const { method = 'GET', path = '/', bodyDigest = '-', bodyLength = 0 } = entry;
      if (k === 1)
        this.#add(device, {
          type: 'request.called',
          n,
          generation: this.#generation,
          method,
          path,
          bodyDigest,
          bodyLength,
          deadline: Number.MAX_SAFE_INTEGER,
        });
      const rt = entry.rt === undefined ? {} : { rt: entry.rt };
      const seq = this.#add(device, { type: 'api.sent', n, k, at: entry.at, ...rt, origin: 'rs', method, path, bodyDigest, bodyLength });
      if (guessed) this.#guessed.add(seq);
    }
    this.#add(entry.actor, entry);
  }

  #apiResponded(entry: EventOf<'api.responded'>): void {
    this.#add(entry.actor, entry);
    const sending = this.#names.answered(entry);
    if (sending === undefined) return;
    const { status, error, retryAfter, scripted } = entry;
    const { n, k, device, at } = sending;
    this.#add(device, {
      type: 'api.delivered',
      n,
      k,
      at,
      status,
      ...(error === undefined ? {} : { error }),
      ...(retryAfter === undefined ? {} : { retryAfter }),
      ...(scripted === undefined ? {} : { scripted }),
    });
  }

  #apiBroken(entry: EventOf<'api.lost'> | EventOf<'api.abandoned'>): void {
    const sending = this.#names.answered({ ...entry, status: undefined });
    if (sending !== undefined) this.#add(sending.device, { ...entry, n: sending.n, k: sending.k });
  }

  #granted(entry: EventOf<'session.granted'>): void {
    const { device, family, user, at, rt } = entry;
    this.#add(entry.actor, entry);
    this.#names.session(device, true);
    this.#sessions.set(device, { family, rt });
    this.#generation += 1;
    this.#add(device, { type: 'signIn.called', user, generation: this.#generation, family, at, ...(rt === undefined ? {} : { rt }) });
  }

  #committed(entry: EventOf<'token.committed'>): void {
    this.#add(entry.actor, entry);
    const session = this.#sessions.get(entry.device);
    if (session?.family === entry.family && entry.newRt !== undefined) session.rt = entry.newRt;
  }

  /** A client that takes back its current refresh token has signed its user out (RFC 7009 1). */
  #revoked(entry: EventOf<'revocation.received'>): void {
    this.#prove([entry.token], undefined, 0);
    this.#add(entry.actor, entry);
    const device = this.#index.deviceOf(entry.token);
    const session = device === undefined ? undefined : this.#sessions.get(device);
    if (device !== undefined && session?.rt === entry.token && entry.status === 200) this.#signedOut(device);
  }

  #signedOut(device: string): void {
    if (!this.#sessions.delete(device)) return;
    this.#generation += 1;
    this.#add(device, { type: 'signOut.called', generation: this.#generation });
  }

  #marked(entry: EventOf<'mark'>): void {
    const { device, what } = entry;
    this.#add(entry.actor, entry);
    switch (what) {
      case 'sign-out':
        return this.#signedOut(device);
      case 'background':
      case 'foreground':
        return void this.#add(device, { type: what });
      case 'refresh-forced':
        return void this.#forced.set(device, entry.note ?? 'marked');
      case 'clock-moved':
        return void this.#add(device, { type: 'clock.jump', by: entry.by ?? 0 });
      case 'relaunch':
        this.#add(device, { type: 'process.kill', epoch: 0 });
        return void this.#add(device, { type: 'process.launch', epoch: 0 });
      case 'prompt-expected':
        return undefined;
    }
  }

  /** What a client uses, it knows: answers that brought one of these labels, or that came on this connection, have arrived. */
  #prove(labels: readonly string[], connection: string | undefined, index: number): void {
    if (this.#pending.length === 0) return;
    const known = new Set(labels.flatMap((label) => this.#index.broughtBy.get(label) ?? []));
    this.#flush(
      (pending) => known.has(pending.exchange) || (connection !== undefined && this.#index.usedAgain(pending.exchange, index)),
      true,
    );
  }

  /** Enough time has passed, with nothing to say that the connection broke. */
  #presume(t: number): void {
    if (this.#pending.length > 0) this.#flush((pending) => pending.due <= t, false);
  }

  #flush(isDue: (pending: Pending) => boolean, proven: boolean): void {
    const due = this.#pending.filter(isDue);
    if (due.length === 0) return;
    this.#pending = this.#pending.filter((pending) => !due.includes(pending));
    for (const pending of due.sort((a, b) => a.due - b.due)) this.#deliver(pending, proven, proven ? this.#at.t : pending.due);
  }

  #deliver({ exchange, answer, device }: Omit<Pending, 'due'>, proven: boolean, t = answer.t): void {
    const { type: _type, seq: _seq, t: _t, actor: _actor, cause: _cause, wall: _wall, ...rest } = answer;
    const seq = this.#add(device, { type: 'token.delivered', rt: exchange.rt, ...rest }, t);
    if (!proven) this.#presumed.add(seq);
  }

  /** Exchanges whose refusal may or may not have arrived before the same token came again. */
  #endHidden(rt: string, device: string): void {
    for (const exchange of this.#hidden) {
      if (exchange.rt === rt && this.#hidden.delete(exchange)) this.#add(device, { type: 'token.abandoned', x: exchange.x });
    }
  }

  #margin(device: string): number {
    const delays = (this.#index.delays.get(device) ?? []).toSorted((a, b) => a - b);
    const median = delays[delays.length >> 1] ?? 0;
    return Math.min(MARGIN.greatest, Math.max(MARGIN.least, MARGIN.factor * median));
  }

  #add(actor: string, fact: Fact | HistoryEvent, t = this.#at.t): number {
    const seq = this.#events.length;
    this.#events.push({ ...fact, seq, t: Math.max(t, this.#events.at(-1)?.t ?? 0), actor } as HistoryEvent);
    this.#origins.push(this.#at.seq);
    return seq;
  }
}
