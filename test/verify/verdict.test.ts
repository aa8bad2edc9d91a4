import { describe, expect, test } from 'vitest';
import { judge } from '../../src/verify/verdict.ts';
import { history } from '../kit/trace.ts';

const names = (trace: string): string[][] =>
  judge(history(trace)).findings.map(({ invariant, folded }) => [invariant, ...folded.map((one) => one.invariant)]);

const DUPLICATE_IN_A_STRICT_WORLD = `
  0 signIn ada AT-1 RT-1
  1 state loading active
  5 >R n1 AT-1
  5 >R n2 AT-1
  9 <R n1 401
  9 <R n2 401
  10 >T x1 RT-1
  11 >T x2 RT-1
  40 <T x1 AT-2 RT-2
  41 set AT-2 RT-2
  42 dead f1
  45 <T x2 400 invalid_grant
  46 >R n1 AT-1
  50 <R n1 401
  60 >T x3 RT-1
  90 <T x3 400 invalid_grant
`;

describe('one finding per cause', () => {
  test('a duplicate that kills the family takes the rest under it', () => {
    const { findings } = judge(history(DUPLICATE_IN_A_STRICT_WORLD));
    expect(findings).toHaveLength(1);
    expect(findings[0]?.invariant).toBe('no-duplicate-refresh');
    expect(new Set(findings[0]?.folded.map(({ invariant }) => invariant))).toEqual(
      new Set(['no-stale-token-after-refresh', 'no-refresh-token-reuse', 'logout-after-invalid-grant']),
    );
  });
  test('what follows is kept up to 200, with the true count of each invariant', () => {
    const { findings } = judge(
      history(`
      0 signIn ada AT-1 RT-1
      10 >T x1 RT-1
      20 <T x1 400 invalid_grant
      ${Array.from({ length: 300 }, (_, i) => `${i * 100_000 + 30} >T y${i} RT-1\n+10 <T y${i} 400 invalid_grant`).join('\n')}
    `),
    );
    const [first] = findings;
    expect(findings).toHaveLength(1);
    expect(first?.folded.length).toBeLessThanOrEqual(200);
    expect(first?.foldedCount?.by['logout-after-invalid-grant']).toBe(300);
    expect(first?.foldedCount?.total).toBe(Object.values(first?.foldedCount?.by ?? {}).reduce((sum, count) => sum + count, 0));
    expect(Object.keys(first?.foldedCount?.by ?? {}).sort()).toEqual([...new Set(first?.folded.map(({ invariant }) => invariant))].sort());
  });
  test('a store that could not be read comes before the session that ends for it, and takes it along', () => {
    expect(
      names(
        '0 signIn ada AT-1 RT-1\n1 kill\n2 lock\n10 launch\n11 unread\n12 state loading signed-out\n20 call n1\n21 settle n1 signed-out',
      ),
    ).toEqual([['unreadable-is-not-absent', 'no-logout-without-invalid-grant', 'unreadable-is-not-absent']]);
  });
  test('a lock that nobody frees comes before the requests that wait for it', () => {
    expect(
      names(
        '0 signIn ada AT-1 RT-1\n1 @phone/widget wait L\n1 @phone/widget hold L\n2 @phone/widget suspend\n10 call n1\n10 wait L\n200000 finish deadlock open=n1',
      ),
    ).toEqual([['bounded-hold', 'every-request-settles']]);
  });
  test('what an app shows and asks too early stands for itself, whatever else went wrong', () => {
    expect(
      names(`
      ${DUPLICATE_IN_A_STRICT_WORLD}
      100 policy background=1000
      101 ask biometric
      102 ask biometric
      5000 background
      9000 foreground
      9000 content
    `).map(([first]) => first),
    ).toEqual(['no-duplicate-refresh', 'one-prompt-at-a-time', 'locked-precedes-content']);
  });
  test('a rotation never adopted comes before the needless refresh and the reuse that follow from it', () => {
    expect(
      names(`
      0 signIn ada AT-1 RT-1
      10 >T x1 RT-1 forced=app
      50 <T x1 AT-2 RT-2
      60 >T x2 RT-1
    `),
    ).toEqual([['no-lost-rotation', 'no-duplicate-refresh', 'no-refresh-token-reuse']]);
  });
  test('a refusal that is ignored comes before the storm it looks like', () => {
    const [[first] = []] = names(`
      0 signIn ada AT-1 RT-1 life=10
      ${Array.from({ length: 12 }, (_, i) => `${20 + i * 20} >T x${i} RT-1\n${30 + i * 20} <T x${i} 400 invalid_grant`).join('\n')}
    `);
    expect(first).toBe('logout-after-invalid-grant');
  });
  test('a refresh loop comes before the needless refreshes it is made of', () => {
    expect(
      names(`
      0 signIn ada AT-1 RT-1
      5 >T x1 RT-1
      50 <T x1 AT-2 RT-2
      51 set AT-2 RT-2
      52 >T x2 RT-2
      90 <T x2 AT-3 RT-3
      91 set AT-3 RT-3
      92 >T x3 RT-3
    `),
    ).toEqual([['no-retry-storm', 'no-duplicate-refresh', 'no-duplicate-refresh', 'no-duplicate-refresh']]);
  });
  test('two devices with a fault each are two findings, in the order in which they broke', () => {
    expect(
      names(`
      0 signIn ada AT-1 RT-1
      0 @tablet/app signIn bob AT-5 RT-5 family=f2
      10 @tablet/app >T x1 RT-5
      20 >T x2 RT-1
      21 >T x3 RT-1
    `),
    ).toEqual([['no-duplicate-refresh'], ['no-duplicate-refresh', 'no-duplicate-refresh']]);
  });
  test('a leak stands alone, whatever else is wrong', () => {
    expect(
      names(`
      0 signIn ada AT-1 RT-1
      10 >T x1 RT-1
      11 text log RT-1
      12 text log AT-1
    `),
    ).toEqual([['no-duplicate-refresh'], ['no-token-leak', 'no-token-leak']]);
  });
});

