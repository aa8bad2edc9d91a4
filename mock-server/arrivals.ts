// Names requests as they arrive, and tells a transport that sends again by itself (OkHttp, URLSession) from an application that asks twice.
// Remembers requests by what is the same when they come again; forgets those that can no longer matter.
import { hash } from 'node:crypto';
import type { Endpoint } from '../src/core/fault.ts';
import type { AppRequest } from './app.ts';
import type { ArrivalMeta } from './contract.ts';
import { looksSecret } from './secretive.ts';

/** One request that has arrived; `over` is told when its connection is done with it. */
export interface Arrival {
  meta: ArrivalMeta;
  /** Its name in the journal, `x3` or `r7`; undefined where the endpoint has none. */
  name: string | undefined;
  repeats: { of: string; by: 'transport' | 'app'; gap: number } | undefined;
  /** `answered`: the answer left whole. Real ms. */
  over(now: number, answered: boolean): void;
}

/**
 * No application reacts faster to a broken connection than this, ms: a failure has to travel through its HTTP stack, its retry logic
 * and back, while a transport that resends does so in the same breath (ours).
 */
export const APP_REACTION = 150;
/** Requests remembered at least; those before them are forgotten as many at a time. */
const MEMORY = 1_000;
/** Longer texts are remembered by their digest, characters: computing one costs more than keeping a form. */
const LONGEST_KEY = 1_000;

interface Seen {
  meta: ArrivalMeta;
  name: string;
  peer: string;
  count: number;
  arrived: number;
  /** When its connection broke without an answer. */
  broke: number | undefined;
}

export class Arrivals {
  readonly #seen = new Recent<Seen>();
  readonly #sendings = new Recent<number>();
  #exchanges = 0;
  #requests = 0;

  /** Names a request that arrives at `now` (real ms). */
  arrive(request: AppRequest, endpoint: Endpoint, now: number): Arrival {
    if (endpoint !== 'token' && endpoint !== 'resource') return { meta: {}, name: undefined, repeats: undefined, over: () => undefined };
    const key = canRepeat(request, endpoint) ? keyOf(request) : undefined;
    const before = key === undefined ? undefined : this.#seen.get(key);
    const repeats = before === undefined ? undefined : repetition(before, request, now);
    const meta = before !== undefined && repeats?.by === 'transport' ? resent(before) : this.#name(request, endpoint);
    const name = meta.x ?? meta.n ?? '';
    const seen: Seen = { meta, name, peer: peerOf(request), count: meta.arrival ?? 1, arrived: now, broke: undefined };
    if (key !== undefined) this.#seen.set(key, seen);
    return { meta, name, repeats, over: (at, answered) => void (seen.broke = answered ? undefined : at) };
  }

  #name(request: AppRequest, endpoint: Endpoint): ArrivalMeta {
    if (endpoint === 'token') return { x: `x${++this.#exchanges}` };
    const n = requestId(request) ?? `r${++this.#requests}`;
    const k = (this.#sendings.get(n) ?? 0) + 1;
    // Only ids that clients chose come twice; ours need no memory.
    if (requestId(request) !== undefined) this.#sendings.set(n, k);
    return { n, k };
  }
}

/** The last MEMORY values set, and some before them. Two generations: a map that loses its first entry each time grows slow. */
class Recent<T> {
  #young = new Map<string, T>();
  #old = new Map<string, T>();

  get(key: string): T | undefined {
    return this.#young.get(key) ?? this.#old.get(key);
  }

  set(key: string, value: T): void {
    if (this.#young.size >= MEMORY) [this.#old, this.#young] = [this.#young, new Map()];
    this.#young.set(key, value);
  }
}

/** The id an app gave its logical request; too long or strange, it is none. No token is that short; a piece of one goes by its digest. */
function requestId(request: AppRequest): string | undefined {
  const id = request.headers['x-request-id'];
  if (id === undefined || !/^[\w.:-]{1,36}$/.test(id)) return undefined;
  return looksSecret(id) ? `id-${hash('sha256', id).slice(0, 8)}` : id;
}

/** Reading the same address twice is what apps do all day; only with an id of its own, or a body, is it the same request. */
function canRepeat(request: AppRequest, endpoint: Endpoint): boolean {
  return endpoint === 'token' || request.body !== '' || request.headers['x-request-id'] !== undefined;
}

function repetition(before: Seen, request: AppRequest, now: number): Arrival['repeats'] {
  const gap = Math.round(now - (before.broke ?? before.arrived));
  const same = before.peer === peerOf(request);
  const by = same && before.broke !== undefined && gap <= APP_REACTION ? 'transport' : 'app';
  return { of: before.name, by, gap };
}

/** The same exchange, arrived once more. */
function resent({ meta, count }: Seen): ArrivalMeta {
  return { ...meta, arrival: count + 1 };
}

/** The connection pool a request came from, as far as a server can tell: address and user agent. */
function peerOf({ peer = '', headers }: AppRequest): string {
  return `${peer} ${headers['user-agent'] ?? ''}`;
}

function keyOf({ method, url, headers, body }: AppRequest): string {
  const text = `${method} ${url}\n${headers['authorization'] ?? ''}\n${headers['dpop'] ?? ''}\n${headers['x-request-id'] ?? ''}\n\n${body}`;
  return text.length <= LONGEST_KEY ? text : hash('sha256', text);
}
