// What a real server would have journalled of a run of the virtual world: its own facts, what came off the wire, the answers it sent, the
// connections it broke or saw break. Nothing of what only the client knows.
import type { EventOf, Fact, HistoryEvent } from '../../src/core/events.ts';
import { deviceOf } from '../../src/verify/indexer.ts';

type Entry = HistoryEvent;

/** The journal of a run. `marks`: sign-outs are marked, as a test driver would. */
export function journalOf(events: readonly HistoryEvent[], { marks = false }: { marks?: boolean } = {}): HistoryEvent[] {
  const facts = new Projection(events, marks).entries();
  return facts.map((entry, seq) => ({ ...entry, seq }));
}

class Projection {
  readonly #events: readonly HistoryEvent[];
  readonly #marks: boolean;
  readonly #out: Entry[] = [];
  readonly #sent = new Map<string, EventOf<'api.sent'>>();
  readonly #token = new Map<string, EventOf<'token.delivered'>>();
  readonly #api = new Map<string, EventOf<'api.delivered'>>();
  readonly #lastOf = new Map<string, number>();
  readonly #openOf = new Map<string, Set<string>>();
  readonly #offline = new Set<string>();

  constructor(events: readonly HistoryEvent[], marks: boolean) {
    this.#events = events;
    this.#marks = marks;
    for (const [i, event] of events.entries()) {
      if (event.type === 'api.sent') this.#sent.set(`${event.n}.${event.k}`, event);
      if (event.type === 'token.delivered') this.#token.set(event.x, event);
      if (event.type === 'api.delivered') this.#api.set(`${event.n}.${event.k}`, event);
      const name = serverName(event);
      if (name !== undefined) this.#lastOf.set(name, i);
    }
  }

  entries(): Entry[] {
    for (const [i, event] of this.#events.entries()) {
      this.#project(event);
      const name = serverName(event);
      // A rule answered in the server's place: the answer left when the server was done with it.
      if (name !== undefined && this.#lastOf.get(name) === i && event.type !== 'token.responded' && event.type !== 'api.responded')
        this.#scripted(name, event);
    }
    return this.#out;
  }

  #project(event: HistoryEvent): void {
    const { type } = event;
    switch (type) {
      case 'token.received': {
        const sender = this.#events.find((one) => one.type === 'token.sent' && one.x === event.x)?.actor ?? '';
        const open = this.#openOf.get(sender) ?? new Set();
        open.add(event.x);
        this.#openOf.set(sender, open);
        return this.#add(event);
      }
      case 'token.responded':
        return this.#add({ ...event, ...this.#tokenAnswer(event.x) } as Entry);
      case 'api.received':
        return this.#add(this.#arrival(event));
      case 'api.responded':
        return this.#add({ ...event, ...this.#apiAnswer(`${event.n}.${event.k}`) } as Entry);
      case 'token.committed':
      case 'token.refused':
      case 'revocation.received':
      case 'session.granted':
      case 'family.dead':
      case 'access.dead':
      case 'access.offered':
      case 'access.adopted':
        return this.#add(event);
      case 'token.delivered':
        return void this.#openOf.get(event.actor)?.delete(event.x);
      case 'token.lost':
        this.#openOf.get(event.actor)?.delete(event.x);
        return event.phase === 'request' || this.#isOffline(event.actor) ? undefined : this.#add({ ...event, actor: 'as' });
      case 'api.lost':
        return event.phase === 'request' || this.#isOffline(event.actor) ? undefined : this.#add({ ...event, actor: 'rs' });
      case 'token.abandoned': {
        const open = this.#openOf.get(event.actor)?.delete(event.x) ?? false;
        return open && !this.#isOffline(event.actor) ? this.#add({ ...event, actor: 'as' }) : undefined;
      }
      case 'api.abandoned':
        return this.#isOffline(event.actor) ? undefined : this.#add({ ...event, actor: 'rs' });
      case 'process.kill':
        return this.#killed(event);
      case 'offline':
        return void this.#offline.add(event.actor);
      case 'online':
        return void this.#offline.delete(event.actor);
      case 'text':
        return event.channel === 'url' ? this.#add({ ...event, actor: 'rs' }) : undefined;
      case 'signOut.called':
        return this.#marks ? this.#add({ ...frame(event), type: 'mark', what: 'sign-out', device: deviceOf(event.actor) }) : undefined;
      default:
        return undefined;
    }
  }

  /** The system closes the sockets of a process that dies. */
  #killed(event: HistoryEvent): void {
    if (this.#isOffline(event.actor)) return;
    for (const x of this.#openOf.get(event.actor) ?? []) this.#add({ ...frame(event), actor: 'as', type: 'token.abandoned', x });
    this.#openOf.delete(event.actor);
  }

  #isOffline(actor: string): boolean {
    return this.#offline.has(deviceOf(actor));
  }

  #arrival(event: EventOf<'api.received'>): Entry {
    const sent = this.#sent.get(`${event.n}.${event.k}`);
    if (sent === undefined) return event;
    const { method, path, bodyDigest, bodyLength, rt } = sent;
    return {
      ...event,
      method,
      path,
      bodyDigest,
      bodyLength,
      ...(rt === undefined ? {} : { rt }),
      ...(event.n.startsWith('n') ? { named: true as const } : {}),
    };
  }

  #tokenAnswer(x: string) {
    const delivered = this.#token.get(x);
    if (delivered === undefined) return {};
    const { status, kind, error, at, newRt, expiresIn, retryAfter, scripted } = delivered;
    return { status, kind, error, at, newRt, expiresIn, retryAfter, scripted };
  }

  #apiAnswer(name: string) {
    const delivered = this.#api.get(name);
    if (delivered === undefined) return {};
    const { status, error, retryAfter, scripted } = delivered;
    return { status, error, retryAfter, scripted };
  }

  #scripted(name: string, at: HistoryEvent): void {
    const token = this.#token.get(name);
    if (token?.scripted === true)
      this.#add({ ...frame(at), actor: 'as', type: 'token.responded', x: name, ...this.#tokenAnswer(name) } as Entry);
    const api = this.#api.get(name);
    if (api?.scripted === true)
      this.#add({ ...frame(at), actor: 'rs', type: 'api.responded', n: api.n, k: api.k, ...this.#apiAnswer(name) } as Entry);
  }

  #add(entry: Fact & Pick<HistoryEvent, 'seq' | 't' | 'actor'>): void {
    const { cause: _cause, wall: _wall, ...rest } = entry as HistoryEvent;
    this.#out.push(JSON.parse(JSON.stringify(rest)) as Entry);
  }
}

function serverName(event: HistoryEvent): string | undefined {
  if (event.actor !== 'as' && event.actor !== 'rs') return undefined;
  if (event.type === 'api.received' || event.type === 'api.responded') return `${event.n}.${event.k}`;
  return event.type === 'token.received' ||
    event.type === 'token.committed' ||
    event.type === 'token.refused' ||
    event.type === 'token.responded'
    ? event.x
    : undefined;
}

function frame({ seq, t, actor }: HistoryEvent): Pick<HistoryEvent, 'seq' | 't' | 'actor'> {
  return { seq, t, actor };
}
