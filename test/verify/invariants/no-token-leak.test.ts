import { noTokenLeak } from '../../../src/verify/invariants/no-token-leak.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(noTokenLeak);

flags(
  'a token in a log line',
  ['text'],
  `
  0 signIn ada AT-1 RT-1
  5 text log AT-1
`,
);
flags(
  'a refresh token in an error of a failed refresh',
  ['text'],
  `
  0 signIn ada AT-1 RT-1
  5 text error RT-1 AT-1
`,
);
flags(
  'a token that follows a redirect to another origin',
  ['origin'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1
  9 <R n1 302
  10 >R n1 AT-1 origin=https://api.example:8443 foreign=yes
`,
);
flags(
  'a refresh token at the resource server',
  ['refresh-token', 'refresh-token'],
  `
  0 signIn ada AT-1 RT-1
  5 >R n1 AT-1 rt=RT-1
  6 >R n2 RT-1
`,
);
spares(
  'text without a token',
  `
  0 signIn ada AT-1 RT-1
  5 text log
`,
);
spares(
  'a request to another origin without a token',
  `
  0 signIn ada AT-1 RT-1
  5 >R c1 none origin=https://cdn.example foreign=yes
  6 >R c2 unknown origin=https://cdn.example foreign=yes
`,
);
spares(
  'the store: it is the place for tokens',
  `
  0 signIn ada AT-1 RT-1
  5 set AT-1 RT-1
`,
  { idle: true },
);
flags('a refresh token in the plain store', ['plain-store'], '0 signIn ada AT-1 RT-1\n5 plain AT-1 RT-1');
flags(
  'a rotated refresh token parked in the plain store while the secure one is locked',
  ['plain-store'],
  '0 signIn ada AT-1 RT-1\n5 lock\n10 >T x1 RT-1\n50 <T x1 AT-2 RT-2\n51 begin w1 AT-2 RT-2\n52 fail w1\n53 plain RT-2 key=parked',
);
spares('an access token in the plain store', '0 signIn ada AT-1 RT-1\n5 plain AT-1\n6 plain key=marker');

const POINTED = `
  0 signIn ada AT-1 RT-1 issuer=https://one.example
  5 switch https://two.example
`;
flags(
  'an access token of one server at the API of another',
  ['origin'],
  `${POINTED}
  9 >R n1 AT-1 origin=https://api.two.example foreign=yes
`,
);
flags(
  'a refresh token of one server at another, to be exchanged and to be revoked',
  ['issuer', 'issuer'],
  `${POINTED}
  9 >T x1 RT-1 stranger=https://two.example
  20 <T x1 400 invalid_grant
  21 revoke RT-1 stranger=https://two.example
`,
);
spares(
  'a refresh token at its own server, and one that nobody issued',
  `${POINTED}
  9 revoke unknown stranger=https://two.example
  10 switch https://one.example
  11 >T x1 RT-1
  20 <T x1 AT-2 RT-2
  21 revoke RT-1
`,
);
