// What submit answers, in the documented order (facts 1.3, R8 to R14), as a table and through the model.
import { describe, expect, it, test } from 'vitest';
import { BGTaskSchedulerErrorCode } from '../../../src/os/ios/codes.ts';
import { judgeSubmit, SUBMIT_CHECKS, type SubmitFacts } from '../../../src/os/ios/submit.ts';
import type { TaskRequestKind } from '../../../src/os/ios/words.ts';
import { Bench, CLEANUP, INFO, processing, refresh, REFRESH } from './bench.ts';

const FINE: SubmitFacts = {
  kind: 'BGAppRefreshTaskRequest',
  strategy: 'queue',
  extension: false,
  mayReachScheduler: true,
  simulator: false,
  registered: true,
  permitted: true,
  resources: 'supported',
  backgroundAllowed: true,
  recordValid: true,
  modes: ['fetch', 'processing'],
  pending: 0,
  limit: 1,
  canRunNow: true,
  unsupportedResources: 'unavailable',
};
const continued = { kind: 'BGContinuedProcessingTaskRequest', limit: Infinity } as const;

/** Source of each row: the rule of facts 1.3. Codes: R10. */
const ROWS: readonly (readonly [string, string, Partial<SubmitFacts>, string, number?])[] = [
  ['R8', 'abstract request class', { kind: 'BGTaskRequest' }, 'false'],
  ['R8', 'no launch handler', { registered: false }, 'exception'],
  ['R8', 'Unrecognized Identifier', { registered: false, permitted: false }, 'error', 3],
  ['R8', 'unsupported resources', { ...continued, resources: 'unsupported' }, 'error', 1],
  ['R9', 'no scheduler on a simulator', { simulator: true }, 'error', 1],
  ['R10', 'extension may not schedule', { extension: true, registered: false, mayReachScheduler: false }, 'error', 1],
  ['R9 i', 'backgroundRefreshStatus', { backgroundAllowed: false }, 'error', 1],
  ['R9 ii', 'app record', { recordValid: false }, 'error', 3],
  ['R9 ii', 'UIBackgroundModes', { modes: ['processing'] }, 'error', 3],
  ['R9 ii', 'UIBackgroundModes', { kind: 'BGProcessingTaskRequest', modes: ['fetch'], limit: 10 }, 'error', 3],
  ['R9 ii', 'UIBackgroundModes', { kind: 'BGHealthResearchTaskRequest', modes: ['fetch'], limit: 10 }, 'error', 3],
  ['R9 ii', 'BGTaskSchedulerPermittedIdentifiers', { extension: true, registered: false, permitted: false }, 'error', 3],
  ['R9 iii', 'limit', { pending: 1 }, 'error', 2],
  ['R9 iii', 'limit', { kind: 'BGProcessingTaskRequest', pending: 10, limit: 10 }, 'error', 2],
  ['R10', 'cannot run now', { ...continued, strategy: 'fail', canRunNow: false }, 'error', 4],
];

