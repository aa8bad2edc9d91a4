import { noRefreshTokenReuse } from '../../../src/verify/invariants/no-refresh-token-reuse.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(noRefreshTokenReuse);

flags(
  'the spent token after its successor was delivered and used',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  60 >R n1 AT-2
  70 >T x2 RT-1
`,
);
flags(
  'a fast client that presents the spent token right after the answer',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  60 >T x2 RT-1
`,
);
flags(
  'a rotation that is forgotten only in the second cycle',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  3600050 >T x2 RT-2
  3600090 <T x2 AT-3 RT-3
  7200090 >T x3 RT-2
`,
);
flags(
  'a sibling that ignores what was stored',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  0 @phone/widget launch
  1 @phone/widget get AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  60 @phone/widget >T x2 RT-1
`,
);
flags(
  'the spent token after a kill, when its successor had been used but not stored',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  60 >R n1 AT-2
  70 kill
  80 launch
  81 get AT-1 RT-1
  90 >T x2 RT-1
`,
);
spares(
  'a retry after the answer was lost behind the commit',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  30 commit x1 AT-2 RT-2
  40 lost x1 after-commit
  240 >T x2 RT-1
`,
);
spares(
  'a server that does not rotate',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-1
  3600050 >T x2 RT-1
`,
);
spares(
  'an answer without a refresh token',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2
  3600050 >T x2 RT-1
`,
);
spares(
  'a server that hands an old token out again',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2 repeated=stale-rt-returned
  3600050 >T x2 RT-1
`,
);
spares(
  'a process that was killed before it could write',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  50 kill
  80 launch
  81 get AT-1 RT-1
  90 >T x2 RT-1
`,
);
spares(
  'a process that was killed after its store refused the write',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 begin w AT-2 RT-2
  52 fail w
  60 >R n1 AT-2
  70 kill
  80 launch
  81 get AT-1 RT-1
  90 >T x2 RT-1
`,
);
spares(
  'a sibling that could not know of the successor yet',
  `
  0 signIn ada AT-1 RT-1
  0 @phone/widget launch
  1 @phone/widget get AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 @phone/widget >T x2 RT-1
`,
);
spares(
  'siblings of a client that does not claim to share',
  `
  0 signIn ada AT-1 RT-1
  0 @phone/widget launch
  1 @phone/widget get AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  60 @phone/widget >T x2 RT-1
`,
  { features: [] },
);
spares(
  'a single expiry: there is nothing to reuse',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
`,
  { idle: true },
);
const ROTATED = '0 signIn ada AT-1 RT-1\n10 >T x1 RT-1\n50 <T x1 AT-2 RT-2\n51 set AT-2 RT-2\n60 >R n1 AT-2\n70 kill\n';
flags('the spent token at the next launch, though its successor had been stored', ['-'], `${ROTATED}90 launch\n91 >T x2 RT-1`);
spares(
  'the spent token that an older backup brought back',
  `${ROTATED}80 changed restored AT-1 RT-1\n90 launch\n91 get AT-1 RT-1\n92 >T x2 RT-1`,
);
flags(
  'the spent token after a change that left its successor where it was',
  ['-'],
  `${ROTATED}80 changed restored AT-2 RT-2\n90 launch\n91 >T x2 RT-1`,
);
