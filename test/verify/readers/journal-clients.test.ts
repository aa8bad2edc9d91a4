// What the server's journal alone shows of clients with one bug, compared with the last column of the detection matrix that was gathered
// with real clients; and that clients without a bug are left in peace.
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import type { ClientFactory } from '../../../src/core/contract.ts';
import { createEngine } from '../../../src/engine/engine.ts';
import { loadScenarios } from '../../../src/scenario/load.ts';
import { runScenario } from '../../../src/scenario/run.ts';
import type { Plan } from '../../../src/sim/plan.ts';
import { judgeJournal, type JudgeJournalOptions } from '../../../src/verify/readers/judge-journal.ts';
import type { Finding } from '../../../src/verify/result.ts';
import { BaseClient } from '../../clients/base/client.ts';
import { BROKEN } from '../../clients/catalogue.ts';
import { loadClient, mostSteps } from '../../clients/matrix.ts';
import { journalOf } from '../../kit/journal.ts';

const { plans } = loadScenarios(fileURLToPath(new URL('../../../scenarios', import.meta.url)));
const planOf = (name: string): Plan => plans.find((plan) => plan.name === name) as Plan;
const moduleOf = (path: string): Promise<ClientFactory> => loadClient(new URL(`../../clients/${path}.ts`, import.meta.url));

interface Ask extends Partial<JudgeJournalOptions> {
  marks?: boolean;
}

async function findings(factory: ClientFactory, plan: Plan, { marks = false, ...options }: Ask = {}): Promise<readonly Finding[]> {
  const { events } = await runScenario(plan, { client: { name: 'client', factory }, settle: 'turn', limits: { steps: mostSteps(plan) } });
  return judgeJournal(journalOf(events, { marks }), { now: events.at(-1)?.t ?? 0, ...options }).verdict.findings;
}

const say = (plan: Plan, found: readonly Finding[]): string[] =>
  found.map(({ invariant, message }) => `${plan.name}: ${invariant}: ${message}`);

/** Bugs that a journal shows, with the invariant that shows it there. */
const SEEN: Readonly<Record<string, string>> = {
  'no-single-flight': 'no-duplicate-refresh',
  'self-compare-mutex': 'no-duplicate-refresh',
  'late-401-refreshes-again': 'no-duplicate-refresh',
  'endless-401-loop': 'replay-at-most-once',
  'token-used-before-persisting': 'no-lost-rotation',
  'ignores-clock-skew': 'no-duplicate-refresh',
  'timer-overflow-loop': 'no-duplicate-refresh',
  'per-process-single-flight': 'no-duplicate-refresh',
  'user-switch-overwrites': 'no-cross-user',
  'replays-twice': 'replay-at-most-once',
  'no-back-off': 'no-retry-storm',
  'ignores-retry-after': 'no-retry-storm',
  'refreshes-after-invalid-grant': 'logout-after-invalid-grant',
  'queued-requests-use-old-token': 'no-stale-token-after-refresh',
  'refreshes-on-every-start': 'no-duplicate-refresh',
  'ahead-buffer-larger-than-lifetime': 'no-duplicate-refresh',
  'replays-post-with-empty-body': 'replay-at-most-once',
  'discards-rotation-after-commit': 'no-lost-rotation',
  'never-adopts-rotation': 'no-lost-rotation',
  'flight-shared-between-users': 'no-cross-user',
  'captive-portal-taken-as-success': 'only-grants-adopted',
  'drops-rotation-when-write-fails': 'no-lost-rotation',
};
/** Scenarios that show a bug to a server, where those of the catalogue show it only to the client. */
const ELSEWHERE: Readonly<Record<string, readonly string[]>> = {
  'captive-portal-taken-as-success': ['malformed-answer'],
  'refreshes-after-invalid-grant': ['thirty-days-away'],
  'queued-requests-use-old-token': ['late-401'],
};
/**
 * Bugs that change only the client's own state, or a caller's outcome: no trace at a server. `drops-refresh-token-when-omitted` is one of
 * them here: ours stops refreshing, where the one measured sent `undefined`. `optional-field-required` refreshes once too often instead.
 */
const UNSEEN = [
  'logout-on-5xx',
  'logout-on-network-error',
  'captive-portal-taken-as-invalid-grant',
  'abort-cancels-shared-refresh',
  'waiters-rejected',
  'token-in-log',
  'some-requests-never-settle',
  'refreshes-while-offline',
  'refresh-has-no-timeout',
  'pause-outlasts-outage',
  'drops-refresh-token-when-omitted',
  'resurrects-after-sign-out',
  'never-refreshes-ahead',
  'token-follows-redirect',
];

