import { describe, expect, test } from 'vitest';
import { backgroundJobOutcomeHonest } from '../../../src/verify/invariants/background-job-outcome-honest.ts';
import { noDuplicateRefresh } from '../../../src/verify/invariants/no-duplicate-refresh.ts';
import { judge } from '../../../src/verify/verdict.ts';
import { judgementOf, traces } from '../../kit/judged.ts';
import { history } from '../../kit/trace.ts';

const { flags, spares } = traces(backgroundJobOutcomeHonest);

/** A week's token, a job every day, the app away; the run finds the token as good as over. */
const signedIn = (kind: string): string => `
  0 signIn ada AT-1 RT-1 life=604800000
  1 set AT-1 RT-1
  2 job.ask refresh ${kind} due=86400002
  10 background
`;
const ANDROID = `${signedIn('periodic')}\n604700000 job.run j1 refresh`;
const IOS = `${signedIn('app-refresh')}\n604700000 job.run j1 refresh\n604700001 job.ask refresh app-refresh due=604800000`;
const SENT = '604700010 >T x1 RT-1';
const GRANTED = `${SENT}\n604700050 <T x1 AT-2 RT-2 life=604800000\n604700051 set AT-2 RT-2`;
const FAILED = `${SENT}\n604700050 <T x1 503`;

describe('success (a)', () => {
  flags('after a 503', ['a'], `${ANDROID}\n${FAILED}\n604700060 job.end j1 success`);
  flags('after a 503 on iOS too', ['a'], `${IOS}\n${FAILED}\n604700060 job.end j1 success`);
  flags('after a 429 that named a time', ['a'], `${ANDROID}\n${SENT}\n604700050 <T x1 429 retry=1000\n604700060 job.end j1 success`);
  flags('after a lost answer', ['a'], `${ANDROID}\n${SENT}\n604700050 lost x1\n604700060 job.end j1 success`);
  flags('while the exchange is in flight', ['a'], `${ANDROID}\n${SENT}\n604700011 job.end j1 success`);
  flags(
    'before the new refresh token is in the store',
    ['a'],
    `${ANDROID}\n${SENT}\n604700050 <T x1 AT-2 RT-2\n604700051 job.end j1 success\n604700060 set AT-2 RT-2`,
  );
  flags('of a run that sent nothing for a token that was over', ['a'], `${ANDROID}\n604700001 offline\n604900000 job.end j1 success`);
  spares('once the new pair is stored', `${ANDROID}\n${GRANTED}\n604700060 job.end j1 success`);
  spares(
    'where nobody can see into the store',
    `0 signIn ada AT-1 RT-1 store=no\n10 job.run j1 a\n11 >T x1 RT-1\n50 <T x1 AT-2 RT-2\n60 job.end j1`,
  );
  spares(
    'after a second try that worked',
    `${ANDROID}\n${SENT}\n604700050 <T x1 503\n604700300 >T x2 RT-1\n604700350 <T x2 AT-2 RT-2\n604700351 set AT-2 RT-2\n604700360 job.end j1 success`,
  );
  spares(
    'for a session that the server ended',
    `${ANDROID}\n${SENT}\n604700050 <T x1 400 invalid_grant\n604700051 state active expired\n604700060 job.end j1 success`,
  );
  spares('for a token that is good', `${signedIn('periodic')}\n86400002 job.run j1 refresh\n86400003 job.end j1 success`);
  spares('of nobody who is signed in', '0 launch\n10 job.run j1 refresh\n12 job.end j1 success');
  spares(
    'of a session that ended long ago',
    `${ANDROID}\n${SENT}\n604700050 <T x1 400 invalid_grant\n604700051 state active expired\n604700060 job.end j1\n704700000 job.run j2 refresh\n704700001 job.end j2`,
  );
  spares('after a sign-out in the middle', `${ANDROID}\n${SENT}\n604700020 signOut\n604700050 <T x1 503\n604700060 job.end j1 success`);
  spares(
    'after a sibling has renewed it meanwhile',
    `${ANDROID}\n${FAILED}\n604700051 @phone/widget >T x2 RT-1\n604700053 @phone/widget <T x2 AT-2 RT-2\n604700054 @phone/widget set AT-2 RT-2\n604700055 get AT-2 RT-2\n604700060 job.end j1 success`,
  );
  spares(
    'that came after the stop and that nobody hears',
    `${ANDROID}\n${SENT}\n604700020 job.stop j1\n604700021 job.end j1 success dropped=yes`,
  );
});

