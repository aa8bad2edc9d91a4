// The fault port: a rule sees an envelope and answers with a verdict. Rules are asked in order, the first that does not
// pass wins, installing one returns the guard that removes it. Virtual network and real server use the same rules.
import { httpDate, parseObject, shiftHttpDate } from './http.ts';
import type { HttpRequest, HttpResponse } from './http.ts';
import type { GrantName, Phase } from './server-words.ts';
import { createStreams } from './streams.ts';
import type { Stream } from './streams.ts';

/** `stream`: the messages on an open stream, both ways; the request that opens it is one to a resource. Virtually only. */
export type Endpoint = 'token' | 'resource' | 'revocation' | 'other' | 'stream';
/** Where a message is: on its way out, after one of the server's phases, or on its way back. */
export type Point = 'request' | Phase | 'response';
export const POINTS: readonly Point[] = ['request', 'received', 'validated', 'committed', 'serialised', 'flushed', 'response'];

export interface Envelope {
  point: Point;
  endpoint: Endpoint;
  /** Process that sent the request, `phone/app`. */
  from: string;
  /** Virtual time, ms. */
  t: number;
  request: HttpRequest;
  /** Present from `serialised` on. */
  response?: HttpResponse;
  /** Lent by the server; asked only by rules that want to know. */
  about?: () => RequestAbout;
}

/** What a server can tell of a request from the tokens and names in it. */
export interface RequestAbout {
  grant: GrantName | undefined;
  client: string | undefined;
  user: string | undefined;
  /** Of the token it shows within its session: 1 for that of the sign-in. */
  generation: number | undefined;
}

export type Verdict =
  | { kind: 'pass' }
  | { kind: 'delay'; ms: number }
  /** Never arrives. `reset` (RST) and `fin` (an orderly close): the client gets a network error now; `silence`: it hears nothing. */
  | { kind: 'drop'; how: DropHow }
  /** The server is not reached (before `committed`), or its answer is replaced. `retry` adds a Retry-After told from the server's clock. */
  | { kind: 'reply'; response: HttpResponse; retry?: RetryHint }
  /**
   * The body ends early. `short`: looks complete and does not parse; the others break the reading: `error` after an orderly close,
   * `reset` by RST, `chunk` by bad framing (RFC 9112 7.1). Virtually those three are one.
   */
  | { kind: 'truncate'; keep: number; how: 'short' | 'error' | 'reset' | 'chunk' }
  /** Members of the JSON body replaced; undefined removes one. */
  | { kind: 'rewrite'; members: Readonly<Record<string, unknown>> }
  /** Headers of the response replaced, names in lower case; undefined removes one. */
  | { kind: 'headers'; headers: Readonly<Record<string, string | undefined>> }
  /** The `Date` of the response is off by so many ms. */
  | { kind: 'skew'; ms: number }
  /** Waits here until the hold of this name is released or the connection dies. Over sockets only. */
  | { kind: 'hold'; name: string }
  /** The transport sends the request once more from this point on. */
  | { kind: 'duplicate' };

export type DropHow = 'reset' | 'silence' | 'fin';
/** When to come back: `after` ms from now, or at `until` (virtual ms; the end of the rule when both are absent), as whole seconds or as an HTTP-date (RFC 9110 10.2.3). */
export interface RetryHint {
  after?: number;
  until?: number;
  as: 'seconds' | 'date';
}

export interface Rule {
  /** For people: `drop response of token, once`. */
  readonly text: string;
  ask(envelope: Envelope): Verdict;
}

export const PASS: Verdict = { kind: 'pass' };

export class Rules {
  readonly #rules: Rule[] = [];

  /** Installs a rule behind those already there; the guard removes it. */
  install(rule: Rule): () => void {
    this.#rules.push(rule);
    return () => {
      const at = this.#rules.indexOf(rule);
      if (at >= 0) this.#rules.splice(at, 1);
    };
  }

  clear(): void {
    this.#rules.length = 0;
  }

  /** How many are installed. */
  get size(): number {
    return this.#rules.length;
  }

  ask(envelope: Envelope): Verdict {
    return this.judge(envelope).verdict;
  }

  /** The verdict and the rule that gave it. */
  judge(envelope: Envelope): { verdict: Verdict; rule?: Rule } {
    for (const rule of this.#rules) {
      const verdict = rule.ask(envelope);
      if (verdict.kind !== 'pass') return { verdict, rule };
    }
    return { verdict: PASS };
  }
}

