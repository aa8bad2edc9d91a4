// One trace that each invariant flags and one that it spares, by name. Sound histories also feed the properties.

/**
 * A session with everything in it: three cycles, a lost answer, a burst, an abort, an outage, a sibling, a stream, a visit to the
 * background, a launch with a lock, a user switch, prompts for a session that ended, a sign-out. All of it right.
 */
export const SOUND = `
  0 launch
  0 policy idle=3600000 background=60000
  0 declare refresh-ahead offline-queue cross-process background reauthentication idle-lock streams ahead=300000
  0 start
  1 started
  2 signIn ada AT-1 RT-1 life=600000
  3 state loading active
  5 listen l1 /events
  6 >S s1 AT-1 /events
  10 >R n1 AT-1
  40 <R n1 200
  41 settle n1 200
  400000 call n2
  400001 >T x1 RT-1
  400050 <T x1 AT-2 RT-2 life=600000
  400051 set AT-2 RT-2
  400052 renew s1 AT-2
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
  500080 commit x2 AT-11 RT-3
  500090 lost x2 after-commit
  500290 >T x3 RT-2
  500330 <T x3 503 retry=1000
  501400 >T x4 RT-2
  501450 <T x4 AT-3 RT-3 life=400000 repeated=same-successor
  501451 set AT-3 RT-3
  501452 renew s1 AT-3
  501452 >R n3 AT-3 method=POST len=20
  501490 <R n3 201
  501491 settle n3 201
  502000 @phone/widget launch
  502001 @phone/widget get AT-3 RT-3
  502002 @phone/widget >R n5 AT-3
  502040 @phone/widget <R n5 200
  502041 @phone/widget settle n5 200
  600000 offline
  600000 close s1 network
  600001 call n6
  700000 online
  700001 >R n6 AT-3
  700001 >S s2 AT-3 /events
  700040 <R n6 200
  700041 settle n6 200
  705000 @phone/widget call n8
  705000 @phone/widget wait refresh
  705000 @phone/widget hold refresh
  705001 @phone/widget get AT-3 RT-3
  705002 @phone/widget >T x6 RT-3
  705050 @phone/widget <T x6 AT-4 RT-4 life=600000
  705051 @phone/widget set AT-4 RT-4
  705052 @phone/widget free refresh
  705053 @phone/widget >R n8 AT-4
  705090 @phone/widget <R n8 200
  705091 @phone/widget settle n8 200
  705100 get AT-4 RT-4
  705101 renew s2 AT-4
  706000 background
  706001 close s2 client
  706010 job.run j1 token-refresh
  706011 job.end j1 success
  706020 job.run j2 token-refresh
  706021 job.stop j2
  706021 job.end j2 retry dropped=yes
  709000 foreground
  709000 content
  709001 >S s3 AT-4 /events
  710000 kill
  720000 launch
  720000 start
  720001 unread
  720100 get AT-4 RT-4
  720101 started
  720101 state loading locked
  720102 ask biometric unlock
  722000 answer biometric ok
  722001 state locked active
  730000 signIn bob AT-9 RT-9 family=f2 life=600000
  730010 >R n7 AT-9
  730050 <R n7 401
  730051 >T x5 RT-9
  730090 <T x5 400 invalid_grant
  730091 state active expired
  730092 settle n7 reauthentication-required
  730093 delete
  730094 ask biometric
  732000 answer biometric failed
  732001 ask password
  740000 signIn bob AT-10 RT-10 family=f3
  740001 answer password ok
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
  'background-job-outcome-honest':
    '0 signIn ada AT-1 RT-1 life=1000\n990 job.run j1 refresh\n995 >T x1 RT-1\n1050 <T x1 503\n1051 job.end j1 success',
  'abort-isolation': `${START}15 call n2\n20 abort n1\n20 abandon x1\n21 settle n2 aborted`,
  'only-grants-adopted': `${START}50 <T x1 200\n51 set\n60 >R n2 none\n70 >T x2 none`,
  'one-prompt-at-a-time': `${START}50 <T x1 400 invalid_grant\n51 state active expired\n52 ask biometric\n53 ask biometric\n2000 answer biometric failed\n2001 answer biometric failed\n2002 background\n2003 ask password`,
  'locked-precedes-content':
    '0 policy idle=300000 background=60000\n0 launch\n1 signIn ada AT-1 RT-1\n2 state loading active\n3 background\n70000 foreground\n70000 content\n70001 state active locked\n70100 call n1\n70101 >R n1 AT-1\n70150 state locked active',
  'recovers-from-lost-answer': `${START}20 commit x1 AT-2 RT-2\n50 lost x1 after-commit\n60000 >T x2 RT-1\n60050 <T x2 400 invalid_grant late=29980`,
  'refresh-rate-bounded': [1, 2, 3, 4, 5].map((i) => `${i * 1000} >T x${i} RT-${i}\n+9 <T x${i} AT-${i + 1} RT-${i + 1} told=0`).join('\n'),
  'unreadable-is-not-absent':
    '0 signIn ada AT-1 RT-1\n1 kill\n2 lock\n10 launch\n11 unread\n12 state loading signed-out\n13 call n1\n14 settle n1 signed-out\n20 unlock\n21 delete',
  'fenced-writes': `${START}11 @phone/widget get AT-1 RT-1\n50 <T x1 AT-2 RT-2\n51 set AT-2 RT-2\n52 @phone/widget delete`,
  'bounded-hold': `${START}10 wait refresh\n10 hold refresh\n11 @phone/widget wait refresh\n20 vanish x1\n120000 finish deadlock`,
  'stream-follows-token':
    '0 signIn ada AT-1 RT-1 life=60000\n5 listen l1 /events\n10 >S s1 AT-1 /events\n5000 >T x1 RT-1\n5050 <T x1 AT-2 RT-2\n5051 set AT-2 RT-2\n80000 <S s1 dead\n81000 close s1 network\n200000 finish',
  'no-needless-refresh-at-start': '0 signIn ada AT-1 RT-1\n10 stop\n20 launch\n20 start\n21 get AT-1 RT-1\n22 >T x1 RT-1',
};
