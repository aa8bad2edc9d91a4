// What only the wire shows of a request and its answer, as facts for the journal: without them nobody could judge a client from here.
// Answers of the server itself are journalled where they are made; these are the ones a rule changed, and the ones that did not arrive.
import { hash } from 'node:crypto';
import type { Fact, LossPhase, TokenLabel } from '../src/core/events.ts';
import type { Point } from '../src/core/fault.ts';
import { readBearerError, readRetryAfter, readTokenResponse } from '../src/core/http.ts';
import type { HttpResponse } from '../src/core/http.ts';
import type { TokenLabels } from '../src/core/labels.ts';
import { grantNameOf } from './about.ts';
import type { AppRequest, ServerApp } from './app.ts';
import type { ArrivalMeta, ArrivalSight } from './contract.ts';
import { serverTime } from './drive.ts';
import type { Ending } from './drive.ts';
import { FROM_HEADER, safePath } from './request-log.ts';

/** The names of a request together with what its socket and its head show. */
export function withSight(meta: ArrivalMeta, request: AppRequest): ArrivalMeta {
  const { method, url, headers, body, connection } = request;
  const from = headers[FROM_HEADER];
  const socket: ArrivalSight = {};
  if (connection !== undefined) socket.connection = connection;
  if (from !== undefined && PLACE.test(from)) socket.from = from;
  if (meta.n === undefined) return meta.x === undefined ? meta : { ...meta, sight: socket };
  const named = headers['x-request-id'] === meta.n ? { named: true as const } : {};
  return {
    ...meta,
    sight: {
      ...socket,
      ...named,
      method,
      path: safePath(url),
      bodyDigest: body === '' ? '-' : hash('sha256', body).slice(0, 8),
      bodyLength: body.length,
    },
  };
}

const PLACE = /^[a-z][\w.-]{0,10}(?:\/[a-z][\w.-]{0,10})?$/;

interface Job {
  readonly request: AppRequest;
  readonly arrival: { readonly meta: ArrivalMeta };
}

/** Writes down how requests ended on the wire. Those that the journal has no name for leave no trace. */
export class WireJournal {
  readonly #app: ServerApp;

  constructor(app: ServerApp) {
    this.#app = app;
  }

  /** The answer leaves, or is broken by a rule. */
  ended({ request, arrival: { meta } }: Job, ending: Ending): void {
    if (isUnremarkable(request, ending) || !isNamed(meta, request)) return;
    const { journal, site } = this.#app;
    const leak = leakFact(request, site.labels);
    if (leak !== undefined) journal.append('rs', leak);
    if (ending.kind === 'drop') return this.#lost(meta, lossPhase(ending.point), ending.how !== 'silence');
    if (ending.rule !== undefined) this.#changed(meta, request, ending);
    if (ending.cut !== undefined) this.#lost(meta, 'body-cut', true);
  }

  /** The connection closed before the whole answer had left. What we broke ourselves is written down already; silence ends here. */
  gone({ request, arrival: { meta } }: Job, ending: Ending | undefined): void {
    const isOurs = ending !== undefined && (ending.kind === 'drop' ? ending.how !== 'silence' : ending.cut !== undefined);
    if (isOurs || !isNamed(meta, request)) return;
    const { x, n, k = 1 } = meta;
    if (x !== undefined) this.#app.journal.append('world', { type: 'token.abandoned', x });
    else if (n !== undefined) this.#app.journal.append('world', { type: 'api.abandoned', n, k });
  }

  #lost({ x, n, k = 1 }: ArrivalMeta, phase: LossPhase, told: boolean): void {
    if (x !== undefined) this.#app.journal.append('world', { type: 'token.lost', x, phase, told });
    else if (n !== undefined) this.#app.journal.append('world', { type: 'api.lost', n, k, phase, told });
  }

  #changed(meta: ArrivalMeta, request: AppRequest, { response, scripted }: Ending & { kind: 'answer' }): void {
    const fact = changedAnswer(meta, response, {
      labels: this.#app.site.labels,
      now: serverTime(this.#app, request.url),
      scripted: scripted === true,
    });
    this.#app.journal.append(meta.x === undefined ? 'rs' : 'as', fact);
  }
}

/** Nearly every request: the server's own answer leaves whole, and no token can stand where a leak is looked for. */
function isUnremarkable({ url, headers }: AppRequest, ending: Ending): boolean {
  return (
    ending.kind === 'answer' &&
    ending.rule === undefined &&
    ending.cut === undefined &&
    headers['referer'] === undefined &&
    !url.includes('?')
  );
}

/** Only refreshes and API requests are journalled one by one. */
function isNamed({ x, n }: ArrivalMeta, request: AppRequest): boolean {
  return x === undefined ? n !== undefined : grantNameOf(request) === 'refresh_token';
}

function lossPhase(point: Point): LossPhase {
  if (point === 'request') return 'request';
  return point === 'received' || point === 'validated' ? 'before-commit' : 'after-commit';
}

/** Tokens in an address or a Referer (RFC 6750 5.3, RFC 9700 4.3.2); undefined when there are none. */
function leakFact({ url, headers }: AppRequest, labels: TokenLabels): Fact | undefined {
  const text = `${/\?.*/.exec(url)?.[0] ?? ''} ${headers['referer'] ?? ''}`;
  if (!/[\w-]{12}/.test(text)) return undefined;
  const leaks = labels.leaks(text);
  return leaks.length === 0 ? undefined : { type: 'text', channel: 'url', text: `${safePath(url)} with ${leaks.join(', ')} in it`, leaks };
}

/** An answer that is not the one the server made: a rule wrote or changed it. `now`: the server's wall clock. */
function changedAnswer(
  { x, n = '', k = 1 }: ArrivalMeta,
  response: HttpResponse,
  { labels, now, scripted }: { labels: TokenLabels; now: number; scripted: boolean },
): Fact {
  const retryAfter = readRetryAfter(response.headers['retry-after'], now);
  const rest = { ...(retryAfter === undefined ? {} : { retryAfter }), ...(scripted ? { scripted: true as const } : {}) };
  if (x !== undefined) return { type: 'token.responded', x, ...tokenAnswer(response, labels), ...rest };
  const error = readBearerError(response.headers['www-authenticate']);
  return { type: 'api.responded', n, k, status: response.status, ...(error === undefined ? {} : { error }), ...rest };
}

function tokenAnswer(response: HttpResponse, labels: TokenLabels) {
  const { kind, error, accessToken, refreshToken, expiresIn } = readTokenResponse(response);
  const label = (value: string | undefined): TokenLabel | undefined => (value === undefined ? undefined : labels.of(value));
  const at = label(accessToken);
  const newRt = label(refreshToken);
  return {
    status: response.status,
    kind,
    ...(error === undefined ? {} : { error }),
    ...(at === undefined ? {} : { at }),
    ...(newRt === undefined ? {} : { newRt }),
    ...(expiresIn === undefined ? {} : { expiresIn }),
  };
}
