import { describe, expect, test } from 'vitest';
import { onePromptAtATime } from '../../../src/verify/invariants/one-prompt-at-a-time.ts';
import { judgementOf, traces } from '../../kit/judged.ts';

const { flags, spares } = traces(onePromptAtATime);
/** Three callers meet a session that has ended. */
const ENDED = `
  0 signIn ada AT-1 RT-1
  10 >R n1 AT-1
  10 >R n2 AT-1
  10 >R n3 AT-1
  50 <R n1 401
  51 >T x1 RT-1
  90 <T x1 400 invalid_grant
  91 state active expired
`;

describe('one at a time (a)', () => {
  flags('a second prompt while the first is open', ['a'], `${ENDED}\n92 ask biometric\n92 ask biometric\n2000 answer biometric ok`);
  flags('a password prompt beside a biometric one', ['a'], `${ENDED}\n92 ask biometric\n100 ask password`);
  flags(
    'a prompt for each of three callers, though each is answered',
    ['a', 'a'],
    `${ENDED}\n92 ask biometric\n93 ask biometric\n94 ask biometric\n2000 answer biometric ok\n2001 answer biometric ok\n2002 answer biometric ok`,
  );
  flags(
    'prompts of two processes of one phone, for a client that shares between them',
    ['a'],
    '0 signIn ada AT-1 RT-1\n10 ask biometric unlock\n20 @phone/widget ask biometric unlock',
  );
  spares(
    'prompts of two processes of one phone, for a client that does not claim to share',
    '0 signIn ada AT-1 RT-1\n10 ask biometric unlock\n20 @phone/widget ask biometric unlock',
    { features: ['reauthentication'] },
  );
  spares(
    'a prompt of one process while the other, with its own, sleeps',
    '0 signIn ada AT-1 RT-1\n10 ask biometric unlock\n15 suspend\n20 @phone/widget ask biometric unlock',
  );
  spares('one prompt for three callers', `${ENDED}\n92 ask biometric\n2000 answer biometric ok\n2001 signIn ada AT-9 RT-9 family=f2`);
  spares('a prompt after a kill took the open one away', `${ENDED}\n92 ask biometric\n100 kill\n200 launch\n201 ask biometric`);
  spares(
    'the next rung after a prompt of a life that was killed under one of its own',
    `${ENDED}\n92 ask biometric\n100 kill\n200 launch\n201 ask biometric\n2201 answer biometric cancelled\n2202 ask password`,
  );
  spares(
    'prompts on two phones at once',
    `${ENDED}\n92 ask biometric\n92 @tablet/app ask biometric\n2000 answer biometric ok\n2000 @tablet/app answer biometric ok`,
  );
});

describe('the ladder (b)', () => {
  flags(
    'a rung that is shown again after it failed',
    ['b'],
    `${ENDED}\n92 ask biometric\n2000 answer biometric failed\n2001 ask biometric\n4000 answer biometric failed`,
  );
  flags(
    'a second ladder for the callers that came during the first',
    ['b', 'b'],
    `
    ${ENDED}
    92 ask biometric
    2000 answer biometric failed
    2001 ask password
    2100 call n4
    4000 answer password failed
    4001 ask biometric
    6000 answer biometric failed
    6001 ask password
  `,
  );
  flags(
    'another sign-in prompt for a request that came after the ladder had ended',
    ['b'],
    `${ENDED}\n92 ask password\n2000 answer password locked-out\n2001 state expired signed-out\n3000 call n4\n3001 ask password`,
  );
  flags(
    'biometrics after the password',
    ['b'],
    `${ENDED}\n92 ask password\n2000 answer password failed\n2001 ask biometric\n4000 answer biometric failed`,
  );
  flags(
    'a prompt to unlock what has just been unlocked',
    ['b'],
    '0 ask biometric unlock\n2000 answer biometric ok\n2001 ask biometric unlock',
  );
  spares(
    'biometrics, then the password',
    `${ENDED}\n92 ask biometric\n2000 answer biometric failed\n2001 ask password\n4000 answer password ok`,
  );
  spares(
    'a rung that was cancelled and is shown again',
    `${ENDED}\n92 ask biometric\n2000 answer biometric cancelled\n2001 ask biometric\n4000 answer biometric ok`,
  );
  spares(
    'rungs that nobody could see, asked for again with the next request',
    `
    ${ENDED}
    92 ask biometric
    93 answer biometric unavailable
    94 ask password
    95 answer password unavailable
    3000 call n4
    3001 ask biometric
    3002 answer biometric unavailable
    3003 ask password
    3004 answer password unavailable
  `,
  );
  spares(
    'a ladder of its own for the next session that ends',
    `
    ${ENDED}
    92 ask biometric
    2000 answer biometric failed
    2001 ask password
    4000 signIn ada AT-2 RT-2 family=f2
    4001 answer password ok
    5000 >R n4 AT-2
    5010 <R n4 401
    5011 >T x2 RT-2
    5050 <T x2 400 invalid_grant
    5051 ask biometric
    7000 answer biometric ok
  `,
  );
  spares(
    'a prompt to unlock at every return to the foreground',
    `
    0 ask biometric unlock
    2000 answer biometric failed
    2001 ask password unlock
    4000 answer password failed
    5000 background
    900000 foreground
    900001 ask biometric unlock
    902000 answer biometric ok
  `,
  );
  spares(
    'a prompt to unlock for a request, and another for the next',
    '0 call n1\n1 ask password unlock\n2000 answer password failed\n3000 call n2\n3001 ask password unlock\n5000 answer password ok',
  );
  spares(
    'another try after the user touched the app, and at the next launch',
    `
    ${ENDED}
    92 ask password
    2000 answer password failed
    3000 touch
    3001 ask password
    5000 answer password failed
    6000 kill
    7000 launch
    7001 ask password
    9000 answer password ok
  `,
  );
  spares(
    'a prompt to unlock, then one to sign in again',
    '0 signIn ada AT-1 RT-1\n10 ask password unlock\n2000 answer password ok\n2001 ask password\n4000 answer password ok',
  );
});

describe('in sight (c)', () => {
  flags('a prompt while the app is in background', ['c'], `${ENDED}\n92 background\n500 ask biometric\n2000 answer biometric unavailable`);
  flags(
    'the next rung, when the first was left behind in background',
    ['c'],
    `${ENDED}\n92 ask biometric\n500 background\n2000 answer biometric failed\n2001 ask password`,
  );
  spares(
    'a prompt that waits for the foreground',
    `${ENDED}\n92 background\n5000 foreground\n5001 ask biometric\n7000 answer biometric ok`,
  );
  spares('a prompt that was open when the app left the screen', `${ENDED}\n92 ask biometric\n500 background\n2000 answer biometric failed`);
  spares(
    'a prompt after a launch, when the process before it died in background',
    `${ENDED}\n92 background\n100 kill\n5000 launch\n5001 ask biometric`,
  );
  test('spares a client that is never told about the background', () => {
    const trace = `0 signIn ada AT-1 RT-1\n10 background\n20 ask biometric`;
    expect(judgementOf(onePromptAtATime, trace).violations).toHaveLength(1);
    expect(judgementOf(onePromptAtATime, `0 declare reauthentication missing=background\n${trace}`).violations).toEqual([]);
  });
});

describe('idle', () => {
  spares('a session that ends without a prompt', ENDED, { idle: true });
});
