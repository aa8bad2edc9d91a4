import { describe, expect, test } from 'vitest';
import { noRetryStorm } from '../../../src/verify/invariants/no-retry-storm.ts';
import { clausesOf, traces } from '../../kit/judged.ts';

const { flags, spares } = traces(noRetryStorm);

/** One request, then refreshes that all fail: the pauses between a failure (10 ms after its sending) and the next try. */
function outage(pauses: readonly number[], answer = '500'): string {
  let t = 20;
  const lines = ['0 signIn ada AT-1 RT-1', '1 >R n1 AT-1', '10 <R n1 401'];
  [0, ...pauses].forEach((pause, i) => {
    t += pause;
    lines.push(`${t} >T x${i} RT-1`, answer === 'lost' ? `${t + 10} lost x${i}` : `${t + 10} <T x${i} ${answer}`);
    t += 10;
  });
  return lines.join('\n');
}

describe('pauses (b) and bounds (d)', () => {
  flags('retries without any pause', ['b'], outage([0, 0, 0]));
  flags('a second retry at once', ['b'], outage([0, 0]));
  flags('pauses that shrink', ['b'], outage([4000, 2000, 500, 200]));
  flags('more than eight attempts for one reason', ['d'], outage([200, 400, 800, 1600, 3200, 6400, 12800, 12800]));
  spares('pauses that grow', outage([200, 410, 790, 1700]));
  spares('a single retry at once', outage([0, 400, 800], 'lost'));
  spares('a fixed pause', outage([1000, 1000, 1000, 1000]));
  spares('jitter of a quarter at the cap', outage([10000, 20000, 35000, 25000]));
  spares('full jitter, where a pause can be shorter than the one before', outage([180, 90, 700, 1500]));
  spares('a try per minute in a long outage', outage([200, 400, ...Array.from({ length: 40 }, () => 60_000)]));
  spares(
    'sequential requests, each with a try of its own',
    Array.from(
      { length: 12 },
      (_, i) => `
    ${i * 500 + 10} >R n${i} AT-1
    ${i * 500 + 20} <R n${i} 401
    ${i * 500 + 30} >T x${i} RT-1
    ${i * 500 + 40} <T x${i} 500
    ${i * 500 + 50} settle n${i} network
  `,
    )
      .join('\n')
      .replace(/^/, '0 signIn ada AT-1 RT-1\n'),
  );
  spares(
    'a try when the network is back',
    `${outage([200, 400])}
    700 offline
    701 online
    702 >T y RT-1
    710 <T y AT-2 RT-2
  `,
  );
  test('reports each clause once per outage', () => expect(clausesOf(noRetryStorm, outage([0, 0, 0, 0, 0, 0]))).toEqual(['b']));
});

describe('rate (a)', () => {
  flags(
    'nine retries in ten seconds, though each was granted',
    ['a'],
    [
      '0 signIn ada AT-1 RT-1',
      '1 >R n1 AT-1',
      '2 <R n1 401',
      ...Array.from(
        { length: 11 },
        (_, i) =>
          `${i * 300 + 10} >T x${i} RT-${i + 1}\n${i * 300 + 50} <T x${i} AT-${i + 2} RT-${i + 2}\n${i * 300 + 60} >R n1 AT-${i + 2}\n${i * 300 + 90} <R n1 401`,
      ),
    ].join('\n'),
  );
  flags(
    'more than thirty retries in an hour without a grant',
    ['d', 'a'],
    outage(Array.from({ length: 34 }, (_, i) => Math.min(200 * 2 ** i, 55_000))),
  );
});

describe('Retry-After (c)', () => {
  flags(
    'a try 170 ms after a 429 that asked for a second',
    ['c'],
    `
    0 signIn ada AT-1 RT-1 life=10
    20 >T x1 RT-1
    30 <T x1 429 retry=1000
    200 >T x2 RT-1
  `,
  );
  flags(
    'a later request that does not know of it',
    ['c'],
    `
    0 signIn ada AT-1 RT-1 life=10
    20 >T x1 RT-1
    30 <T x1 503 retry=60000
    40 settle n1 network
    30000 >R n2 AT-1
    30010 <R n2 401
    30020 >T x2 RT-1
  `,
  );
  const SIBLING = `
    0 signIn ada AT-1 RT-1 life=10
    1 @phone/widget launch
    2 @phone/widget get AT-1 RT-1
    20 >T x1 RT-1
    30 <T x1 429 retry=60000
  `;
  flags(
    'a sibling that had time to learn of it, of a client that claims to share',
    ['c'],
    `${SIBLING}
    20000 @phone/widget >T x2 RT-1
  `,
    ['cross-process'],
  );
  spares(
    'a sibling of a client that claims to share nothing',
    `${SIBLING}
    20000 @phone/widget >T x2 RT-1
  `,
    { features: [] },
  );
  spares(
    'a sibling that could not read of it: the store was locked, or the answer has only just come',
    `${SIBLING}
    40 @phone/widget >T x2 RT-1
    90 @phone/widget lost x2
    100 lock
    20000 @phone/widget >T x3 RT-1
  `,
    { features: ['cross-process'] },
  );
  spares(
    'a try a little before the time, inside the tolerance',
    `
    0 signIn ada AT-1 RT-1 life=10
    20 >T x1 RT-1
    30 <T x1 429 retry=1000
    985 >T x2 RT-1
  `,
  );
  spares(
    'a process that was killed and cannot remember',
    `
    0 signIn ada AT-1 RT-1 life=10
    20 >T x1 RT-1
    30 <T x1 429 retry=60000
    40 kill
    50 launch
    51 get AT-1 RT-1
    60 >T x2 RT-1
  `,
    { idle: true },
  );
  spares(
    'the session of the next sign-in',
    `
    0 signIn ada AT-1 RT-1 life=10
    20 >T x1 RT-1
    30 <T x1 429 retry=60000
    40 signIn bob AT-5 RT-5 family=f2 life=10
    60 >T x2 RT-5
  `,
  );
});

