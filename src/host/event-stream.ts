// An event stream (WHATWG HTML 9.2) over fetch as the contract's stream: each message is one event as it stands on the wire, without
// the empty line that ends it. What is in it is the reader's business.
import type { Host, HostStream } from '../core/contract.ts';
import type { FetchLike } from './fetch.ts';

/** Lines end in CR LF, LF or CR; an event ends with an empty one. */
const END_OF_EVENT = /\r\n\r\n|\n\n|\r\r/;

export function createEventStreams(fetch: FetchLike): Host['stream'] {
  return async (url, { headers = {}, signal } = {}) => {
    const controller = new AbortController();
    const abort = (): void => controller.abort(signal?.reason);
    if (signal?.aborted === true) abort();
    signal?.addEventListener('abort', abort, { once: true });
    const response = await fetch(url, {
      headers: { accept: 'text/event-stream', ...headers },
      signal: controller.signal,
      cache: 'no-store',
    });
    return new EventStream(response, () => {
      signal?.removeEventListener('abort', abort);
      controller.abort();
    });
  };
}

class EventStream implements HostStream {
  readonly status: number;
  readonly headers: Headers;
  readonly #release: () => void;
  readonly #events: AsyncGenerator<string, void>;
  #closed = false;

  constructor(response: Response, release: () => void) {
    this.status = response.status;
    this.headers = response.headers;
    this.#release = release;
    this.#events = response.ok && response.body !== null ? eventsOf(response.body) : none();
    if (!response.ok) this.close();
  }

  async next(): Promise<string | undefined> {
    if (this.#closed) return undefined;
    try {
      const { done, value } = await this.#events.next();
      if (done !== true) return value;
      this.close();
      return undefined;
    } catch (error) {
      if (this.#closed) return undefined;
      this.close();
      throw error instanceof TypeError ? error : new TypeError('the stream broke', { cause: error });
    }
  }

  send(): Promise<void> {
    return Promise.reject(new TypeError('an event stream takes no messages'));
  }

  close(): void {
    if (this.#closed) return;
    this.#closed = true;
    this.#release();
  }
}

async function* none(): AsyncGenerator<string, void> {}

async function* eventsOf(body: ReadableStream<Uint8Array>): AsyncGenerator<string, void> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  for (let over = false; !over;) {
    const { done, value } = await reader.read();
    over = done;
    text += done ? '' : decoder.decode(value, { stream: true });
    // A CR at the end may be the first half of a CR LF that is still on its way.
    const cut = !over && text.endsWith('\r') ? text.length - 1 : text.length;
    const events = text.slice(0, cut).split(END_OF_EVENT);
    text = (events.pop() ?? '') + text.slice(cut);
    for (const event of events) if (!isComment(event)) yield event;
  }
}

/** Servers keep a connection open with lines that begin with a colon. */
function isComment(event: string): boolean {
  return event.split(/\r\n|\n|\r/).every((line) => line === '' || line.startsWith(':'));
}