describe('failure (b)', () => {
  flags('of periodic work after a 503', ['b'], `${ANDROID}\n${FAILED}\n604700060 job.end j1 failure`);
  flags('of periodic work that threw', ['b'], `${ANDROID}\n${SENT}\n604700050 lost x1\n604700060 job.end j1 failure threw=yes`);
  flags('of periodic work that was offline', ['b'], `${ANDROID}\n604700001 offline\n604900000 job.end j1 failure`);
  flags('of one-time work', ['b'], `${ANDROID.replace('periodic', 'one-time')}\n${FAILED}\n604700060 job.end j1 failure`);
  spares('on iOS, which knows no retry, once the next run is asked for', `${IOS}\n${FAILED}\n604700060 job.end j1 failure`);
  spares(
    'where nobody knows what kind of job it is',
    `0 signIn ada AT-1 RT-1\n10 job.run j1 a\n11 >T x1 RT-1\n50 <T x1 503\n60 job.end j1 failure`,
  );
  spares('for a client that is not configured', `${ANDROID}\n${SENT}\n604700050 <T x1 401 invalid_client\n604700060 job.end j1 failure`);
});

describe('retry (c)', () => {
  flags('for a session that the server ended', ['c'], `${ANDROID}\n${SENT}\n604700050 <T x1 400 invalid_grant\n604700051 job.end j1 retry`);
  spares('after a 503', `${ANDROID}\n${FAILED}\n604700060 job.end j1 retry`);
  spares('of a run without a network', `${ANDROID}\n604700001 offline\n604700002 job.end j1 retry`);
  spares(
    'before the new refresh token is in the store',
    `${ANDROID}\n${SENT}\n604700050 <T x1 AT-2 RT-2\n604700051 job.end j1 retry\n604700060 set AT-2 RT-2`,
  );
});

describe('after the stop (d, e)', () => {
  const stopped = `${ANDROID}\n${SENT}\n604700020 job.stop j1 7\n604700021 job.end j1 retry dropped=yes`;
  flags('a refresh that is sent again', ['d'], `${stopped}\n604700050 lost x1\n604700300 >T x2 RT-1`);
  flags('a first refresh', ['d'], `${ANDROID}\n604700020 job.stop j1 7\n604700021 job.end j1 retry dropped=yes\n604700030 >T x1 RT-1`);
  spares('a refresh after the next run began', `${stopped}\n604700050 lost x1\n604790000 job.run j2 refresh\n604790001 >T x2 RT-1`);
  spares('a refresh for a request', `${stopped}\n604700050 lost x1\n604700100 call n1\n604700300 >T x2 RT-1`);
  spares(
    'a refresh when the network comes back',
    `${stopped}\n604700022 offline\n604700050 lost x1\n604700100 online\n604700300 >T x2 RT-1`,
  );
  spares('a refresh after the app came to the screen', `${stopped}\n604700050 lost x1\n604700100 foreground\n604700300 >T x2 RT-1`);
  spares(
    'a refresh of an app that is on screen',
    `${ANDROID.replace('10 background', '')}\n604700020 job.stop j1 7\n604700021 job.end j1 retry\n604700030 >T x1 RT-1`,
  );
  spares('a stop that nobody was told of', `${ANDROID}\n604700020 job.stop j1 7 untold=yes\n604700030 >T x1 RT-1`);

  const late = `${stopped}\n604700060 <T x1 AT-2 RT-2`;
  flags(
    'an answer that comes then and is thrown away, seen at the next refresh',
    ['e'],
    `${late}\n604790000 job.run j2 refresh\n604790001 >T x2 RT-1`,
  );
  flags('an answer that comes then and is thrown away, seen at the end', ['e'], `${late}\n604790000 finish store=AT-1,RT-1`);
  spares('an answer that comes then and is kept', `${late}\n604700061 set AT-2 RT-2\n604790000 finish store=AT-2,RT-2`);
  spares(
    'an answer that the store did not take',
    `${late}\n604700061 begin w1 AT-2 RT-2\n604700062 fail w1 store-locked\n604790000 finish store=AT-1,RT-1`,
  );
  spares('an answer that came in the moment the process was killed', `${late}\n604700061 kill\n604700500 launch\n604700501 >T x2 RT-1`);
  spares('an answer after a sign-out', `${stopped}\n604700030 signOut\n604700060 <T x1 AT-2 RT-2\n604790000 finish store=`);
});

