import { logoutAfterInvalidGrant } from '../../../src/verify/invariants/logout-after-invalid-grant.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(logoutAfterInvalidGrant);
const REFUSED = `
  0 signIn ada AT-1 RT-1
  1 state loading active
  5 >R n1 AT-1
  9 <R n1 401
  10 >T x1 RT-1
  50 <T x1 400 invalid_grant
`;

flags(
  'the refused token presented again',
  ['a'],
  `${REFUSED}
  60 >T x2 RT-1
`,
);
flags(
  'one more presentation for every request, for ever',
  ['a', 'a'],
  `${REFUSED}
  60 >R n2 AT-1
  70 <R n2 401
  80 >T x2 RT-1
  90 <T x2 400 invalid_grant
  100 >T x3 RT-1
`,
);
flags(
  'a state that is still active when the next request but one settles',
  ['b'],
  `${REFUSED}
  60 settle n1 401
  70 call n2
  80 settle n2 401
`,
);
flags(
  'a state that is still active at the end',
  ['b'],
  `${REFUSED}
  60 settle n1 401
  90 finish store= state=active
`,
);
flags(
  'a state that comes back without a sign-in',
  ['b'],
  `${REFUSED}
  51 state active expired
  60 settle n1 reauthentication-required
  70 state expired active
`,
);
spares(
  'a session that ends at once',
  `${REFUSED}
  51 state active expired
  60 settle n1 reauthentication-required
  70 call n2
  71 settle n2 reauthentication-required
  90 finish store= state=expired
`,
);
spares(
  'a client whose state shows only after the request has settled',
  `${REFUSED}
  60 settle n1 reauthentication-required
  60 state active expired
  70 call n2
  71 settle n2 reauthentication-required
`,
);
spares(
  'a younger token that a sibling has stored',
  `
  0 signIn ada AT-1 RT-1
  1 state loading active
  10 >T x1 RT-1
  11 @phone/widget >T x2 RT-1
  40 @phone/widget <T x2 AT-2 RT-2
  41 @phone/widget set AT-2 RT-2
  50 <T x1 400 invalid_grant
  51 get AT-2 RT-2
  60 >T x3 RT-2
  90 finish store=AT-2,RT-2 state=active
`,
);
spares(
  'two presentations that were in flight together',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  11 >T x2 RT-1
  50 <T x1 400 invalid_grant
  51 <T x2 400 invalid_grant
`,
);
spares(
  'a new sign-in',
  `${REFUSED}
  51 state active expired
  60 signIn ada AT-2 RT-2 family=f2
  61 state expired active
  70 call n2
  80 settle n2 200
  90 call n3
  95 settle n3 200
  99 finish store=AT-2,RT-2 state=active
`,
);
spares(
  'a process that was killed before it could forget the token',
  `${REFUSED}
  50 kill
  60 launch
  61 get AT-1 RT-1
  70 >T x2 RT-1
`,
);
spares(
  'another refusal than invalid_grant',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 400 invalid_request
  60 >T x2 RT-1
`,
  { idle: true },
);
spares(
  'a client that shows no state',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 400 invalid_grant
  60 call n2
  61 settle n2 401
  70 call n3
  71 settle n3 401
`,
);
spares(
  'requests that settle while the store is read once more to confirm the refusal',
  `
  0 signIn ada AT-1 RT-1
  1 state loading active
  10 >T x1 RT-1
  50 <T x1 400 invalid_grant
  50 settle n0 200
  50 call n1
  51 get AT-1 RT-1
  51 settle n1 200
  51 call n2
  52 settle n2 200
  52 state active expired
`,
);
flags(
  'a session that is still active when requests settle after that read',
  ['b'],
  `
  0 signIn ada AT-1 RT-1
  1 state loading active
  10 >T x1 RT-1
  50 <T x1 400 invalid_grant
  51 get AT-1 RT-1
  60 call n1
  70 settle n1 401
  80 call n2
  90 settle n2 401
`,
);

flags(
  'a state that leaves active only minutes after the refusal',
  ['b'],
  `${REFUSED}
  300000 state active expired
`,
);
spares(
  'a state that leaves active within a minute',
  `${REFUSED}
  50000 state active expired
`,
);
spares(
  'a process that slept right after the refusal',
  `${REFUSED}
  50 suspend
  300000 resume
  300001 state active expired
`,
);
flags(
  'the next launch, which finds the refused token where it was left',
  ['c'],
  `${REFUSED}
  51 state active expired
  5000 kill
  6000 launch
  6001 get AT-1 RT-1
  6002 >T x2 RT-1
`,
);
flags(
  'a sibling that goes on with the token in its memory, though the store has been cleared',
  ['c'],
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 400 invalid_grant
  51 delete
  5000 @phone/widget >T x2 RT-1
`,
);
spares(
  'a sibling that goes on, for a client that does not claim to share',
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 400 invalid_grant
  51 delete
  5000 @phone/widget >T x2 RT-1
`,
  { features: [] },
);
spares(
  'a sibling whose refresh left before the store was cleared',
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 400 invalid_grant
  51 @phone/widget >T x2 RT-1
  52 delete
`,
);
spares(
  'the next launch, when the store could not be written',
  `${REFUSED}
  51 state active expired
  51 begin w1
  52 fail w1
  5000 kill
  6000 launch
  6001 get AT-1 RT-1
  6002 >T x2 RT-1
`,
);
spares(
  'a backup that brings the refused token back',
  `${REFUSED}
  51 state active expired
  52 delete
  5000 kill
  5500 changed restored AT-1 RT-1
  6000 launch
  6001 get AT-1 RT-1
  6002 >T x2 RT-1
`,
);
