import { describe, expect, test } from 'vitest';
import type { SessionState } from '../../src/core/contract.ts';
import { endingNamed, isReplaced, Machine, type Reason, rejectionOf, TRANSITIONS } from '../../src/engine/machine.ts';

const STATES: readonly SessionState[] = ['loading', 'active', 'locked', 'expired', 'signed-out'];
const REASONS = Object.keys(TRANSITIONS) as Reason[];
const rows = REASONS.flatMap((reason) =>
  STATES.flatMap((from) => {
    const to = (TRANSITIONS[reason] as Partial<Record<SessionState, SessionState>>)[from];
    return to === undefined ? [] : [{ reason, from, to }];
  }),
);
const reached = (to: SessionState, from?: SessionState): string[] =>
  rows.filter((row) => row.to === to && (from === undefined || row.from === from)).map(({ reason }) => reason);

function machineIn(state: SessionState): Machine {
  const machine = new Machine();
  machine.state = state;
  return machine;
}

describe('the table of transitions', () => {
  test('goes back to loading from nowhere, and leaves it for every other state', () => {
    expect(reached('loading')).toEqual([]);
    for (const state of STATES.slice(1)) expect(reached(state, 'loading')).not.toEqual([]);
  });

  test('opens a locked app by an unlock or a sign-in alone', () => {
    expect(reached('active', 'locked').sort()).toEqual(['reauthenticated', 'signed-in', 'unlocked']);
  });

  test('locks what is open, or is being opened, and nothing that has ended', () => {
    for (const from of ['expired', 'signed-out'] as const) expect(reached('locked', from)).toEqual([]);
  });

  test('never makes a signed-out user expired', () => {
    expect(reached('expired', 'signed-out')).toEqual([]);
  });

  test('ends an open, a locked and a loading session alike', () => {
    for (const reason of reached('expired', 'active')) {
      expect(reached('expired', 'locked')).toContain(reason);
      expect(reached('expired', 'loading')).toContain(reason);
      expect(rejectionOf(reason as Reason)).toBe('reauthentication-required');
    }
  });
});

describe('a machine', () => {
  test.each(REASONS)('follows the table for %s, tells each transition once, and nothing where the table says nothing', (reason) => {
    for (const from of STATES) {
      const machine = machineIn(from);
      const told: unknown[] = [];
      machine.subscribe((transition) => told.push([transition, machine.state]));
      machine.fire(reason);
      const row = rows.find((entry) => entry.reason === reason && entry.from === from);
      expect(machine.state).toBe(row?.to ?? from);
      expect(told).toEqual(row === undefined ? [] : [[row, row.to]]);
    }
  });

  test('wakes whoever waits only after it has told', async () => {
    const machine = machineIn('active');
    const order: string[] = [];
    machine.subscribe(({ to }) => order.push(to));
    const waiting = machine.changed.wait().then(() => order.push('woken'));
    machine.fire('unlocked');
    machine.fire('idle-timeout');
    await waiting;
    expect(order).toEqual(['locked', 'woken']);
  });
});

test('only ends of a session are taken from a server or a store', () => {
  expect(['password-changed', 'reused', 'user', 'restored', 'toString', '', 5, undefined].map(endingNamed)).toEqual([
    'password-changed',
    'reused',
    ...Array.from({ length: 6 }, () => undefined),
  ]);
});

test('a session that another replaces has no state between', () => {
  expect(REASONS.filter((reason) => isReplaced(reason))).toEqual(['signed-in', 'reauthenticated', 'sibling-signed-in']);
});
