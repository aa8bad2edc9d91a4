import { noRefreshWhileOffline } from '../../../src/verify/invariants/no-refresh-while-offline.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(noRefreshWhileOffline);

flags(
  'a refresh sent while the host says offline',
  ['-'],
  `
  0 signIn ada AT-1 RT-1 life=10
  20 offline
  30 call n1
  31 >T x1 RT-1
`,
);
flags(
  'a second spell offline as well',
  ['-'],
  `
  0 signIn ada AT-1 RT-1 life=10
  20 offline
  30 online
  31 >T x1 RT-1
  32 lost x1
  40 offline
  50 >T x2 RT-1
`,
);
spares(
  'a request that waits for the network',
  `
  0 signIn ada AT-1 RT-1 life=10
  20 offline
  30 call n1
  600000 online
  600001 >T x1 RT-1
`,
);
spares(
  'the refresh that discovers the outage',
  `
  0 signIn ada AT-1 RT-1 life=10
  20 >T x1 RT-1
  21 offline
  22 lost x1
`,
);
spares(
  'a refresh of the very millisecond',
  `
  0 signIn ada AT-1 RT-1 life=10
  20 offline
  20 >T x1 RT-1
`,
);
spares(
  'another device',
  `
  0 signIn ada AT-1 RT-1 life=10
  0 @tablet/app signIn bob AT-5 RT-5 family=f2 life=10
  20 @tablet/app offline
  30 >T x1 RT-1
`,
);
spares('a device that is never offline', '0 signIn ada AT-1 RT-1', { idle: true });
