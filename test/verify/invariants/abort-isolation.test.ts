import { abortIsolation } from '../../../src/verify/invariants/abort-isolation.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(abortIsolation);
const SHARED = `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  5 >R n2 AT-1
  9 <R n1 401
  9 <R n2 401
  10 >T x1 RT-1
  20 abort n1
`;

flags(
  'a shared refresh that is cancelled by its first caller',
  ['-', '-'],
  `${SHARED}
  20 abandon x1
  20 settle n1 aborted
  21 settle n2 aborted
`,
);
flags(
  'a refresh that had left the device, cancelled though nobody else waits',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  5 call n1
  10 >T x1 RT-1
  20 abort n1
  20 abandon x1
`,
);
flags(
  'another request rejected as aborted',
  ['-'],
  `${SHARED}
  20 settle n1 aborted
  25 settle n2 aborted
`,
);
spares(
  'an abort of one waiter: the others go on',
  `${SHARED}
  20 settle n1 aborted
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  52 >R n2 AT-2
  60 <R n2 200
  61 settle n2 200
`,
);
spares(
  'a refresh that times out by itself',
  `${SHARED}
  20 settle n1 aborted
  10010 abandon x1
  10011 settle n2 network
`,
);
spares(
  'two callers that both aborted',
  `${SHARED}
  21 abort n2
  21 settle n2 aborted
`,
);
spares(
  'waiters of a session that was replaced',
  `${SHARED}
  30 signIn bob AT-5 RT-5 family=f2
  31 settle n2 aborted
`,
);
spares('a run without aborts', '0 signIn ada AT-1 RT-1', { idle: true });
spares(
  'a time-out and an abort that both came due during a sleep',
  `
  0 signIn ada AT-1 RT-1
  5 call n1
  10 >T x1 RT-1
  15 suspend
  60000 resume
  60000 abort n1
  60000 abandon x1
`,
);
spares(
  'waiters rejected because the client is stopped',
  `${SHARED}
  20 stopping
  20 settle n1 aborted
  25 settle n2 aborted
  25 stop
`,
);
flags(
  'an abort that takes the refresh along, a while after a resume',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  5 call n1
  10 >T x1 RT-1
  15 suspend
  18 resume
  20 abort n1
  20 abandon x1
`,
);
