import { expect, test } from 'vitest';
import { noLogoutWithoutInvalidGrant } from '../../../src/verify/invariants/no-logout-without-invalid-grant.ts';
import { judgementOf, traces } from '../../kit/judged.ts';

const { flags, spares } = traces(noLogoutWithoutInvalidGrant);
const REFRESHING = `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  9 <R n1 401
  10 >T x1 RT-1
`;
const LOGOUT = '60 state active signed-out';

for (const [what, answer] of [
  ['429', '50 <T x1 429'],
  ['503 with Retry-After', '50 <T x1 503 retry=1000'],
  ['500', '50 <T x1 500'],
  ['a network error', '50 lost x1'],
  ['a captive portal (200 HTML)', '50 <T x1 200'],
  ['a portal that forbids (403 HTML)', '50 <T x1 403'],
  ['a body that was cut', '50 lost x1 body-cut'],
  ['invalid_client', '50 <T x1 401 invalid_client'],
  ['invalid_request', '50 <T x1 400 invalid_request'],
] as const)
  flags(`a sign-out after ${what}`, ['-'], `${REFRESHING}${answer}\n${LOGOUT}`);

flags(
  'a sign-out after a 401 at the resource alone',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  9 <R n1 401
  ${LOGOUT}
`,
);
flags(
  'a sign-out because the store was locked at launch',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  10 kill
  20 lock
  30 launch
  31 state loading signed-out
`,
);
flags(
  'a sign-out for invalid_grant of a token that a sibling had rotated before it was sent',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  10 @phone/widget >T x1 RT-1
  20 @phone/widget <T x1 AT-2 RT-2
  21 @phone/widget set AT-2 RT-2
  30 >T x2 RT-1
  40 <T x2 400 invalid_grant
  ${LOGOUT}
`,
);
flags(
  'a sign-out for invalid_grant of a token that nobody issued',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 unknown
  50 <T x1 400 invalid_grant
  ${LOGOUT}
`,
);
flags(
  'the session of one user torn down by the refusal of another',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  20 signIn bob AT-5 RT-5 family=f2
  50 <T x1 400 invalid_grant
  ${LOGOUT}
`,
);
flags(
  'a refresh token deleted while the server would still honour it',
  ['-'],
  `${REFRESHING}
  50 <T x1 500
  51 delete
  60 finish store=
`,
);
spares(
  'a sign-out after invalid_grant for the current token',
  `${REFRESHING}
  50 <T x1 400 invalid_grant
  60 state active expired
  61 delete
  90 finish store= state=expired
`,
);
spares(
  'an invalid_grant that a rule of the scenario made up',
  `${REFRESHING}
  50 <T x1 400 invalid_grant scripted=yes
  60 state active expired
`,
);
spares(
  'a sign-out that the client brought about by its own duplicate: the refusal is real',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  11 >T x2 RT-1
  30 <T x1 AT-2 RT-2
  31 set AT-2 RT-2
  35 dead f1
  40 <T x2 400 invalid_grant
  60 state active expired
`,
);
spares(
  'a sign-out that was asked for',
  `
  0 signIn ada AT-1 RT-1
  10 signOut
  11 delete
  60 state active signed-out
  90 finish store= state=signed-out
`,
);
spares(
  'a session past its idle limit',
  `
  0 signIn ada AT-1 RT-1
  10 dead f1 idle
  60 state active expired
`,
);
spares(
  'a sibling that learns of the refusal',
  `${REFRESHING}
  50 <T x1 400 invalid_grant
  60 @phone/widget state active expired
`,
);
spares(
  'a launch on an empty store',
  `
  0 launch
  1 state loading signed-out
`,
);
spares(
  'a store that is emptied and written again',
  `
  0 signIn ada AT-1 RT-1
  10 >T x1 RT-1
  50 <T x1 AT-2 RT-2
  51 delete
  52 set AT-2 RT-2
  60 offline
  90 finish store=AT-2,RT-2 state=active
`,
);
spares(
  'the old session of a user switch',
  `
  0 signIn ada AT-1 RT-1
  20 signIn bob AT-5 RT-5 family=f2 done=no store=no
  21 delete
  22 state active signed-out
  23 set AT-5 RT-5
  24 state signed-out active
  90 finish store=AT-5,RT-5 state=active
`,
);
spares(
  'a failed re-authentication',
  `
  0 signIn ada AT-1 RT-1
  10 prompt failed
  60 state locked signed-out
`,
);
test('says what came before the sign-out', () => {
  const [violation] = judgementOf(noLogoutWithoutInvalidGrant, `${REFRESHING}50 <T x1 429\n${LOGOUT}`).violations;
  expect(violation?.message).toBe(
    'phone/app went from active to signed-out although the session was alive: 10ms after x1 was answered with 429 and no OAuth error',
  );
});
spares(
  'a session that a kill brought back, refused honestly',
  `
  0 signIn ada AT-1 RT-1
  1 state loading active
  20 signIn bob AT-5 RT-5 family=f2 store=no
  20 begin a AT-5 RT-5
  21 fail a
  30 kill
  31 launch
  32 get AT-1 RT-1
  32 state loading active
  40 dead f1
  41 >T x1 RT-1
  50 <T x1 400 invalid_grant
  51 state active expired
`,
);
spares(
  'a sibling whose own session was refused while another user signed in beside it',
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  2 @phone/widget state loading active
  20 signIn bob AT-5 RT-5 family=f2 store=no
  20 begin a AT-5 RT-5
  21 dead f1
  22 @phone/widget >T x1 RT-1
  30 @phone/widget <T x1 400 invalid_grant
  31 @phone/widget state active expired
`,
);
spares(
  'the late deletion of a sign-out that a locked store held up',
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  2 lock
  3 @phone/widget signIn bob AT-5 RT-5 family=f2 store=no
  4 @phone/widget begin a AT-5 RT-5
  5 @phone/widget fail a
  6 signOut
  7 unlock
  10 @phone/widget set AT-5 RT-5
  20 get AT-5 RT-5
  21 delete
  30 finish
`,
);
flags(
  'a deletion by a process that had signed out before the session began',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  5 signOut
  6 delete
  7 signedOut
  10 @phone/widget signIn bob AT-5 RT-5 family=f2
  21 delete
  30 finish
`,
);

flags('a sign-in prompt because the network was away', ['-'], `${REFRESHING}50 lost x1\n51 ask biometric\n2000 answer biometric ok`);
flags(
  'a sign-out that its own needless prompt, answered badly, would explain',
  ['-', '-'],
  `${REFRESHING}50 <T x1 500\n51 ask biometric\n2000 answer biometric failed\n2001 ask password\n4000 answer password ok\n4001 state active expired`,
);
flags(
  'a sign-out long after a prompt to unlock that was passed at the second try',
  ['-'],
  `0 signIn ada AT-1 RT-1\n10 ask biometric unlock\n100 answer biometric failed\n101 ask password unlock\n200 answer password ok\n300 state active signed-out`,
);
flags(
  'a session ended before its refresh token was as old as its answer had told',
  ['-'],
  '0 signIn ada AT-1 RT-1 rtLife=60000\n1 state loading active\n59999 state active expired',
);
flags(
  'a session ended because its refresh token is told to live for 0 s, which means without end',
  ['-'],
  '0 signIn ada AT-1 RT-1 rtLife=0\n1 state loading active\n1000 state active expired',
);
spares(
  'a sign-in prompt after the refresh was refused',
  `${REFRESHING}50 <T x1 400 invalid_grant\n51 ask biometric\n2000 answer biometric failed`,
);
spares('a sign-in prompt for somebody who has no session', '0 launch\n1 get\n2 ask password\n2000 answer password ok');
spares('a prompt to unlock', '0 signIn ada AT-1 RT-1\n10 offline\n20 ask biometric unlock\n2000 answer biometric failed');
spares(
  'a sign-out after the ladder of prompts had failed',
  `${REFRESHING}50 <T x1 400 invalid_grant\n51 state active expired\n52 ask biometric\n2000 answer biometric failed\n2001 ask password\n4000 answer password failed\n4001 state expired signed-out`,
);
spares(
  'a session ended at the time its answer had told',
  '0 signIn ada AT-1 RT-1 rtLife=60000\n1 state loading active\n60000 state active expired',
);
spares(
  'a session ended by the life told with the newest refresh token',
  '0 signIn ada AT-1 RT-1 rtLife=60000\n1 state loading active\n100 >T x1 RT-1\n150 <T x1 AT-2 RT-2 rtLife=5000\n151 set AT-2 RT-2\n5150 state active expired',
);
spares(
  'a first launch after a reinstall, which gives up what the keychain still holds',
  '0 signIn ada AT-1 RT-1\n10 kill\n20 reinstall\n30 launch\n31 get AT-1 RT-1\n32 delete\n33 state loading signed-out\n99 finish',
);
for (const how of ['corrupted', 'cleared', 'truncated'])
  spares(
    `a session ended because the store was ${how} by somebody else`,
    `0 signIn ada AT-1 RT-1\n10 kill\n20 changed ${how}\n30 launch\n31 get\n32 state loading expired\n33 delete\n99 finish`,
  );
spares(
  'a process that runs on and finds the store emptied by somebody else',
  '0 signIn ada AT-1 RT-1\n1 state loading active\n20 changed cleared\n31 get\n32 state active expired\n99 finish',
);
