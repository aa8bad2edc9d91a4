// Hand-built results for reporters: real events in the order a world would record them, no world needed.
import type { Fact, HistoryEvent } from '../../src/core/events.ts';
import type { ScenarioReport } from '../../src/report/reporter.ts';
import type { RunResult } from '../../src/verify/result.ts';

/** Collects events; `add` returns the `seq`. */
export function timeline(): { events: HistoryEvent[]; add(t: number, actor: string, fact: Fact): number } {
  const events: HistoryEvent[] = [];
  return {
    events,
    add(t, actor, fact) {
      events.push({ seq: events.length, t, actor, ...fact } as HistoryEvent);
      return events.length - 1;
    },
  };
}

const EMPTY = {
  findings: [],
  judged: { 'every-request-settles': 4, 'no-duplicate-refresh': 2 },
  idle: ['no-cross-user'],
  notApplicable: [],
  relaxed: [],
};

/** A result that passed, with what a test wants changed. */
export function resultOf(change: Partial<RunResult> & { name?: string } = {}): RunResult {
  const { name = 'expiry-ahead-of-burst', ...rest } = change;
  return {
    scenario: {
      name,
      family: 'expiry',
      file: `scenarios/expiry/${name}.scenario.yaml`,
      summary: 'A burst near expiry refreshes once.',
      tags: ['smoke'],
    },
    client: 'built-in engine',
    outcome: 'passed',
    seed: 42,
    digest: '00112233aabbccdd',
    virtualMs: 320_000,
    originMs: 0,
    refreshes: 2,
    verdict: EMPTY,
    expectations: [],
    clientErrors: [],
    events: [],
    replay: `tokenwarp run ${name} --seed 42`,
    ...rest,
  };
}

export function reportOf(change: Partial<RunResult> & { name?: string } = {}, wallMs = 3.4): ScenarioReport {
  return { result: resultOf(change), wallMs };
}

