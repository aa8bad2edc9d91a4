import { describe } from 'vitest';
import { noLostRotation } from '../../../src/verify/invariants/no-lost-rotation.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(noLostRotation);
const ROTATED = `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
`;

describe('durable before use (a)', () => {
  flags(
    'an access token used before its refresh token was stored',
    ['a'],
    `${ROTATED}
    60 >R n1 AT-2
    70 set AT-2 RT-2
  `,
  );
  flags(
    'the new refresh token presented before it was stored',
    ['a'],
    `${ROTATED}
    60 >T x2 RT-2
  `,
  );
  flags(
    'a use while the write is still going on',
    ['a'],
    `${ROTATED}
    60 begin w AT-2 RT-2
    61 >R n1 AT-2
    62 end w
  `,
  );
  spares(
    'a use after the write',
    `${ROTATED}
    55 set AT-2 RT-2
    60 >R n1 AT-2
  `,
  );
  spares(
    'an access token kept in memory by design',
    `${ROTATED}
    55 set RT-2
    60 >R n1 AT-2
  `,
  );
  spares(
    'two keys, the refresh token first',
    `${ROTATED}
    55 set RT-2 key=rt
    56 set AT-2 key=at
    60 >R n1 AT-2
  `,
  );
  spares(
    'a use after the store has refused the write',
    `${ROTATED}
    55 begin w AT-2 RT-2
    56 fail w
    60 >R n1 AT-2
  `,
  );
  spares(
    'a kill between the answer and the write',
    `${ROTATED}
    51 kill
  `,
  );
  spares(
    'a store whose content nobody can read',
    `
    0 signIn ada AT-1 RT-1 store=no
    10 >T x1 RT-1
    50 <T x1 AT-2 RT-2
    60 >R n1 AT-2
  `,
    { idle: true },
  );
});

describe('adopted (b)', () => {
  flags(
    'a next exchange with the ancestor',
    ['b'],
    `${ROTATED}
    3600060 >T x2 RT-1
  `,
  );
  flags(
    'a store that still holds the ancestor at the end',
    ['b'],
    `${ROTATED}
    90000 finish store=AT-1,RT-1 state=active
  `,
  );
  flags(
    'a rotation dropped because its write had failed',
    ['b'],
    `${ROTATED}
    51 begin w AT-2 RT-2
    52 fail w
    3600060 >T x2 RT-1
  `,
  );
  flags(
    'a failed write that was never tried again',
    ['b'],
    `${ROTATED}
    51 lock
    51 begin w AT-2 RT-2
    52 fail w
    1000 unlock
    90000 finish store=AT-1,RT-1 state=active
  `,
  );
  spares(
    'a store that is still locked at the end',
    `${ROTATED}
    51 lock
    51 begin w AT-2 RT-2
    52 fail w
    90000 finish store=AT-1,RT-1 state=active
  `,
  );
  spares(
    'a write that has just begun at the end',
    `${ROTATED}
    51 begin w AT-2 RT-2
    51 finish store=AT-1,RT-1 state=active
  `,
  );
  spares(
    'a process that was killed before it could write',
    `${ROTATED}
    50 kill
    60 launch
    90000 finish store=AT-1,RT-1 state=active
  `,
  );
  flags(
    'a process that used the answer before it was killed without a write',
    ['a', 'b'],
    `${ROTATED}
    60 >R n1 AT-2
    70 kill
    80 launch
    90000 finish store=AT-1,RT-1 state=active
  `,
  );
  spares(
    'a store that holds a younger token',
    `${ROTATED}
    51 set AT-2 RT-2
    3600000 >T x2 RT-2
    3600010 <T x2 AT-3 RT-3
    3600011 set AT-3 RT-3
    3700000 finish store=AT-3,RT-3 state=active
  `,
  );
  spares(
    'an answer that came after the sign-out',
    `
    0 signIn ada AT-1 RT-1
    10 >T x1 RT-1
    20 signOut
    50 <T x1 AT-2 RT-2
    90000 finish state=signed-out
  `,
    { idle: true },
  );
  spares(
    'an answer that came after another user had signed in',
    `
    0 signIn ada AT-1 RT-1
    10 >T x1 RT-1
    20 signIn bob AT-5 RT-5 family=f2
    50 <T x1 AT-2 RT-2
    90000 finish store=AT-5,RT-5 state=active
  `,
    { idle: true },
  );
  spares(
    'a dead family',
    `${ROTATED}
    60 dead f1
    90000 finish store= state=expired
  `,
  );
  spares(
    'a run that hit a limit',
    `${ROTATED}
    90000 finish time-limit store=AT-1,RT-1 state=active
  `,
  );
});

