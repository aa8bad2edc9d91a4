// What a demo app needs from its API: a feed, a profile, something slow, something large, something that streams, an upload.
// Content depends on the request alone. Whoever calls has been let in already.
import { hash } from 'node:crypto';
import { pathOf } from '../src/core/fault.ts';
import type { HttpRequest } from '../src/core/http.ts';
import type { Access } from './access-check.ts';
import type { Desk } from './desk.ts';
import { scopeValues } from './form.ts';
import { claimsFor } from './people.ts';
import type { ResourceAnswer, ResourceCall, ResourceRow } from './resource-row.ts';

/** Ms a slow answer takes at most. */
const LONGEST_WAIT = 600_000;
/** Bytes and chunks an answer has at most. */
const LARGEST = 64 * 1_024 * 1_024;
const MOST_CHUNKS = 100_000;
const MOST_ITEMS = 100;

/** By path below the base of the API; `{path, sub}` is in every JSON answer. */
export const DEMO_ROWS: readonly ResourceRow[] = [
  { method: 'GET', path: '/feed', act: (_desk, call) => ({ body: { ...who(call), ...feed(call.query) } }) },
  { method: 'GET', path: '/profile', act: (desk, call) => ({ body: { ...who(call), ...profile(desk, call.access) } }) },
  {
    method: 'GET',
    path: '/slow',
    wait: (query) => number(query, 'ms', 2_000, LONGEST_WAIT),
    act: (_desk, call) => ({ body: { ...who(call), waited: number(call.query, 'ms', 2_000, LONGEST_WAIT) } }),
  },
  {
    method: 'GET',
    path: '/large',
    act: (_desk, { query }) => ({ text: filler(number(query, 'bytes', 1_048_576, LARGEST)), type: 'application/octet-stream' }),
  },
  { method: 'GET', path: '/stream', act: (desk, { query }) => stream(desk, query) },
  { method: 'POST', path: '/upload', act: (_desk, call) => ({ status: 201, body: { ...who(call), ...receipt(call.request) } }) },
  { method: 'PUT', path: '/upload', act: (_desk, call) => ({ body: { ...who(call), ...receipt(call.request) } }) },
];

/** What every path answers that nobody claimed. */
export function who({ request, access }: ResourceCall): { path: string; sub: string } {
  return { path: pathOf(request.url), sub: access.sub };
}

/** `?cursor=20&limit=10`: forty items in all, newest first. */
function feed(query: URLSearchParams): { items: readonly object[]; next: number | undefined } {
  const from = number(query, 'cursor', 0, FEED_LENGTH);
  const to = Math.min(FEED_LENGTH, from + number(query, 'limit', 10, MOST_ITEMS));
  const items = Array.from({ length: to - from }, (_none, i) => ({ id: FEED_LENGTH - from - i, title: `Item ${FEED_LENGTH - from - i}` }));
  return { items, next: to < FEED_LENGTH ? to : undefined };
}
const FEED_LENGTH = 40;

function profile(desk: Desk, { sub, scope }: Access): Record<string, unknown> {
  return claimsFor(desk.context.people ?? [], sub, [...scopeValues(scope), 'profile']);
}

function filler(bytes: number): string {
  return 'tokenwarp.'.repeat(Math.ceil(bytes / 10)).slice(0, bytes);
}

/** `?chunks=10&every=1000`: one JSON line each, so many ms apart. Where nobody lends a pause, they come at once. */
function stream(desk: Desk, query: URLSearchParams): ResourceAnswer {
  const chunks = number(query, 'chunks', 10, MOST_CHUNKS);
  const every = number(query, 'every', 1_000, LONGEST_WAIT);
  const { pause } = desk.context;
  const type = 'application/x-ndjson';
  if (pause === undefined) return { text: Array.from({ length: chunks }, (_none, i) => line(i, chunks)).join(''), type };
  return { text: '', type, stream: { chunks: paced(chunks, () => pause(every)) } };
}

async function* paced(chunks: number, pause: () => Promise<void>): AsyncGenerator<string> {
  for (let i = 0; i < chunks; i++) {
    if (i > 0) await pause();
    yield line(i, chunks);
  }
}

function line(i: number, of: number): string {
  return `${JSON.stringify({ chunk: i + 1, of })}\n`;
}

/** What arrived, so that an app sees whether its upload came whole and once. */
function receipt({ body, headers }: HttpRequest): object {
  return { bytes: Buffer.byteLength(body), sha256: hash('sha256', body), type: headers['content-type'] };
}

/** A whole number from the query, within [0, most]; `usual` when it says none. */
function number(query: URLSearchParams, name: string, usual: number, most: number): number {
  const text = query.get(name);
  return text !== null && /^\d{1,12}$/.test(text) ? Math.min(most, Number(text)) : Math.min(most, usual);
}