describe('the table of submit', () => {
  test.each(ROWS.map((row) => ({ row, title: `${row[0]}: ${row[1]}` })))('$title', ({ row: [, why, facts, answer, code] }) => {
    const given = judgeSubmit({ ...FINE, ...facts });
    expect(given).toMatchObject({ answer, why });
    expect('code' in given ? given.code : undefined).toBe(code);
  });

  it('accepts a request that nothing is wrong with, of every kind', () => {
    const kinds: TaskRequestKind[] = [
      'BGAppRefreshTaskRequest',
      'BGProcessingTaskRequest',
      'BGHealthResearchTaskRequest',
      'BGContinuedProcessingTaskRequest',
    ];
    expect(kinds.map((kind) => judgeSubmit({ ...FINE, kind }).answer)).toEqual(kinds.map(() => 'accepted'));
  });

  it('asks in one order: a request with every fault is answered by the first, then by the next when that one is mended', () => {
    const mend: [string, Partial<SubmitFacts>][] = [
      ['abstract request class', { kind: 'BGContinuedProcessingTaskRequest' }],
      ['Unrecognized Identifier', { registered: true }],
      ['unsupported resources', { resources: 'supported' }],
      ['no scheduler on a simulator', { simulator: false }],
      ['extension may not schedule', { mayReachScheduler: true }],
      ['backgroundRefreshStatus', { backgroundAllowed: true }],
      ['app record', { recordValid: true, kind: 'BGAppRefreshTaskRequest' }],
      ['UIBackgroundModes', { modes: ['fetch'] }],
      ['BGTaskSchedulerPermittedIdentifiers', { permitted: true }],
      ['limit', { pending: 0, kind: 'BGContinuedProcessingTaskRequest' }],
      ['cannot run now', { canRunNow: true }],
    ];
    let facts: SubmitFacts = {
      ...FINE,
      kind: 'BGTaskRequest',
      strategy: 'fail',
      registered: false,
      permitted: false,
      resources: 'unsupported',
      simulator: true,
      mayReachScheduler: false,
      backgroundAllowed: false,
      recordValid: false,
      modes: [],
      pending: 1,
      canRunNow: false,
    };
    const order = mend.map(([, mended]) => {
      const answer = judgeSubmit(facts);
      facts = { ...facts, ...mended };
      return 'why' in answer ? answer.why : answer.answer;
    });
    expect(order).toEqual(mend.map(([why]) => why));
    expect(judgeSubmit(facts)).toEqual({ answer: 'accepted' });
    expect(SUBMIT_CHECKS.map(({ why }) => why)).toEqual([...order.slice(0, 1), 'no launch handler', ...order.slice(1)]);
  });

  it('has the numbers of the SDK header (R10), and takes the header at its word on resources when told to (R8)', () => {
    expect(Object.values(BGTaskSchedulerErrorCode)).toEqual([1, 2, 3, 4]);
    expect(judgeSubmit({ ...FINE, ...continued, resources: 'unsupported', unsupportedResources: 'notPermitted' })).toMatchObject({
      code: 3,
    });
  });
});

describe('limits', () => {
  const many = Array.from({ length: 12 }, (_, n) => `com.example.app.p${n}`);
  const info = { ...INFO, BGTaskSchedulerPermittedIdentifiers: [REFRESH, 'com.example.app.other', ...many] };
  const open = (): Bench => {
    const bench = new Bench({ info }, { registers: info.BGTaskSchedulerPermittedIdentifiers });
    bench.do({ type: 'open' });
    return bench;
  };
  const submit = (bench: Bench, request = refresh()): unknown[] =>
    bench.do({ type: 'submit', process: 'app', request }).filter(({ type }) => type !== 'task.held');

  it('let one app-refresh request wait: a second identifier is refused with 2 and the first stays (R11, R13)', () => {
    const bench = open();
    expect(submit(bench)).toEqual([{ type: 'submit.accepted', identifier: REFRESH }]);
    expect(submit(bench, refresh({ identifier: 'com.example.app.other' }))).toEqual([
      {
        type: 'submit.refused',
        identifier: 'com.example.app.other',
        why: 'limit',
        code: 2,
        name: 'BGTaskSchedulerErrorCodeTooManyPendingTaskRequests',
      },
    ]);
    expect(bench.model.pending()).toEqual([refresh()]);
  });

  it('let ten processing requests wait across identifiers, health research among them (R11)', () => {
    const bench = new Bench({ info, version: 17 }, { registers: many });
    bench.do({ type: 'open' });
    const answers = many.slice(0, 11).map((identifier, n) => {
      const kind = n % 2 === 0 ? 'BGProcessingTaskRequest' : 'BGHealthResearchTaskRequest';
      return submit(bench, { identifier, kind }).map((decision) => (decision as { type: string }).type);
    });
    expect(answers.flat()).toEqual([...Array.from({ length: 10 }, () => 'submit.accepted'), 'submit.refused']);
  });

  it('count the two groups apart', () => {
    const bench = open();
    for (const identifier of many.slice(0, 10)) submit(bench, processing({ identifier }));
    expect(submit(bench)).toEqual([{ type: 'submit.accepted', identifier: REFRESH }]);
    expect(bench.model.pending()).toHaveLength(11);
  });

  it('replace a request of the same identifier, whatever its kind, and then count (R12)', () => {
    const bench = open();
    for (const identifier of many.slice(0, 10)) submit(bench, processing({ identifier }));
    submit(bench);
    // the app-refresh request goes although the processing request that replaces it finds no room
    expect(submit(bench, processing({ identifier: REFRESH }))).toMatchObject([
      { type: 'request.cancelled', identifier: REFRESH, why: 'replaced' },
      { type: 'submit.refused', code: 2 },
    ]);
    expect(bench.model.pending().map(({ identifier }) => identifier)).toEqual(many.slice(0, 10));
    expect(submit(bench, processing({ identifier: many[3] ?? '' }))).toMatchObject([
      { type: 'request.cancelled' },
      { type: 'submit.accepted' },
    ]);
    expect(bench.model.pending()).toHaveLength(10);
  });

  it('do not hold what an earlier check refuses: the old request stays', () => {
    const bench = open();
    submit(bench);
    bench.do({ type: 'update', info: { ...info, UIBackgroundModes: [] } }, { type: 'open' });
    expect(submit(bench)).toMatchObject([{ type: 'submit.refused', why: 'UIBackgroundModes', code: 3 }]);
    expect(bench.model.pending()).toEqual([refresh()]);
  });
});

