import { describe, expect, test } from 'vitest';
import { lockedPrecedesContent } from '../../../src/verify/invariants/locked-precedes-content.ts';
import { clausesOf, judgementOf, traces } from '../../kit/judged.ts';

const { flags, spares } = traces(lockedPrecedesContent);
/** Locks after 5 min without a touch and after 1 min in background; signed in, on screen. */
const OPEN = `
  0 policy idle=300000 background=60000
  0 launch
  1 signIn ada AT-1 RT-1
  2 state loading active
  10 >R n1 AT-1
  40 <R n1 200
  41 settle n1 200
`;

describe('back from the background (a)', () => {
  flags(
    'the first frame, drawn before the lock',
    ['a'],
    `${OPEN}\n1000 background\n70000 foreground\n70000 content\n70001 state active locked`,
  );
  flags(
    'an answer handed out before the lock',
    ['a'],
    `${OPEN}\n900 >R n2 AT-1\n1000 background\n70000 foreground\n70005 <R n2 200\n70005 settle n2 200\n70010 state active locked`,
  );
  flags(
    'a request sent before the lock',
    ['a'],
    `${OPEN}\n1000 background\n70000 foreground\n70001 >R n2 AT-1\n70010 state active locked\n70050 <R n2 200`,
  );
  flags('an app that does not lock at all', ['a'], `${OPEN}\n1000 background\n70000 foreground\n70000 content\n80000 >R n2 AT-1`);
  flags(
    'an app whose wall clock went back meanwhile',
    ['a'],
    `${OPEN}\n1000 background\n5000 jump -3600000\n70000 foreground\n70000 content`,
  );
  flags(
    'the second return, after a first that was short enough',
    ['a'],
    `${OPEN}\n1000 background\n20000 foreground\n20000 content\n30000 background\n130000 foreground\n130000 content`,
  );
  flags('an app that slept in background', ['a'], `${OPEN}\n1000 background\n1100 suspend\n70000 resume\n70000 foreground\n70000 content`);
  spares('a return in time', `${OPEN}\n1000 background\n60000 foreground\n60000 content\n60010 >R n2 AT-1`);
  spares(
    'an app that is locked before its first frame, and opens for its user',
    `
    ${OPEN}
    1000 background
    70000 foreground
    70000 state active locked
    70000 ask biometric unlock
    72000 answer biometric ok
    72000 state locked active
    72001 >R n2 AT-1
    72040 <R n2 200
    72041 settle n2 200
  `,
  );
  spares(
    'an app that locks itself in background when the time is over',
    `${OPEN}\n1000 background\n61000 state active locked\n70000 foreground\n70100 ask password unlock\n72000 answer password ok\n72001 state locked active\n72002 content`,
  );
  spares('an app whose session has ended meanwhile', `${OPEN}\n1000 background\n2000 state active expired\n70000 foreground`);
  spares(
    'a background refresh of a locked app',
    `${OPEN}\n1000 background\n61000 state active locked\n3590000 >T x1 RT-1\n3590050 <T x1 AT-2 RT-2\n3590051 set AT-2 RT-2\n3600000 foreground`,
  );
  spares(
    'a request of before, answered in background',
    `${OPEN}\n900 >R n2 AT-1\n1000 background\n65000 <R n2 200\n65001 settle n2 200\n70000 foreground\n70000 state active locked`,
  );
  spares(
    'an app without a limit for the background',
    '0 policy idle=300000\n0 launch\n1 signIn ada AT-1 RT-1\n2 state loading active\n1000 background\n70000 foreground\n70000 content',
  );
  test('spares a client that is never told about the background', () => {
    const trace = `${OPEN}\n1000 background\n70000 foreground\n70000 >R n2 AT-1`;
    expect(clausesOf(lockedPrecedesContent, trace)).toEqual(['a']);
    expect(clausesOf(lockedPrecedesContent, `0 declare idle-lock missing=foreground,background\n${trace}`)).toEqual([]);
  });
});

describe('at launch (b)', () => {
  flags(
    'a request sent by an app that opened at once',
    ['b'],
    `${OPEN}\n1000 kill\n2000 launch\n2001 get AT-1 RT-1\n2002 state loading active\n2010 >R n2 AT-1`,
  );
  flags(
    'a frame drawn by an app that opened at once',
    ['b'],
    `${OPEN}\n1000 stop\n2000 launch\n2001 get AT-1 RT-1\n2002 state loading active\n2010 content`,
  );
  spares(
    'an app that begins locked',
    `
    ${OPEN}
    1000 kill
    2000 launch
    2001 get AT-1 RT-1
    2002 state loading locked
    2003 ask biometric unlock
    4000 answer biometric ok
    4001 state locked active
    4010 >R n2 AT-1
    4050 <R n2 200
    4051 settle n2 200
  `,
  );
  spares('a first launch, where the user signs in', `${OPEN}\n50 content`);
  spares(
    'a launch without a policy',
    '0 launch\n1 signIn ada AT-1 RT-1\n2 state loading active\n100 kill\n200 launch\n200 call n1\n201 get AT-1 RT-1\n202 state loading active\n202 >R n1 AT-1',
  );
  spares('a launch without a session', '0 policy idle=300000\n0 launch\n5 state loading signed-out\n10 call n1\n11 settle n1 signed-out', {
    idle: true,
  });
});

