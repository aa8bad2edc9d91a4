import { expect, test } from 'vitest';
import { fencedWrites } from '../../../src/verify/invariants/fenced-writes.ts';
import { judgementOf, traces } from '../../kit/judged.ts';

const { flags, spares } = traces(fencedWrites);
/** Both have read RT-1; the widget has refreshed and stored RT-2. */
const ROTATED = `
  0 launch
  1 signIn ada AT-1 RT-1 life=60000
  2 get AT-1 RT-1
  3 @phone/widget get AT-1 RT-1
  60000 @phone/widget >T x1 RT-1
  60050 @phone/widget <T x1 AT-2 RT-2
  60051 @phone/widget set AT-2 RT-2
`;

flags(
  'the loser of a race that deletes what the winner stored',
  ['-'],
  `${ROTATED}\n60052 >T x2 RT-1\n60090 <T x2 400 invalid_grant\n60091 delete`,
);
flags('the loser that overwrites it with a record of the end', ['-'], `${ROTATED}\n60091 set`);
flags('an older pair written over a newer one', ['-'], `${ROTATED}\n60091 set AT-1 RT-1`);
flags(
  'a pair of an older session written over that of a sign-in in a sibling',
  ['-'],
  `
  0 launch
  1 signIn ada AT-1 RT-1 life=60000
  60000 >T x1 RT-1
  60010 @phone/widget signIn bob AT-8 RT-8 family=f2
  60050 <T x1 AT-2 RT-2
  60051 set AT-2 RT-2
`,
);
flags(
  'a deletion for a sign-out that comes after the sibling has signed in again',
  ['-'],
  '0 signIn ada AT-1 RT-1\n10 signOut\n20 @phone/widget signIn ada AT-8 RT-8 family=f2\n500 delete',
);
flags(
  'a deletion begun before the write of the winner had ended',
  ['-'],
  `${ROTATED.replace('60051 @phone/widget set AT-2 RT-2', '60051 @phone/widget begin w1 AT-2 RT-2\n60051 get AT-1 RT-1\n60052 @phone/widget end w1')}\n60060 delete`,
);
const SIGN_IN_BESIDE = `
  0 signIn ada AT-1 RT-1
  10 @phone/widget get AT-1 RT-1
  11 @phone/widget begin w1
  11 signIn bob AT-8 RT-8 family=f2
  12 @phone/widget end w1
`;
flags('a clearing that overlaps with the sign-in of a sibling, and is left at that', ['-'], SIGN_IN_BESIDE);
spares(
  'a clearing that overlaps with a sign-in, whose process looks again and writes it back',
  `${SIGN_IN_BESIDE}\n13 get\n14 set AT-8 RT-8`,
);
spares('the loser that reads again and takes over', `${ROTATED}\n60091 get AT-2 RT-2\n60092 set AT-2 RT-2 key=copy`);
spares(
  'the next refresh of the other process',
  `${ROTATED}\n120000 get AT-2 RT-2\n120001 >T x2 RT-2\n120050 <T x2 AT-3 RT-3\n120051 set AT-3 RT-3`,
);
spares('a younger pair, though not read before', `${ROTATED}\n60052 >T x2 RT-1\n60090 <T x2 AT-3 RT-3\n60091 set AT-3 RT-3`);
spares('a deletion after it was read', `${ROTATED}\n60091 get AT-2 RT-2\n60092 delete`);
spares('a user who signs out', `${ROTATED}\n60060 signOut\n60061 delete`);
spares('a user who signs in as somebody else', `${ROTATED}\n60060 signIn bob AT-9 RT-9 family=f2`);
spares('a session that is over', `${ROTATED}\n60060 dead f1 user\n60061 delete`);
spares('another key', `${ROTATED}\n60060 set key=pause\n60061 delete key=pause`);
spares('a process alone with its store', '0 signIn ada AT-1 RT-1\n10 set AT-1\n20 delete', { idle: true });
spares('what somebody else did to the store', `${ROTATED}\n60060 changed restored AT-1 RT-1\n60070 get AT-1 RT-1\n60071 delete`);

test('says who had stored what, and that it had not been read', () => {
  expect(judgementOf(fencedWrites, `${ROTATED}\n60091 delete`).violations[0]?.message).toBe(
    'phone/app deleted RT-2 40ms after phone/widget had stored it, and had not read the store since',
  );
});
