import { expect, test } from 'vitest';
import { noDuplicateRefresh } from '../../../src/verify/invariants/no-duplicate-refresh.ts';
import { noNeedlessRefreshAtStart } from '../../../src/verify/invariants/no-needless-refresh-at-start.ts';
import { clausesOf, traces } from '../../kit/judged.ts';

const { flags, spares } = traces(noNeedlessRefreshAtStart);
/** Launched when AT-1, good for an hour, has `left` ms to live. */
const launched = (left: number): string => `
  0 signIn ada AT-1 RT-1
  10 stop
  ${3_600_000 - left} launch
  +0 start
  +1 get AT-1 RT-1
  +1 >T x1 RT-1
`;

flags('a refresh at launch with fifty minutes left', ['-'], launched(50 * 60_000));
flags(
  'a refresh at launch that a request overtakes',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  10 stop
  1000 launch
  1000 start
  1000 call n1
  1001 get AT-1 RT-1
  1002 >T x1 RT-1
`,
);
spares('a refresh at launch with ten seconds left', launched(10_000));
spares('a refresh at launch after the expiry', launched(-10_000));
spares(
  'a token that was refused before the launch',
  `
  0 signIn ada AT-1 RT-1
  1 >R n1 AT-1
  5 <R n1 401
  10 kill
  1000 launch
  1001 get AT-1 RT-1
  1002 >T x1 RT-1
`,
);
spares(
  'a refresh that a request asked for after the start',
  `
  0 signIn ada AT-1 RT-1
  10 stop
  1000 launch
  1000 start
  1001 get AT-1 RT-1
  1002 started
  2000 >R n1 AT-1
  2010 <R n1 401
  2011 >T x1 RT-1
`,
);
spares(
  'a retry of what was under way when the process was killed',
  `
  0 signIn ada AT-1 RT-1
  5 >T x1 RT-1
  10 kill
  1000 launch
  1001 get AT-1 RT-1
  1002 >T x2 RT-1
`,
);
spares(
  'a store without an access token',
  `
  0 signIn ada AT-1 RT-1 store=no
  1 set RT-1
  10 stop
  1000 launch
  1001 get RT-1
  1002 >T x1 RT-1
`,
  { idle: true },
);
test('it is not reported as a duplicate too', () => expect(clausesOf(noDuplicateRefresh, launched(50 * 60_000))).toEqual([]));
