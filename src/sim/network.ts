// Moves requests between processes and servers: latency, faults at every point, connectivity. Every hop is its own kernel item,
// so a kill, a cut or a reorder can fall between any two. It knows the servers only as phases.
import type { HostFetchInit, HostResponse, HostStream } from '../core/contract.ts';
import type { DurationRange } from '../core/duration.ts';
import { Rules, type DropHow, type Point, type Verdict } from '../core/fault.ts';
import type { HttpRequest, HttpResponse } from '../core/http.ts';
import type { Streams } from '../core/streams.ts';
import type { Exchange } from '../../mock-server/contract.ts';
import { scripted, transformed, type AnswerTime } from './answers.ts';
import { Channels } from './channels.ts';
import { EPOCH, type Device, type Process } from './device.ts';
import { abandonedFact, deliveredFact, lossPhase, lostFact, sentFact, textOf, toRequest, type Flight } from './flight.ts';
import { FlightNames } from './flight-names.ts';
import type { Kernel } from './kernel.ts';
import type { Provider, Providers } from './providers.ts';
import type { Recorder } from './recorder.ts';
import { redirected } from './redirect.ts';
import { SimResponse } from './response.ts';

export interface NetworkOptions {
  kernel: Kernel;
  recorder: Recorder;
  streams: Streams;
  providers: Providers;
  latency: DurationRange;
  slack: number;
  /** One-way latency asked for by the logical request `n`. */
  latencyOf(n: string): DurationRange | undefined;
}

/** Verdicts that change the answer once it is there. */
const TRANSFORMS: ReadonlySet<Verdict['kind']> = new Set(['truncate', 'rewrite', 'headers', 'skew']);
/** Ms after which a transport that resends does so. */
const RESEND_DELAY = 5;

