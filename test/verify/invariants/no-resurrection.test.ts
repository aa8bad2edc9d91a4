import { noResurrection } from '../../../src/verify/invariants/no-resurrection.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(noResurrection);
const SIGNED_OUT = `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  20 signOut
  21 delete
  22 signedOut
`;

flags(
  'a late answer written back into the store',
  ['-'],
  `${SIGNED_OUT}
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
`,
);
flags(
  'a late answer that is still there at the end',
  ['-', '-'],
  `${SIGNED_OUT}
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  90 finish store=AT-2,RT-2 state=signed-out
`,
);
flags(
  'a state that returns to active',
  ['-'],
  `${SIGNED_OUT}
  22 state active signed-out
  50 <T x1 AT-2 RT-2
  51 state signed-out active
`,
);
flags(
  'a token that a sibling leaves in the store',
  ['-'],
  `${SIGNED_OUT}
  50 @phone/widget set AT-1 RT-1
  90 finish store=AT-1,RT-1 state=signed-out
`,
);
flags(
  'a sign-out that was killed between its two deletions',
  ['-'],
  `
  0 signIn ada AT-1 RT-1 store=no
  1 set AT-1 key=at
  2 set RT-1 key=rt
  20 signOut
  21 delete key=at
  21 kill
  90 finish store=RT-1
`,
);
spares(
  'a late answer that is thrown away',
  `${SIGNED_OUT}
  50 <T x1 AT-2 RT-2
  90 finish store= state=signed-out
`,
);
spares(
  'a write that had begun before and is deleted again',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  15 <T x1 AT-2 RT-2
  16 begin w AT-2 RT-2
  20 signOut
  20 end w
  21 delete
  22 signedOut
  90 finish store= state=signed-out
`,
);
spares(
  'a write of the very millisecond of the sign-out, deleted again',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  20 <T x1 AT-2 RT-2
  20 signOut
  20 begin w AT-2 RT-2
  21 end w
  22 delete
  90 finish store= state=signed-out
`,
);
spares(
  'a sign-out that was killed before its first write',
  `
  0 signIn ada AT-1 RT-1
  20 signOut
  20 kill
  90 finish store=AT-1,RT-1
`,
);
spares(
  'the next sign-in',
  `${SIGNED_OUT}
  30 signIn ada AT-3 RT-3 family=f2
  31 state signed-out active
  90 finish store=AT-3,RT-3 state=active
`,
);
spares('a device that never signs out', '0 signIn ada AT-1 RT-1', { idle: true });
spares(
  'the session that comes back after a kill before the deletion could land',
  `
  0 signIn ada AT-1 RT-1
  1 state loading active
  20 signOut
  20 state active signed-out
  21 kill
  30 launch
  31 get AT-1 RT-1
  31 state loading active
  40 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  60 finish store=AT-2,RT-2
`,
);
flags(
  'one that comes back after a kill though the sign-out was done, and nothing had been tried',
  ['-', '-'],
  `
  0 signIn ada AT-1 RT-1
  20 signOut
  20 signedOut
  21 kill
  30 launch
  31 get AT-1 RT-1
  40 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  52 state loading active
`,
);
spares(
  'the session of a sibling that had not reached the store when another signed out',
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  2 lock
  3 @phone/widget signIn bob AT-5 RT-5 family=f2 store=no
  4 @phone/widget begin a AT-5 RT-5
  5 @phone/widget fail a
  6 unlock
  10 signOut
  11 delete
  12 @phone/widget set AT-5 RT-5
  20 finish store=AT-5,RT-5
`,
  { idle: true },
);
