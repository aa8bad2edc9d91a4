import { everyRequestSettles } from '../../../src/verify/invariants/every-request-settles.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(everyRequestSettles);
const HANGING = `
  0 signIn ada AT-1 RT-1
  5 call n1
  10 >T x1 RT-1
  20 vanish x1
`;

flags(
  'a request behind a refresh that hangs without a time-out',
  ['-'],
  `${HANGING}
  60010 finish
`,
);
flags(
  'every later request too: the wedge',
  ['-', '-'],
  `${HANGING}
  30000 call n2
  95000 finish
`,
);
flags(
  'a request that settles after its deadline',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  5 call n1 deadline=1000
  1006 settle n1 deadline
`,
);
flags(
  'a request that nothing is left to settle, before its deadline',
  ['-'],
  `${HANGING}
  500 finish deadlock open=n1
`,
);
flags(
  'a start that never comes back',
  ['-'],
  `
  0 launch
  1 start
  500 finish deadlock
`,
);
flags(
  'a sign-out that never comes back',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  10 signOut
  70000 finish
`,
);
flags(
  'a client without a queue that waits out the offline time',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  1 offline
  5 call n1
  600000 online
  600010 settle n1 200
`,
  [],
);
flags(
  'a caller that aborted and is held until the answer comes',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  10 abort n1
  40000 <R n1 200
  40001 settle n1 200
`,
);
flags(
  'a caller that aborted and is never let go, though its deadline has not come',
  ['-'],
  `${HANGING}
  30 abort n1
  5000 finish finished open=n1
`,
);
spares(
  'a caller that aborted and is let go at once',
  `${HANGING}
  30 abort n1
  30 settle n1 aborted
  90000 finish
`,
);
spares(
  'an offline request that settles when the network is back',
  `
  0 signIn ada AT-1 RT-1
  1 offline
  5 call n1
  600000 online
  600010 settle n1 200
`,
);
spares(
  'a request that waits while the process is suspended',
  `
  0 signIn ada AT-1 RT-1
  5 call n1
  10 suspend
  3600000 resume
  3600100 settle n1 200
`,
);
spares(
  'a request that waits until the store is unlocked',
  `
  0 signIn ada AT-1 RT-1
  1 lock
  5 call n1
  600000 unlock
  600100 settle n1 200
`,
);
spares(
  'a request of a process that was killed',
  `${HANGING}
  30 kill
  90000 finish
`,
);
spares(
  'a run that ends offline with a queue that still waits',
  `
  0 signIn ada AT-1 RT-1
  1 offline
  5 call n1
  500 finish deadlock open=n1
`,
);
spares(
  'a run that ends before the deadline: nobody can know yet',
  `${HANGING}
  500 finish
`,
);
spares(
  'a run that hit a limit, or whose client never yielded',
  `${HANGING}
  90000 finish stuck
`,
);
spares(
  'a request that settles at its deadline exactly',
  `
  0 signIn ada AT-1 RT-1
  5 call n1 deadline=1000
  1005 settle n1 deadline
`,
);
