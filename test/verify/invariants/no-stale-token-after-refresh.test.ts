import { noStaleTokenAfterRefresh } from '../../../src/verify/invariants/no-stale-token-after-refresh.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(noStaleTokenAfterRefresh);
const ROTATED = `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 begin w AT-2 RT-2
`;

flags(
  'a request that leaves with the old token after the refresh',
  ['-'],
  `${ROTATED}
  52 end w
  60 >R n1 AT-1
`,
);
flags(
  'a queue that flushes with the token it was filled with',
  ['-', '-'],
  `
  0 signIn ada AT-1 RT-1
  9 call n1
  9 call n2
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  51 >R n1 AT-1
  51 >R n2 AT-1
`,
);
flags(
  'a replay with the token that was refused',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  1 >R n1 AT-1
  9 <R n1 401
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  52 >R n1 AT-1
`,
);
flags(
  'the old token where nothing is stored at all',
  ['-'],
  `
  0 signIn ada AT-1 RT-1 store=no
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  60 >R n1 AT-1
`,
);
spares(
  'a request that had left before',
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  60 >R n2 AT-2
  70 <R n1 401
`,
);
spares(
  'a request that leaves while the new pair is still being stored',
  `${ROTATED}
  51 >R n1 AT-1
  52 end w
  60 >R n2 AT-2
`,
);
spares(
  'a sibling that has not read the store yet',
  `${ROTATED}
  52 end w
  60 @phone/widget >R n1 AT-1
  61 >R n2 AT-2
`,
);
flags(
  'a sibling that has read the new pair',
  ['-'],
  `${ROTATED}
  52 end w
  60 @phone/widget get AT-2 RT-2
  61 @phone/widget >R n1 AT-1
`,
);
spares(
  'a redirect that the transport followed',
  `${ROTATED}
  52 end w
  53 >R n1 AT-2
  60 >R n1 AT-1 redirect=yes
`,
);
spares(
  'a new sign-in of another family',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  60 signIn bob AT-3 RT-3 family=f2
  61 >R n1 AT-2
`,
  { idle: true },
);
spares(
  'an older token that a sibling stored later, where the newer never reached the store',
  `
  0 signIn ada AT-1 RT-1
  5 >T x1 RT-1
  10 <T x1 AT-2
  11 begin a AT-2 RT-1
  12 fail a
  15 @phone/widget get AT-1 RT-1
  20 @phone/widget >T x2 RT-1
  30 @phone/widget <T x2 AT-3
  31 @phone/widget begin b AT-3 RT-1
  32 @phone/widget fail b
  40 set AT-2 RT-1
  50 @phone/widget get AT-2 RT-1
  60 @phone/widget >R n1 AT-2
`,
);
flags(
  'an older offer of a response header that replaces a newer one',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  10 offer AT-1 AT-2
  11 offer AT-1 AT-3
  20 >R n1 AT-3
  30 >R n2 AT-2
`,
);
spares(
  'an offer that is taken up',
  `
  0 signIn ada AT-1 RT-1
  10 offer AT-1 AT-2
  20 >R n1 AT-2
  21 set AT-2 RT-1
  30 >R n2 AT-2
`,
);