describe('kept, whole and never thrown away (c, d, e)', () => {
  flags(
    'a write that drops the refresh token when the answer has none',
    ['c'],
    `
    0 signIn ada AT-1 RT-1
    10 >T x1 RT-1
    50 <T x1 AT-2
    51 set AT-2
  `,
  );
  spares(
    'an answer without refresh token, the old one kept',
    `
    0 signIn ada AT-1 RT-1
    10 >T x1 RT-1
    50 <T x1 AT-2
    51 set AT-2 RT-1
  `,
  );
  spares(
    'the same with two keys',
    `
    0 signIn ada AT-1 RT-1 store=no
    1 set AT-1 key=at
    2 set RT-1 key=rt
    10 >T x1 RT-1
    50 <T x1 AT-2
    51 set AT-2 key=at
  `,
  );
  flags(
    'a new access token stored beside the spent refresh token',
    ['d'],
    `
    0 signIn ada AT-1 RT-1 store=no
    1 set AT-1 key=at
    2 set RT-1 key=rt
    10 >T x1 RT-1
    50 <T x1 AT-2 RT-2
    51 set AT-2 key=at
    55 set RT-2 key=rt
  `,
  );
  spares(
    'two writes that were begun together',
    `
    0 signIn ada AT-1 RT-1 store=no
    1 set AT-1 key=at
    2 set RT-1 key=rt
    10 >T x1 RT-1
    50 <T x1 AT-2 RT-2
    51 begin a AT-2 key=at
    51 begin r RT-2 key=rt
    52 end a
    53 end r
  `,
  );
  flags(
    'a refresh that a caller takes down with it, committed by the server',
    ['e'],
    `
    0 signIn ada AT-1 RT-1
    5 call n1
    10 >T x1 RT-1
    20 abort n1
    20 abandon x1
    30 commit x1 AT-2 RT-2
  `,
  );
  spares(
    'a refresh that the client gave up because it hung',
    `
    0 signIn ada AT-1 RT-1
    10 >T x1 RT-1
    10010 abandon x1
    10020 commit x1 AT-2 RT-2
    10300 >T x2 RT-1
    10400 <T x2 AT-3 RT-2
    10401 set AT-3 RT-2
  `,
  );
});
spares(
  'a rotation whose token is refused before the store took it',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  20 <T x1 AT-2 RT-2
  21 begin a AT-2 RT-2
  22 fail a
  30 >T x2 RT-2
  40 <T x2 400 invalid_grant
  41 delete
  200000 finish
`,
);
flags(
  'the same when the refused token was the spent one',
  ['b', 'b'],
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  20 <T x1 AT-2 RT-2
  30 >T x2 RT-1
  40 <T x2 400 invalid_grant
  200000 finish store=AT-1,RT-1
`,
);
spares(
  'one of two successors of a token that could not be stored at first, when the store has the other',
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  10 >T x1 RT-1
  20 <T x1 AT-2 RT-2
  21 begin a AT-2 RT-2
  22 fail a
  30 @phone/widget >T x2 RT-1
  40 @phone/widget <T x2 AT-3 RT-3
  41 @phone/widget begin b AT-3 RT-3
  42 @phone/widget fail b
  200 set AT-2 RT-2
  300 @phone/widget get AT-2 RT-2
  200000 finish store=AT-2,RT-2
`,
);
flags(
  'a successor that nobody ever tried to store again',
  ['b'],
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  20 <T x1 AT-2 RT-2
  21 begin a AT-2 RT-2
  22 fail a
  200000 finish store=AT-1,RT-1
`,
);

describe('what somebody else does to the store', () => {
  const STORED = '0 signIn ada AT-1 RT-1\n10 >T x1 RT-1\n50 <T x1 AT-2 RT-2\n51 set AT-2 RT-2\n60 >R n1 AT-2\n';
  spares('a store torn from outside', `${STORED}70 changed torn AT-2 RT-1\n100 finish store=AT-2,RT-1`);
  spares('a store emptied from outside', `${STORED}70 changed cleared\n100 finish store=`);
  flags(
    'a rotation that is kept in the plain store alone',
    ['b'],
    `${STORED.replace('51 set AT-2 RT-2', '51 plain RT-2').replace('60 >R n1 AT-2', '')}90000 finish store=AT-1,RT-1 state=active`,
  );
});
