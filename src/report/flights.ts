// What a history tells about each message exchange, gathered so that a row can say what became of it.
// A flight is one refresh (`x2`) or one sending of a request (`n3`, sending 1). Read only; it concludes nothing about right or wrong.
import { apiAnswer, committedTokens, describe, exchangeName, LOSS_WORDS, tokenAnswer } from '../core/describe.ts';
import { formatDuration } from '../core/duration.ts';
import type { EventOf, HistoryEvent } from '../core/events.ts';

export interface Flight {
  /** Process that sent it. */
  lane: string;
  server: 'as' | 'rs';
  sent?: EventOf<'token.sent'> | EventOf<'api.sent'>;
  arrived?: HistoryEvent;
  /** What the authorization server did about it: more than once when the transport sent the request again. */
  decisions: (EventOf<'token.committed'> | EventOf<'token.refused'>)[];
  /** The answer as it left the server; all there is where no server state was touched. */
  responded?: EventOf<'token.responded'> | EventOf<'api.responded'>;
  delivered?: EventOf<'token.delivered'> | EventOf<'api.delivered'>;
  lost?: EventOf<'token.lost'> | EventOf<'api.lost'>;
  abandoned?: HistoryEvent;
}

export interface Flights {
  /** The flight an event belongs to. */
  of(event: HistoryEvent): Flight | undefined;
  /** `GET /feed`, with its number where several requests ask the same. */
  requestName(n: string): string;
  /** Whether the history names this request. */
  knows(n: string): boolean;
}

/** Gathers the flights of a history in one pass. */
export function flightsOf(events: readonly HistoryEvent[]): Flights {
  const flights = new Map<string, Flight>();
  const names = new Map<string, string>();
  for (const event of events) {
    if ((event.type === 'request.called' || event.type === 'api.sent') && !names.has(event.n))
      names.set(event.n, `${event.method} ${event.path}`);
    const key = keyOf(event);
    if (key === undefined) continue;
    let flight = flights.get(key);
    if (flight === undefined) flights.set(key, (flight = { lane: event.actor, server: key.startsWith('x') ? 'as' : 'rs', decisions: [] }));
    note(flight, event);
  }
  const uses = new Map<string, number>();
  for (const name of names.values()) uses.set(name, (uses.get(name) ?? 0) + 1);
  return {
    of: (event) => flights.get(keyOf(event) ?? ''),
    knows: (n) => names.has(n),
    requestName(n) {
      const name = names.get(n);
      return name === undefined ? `request ${n}` : (uses.get(name) ?? 0) > 1 ? `${name} ${n}` : name;
    },
  };
}

/** `refresh #2 (RT-1)`, `GET /feed (AT-1)`, `GET /feed again (AT-2)`. */
export function outgoingText(flight: Flight, flights: Flights): string {
  const { sent } = flight;
  if (sent === undefined) return flight.server === 'as' ? 'a refresh' : 'a request';
  const stranger = sent.foreign === true ? ` to ${sent.origin ?? 'another server'}` : '';
  if (sent.type === 'token.sent') return `${exchangeName(sent.x)} (${sent.rt})${stranger}`;
  return `${flights.requestName(sent.n)}${sent.k > 1 ? ' again' : ''} (${sent.at})${stranger}`;
}

/** What the server did, before anyone heard of it: `RT-1→RT-2, AT-2`, `invalid_grant: RT-1 reused`. Undefined while it did nothing. */
export function decisionText(flight: Flight): string | undefined {
  if (flight.decisions.length > 0) return flight.decisions.map(oneDecision).join(', then again: ');
  return flight.responded?.type === 'token.responded' ? tokenAnswer(flight.responded) : undefined;
}

/** Whether the message got as far as the server. */
export function reachedServer(flight: Flight): boolean {
  return flight.arrived !== undefined || flight.decisions.length > 0 || flight.responded !== undefined;
}

function oneDecision(event: Flight['decisions'][number]): string {
  if (event.type === 'token.refused') return `${event.error}: ${event.rt} ${event.reason}`;
  return `${committedTokens(event)}${event.repeated === undefined ? '' : ` (${event.repeated})`}`;
}

/** What became of it, the whole way: the server's decision and what the client heard. `since` tells a late answer. */
export function answerText(flight: Flight, since: number): string | undefined {
  const decision = decisionText(flight);
  if (flight.delivered !== undefined) return withDelay(heard(flight, decision), flight.delivered.t - since);
  if (flight.lost !== undefined) {
    const lost = `lost ${LOSS_WORDS[flight.lost.phase]}`;
    return decision === undefined ? lost : `${decision}, answer ${lost}`;
  }
  const silence = flight.abandoned === undefined ? 'no answer' : 'given up by the client';
  return decision === undefined ? silence : `${decision}, ${silence}`;
}

