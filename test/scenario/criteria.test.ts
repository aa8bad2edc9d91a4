// The criteria of the session manager, each shown by a named scenario: the table in scenarios/README.md says which, the history of a run
// with the built-in engine must show what the criterion says, and the scenario must pass. Claiming it in a table is not enough.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { EventOf, EventType, HistoryEvent } from '../../src/core/events.ts';
import { loadScenarios } from '../../src/scenario/load.ts';
import { runScenario } from '../../src/scenario/run.ts';
import type { Plan } from '../../src/sim/plan.ts';

type Events = readonly HistoryEvent[];

const README = readFileSync(new URL('../../scenarios/README.md', import.meta.url), 'utf8');
const { plans } = loadScenarios(fileURLToPath(new URL('../../scenarios', import.meta.url)));

const of = <T extends EventType>(events: Events, type: T): EventOf<T>[] =>
  events.filter((event): event is EventOf<T> => event.type === type);
const between = (events: Events, from: number, to = Infinity): Events => events.filter(({ seq }) => seq > from && seq < to);
const succeeded = (events: Events): boolean => of(events, 'request.settled').every(({ status }) => status === 200);
const told = (events: Events, reason: string): boolean => of(events, 'text').some(({ text }) => text.includes(`"reason":"${reason}"`));

/** Without anybody asking for anything, a refresh follows the first of these events. */
function refreshesUnaskedAfter(events: Events, from: HistoryEvent | undefined): boolean {
  const after = from === undefined ? [] : between(events, from.seq);
  const sent = of(after, 'token.sent')[0];
  return sent !== undefined && of(between(after, -1, sent.seq), 'request.called').length === 0;
}

function refreshedWhileGood(events: Events, least: number, most: number): boolean {
  const [granted, sent] = [of(events, 'session.granted')[0], of(events, 'token.sent')[0]];
  const left = (granted?.expiresAt ?? 0) - (sent?.t ?? Infinity);
  return left >= least && left <= most;
}

/** Criterion -> what its history shows. */
const SHOWN: Readonly<Record<string, (events: Events) => boolean>> = {
  'refresh automatic and invisible to the caller': (events) => of(events, 'token.committed').length > 0 && succeeded(events),
  'concurrent requests queued, none failed': (events) =>
    of(events, 'request.settled').length > 50 && succeeded(events) && of(events, 'token.sent').length === 1,
  'refresh-ahead 5 minutes before expiry': (events) => refreshedWhileGood(events, 1, 5 * 60_000),
  'biometric offered when refresh fails': (events) => {
    const refused = of(events, 'token.refused')[0];
    const shown = of(events, 'prompt.shown')[0];
    return refused !== undefined && shown !== undefined && shown.seq > refused.seq && shown.method === 'biometric';
  },
  'session restored on relaunch when tokens are valid': (events) => {
    const launch = of(events, 'process.launch')[1];
    const after = between(events, launch?.seq ?? Infinity);
    return of(after, 'state').some(({ from, to }) => from === 'loading' && to === 'active') && of(events, 'token.sent').length === 0;
  },
  'graceful sign-out when all methods fail': (events) =>
    of(events, 'prompt.closed')
      .map(({ method, outcome }) => `${method} ${outcome}`)
      .join() === 'biometric failed,password failed' && of(events, 'state').some(({ to }) => to === 'signed-out'),
  'no duplicate refresh': (events) => {
    const presented = of(events, 'token.sent').map(({ rt }) => rt);
    return presented.length === 1 && of(events, 'api.delivered').filter(({ status }) => status === 401).length > 1;
  },
  'refresh on foreground': (events) => refreshesUnaskedAfter(events, of(events, 'foreground')[0]),
  'wait for expiry and the app refreshes': (events) => of(events, 'token.committed').length === 2 && succeeded(events),
  '401 leads to refresh and retry': (events) => {
    const refused = of(events, 'api.delivered').find(({ status }) => status === 401);
    const after = between(events, refused?.seq ?? Infinity);
    return of(after, 'token.sent').length > 0 && of(after, 'api.sent').some(({ n, k }) => n === refused?.n && k === 2) && succeeded(events);
  },
  'revoked refresh token leads to re-authentication': (events) =>
    of(events, 'token.refused').some(({ reason }) => reason === 'family-dead') &&
    of(events, 'request.settled').some(({ reason }) => reason === 'reauthentication-required'),
  'network lost during refresh leads to queue and retry': (events) => {
    const lost = of(events, 'token.lost')[0];
    const [first] = of(events, 'request.settled');
    return lost !== undefined && first?.status === 200 && first.seq > lost.seq && of(between(events, lost.seq), 'token.sent').length > 0;
  },
  'several processes refreshing at once': (events) =>
    new Set(of(events, 'request.called').map(({ actor }) => actor)).size === 5 &&
    of(events, 'token.sent').length === 2 &&
    succeeded(events),
  'force sign-out on password change': (events) =>
    of(events, 'family.dead').some(({ reason }) => reason === 'password') && told(events, 'password-changed'),
  'parallel sessions with one allowed': (events) =>
    of(events, 'family.dead').some(({ reason }) => reason === 'single-session') && told(events, 'signed-in-on-another-device'),
  'session recovery after restart': (events) => {
    const kill = of(events, 'process.kill')[0];
    const again = of(between(events, kill?.seq ?? Infinity), 'token.committed')[0];
    return again?.repeated !== undefined && again.rt === of(events, 'token.sent')[0]?.rt;
  },
  'refresh token revoked on sign-out': (events) => {
    const newest = of(events, 'token.committed').at(-1)?.newRt;
    return (
      of(events, 'revocation.received').some(({ token, status }) => token === newest && status === 200) &&
      of(events, 'family.dead').length === 1
    );
  },
  'backend-driven silent refresh': (events) => of(events, 'access.adopted').length === 1 && of(events, 'token.sent').length === 0,
  'silent push refresh': (events) => refreshesUnaskedAfter(events, of(events, 'push')[0]),
  'pre-emptive refresh on foreground': (events) =>
    refreshesUnaskedAfter(events, of(events, 'foreground')[0]) && refreshedWhileGood(events, 1, 5 * 60_000),
};

/** `| criterion | \`scenario\` |` */
const TABLE = new Map(
  [...README.matchAll(/^\| ([^|`]+) \| `([a-z0-9-]+)` \|$/gm)].map(([, criterion = '', name = '']) => [criterion.trim(), name]),
);

test('every criterion has its scenario in the table', () => {
  expect([...TABLE.keys()]).toEqual(Object.keys(SHOWN));
});

test('a run in which nobody signs in until the end shows none of them', async () => {
  const { events } = await runScenario(plans.find(({ name }) => name === 'never-signed-in') as Plan);
  expect(Object.entries(SHOWN).flatMap(([criterion, shows]) => (shows(events) ? [criterion] : []))).toEqual([]);
});

describe('what the session manager must do is shown', () => {
  test.each(Object.entries(SHOWN))('%s', async (criterion, shows) => {
    const name = TABLE.get(criterion) ?? '';
    const plan = plans.find((each) => each.name === name) as Plan;
    for (const seed of [1, 2, 3]) {
      const result = await runScenario(plan, { seed });
      expect([name, result.outcome, shows(result.events)]).toEqual([name, 'passed', true]);
    }
  });
});
