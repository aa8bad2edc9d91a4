// /journal: what the server saw and did. Query, count, wait for something to happen, or follow it as server-sent events.
import { select, waitFor } from '../journal-query.ts';
import type { JournalFilter } from '../journal-query.ts';
import { follow } from '../journal-stream.ts';
import { ControlError } from './errors.ts';
import { NAME, PLACE, row } from './route.ts';
import type { ControlRow } from './route.ts';
import { duration, json, listOf, mapOf, needed, optional, record, text, whole } from './shape.ts';

const FILTER = {
  type: optional(
    text({ like: /^[\w.*,-]+$/, what: 'types such as "token.committed", "token.*" or several separated by commas' }),
    'Type of entry; `token.*` means all that begin so; several separated by commas.',
  ),
  label: optional(text({ like: /^(AT|RT)-\d+$/, what: 'a label such as AT-2' }), 'Entries that name this token.'),
  session: optional(NAME, 'Entries of this token family, f1, and of its tokens.'),
  user: optional(NAME, 'Entries that name this user, or a token of theirs.'),
  device: optional(PLACE, 'Entries that name this device, or a token of it.'),
  since: optional(whole(), 'From this number on.'),
};
const ENTRIES = record({
  entries: needed(listOf(mapOf(json)), 'In order. Tokens are named by labels.'),
  next: needed(whole(), 'The number the next entry will have: `since` of the next query.'),
});

export const JOURNAL_ROWS: readonly ControlRow[] = [
  row({
    method: 'GET',
    path: '/journal',
    name: 'readJournal',
    summary: 'Entries, oldest first.',
    answer: ENTRIES.schema,
    query: { ...FILTER, limit: optional(whole(1, 100_000), 'At most so many, the newest. Default 1,000.') },
    act({ app, query }) {
      const { limit = 1_000, ...filter } = query;
      const { entries } = app.journal;
      return { entries: select(entries, filter).slice(-limit), next: entries.length };
    },
  }),
  row({
    method: 'GET',
    path: '/journal/count',
    name: 'countJournal',
    summary: 'How many entries there are.',
    answer: record({ count: needed(whole(), '') }).schema,
    query: FILTER,
    act({ app, query }) {
      const { entries } = app.journal;
      return { count: select(entries, query).length };
    },
  }),
  row({
    method: 'GET',
    path: '/journal/wait',
    name: 'waitForJournal',
    answer: ENTRIES.schema,
    summary: 'Wait until so many entries match, those already there included. 408 when it takes too long.',
    query: { ...FILTER, count: optional(whole(1), 'Default 1.'), timeout: optional(duration(1), 'Real time. Default 10s, at most 10m.') },
    async act({ app, query, request }) {
      const { count = 1, timeout = 10_000, ...filter } = query;
      const found = await waitFor(app.journal, filter, {
        count,
        timeout: Math.min(timeout, LONGEST_WAIT),
        real: app.clock.real,
        ...(request.signal === undefined ? {} : { signal: request.signal }),
      });
      if (found.length >= count) return { entries: found, next: app.journal.entries.length };
      throw new ControlError(
        408,
        'timeout',
        `${found.length} of ${count} came within ${timeout} ms`,
        'wait longer, or query the journal to see what did happen',
      );
    },
  }),
  row({
    method: 'GET',
    path: '/journal/events',
    name: 'followJournal',
    answerType: 'text/event-stream',
    answer: { type: 'string' },
    summary:
      'Entries as they come, as server-sent events: `id` is the number, `event` the type, `data` the entry. `since` sends those already there first.',
    query: FILTER,
    act: ({ app, query, request }) => ({
      status: 200,
      body: '',
      headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
      stream: { chunks: follow(app.journal, resumed(query, request.headers['last-event-id']), app.clock.real) },
    }),
  }),
];

const LONGEST_WAIT = 600_000;

/** An EventSource that lost its connection says what it had last (WHATWG HTML 9.2.4). */
function resumed(filter: JournalFilter, last: string | undefined): JournalFilter {
  return last !== undefined && /^\d+$/.test(last) ? { ...filter, since: Number(last) + 1 } : filter;
}
