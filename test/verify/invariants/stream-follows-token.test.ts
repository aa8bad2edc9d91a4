import { describe, expect, test } from 'vitest';
import { streamFollowsToken } from '../../../src/verify/invariants/stream-follows-token.ts';
import { judgementOf, traces } from '../../kit/judged.ts';

const { flags, spares } = traces(streamFollowsToken);
/** The app listens; tokens live for 60 s. */
const OPEN = `
  0 launch
  1 signIn ada AT-1 RT-1 life=60000
  2 state loading active
  10 listen l1 /events
  20 >S s1 AT-1 /events
  1000 <S s1
`;
const RENEWED = `${OPEN}
  55000 >T x1 RT-1
  55050 <T x1 AT-2 RT-2 life=600000
  55051 set AT-2 RT-2
`;

describe('the newest token (a)', () => {
  flags(
    'a stream that goes on with the old token when a newer one is there',
    ['a'],
    `${RENEWED}\n60001 <S s1 dead\n80000 <S s1 dead\n90000 close s1 client`,
  );
  flags('a stream that is told the new token much too late', ['a'], `${RENEWED}\n90000 renew s1 AT-2`);
  flags('a stream for which nobody refreshes', ['a'], `${OPEN}\n130000 <S s1 dead\n200000 finish`);
  flags(
    'a stream on a token that was refused elsewhere',
    ['a'],
    `${OPEN}\n5000 >R n1 AT-1\n5050 <R n1 401\n5051 >T x1 RT-1\n5100 <T x1 AT-2 RT-2 life=600000\n30000 <S s1 dead\n40000 finish`,
  );
  flags('a stream whose server does not take the new token', ['a'], `${RENEWED}\n55060 renew s1 AT-2 no\n80000 <S s1 dead\n81000 finish`);
  spares('a stream that is told the new token', `${RENEWED}\n55060 renew s1 AT-2\n80000 <S s1\n200000 finish`);
  spares('a stream that is opened anew', `${RENEWED}\n55060 >S s2 AT-2 /events\n55061 close s1 client\n80000 <S s2\n200000 finish`);
  spares('a stream that the server ends with its token', `${RENEWED}\n60000 close s1 server\n60001 >S s2 AT-2 /events\n200000 finish`);
  spares(
    'a stream for which nobody refreshes, of a client that only reacts',
    `${OPEN}\n130000 <S s1 dead\n131000 close s1 server\n131001 >S s2 AT-1 /events\n200000 finish`,
    {
      features: ['streams'],
    },
  );
  spares(
    'a device that is offline, and an app that sleeps',
    `${RENEWED}\n56000 offline\n90000 online\n90050 close s1 network\n90100 >S s2 AT-2 /events`,
  );
  spares('a stream of a session that is over on the server', `${RENEWED}\n56000 dead f1 user\n90000 <S s1 dead\n91000 close s1 server`);
});

describe('the app listens (b)', () => {
  spares(
    'a stream that is refused with the renewed token too: it is not about the token',
    `${OPEN}
    5000 close s1 network
    5001 >R c1 AT-1 path=/events
    5050 <R c1 401
    5051 >T x1 RT-1
    5100 <T x1 AT-2 RT-2 life=600000
    5101 set AT-2 RT-2
    5102 >R c1 AT-2 path=/events
    5150 <R c1 401
    200000 finish`,
  );
  flags(
    'a stream that never opens',
    ['b'],
    '0 launch\n1 signIn ada AT-1 RT-1\n2 state loading active\n10 listen l1 /events\n200000 finish',
  );
  flags('a stream that is not opened again when the network broke it', ['b'], `${OPEN}\n5000 close s1 network\n200000 finish`);
  flags(
    'a stream that is opened again minutes later',
    ['b'],
    `${RENEWED}\n60000 close s1 server\n200000 >S s2 AT-2 /events\n210000 finish`,
  );
  flags(
    'a stream that meets a 401 and gives up',
    ['b'],
    `${OPEN}\n5000 close s1 network\n5001 >R c1 AT-1 path=/events\n5050 <R c1 401\n200000 finish`,
  );
  spares('a stream that is opened again at once', `${OPEN}\n5000 close s1 network\n5500 >S s2 AT-1 /events\n50000 finish`);
  spares('an app that no longer listens', `${OPEN}\n5000 leave l1\n5000 close s1 client\n50000 finish`);
  spares('an app that was killed', `${OPEN}\n5000 kill\n500000 finish`);
  spares(
    'an app in background',
    `${OPEN}\n5000 background\n5001 close s1 client\n500000 foreground\n500001 >S s2 AT-1 /events\n510000 finish`,
    {
      features: ['streams'],
    },
  );
  spares(
    'a device that is offline',
    `${OPEN}\n5000 offline\n5001 close s1 network\n500000 online\n500100 >S s2 AT-1 /events\n510000 finish`,
    { features: ['streams'] },
  );
  spares(
    'a server that refuses every attempt',
    `${OPEN}\n5000 close s1 server\n5001 >R c1 AT-1 path=/events\n5050 <R c1 503\n50000 >R c2 AT-1 path=/events\n50050 <R c2 503\n100000 finish`,
  );
  spares('a refresh that does not come through', `${OPEN}\n59000 close s1 server\n59001 >T x1 RT-1\n59050 <T x1 503\n200000 finish`);
  spares(
    'a session that has ended',
    `${OPEN}\n59000 close s1 server\n59001 >T x1 RT-1\n59050 <T x1 400 invalid_grant\n59051 state active expired\n200000 finish`,
  );
  spares('a second listener of a stream that is open', `${OPEN}\n5000 listen l2 /events\n50000 leave l1\n55000 finish`);
});

describe('the end of the session (c)', () => {
  flags('a stream that goes on after the sign-out', ['c'], `${OPEN}\n5000 signOut\n8000 <S s1\n9000 close s1 client`);
  flags(
    'a stream that is still open at the end, though the user has signed out',
    ['c'],
    `${OPEN}\n5000 signOut\n5001 delete\n50000 finish`,
  );
  flags(
    'the stream of a user, with another user at the screen',
    ['c'],
    `${OPEN}\n5000 signIn bob AT-9 RT-9 family=f2\n8000 <S s1\n9000 close s1 client`,
  );
  spares('a stream that ends with the session', `${OPEN}\n5000 signOut\n5001 close s1 client\n50000 finish`);
  spares(
    'a stream that ends when the same user signs in again',
    `${OPEN}\n5000 signIn ada AT-9 RT-9 family=f2\n5500 close s1 client\n5501 >S s2 AT-9 /events\n50000 finish`,
  );
  spares('a message of the very moment', `${OPEN}\n5000 signOut\n5001 <S s1\n5002 close s1 client`);
});

test('says how long the token was over, and what could have been done', () => {
  const [found] = judgementOf(streamFollowsToken, `${RENEWED}\n80000 <S s1 dead\n90000 close s1 client`).violations;
  expect(found?.message).toBe(
    'stream s1 of phone/app still ran on AT-1 19s999ms after that token was over, and AT-2 had been there for 24s950ms',
  );
});
