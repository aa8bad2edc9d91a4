import { requestNeverFailsWhenRefreshable } from '../../../src/verify/invariants/request-never-fails-when-refreshable.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(requestNeverFailsWhenRefreshable);
const REFUSED = `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  9 <R n1 401
`;
const REFRESHING = `${REFUSED}
  10 >T x1 RT-1
`;

flags(
  'a waiter that is rejected while the refresh is under way',
  ['-'],
  `${REFRESHING}
  20 settle n1 401
  50 <T x1 AT-2 RT-2
`,
);
flags(
  'a waiter that is rejected as network at once',
  ['-'],
  `${REFRESHING}
  20 settle n1 network
`,
);
flags(
  'a 401 handed on although nobody tried to refresh',
  ['-'],
  `${REFUSED}
  20 settle n1 401
`,
);
flags(
  'a request that fails although its refresh was granted',
  ['-'],
  `${REFRESHING}
  50 <T x1 AT-2 RT-2
  60 settle n1 network
`,
);
flags(
  'a pause that outlasts the outage: no try at all',
  ['-'],
  `${REFRESHING}
  20 <T x1 500
  21 settle n1 network
  5000 >R n2 AT-1
  5010 <R n2 401
  5020 settle n2 network
`,
);
flags(
  'a session that was ended for nothing',
  ['-'],
  `${REFRESHING}
  20 <T x1 500
  21 state active signed-out
  22 settle n1 network
  5000 call n2
  5001 settle n2 signed-out
`,
);
flags(
  'a request that nobody aborted',
  ['-'],
  `${REFUSED}
  20 settle n1 aborted
`,
);
flags(
  'a deadline that nothing was waiting for',
  ['-'],
  `${REFUSED}
  20 settle n1 deadline
`,
);
spares(
  'a 401 for the newest token too',
  `${REFRESHING}
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  52 >R n1 AT-2
  60 <R n1 401
  61 settle n1 401
`,
);
spares(
  'a resource that refuses everybody by order of the scenario',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 set AT-2 RT-2
  60 >R n1 AT-2
  70 <R n1 401 scripted=yes
  71 settle n1 401
`,
);
spares(
  'a refresh that failed after its tries',
  `${REFRESHING}
  20 <T x1 500
  220 >T x2 RT-1
  230 <T x2 500
  231 settle n1 network
`,
);
flags(
  'a rest of less than a second after the last try: waiting is right, refusing is not',
  ['-'],
  `${REFRESHING}
  20 <T x1 500
  21 settle n1 network
  500 >R n2 AT-1
  510 <R n2 401
  520 settle n2 network
`,
);
spares(
  'a request that comes in the moment after the last try',
  `${REFRESHING}
  20 <T x1 500
  21 settle n1 network
  22 >R n2 AT-1
  510 <R n2 401
  520 settle n2 network
`,
);
spares(
  'the wait that the server asked for',
  `${REFRESHING}
  20 <T x1 503 retry=60000
  21 settle n1 network
  30000 >R n2 AT-1
  30010 <R n2 401
  30020 settle n2 network
`,
);
spares(
  'a caller whose patience runs out while the refresh hangs',
  `${REFRESHING}
  15 vanish x1
  30005 settle n1 deadline
`,
);
spares(
  'a session that is over',
  `${REFRESHING}
  20 <T x1 400 invalid_grant
  21 state active expired
  22 settle n1 reauthentication-required
`,
);
spares(
  'a family that is dead though the client does not know yet',
  `${REFUSED}
  10 dead f1
  20 settle n1 401
`,
);
spares(
  'a sign-out while it waits',
  `${REFRESHING}
  20 signOut
  21 settle n1 signed-out
`,
);
spares(
  'a request after the sign-out',
  `
  0 signIn ada AT-1 RT-1
  10 signOut
  20 call n1
  21 settle n1 signed-out
`,
);
spares(
  'a switch of the user while it waits',
  `${REFRESHING}
  20 signIn bob AT-5 RT-5 family=f2
  21 settle n1 aborted
`,
);
spares(
  'a device that is offline',
  `
  0 signIn ada AT-1 RT-1
  1 offline
  5 call n1
  6 settle n1 offline
`,
);
spares(
  'a request whose own answer is lost',
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  9 lostR n1
  10 settle n1 network
`,
);
spares(
  'a body that cannot be sent twice',
  `${REFRESHING}
  50 <T x1 AT-2 RT-2
  60 settle n1 not-replayable
`,
);
spares(
  'a caller that aborted',
  `${REFRESHING}
  20 abort n1
  20 settle n1 aborted
`,
);
spares(
  'results of the resource: 403, 404, 500',
  `
  0 signIn ada AT-1 RT-1
  1 >R n0 AT-1
  2 <R n0 401
  3 settle n0 403
  5 >R n1 AT-1
  9 <R n1 403
  10 settle n1 403
  11 settle n2 500
`,
);
spares(
  'a session without a refresh token',
  `
  0 signIn ada AT-1
  5 >R n1 AT-1
  9 <R n1 401
  10 settle n1 401
`,
);
spares(
  'a locked store',
  `
  0 signIn ada AT-1 RT-1
  1 lock
  5 call n1
  6 settle n1 locked
`,
);
spares(
  'a configuration that the server refuses',
  `${REFRESHING}
  20 <T x1 401 invalid_client
  21 settle n1 network
`,
);
spares(
  'a request rejected because the client is stopped',
  `${REFRESHING}
  20 stopping
  20 settle n1 aborted
  21 stop
`,
);
spares(
  'a request rejected because the client is stopped, whose refresh is waited for while others go on',
  `${REFRESHING}
  20 stopping
  20 settle n1 aborted
  25 step
  30 call n2
  30 settle n2 aborted
  40 stop
`,
);
spares(
  'a request rejected because the client is stopped, in a process killed before that was done',
  `${REFRESHING}
  20 stopping
  20 settle n1 aborted
  21 kill
`,
);
spares(
  'a request of a client that its app lets go of',
  `${REFRESHING}
  20 stopping
  20 settle n1 aborted
`,
);
flags(
  'a request of a client made after another one was told to stop',
  ['-'],
  `  0 stopping
${REFRESHING}
  20 settle n1 aborted
`,
);
flags(
  'a request that nobody aborted, in the life after one that was stopped',
  ['-'],
  `  0 stopping
  0 stop
  0 launch
${REFRESHING}
  20 settle n1 aborted
`,
);
flags(
  'a request that nobody aborted, long before a stop that is about something else',
  ['-'],
  `${REFRESHING}
  20 settle n1 aborted
  30 call n2
  40 stopping
  40 stop
`,
);
flags(
  'a request that nobody aborted, before the step that stops the client',
  ['-'],
  `${REFRESHING}
  20 settle n1 aborted
  30 step
  31 stopping
  31 stop
`,
);
flags(
  'a request that nobody aborted, before a kill',
  ['-'],
  `${REFRESHING}
  20 settle n1 aborted
  21 kill
`,
);
const SWITCHED_BY_A_SIBLING = `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  20 signIn bob AT-5 RT-5 family=f2
  30 @phone/widget >R n1 AT-1 method=POST
  40 @phone/widget <R n1 401
`;
spares(
  'a request of the former user once its process has read that a sibling signed in as another',
  `${SWITCHED_BY_A_SIBLING}
  41 @phone/widget get AT-5 RT-5
  42 @phone/widget settle n1 signed-out
`,
);
flags(
  'the same rejected before anybody looked',
  ['-'],
  `${SWITCHED_BY_A_SIBLING}
  42 @phone/widget settle n1 signed-out
`,
);
flags(
  'a request called when the process had read of the new user already',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  20 signIn bob AT-5 RT-5 family=f2
  21 @phone/widget get AT-5 RT-5
  30 @phone/widget >R n1 AT-5
  40 @phone/widget <R n1 401
  42 @phone/widget settle n1 signed-out
`,
);
spares(
  'a process that cannot know of a sign-in which has not reached the store',
  `
  0 signIn ada AT-1 RT-1
  1 lock
  2 @phone/widget signIn bob AT-5 RT-5 family=f2 store=no
  3 @phone/widget begin a AT-5 RT-5
  4 @phone/widget fail a
  5 unlock
  6 dead f1
  10 call n1
  11 get AT-1 RT-1
  12 settle n1 signed-out
`,
);
spares(
  'a process whose user has signed out, whatever a sibling has begun since',
  `
  0 signIn ada AT-1 RT-1
  10 signOut
  11 delete
  12 signedOut
  20 @phone/widget signIn bob AT-5 RT-5 family=f2
  30 call n1
  31 settle n1 signed-out
`,
);
spares(
  'requests that a locked app refuses, also in the moment in which it opens',
  `
  0 signIn ada AT-1 RT-1
  1 state loading active
  2 state active locked
  10 call n1
  11 settle n1 locked
  12 call n2
  13 state locked active
  13 settle n2 locked
`,
);
spares(
  'a request that is refused as locked while the app looks for its session',
  '0 signIn ada AT-1 RT-1\n1 kill\n10 launch\n11 call n1\n12 settle n1 locked\n13 state loading active',
);
flags(
  'a request that is refused as locked by an app that is open',
  ['-'],
  '0 signIn ada AT-1 RT-1\n1 state loading active\n10 call n1\n12 settle n1 locked',
);
spares(
  'requests of an app that was installed anew and has given up what the keychain held',
  '0 signIn ada AT-1 RT-1\n1 kill\n5 reinstall\n10 launch\n11 get AT-1 RT-1\n12 call n1\n13 settle n1 signed-out',
);
