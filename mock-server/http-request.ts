// What came off a socket as the record that everything behind it takes: its address on our own origin, the name of its connection.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { pathOf } from '../src/core/fault.ts';
import type { AppRequest } from './app.ts';

const NAME = Symbol('connection');
type Named = Socket & { [NAME]?: string };

/** Names a connection, `c12`; the name rides on its socket. */
export function nameConnection(socket: Socket, name: string): void {
  (socket as Named)[NAME] = name;
}

/** Origin-form and absolute-form (RFC 9112 3.2), always on our own origin; undefined for `*` and anything else. */
export function absoluteUrl(origin: string, target: string): string | undefined {
  if (target.startsWith('/')) return origin + target;
  if (target === '*') return `${origin}/`;
  return /^https?:\/\//i.test(target) ? origin + pathOf(target) + (/\?[^#]*/.exec(target)?.[0] ?? '') : undefined;
}

/** A request whose body has arrived. */
export class SocketRequest implements AppRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  declare readonly connection?: string;
  declare readonly peer?: string;
  readonly #res: ServerResponse;

  constructor(req: IncomingMessage, res: ServerResponse, url: string, body: string) {
    this.method = req.method ?? 'GET';
    this.url = url;
    this.headers = req.headers as Record<string, string>;
    this.body = body;
    const { [NAME]: connection, remoteAddress: peer } = req.socket as Named;
    if (connection !== undefined) this.connection = connection;
    if (peer !== undefined) this.peer = peer;
    this.#res = res;
  }

  /** Made only for those who wait for something: an abort signal costs as much as the rest of the request. */
  get signal(): AbortSignal {
    return signalOf(this.#res);
  }
}

function signalOf(res: ServerResponse): AbortSignal {
  const controller = new AbortController();
  void deathOf(res).then(() => controller.abort());
  return controller.signal;
}

/** Resolves when nobody waits for the answer any more, or it has left. */
export function deathOf(res: ServerResponse): Promise<unknown> {
  return res.destroyed || res.closed ? Promise.resolve() : new Promise((resolve) => void res.once('close', resolve));
}
