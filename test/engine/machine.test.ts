import { describe, expect, test } from 'vitest';
import type { SessionState } from '../../src/core/contract.ts';
import { endingNamed, isReplaced, nextState, type Reason, rejectionOf, TRANSITIONS } from '../../src/engine/machine.ts';

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

test.each(REASONS)('%s leads where the table says, and nowhere where it says nothing', (reason) => {
  for (const from of STATES) {
    expect(nextState(from, reason)).toBe(rows.find((row) => row.from === from && row.reason === reason)?.to);
  }
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
