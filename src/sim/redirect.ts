// Redirects as WHATWG fetch follows them: how often, with which method, and never with the token to another origin.
import { originOf } from '../core/fault.ts';
import type { HttpRequest, HttpResponse } from '../core/http.ts';
import type { Flight } from './flight.ts';

const MAX_HOPS = 5;

/** The request that the transport sends next; undefined when the answer is for the client. */
export function redirected(flight: Flight, { status, headers }: HttpResponse): HttpRequest | undefined {
  const { location } = headers;
  if (status < 301 || status > 308 || location === undefined || flight.redirect !== 'follow' || flight.hops >= MAX_HOPS) return undefined;
  return follow(flight.request, status, location);
}

/** 301 to 303 turn a POST into a GET, and Authorization does not cross origins. */
function follow(request: HttpRequest, status: number, location: string): HttpRequest {
  const url = new URL(location, request.url).href;
  const toGet = status <= 303 && request.method !== 'GET' && request.method !== 'HEAD';
  const headers = { ...request.headers };
  if (originOf(url) !== originOf(request.url)) delete headers['authorization'];
  return { method: toGet ? 'GET' : request.method, url, headers, body: toGet ? '' : request.body };
}
