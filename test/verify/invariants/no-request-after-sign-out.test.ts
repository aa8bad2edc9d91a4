import { noRequestAfterSignOut } from '../../../src/verify/invariants/no-request-after-sign-out.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(noRequestAfterSignOut);

flags(
  'a request with a token that a refresh of the old session brought',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  9 <R n1 401
  10 >T x1 RT-1
  20 signOut
  50 <T x1 AT-2 RT-2
  60 >R n1 AT-2
`,
);
flags(
  'a replay with the old token',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  20 signOut
  30 <R n1 401
  40 >R n1 AT-1
`,
);
flags(
  'a retry of a refresh',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  15 lost x1
  20 signOut
  60000 >T x2 RT-1
`,
);
flags(
  'a sibling that refreshes after the sign-out is done and the store is empty',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  20 signOut
  21 delete
  22 signedOut
  100 @phone/widget >T x1 RT-1
`,
);
spares(
  'what was on the wire before',
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  20 signOut
  30 <R n1 200
`,
);
spares(
  'one request of the client to tell its server',
  `
  0 signIn ada AT-1 RT-1
  20 signOut
  21 >R c1 AT-1 path=/logout method=POST
`,
);
flags(
  'a second one for the same token',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  20 signOut
  21 >R c1 AT-1 path=/logout method=POST
  30 >R c2 AT-1 path=/logout method=POST
`,
);
spares(
  'a request that the app made in the very millisecond of the sign-out',
  `
  0 signIn ada AT-1 RT-1
  20 call n1
  20 signOut
  20 >R n1 AT-1
`,
);
spares(
  'a sibling that has not heard of it',
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  20 signOut
  21 delete
  22 @phone/widget >R n1 AT-1
`,
);
spares(
  'the session after the next sign-in',
  `
  0 signIn ada AT-1 RT-1
  20 signOut
  30 signIn ada AT-2 RT-2 family=f2
  40 >R n1 AT-2
`,
);
spares(
  'a device that never signs out',
  `
  0 signIn ada AT-1 RT-1
  40 >R n1 AT-1
`,
  { idle: true },
);
spares(
  'a sibling that cannot read the store, locked since the sign-out was done',
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  20 signOut
  21 delete
  22 signedOut
  30 lock
  100 @phone/widget >T x1 RT-1
`,
);
