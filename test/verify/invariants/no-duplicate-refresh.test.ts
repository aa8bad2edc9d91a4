import { describe, expect, test } from 'vitest';
import { noDuplicateRefresh } from '../../../src/verify/invariants/no-duplicate-refresh.ts';
import { judgementOf, traces } from '../../kit/judged.ts';

const { flags, spares } = traces(noDuplicateRefresh);
const LATE_401 = `
  0 signIn ada AT-1 RT-1
  10 >R n1 AT-1
  11 >R n2 AT-1
  50 <R n1 401
  51 >T x1 RT-1
  100 <T x1 AT-2 RT-2
  101 set AT-2 RT-2
  400 <R n2 401
  401 >T x2 RT-2
`;

describe('concurrent presentations (a)', () => {
  flags(
    'a second presentation of one token while the first is in flight',
    ['a'],
    `
    0 signIn ada AT-1 RT-1
    10 >R n1 AT-1
    20 <R n1 401
    20 >T x1 RT-1
    25 >T x2 RT-1
  `,
  );
  flags(
    'a second exchange beside one that hangs and was not given up',
    ['a'],
    `
    0 signIn ada AT-1 RT-1
    10 >R n1 AT-1
    20 <R n1 401
    20 >T x1 RT-1
    30 vanish x1
    9000 >T x2 RT-1
  `,
  );
  flags(
    'two presentations inside a grace window all the same',
    ['a'],
    `
    0 signIn ada AT-1 RT-1 life=1000
    990 >T x1 RT-1
    991 >T x2 RT-1
    1010 <T x1 AT-2 RT-2
    1011 <T x2 AT-3 RT-2 repeated=same-successor
  `,
  );
  flags(
    'a forced refresh beside another',
    ['a'],
    `
    0 signIn ada AT-1 RT-1
    10 >T x1 RT-1 forced=step-up
    11 >T x2 RT-1 forced=step-up
  `,
  );
  spares(
    'a retry after the first one was lost',
    `
    0 signIn ada AT-1 RT-1 life=10
    20 >T x1 RT-1
    60 lost x1
    260 >T x2 RT-1
  `,
  );
  spares(
    'a retry after the hanging one was given up',
    `
    0 signIn ada AT-1 RT-1 life=10
    20 >T x1 RT-1
    10020 abandon x1
    10020 >T x2 RT-1
  `,
  );
  spares(
    'a retry after the process that had sent the first one was killed',
    `
    0 signIn ada AT-1 RT-1 life=10
    20 >T x1 RT-1
    30 kill
    40 launch
    41 get AT-1 RT-1
    50 >T x2 RT-1
  `,
  );
  spares(
    'two devices with a family each',
    `
    0 signIn ada AT-1 RT-1 life=10
    0 @tablet/app signIn ada AT-2 RT-2 family=f2 life=10
    20 >T x1 RT-1
    20 @tablet/app >T x2 RT-2
  `,
  );
});

describe('redundant refreshes (b)', () => {
  flags('a refresh set off by a late 401 for the token already replaced', ['b'], LATE_401);
  flags(
    'a self-compare mutex: the next waiter refreshes what the first has refreshed',
    ['b'],
    `
    0 signIn ada AT-1 RT-1
    10 >R n1 AT-1
    10 >R n2 AT-1
    50 <R n1 401
    50 <R n2 401
    51 >T x1 RT-1
    100 <T x1 AT-2 RT-2
    101 set AT-2 RT-2
    102 >T x2 RT-2
  `,
  );
  flags(
    'a refresh of a token with most of its life left',
    ['b'],
    `
    0 signIn ada AT-1 RT-1
    60000 >T x1 RT-1
  `,
  );
  flags(
    'a buffer larger than the lifetime: half of the original lifetime is the limit',
    ['b'],
    `
    0 signIn ada AT-1 RT-1 life=120000
    40000 >T x1 RT-1
  `,
  );
  flags(
    'a client that takes its skewed clock at its word',
    ['b'],
    `
    0 declare refresh-ahead ahead=300000
    0 signIn ada AT-1 RT-1
    1000 >T x1 RT-1
    1050 <T x1 AT-2 RT-2
    1051 set AT-2 RT-2
  `,
  );
  flags(
    'a refresh although only a 403 was seen',
    ['b'],
    `
    0 signIn ada AT-1 RT-1
    10 >R n1 AT-1
    50 <R n1 403 error=insufficient_scope
    51 >T x1 RT-1
  `,
  );
  spares(
    'a refresh after a 401 for the token in hand',
    `
    0 signIn ada AT-1 RT-1
    10 >T x1 RT-1 forced=app
    20 <T x1 AT-2 RT-2
    21 set AT-2 RT-2
    50 >R n1 AT-2
    60 <R n1 401
    61 >T x2 RT-2
  `,
  );
  spares(
    'a refresh inside the declared buffer, jitter included',
    `
    0 declare refresh-ahead ahead=330000
    0 signIn ada AT-1 RT-1
    3271000 >T x1 RT-1
  `,
  );
  spares(
    'an early refresh of a token that was nearly used up when first seen: the original lifetime counts',
    `
    0 signIn ada AT-1 RT-1
    3400000 launch
    3400001 get AT-1 RT-1
    3400002 >T x1 RT-1
  `,
  );
  spares(
    'five minutes for a client that declares nothing',
    `
    0 signIn ada AT-1 RT-1
    3305000 >T x1 RT-1
  `,
  );
  spares(
    'a client that has lost its access token with its memory',
    `
    0 signIn ada AT-1 RT-1 store=no
    1 set RT-1
    10 kill
    20 launch
    21 get RT-1
    22 >T x1 RT-1
  `,
  );
  spares(
    'a forced refresh',
    `
    0 signIn ada AT-1 RT-1
    10 >T x1 RT-1 forced=push
  `,
  );
  spares(
    'a refresh by the shorter lifetime that the answer told',
    `
    0 signIn ada AT-1 RT-1 life=10
    20 >T x1 RT-1
    30 <T x1 AT-2 RT-2 told=60000
    31 set AT-2 RT-2
    61000 >T x2 RT-2
  `,
  );
  spares(
    'one refresh after the wall clock was set forward',
    `
    0 signIn ada AT-1 RT-1
    1000 jump 7200000
    2000 >T x1 RT-1
  `,
  );
  flags(
    'a second refresh after the same jump of the clock',
    ['b'],
    `
    0 signIn ada AT-1 RT-1
    1000 jump 7200000
    2000 >T x1 RT-1
    2050 <T x1 AT-2 RT-2
    2051 set AT-2 RT-2
    3000 >T x2 RT-2
  `,
  );
  spares(
    'a retry of an exchange that was deferred',
    `
    0 signIn ada AT-1 RT-1
    1000 >R n1 AT-1
    1050 <R n1 401
    1060 >T x1 RT-1
    1100 <T x1 503 retry=1000
    2200 >T x2 RT-1
  `,
  );
  spares(
    'sequential refreshes with one refresh token where the server does not rotate',
    `
    0 signIn ada AT-1 RT-1 life=1000
    1000 >T x1 RT-1
    1010 <T x1 AT-2 RT-1 life=1000
    1011 set AT-2 RT-1
    2100 >T x2 RT-1
  `,
  );
});

