// The platform's fetch as the contract's.
import type { Host, HostFetchInit } from '../core/contract.ts';
import { collect, isTextStream, toByteStream } from './body.ts';

/** What is needed of a fetch. */
export type FetchLike = typeof globalThis.fetch;

/** `streams`: whether this platform sends a body piece by piece; where not, it is collected first. */
export function createFetch(fetch: FetchLike, { streams }: { streams: boolean }): Host['fetch'] {
  return async (url, init = {}) => fetch(url, await toRequestInit(init, streams));
}

async function toRequestInit(init: HostFetchInit, streams: boolean): Promise<RequestInit> {
  const { body, ...rest } = init;
  if (body === undefined) return rest;
  if (!isTextStream(body)) return 'getReader' in Object(body) ? ({ ...rest, body, duplex: 'half' } as RequestInit) : { ...rest, body };
  return streams ? ({ ...rest, body: toByteStream(body), duplex: 'half' } as RequestInit) : { ...rest, body: await collect(body) };
}