describe('loops (f), herds (e) and what is not a storm', () => {
  const LOOP = `
    0 signIn ada AT-1 RT-1 life=2592000000
    5 >T x1 RT-1
    50 <T x1 AT-2 RT-2 life=2592000000
    51 set AT-2 RT-2
    52 >T x2 RT-2
    90 <T x2 AT-3 RT-3 life=2592000000
    91 set AT-3 RT-3
    92 >T x3 RT-3
  `;
  flags('a timer that overflows and fires at once, again and again', ['f'], LOOP);
  spares('the same while callers with reasons of their own wait in a queue', LOOP.replace('5 >T', '1 call n1\n1 call n2\n5 >T'));
  spares(
    'one refresh an hour for days',
    [
      '0 signIn ada AT-1 RT-1',
      ...Array.from(
        { length: 72 },
        (_, i) =>
          `${(i + 1) * 3_300_000} >T x${i} RT-${i + 1}\n${(i + 1) * 3_300_000 + 50} <T x${i} AT-${i + 2} RT-${i + 2}\n+1 set AT-${i + 2} RT-${i + 2}`,
      ),
    ].join('\n'),
  );
  spares(
    'presentations of a token that was refused: that is a session that does not end',
    `
    0 signIn ada AT-1 RT-1
    ${[1, 2, 3, 4, 5].map((i) => `${i * 20} >T x${i} RT-1\n${i * 20 + 10} <T x${i} 400 invalid_grant`).join('\n')}
  `,
  );
  spares(
    'forced refreshes',
    `
    0 signIn ada AT-1 RT-1
    ${[1, 2, 3, 4, 5].map((i) => `${i * 20} >T x${i} RT-1 forced=user\n${i * 20 + 10} <T x${i} 500`).join('\n')}
  `,
    { idle: true },
  );
  const fleet = (gap: (i: number) => number): string =>
    Array.from(
      { length: 8 },
      (_, i) => `
    0 @d${i}/app signIn u${i} AT-${i} RT-${i} family=f${i} life=10
    20 @d${i}/app >T x${i} RT-${i}
    50 @d${i}/app lost x${i}`,
    ).join('\n') + Array.from({ length: 8 }, (_, i) => `\n${50 + gap(i)} @d${i}/app >T y${i} RT-${i}`).join('');
  flags(
    'devices that fail together and come back together',
    ['e'],
    fleet(() => 1000),
  );
  spares(
    'devices that spread',
    fleet((i) => 800 + i * 60),
  );
});
spares(
  'refreshes after a failure, each set off by the first 401 of another request',
  `
  0 signIn ada AT-1 RT-1
  1 call n1
  1 call n2
  1 call n3
  1 >R n1 AT-1
  1 >R n2 AT-1
  1 >R n3 AT-1
  10 <R n1 401
  11 >T x1 RT-1
  15 <T x1 500
  16 <R n2 401
  17 >T x2 RT-1
  20 <T x2 500
  21 <R n3 401
  22 >T x3 RT-1
  25 <T x3 500
`,
);
flags(
  'one request that is sent and refused again and again',
  ['b'],
  `
  0 signIn ada AT-1 RT-1
  1 >R n1 AT-1
  10 <R n1 401
  11 >T x1 RT-1
  15 <T x1 500
  16 >R n1 AT-1
  17 <R n1 401
  17 >T x2 RT-1
  20 <T x2 500
  21 >R n1 AT-1
  22 <R n1 401
  22 >T x3 RT-1
`,
);
spares(
  'a process that waited for its turn while a sibling tried, and then backs off from the start',
  `
  0 signIn ada AT-1 RT-1
  1 @phone/widget get AT-1 RT-1
  5 @phone/widget call n1
  10 @phone/widget >T x1 RT-1
  15000 @phone/widget abandon x1
  15001 >T x2 RT-1
  30000 abandon x2
  30001 @phone/widget >T x3 RT-1
  30050 @phone/widget <T x3 500
  30600 @phone/widget >T x4 RT-1
  30650 @phone/widget <T x4 500
  32000 @phone/widget >T x5 RT-1
  32050 @phone/widget <T x5 500
  36000 @phone/widget >T x6 RT-1
`,
);
