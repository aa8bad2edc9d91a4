import { noCrossUser } from '../../../src/verify/invariants/no-cross-user.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(noCrossUser);
const SWITCHED = `
  0 signIn ada AT-1 RT-1
  5 call n1
  10 >T x1 RT-1
  20 signIn bob AT-5 RT-5 family=f2
`;

flags(
  'the answer of the former user written over the session of the next',
  ['b'],
  `${SWITCHED}
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
`,
);
flags(
  'a request of the next user sent with a token of the former',
  ['a'],
  `${SWITCHED}
  30 call n2
  50 <T x1 AT-2 RT-2
  51 >R n2 AT-2
`,
);
flags(
  'a request of the former user sent with a token of the next',
  ['a'],
  `${SWITCHED}
  50 >R n1 AT-5
`,
);
spares(
  'an answer that is thrown away, its request rejected',
  `${SWITCHED}
  50 <T x1 AT-2 RT-2
  51 settle n1 aborted
  60 >R n2 AT-5
`,
);
spares(
  'a request of the former user that was on the wire with its own token',
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  20 signIn bob AT-5 RT-5 family=f2
  50 <R n1 200
  51 settle n1 200
`,
);
spares(
  'the same user signing in again',
  `
  0 signIn ada AT-1 RT-1
  5 call n1
  20 signIn ada AT-5 RT-5 family=f2
  50 >R n1 AT-5
`,
);
spares(
  'a write of the very millisecond of the switch that the new pair replaces',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  20 <T x1 AT-2 RT-2
  20 signIn bob AT-5 RT-5 family=f2 store=no
  20 begin a AT-2 RT-2
  20 begin b AT-5 RT-5
  21 end a
  22 end b
`,
);
spares(
  'two users on two devices',
  `
  0 signIn ada AT-1 RT-1
  0 @tablet/app signIn bob AT-5 RT-5 family=f2
  50 >R n1 AT-1
  50 @tablet/app >R n2 AT-5
`,
  { idle: true },
);