/** Five 401s, one of them late, and a client that refreshes again for it: the defect of dx section 3. */
export function lateRefresh(): ScenarioReport {
  const { events, add } = timeline();
  const body = { origin: 'https://api.example', method: 'GET', bodyDigest: '', bodyLength: 0 };
  add(900, 'as', {
    type: 'session.granted',
    family: 'f1',
    user: 'ada',
    device: 'phone',
    at: 'AT-1',
    rt: 'RT-1',
    expiresAt: 300_900,
    lifetime: 300_000,
    grant: 'code',
  });
  add(1_000, 'world', { type: 'step', index: 0, text: 'revoke the access token of phone' });
  add(1_000, 'world', { type: 'step', index: 1, text: 'request /feed and /export at once' });
  const feed = add(1_000, 'phone/app', { type: 'api.sent', n: 'n1', k: 1, at: 'AT-1', path: '/feed', ...body });
  const sent = add(1_000, 'phone/app', { type: 'api.sent', n: 'n2', k: 1, at: 'AT-1', path: '/export', ...body });
  add(1_020, 'rs', { type: 'api.received', n: 'n1', k: 1, at: 'AT-1' });
  const refused = add(1_040, 'phone/app', { type: 'api.delivered', n: 'n1', k: 1, status: 401, error: 'invalid_token', at: 'AT-1' });
  const first = add(1_040, 'phone/app', { type: 'token.sent', x: 'x1', rt: 'RT-1', device: 'phone', attempt: 1 });
  add(1_060, 'as', { type: 'token.received', x: 'x1', rt: 'RT-1', arrival: 1 });
  add(1_060, 'as', {
    type: 'token.committed',
    x: 'x1',
    rt: 'RT-1',
    at: 'AT-2',
    newRt: 'RT-2',
    family: 'f1',
    user: 'ada',
    device: 'phone',
    expiresAt: 301_060,
    lifetime: 300_000,
  });
  add(1_060, 'as', { type: 'token.responded', x: 'x1', status: 200, kind: 'granted', at: 'AT-2', newRt: 'RT-2', expiresIn: 300_000 });
  const granted = add(1_090, 'phone/app', {
    type: 'token.delivered',
    x: 'x1',
    rt: 'RT-1',
    status: 200,
    kind: 'granted',
    at: 'AT-2',
    newRt: 'RT-2',
    expiresIn: 300_000,
  });
  const stored = add(1_091, 'phone/app', { type: 'store.end', w: 1, op: 'set', key: 'session', labels: ['AT-2', 'RT-2'], ok: true });
  add(1_091, 'phone/app', { type: 'api.sent', n: 'n1', k: 2, at: 'AT-2', path: '/feed', ...body });
  add(1_130, 'phone/app', { type: 'api.delivered', n: 'n1', k: 2, status: 200, at: 'AT-2' });
  const late = add(1_900, 'phone/app', { type: 'api.delivered', n: 'n2', k: 1, status: 401, error: 'invalid_token', at: 'AT-1' });
  const second = add(1_901, 'phone/app', { type: 'token.sent', x: 'x2', rt: 'RT-2', device: 'phone', attempt: 1 });
  add(1_921, 'as', {
    type: 'token.committed',
    x: 'x2',
    rt: 'RT-2',
    at: 'AT-3',
    newRt: 'RT-3',
    family: 'f1',
    user: 'ada',
    device: 'phone',
    expiresAt: 301_921,
    lifetime: 300_000,
  });
  add(1_940, 'phone/app', {
    type: 'token.delivered',
    x: 'x2',
    rt: 'RT-2',
    status: 200,
    kind: 'granted',
    at: 'AT-3',
    newRt: 'RT-3',
    expiresIn: 300_000,
  });
  const finding = {
    invariant: 'no-duplicate-refresh',
    clause: 'b',
    seq: second,
    witness: [feed, sent, refused, first, granted, stored, late, second],
    message: "Two refreshes for one expiry: the second started when its request's token had already been replaced.",
    hint: 'a 401 for a token that is no longer current must retry with the current one (RFC 6750 3.1)',
    folded: [{ invariant: 'replay-at-most-once', message: 'GET /export was sent three times.', hint: '', seq: second, witness: [second] }],
  };
  return reportOf(
    {
      name: 'concurrent-401s',
      outcome: 'failed',
      originMs: 1_000,
      virtualMs: 951,
      stepLines: [8, 10],
      events,
      verdict: { ...EMPTY, findings: [finding], judged: { ...EMPTY.judged, 'replay-at-most-once': 2 } },
    },
    4.2,
  );
}

/** Two processes of one phone present the same refresh token, and the server revokes the family. */
export function twoProcesses(): ScenarioReport {
  const { events, add } = timeline();
  add(0, 'world', { type: 'step', index: 0, text: 'request /feed in app and widget' });
  const a = add(0, 'phone/app', { type: 'token.sent', x: 'x1', rt: 'RT-1', device: 'phone', attempt: 1 });
  const b = add(5, 'phone/widget', { type: 'token.sent', x: 'x2', rt: 'RT-1', device: 'phone', attempt: 1 });
  add(20, 'as', {
    type: 'token.committed',
    x: 'x1',
    rt: 'RT-1',
    at: 'AT-2',
    newRt: 'RT-2',
    family: 'f1',
    user: 'ada',
    device: 'phone',
    expiresAt: 300_000,
    lifetime: 300_000,
  });
  add(25, 'as', { type: 'token.refused', x: 'x2', rt: 'RT-1', error: 'invalid_grant', status: 400, reason: 'reused' });
  const dead = add(25, 'as', { type: 'family.dead', family: 'f1', reason: 'reuse', user: 'ada', device: 'phone' });
  add(40, 'phone/app', {
    type: 'token.delivered',
    x: 'x1',
    rt: 'RT-1',
    status: 200,
    kind: 'granted',
    at: 'AT-2',
    newRt: 'RT-2',
    expiresIn: 300_000,
  });
  const told = add(45, 'phone/widget', {
    type: 'token.delivered',
    x: 'x2',
    rt: 'RT-1',
    status: 400,
    kind: 'oauth-error',
    error: 'invalid_grant',
  });
  const out = add(46, 'phone/widget', { type: 'state', from: 'active', to: 'expired', reason: 'invalid_grant' });
  const finding = {
    invariant: 'no-duplicate-refresh',
    clause: 'c',
    seq: b,
    witness: [a, b, dead, told, out],
    message: 'Two processes of phone refreshed with RT-1 at the same time.',
    hint: 'take the host lock around the refresh',
    folded: [],
  };
  return reportOf({
    name: 'app-and-widget',
    outcome: 'failed',
    virtualMs: 46,
    refreshes: 2,
    stepLines: [12],
    events,
    verdict: { ...EMPTY, findings: [finding] },
  });
}

