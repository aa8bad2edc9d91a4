import { describe, expect, test } from 'vitest';
import { unreadableIsNotAbsent } from '../../../src/verify/invariants/unreadable-is-not-absent.ts';
import { judgementOf, traces } from '../../kit/judged.ts';

const { flags, spares } = traces(unreadableIsNotAbsent);
/** A session in the store, the phone locked, the app started by the system. */
const LOCKED = `
  0 signIn ada AT-1 RT-1
  1 kill
  10 lock
  20 launch
  20 start
`;

describe('the end of a session (a)', () => {
  flags('signed out because the store was locked', ['a'], `${LOCKED}\n21 unread\n22 state loading signed-out`);
  flags('expired because the store failed for another reason', ['a'], `${LOCKED}\n21 unread io-error\n22 state loading expired`);
  flags(
    'signed out before the store was read',
    ['a'],
    '0 signIn ada AT-1 RT-1\n1 kill\n20 launch\n20 state loading signed-out\n500 get AT-1 RT-1\n501 state signed-out active',
  );
  flags(
    'signed out while the app runs, right after a read that failed',
    ['a'],
    '0 launch\n1 signIn ada AT-1 RT-1\n2 state loading active\n10 lock\n20 unread\n21 state active signed-out',
  );
  spares(
    'an app that stays loading and reads again',
    `${LOCKED}\n21 unread\n500 unread\n1000 unlock\n1001 get AT-1 RT-1\n1002 state loading active`,
  );
  spares('an app that reads an empty store', '0 launch\n0 unread\n500 get\n501 state loading signed-out');
  spares(
    'an app whose session was refused before',
    `${LOCKED}\n21 unread\n1000 unlock\n1001 get AT-1 RT-1\n1002 >T x1 RT-1\n1050 <T x1 400 invalid_grant\n1051 state loading expired`,
  );
  spares('a user who signs out while the store is locked', `${LOCKED}\n21 unread\n500 signOut\n501 state loading signed-out`);
  spares(
    'a sign-out long after a read that failed, for a session in memory',
    '0 launch\n1 signIn ada AT-1 RT-1\n2 state loading active\n10 lock\n20 unread\n90000 state active signed-out',
  );
  spares('a store that holds nothing', '0 launch\n0 unread\n1 state loading signed-out');
});

describe('what the app is told (b, c)', () => {
  flags('a request rejected as signed out', ['b'], `${LOCKED}\n21 unread\n30 call n1\n31 settle n1 signed-out`);
  flags('a request rejected as in need of a sign-in', ['b'], `${LOCKED}\n30 call n1\n31 settle n1 reauthentication-required`);
  flags('a sign-in prompt', ['c'], `${LOCKED}\n21 unread\n22 ask biometric`);
  spares(
    'a request that waits, and one that is refused as locked',
    `${LOCKED}\n21 unread\n30 call n1\n31 settle n1 locked\n40 call n2\n5000 settle n2 deadline`,
  );
  spares(
    'a process that had found nothing, and cannot see what a sibling has stored since',
    '0 launch\n1 get\n2 state loading signed-out\n10 @phone/widget signIn ada AT-1 RT-1\n20 lock\n30 call n1\n31 unread\n32 settle n1 signed-out',
  );
  spares(
    'a request of the user before, which ends when another one signs in',
    `${LOCKED}\n21 unread\n30 call n1\n31 signIn bob AT-9 RT-9 family=f2 store=no done=no\n31 settle n1 signed-out`,
  );
  spares('a prompt to unlock', `${LOCKED}\n21 unread\n22 ask biometric unlock`);
  spares(
    'a request rejected after the session had ended',
    `${LOCKED}\n21 unread\n30 dead f1 user\n40 unlock\n41 get AT-1 RT-1\n42 >T x1 RT-1\n50 <T x1 400 invalid_grant\n51 call n1\n52 settle n1 reauthentication-required`,
  );
});

describe('what is in the store (d)', () => {
  flags('a session deleted after a read that failed', ['d'], `${LOCKED}\n21 unread\n1000 unlock\n1001 delete`);
  flags('a session overwritten by a migration before it was read', ['d'], `${LOCKED.replace('10 lock', '')}\n21 set`);
  spares('a session deleted when it had been read', `${LOCKED}\n21 unread\n1000 unlock\n1001 get AT-1 RT-1\n1002 delete`);
  spares('another key', `${LOCKED}\n21 unread\n1000 unlock\n1001 set key=theme\n1002 delete key=pause`);
  spares(
    'a user who signs in meanwhile',
    `${LOCKED}\n21 unread\n1000 unlock\n1001 signIn bob AT-9 RT-9 family=f2 store=no\n1002 delete\n1003 set AT-9 RT-9`,
  );
  spares('a user who signs out meanwhile', `${LOCKED}\n21 unread\n1000 unlock\n1001 signOut\n1002 delete`);
});

test('says what could not be read and what is there', () => {
  const message = (trace: string): string | undefined => judgementOf(unreadableIsNotAbsent, trace).violations[0]?.message;
  expect(message(`${LOCKED}\n21 unread\n22 state loading signed-out`)).toBe(
    'phone/app went from loading to signed-out although its last read of the store, 1ms earlier, had failed (store-locked): RT-1 is there',
  );
  expect(message(`${LOCKED}\n22 state loading signed-out`)).toContain('although it had not read the store yet: RT-1 is there');
});
