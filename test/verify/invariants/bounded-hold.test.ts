import { expect, test } from 'vitest';
import { boundedHold } from '../../../src/verify/invariants/bounded-hold.ts';
import { judgementOf, traces } from '../../kit/judged.ts';

const { flags, spares } = traces(boundedHold);
const SENT = '0 signIn ada AT-1 RT-1 life=1000\n10 >T x1 RT-1\n';

flags('a refresh that never ends', ['a'], `${SENT}20 vanish x1\n120000 finish deadlock`);
flags('a refresh given up after five minutes', ['a'], `${SENT}20 vanish x1\n300000 abandon x1`);
flags('a refresh that is answered after two minutes, and was waited for', ['a'], `${SENT}120000 <T x1 AT-2 RT-2`);
flags('a lock held over a long outage', ['b'], `0 wait refresh\n0 hold refresh\n120000 free refresh`);
flags('a lock that is never freed', ['b'], `0 wait refresh\n0 hold refresh\n120000 finish`);
flags(
  'a process that waits for a lock whose holder sleeps',
  ['c'],
  '0 @phone/widget wait refresh\n0 @phone/widget hold refresh\n1 @phone/widget suspend\n10 wait refresh\n120000 finish deadlock',
);
flags(
  'a wait that ends well after five minutes',
  ['c'],
  '0 @phone/widget wait refresh\n0 @phone/widget hold refresh\n1 @phone/widget suspend\n10 wait refresh\n300000 @phone/widget resume\n300001 @phone/widget free refresh\n300001 hold refresh\n300002 free refresh',
);
spares('a refresh given up after 30 s', `${SENT}20 vanish x1\n30010 abandon x1\n200000 finish`);
spares('a refresh of a process that slept meanwhile', `${SENT}20 suspend\n500000 resume\n500001 <T x1 AT-2 RT-2`);
spares('a refresh of a process that was killed', `${SENT}20 vanish x1\n500 kill\n500000 finish`);
spares('a holder that is frozen: nobody waits for it', '0 wait refresh\n0 hold refresh\n1 suspend\n500000 finish');
spares(
  'a process that stops waiting for a holder that sleeps, again and again',
  `
  0 @phone/widget wait refresh
  0 @phone/widget hold refresh
  1 @phone/widget suspend
  10 wait refresh
  15010 free refresh by=timeout
  15011 wait refresh
  30011 free refresh by=timeout
  60000 wait refresh
  75000 free refresh by=timeout
  500000 finish
`,
);
spares(
  'locks taken one after another, each for a moment',
  [...Array(50).keys()].map((i) => `${i * 10_000} wait refresh\n+0 hold refresh\n+50 free refresh`).join('\n'),
);
spares(
  'a lock that the system took back from a dead process',
  '0 wait refresh\n0 hold refresh\n500 kill\n500 free refresh by=kill\n500000 finish',
);
spares('two locks with names of their own', '0 wait a\n0 hold a\n10 wait b\n10 hold b\n20 free a\n50 free b\n500000 finish');

test('names the holder and says that it sleeps', () => {
  const trace = '0 @phone/widget wait refresh\n0 @phone/widget hold refresh\n1 @phone/widget suspend\n10 wait refresh\n120010 finish';
  expect(judgementOf(boundedHold, trace).violations[0]?.message).toBe(
    'phone/app waited 2m for the lock "refresh", held by phone/widget, which sleeps',
  );
});
