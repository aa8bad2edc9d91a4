// One trace that each invariant flags and one that it spares, by name. Sound histories also feed the properties.

/** A session with everything in it: two cycles, a loss, a burst, an abort, an outage, a sibling, a launch, a user switch, a sign-out. All of it right. */
export const SOUND = `
  0 launch
  0 declare refresh-ahead offline-queue cross-process ahead=300000
  0 start
  1 started
  2 signIn ada AT-1 RT-1 life=600000
  3 state loading active
  10 >R n1 AT-1
  40 <R n1 200
  41 settle n1 200
  400000 call n2
  400001 >T x1 RT-1
  400050 <T x1 AT-2 RT-2 life=600000
  400051 set AT-2 RT-2
  400052 >R n2 AT-2
  400090 <R n2 200
  400091 settle n2 200
  500000 >R n3 AT-2 method=POST len=20
  500000 >R n4 AT-2
  500040 <R n3 401
  500041 <R n4 401
  500041 >T x2 RT-2
  500050 abort n4
  500050 settle n4 aborted
  500090 lost x2 before-commit
  500290 >T x3 RT-2
  500330 <T x3 503 retry=1000
  501400 >T x4 RT-2
  501450 <T x4 AT-3 RT-3 life=600000
  501451 set AT-3 RT-3
  501452 >R n3 AT-3 method=POST len=20
  501490 <R n3 201
  501491 settle n3 201
  502000 @phone/widget launch
  502001 @phone/widget get AT-3 RT-3
  502002 @phone/widget >R n5 AT-3
  502040 @phone/widget <R n5 200
  502041 @phone/widget settle n5 200
  600000 offline
  600001 call n6
  700000 online
  700001 >R n6 AT-3
  700040 <R n6 200
  700041 settle n6 200
  710000 kill
  720000 launch
  720000 start
  720001 get AT-3 RT-3
  720002 started
  720003 state loading active
  730000 signIn bob AT-9 RT-9 family=f2 life=600000
  730010 >R n7 AT-9
  730050 <R n7 401
  730051 >T x5 RT-9
  730090 <T x5 400 invalid_grant
  730091 state active expired
  730092 settle n7 reauthentication-required
  730093 delete
  740000 signIn bob AT-10 RT-10 family=f3
  740001 state expired active
  750000 signOut
  750001 delete
  750002 state active signed-out
  750003 signedOut
  760000 text log
  800000 finish store= state=signed-out
`;

const START = '0 signIn ada AT-1 RT-1\n5 >R n1 AT-1\n9 <R n1 401\n10 >T x1 RT-1\n';

/** Invariant name -> a trace it flags. */
export const FLAGGED: Readonly<Record<string, string>> = {
  'no-duplicate-refresh': `${START}15 >T x2 RT-1`,
  'no-refresh-token-reuse': `${START}50 <T x1 AT-2 RT-2\n51 set AT-2 RT-2\n60 >R n2 AT-2\n70 >T x2 RT-1`,
  'no-lost-rotation': `${START}50 <T x1 AT-2 RT-2\n60 >R n1 AT-2\n61 set AT-2 RT-2\n3600100 >T x2 RT-2\n3600150 <T x2 AT-3 RT-3\n3700000 finish store=AT-2,RT-2 state=active`,
  'no-stale-token-after-refresh': `${START}50 <T x1 AT-2 RT-2\n51 set AT-2 RT-2\n60 >R n1 AT-1`,
  'every-request-settles': `${START}20 vanish x1\n60010 finish\n`,
  'no-logout-without-invalid-grant': `${START}50 <T x1 500\n51 state active expired\n52 delete\n60 finish store=`,
  'logout-after-invalid-grant': `${START}11 state loading active\n50 <T x1 400 invalid_grant\n60 >T x2 RT-1\n70 finish store= state=active`,
  'no-request-after-sign-out': `${START}20 signOut\n50 <T x1 AT-2 RT-2\n60 >R n1 AT-2\n70 >T x2 RT-2`,
  'no-resurrection': `${START}20 signOut\n21 delete\n50 <T x1 AT-2 RT-2\n51 set AT-2 RT-2\n52 state signed-out active\n90 finish store=AT-2,RT-2`,
  'no-cross-user': `${START}20 signIn bob AT-5 RT-5 family=f2\n30 call n2\n50 <T x1 AT-2 RT-2\n51 set AT-2 RT-2\n52 >R n2 AT-2`,
  'no-retry-storm': `${START}20 <T x1 500\n20 >T x2 RT-1\n30 <T x2 500\n30 >T x3 RT-1\n40 <T x3 429 retry=1000\n50 >T x4 RT-1`,
  'no-refresh-while-offline': '0 signIn ada AT-1 RT-1\n5 offline\n10 >T x1 RT-1',
  'refresh-ahead-honoured':
    '0 declare refresh-ahead ahead=300000\n0 signIn ada AT-1 RT-1\n3590000 >R n1 AT-1\n3600001 >T x1 RT-1\n3700000 >R n2 AT-1',
  'request-never-fails-when-refreshable': `${START}20 settle n1 401\n50 <T x1 AT-2 RT-2`,
  'replay-at-most-once': `${START}50 <T x1 AT-2 RT-2\n51 set AT-2 RT-2\n60 >R n1 AT-2 len=5\n70 <R n1 401\n80 >R n1 AT-2`,
  'no-token-leak': `${START}50 text log RT-1 AT-1\n51 >R n2 AT-1 origin=https://other.example foreign=yes\n52 >R n3 RT-1`,
  'abort-isolation': `${START}15 call n2\n20 abort n1\n20 abandon x1\n21 settle n2 aborted`,
  'only-grants-adopted': `${START}50 <T x1 200\n51 set\n60 >R n2 none\n70 >T x2 none`,
  'no-needless-refresh-at-start': '0 signIn ada AT-1 RT-1\n10 stop\n20 launch\n20 start\n21 get AT-1 RT-1\n22 >T x1 RT-1',
};
