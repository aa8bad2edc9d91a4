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
  #exchanges = 0;
  #own = 0;

  constructor(tokens: TokenLabels) {
    this.#tokens = tokens;
  }

  /** The app called a logical request; sendings without its id are matched by what they ask for. */
  opened(process: Process, request: OpenRequest): void {
    const open = this.#open.get(process) ?? [];
    open.push(request);
    this.#open.set(process, open);
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
    return { kind: 'token', x: `x${++this.#exchanges}`, rt, attempt };
  }

  #logical(process: Process, request: HttpRequest): string {
    const given = request.headers['x-request-id'];
    if (given !== undefined && /^n\d+$/.test(given)) return given;
    const path = pathOf(request.url);
    const alike = (this.#open.get(process) ?? []).filter((open) => open.method === request.method && open.path === path);
    const same = alike.filter((open) => open.body === (request.body ?? ''));
    return this.#leastSent(same.length > 0 ? same : alike)?.n ?? `c${++this.#own}`;
  }

  /** Of requests that look alike each has its turn: several callers of one path are no replays of the first. The oldest among equals. */
  #leastSent(open: readonly OpenRequest[]): OpenRequest | undefined {
    const sent = ({ n }: OpenRequest): number => this.#sendings.get(n) ?? 0;
    return open.reduce<OpenRequest | undefined>((least, one) => (least === undefined || sent(one) < sent(least) ? one : least), undefined);
  }
}
