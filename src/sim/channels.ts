// Streams that stay open after their request was answered: messages on their way, tokens told on them, and every way they end.
// Each hop is an item of its own, as for requests; what is on a connection stays in order.
import type { HostStream } from '../core/contract.ts';
import type { Rules, Verdict } from '../core/fault.ts';
import type { HttpResponse } from '../core/http.ts';
import { EVENT_STREAM } from '../../mock-server/event-stream.ts';
import { Channel } from './channel.ts';
import type { Process } from './device.ts';
import type { Flight } from './flight.ts';
import type { Kernel } from './kernel.ts';
import type { Providers } from './providers.ts';
import type { Recorder } from './recorder.ts';

export interface ChannelParts {
  kernel: Kernel;
  recorder: Recorder;
  providers: Providers;
  rules: Rules;
  slack: number;
  /** Ms that a message of this process travels. */
  draw(process: Process): number;
}

export class Channels {
  readonly #parts: ChannelParts;
  readonly #open = new Set<Channel>();

  constructor(parts: ChannelParts) {
    this.#parts = parts;
  }

  /** The stream that an answer begins; one that is over at once when it is no stream. */
  open(flight: Flight, response: HttpResponse, signal?: AbortSignal): HostStream {
    const good = response.status >= 200 && response.status < 300;
    const told = (response.headers['content-type'] ?? '').startsWith(EVENT_STREAM);
    if (!good || !told || flight.scripted || flight.name.kind !== 'api') return overAtOnce(response);
    const channel = new Channel(flight, response, { ...this.#parts, ask: (point, request) => this.#ask(flight, point, request) });
    this.#open.add(channel);
    channel.whenOver(() => this.#open.delete(channel));
    signal?.addEventListener('abort', () => channel.close(), { once: true });
    channel.begin();
    return channel;
  }

  /** The connections of some processes break; each client is told when it runs next. */
  breakAll(concerned: (process: Process) => boolean): void {
    for (const channel of [...this.#open]) if (concerned(channel.process)) channel.break();
  }

  /** The process is gone, and its connections with it. */
  drop(process: Process, reason: string): void {
    for (const channel of [...this.#open]) if (channel.process === process) channel.drop(reason);
  }

  /** Whether the process listens at this path now, as far as it knows. */
  listens(process: Process, path: string): boolean {
    return [...this.#open].some((channel) => channel.process === process && channel.path === path);
  }

  #ask({ process, request }: Flight, point: 'request' | 'response', body: string): Verdict {
    const envelope = { point, endpoint: 'stream' as const, from: process.name, t: this.#parts.kernel.now };
    return this.#parts.rules.ask({ ...envelope, request: { ...request, body } });
  }
}

/** Not what was asked for: the client sees the status, and the end. */
function overAtOnce({ status, headers }: HttpResponse): HostStream {
  return {
    status,
    headers: { get: (name) => headers[name.toLowerCase()] ?? null },
    next: () => Promise.resolve(undefined),
    send: () => Promise.reject(new TypeError('the stream is over')),
    close: () => undefined,
  };
}
