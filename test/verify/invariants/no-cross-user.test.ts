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
spares(
  'a sibling that has not read the store since another user signed in',
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  20 signIn bob AT-5 RT-5 family=f2
  30 @phone/widget >R n1 AT-1
`,
);
flags(
  'a sibling that goes on as the former user although it has read the store',
  ['a'],
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  20 signIn bob AT-5 RT-5 family=f2
  30 @phone/widget get AT-5 RT-5
  40 @phone/widget >R n1 AT-1
`,
);
const KILLED_BEFORE_THE_WRITE = `
  0 signIn ada AT-1 RT-1
  20 signIn bob AT-5 RT-5 family=f2 store=no done=no
  20 begin a AT-5 RT-5
  20 kill
  21 launch
  22 get AT-1 RT-1
`;
spares(
  'the former user going on after a kill that came before the sign-in was in the store',
  `${KILLED_BEFORE_THE_WRITE}
  30 >R n1 AT-1
  40 <R n1 401
  41 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
`,
);
flags(
  'the next sign-in after such a kill like any other',
  ['b'],
  `${KILLED_BEFORE_THE_WRITE}
  30 >T x1 RT-1
  35 signIn bob AT-6 RT-6 family=f3
  40 <T x1 AT-2 RT-2
  41 set AT-2 RT-2
`,
);
flags(
  'a former user who comes back after a kill, though the sign-in was in the store',
  ['b'],
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  20 signIn bob AT-5 RT-5 family=f2
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  60 kill
`,
);
spares(
  'two sign-ins in a row whose writes wait for each other',
  `
  0 signIn ada AT-1 RT-1
  20 signIn bob AT-5 RT-5 family=f2 store=no done=no
  20 begin a AT-5 RT-5
  20 signIn cleo AT-6 RT-6 family=f3 store=no done=no
  20 signIn ada AT-7 RT-7 family=f4 store=no done=no
  21 fail a
  22 begin b AT-6 RT-6
  23 end b
  24 begin c AT-7 RT-7
  25 end c
`,
);
flags(
  'a stream of one user that is told the token of another',
  ['c'],
  `
  0 signIn bob AT-5 RT-5 family=f2
  5 signIn ada AT-1 RT-1
  6 >S s1 AT-1
  50 renew s1 AT-5
`,
);
spares(
  'a stream that is told the next token of its user',
  `
  0 signIn ada AT-1 RT-1
  6 >S s1 AT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  52 renew s1 AT-2
`,
);

const POINTED = `
  0 signIn ada AT-1 RT-1 issuer=https://one.example
  5 call n1
  10 >T x1 RT-1
  15 switch https://two.example
  20 signIn ada AT-5 RT-5 family=f2 issuer=https://two.example
`;
flags(
  'the answer of one server written over the session at another: the same name is another user there',
  ['b'],
  `${POINTED}
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
`,
);
flags(
  'a request called at one server, sent with the token of another',
  ['a'],
  `${POINTED}
  30 call n2
  50 <T x1 AT-2 RT-2
  51 >R n2 AT-2
`,
);
spares(
  'what another server issued, kept under a key of its own',
  `${POINTED}
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2 key=session.one
  60 >R n2 AT-5
`,
);
flags(
  'a token of another user of the same server under a key of its own',
  ['b'],
  `${SWITCHED}
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2 key=session.ada
`,
);
spares(
  'an answer that comes while nobody is signed in at the other server yet: it is kept for the way back',
  `
  0 signIn ada AT-1 RT-1 issuer=https://one.example
  10 >T x1 RT-1
  15 switch https://two.example
  20 <T x1 AT-2 RT-2
  21 set AT-2 RT-2
  30 signIn ada AT-5 RT-5 family=f2 issuer=https://two.example
  40 switch https://one.example
`,
);