describe('while closed (c)', () => {
  const LOCKED = `${OPEN}\n1000 background\n70000 foreground\n70000 state active locked`;
  flags('content of a locked app', ['c'], `${LOCKED}\n70100 content locked`);
  flags('content of an app that still looks for its session', ['c'], '0 launch\n5 content loading\n10 state loading active');
  flags(
    'a request that a locked app carries out',
    ['c'],
    `${LOCKED}\n70100 call n2\n70101 >R n2 AT-1\n70140 <R n2 200\n70141 settle n2 200`,
  );
  flags(
    'a request that is carried out before the session was looked at',
    ['c'],
    '0 signIn ada AT-1 RT-1\n1 state loading active\n10 kill\n20 launch\n21 call n1\n22 >R n1 AT-1\n60 <R n1 200\n61 settle n1 200\n70 state loading active',
  );
  flags('an answer from memory', ['c'], `${LOCKED}\n70100 call n2\n70101 settle n2 200`);
  spares(
    'a request that waits until the app opens',
    `${LOCKED}\n70100 call n2\n70101 ask biometric unlock\n72000 answer biometric ok\n72000 >R n2 AT-1\n72000 state locked active\n72040 <R n2 200\n72041 settle n2 200`,
  );
  spares('a request that is refused', `${LOCKED}\n70100 call n2\n70101 settle n2 locked`);
  spares(
    'a request of before that is answered behind the lock',
    `${OPEN}\n900 >R n2 AT-1\n950 background\n61000 state active locked\n61010 <R n2 200\n61010 settle n2 200`,
  );
});

describe('turns of the state (d)', () => {
  flags('a lock because the wall clock went forward', ['d'], `${OPEN}\n1000 jump 3600000\n1001 state active locked`);
  flags(
    'a lock on return because the wall clock went forward',
    ['d'],
    `${OPEN}\n1000 background\n2000 jump 3600000\n5000 foreground\n5000 state active locked`,
  );
  flags(
    'a lock for idleness that counts the time in background',
    ['d'],
    `${OPEN.replace('60000', '600000')}\n1000 touch\n2000 background\n302000 foreground\n302000 state active locked`,
  );
  flags('a lock for idleness although the user touched the app', ['d'], `${OPEN}\n200000 touch\n301000 state active locked`);
  flags(
    'an app that opens because the wall clock went back',
    ['d'],
    `${OPEN}\n301001 state active locked\n302000 jump -3600000\n302001 state locked active`,
  );
  flags(
    'an app that opens after a prompt that failed',
    ['d'],
    `${OPEN}\n301001 state active locked\n302000 ask biometric unlock\n303000 answer biometric failed\n303001 state locked active`,
  );
  spares('a lock when the idle time is over', `${OPEN}\n300001 state active locked`);
  spares(
    'a lock when idle time before and after a short absence add up',
    `${OPEN}\n100000 background\n130000 foreground\n330001 state active locked`,
  );
  spares(
    'a lock when the idle time is over, although a sibling was unlocked meanwhile',
    `${OPEN}\n200000 @phone/widget ask biometric unlock\n202000 @phone/widget answer biometric ok\n300001 state active locked`,
  );
  spares(
    'an app that opens for a new sign-in',
    `${OPEN}\n301001 state active locked\n302000 signIn ada AT-2 RT-2 family=f2\n302001 state locked active`,
  );
  spares('a lock of a client whose host asks for none', '0 launch\n1 signIn ada AT-1 RT-1\n2 state loading active\n10 state active locked');
});

describe('idle time (e)', () => {
  flags('a request long after the last touch', ['e'], `${OPEN}\n10000 touch\n320000 >R n2 AT-1\n320040 <R n2 200\n320041 settle n2 200`);
  flags('one of each idle stretch', ['e', 'e'], `${OPEN}\n320000 >R n2 AT-1\n320100 >R n3 AT-1\n330000 touch\n640000 >R n4 AT-1`);
  spares('a request shortly after the last touch', `${OPEN}\n10000 touch\n300000 >R n2 AT-1`);
  spares('a request after a return to the screen', `${OPEN}\n10000 touch\n200000 background\n230000 foreground\n320000 >R n2 AT-1`);
  spares(
    'a request shortly after the user failed a prompt',
    `${OPEN}\n10000 ask password unlock\n12000 answer password failed\n311000 >R n2 AT-1`,
  );
  spares('an app that locks at that very moment', `${OPEN}\n301100 call n2\n301100 state active locked\n301100 settle n2 locked`);
  spares('a process that slept and had no timer', `${OPEN}\n10000 suspend\n320000 resume\n320001 >R n2 AT-1`);
});

test('says what was shown, how long the app was away, and that its clock was moved', () => {
  const [found] = judgementOf(
    lockedPrecedesContent,
    `${OPEN}\n1000 background\n5000 jump -3600000\n70000 foreground\n70000 content`,
  ).violations;
  expect(found?.message).toBe(
    'phone/app came back after 1m9s in background, more than the 1m it may stay open, and showed content before it was locked; its wall clock had been moved by -1h meanwhile',
  );
});

test('does not judge an app that shows no state', () => {
  expect(judgementOf(lockedPrecedesContent, '0 policy idle=1000\n0 launch\n10 >R n1 AT-1\n9000 >R n2 AT-1').judged).toBe(0);
});
