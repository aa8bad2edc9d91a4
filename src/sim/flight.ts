// One request of a client on its way through the network: what it is called in the history, and how it ends for the client.
import { hash } from 'node:crypto';
import type { HostFetchInit } from '../core/contract.ts';
import type { Fact, LossPhase } from '../core/events.ts';
import { originOf, pathOf, type Endpoint, type Point } from '../core/fault.ts';
import { readBearer, readBearerError, readRetryAfter, readTokenResponse, type HttpRequest, type HttpResponse } from '../core/http.ts';
import type { TokenLabels } from '../core/labels.ts';
import type { Process } from './device.ts';

/** What the history calls it: a token exchange, a resource request, a revocation, or nothing (`plain`). */
export type FlightName =
  | { kind: 'token'; x: string; rt: string; attempt: number }
  | { kind: 'api'; n: string; k: number; at: string }
  | { kind: 'revocation'; token: string }
  | { kind: 'plain' };

export interface Flight {
  readonly process: Process;
  readonly epoch: number;
  readonly endpoint: Endpoint;
  readonly request: HttpRequest;
  readonly name: FlightName;
  readonly redirect: 'follow' | 'manual';
  readonly hops: number;
  /** `phone/app>POST:/token#1`, and with `<` for the way back. */
  readonly label: (direction: '>' | '<') => string;
  /** The client knows an end. */
  over: boolean;
  /** Cut on the way out: it must not arrive. */
  cut: boolean;
  /** The farthest point it has come to. */
  point: Point;
  /** The answer came from a fault rule. */
  scripted: boolean;
  /** The body ends in the middle. */
  broken: boolean;
  /** Its connection is closed, and the client has not learnt it. */
  defunct: boolean;
  /** Called with the last of the flights that redirects made of it. */
  resolve(response: HttpResponse, last: Flight): void;
  reject(error: unknown): void;
}

export function toRequest(url: string, init: HostFetchInit, body: string): HttpRequest {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(init.headers ?? {})) headers[name.toLowerCase()] = value;
  return { method: (init.method ?? 'GET').toUpperCase(), url, headers, body };
}

/** The whole of a body that comes in pieces. */
export async function textOf(chunks: AsyncIterable<string>): Promise<string> {
  let text = '';
  for await (const chunk of chunks) text += chunk;
  return text;
}

/** Eight hex digits that tell bodies apart; `-` for an empty one. */
export function bodyDigest(body: string): string {
  return body === '' ? '-' : hash('sha256', body).slice(0, 8);
}

/** A form parameter of a request body, decoded. */
export function formValue(body: string, name: string): string | undefined {
  return new URLSearchParams(body).get(name) ?? undefined;
}

/** The fact that a request left the client; undefined for requests the history has no name for. */
export function sentFact(flight: Flight, labels: TokenLabels, isForeign: (origin: string, token: string) => boolean): Fact | undefined {
  const { name, request } = flight;
  const device = flight.process.device.name;
  const origin = originOf(request.url);
  const toForeigner = (token: string) => (isForeign(origin, token) ? { origin, foreign: true as const } : {});
  switch (name.kind) {
    case 'token':
      return { type: 'token.sent', x: name.x, rt: name.rt, device, attempt: name.attempt, ...toForeigner(name.rt) };
    case 'revocation':
      return { type: 'revocation.sent', token: name.token, ...toForeigner(name.token) };
    case 'plain':
      return undefined;
    case 'api': {
      const refresh = refreshTokenIn(request, name.at, labels);
      return {
        type: 'api.sent',
        n: name.n,
        k: name.k,
        at: name.at,
        ...(refresh === undefined ? {} : { rt: refresh }),
        origin,
        method: request.method,
        path: pathOf(request.url),
        bodyDigest: bodyDigest(request.body),
        bodyLength: request.body.length,
        ...(isForeign(origin, name.at) ? { foreign: true as const } : {}),
        ...(flight.hops > 0 ? { redirect: true as const } : {}),
      };
    }
  }
}

/** A refresh token has no business at a resource server, in whatever part of the request. */
function refreshTokenIn({ url, body }: HttpRequest, bearer: string, labels: TokenLabels): string | undefined {
  if (bearer.startsWith('RT')) return bearer;
  if (body === '' && !url.includes('?')) return undefined;
  // JSON, or a form: `refresh_token=...&client_id=...`.
  const pieces = [`${url} ${body}`, `${url} ${body}`.replaceAll(/[=&?]/g, ' ')];
  return pieces.flatMap((text) => labels.inside(text)).find((label) => label.startsWith('RT'));
}

/** The fact that the answer reached the client. `now` is the client's wall clock, for Retry-After dates. */
export function deliveredFact(flight: Flight, response: HttpResponse, labels: TokenLabels, now: number): Fact | undefined {
  const { name } = flight;
  const retryAfter = readRetryAfter(response.headers['retry-after'], now);
  const rest = { ...(retryAfter === undefined ? {} : { retryAfter }), ...(flight.scripted ? { scripted: true as const } : {}) };
  if (name.kind === 'token') return { type: 'token.delivered', x: name.x, rt: name.rt, ...tokenAnswer(response, labels), ...rest };
  if (name.kind !== 'api') return undefined;
  const error = readBearerError(response.headers['www-authenticate']);
  return {
    type: 'api.delivered',
    n: name.n,
    k: name.k,
    at: name.at,
    status: response.status,
    ...(error === undefined ? {} : { error }),
    ...rest,
  };
}

function tokenAnswer(response: HttpResponse, labels: TokenLabels) {
  const reading = readTokenResponse(response);
  return {
    status: response.status,
    kind: reading.kind,
    ...(reading.error === undefined ? {} : { error: reading.error }),
    ...(reading.end === undefined ? {} : { end: reading.end }),
    ...(reading.accessToken === undefined ? {} : { at: labels.of(reading.accessToken) }),
    ...(reading.refreshToken === undefined ? {} : { newRt: labels.of(reading.refreshToken) }),
    ...(reading.expiresIn === undefined ? {} : { expiresIn: reading.expiresIn }),
  };
}

export function lostFact(flight: Flight, phase: LossPhase, told: boolean): Fact | undefined {
  const { name } = flight;
  if (name.kind === 'token') return { type: 'token.lost', x: name.x, phase, told };
  return name.kind === 'api' ? { type: 'api.lost', n: name.n, k: name.k, phase, told } : undefined;
}

export function abandonedFact(flight: Flight): Fact | undefined {
  const { name } = flight;
  if (name.kind === 'token') return { type: 'token.abandoned', x: name.x };
  return name.kind === 'api' ? { type: 'api.abandoned', n: name.n, k: name.k } : undefined;
}

const BEFORE_COMMIT: readonly Point[] = ['received', 'validated'];

/** Where a message that got no farther than `point` was lost. */
export function lossPhase(point: Point): LossPhase {
  if (point === 'request') return 'request';
  return BEFORE_COMMIT.includes(point) ? 'before-commit' : 'after-commit';
}

/** The label of the token a resource request carries. */
export function carried(request: HttpRequest, labels: TokenLabels): string {
  const header = request.headers['authorization'];
  const token = readBearer(header);
  return token === undefined && header !== undefined && header !== '' ? 'unknown' : labels.of(token);
}
