// The wire half of the index: exchanges, sendings, tokens with their lineage, families.
import type { EventOf, TokenLabel } from '../core/events.ts';
import type { Handlers, Index } from './indexer.ts';
import { adopt } from './index-hands.ts';
import { accountOf } from './index-servers.ts';
import type { EndKind, Exchange, LogicalRequest, Sending, TokenInfo } from './records.ts';

/** Handlers of everything that crosses a network. */
export const WIRE_HANDLERS: Handlers = {
  'token.sent'(index, event) {
    openExchange(index, event);
    if (event.foreign === true) index.strays.push(event);
  },
  'revocation.sent': (index, event) => void (event.foreign === true && index.strays.push(event)),
  'token.committed'(index, event) {
    const { at, newRt, rt, family, device, expiresAt, lifetime, x } = event;
    const user = accountOf(index, event);
    const from = { event, family, user, device, x, parent: rt };
    mint(index, at, from, { expiresAt, lifetime });
    if (newRt !== undefined) mint(index, newRt, from);
    noteFamily(index, family, device);
    const exchange = index.byX.get(x);
    if (exchange !== undefined) exchange.committed ??= event;
  },
  'token.delivered': (index, event) => deliver(index, event),
  'token.lost'(index, event) {
    const exchange = index.byX.get(event.x);
    if (exchange !== undefined && event.told) endExchange(exchange, event, 'lost');
  },
  'token.abandoned'(index, event) {
    index.abandoned.push(event);
    const exchange = index.byX.get(event.x);
    if (exchange !== undefined) endExchange(exchange, event, 'abandoned');
  },
  'session.granted'(index, event) {
    const { family, device, at, rt, expiresAt, lifetime, issuer } = event;
    if (issuer !== undefined) index.issuers.set(family, issuer);
    const user = accountOf(index, event);
    const from = { event, family, user, device, x: undefined, parent: undefined };
    mint(index, at, from, { expiresAt, lifetime });
    if (rt !== undefined) mint(index, rt, from);
    noteFamily(index, family, device);
  },
  'access.offered'(index, event) {
    const { family, device, newAt, expiresAt, lifetime } = event;
    mint(index, newAt, { event, family, user: accountOf(index, event), device, x: undefined, parent: undefined }, { expiresAt, lifetime });
    index.offered.add(newAt);
  },
  'token.refused': (index, event) => void index.refusedAs.set(event.x, event),
  'family.dead'(index, event) {
    index.deaths.push(event);
    const info = noteFamily(index, event.family, event.device);
    info.dead ??= event;
  },
  'api.sent'(index, event) {
    const request = index.request(event.n, event.actor);
    const sending: Sending = { sent: event, process: event.actor, responded: undefined, delivered: undefined, broken: undefined };
    request.sendings.push(sending);
    index.process(event.actor).sent.push(event);
    index.sendings.push(sending);
    if (!index.used.has(event.at)) index.used.set(event.at, event);
    // Whoever sends it shows that it has taken the offer.
    if (index.offered.has(event.at)) adopt(index, event, { at: event.at, rt: undefined, source: 'offered' });
  },
  'api.responded'(index, event) {
    const sending = sendingOf(index, event);
    if (sending !== undefined) sending.responded ??= event;
  },
  'api.delivered'(index, event) {
    const sending = sendingOf(index, event);
    if (event.status === 401) noteTrigger(index, event);
    if (sending !== undefined) sending.delivered ??= event;
    if (event.status === 401 && event.error !== 'insufficient_scope' && !index.refused.has(event.at)) index.refused.set(event.at, event);
  },
  'api.lost'(index, event) {
    const sending = sendingOf(index, event);
    if (sending !== undefined && event.told) sending.broken ??= event;
  },
  'api.abandoned'(index, event) {
    const sending = sendingOf(index, event);
    if (sending !== undefined) sending.broken ??= event;
  },
};

/** The first 401 of a request starts a refresh of its own; that its replay is refused too starts none. */
function noteTrigger(index: Index, event: EventOf<'api.delivered'>): void {
  const request = index.requests.get(event.n);
  if (request?.called === undefined || request.sendings.some(({ delivered }) => delivered?.status === 401)) return;
  index.process(request.process).triggers.push(event);
}

