// One request from its socket to its socket: read whole and within limits, named, driven through the server, answered, logged.
// Never trusts a request: whatever it says, the answer is 4xx at worst; a 5xx of ours is a fault of ours and reported as one.
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { RequestRecord } from '../src/core/request-record.ts';
import type { AppRequest, ServerApp } from './app.ts';
import { isControl } from './control/prefix.ts';
import { Arrivals } from './arrivals.ts';
import type { Arrival } from './arrivals.ts';
import { drive, serverTime } from './drive.ts';
import type { Call, Ending } from './drive.ts';
import { WireJournal, withSight } from './wire-facts.ts';
import { absoluteUrl, deathOf, nameConnection, SocketRequest } from './http-request.ts';
import { send, sendWhole } from './http-send.ts';
import type { Wire } from './http-send.ts';
import { Draft, grantOf, safePath, Senders } from './request-log.ts';
import { parseObject, shiftHttpDate } from '../src/core/http.ts';
import type { TokenLabels } from '../src/core/labels.ts';

export interface FrontOptions {
  app: ServerApp;
  /** Largest request body, bytes. */
  bodyLimit: number;
  wire: Wire;
  /** A fault of ours while a request was served. */
  onBug(error: unknown): void;
}

export class Front {
  readonly #options: FrontOptions;
  readonly #app: ServerApp;
  readonly #arrivals = new Arrivals();
  readonly #senders: Senders;
  readonly #journal: WireJournal;
  readonly #listeners = new Set<(record: RequestRecord) => void>();
  readonly #open = new Set<ServerResponse>();
  readonly #leaving: { res: ServerResponse; ending: Ending }[] = [];
  #draft: Draft | undefined;
  #count = 0;
  #connections = 0;
  /** Connections are not kept any more. */
  closing = false;

  constructor(options: FrontOptions) {
    this.#options = options;
    this.#app = options.app;
    this.#senders = new Senders(options.app);
    this.#journal = new WireJournal(options.app);
    options.app.journal.subscribe((entry) => this.#draft?.see(entry));
  }

  /** Calls `listener` with every request once it is over; returns its end. */
  onRequest(listener: (record: RequestRecord) => void): () => void {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  nameConnection(socket: Socket): void {
    nameConnection(socket, `c${++this.#connections}`);
  }

  /** A listener for `request` events; never throws. */
  serve(req: IncomingMessage, res: ServerResponse): void {
    const url = absoluteUrl(this.#app.origin, req.url ?? '');
    if (url === undefined) return refuse(res, 400, 'the request target is neither a path nor a URL');
    // RFC 9112 3.2: joined by Node, refused by us; whoever stands in between may have read the other one.
    if (req.headers.host?.includes(',') === true) return refuse(res, 400, 'there is more than one Host header');
    const length = req.headers['content-length'];
    if (length === undefined && req.headers['transfer-encoding'] === undefined) return this.#begin(req, res, url, '');
    if (Number(length ?? 0) > this.#options.bodyLimit) return this.#tooLarge(res);
    this.#read(req, res, (body) => this.#begin(req, res, url, body));
  }

  #read(req: IncomingMessage, res: ServerResponse, done: (body: string) => void): void {
    const chunks: Buffer[] = [];
    let size = 0;
    req.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= this.#options.bodyLimit) chunks.push(chunk);
      else if (!res.headersSent) this.#tooLarge(res);
    });
    req.on('end', () => {
      if (!res.headersSent) done(chunks.length === 1 ? String(chunks[0]) : Buffer.concat(chunks).toString());
    });
    // A body that breaks off reached nobody; the socket is gone and needs no answer.
    req.on('error', () => undefined);
  }

  #tooLarge(res: ServerResponse): void {
    refuse(res, 413, `the body is larger than ${this.#options.bodyLimit} bytes`);
  }

