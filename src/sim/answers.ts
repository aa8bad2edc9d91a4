// What a fault rule makes of an answer: another one, a shorter one, one with other members, headers or another date.
import { changedBy, retryAfterText, type Verdict } from '../core/fault.ts';
import { httpDate, type HttpResponse } from '../core/http.ts';
import type { Flight } from './flight.ts';

/** What an answer is dated by: Unix ms on the server's clock, and true virtual time. */
export interface AnswerTime {
  wall: number;
  now: number;
}
type Reply = Verdict & { kind: 'reply' };

/** An answer that no server wrote. */
export function scripted(flight: Flight, { response, retry }: Reply, { wall, now }: AnswerTime): HttpResponse {
  flight.scripted = true;
  const hint = retry === undefined ? {} : { 'retry-after': retryAfterText(retry, wall, now) };
  return { ...response, headers: { date: httpDate(wall), ...hint, ...response.headers } };
}

/** The answer as the verdict wants it. */
export function transformed(flight: Flight, response: HttpResponse, verdict: Verdict, time: AnswerTime): HttpResponse {
  switch (verdict.kind) {
    case 'reply':
      return scripted(flight, verdict, time);
    case 'truncate':
      flight.broken = verdict.how !== 'short';
      return { ...response, body: response.body.slice(0, verdict.keep) };
    default:
      return changedBy(verdict, response);
  }
}
