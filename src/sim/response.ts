// The Response a virtual world lends: a plain record with fixed microtask hops on every Node, twenty times cheaper than the real one.
import type { HostResponse } from '../core/contract.ts';
import type { HttpResponse } from '../core/http.ts';

export class SimResponse implements HostResponse {
  readonly status: number;
  readonly ok: boolean;
  readonly headers: { get(name: string): string | null };
  readonly #body: string;
  readonly #broken: boolean;
  #read = false;

  /** `broken`: the connection ends in the middle of the body, so reading it fails. */
  constructor(response: HttpResponse, broken: boolean) {
    this.status = response.status;
    this.ok = response.status >= 200 && response.status < 300;
    this.headers = { get: (name) => response.headers[name.toLowerCase()] ?? null };
    this.#body = response.body;
    this.#broken = broken;
  }

  // Not async: a rejected read and a fulfilled one must take the same number of hops.
  text(): Promise<string> {
    if (this.#read) return Promise.reject(new TypeError('Body is unusable: Body has already been read'));
    this.#read = true;
    return this.#broken ? Promise.reject(new TypeError('terminated')) : Promise.resolve(this.#body);
  }

  json(): Promise<unknown> {
    return this.text().then((text) => JSON.parse(text) as unknown);
  }
}
