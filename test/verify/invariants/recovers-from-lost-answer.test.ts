import { expect, test } from 'vitest';
import { recoversFromLostAnswer } from '../../../src/verify/invariants/recovers-from-lost-answer.ts';
import { judgementOf, traces } from '../../kit/judged.ts';

const { flags, spares } = traces(recoversFromLostAnswer);
/** Committed at 60 ms, lost at 100 ms; the grace of this server lasts 30 s. */
const LOST = `
  0 launch
  1 signIn ada AT-1 RT-1
  10 >R n1 AT-1
  50 <R n1 401
  51 >T x1 RT-1
  60 commit x1 AT-2 RT-2
  100 lost x1 after-commit
`;

flags('a retry a minute later, after the grace', ['-'], `${LOST}\n60000 >T x2 RT-1\n60050 <T x2 400 invalid_grant late=29990`);
flags(
  'a retry after a pause longer than the grace, when one came in time and was lost before it reached the server',
  ['-'],
  `${LOST}\n400 >T x2 RT-1\n450 lost x2 request\n60000 >T x3 RT-1\n60050 <T x3 400 invalid_grant late=29990`,
);
flags(
  'a late retry of a refresh that had been given up',
  ['-'],
  '0 signIn ada AT-1 RT-1 life=1000\n51 >T x1 RT-1\n60 commit x1 AT-2 RT-2\n5000 abandon x1\n60000 >T x2 RT-1\n60050 <T x2 400 invalid_grant late=29990',
);
spares('a retry in time', `${LOST}\n400 >T x2 RT-1\n450 <T x2 AT-3 RT-2 repeated=same-successor`);
spares('a retry to a server without a grace', `${LOST}\n400 >T x2 RT-1\n450 <T x2 400 invalid_grant`);
spares(
  'retries that were all lost while the grace went on',
  `${LOST}\n400 >T x2 RT-1\n10000 abandon x2\n10500 >T x3 RT-1\n29000 abandon x3\n31000 >T x4 RT-1\n31050 <T x4 400 invalid_grant late=990`,
);
spares(
  'four answers lost one after another: nobody need try for ever',
  `${LOST}\n400 >T x2 RT-1\n450 lost x2 request\n1000 >T x3 RT-1\n1050 lost x3\n3000 >T x4 RT-1\n3050 lost x4\n90000 >T x5 RT-1\n90050 <T x5 400 invalid_grant late=59990`,
);
spares('a device without a network', `${LOST}\n100 offline\n60000 online\n60001 >T x2 RT-1\n60050 <T x2 400 invalid_grant late=29990`);
spares('a process that slept', `${LOST}\n110 suspend\n60000 resume\n60001 >T x2 RT-1\n60050 <T x2 400 invalid_grant late=29990`);
spares(
  'an app that had left the screen',
  `${LOST}\n110 background\n60000 foreground\n60001 >T x2 RT-1\n60050 <T x2 400 invalid_grant late=29990`,
);
spares(
  'a process that was killed and started again',
  `${LOST}\n110 kill\n60000 launch\n60001 get AT-1 RT-1\n60002 >T x2 RT-1\n60050 <T x2 400 invalid_grant late=29990`,
);
spares(
  'a client that the server had told to wait',
  `${LOST}\n400 >T x2 RT-1\n450 <T x2 503 retry=60000\n61000 >T x3 RT-1\n61050 <T x3 400 invalid_grant late=30990`,
);
spares(
  'a client that learned of the loss when the grace was as good as over',
  '0 signIn ada AT-1 RT-1 life=1000\n51 >T x1 RT-1\n60 commit x1 AT-2 RT-2\n28000 abandon x1\n60000 >T x2 RT-1\n60050 <T x2 400 invalid_grant late=29990',
);
spares(
  'the loser of a race, whose sibling had heard the answer',
  `
  0 signIn ada AT-1 RT-1 life=1000
  51 @phone/widget >T x1 RT-1
  90 @phone/widget <T x1 AT-2 RT-2
  100 >T x2 RT-1
  110 lost x2 request
  60000 >T x3 RT-1
  60050 <T x3 400 invalid_grant late=29990
`,
  { idle: true },
);
spares(
  'an answer lost before the commit',
  '0 signIn ada AT-1 RT-1 life=1000\n51 >T x1 RT-1\n100 lost x1 before-commit\n60000 >T x2 RT-1\n60050 <T x2 AT-2 RT-2',
  {
    idle: true,
  },
);

test('says how long it waited and how long it could have', () => {
  const trace = `${LOST}\n60000 >T x2 RT-1\n60050 <T x2 400 invalid_grant late=29990`;
  expect(judgementOf(recoversFromLostAnswer, trace).violations[0]?.message).toBe(
    'phone/app tried RT-1 again in x2 only 59s900ms after it knew that the answer to x1 was lost; the server would have answered up to 29s960ms after that',
  );
});