export class Network {
  readonly rules = new Rules();
  readonly names: FlightNames;
  /** Streams that stay open after their request was answered. */
  readonly channels: Channels;
  latency: DurationRange;
  readonly #options: NetworkOptions;
  readonly #open = new Set<Flight>();

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.latency = options.latency;
    this.names = new FlightNames(options.recorder.labels);
    this.channels = new Channels({ ...options, rules: this.rules, draw: (process) => this.#travel(process, this.latency) });
  }

  /** What `host.fetch` does. */
  send(process: Process, url: string, init: HostFetchInit): Promise<HostResponse> {
    const { body = '' } = init;
    const answered: Answered<HostResponse> = (response, flight) => new SimResponse(response, flight.broken);
    if (typeof body === 'string') return this.#send(process, toRequest(url, init, body), init, answered);
    return textOf(body).then((text) => this.#send(process, toRequest(url, init, text), init, answered));
  }

  /** What `host.stream` does: an ordinary request, whose answer goes on when it is a good one. */
  open(process: Process, url: string, { headers, signal }: HostFetchInit): Promise<HostStream> {
    const request = toRequest(url, { headers: { accept: 'text/event-stream', ...headers } }, '');
    const init = signal === undefined ? {} : { signal };
    return this.#send(process, request, init, (response, flight) => this.channels.open(flight, response, signal), true);
  }

  #send<T>(process: Process, request: HttpRequest, init: HostFetchInit, answered: Answered<T>, stream = false): Promise<T> {
    return new Promise((resolve, reject) => {
      if (init.signal?.aborted === true) return reject(init.signal.reason);
      const done: Flight['resolve'] = (response, last) => resolve(answered(response, last));
      const name = stream ? this.names.ownName(process, request) : undefined;
      const flight = this.#flight(process, request, { redirect: init.redirect ?? 'follow', hops: 0, resolve: done, reject }, name);
      this.#listenAbort(flight, init.signal);
      this.#depart(flight);
    });
  }

  /** The radio is gone: what is on the way is lost, and each client is told, one at a time. */
  goOffline(device: Device): void {
    for (const flight of [...this.#open]) if (flight.process.device === device && !flight.over) this.#lose(flight, 'reset', 0);
    this.channels.breakAll((process) => process.device === device);
  }

  /** The connections of a suspended process are closed under it: what was on its way to it is lost, and it learns of that when it runs again. */
  goDefunct(process: Process): void {
    for (const flight of [...this.#open].filter((open) => open.process === process && !open.over)) {
      flight.defunct = true;
      this.#lose(flight, 'reset', 0);
    }
  }

  #flight(
    process: Process,
    request: HttpRequest,
    rest: Pick<Flight, 'redirect' | 'hops' | 'resolve' | 'reject'>,
    name?: Flight['name'],
  ): Flight {
    const endpoint = this.#options.providers.endpointOf(request);
    const flight: Flight = {
      process,
      epoch: process.epoch,
      endpoint,
      request,
      ...rest,
      name: name ?? this.names.name(process, endpoint, request),
      label: this.names.labels(process, request),
      over: false,
      cut: false,
      point: 'request',
      scripted: false,
      broken: false,
      defunct: false,
    };
    this.#open.add(flight);
    return flight;
  }

  #listenAbort(flight: Flight, signal: AbortSignal | undefined): void {
    signal?.addEventListener(
      'abort',
      () => {
        if (flight.over || !flight.process.alive(flight.epoch)) return;
        this.#end(flight);
        this.#noteClient(flight, abandonedFact(flight));
        flight.reject(signal.reason);
      },
      { once: true },
    );
  }

  #depart(flight: Flight): void {
    const { recorder, kernel, providers } = this.#options;
    const before = kernel.cause;
    const fact = sentFact(flight, recorder.labels, (origin, token) => providers.isForeign(origin, token));
    this.#noteClient(flight, fact, true);
    this.#leave(flight);
    kernel.cause = before;
  }

  #leave(flight: Flight): void {
    const { recorder, kernel } = this.#options;
    const { process, request } = flight;
    if (/[?].*[\w-]{12}/.test(request.url)) recorder.text(process.name, 'url', request.url);
    if (!process.device.online) return this.#lose(flight, 'reset', 1);
    const verdict = this.#ask(flight, 'request');
    if (verdict.kind === 'drop') return this.#lose(flight, verdict.how, this.#draw(flight));
    if (verdict.kind === 'reply') return this.#answer(flight, scripted(flight, verdict, this.#timeAt(flight)), this.#draw(flight));
    const delay = this.#draw(flight) + (verdict.kind === 'delay' ? verdict.ms : 0);
    kernel.after(delay, flight.label('>'), () => this.#arrive(flight), { slack: this.#options.slack });
    if (verdict.kind === 'duplicate') kernel.after(delay + RESEND_DELAY, flight.label('>'), () => this.#arrive(flight));
  }

  #arrive(flight: Flight): void {
    if (flight.cut) return;
    if (flight.endpoint === 'other') return this.#answer(flight, { status: 200, headers: {}, body: '{}' }, 0);
    const { name } = flight;
    const arrival = this.names.arrival(flight);
    const meta = name.kind === 'token' ? { x: name.x, arrival } : name.kind === 'api' ? { n: name.n, k: name.k, arrival } : { arrival };
    this.#atPhase(flight, this.#providerOf(flight).server.receive(flight.request, meta));
  }

  /** Between two phases: the rules are asked, then the exchange moves on, as an item of its own for token requests. */
  #atPhase(flight: Flight, exchange: Exchange): void {
    flight.point = exchange.phase;
    const verdict = this.#ask(flight, exchange.phase, exchange.response);
    if (verdict.kind === 'drop') return this.#lose(flight, verdict.how, this.#draw(flight));
    if (verdict.kind === 'reply') return this.#respond(flight, scripted(flight, verdict, this.#timeAt(flight)));
    if (verdict.kind === 'duplicate') this.#resend(flight, exchange);
    const transform = TRANSFORMS.has(verdict.kind) ? verdict : undefined;
    if (exchange.phase === 'flushed') return this.#respond(flight, exchange.response as HttpResponse, transform);
    this.#proceed(flight, exchange, verdict.kind === 'delay' ? verdict.ms : 0);
  }

