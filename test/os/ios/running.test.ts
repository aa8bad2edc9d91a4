// A task that runs: allowance, expiration handler, setTaskCompleted, and what it costs to miss it (facts 1.4, R17 to R21).
import { describe, expect, it } from 'vitest';
import { Bench, CLEANUP, HOUR, MINUTE, processing, refresh, REFRESH, SECOND, DAY, type AppScript } from './bench.ts';

const running = (app: AppScript = {}, config = {}, seed = 1): Bench => {
  const bench = new Bench(config, { takes: undefined, ...app }, { seed }).submitAndLeave(refresh());
  bench.until('task.started', HOUR);
  return bench;
};
const cleaning = (app: AppScript = {}): Bench => {
  const bench = new Bench({}, { takes: undefined, ...app }).submitAndLeave(processing());
  bench.do({ type: 'battery', level: 90, plugged: true }, { type: 'lock' });
  bench.until('task.started', DAY);
  return bench;
};

describe('the allowance of an app-refresh task', () => {
  it('is drawn, not constant: most get 25 to 30 s, some 2 to 5 s, none more than 30 s (R17)', () => {
    const given = Array.from({ length: 400 }, (_, seed) => {
      const bench = running({}, {}, seed);
      return bench.until('task.expired', MINUTE) ?? 0;
    });
    const cut = given.filter((ms) => ms <= 5 * SECOND);
    const full = given.filter((ms) => ms >= 25 * SECOND && ms <= 30 * SECOND);
    expect(cut.length + full.length).toBe(400);
    expect(cut.length).toBeGreaterThan(30);
    expect(cut.length).toBeLessThan(90);
    expect(Math.min(...given)).toBeGreaterThanOrEqual(2 * SECOND);
  });

  it('never exceeds what Apple grants, whatever a run asks for', () => {
    const bench = running({}, { figures: { refreshFull: [HOUR, HOUR], refreshFullShare: 1 } });
    expect(bench.until('task.expired', HOUR)).toBe(30 * SECOND);
  });

  it('counts from the launch: a slow one leaves a handler that starts and expires at once (R5)', () => {
    const figures = { refreshFull: [25 * SECOND, 25 * SECOND], refreshFullShare: 1, expirationGrace: 10 * SECOND } as const;
    const bench = new Bench({ figures }, { takes: undefined }).submitAndLeave(refresh());
    bench.do({ type: 'terminated', by: 'jetsam' });
    bench.app = { ...bench.app, launchTakes: 28 * SECOND };
    const launch = bench.until('process.launched', HOUR) ?? 0;
    expect(launch).toBeGreaterThan(0);
    bench.pass(HOUR);
    const [taken, begun, expired] = [bench.all('request.taken')[0], bench.all('task.started')[0], bench.all('task.expired')[0]];
    expect([begun?.at, expired?.at].map((at) => (at ?? 0) - (taken?.at ?? 0))).toEqual([28 * SECOND, 28 * SECOND]);
    expect(expired?.handler).toBe(true);
  });
});

describe('when its time is over, a task', () => {
  it('whose expiration handler completes it leaves the app suspended, not killed', () => {
    const bench = running({ onExpiration: 'complete' });
    bench.pass(HOUR);
    expect(bench.all('task.expired')).toMatchObject([{ identifier: REFRESH, why: 'allowance', handler: true }]);
    expect(bench.all('task.completed')).toMatchObject([{ success: false, by: 'app' }]);
    expect(bench.all('process.ended')).toEqual([]);
    expect(bench.model.processState()).toBe('suspended');
  });

  it('whose expiration handler does nothing costs the process, a grace later', () => {
    const bench = running({ onExpiration: 'nothing' });
    bench.pass(HOUR);
    const [expired, ended, lost] = [bench.all('task.expired')[0], bench.all('process.ended')[0], bench.all('task.lost')[0]];
    expect(ended).toMatchObject({ why: 'expiration-overrun' });
    expect(lost).toMatchObject({ identifier: REFRESH, why: 'expiration-overrun' });
    expect((ended?.at ?? 0) - (expired?.at ?? 0)).toBe(5 * SECOND);
    expect(bench.all('task.completed')).toEqual([]);
  });

  it('may be spared: the system completes it without success', () => {
    const bench = running({ onExpiration: 'nothing' }, { figures: { overrunKillChance: 0 } });
    bench.pass(HOUR);
    expect(bench.all('process.ended')).toEqual([]);
    expect(bench.all('task.completed')).toMatchObject([{ success: false, by: 'system' }]);
  });

  it('without an expiration handler is completed by the system without success (R20)', () => {
    const bench = running({ onExpiration: 'none' });
    bench.pass(HOUR);
    expect(bench.all('task.expired')).toMatchObject([{ handler: false }]);
    expect(bench.all('task.completed')).toMatchObject([{ success: false, by: 'system' }]);
    expect(bench.all('process.ended')).toEqual([]);
  });

  it('shares one grace with the others of its process: the second to expire has what is left of it (R20)', () => {
    const figures = { evaluation: [SECOND, SECOND] } as const;
    const script: AppScript = { takes: undefined, onExpiration: 'nothing', inHandler: (_, id) => (id === CLEANUP ? [refresh()] : []) };
    const bench = new Bench({ figures }, script).submitAndLeave(processing());
    bench.do({ type: 'battery', level: 90, plugged: true }, { type: 'lock' });
    bench.until('task.expired', DAY);
    const first = bench.now;
    expect(bench.all('task.expired')).toMatchObject([{ identifier: REFRESH }]);
    bench.pass(3 * SECOND);
    expect(bench.do({ type: 'unlock' })).toContainEqual({ type: 'task.expired', identifier: CLEANUP, why: 'device in use', handler: true });
    bench.pass(MINUTE);
    expect(bench.all('process.ended')).toMatchObject([{ at: first + 5 * SECOND, why: 'expiration-overrun' }]);
    expect(bench.all('task.lost').map(({ identifier }) => identifier)).toEqual([CLEANUP, REFRESH]);
  });

  it('whose app is still launching is not told, and the app is killed all the same', () => {
    const bench = new Bench({}, { takes: undefined }).submitAndLeave(refresh());
    bench.do({ type: 'terminated', by: 'jetsam' });
    bench.app = { ...bench.app, launchTakes: HOUR };
    bench.until('process.ended', HOUR);
    const [taken] = bench.all('request.taken');
    const [, killed] = bench.all('process.ended');
    expect(killed).toMatchObject({ why: 'expiration-overrun' });
    expect((killed?.at ?? 0) - (taken?.at ?? 0)).toBeLessThanOrEqual(35 * SECOND);
    expect(bench.all('task.started')).toEqual([]);
    expect(bench.all('task.lost')).toMatchObject([{ identifier: REFRESH }]);
  });

  it('is told once: a completion that comes in the grace is the end of it', () => {
    const bench = running({ onExpiration: 'nothing' });
    bench.until('task.expired', MINUTE);
    bench.pass(4 * SECOND);
    bench.do({ type: 'set-task-completed', identifier: REFRESH, success: true });
    bench.pass(HOUR);
    expect(bench.all('task.expired')).toHaveLength(1);
    expect(bench.all('process.ended')).toEqual([]);
    expect(bench.all('task.completed')).toMatchObject([{ success: true, by: 'app' }]);
  });
});