describe('a submit', () => {
  it('of a permitted identifier without a launch handler is no error but an exception that crashes the app', () => {
    const bench = new Bench({}, { registers: [CLEANUP] });
    bench.do({ type: 'open' });
    expect(bench.do({ type: 'submit', process: 'app', request: refresh() })).toEqual([
      { type: 'process.crashed', exception: 'NSInternalInconsistencyException', why: 'submitted-without-handler', identifier: REFRESH },
    ]);
    expect(bench.model.processState()).toBe('not running');
  });

  it('is answered with code 1 on a simulator and while Background App Refresh is off, of the phone or of the app', () => {
    const simulator = new Bench({ device: 'simulator' });
    simulator.do({ type: 'open' });
    expect(simulator.do({ type: 'submit', process: 'app', request: refresh() })).toMatchObject([
      { code: 1, why: 'no scheduler on a simulator' },
    ]);
    for (const scope of ['phone', 'app'] as const) {
      const bench = new Bench();
      bench.do({ type: 'background-app-refresh', scope, setting: 'off' }, { type: 'open' });
      expect(bench.do({ type: 'submit', process: 'app', request: refresh() })).toMatchObject([{ code: 1, why: 'backgroundRefreshStatus' }]);
    }
  });

  it('from an extension needs no launch handler there; a keyboard without open access is answered with 1', () => {
    const bench = new Bench({ extensions: { widget: {}, keyboard: { maySchedule: false } } });
    expect(bench.do({ type: 'submit', process: 'widget', request: refresh() })).toMatchObject([
      { type: 'submit.accepted' },
      { type: 'task.held' },
    ]);
    expect(bench.do({ type: 'submit', process: 'keyboard', request: refresh() })).toMatchObject([{ code: 1 }]);
    expect(() => bench.do({ type: 'submit', process: 'watch', request: refresh() })).toThrow(/no extension "watch"/);
  });

  it('of a kind that the version does not have is a mistake of the caller', () => {
    const bench = new Bench({ version: 16 });
    bench.do({ type: 'open' });
    const request = { identifier: CLEANUP, kind: 'BGHealthResearchTaskRequest' } as const;
    expect(() => bench.do({ type: 'submit', process: 'app', request })).toThrow(/iOS 16 has no BGHealthResearchTaskRequest/);
  });

  it('of a process that does not run cannot have happened', () => {
    const bench = new Bench();
    expect(bench.do({ type: 'submit', process: 'app', request: refresh() })).toEqual([
      { type: 'input.ignored', input: 'submit', why: 'not running' },
    ]);
  });
});

describe('cancel', () => {
  it('takes pending requests off the list, one or all, and leaves a running task alone (R15)', () => {
    const bench = new Bench({}, { takes: undefined });
    bench.submitAndLeave(refresh()).until('task.started', HOUR_AND_MORE);
    expect(bench.model.pending()).toEqual([]);
    bench.do({ type: 'submit', process: 'app', request: refresh() }, { type: 'submit', process: 'app', request: processing() });
    expect(bench.do({ type: 'cancel', identifier: REFRESH })).toEqual([
      { type: 'request.cancelled', identifier: REFRESH, why: 'cancelled by the app' },
    ]);
    expect(bench.do({ type: 'cancel-all' })).toMatchObject([{ identifier: CLEANUP }]);
    expect(bench.why()).toMatchObject({ gate: 'running' });
  });
});

const HOUR_AND_MORE = 4_000_000;
