import { expect, test } from 'vitest';
import { refreshRateBounded } from '../../../src/verify/invariants/refresh-rate-bounded.ts';
import { judgementOf, traces } from '../../kit/judged.ts';

const { flags, spares } = traces(refreshRateBounded);

/** `count` granted refreshes, `gap` ms apart, each token good for `life` ms and told as such or as `told`. */
function series(count: number, { gap, life, told, between = '' }: { gap: number; life: number; told?: string; between?: string }): string {
  const lines = [`0 signIn ada AT-1 RT-1 life=${life}`];
  for (let i = 1; i <= count; i++) {
    const t = i * gap;
    const say = told === undefined ? '' : ` told=${told}`;
    lines.push(
      `${t} >T x${i} RT-${i}`,
      `${t + 1} <T x${i} AT-${i + 1} RT-${i + 1} life=${life}${say}`,
      `${t + 1} set AT-${i + 1} RT-${i + 1}`,
    );
    if (between !== '') lines.push(`${t + 2} ${between.replaceAll('#', String(i + 1))}`);
  }
  return lines.join('\n');
}

flags('one refresh per request, when the answers tell no lifetime', ['-'], series(6, { gap: 1_000, life: 3_600_000, told: 'no' }));
flags('one refresh per request, when the answers tell a lifetime of 0', ['-'], series(6, { gap: 1_000, life: 3_600_000, told: '0' }));
flags('a loop of refreshes that are all granted', ['-'], series(20, { gap: 5, life: 2_592_000_000 }));
flags('a buffer and jitter that are larger than the lifetime', ['-'], series(8, { gap: 30_000, life: 300_000 }));
flags(
  'a fleet of processes over one store, each of which refreshes in its turn',
  ['-'],
  `
  0 signIn ada AT-1 RT-1
  1000 >T x1 RT-1
  1001 <T x1 AT-2 RT-2
  1001 set AT-2 RT-2
  2000 @phone/widget >T x2 RT-2
  2001 @phone/widget <T x2 AT-3 RT-3
  2001 @phone/widget set AT-3 RT-3
  3000 >T x3 RT-3
  3001 <T x3 AT-4 RT-4
  3001 set AT-4 RT-4
  4000 @phone/widget >T x4 RT-4
  4001 @phone/widget <T x4 AT-5 RT-5
`,
);
spares('refreshes at half of the lifetime', series(12, { gap: 30_000, life: 60_000 }));
spares('refreshes of tokens that live for seconds, with rounding', series(12, { gap: 2_000, life: 8_000 }));
spares(
  'a refresh every five minutes of tokens that are told to live for ten',
  series(12, { gap: 300_000, life: 3_600_000, told: '600000' }),
);
spares('three in a row', series(3, { gap: 1_000, life: 3_600_000, told: 'no' }));
spares('refreshes after refusals, however many', series(10, { gap: 1_000, life: 3_600_000, between: '>R n# AT-#\n+1 <R n# 401' }), {
  idle: true,
});
spares('refreshes that pushes asked for', series(10, { gap: 1_000, life: 3_600_000, between: 'push refresh' }), { idle: true });
spares(
  'refreshes that the app forced',
  [...Array(8).keys()].map((i) => `${i * 1_000} >T x${i} RT-1 forced=user\n+1 <T x${i} AT-${i + 2}`).join('\n'),
  { idle: true },
);
spares('refreshes by a clock that is moved each time', series(10, { gap: 1_000, life: 3_600_000, between: 'jump 3600000' }), {
  idle: true,
});
spares(
  'launches of an app that keeps its access token in memory',
  [...Array(8).keys()].map((i) => `${i * 5_000} launch\n+1 get RT-1\n+1 >T x${i} RT-1\n+1 <T x${i} AT-${i + 2}\n+1 kill`).join('\n'),
  { idle: true },
);
spares(
  'launches of an app that is killed before what it was granted is written, when what the store holds is long over',
  '0 signIn ada AT-1 RT-1 life=60000\n1 set AT-1 RT-1\n' +
    [...Array(8).keys()]
      .map((i) => `${70_000 + i * 500} launch\n+1 get AT-1 RT-1\n+1 >T x${i} RT-1\n+1 <T x${i} AT-${i + 2} life=60000\n+1 kill`)
      .join('\n'),
  { idle: true },
);
spares(
  'retries of refreshes whose answers got lost',
  '0 signIn ada AT-1 RT-1\n' +
    [...Array(6).keys()].map((i) => `${i * 3_000} >T a${i} RT-1\n+1 lost a${i}\n+400 >T b${i} RT-1\n+1 <T b${i} AT-${i + 2}`).join('\n'),
  { idle: true },
);
spares(
  'retries by a sibling of refreshes whose answers got lost, which their own process does not know yet',
  '0 signIn ada AT-1 RT-1\n' +
    [...Array(6).keys()]
      .map((i) => `${i * 3_000} @phone/widget >T a${i} RT-1\n+400 >T b${i} RT-1\n+1 <T b${i} AT-${i + 2}\n+1000 @phone/widget lost a${i}`)
      .join('\n'),
  { idle: true },
);
spares(
  'two devices, each in its own time',
  [1, 2, 3, 4]
    .flatMap((i) => [
      `${i * 1_000} @a${i}/app signIn ada AT-${i} RT-${i} family=f${i}`,
      `+1 @a${i}/app >T x${i} RT-${i}`,
      `+1 @a${i}/app <T x${i} AT-1${i} RT-1${i}`,
    ])
    .join('\n'),
  { idle: true },
);

test('says how many, in what time, and how long the tokens were good for', () => {
  const [found, ...rest] = judgementOf(refreshRateBounded, series(6, { gap: 1_000, life: 3_600_000, told: '0' })).violations;
  expect(found?.message).toBe(
    'phone was granted 4 refreshes within 3s although none of its access tokens had been refused and each was good for 1h',
  );
  expect(rest).toEqual([]);
});
