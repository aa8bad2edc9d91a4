import { onlyGrantsAdopted } from '../../../src/verify/invariants/only-grants-adopted.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(onlyGrantsAdopted);
const PORTAL = `
  0 signIn ada AT-1 RT-1
  1 state loading active
  5 >R n1 AT-1
  9 <R n1 401
  10 >T x1 RT-1
  50 <T x1 200
`;

flags(
  'a request without a token after a portal page was taken for a grant',
  ['b'],
  `${PORTAL}
  51 >R n1 none
`,
);
flags(
  'a request with what nobody issued',
  ['b'],
  `${PORTAL}
  51 >R n1 unknown
`,
);
flags(
  'a refresh without a refresh token',
  ['b'],
  `${PORTAL}
  250 >T x2 none
`,
);
flags(
  'a refresh token dropped because an answer had none',
  ['b'],
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2
  51 set AT-2
  3600000 >T x2 none
`,
);
flags(
  'a store overwritten by a page',
  ['a'],
  `${PORTAL}
  51 set
`,
);
spares(
  'a portal page that changes nothing',
  `${PORTAL}
  250 >T x2 RT-1
  300 <T x2 AT-2 RT-2
  301 set AT-2 RT-2
  302 >R n1 AT-2
`,
);
flags(
  'a request with "Bearer null" of somebody who has not signed in',
  ['c'],
  `
  0 launch
  5 call n1
  6 >R n1 unknown
`,
);
flags(
  'a request with "Bearer undefined" after the sign-out',
  ['c'],
  `
  0 signIn ada AT-1 RT-1
  10 signOut
  20 call n1
  21 >R n1 unknown
`,
);
spares(
  'requests before the first sign-in',
  `
  0 >R n1 none
  5 signIn ada AT-1 RT-1
  10 >T x1 RT-1
`,
);
spares(
  'requests after the session has ended',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 400 invalid_grant
  60 >R n1 none
`,
);
spares(
  'requests after the sign-out',
  `
  0 signIn ada AT-1 RT-1
  5 >T x1 RT-1
  10 signOut
  60 >R n1 none
`,
);
spares(
  'what the client asks for on its own account',
  `${PORTAL}
  60 >R c1 none
`,
);
spares(
  'a process that has not read its store yet',
  `${PORTAL}
  60 @phone/widget launch
  61 @phone/widget >R n2 none
`,
);
spares(
  'a store written again after a grant without a refresh token',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2
  51 set AT-2 RT-1
`,
);
