// Everything of the server but its sockets: issuers, clock, fault rules and journal behind one door that takes plain records.
// An app needs one base URL: it is the issuer, `/token`, `/revoke` and the rest hang below it, the protected API is `{issuer}/api`.
import type { HttpRequest, HttpResponse } from '../src/core/http.ts';
import { Rules } from '../src/core/fault.ts';
import { createStreams } from '../src/core/streams.ts';
import type { ArrivalMeta, Exchange } from './contract.ts';
import { Holds } from './holds.ts';
import { createJournal } from './journal.ts';
import type { Journal } from './journal.ts';
import type { RegisteredClient } from './clients.ts';
import type { Person } from './people.ts';
import type { ServerPolicy } from './policy.ts';
import { createSite } from './site.ts';
import type { IssuerOptions, Site } from './site.ts';
import { createWireClock } from './wire-clock.ts';
import type { RealTime, WireClock } from './wire-clock.ts';

/** A request as it came off a socket. `url` is absolute on the app's own origin, whatever the Host header said; that is in `headers.host`. */
export interface AppRequest extends HttpRequest {
  /** Names the connection it came on, `c12`. */
  connection?: string;
  /** Address of the peer, `127.0.0.1`. */
  peer?: string;
  /** Aborted when the connection dies before the answer left: whoever waits for something may stop. */
  signal?: AbortSignal;
}
/** A body that comes piece by piece (server-sent events, streaming resources). Its `return` is called when the connection dies. */
export interface StreamBody {
  chunks: AsyncIterable<string>;
}
/** `head`, when there, are the headers once more as they are written, with the length of the body: answers serialised beforehand. */
export type AppResponse = HttpResponse & { stream?: StreamBody; head?: readonly string[] };
/** What a request leads to: an exchange with phases (faults can fall between any two), an answer, or an answer later. */
export type AppAnswer = Exchange | AppResponse | Promise<AppResponse>;

/** Takes a request it knows, or leaves it to the next: undefined. */
export type AppRoute = (app: ServerApp, request: AppRequest) => AppAnswer | undefined;

export interface ServerApp {
  /** `scheme://host:port` under which clients reach the server. */
  readonly origin: string;
  /** Issuers and their servers. */
  readonly site: Site;
  readonly clock: WireClock;
  /** Unix time in ms at `clock.now() === 0`. */
  readonly epoch: number;
  readonly rules: Rules;
  /** Who waits under the `hold` verdict of a rule. */
  readonly holds: Holds;
  readonly journal: Journal;
  readonly options: AppOptions;
  /** `meta` names the request for the journal (`x1`, `n1`); the socket layer does. */
  receive(request: AppRequest, meta?: ArrivalMeta): AppAnswer;
  /** State as after the start: no session, no rule, an empty journal. The clock keeps running. */
  reset(): void;
}

export interface AppOptions {
  /** `scheme://host:port` as clients write it, no slash at the end. */
  origin: string;
  /** The main issuer; `origin` when absent. It may have a path. */
  issuer?: string;
  policy?: ServerPolicy;
  /** Clients of the main issuer; those of `clients.ts` when absent. */
  clients?: readonly RegisteredClient[];
  /** Who can sign in; those of `fixtures/people.ts` when absent. */
  people?: readonly Person[];
  /** Further issuers, each below a path of its own. */
  moreIssuers?: readonly IssuerOptions[];
  /** Seed of ids, personas and draws, 0 .. 2^53 - 1. */
  seed: number;
  /** Unix time in ms at virtual 0. */
  epoch: number;
  /** Real time, lent by the edge. */
  time: RealTime;
  /** The virtual clock stands still until it is advanced. */
  frozen?: boolean;
  /** Asked in order before the issuers: control API first. */
  routes?: readonly AppRoute[];
}

/** A server without sockets: send it requests with `receive`. */
export function createApp(options: AppOptions): ServerApp {
  const { origin, time, epoch, routes = [] } = options;
  const clock = createWireClock(time, options.frozen === true);
  const rules = new Rules();
  const holds = new Holds();
  const journal = createJournal(clock);
  const pause = (ms: number): Promise<void> => new Promise((resolve) => void clock.after(ms, resolve));
  const open = (): Site =>
    createSite({ ...options, issuer: options.issuer ?? origin, now: () => clock.now(), journal, ids: createStreams(options.seed), pause });
  let site = open();
  const app: ServerApp = {
    origin,
    get site() {
      return site;
    },
    clock,
    epoch,
    rules,
    holds,
    journal,
    options,
    receive: (request, meta = {}) => firstAnswer(app, routes, request) ?? site.receive(request, meta),
    reset() {
      rules.clear();
      holds.release();
      journal.clear();
      site = open();
    },
  };
  return app;
}

function firstAnswer(app: ServerApp, routes: readonly AppRoute[], request: AppRequest): AppAnswer | undefined {
  for (const route of routes) {
    const answer = route(app, request);
    if (answer !== undefined) return answer;
  }
  return undefined;
}

/** Whether an answer is an exchange with phases. */
export function isExchange(answer: AppAnswer): answer is Exchange {
  return 'advance' in answer;
}
