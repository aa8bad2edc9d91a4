// What a journal shows of the one app under test: what is under way, how the requests that it was asked for were answered, whether its
// session lives. Pure questions to a list of entries.
import type { EventOf, EventType, HistoryEvent } from '../core/events.ts';

/** A request that the app was asked for. */
export interface Asked {
  /** The app may send it as x-request-id, with `-1`, `-2` ... behind it when it was asked for more than one. */
  readonly id: string;
  readonly method: string;
  readonly path: string;
  readonly count: number;
  /** Entries of the journal when it was asked. */
  readonly from: number;
}

/** Whether a request has arrived and nothing has become of it yet. */
export function isUnderWay(entries: readonly HistoryEvent[]): boolean {
  const open = new Set<string>();
  for (const entry of entries) {
    const name = 'x' in entry ? entry.x : 'n' in entry && 'k' in entry ? `${entry.n} ${entry.k}` : undefined;
    if (name === undefined) continue;
    if (entry.type === 'token.received' || entry.type === 'api.received') open.add(name);
    else if (ENDS.has(entry.type)) open.delete(name);
  }
  return open.size > 0;
}

const ENDS: ReadonlySet<EventType> = new Set([
  'token.responded',
  'token.lost',
  'token.abandoned',
  'api.responded',
  'api.lost',
  'api.abandoned',
]);

/** Names that the hook was given: an arrival with one belongs to that and to nothing else. */
const OUR_NAMES = /^(?:q\d+|last)(?:-\d+)?$/;

/** Arrivals that belong to what was asked: by the name they carry, else by method and path. */
export function arrivalsOf(asked: Asked, entries: readonly HistoryEvent[]): EventOf<'api.received'>[] {
  const arrivals = entries.slice(asked.from).filter((entry) => entry.type === 'api.received');
  const named = arrivals.filter(({ n }) => n === asked.id || n.startsWith(`${asked.id}-`));
  if (named.length > 0) return named;
  const path = asked.path.split('?', 1)[0] ?? '';
  return arrivals.filter(
    (one) => !OUR_NAMES.test(one.n) && one.method === asked.method && (one.path ?? '').split('?', 1)[0] === `/api${path}`,
  );
}

/** The last status of each request that was asked for, as far as there is one; those refused with 401 behind the others. */
export function statusesOf(asked: Asked, entries: readonly HistoryEvent[]): number[] {
  const arrivals = arrivalsOf(asked, entries);
  const answers = new Map<string, number>();
  for (const entry of entries.slice(asked.from)) if (entry.type === 'api.responded') answers.set(`${entry.n} ${entry.k}`, entry.status);
  const last = new Map<string, number>();
  for (const { n, k } of arrivals) {
    const status = answers.get(`${n} ${k}`);
    if (status !== undefined) last.set(n, status);
  }
  // Without names each sending stands alone: a 401 may be the first half of a request that was answered later.
  return [...last.values()].toSorted((a, b) => Number(a === 401) - Number(b === 401)).slice(0, asked.count);
}

/** `answered`: each has an answer other than 401. `refused`: each has arrived and some were answered with 401 only, which may be the end. */
export function stateOf(asked: Asked, entries: readonly HistoryEvent[]): 'answered' | 'refused' | 'open' {
  const statuses = statusesOf(asked, entries);
  if (statuses.length < asked.count) return 'open';
  return statuses.includes(401) ? 'refused' : 'answered';
}

/** The session of the app by the last sign-in: undefined when there is none, or when it has ended. */
export function sessionOf(entries: readonly HistoryEvent[]): EventOf<'session.granted'> | undefined {
  let session: EventOf<'session.granted'> | undefined;
  for (const entry of entries) {
    if (entry.type === 'session.granted') session = entry;
    else if (session === undefined) continue;
    else if (entry.type === 'family.dead' && entry.family === session.family) session = undefined;
    else if (entry.type === 'mark' && entry.what === 'sign-out') session = undefined;
    else if (entry.type === 'token.responded' && entry.error === 'invalid_grant') session = undefined;
  }
  return session;
}

/** When the newest access token of the session stops being accepted, virtual ms. */
export function newestExpiry(entries: readonly HistoryEvent[]): number | undefined {
  let expiry: number | undefined;
  for (const entry of entries)
    if (entry.type === 'session.granted' || entry.type === 'token.committed' || entry.type === 'access.offered') expiry = entry.expiresAt;
  return expiry;
}

/** Refresh requests, a repetition by the transport counted once. */
export function refreshesIn(entries: readonly HistoryEvent[]): number {
  return new Set(entries.flatMap((entry) => (entry.type === 'token.received' ? [entry.x] : []))).size;
}
