import { replayAtMostOnce } from '../../../src/verify/invariants/replay-at-most-once.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(replayAtMostOnce);
const ONCE = `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  9 <R n1 401
  60 >R n1 AT-2
`;

flags(
  'a second replay',
  ['a'],
  `${ONCE}
  70 <R n1 401
  80 >R n1 AT-3
`,
);
flags(
  'an endless loop',
  ['a', 'a'],
  `${ONCE}
  70 <R n1 401
  80 >R n1 AT-3
  90 <R n1 401
  95 >R n1 AT-4
`,
);
flags(
  'a POST replayed with an empty body',
  ['b'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1 method=POST len=1000
  9 <R n1 401
  60 >R n1 AT-2 method=POST len=0
`,
);
flags(
  'another method or path',
  ['b', 'b'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1 method=PUT
  9 <R n1 401
  60 >R n1 AT-2 method=GET
  65 >R n2 AT-2 path=/a
  70 <R n2 401
  75 >R n2 AT-2 path=/b
`,
);
flags(
  'another origin',
  ['d'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  9 <R n1 401
  60 >R n1 AT-2 origin=https://other.example
`,
);
flags(
  'a POST sent again after its answer was lost',
  ['c'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1 method=POST len=10
  9 lostR n1
  60 >R n1 AT-1 method=POST len=10
`,
);
flags(
  'a POST sent again after a gateway gave up',
  ['c'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1 method=POST len=10
  9 <R n1 504
  60 >R n1 AT-1 method=POST len=10
`,
);
flags(
  'a POST sent again before its answer came, which was good',
  ['c'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1 method=POST len=10
  8 >R n1 AT-1 method=POST len=10
  9 <R n1 200 k=1
`,
);
spares(
  'sendings side by side, refused when all had left: no refusal led to another',
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  6 >R n1 AT-1
  7 >R n1 AT-1
  50 <R n1 401 k=1
  60 <R n1 401 k=2
`,
);
spares(
  'one replay with the same body',
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1 method=POST len=1000
  9 <R n1 401
  60 >R n1 AT-2 method=POST len=1000
  70 <R n1 401
`,
);
spares(
  'a GET sent again after a loss, and once more after a 401',
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  9 lostR n1
  10 >R n1 AT-1
  20 <R n1 401
  60 >R n1 AT-2
`,
);
spares(
  'HTTP retries for another reason',
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1 method=POST len=10
  9 <R n1 503
  1000 >R n1 AT-1 method=POST len=10
  1010 <R n1 401
  1060 >R n1 AT-2 method=POST len=10
`,
);
spares(
  'a POST that never left the device because it was offline',
  `
  0 signIn ada AT-1 RT-1
  1 offline
  5 >R n1 AT-1 method=POST len=10
  6 lostR n1
  50 online
  60 >R n1 AT-1 method=POST len=10
`,
);
spares(
  'a redirect of the transport, and one that the client follows',
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  9 <R n1 302
  10 >R n1 AT-1 path=/moved
  15 >R n2 AT-1
  16 <R n2 401
  20 >R n2 AT-2
  21 >R n2 AT-2 path=/moved redirect=yes
`,
);
spares(
  'requests of one path that the app makes again and again',
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  6 >R n2 AT-1
  7 >R n3 AT-1
`,
  { idle: true },
);
flags(
  'a replay with another idempotency key, and one with none',
  ['b', 'b'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1 method=POST len=10 key=k1
  9 <R n1 401
  60 >R n1 AT-2 method=POST len=10 key=k2
  65 >R n2 AT-1 method=POST len=10 key=k3
  69 <R n2 401
  70 >R n2 AT-2 method=POST len=10
`,
);
spares(
  'a POST repeated after a loss with the idempotency key the app gave it',
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1 method=POST len=10 key=k1
  9 lostR n1
  10 >R n1 AT-1 method=POST len=10 key=k1
`,
);