describe('what was judged', () => {
  test('an invariant that found nothing to judge is idle, not passed', () => {
    const verdict = judge(history('0 signIn ada AT-1 RT-1\n5 >R n1 AT-1\n9 <R n1 200\n10 settle n1 200'));
    expect(verdict.findings).toEqual([]);
    expect(verdict.idle).toContain('no-duplicate-refresh');
    expect(verdict.judged['no-duplicate-refresh']).toBe(0);
    expect(verdict.judged['every-request-settles']).toBe(2);
  });
  test('an invariant that needs an unclaimed feature is not applicable, with the reason', () => {
    const offline = '0 declare cross-process reauthentication idle-lock\n0 signIn ada AT-1 RT-1 life=10\n20 offline\n30 >T x1 RT-1';
    const verdict = judge(history(offline));
    expect(verdict.findings).toEqual([]);
    expect(verdict.notApplicable).toEqual([
      { invariant: 'no-refresh-while-offline', reason: 'the client does not claim offline-queue' },
      { invariant: 'refresh-ahead-honoured', reason: 'the client does not claim refresh-ahead' },
      { invariant: 'background-job-outcome-honest', reason: 'the client does not claim background' },
      { invariant: 'stream-follows-token', reason: 'the client does not claim streams' },
    ]);
    expect(verdict.judged['no-refresh-while-offline']).toBeUndefined();
    expect(verdict.idle).not.toContain('no-refresh-while-offline');
  });
  test('features given by the caller stand in for what the client declared', () => {
    const offline = '0 declare cross-process\n0 signIn ada AT-1 RT-1 life=10\n20 offline\n30 >T x1 RT-1';
    expect(judge(history(offline), { features: ['offline-queue'] }).findings.map(({ invariant }) => invariant)).toEqual([
      'no-refresh-while-offline',
    ]);
  });
  test('a client that declares nothing is held to everything', () => {
    expect(judge(history('0 signIn ada AT-1 RT-1')).notApplicable).toEqual([]);
  });
  test('a relaxed invariant is counted, and no finding', () => {
    const verdict = judge(history(DUPLICATE_IN_A_STRICT_WORLD), {
      relax: [{ invariant: 'no-duplicate-refresh', reason: 'shows the effect only' }],
    });
    expect(verdict.relaxed).toEqual([{ invariant: 'no-duplicate-refresh', reason: 'shows the effect only', violations: 1 }]);
    expect(verdict.findings.map(({ invariant }) => invariant)).not.toContain('no-duplicate-refresh');
    expect(verdict.judged['no-duplicate-refresh']).toBe(3);
  });
});
