// Names for requests: `x3` for a refresh, `n2` for the app's logical request (by its x-request-id header, else by method and path),
// and labels such as `phone/app>POST:/token#2` by which a schedule picks a message.
import { pathOf, type Endpoint } from '../core/fault.ts';
import type { HttpRequest } from '../core/http.ts';
import type { TokenLabels } from '../core/labels.ts';
import type { Process } from './device.ts';
import { carried, formValue, type Flight, type FlightName } from './flight.ts';

/** A logical request that is still open, as the world called it. */
export interface OpenRequest {
  n: string;
  method: string;
  path: string;
  body: string;
}

export class FlightNames {
  readonly #tokens: TokenLabels;
  readonly #occurrences = new Map<string, number>();
  readonly #sendings = new Map<string, number>();
  readonly #attempts = new Map<string, number>();
  readonly #arrivals = new Map<Flight, number>();
  readonly #open = new Map<Process, OpenRequest[]>();
  /** Process that sent a refresh or asked for a request, by the name in the history. */
  readonly #senders = new Map<string, Process>();
  #exchanges = 0;
  #own = 0;

  constructor(tokens: TokenLabels) {
    this.#tokens = tokens;
  }

  /** The app called a logical request; sendings without its id are matched by what they ask for. */
  opened(process: Process, request: OpenRequest): void {
    const open = this.#open.get(process) ?? [];
    open.push(request);
    this.#senders.set(request.n, process);
    this.#open.set(process, open);
  }

  /** Whose refresh or request a fact of a server is about. */
  senderOf(name: string): Process | undefined {
    return this.#senders.get(name);
  }

  settled(process: Process, n: string): void {
    const open = this.#open.get(process) ?? [];
    this.#open.set(
      process,
      open.filter((request) => request.n !== n),
    );
  }

  name(process: Process, endpoint: Endpoint, request: HttpRequest): FlightName {
    if (endpoint === 'token') return this.#tokenName(process, request);
    if (endpoint === 'revocation') return { kind: 'revocation', token: this.#tokens.of(formValue(request.body, 'token')) };
    return this.nextHop(this.#logical(process, request), request);
  }

  /** A request that the client makes by itself, whatever the app asked for at the same address. */
  ownName(process: Process, request: HttpRequest): FlightName {
    return this.nextHop(this.#newOwn(process), request);
  }

  #newOwn(process: Process): string {
    const n = `c${++this.#own}`;
    this.#senders.set(n, process);
    return n;
  }

  /** The next sending of a logical request. */
  nextHop(n: string, request: HttpRequest): FlightName {
    const k = (this.#sendings.get(n) ?? 0) + 1;
    this.#sendings.set(n, k);
    return { kind: 'api', n, k, at: carried(request, this.#tokens) };
  }

  /** 1 for the first time these bytes reach the server, 2 when the transport resent them. */
  arrival(flight: Flight): number {
    const arrival = (this.#arrivals.get(flight) ?? 0) + 1;
    this.#arrivals.set(flight, arrival);
    return arrival;
  }

  labels(process: Process, request: HttpRequest): Flight['label'] {
    const what = `${request.method}:${pathOf(request.url)}`;
    const key = `${process.name} ${what}`;
    const count = (this.#occurrences.get(key) ?? 0) + 1;
    this.#occurrences.set(key, count);
    return (direction) => `${process.name}${direction}${what}#${count}`;
  }

  #tokenName(process: Process, request: HttpRequest): FlightName {
    if (formValue(request.body, 'grant_type') !== 'refresh_token') return { kind: 'plain' };
    const rt = this.#tokens.of(formValue(request.body, 'refresh_token'));
    const key = `${process.device.name} ${rt}`;
    const attempt = (this.#attempts.get(key) ?? 0) + 1;
    this.#attempts.set(key, attempt);
    const x = `x${++this.#exchanges}`;
    this.#senders.set(x, process);
    return { kind: 'token', x, rt, attempt };
  }

  #logical(process: Process, request: HttpRequest): string {
    const given = request.headers['x-request-id'];
    if (given !== undefined && /^n\d+$/.test(given)) return given;
    const path = pathOf(request.url);
    const alike = (this.#open.get(process) ?? []).filter((open) => open.method === request.method && open.path === path);
    const same = alike.filter((open) => open.body === (request.body ?? ''));
    return this.#leastSent(same.length > 0 ? same : alike)?.n ?? this.#newOwn(process);
  }

  /** Of requests that look alike each has its turn: several callers of one path are no replays of the first. The oldest among equals. */
  #leastSent(open: readonly OpenRequest[]): OpenRequest | undefined {
    const sent = ({ n }: OpenRequest): number => this.#sendings.get(n) ?? 0;
    return open.reduce<OpenRequest | undefined>((least, one) => (least === undefined || sent(one) < sent(least) ? one : least), undefined);
  }
}
