// Who sent what, where a journal does not say: the device behind a request without a token of ours, and which arrivals are sendings of
// one logical request. What is guessed says so.
import type { EventOf } from '../../core/events.ts';
import type { JournalIndex } from './journal-index.ts';

/** Ms within which the same method, path and body after a refusal is taken for a replay, when the client names no requests. */
const REPLAY_WINDOW = 30_000;

/** One arrival at the resource server with its names. */
export interface NamedSending {
  readonly n: string;
  readonly k: number;
  readonly device: string;
  /** The token it carried. */
  readonly at: string;
  /** The device or the request it belongs to is a guess. */
  readonly guessed: boolean;
}

interface OpenReplay {
  readonly n: string;
  k: number;
  readonly key: string;
  since: number;
}

type Arrival = EventOf<'api.received'>;

export class JournalNames {
  readonly #index: JournalIndex;
  readonly #byConnection = new Map<string, string>();
  readonly #live = new Set<string>();
  readonly #devices = new Map<string, string>();
  readonly #counts = new Map<string, number>();
  readonly #sendings = new Map<string, NamedSending & { key: string | undefined }>();
  #open: OpenReplay[] = [];

  constructor(index: JournalIndex) {
    this.#index = index;
  }

  /** A session was opened on the device, or ended. */
  session(device: string, open: boolean): void {
    if (open) this.#live.add(device);
    else this.#live.delete(device);
  }

  /** The device behind a token exchange; undefined when nothing points to one. */
  exchange({ rt, connection, from }: EventOf<'token.received'>): string | undefined {
    const device = this.#index.deviceOf(rt);
    if (device !== undefined && connection !== undefined) this.#byConnection.set(connection, device);
    return device ?? this.#guess(connection, from);
  }

  /** Names an arrival; undefined when nothing tells whose it is. */
  sending(entry: Arrival): NamedSending | undefined {
    const known = this.#index.deviceOf(entry.at, entry.rt);
    const named = entry.named === true;
    if (known !== undefined && entry.connection !== undefined) this.#byConnection.set(entry.connection, known);
    const device = known ?? (named ? this.#devices.get(entry.n) : undefined) ?? this.#guess(entry.connection, entry.from);
    if (device === undefined) return undefined;
    const replay = named ? undefined : this.#replayOf(entry, device);
    const n = replay?.n ?? entry.n;
    const k = (this.#counts.get(n) ?? 0) + 1;
    this.#counts.set(n, k);
    if (!this.#devices.has(n)) this.#devices.set(n, device);
    const sure = known !== undefined || (named && k > 1);
    const sending = { n, k, device, at: entry.at, guessed: !sure || replay !== undefined, key: named ? undefined : keyOf(entry, device) };
    this.#sendings.set(`${entry.n}.${entry.k}`, sending);
    return sending;
  }

  /** The names given to the arrival that an answer belongs to. A refusal may be followed by a replay. */
  answered({ n, k, status, t }: { n: string; k: number; status: number | undefined; t: number }): NamedSending | undefined {
    const sending = this.#sendings.get(`${n}.${k}`);
    if (sending?.key !== undefined && (status === 401 || status === undefined)) {
      this.#open.push({ n: sending.n, k: sending.k, key: sending.key, since: t });
    }
    return sending;
  }

  #replayOf(entry: Arrival, device: string): OpenReplay | undefined {
    const key = keyOf(entry, device);
    if (key === undefined) return undefined;
    this.#open = this.#open.filter(({ since }) => since + REPLAY_WINDOW >= entry.t);
    const at = this.#open.findIndex((open) => open.key === key);
    return at < 0 ? undefined : this.#open.splice(at, 1)[0];
  }

  /** By connection, by what the client calls itself, or because only one device has a session. */
  #guess(connection: string | undefined, from: string | undefined): string | undefined {
    const named = from?.split('/', 1)[0];
    if (named !== undefined && this.#live.has(named)) return named;
    const before = connection === undefined ? undefined : this.#byConnection.get(connection);
    if (before !== undefined) return before;
    return this.#live.size === 1 ? [...this.#live][0] : undefined;
  }
}

function keyOf({ method, path, bodyDigest }: Arrival, device: string): string | undefined {
  return method === undefined || path === undefined ? undefined : `${device} ${method} ${path} ${bodyDigest ?? '-'}`;
}
