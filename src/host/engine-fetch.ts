// The engine as a fetch: what takes a fetch of its own (axios, ky, generated API clients) then sends with a living token and waits for
// a refresh, without knowing of either.
import type { Body, HostConfig, HostResponse, Rejection, RequestInit as EngineRequest } from '../core/contract.ts';

/** What is needed of an engine. */
export interface Requester {
  request(path: string, init?: EngineRequest): Promise<HostResponse>;
}

/** What a fetch is called with. */
export type EngineFetch = (input: string | URL | Request, init?: RequestInit) => Promise<Response>;

/**
 * A fetch for the API below `resourceBaseUrl`; relative addresses are taken to be below it. Any other address is refused with a TypeError:
 * the token is for that API alone. Rejects as fetch does (TypeError, AbortError), and with the engine's own error, which has a `reason`,
 * where the session is what is wrong.
 *
 * @example
 * const api = engineFetch(engine, host.config);
 * const me = await (await api('/me')).json();
 */
export function engineFetch(engine: Requester, { resourceBaseUrl }: Pick<HostConfig, 'resourceBaseUrl'>): EngineFetch {
  return async (input, init = {}) => {
    const request = typeof input === 'object' && 'url' in input ? input : undefined;
    const path = pathBelow(resourceBaseUrl, request?.url ?? String(input));
    const signal = init.signal ?? request?.signal;
    const body = await bodyOf(request, init);
    try {
      const answer = await engine.request(path, {
        method: (init.method ?? request?.method ?? 'GET').toUpperCase(),
        headers: headersOf(request, init, body),
        ...(body === undefined ? {} : { body }),
        ...(signal === undefined || signal === null ? {} : { signal }),
      });
      return await toResponse(answer);
    } catch (error) {
      throw asFetchError(error, signal);
    }
  };
}

/** Its part below the base, with query. */
function pathBelow(base: string, address: string): string {
  const root = base.replace(/\/+$/, '');
  const url = new URL(/^[a-z][a-z\d+.-]*:/i.test(address) ? address : `${root}/${address.replace(/^\/+/, '')}`);
  const { origin, pathname } = new URL(root);
  const below = pathname.replace(/\/$/, '');
  if (url.origin !== origin || (url.pathname !== below && !url.pathname.startsWith(`${below}/`)))
    throw new TypeError(`fetch failed: ${url.origin}${url.pathname} is not below ${root}, whose token must go nowhere else`);
  return `${url.pathname.slice(below.length) || '/'}${url.search}`;
}

/** Text if it is text: only that can be sent again after a 401. Anything else goes on as it is. */
async function bodyOf(request: Request | undefined, { body }: RequestInit): Promise<Body | undefined> {
  if (typeof body === 'string') return body;
  if (body instanceof URLSearchParams) return body.toString();
  if (body !== undefined && body !== null) return body as unknown as Body;
  if (request?.body === undefined || request.body === null) return undefined;
  const bytes = await request.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch {
    return new Uint8Array(bytes) as unknown as Body;
  }
}

function headersOf(request: Request | undefined, { headers, body }: RequestInit, sent: Body | undefined): Record<string, string> {
  const all = new Headers(headers ?? request?.headers);
  // What fetch itself would say of a body that has become text on the way.
  if (typeof sent === 'string' && !all.has('content-type'))
    all.set(
      'content-type',
      body instanceof URLSearchParams ? 'application/x-www-form-urlencoded;charset=UTF-8' : 'text/plain;charset=UTF-8',
    );
  return Object.fromEntries(all.entries());
}

/** Statuses that have no body (WHATWG Fetch, null body status). */
const EMPTY = [204, 205, 304];

/** The answer of the host's fetch: most of them give what the global one gave. */
async function toResponse(answer: HostResponse): Promise<Response> {
  if (answer instanceof Response) return answer;
  const { status, headers } = answer;
  const type = headers.get('content-type');
  const body = EMPTY.includes(status) ? null : await answer.text();
  return new Response(body, { status, headers: type === null ? {} : { 'content-type': type } });
}

function asFetchError(error: unknown, signal: AbortSignal | null | undefined): unknown {
  const { reason } = (error ?? {}) as { reason?: Rejection };
  if (reason === 'aborted')
    return signal?.aborted === true ? signal.reason : Object.assign(new Error('the engine has stopped'), { name: 'AbortError' });
  return reason === 'network' ? new TypeError('fetch failed', { cause: error }) : error;
}