  #begin(req: IncomingMessage, res: ServerResponse, url: string, body: string): void {
    const request = new SocketRequest(req, res, url, body);
    try {
      this.#handle(request, res);
    } catch (error) {
      this.#failed(res, error);
    }
  }

  #handle(request: AppRequest, res: ServerResponse): void {
    const now = this.#app.clock.real.now();
    const exempt = isControl(request);
    const endpoint = exempt ? 'other' : this.#app.site.endpointOf(request.url);
    const arrival = this.#arrivals.arrive(request, endpoint, now);
    const { name, repeats } = arrival;
    if (name !== undefined && repeats !== undefined) this.#app.journal.append('world', { type: 'wire.repeated', name, ...repeats });
    const draft = this.#listeners.size === 0 ? undefined : this.#draftOf(request, exempt ? 'control' : endpoint, arrival);
    const job: Job = { request, res, arrival, draft, started: now, over: false };
    const call: Call = {
      request,
      endpoint,
      exempt,
      meta: withSight(arrival.meta, request),
      from: this.#app.rules.size === 0 ? '' : this.#senders.of(request),
      dead: () => deathOf(res),
      step: (piece) => this.#step(draft, piece),
    };
    if (name !== undefined || draft !== undefined) res.once('close', () => this.#over(job));
    const ending = drive(this.#app, call);
    if (!(ending instanceof Promise)) return this.#send(job, ending);
    ending.then((end) => this.#send(job, end)).catch((error: unknown) => this.#failed(res, error));
  }

  #step<T>(draft: Draft | undefined, piece: () => T): T {
    this.#draft = draft;
    try {
      return piece();
    } finally {
      this.#draft = undefined;
    }
  }

  #draftOf(request: AppRequest, endpoint: RequestRecord['endpoint'], { repeats }: Arrival): Draft {
    const { method, connection = '', url } = request;
    const shown = this.#senders.shown(request);
    return new Draft({
      seq: ++this.#count,
      t: this.#app.clock.now(),
      wall: serverTime(this.#app, url),
      method,
      path: safePath(url),
      endpoint,
      from: this.#senders.of(request),
      connection,
      ...(endpoint === 'token' ? grantOf(request, endpoint) : {}),
      ...(shown === undefined ? {} : { presented: shown.label, ...shown.owner }),
      ...(repeats === undefined ? {} : { repeats }),
    });
  }

  /** Ends answers that would never end by themselves: streams, and requests a rule answers with silence. */
  endOpenAnswers(): void {
    for (const res of this.#open) {
      const { socket } = res;
      // The head of a stream has promised to keep the connection; nobody would close it now.
      if (res.headersSent) res.end(() => socket?.end());
      else res.destroy();
    }
  }

  #send(job: Job, ending: Ending): void {
    const { res, draft } = job;
    if (neverEnds(ending)) this.#keepTrack(res);
    const told = ending.kind === 'answer' ? this.#seenByDevice(job.request, ending) : ending;
    job.ending = told;
    if (draft !== undefined && !job.over) {
      note(draft, told);
      noteTokens(draft, told, this.#app.site.labels);
    }
    this.#journal.ended(job, told);
    if (this.#leaving.push({ res, ending: told }) === 1) this.#options.wire.endOfTurn(() => this.#leave());
  }

  /** The answers of one turn leave together: waking who waits for them, once for each, costs more time than making them. */
  #leave(): void {
    for (const { res, ending } of this.#leaving.splice(0)) {
      try {
        send(res, ending, this.#options.wire, this.closing);
      } catch (error) {
        this.#failed(res, error);
      }
    }
  }

  #keepTrack(res: ServerResponse): void {
    this.#open.add(res);
    res.once('close', () => this.#open.delete(res));
  }

  /** The server's clock as a device with a wrong clock of its own would see it. */
  #seenByDevice(request: AppRequest, ending: Ending & { kind: 'answer' }): Ending {
    if (!this.#app.clock.hasOffsets) return ending;
    const offset = this.#app.clock.deviceOffset(this.#senders.of(request).split('/', 1)[0] ?? '');
    if (offset === 0) return ending;
    const { head: _stale, ...response } = ending.response;
    return {
      ...ending,
      response: { ...response, headers: { ...response.headers, date: shiftHttpDate(response.headers['date'], -offset) } },
    };
  }

  #over(job: Job): void {
    const now = this.#app.clock.real.now();
    const answered = job.ending !== undefined && isWhole(job.ending) && job.res.writableFinished;
    job.over = true;
    job.arrival.over(now, answered);
    if (!answered) this.#journal.gone(job, job.ending);
    const record = job.draft?.record;
    if (record === undefined) return;
    record.ms = Math.round((now - job.started) * 1_000) / 1_000;
    if (record.ending === 'sent' && !answered) record.ending = 'gone';
    for (const listener of this.#listeners) listener(record);
  }

  #failed(res: ServerResponse, error: unknown): void {
    this.#options.onBug(error);
    if (res.headersSent || res.destroyed) res.destroy();
    else sendWhole(res, { status: 500, headers: JSON_TYPE, body: '{"error":"server_error"}' });
  }
}

interface Job {
  request: AppRequest;
  res: ServerResponse;
  arrival: Arrival;
  draft: Draft | undefined;
  started: number;
  /** As it was sent; absent while it is not decided. */
  ending?: Ending;
  over: boolean;
}

const JSON_TYPE = { 'content-type': 'application/json', 'cache-control': 'no-store', 'access-control-allow-origin': '*' };

/** A refusal below HTTP semantics: the connection ends with it. */
export function refuse(res: ServerResponse, status: number, description: string): void {
  res.shouldKeepAlive = false;
  sendWhole(res, { status, headers: JSON_TYPE, body: JSON.stringify({ error: 'invalid_request', error_description: description }) });
}

function neverEnds(ending: Ending): boolean {
  return ending.kind === 'drop' ? ending.how === 'silence' : ending.response.stream !== undefined;
}

/** The answer leaves with all the bytes it promises. */
function isWhole(ending: Ending): boolean {
  return ending.kind === 'answer' && (ending.cut === undefined || ending.cut.how === 'short');
}

function note({ record }: Draft, ending: Ending): void {
  record.ending = ending.kind === 'drop' ? 'dropped' : ending.cut === undefined ? 'sent' : 'cut';
  if (ending.rule !== undefined) record.fault = ending.rule;
  if (ending.kind === 'answer') record.status = ending.response.status;
}

/** Tokens that no fact names: client credentials belong to no session. */
function noteTokens({ record }: Draft, ending: Ending, labels: TokenLabels): void {
  if (record.endpoint !== 'token' || record.access !== undefined || ending.kind !== 'answer' || ending.response.status !== 200) return;
  const value = parseObject(ending.response.body)?.['access_token'];
  const label = typeof value === 'string' ? labels.of(value) : 'unknown';
  if (label !== 'unknown') record.access = label;
}