  #proceed(flight: Flight, exchange: Exchange, delay: number): void {
    const wait = delay + (exchange.phase === 'validated' ? exchange.raceWindow : 0);
    const next = (): void => {
      exchange.advance();
      this.#atPhase(flight, exchange);
    };
    if (flight.endpoint !== 'token' && wait === 0) next();
    else this.#options.kernel.after(wait, `${flight.label('>')}:${exchange.phase}`, next);
  }

  /** The transport sends the same bytes once more; the client only ever sees one answer, the first to arrive. The copy is not asked about here again. */
  #resend(flight: Flight, exchange: Exchange): void {
    const again = exchange.fork(this.names.arrival(flight));
    this.#options.kernel.after(RESEND_DELAY, flight.label('>'), () => this.#proceed(flight, again, 0));
  }

  #respond(flight: Flight, response: HttpResponse, transform?: Verdict): void {
    if (flight.over) return;
    flight.point = 'response';
    const verdict = transform ?? this.#ask(flight, 'response', response);
    if (verdict.kind === 'drop') return this.#lose(flight, verdict.how, this.#draw(flight));
    const sent = transformed(flight, response, verdict, this.#timeAt(flight));
    this.#answer(flight, sent, this.#draw(flight) + (verdict.kind === 'delay' ? verdict.ms : 0));
  }

  /** Who is asked; no server's address counts as the main one's. */
  #providerOf({ request }: Flight): Provider {
    const { providers } = this.#options;
    return providers.at(request.url) ?? providers.main;
  }

  /** Unix ms on the server's clock, for the Date header of answers that no server wrote. */
  #timeAt(flight: Flight): AnswerTime {
    const { now } = this.#options.kernel;
    return { wall: EPOCH + now + this.#providerOf(flight).server.policy.clockOffset, now };
  }

  #answer(flight: Flight, response: HttpResponse, delay: number): void {
    const { process, epoch } = flight;
    this.#options.kernel.after(delay, flight.label('<'), () => this.#deliver(flight, response), {
      owner: process,
      epoch,
      slack: this.#options.slack,
    });
  }

  #deliver(flight: Flight, response: HttpResponse): void {
    if (flight.over || flight.defunct) return;
    this.#end(flight);
    const next = redirected(flight, response);
    if (next !== undefined) return this.#follow(flight, next);
    const { recorder, kernel } = this.#options;
    if (flight.broken && flight.endpoint === 'token') this.#noteClient(flight, lostFact(flight, 'body-cut', true), true);
    else this.#noteClient(flight, deliveredFact(flight, response, recorder.labels, flight.process.device.wall(kernel.now)), true);
    flight.resolve(response, flight);
  }

  #follow(flight: Flight, next: HttpRequest): void {
    const { redirect, hops, resolve, reject } = flight;
    const name = flight.name.kind === 'api' ? this.names.nextHop(flight.name.n, next) : flight.name;
    this.#depart(this.#flight(flight.process, next, { redirect, hops: hops + 1, resolve, reject }, name));
  }

  /** The message vanished. With `reset` the client is told after `delay` ms; with `silence` it goes on waiting. */
  #lose(flight: Flight, how: DropHow, delay: number): void {
    const { kernel, recorder } = this.#options;
    const { process, epoch } = flight;
    if (flight.point === 'request') flight.cut = true;
    const phase = lossPhase(flight.point);
    if (how === 'silence') {
      const fact = lostFact(flight, phase, false);
      if (fact !== undefined) recorder.follow('world', fact);
      return;
    }
    kernel.after(
      delay,
      flight.label('<'),
      () => {
        if (flight.over) return;
        this.#end(flight);
        this.#noteClient(flight, lostFact(flight, phase, true), true);
        flight.reject(new TypeError('network error'));
      },
      { owner: process, epoch },
    );
  }

  #end(flight: Flight): void {
    flight.over = true;
    this.#open.delete(flight);
  }

  #noteClient(flight: Flight, fact: ReturnType<typeof lostFact>, follow = false): void {
    if (fact === undefined) return;
    const { recorder, kernel } = this.#options;
    const { process } = flight;
    const wall = process.device.wallIfSkewed(kernel.now);
    recorder[follow ? 'follow' : 'note'](process.name, fact, wall);
  }

  #ask(flight: Flight, point: Point, response?: HttpResponse): Verdict {
    const { process, endpoint, request } = flight;
    return this.rules.ask({
      point,
      endpoint,
      from: process.name,
      t: this.#options.kernel.now,
      request,
      about: () => this.#providerOf(flight).server.about(request),
      ...(response === undefined ? {} : { response }),
    });
  }

  #draw(flight: Flight): number {
    return this.#travel(flight.process, (flight.name.kind === 'api' ? this.#options.latencyOf(flight.name.n) : undefined) ?? this.latency);
  }

  #travel({ name }: Process, { min, max }: DurationRange): number {
    return min === max ? min : this.#options.streams.stream(`net/${name}`).integer(min, max);
  }
}

/** What the client is handed for an answer. */
type Answered<T> = (response: HttpResponse, flight: Flight) => T;