describe('setTaskCompleted', () => {
  it('counts once: the first call wins, the second is a fault of the app (R21)', () => {
    const bench = running();
    bench.do({ type: 'set-task-completed', identifier: REFRESH, success: true });
    expect(bench.do({ type: 'set-task-completed', identifier: REFRESH, success: false })).toEqual([
      { type: 'task.fault', identifier: REFRESH, why: 'completed again' },
    ]);
    expect(bench.all('task.completed')).toMatchObject([{ success: true }]);
    expect(bench.do({ type: 'set-task-completed', identifier: CLEANUP, success: true })).toMatchObject([{ why: 'not running' }]);
  });

  it('suspends the app promptly: what it does after the call is not done', () => {
    const bench = running();
    bench.do({ type: 'set-task-completed', identifier: REFRESH, success: true });
    expect(bench.pass(SECOND)).toContainEqual({ type: 'process.suspended', why: `task ${REFRESH}` });
    expect(bench.do({ type: 'submit', process: 'app', request: refresh() })).toEqual([
      { type: 'input.ignored', input: 'submit', why: 'suspended' },
    ]);
  });

  it('with success or without: nothing is scheduled by it, there is no retry and no backoff (R14)', () => {
    for (const success of [true, false]) {
      const bench = running({ takes: SECOND, success });
      bench.pass(5 * DAY);
      expect(bench.all('task.started')).toHaveLength(1);
      expect(bench.why()).toMatchObject({ gate: 'not submitted', detail: 'executed', by: 'the app submits a request' });
    }
  });

  it('is missed when the app lets go of the task: a fault, and the system completes it when its time is over (R21)', () => {
    const bench = running({ onExpiration: 'complete' });
    expect(bench.do({ type: 'release-task', identifier: REFRESH })).toEqual([
      { type: 'task.fault', identifier: REFRESH, why: 'released without completing' },
    ]);
    bench.pass(MINUTE);
    expect(bench.all('task.completed')).toMatchObject([{ success: false, by: 'system' }]);
  });
});

describe('a running task', () => {
  it('that processes is ended when the user takes the phone; one that refreshes is not (R18)', () => {
    const bench = cleaning();
    expect(bench.do({ type: 'unlock' })).toContainEqual({ type: 'task.expired', identifier: CLEANUP, why: 'device in use', handler: true });
    expect(bench.all('task.completed')).toMatchObject([{ identifier: CLEANUP, success: false }]);
    const other = running();
    other.do({ type: 'lock' }, { type: 'unlock' }, { type: 'open' });
    expect(other.all('task.expired')).toEqual([]);
    expect(other.why()).toMatchObject({ gate: 'running' });
  });

  it('gets several minutes when it processes', () => {
    const ms = cleaning().until('task.expired', HOUR) ?? 0;
    expect(ms).toBeGreaterThanOrEqual(3 * MINUTE);
    expect(ms).toBeLessThanOrEqual(10 * MINUTE);
  });

  it('holds back the next request of its identifier', () => {
    const bench = new Bench({ figures: { evaluation: [SECOND, SECOND] } }, { takes: 20 * SECOND, inHandler: () => [refresh()] });
    bench.submitAndLeave(refresh()).pass(30 * SECOND);
    const begun = bench.all('task.started').map(({ at }) => at);
    const ended = bench.all('task.completed').map(({ at }) => at);
    expect(begun.length).toBeGreaterThan(1);
    expect(begun[1]).toBeGreaterThanOrEqual(ended[0] ?? Infinity);
    expect(bench.all('task.held').map(({ gate }) => gate.gate)).toContain('already running');
  });

  it('has no end under a debugger: the timing means nothing there (R22)', () => {
    const bench = running();
    bench.do({ type: 'debugger', attached: true });
    bench.pass(HOUR);
    expect(bench.all('task.expired')).toEqual([]);
  });
});