/** Ends the flights of a process that died: it waits for nothing any more. */
export function endFlights(index: Index, process: string, event: { seq: number; t: number }): void {
  const { exchanges } = index.device(index.process(process).device);
  for (let i = exchanges.length - 1; i >= 0 && i >= exchanges.length - LOOK_BACK; i--) {
    const exchange = exchanges[i] as Exchange;
    if (exchange.process === process && exchange.end === undefined) endExchange(exchange, event, 'process-ended');
  }
}

/** Exchanges of one device that can be open at once; a client with more has long been found guilty. */
const LOOK_BACK = 64;

function openExchange(index: Index, event: EventOf<'token.sent'>): void {
  if (index.byX.has(event.x)) return;
  const { device, life } = index.process(event.actor);
  const own = index.device(device).exchanges;
  const beside: Exchange[] = [];
  for (let i = own.length - 1; i >= 0 && i >= own.length - LOOK_BACK; i--) {
    const other = own[i] as Exchange;
    if (other.end === undefined) beside.push(other);
  }
  const exchange: Exchange = {
    x: event.x,
    index: index.exchanges.length,
    process: event.actor,
    device,
    rt: event.rt,
    life,
    sent: event,
    beside,
    previous: index.byRt.get(event.rt),
    before: own.at(-1),
    next: undefined,
    committed: undefined,
    delivered: undefined,
    end: undefined,
  };
  if (exchange.before !== undefined) exchange.before.next = exchange;
  index.exchanges.push(exchange);
  index.process(event.actor).sent.push(event);
  index.byX.set(event.x, exchange);
  index.byRt.set(event.rt, exchange);
  own.push(exchange);
  if (!index.used.has(event.rt)) index.used.set(event.rt, event);
}

function deliver(index: Index, event: EventOf<'token.delivered'>): void {
  const exchange = index.byX.get(event.x);
  if (exchange === undefined || exchange.end !== undefined) return;
  exchange.delivered = event;
  endExchange(exchange, event, 'delivered');
  // What another server than the issuer makes of a token says nothing about it.
  if (event.kind === 'oauth-error' && event.error === 'invalid_grant' && exchange.sent.foreign !== true) index.refusals.push(exchange);
  if (event.kind !== 'granted') return;
  if (event.expiresIn === undefined) index.untold = true;
  mintDelivered(index, exchange, event);
  adopt(index, event, { at: event.at, rt: event.newRt ?? exchange.rt, source: 'delivered' });
}

/** A capture without the server's journal still names the tokens that came with an answer. */
function mintDelivered(index: Index, exchange: Exchange, event: EventOf<'token.delivered'>): void {
  const parent = index.tokens.get(exchange.rt);
  const from = { event, family: parent?.family, user: parent?.user, device: exchange.device, x: exchange.x, parent: exchange.rt };
  const { expiresIn } = event;
  if (event.at !== undefined)
    mint(index, event.at, from, expiresIn === undefined ? {} : { expiresAt: event.t + expiresIn, lifetime: expiresIn });
  if (event.newRt !== undefined) mint(index, event.newRt, from);
}

function endExchange(exchange: Exchange, event: { seq: number; t: number }, how: EndKind): void {
  exchange.end ??= { seq: event.seq, t: event.t, how };
}

interface Origin {
  event: { seq: number; t: number };
  family: string | undefined;
  user: string | undefined;
  device: string;
  x: string | undefined;
  parent: TokenLabel | undefined;
}

/** Registers a token the first time it is named; `none` and `unknown` are nobody's. */
export function mint(index: Index, label: TokenLabel, origin: Origin, life: { expiresAt?: number; lifetime?: number } = {}): void {
  if (label === 'none' || label === 'unknown' || index.tokens.has(label)) return;
  const { event, family, user, device, x, parent } = origin;
  const info: TokenInfo = {
    label,
    order: index.tokens.size,
    minted: { seq: event.seq, t: event.t },
    x,
    parent,
    family,
    user,
    device,
    expiresAt: life.expiresAt,
    lifetime: life.lifetime,
  };
  index.tokens.set(label, info);
}

function noteFamily(index: Index, family: string, device: string) {
  let info = index.families.get(family);
  if (info === undefined) index.families.set(family, (info = { family, device, dead: undefined }));
  return info;
}

function sendingOf(index: Index, event: { n: string; k: number }): Sending | undefined {
  const request: LogicalRequest | undefined = index.requests.get(event.n);
  const guess = request?.sendings[event.k - 1];
  return guess?.sent.k === event.k ? guess : request?.sendings.find((sending) => sending.sent.k === event.k);
}
