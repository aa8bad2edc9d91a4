// /holds: requests stopped at a point of their exchange, such as just after the commit, until they are released or their connection dies.
// With a kill of the app in between, this is how a rotation is lost on purpose.
import type { Endpoint } from '../../src/core/fault.ts';
import { PHASES } from '../../src/core/server-words.ts';
import { ControlError } from './errors.ts';
import { ENDPOINTS } from './faults.ts';
import { install } from './memory.ts';
import type { Installed } from './memory.ts';
import { NAME, PLACE, row } from './route.ts';
import type { ControlCall, ControlRow } from './route.ts';
import { listOf, needed, optional, record, text, whole, word } from './shape.ts';

const HOLD = record({
  name: needed(text(), 'Its name.'),
  text: needed(text(), 'What it holds.'),
  held: needed(whole(), 'Requests it has stopped so far.'),
  waiting: needed(whole(), 'Those that wait now.'),
});
const RELEASED = record({ released: needed(whole(), 'Requests that go on.') });

export const HOLD_ROWS: readonly ControlRow[] = [
  row({
    method: 'GET',
    path: '/holds',
    name: 'listHolds',
    summary: 'Holds, and who waits.',
    answer: record({ holds: needed(listOf(HOLD), '') }).schema,
    act: ({ app, state }) => ({ holds: [...state.holds.values()].map((hold) => told(hold, app)) }),
  }),
  row({
    method: 'POST',
    path: '/holds',
    name: 'hold',
    summary: 'Stop the next matching requests at a point until they are released or their connection dies.',
    answer: HOLD.schema,
    body: {
      name: optional(NAME, 'To release it by. Default hold-1, hold-2 ...'),
      at: optional(word(['request', ...PHASES]), 'Where. Default committed: the state has changed, no byte of the answer has left.'),
      of: optional(word(ENDPOINTS), 'The endpoint. Default token.'),
      from: optional(PLACE, 'Only requests of this device or process.'),
      times: optional(whole(1), 'How many requests. Default 1.'),
    },
    act({ app, state, body }) {
      const { name = state.next('hold'), at = 'committed', of = 'token', from, times = 1 } = body;
      if (state.holds.has(name))
        throw new ControlError(409, 'name', `there is a hold "${name}" already`, 'release it first, or take another name');
      const words = `hold the next ${times === 1 ? '' : `${times} `}${of === 'any' ? '' : `${of} `}request${times === 1 ? '' : 's'}${from === undefined ? '' : ` of ${from}`} once ${at === 'request' ? 'it arrives' : at}`;
      const endpoint: Endpoint | 'any' = of;
      const hold = install(app.rules, name, {
        text: words,
        endpoint,
        point: at,
        verdict: { kind: 'hold', name },
        times,
        ...(from === undefined ? {} : { from }),
      });
      state.holds.set(name, hold);
      return told(hold, app);
    },
  }),
  row({
    method: 'POST',
    path: '/holds/{name}/release',
    name: 'release',
    summary: 'Let them go on, and remove the hold.',
    answer: RELEASED.schema,
    act({ app, state, params }) {
      const hold = state.holds.get(params['name'] ?? '');
      if (hold === undefined)
        throw new ControlError(404, 'name', `there is no hold "${(params['name'] ?? '').slice(0, 60)}"`, 'GET /holds lists them');
      return { released: letGo(hold, { app, state }) };
    },
  }),
  row({
    method: 'DELETE',
    path: '/holds',
    name: 'releaseAll',
    summary: 'Let everybody go on, and remove every hold.',
    answer: RELEASED.schema,
    act: ({ app, state }) => ({ released: [...state.holds.values()].reduce((sum, hold) => sum + letGo(hold, { app, state }), 0) }),
  }),
];

type Place = Pick<ControlCall<never, never>, 'app' | 'state'>;

function letGo(hold: Installed, { app, state }: Place): number {
  hold.remove();
  state.holds.delete(hold.id);
  return app.holds.release(hold.id);
}

function told({ id, spec, hits }: Installed, { holds }: Place['app']) {
  return { name: id, text: spec.text, held: hits, waiting: holds.list().find(({ name }) => name === id)?.waiting ?? 0 };
}