/** A response lost after the commit, a kill, and what each side is left with. */
export function lostResponse(): ScenarioReport {
  const { events, add } = timeline();
  const offline = add(0, 'phone', { type: 'offline' });
  const sent = add(10, 'phone/app', { type: 'token.sent', x: 'x1', rt: 'RT-1', device: 'phone', attempt: 1 });
  add(20, 'as', {
    type: 'token.committed',
    x: 'x1',
    rt: 'RT-1',
    at: 'AT-2',
    newRt: 'RT-2',
    family: 'f1',
    user: 'ada',
    device: 'phone',
    expiresAt: 300_000,
    lifetime: 300_000,
  });
  add(30, 'phone/app', { type: 'token.lost', x: 'x1', phase: 'after-commit', told: true });
  const kill = add(5_000, 'phone/app', { type: 'process.kill', epoch: 1 });
  const again = add(20_000, 'phone/app', { type: 'token.sent', x: 'x2', rt: 'RT-1', device: 'phone', attempt: 2 });
  const unsent = add(20_010, 'phone/app', { type: 'token.lost', x: 'x2', phase: 'request', told: false });
  const left = add(30_000, 'phone/app', { type: 'token.abandoned', x: 'x2' });
  const finding = {
    invariant: 'no-lost-rotation',
    seq: left,
    witness: [offline, sent, kill, again, unsent, left],
    message: 'The rotated token RT-2 was never recovered.',
    hint: 'retry with RT-1 inside the grace window',
    folded: [],
  };
  return reportOf({ name: 'lost-response', outcome: 'failed', virtualMs: 30_000, events, verdict: { ...EMPTY, findings: [finding] } });
}

/** Everything that is not an invariant: expectations, faults of the client as code. */
export function otherFailures(): ScenarioReport {
  const { events, add } = timeline();
  add(0, 'world', { type: 'step', index: 0, text: 'request /feed' });
  const threw = add(12, 'phone/app', {
    type: 'client.error',
    kind: 'unhandled-rejection',
    message: "Cannot read properties of undefined (reading 'exp')",
    where: 'decode (client.ts:12)',
  });
  const error = {
    kind: 'unhandled-rejection',
    message: "Cannot read properties of undefined (reading 'exp')",
    where: 'decode (client.ts:12)',
    seq: threw,
  };
  return reportOf({
    name: 'late-401',
    outcome: 'failed',
    events,
    clientErrors: [error, { ...error }],
    expectations: [
      { message: 'expected 1 refresh, saw 2', source: { file: 'scenarios/expiry/late-401.scenario.yaml', line: 14, column: 11 } },
      {
        message: 'n1 GET /feed on phone/app should be ok, but is rejected (aborted)',
        source: { file: 'scenarios/expiry/late-401.scenario.yaml', line: 9, column: 11 },
      },
    ],
  });
}

/** One of each outcome, in a fixed order. */
export function mixedReports(): ScenarioReport[] {
  return [
    reportOf(),
    lateRefresh(),
    otherFailures(),
    reportOf({ name: 'offline-queue-order', outcome: 'not-applicable', reason: 'needs offline-queue', refreshes: 0, virtualMs: 0 }, 0),
    reportOf(
      {
        name: 'endless-retry',
        outcome: 'inconclusive',
        reason: 'the limit of virtual time was reached',
        virtualMs: 86_400_000,
        refreshes: 210,
      },
      812,
    ),
  ];
}