/** What reaches the client at the moment of `event`: `200 granted AT-2, RT-2`, `401 invalid_token`, `lost after the server committed`. */
export function incomingText(event: HistoryEvent, flight: Flight): string {
  switch (event.type) {
    case 'token.delivered':
      return tokenAnswer(event);
    case 'api.delivered':
      return apiAnswer(event);
    case 'token.lost':
    case 'api.lost':
      return `lost ${LOSS_WORDS[event.phase]}${event.told ? '' : ', client still waits'}`;
    case 'token.abandoned':
    case 'api.abandoned':
      return 'given up by the client';
    default:
      return decisionText(flight) ?? describe(event);
  }
}

/** A 401 for a token that was already replaced on that device when the 401 arrived (RFC 6750 3.1: it says nothing about the new one). */
export function isLate(events: readonly HistoryEvent[], event: EventOf<'api.delivered'>): boolean {
  if (event.status !== 401) return false;
  const newest = newestGrant(events, event);
  return newest !== undefined && newest.at !== undefined && newest.at !== event.at;
}

/** `AT-2 still valid for 4m59s`: the token this device held when it asked for another, unless the server had refused it. */
export function stillGood(events: readonly HistoryEvent[], event: EventOf<'token.sent'>): string | undefined {
  const newest = newestGrant(events, event);
  const at = newest?.at;
  if (at === undefined) return undefined;
  const refused = events.some(
    (other) => other.seq < event.seq && other.type === 'api.delivered' && other.status === 401 && other.at === at,
  );
  const dead = events.some((other) => other.seq < event.seq && other.type === 'access.dead' && other.at === at);
  const left = expiryOf(events, at) - event.t;
  return refused || dead || left <= 0 ? undefined : `${at} still valid for ${formatDuration(Math.round(left))}`;
}

function expiryOf(events: readonly HistoryEvent[], at: string): number {
  for (const event of events) {
    if ((event.type === 'token.committed' || event.type === 'session.granted') && event.at === at) return event.expiresAt;
  }
  return Number.NEGATIVE_INFINITY;
}

/** The newest tokens that reached the device of an event before it. */
function newestGrant(events: readonly HistoryEvent[], event: HistoryEvent): { at?: string } | undefined {
  const device = deviceOf(event.actor);
  return events.findLast(
    (other): other is EventOf<'token.delivered' | 'signIn.called'> =>
      other.seq < event.seq &&
      deviceOf(other.actor) === device &&
      ((other.type === 'token.delivered' && other.kind === 'granted') || other.type === 'signIn.called'),
  );
}

function deviceOf(actor: string): string {
  return actor.split('/')[0] ?? actor;
}

function heard(flight: Flight, decision: string | undefined): string {
  const { delivered } = flight;
  if (delivered === undefined) return '';
  if (delivered.type === 'api.delivered') return apiAnswer(delivered);
  // The client may hear something else than what the server did: a scripted or rewritten answer.
  const said = tokenAnswer(delivered);
  if (decision === undefined) return said;
  const faithful = delivered.kind === 'granted' ? 'token.committed' : delivered.kind === 'oauth-error' ? 'token.refused' : undefined;
  return flight.decisions.some((event) => event.type === faithful)
    ? decision
    : decision === said
      ? said
      : `${decision}; client hears ${said}`;
}

function withDelay(text: string, delay: number): string {
  return delay > 1_000 ? `${text}, after ${formatDuration(delay)}` : text;
}

function keyOf(event: HistoryEvent): string | undefined {
  if (event.type.startsWith('token.') && 'x' in event) return event.x;
  if (event.type.startsWith('api.') && 'k' in event) return `${event.n}.${event.k}`;
  return undefined;
}

function note(flight: Flight, event: HistoryEvent): void {
  switch (event.type) {
    case 'token.sent':
    case 'api.sent':
      flight.sent = event;
      flight.lane = event.actor;
      break;
    case 'token.received':
    case 'api.received':
      flight.arrived ??= event;
      break;
    case 'token.committed':
    case 'token.refused':
      flight.decisions.push(event);
      break;
    case 'token.responded':
    case 'api.responded':
      flight.responded ??= event;
      break;
    case 'token.delivered':
    case 'api.delivered':
      flight.delivered = event;
      break;
    case 'token.lost':
    case 'api.lost':
      flight.lost = event;
      break;
    case 'token.abandoned':
    case 'api.abandoned':
      flight.abandoned = event;
      break;
  }
}