describe('iOS (f)', () => {
  const unasked = `${signedIn('app-refresh')}\n604700000 job.run j1 refresh`;
  flags('a completion without a next request', ['f'], `${unasked}\n${GRANTED}\n604700060 job.end j1 success`);
  flags(
    'a next request that comes after the completion',
    ['f'],
    `${unasked}\n${GRANTED}\n604700060 job.end j1 success\n604700061 job.ask refresh app-refresh`,
  );
  flags('no completion after the expiration', ['f'], `${IOS}\n${SENT}\n604700020 job.stop j1\n604705020 job.lose j1`);
  flags('a completion long after the expiration', ['f'], `${IOS}\n${SENT}\n604700020 job.stop j1\n604708000 job.end j1 failure`);
  flags('no completion at all', ['f'], `${IOS}\n${SENT}\n604700020 job.stop j1\n604795020 finish store=AT-1,RT-1`);
  spares(
    'a next request under the name that a new version of the app gives the job',
    `${unasked}\n604700001 job.ask renewal app-refresh\n${GRANTED}\n604700060 job.end j1 success`,
  );
  flags(
    'a request for a job of another kind, which does not take its place',
    ['f'],
    `${unasked}\n604700001 job.ask cleanup processing\n${GRANTED}\n604700060 job.end j1 success`,
  );
  spares('a next request that was refused', `${unasked}\n604700001 job.deny refresh\n${GRANTED}\n604700060 job.end j1 success`);
  spares('a run of a step, which uses up no request', `${unasked} by=step\n${GRANTED}\n604700060 job.end j1 success`);
  spares(
    'no next request of a session that has ended',
    `${unasked}\n${SENT}\n604700050 <T x1 400 invalid_grant\n604700051 state active expired\n604700060 job.end j1 success`,
  );
  spares('no next request of a user who signed out', `${unasked}\n604700001 signOut\n604700060 job.end j1 success`);
  spares('a process that ended right after the stop', `${IOS}\n${SENT}\n604700020 job.stop j1\n604700100 kill\n604700100 job.lose j1`);
  spares(
    'a worker of Android that does not answer after a stop',
    `${ANDROID}\n${SENT}\n604700020 job.stop j1\n604795020 finish store=AT-1,RT-1`,
  );
});

describe('what a job is excused', () => {
  test('a token of a week may be renewed a day before its end, but not the day it came', () => {
    const renews = (at: number): readonly (string | undefined)[] =>
      judgementOf(noDuplicateRefresh, `${signedIn('periodic')}\n${at} job.run j1 refresh\n${at + 1} >T x1 RT-1`).violations.map(
        ({ clause }) => clause,
      );
    expect(renews(4 * 86_400_000)).toEqual([]);
    expect(renews(86_400_002)).toEqual(['b']);
    expect(judgementOf(noDuplicateRefresh, `${signedIn('periodic')}\n345600000 >T x1 RT-1`).violations).toHaveLength(1);
  });

  test('it is not applicable to a client that claims no background jobs', () => {
    const events = history(`${ANDROID}\n${FAILED}\n604700060 job.end j1 success`);
    const { notApplicable, findings } = judge(events, { features: ['refresh-ahead'] });
    expect(notApplicable.map(({ invariant }) => invariant)).toContain('background-job-outcome-honest');
    expect(findings).toEqual([]);
  });
});
