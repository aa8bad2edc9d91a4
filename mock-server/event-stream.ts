// Event streams of the protected API (WHATWG HTML 9.2): what is told, when, and how long the token of the opening request carries one.
// A stream says when it will act and what it does then; who waits meanwhile (a virtual world, a socket) is not its business.
import type { TokenLabel } from '../src/core/events.ts';
import type { HttpRequest } from '../src/core/http.ts';
import { findToken, readToken } from './access-check.ts';
import type { Desk } from './desk.ts';
import type { StreamPolicy } from './policy.ts';

export const EVENT_STREAM = 'text/event-stream';

/** Messages that a server keeps for those who come back. */
const KEPT = 100;

/** `text` is one event as it stands on the wire, without the empty line that ends it. */
export interface StreamMessage {
  kind: 'message';
  text: string;
  /** The token the stream runs on; `dead`: it is no longer good. */
  at: TokenLabel;
  dead: boolean;
}
export interface StreamEnd {
  kind: 'end';
  at: TokenLabel;
  reason: 'token-expired' | 'token-revoked' | 'token-refused';
}

/** `ignored`: this server takes no tokens on an open stream. `refused`: it does, but not this one, and ends the stream. */
export type Hearing = { outcome: 'renewed' | 'refused' | 'ignored'; at: TokenLabel };

/** One open stream, as the server sees it. */
export interface ServerStream {
  /** The token it runs on. */
  readonly at: TokenLabel;
  /** Ms until it does something by itself. */
  wait(): number;
  /** What it does now; after an end it does nothing more. */
  act(): StreamMessage | StreamEnd;
  /** The client said something. */
  hear(message: string): Hearing;
}

/** Whether a request asks for a stream. */
export function asksForStream({ method, headers }: HttpRequest): boolean {
  return method === 'GET' && (headers['accept'] ?? '').includes(EVENT_STREAM);
}

/** The stream of a request that was let in. */
export function openStream(desk: Desk, request: HttpRequest): ServerStream {
  return new EventStream(desk, request);
}

/** The same as pieces of a body, for whoever can wait. */
export async function* streamBody(stream: ServerStream, pause: (ms: number) => Promise<void>): AsyncGenerator<string> {
  for (;;) {
    await pause(stream.wait());
    const next = stream.act();
    if (next.kind === 'end') return;
    yield `${next.text}\n\n`;
  }
}

class EventStream implements ServerStream {
  readonly #desk: Desk;
  readonly #policy: StreamPolicy;
  #token: string;
  /** Number of the message that comes next. */
  #next: number;
  #refused = false;

  constructor(desk: Desk, { headers }: HttpRequest) {
    const shown = readToken(headers['authorization']);
    this.#desk = desk;
    this.#policy = desk.policy.resource.streams;
    this.#token = shown.kind === 'token' ? shown.value : '';
    const newest = Math.floor(desk.context.now() / this.#policy.interval);
    const last = headers['last-event-id'] ?? '';
    this.#next = this.#policy.ids && /^\d{1,15}$/.test(last) ? Math.max(Number(last), newest - KEPT) + 1 : newest + 1;
  }

  get at(): TokenLabel {
    return this.#desk.context.labels.of(this.#token);
  }

  wait(): number {
    const message = this.#next * this.#policy.interval - this.#desk.context.now();
    return Math.max(0, this.#refused ? 0 : Math.min(message, this.#left()));
  }

  act(): StreamMessage | StreamEnd {
    const { at } = this;
    if (this.#refused) return { kind: 'end', at, reason: 'token-refused' };
    if (this.#left() <= 0) return { kind: 'end', at, reason: 'token-expired' };
    if (this.#policy.checks === 'message' && this.#isRevoked()) return { kind: 'end', at, reason: 'token-revoked' };
    const n = this.#next++;
    const id = this.#policy.ids ? `id: ${n}\n` : '';
    return { kind: 'message', at, text: `${id}data: {"message":${n}}`, dead: this.#isDead() };
  }

  hear(message: string): Hearing {
    const token = /^bearer +(\S+)$/i.exec(message)?.[1];
    const at = this.#desk.context.labels.of(token);
    if (!this.#policy.renewal || token === undefined) return { outcome: 'ignored', at };
    // Whoever opened the stream goes on with it, or nobody does: a token of another user is no renewal.
    if (typeof findToken(this.#desk, token) === 'string' || this.#userOf(token) !== this.#userOf(this.#token)) {
      this.#refused = true;
      return { outcome: 'refused', at };
    }
    this.#token = token;
    return { outcome: 'renewed', at };
  }

  /** Ms until the expiry of the token ends the stream. */
  #left(): number {
    const { expiresAt = 0 } = this.#desk.store.access.get(this.#token) ?? {};
    if (!this.#policy.endsAtExpiry) return Number.POSITIVE_INFINITY;
    return expiresAt + this.#desk.policy.resource.leeway - this.#desk.now();
  }

  #isRevoked(): boolean {
    const standing = findToken(this.#desk, this.#token);
    return typeof standing === 'string' && standing !== 'expired';
  }

  /** The truth, whatever this server looks at. */
  #isDead(): boolean {
    const token = this.#desk.store.access.get(this.#token);
    return token === undefined || token.dead !== undefined || this.#desk.now() >= token.expiresAt;
  }

  #userOf(value: string): string | undefined {
    return this.#desk.store.access.get(value)?.sub;
  }
}
