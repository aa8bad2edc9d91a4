// What a fault rule makes of an answer: another one, a shorter one, one with other members or headers.
import { replaceHeaders, type Verdict } from '../core/fault.ts';
import { parseObject, type HttpResponse } from '../core/http.ts';
import type { Flight } from './flight.ts';

/** An answer that no server wrote. `wall`: Unix ms on the server's clock, for the Date header. */
export function scripted(flight: Flight, response: HttpResponse, wall: number): HttpResponse {
  flight.scripted = true;
  return { ...response, headers: { date: new Date(wall).toUTCString(), ...response.headers } };
}

/** The answer as the verdict wants it. */
export function transformed(flight: Flight, response: HttpResponse, verdict: Verdict, wall: number): HttpResponse {
  switch (verdict.kind) {
    case 'reply':
      return scripted(flight, verdict.response, wall);
    case 'truncate':
      flight.broken = verdict.how !== 'short';
      return { ...response, body: response.body.slice(0, verdict.keep) };
    case 'rewrite':
      return { ...response, body: JSON.stringify({ ...parseObject(response.body), ...verdict.members }) };
    case 'headers':
      return { ...response, headers: replaceHeaders(response.headers, verdict.headers) };
    default:
      return response;
  }
}
