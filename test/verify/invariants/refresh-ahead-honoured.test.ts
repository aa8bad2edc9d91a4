import { refreshAheadHonoured } from '../../../src/verify/invariants/refresh-ahead-honoured.ts';
import { traces } from '../../kit/judged.ts';

const { flags, spares } = traces(refreshAheadHonoured);
/** AT-2 lives from 20 to 3600020; the client claims five minutes. */
const SESSION = `
  0 declare refresh-ahead ahead=300000
  0 signIn ada AT-1 RT-1 life=10
  15 >T x1 RT-1
  20 <T x1 AT-2 RT-2
  21 set AT-2 RT-2
`;

flags(
  'a request with a token that had run out a second cycle ago',
  ['a'],
  `${SESSION}
  3630000 >R n1 AT-2
`,
);
flags(
  'a client that trusts a clock which is behind',
  ['a'],
  `${SESSION}
  4000000 >R n1 AT-2
  4000050 <R n1 401
`,
);
flags(
  'requests that flow while a refresh is due, until one is refused',
  ['b'],
  `${SESSION}
  3590000 >R n1 AT-2
  3590050 <R n1 200
  3600010 >R n2 AT-2
  3600060 <R n2 401
`,
);
flags(
  'a refresh that begins only when the token is over',
  ['b'],
  `${SESSION}
  3590000 >R n1 AT-2
  3590050 <R n1 200
  3600021 >T x2 RT-2
`,
);
spares(
  'a refresh inside the buffer',
  `${SESSION}
  3500000 >R n1 AT-2
  3500001 >T x2 RT-2
  3500050 <T x2 AT-3 RT-3
`,
);
spares(
  'a refresh at the first request after a long pause',
  `${SESSION}
  8000000 call n1
  8000001 >T x2 RT-2
  8000050 <T x2 AT-3 RT-3
  8000051 set AT-3 RT-3
  8000052 >R n1 AT-3
`,
);
spares(
  'a token that runs out on the way, nobody having asked before',
  `${SESSION}
  3600010 >R n1 AT-2
  3600060 <R n1 401
`,
);
spares(
  'a refresh that began in time and failed',
  `${SESSION}
  3500000 >R n1 AT-2
  3500001 >T x2 RT-2
  3500050 <T x2 500
  3610000 >R n2 AT-2
  3610050 <R n2 401
`,
);
spares(
  'a device that was offline while a refresh was due',
  `${SESSION}
  3400000 offline
  3500000 call n1
  3610000 online
  3610001 >T x2 RT-2
`,
);
spares(
  'a request that tries its luck offline',
  `${SESSION}
  3400000 offline
  3610000 >R n1 AT-2
`,
);
flags(
  'a queue that flushes an expired token once the network is back',
  ['a'],
  `${SESSION}
  3400000 offline
  3500000 call n1
  3610000 online
  3610001 >R n1 AT-2
`,
);
spares(
  'a process that slept through the time ahead',
  `${SESSION}
  3590000 >R n1 AT-2
  3590010 suspend
  3700000 resume
  3700001 >T x2 RT-2
`,
);
spares(
  'a clock that was set back meanwhile',
  `${SESSION}
  100 jump -7200000
  3630000 >R n1 AT-2
`,
);
spares(
  'a server that told no lifetime',
  `
  0 declare refresh-ahead ahead=300000
  0 signIn ada AT-1 RT-1 life=10
  15 >T x1 RT-1
  20 <T x1 AT-2 RT-2 told=no
  21 set AT-2 RT-2
  3630000 >R n1 AT-2
`,
);
spares(
  'a server that told a longer lifetime than it gave',
  `
  0 declare refresh-ahead ahead=300000
  0 signIn ada AT-1 RT-1 life=10
  15 >T x1 RT-1
  20 <T x1 AT-2 RT-2 life=60000 told=3600000
  21 set AT-2 RT-2
  70000 >R n1 AT-2
`,
);
spares(
  'a late refresh of a client that declares no buffer',
  `${SESSION.replace(' ahead=300000', '')}
  3590000 >R n1 AT-2
  3600021 >T x2 RT-2
`,
);
spares(
  'a token that had been refused before',
  `${SESSION}
  1000 >R n1 AT-2
  1050 <R n1 401
  1060 >T x2 RT-2
  1070 <T x2 500
  3630000 >R n2 AT-2
`,
);
spares(
  'a server that told a lifetime of 0, which says nothing',
  `
  0 declare refresh-ahead ahead=300000
  0 signIn ada AT-1 RT-1 life=60000
  10 >T x1 RT-1
  20 <T x1 AT-2 RT-2 life=60000 told=0
  21 set AT-2 RT-2
  90000 >R n1 AT-2
`,
);