/** A rule as data: what a scenario file or a control call can say. */
export interface FaultSpec {
  text: string;
  endpoint: Endpoint | 'any';
  point: Point;
  verdict: Verdict;
  /** Only requests whose path begins so. */
  path?: string;
  /** Only requests of this process (`phone/app`) or device (`phone`). */
  from?: string;
  /** Only requests of which the server can tell this. */
  grant?: GrantName;
  client?: string;
  user?: string;
  generation?: number;
  /** Lets this many matching messages pass first. */
  skip?: number;
  /** Falls on so many of 100 matching messages; which ones, `seed` decides, or the stream that is lent. */
  chance?: number;
  seed?: number;
  /** Stops after this many; Infinity when absent. */
  times?: number;
  /** Stops this many ms after it was installed. */
  until?: number;
}

/** The rule a spec describes. `until` is an absolute virtual time here; `draws` decide where there is a chance and no seed. */
export function ruleOf(spec: FaultSpec, draws: Stream = createStreams(0).stream('fault')): Rule {
  const stream = spec.seed === undefined ? draws : createStreams(spec.seed).stream('fault');
  const verdict = untilItsEnd(spec);
  let skip = spec.skip ?? 0;
  let left = spec.times ?? Number.POSITIVE_INFINITY;
  return {
    text: spec.text,
    ask(envelope) {
      if (left <= 0 || !matches(spec, envelope)) return PASS;
      if (skip-- > 0) return PASS;
      if (spec.chance !== undefined && stream.integer(1, 100) > spec.chance) return PASS;
      left -= 1;
      return verdict;
    },
  };
}

function untilItsEnd({ verdict, until }: FaultSpec): Verdict {
  if (verdict.kind !== 'reply' || verdict.retry === undefined || until === undefined) return verdict;
  const { retry } = verdict;
  return retry.after === undefined && retry.until === undefined ? { ...verdict, retry: { ...retry, until } } : verdict;
}

function matches(spec: FaultSpec, envelope: Envelope): boolean {
  if (spec.point !== envelope.point) return false;
  if (!fallsOn(spec, envelope.endpoint)) return false;
  if (spec.until !== undefined && envelope.t >= spec.until) return false;
  if (spec.from !== undefined && envelope.from !== spec.from && !envelope.from.startsWith(`${spec.from}/`)) return false;
  if (spec.path !== undefined && !pathOf(envelope.request.url).startsWith(spec.path)) return false;
  const wanted = ABOUT.filter((name) => spec[name] !== undefined);
  if (wanted.length === 0) return true;
  const about = envelope.about?.();
  return wanted.every((name) => about?.[name] === spec[name]);
}

const ABOUT = ['grant', 'client', 'user', 'generation'] as const;

/** The answer as a verdict leaves it that changes what it says, and not how it arrives; the same answer for any other verdict. */
export function changedBy(verdict: Verdict, response: HttpResponse): HttpResponse {
  switch (verdict.kind) {
    case 'rewrite':
      return { ...response, body: JSON.stringify({ ...parseObject(response.body), ...verdict.members }) };
    case 'headers':
      return { ...response, headers: replaceHeaders(response.headers, verdict.headers) };
    case 'skew':
      return { ...response, headers: { ...response.headers, date: shiftHttpDate(response.headers['date'], verdict.ms) } };
    default:
      return response;
  }
}

/** The value of a Retry-After header. `wall`: the server's own clock, ms since the Unix epoch; `t`: virtual ms. */
export function retryAfterText({ after, until, as }: RetryHint, wall: number, t: number): string {
  const ms = Math.max(0, until === undefined ? (after ?? 0) : until - t);
  return as === 'date' ? httpDate(wall + ms) : String(Math.ceil(ms / 1_000));
}

/** Messages on an open stream can be lost or late, and nothing else: other rules for `any` let them pass. */
function fallsOn({ endpoint, verdict }: FaultSpec, at: Endpoint): boolean {
  if (endpoint !== 'any') return endpoint === at;
  return at !== 'stream' || verdict.kind === 'drop' || verdict.kind === 'delay';
}

/** `https://host/a/b?c` -> `/a/b`. */
export function pathOf(url: string): string {
  const scheme = url.indexOf('://');
  const start = scheme < 0 ? -1 : url.indexOf('/', scheme + 3);
  if (start < 0) return '/';
  const query = url.indexOf('?');
  const fragment = url.indexOf('#');
  const end = Math.min(query < 0 ? url.length : query, fragment < 0 ? url.length : fragment);
  return url.slice(start, end) || '/';
}
/** `https://host:1/a` -> `https://host:1`. */
export function originOf(url: string): string {
  return /^[a-z]+:\/\/[^/?#]*/i.exec(url)?.[0] ?? '';
}

/** The headers with some replaced; undefined removes one. */
function replaceHeaders(
  headers: Readonly<Record<string, string>>,
  changes: Readonly<Record<string, string | undefined>>,
): Record<string, string> {
  const out: Record<string, string> = {};
  for (const [name, value] of Object.entries({ ...headers, ...changes })) if (value !== undefined) out[name] = value;
  return out;
}
