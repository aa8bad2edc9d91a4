// /marks: what happened on the client's side, told by whoever saw it. Closes most of what a journal cannot show.
import { MARKS } from '../../src/core/server-words.ts';
import { ControlError } from './errors.ts';
import { PLACE, row } from './route.ts';
import type { ControlRow } from './route.ts';
import { duration, needed, optional, record, text, whole, word } from './shape.ts';

export const MARK_ROWS: readonly ControlRow[] = [
  row({
    method: 'POST',
    path: '/marks',
    name: 'mark',
    answer: record({ entry: needed(whole(), 'Its number in the journal.') }).schema,
    summary:
      'Note something the server cannot see: the user signed out, the app went to the background, a refresh was asked for on purpose.',
    body: {
      what: needed(word(MARKS), 'What happened.'),
      device: needed(PLACE, 'Where.'),
      by: optional(duration(Number.MIN_SAFE_INTEGER), 'clock-moved: how far, forward or back.'),
      note: optional(text({ most: 120 }), 'For people.'),
    },
    act({ app, body }) {
      const { what, device, by, note } = body;
      if (what === 'clock-moved' && by === undefined)
        throw new ControlError(400, 'by', '"by" is missing', 'how far the clock was moved, such as "1h" or "-10m"');
      if (what !== 'clock-moved' && by !== undefined)
        throw new ControlError(400, 'by', `"by" means nothing beside "${what}"`, 'it belongs to clock-moved');
      if (note !== undefined && app.site.labels.leaks(note).length > 0)
        throw new ControlError(400, 'note', 'the note holds a piece of a token', 'name tokens by their labels');
      const entry = app.journal.append('world', {
        type: 'mark',
        what,
        device: device.split('/', 1)[0] ?? device,
        ...(by === undefined ? {} : { by }),
        ...(note === undefined ? {} : { note }),
      });
      return { entry: entry.seq };
    },
  }),
];