describe('a client with a bug, seen from the server alone', () => {
  test.each(Object.entries(SEEN))('%s is caught by %s', async (name, invariant) => {
    const scenarios = ELSEWHERE[name] ?? BROKEN.find((one) => one.name === name)?.scenarios ?? [];
    const factory = await moduleOf(`broken/${name}`);
    const found = await Promise.all(scenarios.map(async (scenario) => findings(factory, planOf(scenario))));
    const all = found.flat().flatMap((finding) => [finding, ...finding.folded]);
    expect(all.map((finding) => finding.invariant)).toContain(invariant);
  });

  test.each(UNSEEN)('%s leaves no trace there', async (name) => {
    const factory = await moduleOf(`broken/${name}`);
    const scenarios = (BROKEN.find((one) => one.name === name)?.scenarios ?? []).filter((scenario) => !LOST_UNSEEN.includes(scenario));
    const said = await Promise.all(scenarios.map(async (scenario) => say(planOf(scenario), await findings(factory, planOf(scenario)))));
    expect(said.flat()).toEqual([]);
  });

  test('catches at least the 19 of 28 that were measured', () => {
    expect(Object.keys(SEEN).length).toBeGreaterThanOrEqual(19);
    expect([...Object.keys(SEEN), ...UNSEEN].filter((name) => !BROKEN.some((one) => one.name === name))).toEqual([]);
  });

  test('a marked sign-out shows the session that comes back', async () => {
    const found = await findings(await moduleOf('broken/resurrects-after-sign-out'), planOf('signed-out-mid-refresh'), { marks: true });
    expect(found.map(({ invariant }) => invariant)).toContain('no-request-after-sign-out');
  });

  test('a declared buffer shows the refresh that comes too late', async () => {
    const { scenarios = [] } = BROKEN.find(({ name }) => name === 'never-refreshes-ahead') ?? {};
    const factory = await moduleOf('broken/never-refreshes-ahead');
    const found = await Promise.all(scenarios.map((scenario) => findings(factory, planOf(scenario), { refreshAhead: 60_000 })));
    expect(found.flat().map(({ invariant }) => invariant)).toContain('refresh-ahead-honoured');
  });
});

/** Answers that got lost where the server could not see it: it must presume that they arrived, and says so. */
const LOST_UNSEEN = [
  'lost-response-after-the-grace',
  'network-lost-mid-refresh',
  'tunnel-asks-for-no-finger',
  // The process was killed or frozen, or could not store what it was given.
  'killed-again-and-again',
  'killed-between-two-writes',
  'frozen-holder',
  'notification-extension-rotates-meanwhile',
  'extension-beside-the-suspended-app',
  'locked-while-refreshing-in-the-pocket',
  'locked-while-refreshing-strict',
  // Which process of the device asks, and what its siblings know.
  'five-commands-without-a-lock',
  'lock-left-behind-by-a-kill',
  'one-of-five-signs-out',
];
/** Two machines hold one token, or a refresh is held up on its way to the server: who presented what, and when, looks otherwise there. */
const HOLDERS_UNSEEN = ['copied-to-a-second-machine', 'backup-on-a-new-phone', 'loser-deletes-the-winners-pair'];
/** A journal is of one server: what an app does that is pointed at another meanwhile is in none. */
const isOfOneServer = ({ otherPolicy }: Plan): boolean => otherPolicy === undefined;
/** Every new request is a reason to try again, and those that fail in the app never reach a server; nor does a push that asks for a refresh. */
const CALLS_UNSEEN = [
  'server-back-after-an-outage',
  'silent-push-asks-for-a-refresh',
  'push-after-push',
  'push-refreshes-in-background',
  // A 401 that another host gave, or that a stream met, or that came for a user of before.
  'refused-by-a-stranger',
  'refused-for-ever',
  'late-401-of-the-former-user',
];

/** A background job may refresh days before the end, since the next run may come late; no journal knows of runs. */
const JOBS_UNSEEN = plans.filter(({ needs }) => needs.includes('background')).map(({ name }) => name);

const CORRECT: Readonly<Record<string, () => Promise<ClientFactory>>> = {
  'the engine': async () => createEngine,
  'the base client': async () => (host) => new BaseClient(host),
  'the reactive class': () => moduleOf('correct/reactive-class'),
  'the functional client': () => moduleOf('correct/functional-ahead'),
};

describe('a client without a bug, seen from the server alone', () => {
  test.each(Object.keys(CORRECT))(
    '%s is never accused of what the journal proves, and presumed guilty only where an answer or a call was out of its sight',
    async (name) => {
      const factory = await (CORRECT[name] as () => Promise<ClientFactory>)();
      const accused: string[] = [];
      const presumed = new Set<string>();
      for (const plan of plans.filter((each) => isOfOneServer(each) && !HOLDERS_UNSEEN.includes(each.name))) {
        for (const finding of await findings(factory, plan)) {
          if (finding.presumed === undefined) accused.push(...say(plan, [finding]));
          else presumed.add(plan.name);
        }
      }
      expect(accused).toEqual([]);
      expect(
        [...presumed].filter((scenario) => ![...LOST_UNSEEN, ...CALLS_UNSEEN, ...JOBS_UNSEEN, 'sibling-signs-out'].includes(scenario)),
      ).toEqual([]);
    },
    120_000,
  );
});
