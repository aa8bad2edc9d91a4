// /snapshots and /reset: the state of the server kept, brought back, or emptied.
import { restoreSnapshot, takeSnapshot } from '../snapshot.ts';
import type { Snapshot } from '../snapshot.ts';
import { ControlError } from './errors.ts';
import { NAME, row } from './route.ts';
import type { ControlCall, ControlRow } from './route.ts';
import { flag, listOf, needed, optional, record, text, whole } from './shape.ts';

const SNAPSHOT = record({
  name: needed(text(), 'Its name.'),
  now: needed(whole(), 'The clock then, virtual ms.'),
  entries: needed(whole(), 'Length of the journal then.'),
  sessions: needed(whole(), 'Sessions then.'),
});
/** Snapshots kept at once; more would be a leak. */
const MOST = 100;

export const STATE_ROWS: readonly ControlRow[] = [
  row({
    method: 'GET',
    path: '/snapshots',
    name: 'listSnapshots',
    summary: 'What was kept.',
    answer: record({ snapshots: needed(listOf(SNAPSHOT), '') }).schema,
    act: ({ state }) => ({ snapshots: [...state.snapshots].map(([name, snapshot]) => told(name, snapshot)) }),
  }),
  row({
    method: 'POST',
    path: '/snapshots',
    name: 'takeSnapshot',
    summary: 'Keep sessions, tokens, keys, policy, clock and journal position.',
    answer: SNAPSHOT.schema,
    body: { name: optional(NAME, 'Default snapshot-1, snapshot-2 ... An existing one is replaced.') },
    act({ app, state, body }) {
      const name = body.name ?? state.next('snapshot');
      if (!state.snapshots.has(name) && state.snapshots.size >= MOST)
        throw new ControlError(409, 'name', `${MOST} snapshots are kept already`, 'delete one first');
      const snapshot = takeSnapshot(app);
      state.snapshots.set(name, snapshot);
      return told(name, snapshot);
    },
  }),
  row({
    method: 'POST',
    path: '/snapshots/{name}/restore',
    name: 'restoreSnapshot',
    answer: SNAPSHOT.schema,
    summary:
      'Everything as it was then: later tokens are unknown, later entries are gone, the clock stands where it stood. Rules and holds stay.',
    act({ app, state, params }) {
      const { name, snapshot } = find(state, params);
      restoreSnapshot(app, snapshot);
      return told(name, snapshot);
    },
  }),
  row({
    method: 'DELETE',
    path: '/snapshots/{name}',
    name: 'deleteSnapshot',
    summary: 'Forget a snapshot.',
    answer: record({ removed: needed(flag, '') }).schema,
    act({ state, params }) {
      return { removed: state.snapshots.delete(find(state, params).name) };
    },
  }),
  row({
    method: 'POST',
    path: '/reset',
    name: 'reset',
    answer: record({ reset: needed(flag, '') }).schema,
    summary:
      'As after the start: no session, no rule, no hold, an empty journal, the policy it was started with. The clock keeps its time; snapshots stay.',
    act({ app, state }) {
      app.reset();
      state.faults.clear();
      state.holds.clear();
      return { reset: true };
    },
  }),
];

function find(state: ControlCall<never, never>['state'], params: Readonly<Record<string, string>>): { name: string; snapshot: Snapshot } {
  const name = params['name'] ?? '';
  const snapshot = state.snapshots.get(name);
  if (snapshot !== undefined) return { name, snapshot };
  throw new ControlError(
    404,
    'name',
    `there is no snapshot "${name.slice(0, 60)}"`,
    state.snapshots.size === 0 ? 'take one with POST /snapshots' : `there is ${[...state.snapshots.keys()].join(', ')}`,
  );
}

function told(name: string, { now, entries, sessions }: Snapshot) {
  return { name, now, entries, sessions };
}