describe('across processes (c)', () => {
  const SIBLINGS = `
    0 signIn ada AT-1 RT-1 life=10
    0 @phone/widget launch
    1 @phone/widget get AT-1 RT-1
    20 >T x1 RT-1
    25 @phone/widget >T x2 RT-1
  `;
  const STORED = `
    0 signIn ada AT-1 RT-1 life=10
    0 @phone/widget launch
    1 @phone/widget get AT-1 RT-1
    20 >T x1 RT-1
    30 <T x1 AT-2 RT-2
    31 set AT-2 RT-2
    40 @phone/widget >T x2 RT-1
  `;
  flags('a sibling that refreshes at the same time', ['c'], SIBLINGS);
  flags('a sibling that refreshes what is already in the store', ['c'], STORED);
  spares('both for a client that does not claim to share a session', SIBLINGS, { features: [] });
  spares('a sibling whose twin is suspended in mid-flight', SIBLINGS.replace('25 @phone/widget >T', '24 suspend\n25 @phone/widget >T'));
  spares(
    'a sibling that reads the store again and refreshes nothing',
    `
    0 signIn ada AT-1 RT-1 life=10
    0 @phone/widget launch
    1 @phone/widget get AT-1 RT-1
    20 >T x1 RT-1
    30 <T x1 AT-2 RT-2
    31 set AT-2 RT-2
    40 @phone/widget get AT-2 RT-2
    41 @phone/widget >R n1 AT-2
  `,
  );
});

describe('what it says', () => {
  test('names tokens, exchanges and times, and shows the events that matter', () => {
    const [violation] = judgementOf(noDuplicateRefresh, LATE_401).violations;
    expect(violation?.message).toBe(
      'phone/app sent RT-2 in x2 after a late 401 of n2 for the older AT-1 although it had held AT-2 for 301ms, not refused and good for another 59m59s',
    );
    expect(violation?.witness).toHaveLength(4);
  });
  test('is idle when nobody refreshes', () => expect(judgementOf(noDuplicateRefresh, '0 signIn ada AT-1 RT-1').judged).toBe(0));
});
spares(
  'a refresh while the store with the pair of a sibling is locked',
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  5 >T x1 RT-1 forced=app
  10 <T x1 AT-2
  11 set AT-2 RT-1
  20 lock
  30 @phone/widget >R n1 AT-1
  40 @phone/widget <R n1 401
  41 @phone/widget >T x2 RT-1
`,
);

describe('pushes and offers', () => {
  spares(
    'a refresh that a push asked for',
    '0 signIn ada AT-1 RT-1\n1000 push refresh\n1001 >T x1 RT-1\n1050 <T x1 AT-2 RT-2\n1051 set AT-2 RT-2',
  );
  spares(
    'a push at launch, before the store was read',
    '0 signIn ada AT-1 RT-1\n1 kill\n1000 launch\n1001 push refresh\n1002 get AT-1 RT-1\n1003 >T x1 RT-1',
  );
  flags('a refresh for a push that asks for none', ['b'], '0 signIn ada AT-1 RT-1\n1000 push ping\n1001 >T x1 RT-1');
  flags(
    'a second refresh for the same push',
    ['b'],
    '0 signIn ada AT-1 RT-1\n1000 push refresh\n1001 >T x1 RT-1\n1050 <T x1 AT-2 RT-2\n1051 set AT-2 RT-2\n1100 >T x2 RT-2',
  );
  flags(
    'a refresh although a response header had brought a token that is good for long',
    ['b'],
    '0 signIn ada AT-1 RT-1 life=600000\n500000 >R n1 AT-1\n500010 offer AT-1 AT-2 life=3600000\n500040 <R n1 200\n500100 >R n2 AT-2\n500140 <R n2 200\n500150 >T x1 RT-1',
  );
  spares(
    'a refresh by a client that did not take the offer',
    '0 signIn ada AT-1 RT-1 life=600000\n500000 >R n1 AT-1\n500010 offer AT-1 AT-2 life=3600000\n500040 <R n1 200\n500150 >T x1 RT-1',
  );
});
