// Which gate holds a pending request, what opens it, and that `why` agrees with what happens next (facts 1.3 to 1.6).
import { describe, expect, it, test } from 'vitest';
import type { PhoneInput } from '../../../src/os/ios/words.ts';
import { ALWAYS, Bench, CLEANUP, DAY, HOUR, INFO, MINUTE, processing, refresh, REFRESH, SECOND } from './bench.ts';

/** Plugged in, put away, idle: only the system's choice holds a processing task. */
const asleep = (bench: Bench): Bench => {
  bench.do({ type: 'battery', level: 90, plugged: true }, { type: 'lock' });
  bench.pass(10 * MINUTE);
  return bench;
};

describe('an app-refresh request of an app that is always likely', () => {
  const waiting = (...events: PhoneInput[]): Bench => {
    const bench = new Bench().submitAndLeave(refresh());
    bench.do(...events);
    return bench;
  };

  it('is held by app usage only, for at most a quarter of an hour, and starts when that gate says', () => {
    const bench = waiting();
    const { gate, opens, documented } = bench.why();
    expect({ gate, documented }).toEqual({ gate: 'app usage', documented: false });
    expect(bench.until('task.started', HOUR)).toBe(opens);
    expect(opens).toBeGreaterThanOrEqual(5 * MINUTE);
    expect(opens).toBeLessThanOrEqual(15 * MINUTE);
  });

  test.each<[string, PhoneInput[], string, PhoneInput[], boolean]>([
    ['while the app is in the foreground (R19)', [{ type: 'open' }], 'UIApplicationStateActive', [{ type: 'leave' }], false],
    [
      'in Low Power Mode',
      [{ type: 'low-power-mode', on: true }],
      'isLowPowerModeEnabled',
      [{ type: 'battery', level: 80, plugged: true }],
      true,
    ],
    [
      'in Low Power Mode on a charger with an empty battery',
      [
        { type: 'low-power-mode', on: true },
        { type: 'battery', level: 29, plugged: true },
      ],
      'isLowPowerModeEnabled',
      [{ type: 'battery', level: 30, plugged: true }],
      true,
    ],
    [
      'at 20 % of battery',
      [{ type: 'battery', level: 20, plugged: false }],
      'batteryLevel',
      [{ type: 'battery', level: 80, plugged: false }],
      true,
    ],
    [
      'off Wi-Fi when Background App Refresh is for Wi-Fi only',
      [
        { type: 'background-app-refresh', scope: 'phone', setting: 'wifi' },
        { type: 'network', connection: 'cellular' },
      ],
      'backgroundRefreshStatus',
      [{ type: 'network', connection: 'wifi' }],
      false,
    ],
    ['while the phone is off', [{ type: 'shutdown' }], 'powered off', [{ type: 'boot' }], true],
  ])('waits %s, for as long as it takes', (_when, close, gate, open, documented) => {
    const bench = waiting(...close);
    expect(bench.why()).toMatchObject({ gate, documented });
    expect(bench.why().opens).toBeUndefined();
    expect(bench.all('task.held').at(-1)?.gate.gate).toBe(gate);
    bench.pass(2 * DAY);
    expect(bench.all('task.started')).toEqual([]);
    bench.do(...open);
    expect(bench.until('task.started', 12 * HOUR)).toBeDefined();
  });

  it('runs on a locked phone and without a network: neither is asked', () => {
    const bench = waiting({ type: 'lock' }, { type: 'network', connection: 'none' });
    expect(bench.until('task.started', HOUR)).toBeDefined();
  });

  it('is gone for good when Background App Refresh is turned off, of the phone or of the app', () => {
    for (const scope of ['phone', 'app'] as const) {
      const bench = waiting();
      expect(bench.do({ type: 'background-app-refresh', scope, setting: 'off' })).toEqual([
        { type: 'request.cancelled', identifier: REFRESH, why: 'backgroundRefreshStatus' },
      ]);
      bench.do({ type: 'background-app-refresh', scope, setting: 'on' });
      bench.pass(DAY);
      expect(bench.all('task.started')).toEqual([]);
      expect(bench.why()).toMatchObject({ gate: 'not submitted', detail: 'backgroundRefreshStatus' });
    }
  });

  it('waits for half the chance before the first unlock, and is not refused (1.5)', () => {
    const starts = Array.from({ length: 40 }, (_, seed) => {
      const bench = new Bench({}, {}, { seed }).submitAndLeave(refresh());
      bench.do({ type: 'boot' });
      return bench.until('task.started', DAY) ?? Infinity;
    });
    expect(starts.every((ms) => ms < DAY && ms >= 300 * SECOND)).toBe(true);
    expect(starts.some((ms) => ms > HOUR)).toBe(true);
  });
});

describe('earliestBeginDate', () => {
  it('is a floor: the request waits for it, and then for its chance (R16)', () => {
    const bench = new Bench();
    bench.submitAndLeave(refresh({ earliestBeginDate: bench.wall() + 5 * DAY }));
    expect(bench.why()).toMatchObject({ gate: 'earliestBeginDate', opens: 5 * DAY, documented: true });
    bench.pass(5 * DAY);
    expect(bench.all('task.started')).toEqual([]);
    expect(bench.why().gate).toBe('app usage');
    expect(bench.until('task.started', HOUR)).toBeDefined();
  });

  it('in the past is no delay', () => {
    const bench = new Bench();
    bench.submitAndLeave(refresh({ earliestBeginDate: bench.wall() - DAY }));
    expect(bench.why().gate).toBe('app usage');
  });

  it('is a date of the wall clock: setting the clock moves it (1.8)', () => {
    const bench = new Bench();
    bench.submitAndLeave(refresh({ earliestBeginDate: bench.wall() + 2 * DAY }));
    bench.setClock(2 * DAY);
    expect(bench.why().gate).toBe('app usage');
    const other = new Bench();
    other.submitAndLeave(refresh({ earliestBeginDate: other.wall() + HOUR }));
    other.setClock(-DAY);
    expect(other.why()).toMatchObject({ gate: 'earliestBeginDate', opens: DAY + HOUR });
  });

  it('moves on with each submit: an app that submits at every launch and is opened daily never runs in the background (R14)', () => {
    const bench = new Bench({}, { atLaunch: (phone) => [refresh({ earliestBeginDate: phone.wall() + 5 * DAY })] });
    for (let day = 0; day < 30; day++) {
      bench.do({ type: 'open' });
      bench.pass(10 * MINUTE);
      bench.do({ type: 'leave' }, { type: 'terminated', by: 'jetsam' });
      bench.pass(DAY - 10 * MINUTE);
    }
    expect(bench.all('task.started')).toEqual([]);
    expect(bench.all('request.cancelled').every(({ why }) => why === 'replaced')).toBe(true);
    expect(bench.all('request.cancelled')).toHaveLength(29);
  });
});

describe('after boot', () => {
  it('low-priority work waits five minutes, two when it needs the network', () => {
    const bench = new Bench().submitAndLeave(refresh(), processing({ requiresNetworkConnectivity: true }));
    bench.do({ type: 'battery', level: 90, plugged: true }, { type: 'boot' });
    expect(bench.why()).toMatchObject({ gate: 'boot', opens: 300 * SECOND, documented: false });
    expect(bench.why(CLEANUP)).toMatchObject({ gate: 'boot', opens: 120 * SECOND });
  });

  it('a clock set back by more than fifteen seconds counts as booted long ago', () => {
    const bench = new Bench().submitAndLeave(refresh());
    bench.do({ type: 'boot' });
    bench.setClock(-10 * SECOND);
    expect(bench.why().gate).toBe('boot');
    bench.setClock(-10 * SECOND);
    expect(bench.why().gate).toBe('app usage');
  });

  it('requests are still there, unless the run says that a reboot drops them (1.6)', () => {
    const kept = new Bench().submitAndLeave(refresh());
    kept.do({ type: 'shutdown' }, { type: 'boot' });
    expect(kept.model.pending()).toHaveLength(1);
    const dropped = new Bench({ rules: { pendingAcrossReboot: 'dropped' } }).submitAndLeave(refresh());
    expect(dropped.do({ type: 'boot' })).toContainEqual({ type: 'request.cancelled', identifier: REFRESH, why: 'reboot' });
  });
});

describe('a processing request', () => {
  it('waits for an idle phone on a charger, one gate after the other', () => {
    const bench = new Bench().submitAndLeave(processing({ requiresNetworkConnectivity: true, requiresExternalPower: true }));
    const gates = [bench.why(CLEANUP).gate];
    bench.do({ type: 'network', connection: 'none' }, { type: 'lock' });
    gates.push(bench.why(CLEANUP).gate);
    expect(bench.why(CLEANUP).opens).toBe(5 * MINUTE);
    bench.pass(5 * MINUTE);
    gates.push(bench.why(CLEANUP).gate);
    bench.do({ type: 'battery', level: 60, plugged: true });
    gates.push(bench.why(CLEANUP).gate);
    bench.do({ type: 'network', connection: 'cellular' });
    gates.push(bench.why(CLEANUP).gate);
    expect(gates).toEqual(['device idle', 'device idle', 'requiresExternalPower', 'requiresNetworkConnectivity', 'discretionary']);
    const { opens } = bench.why(CLEANUP);
    const before = bench.now;
    expect(bench.until('task.started', DAY)).toBe((opens ?? 0) - before);
  });

  it('needs a charger on an iPhone although it did not ask for one; an iPad is content with 75 % (R18)', () => {
    const on = (device: 'iPhone' | 'iPad', level: number, more = {}): string => {
      const bench = new Bench({ device }).submitAndLeave(processing(more));
      bench.do({ type: 'battery', level, plugged: false }, { type: 'lock' });
      bench.pass(5 * MINUTE);
      return bench.why(CLEANUP).gate;
    };
    expect([on('iPhone', 100), on('iPad', 74), on('iPad', 75), on('iPad', 100, { requiresExternalPower: true })]).toEqual([
      'requiresExternalPower',
      'requiresExternalPower',
      'discretionary',
      'requiresExternalPower',
    ]);
    const unasked = new Bench().submitAndLeave(processing());
    unasked.do({ type: 'lock' });
    unasked.pass(5 * MINUTE);
    expect(unasked.why(CLEANUP).documented).toBe(false);
  });

  it('is spaced from the last one of the app', () => {
    const bench = new Bench({}, { inHandler: (_, identifier) => [processing({ identifier })] });
    asleep(bench.submitAndLeave(processing())).until('task.completed', DAY);
    const started = bench.all('task.started')[0]?.at ?? 0;
    expect(bench.why(CLEANUP)).toMatchObject({ gate: 'rate limiting', opens: started + HOUR });
  });

  it('of health research waits for the data it names', () => {
    const request = processing({
      kind: 'BGHealthResearchTaskRequest',
      protectionTypeOfRequiredData: 'completeUntilFirstUserAuthentication',
    });
    const bench = new Bench().submitAndLeave(request);
    bench.do({ type: 'battery', level: 90, plugged: true }, { type: 'boot' });
    bench.pass(10 * MINUTE);
    expect(bench.why(CLEANUP).gate).toBe('isProtectedDataAvailable');
    bench.do({ type: 'unlock' }, { type: 'lock' });
    bench.pass(10 * MINUTE);
    expect(bench.why(CLEANUP).gate).toBe('discretionary');
  });
});

it('health research that needs data of the class `complete` never meets an idle phone with a passcode', () => {
  const request = processing({ kind: 'BGHealthResearchTaskRequest', protectionTypeOfRequiredData: 'complete' });
  const [secured, open] = [new Bench(), new Bench({ passcode: false })].map((bench) => asleep(bench.submitAndLeave(request)));
  expect([secured?.why(CLEANUP).gate, open?.why(CLEANUP).gate]).toEqual(['isProtectedDataAvailable', 'discretionary']);
});

describe('a force-quit', () => {
  it('deletes the app-refresh request: nothing runs until the user opens the app and it submits again (1.6)', () => {
    const bench = new Bench().submitAndLeave(refresh());
    expect(bench.do({ type: 'force-quit' })).toEqual([
      { type: 'request.cancelled', identifier: REFRESH, why: 'force-quit' },
      { type: 'process.ended', why: 'force-quit' },
    ]);
    bench.pass(3 * DAY);
    expect(bench.all('task.started')).toEqual([]);
    expect(bench.why()).toMatchObject({ gate: 'not submitted', detail: 'force-quit', by: 'the user opens the app and it submits again' });
    bench.submitAndLeave(refresh());
    expect(bench.until('task.started', HOUR)).toBeDefined();
  });

  it('lets a processing task run, as staff says is meant, with the chance that a run chooses', () => {
    const quit = (chance: number, seed = 1): Bench => {
      const bench = new Bench({ figures: { processingAfterForceQuit: chance } }, {}, { seed }).submitAndLeave(processing());
      bench.do({ type: 'force-quit' });
      return asleep(bench);
    };
    expect(quit(1).until('task.started', DAY)).toBeDefined();
    const ran = Array.from({ length: 40 }, (_, seed) => quit(0.5, seed).until('task.started', DAY)).filter((ms) => ms !== undefined);
    expect(ran.length).toBeGreaterThan(8);
    expect(ran.length).toBeLessThan(32);
    const waits = quit(0);
    expect(waits.why(CLEANUP)).toMatchObject({ gate: 'app switcher', by: 'the user opens the app' });
    expect(waits.until('task.started', 3 * DAY)).toBeUndefined();
  });

  it('holds what a processing task submits after it', () => {
    const bench = new Bench({}, { inHandler: () => [refresh()] }).submitAndLeave(processing());
    bench.do({ type: 'force-quit' });
    asleep(bench).until('task.completed', DAY);
    expect(bench.why()).toMatchObject({ gate: 'app switcher', documented: true });
    bench.do({ type: 'shutdown' }, { type: 'boot' });
    expect(bench.why().gate).toBe('app switcher');
  });

  it('is not what a tool, a crash or lack of memory does: the request stays', () => {
    for (const by of ['tool', 'crash', 'jetsam', 'exit'] as const) {
      const bench = new Bench().submitAndLeave(refresh());
      bench.do({ type: 'terminated', by });
      expect(bench.until('task.started', HOUR)).toBeDefined();
      expect(bench.all('process.launched').map(({ why }) => why)).toEqual(['user', 'task']);
    }
  });
});

describe('an unused app', () => {
  it('loses its requests at a check after fourteen days without a launch to the foreground', () => {
    const bench = new Bench({ habit: Array.from({ length: 48 }, () => 0) });
    bench.do({ type: 'open' });
    bench.pass(MINUTE);
    bench.submitAndLeave(refresh({ earliestBeginDate: bench.wall() + 30 * DAY }));
    expect(bench.why()).toMatchObject({ gate: 'earliestBeginDate', by: 'the user opens the app' });
    expect(bench.why().opens).toBeUndefined();
    bench.pass(14 * DAY + 3 * HOUR);
    const [cancelled] = bench.all('request.cancelled');
    expect(cancelled).toMatchObject({ identifier: REFRESH, why: 'unused app' });
    expect(cancelled?.at).toBeGreaterThan(14 * DAY);
    expect((cancelled?.at ?? 0) % (3 * HOUR)).toBe(0);
  });

  it('may submit again through an extension, until the next check three hours later', () => {
    const bench = new Bench({ extensions: { widget: {} } });
    bench.submitAndLeave(refresh({ earliestBeginDate: bench.wall() + 30 * DAY }));
    bench.until('request.cancelled', 20 * DAY);
    bench.do({ type: 'submit', process: 'widget', request: refresh({ earliestBeginDate: bench.wall() + 30 * DAY }) });
    expect(bench.until('request.cancelled', DAY)).toBe(3 * HOUR);
  });

  it('is looked for every three hours from the last boot on', () => {
    const bench = new Bench();
    bench.submitAndLeave(refresh({ earliestBeginDate: bench.wall() + 30 * DAY }));
    bench.pass(HOUR);
    bench.do({ type: 'boot' });
    bench.pass(15 * DAY);
    expect(bench.all('request.cancelled').map(({ at }) => at % (3 * HOUR))).toEqual([HOUR]);
  });

  it('is one that was only glanced at: a launch counts from ten seconds on', () => {
    const glanced = (focus: number): number => {
      const bench = new Bench();
      bench.submitAndLeave(refresh({ earliestBeginDate: bench.wall() + 40 * DAY }));
      bench.pass(7 * DAY);
      bench.do({ type: 'open' });
      bench.pass(focus);
      bench.do({ type: 'leave' });
      bench.pass(12 * DAY);
      return bench.all('request.cancelled').length;
    };
    expect([glanced(9 * SECOND), glanced(10 * SECOND)]).toEqual([1, 0]);
  });
});

describe('rate limiting', () => {
  it('spaces app-refresh tasks by 450 s once the app had more than nine launches', () => {
    const figures = { evaluation: [MINUTE, MINUTE] } as const;
    const bench = new Bench({ figures }, { takes: SECOND, inHandler: () => [refresh()] }).submitAndLeave(refresh());
    bench.pass(2 * HOUR);
    const starts = bench.all('task.started').map(({ at }) => at);
    const gaps = starts.slice(1).map((at, n) => at - (starts[n] ?? 0));
    expect(gaps.slice(0, 9).every((gap) => gap === MINUTE)).toBe(true);
    expect(gaps.slice(9).every((gap) => gap >= 450 * SECOND)).toBe(true);
    expect(bench.all('task.held').some(({ gate }) => gate.gate === 'rate limiting')).toBe(true);
  });

  it('forgets launches of more than a day ago, and those of an app that was removed', () => {
    const figures = { evaluation: [MINUTE, MINUTE] } as const;
    const tenRuns = (): Bench => {
      const bench = new Bench(
        { figures },
        { takes: SECOND, inHandler: (phone) => (phone.all('task.started').length < 10 ? [refresh()] : []) },
      );
      bench.submitAndLeave(refresh()).pass(11 * MINUTE);
      bench.do({ type: 'open' }, { type: 'submit', process: 'app', request: refresh() }, { type: 'leave' });
      return bench;
    };
    const rested = tenRuns();
    expect(rested.why().gate).toBe('rate limiting');
    rested.do({ type: 'low-power-mode', on: true });
    rested.pass(25 * HOUR);
    rested.do({ type: 'low-power-mode', on: false });
    expect(rested.why().gate).toBe('app usage');
    const removed = tenRuns();
    removed.do({ type: 'uninstall' }, { type: 'install', info: INFO });
    expect(removed.submitAndLeave(refresh()).why().gate).toBe('app usage');
  });

  it('has a daily budget where a figure is chosen: the next day opens it', () => {
    const bench = new Bench({ figures: { systemBudget: 3 } }, { takes: SECOND, inHandler: () => [refresh()] }).submitAndLeave(refresh());
    bench.pass(6 * HOUR);
    expect(bench.all('task.started')).toHaveLength(3);
    expect(bench.why()).toMatchObject({ gate: 'system budgets', opens: DAY, documented: false });
    bench.pass(20 * HOUR);
    expect(bench.all('task.started')).toHaveLength(6);
  });
});

describe('continued processing', () => {
  const info = { ...INFO, BGTaskSchedulerPermittedIdentifiers: ['com.example.app.export.*'] };
  const request = (n: number, strategy: 'fail' | 'queue' = 'queue') =>
    ({ identifier: `com.example.app.export.${n}`, kind: 'BGContinuedProcessingTaskRequest', strategy }) as const;
  const open = (): Bench => {
    const bench = new Bench({ version: 26, info }, { registers: [1, 2, 3].map((n) => request(n).identifier), takes: undefined });
    bench.do({ type: 'open' });
    return bench;
  };

  it('starts at once in the foreground, whatever its date, and keeps the app running in the background', () => {
    const bench = open();
    bench.do({ type: 'submit', process: 'app', request: { ...request(1), earliestBeginDate: bench.wall() + DAY } });
    expect(bench.all('task.started')).toMatchObject([{ at: 0 }]);
    bench.do({ type: 'leave' });
    bench.pass(HOUR);
    expect(bench.model.processState()).toBe('background');
    bench.do({ type: 'set-task-completed', identifier: request(1).identifier, success: true });
    bench.pass(SECOND);
    expect(bench.model.processState()).toBe('suspended');
  });

  it('queues behind another, or fails with 4 when it was told to', () => {
    const bench = open();
    bench.do({ type: 'submit', process: 'app', request: request(1) });
    expect(bench.do({ type: 'submit', process: 'app', request: request(2, 'fail') })).toMatchObject([{ code: 4, why: 'cannot run now' }]);
    bench.do({ type: 'submit', process: 'app', request: request(3) });
    expect(bench.why(request(3).identifier).gate).toBe('submission queue');
    bench.do({ type: 'set-task-completed', identifier: request(1).identifier, success: true });
    bench.pass(0);
    expect(bench.all('task.started').map(({ identifier }) => identifier)).toEqual([request(1).identifier, request(3).identifier]);
  });

  it('is not counted among the background launches that space other tasks', () => {
    const bench = new Bench(
      { version: 26, info: { ...info, BGTaskSchedulerPermittedIdentifiers: [REFRESH, 'com.example.app.export.*'] } },
      {
        registers: [REFRESH, request(1).identifier],
        takes: 0,
      },
    );
    bench.do({ type: 'open' });
    for (let n = 0; n < 12; n++) {
      bench.do({ type: 'submit', process: 'app', request: request(1) });
      bench.pass(SECOND);
    }
    expect(bench.all('task.completed')).toHaveLength(12);
    expect(bench.submitAndLeave(refresh()).history.length).toBeGreaterThan(0);
    bench.do({ type: 'submit', process: 'app', request: refresh() }, { type: 'leave' });
    expect(bench.why().gate).toBe('app usage');
  });

  it('cannot begin in the background', () => {
    const bench = open();
    bench.do({ type: 'begin-background-task', task: 'b' }, { type: 'leave' });
    expect(bench.do({ type: 'submit', process: 'app', request: request(1, 'fail') })).toMatchObject([{ code: 4 }]);
  });

  it('ends when the user stops it, and the queue is gone after a force-quit', () => {
    const bench = open();
    bench.do({ type: 'submit', process: 'app', request: request(1) }, { type: 'submit', process: 'app', request: request(2) });
    expect(bench.do({ type: 'stop-continued', identifier: request(1).identifier })).toContainEqual(
      expect.objectContaining({ type: 'task.expired', why: 'stopped by the user' }),
    );
    bench.do({ type: 'submit', process: 'app', request: request(3) }, { type: 'force-quit' });
    expect(bench.model.pending()).toEqual([]);
  });
});

it('a request that was refused says so, and one of an app that was installed anew is as unlikely as any new app', () => {
  const bench = new Bench();
  bench.do({ type: 'background-app-refresh', scope: 'app', setting: 'off' });
  bench.submitAndLeave(refresh());
  expect(bench.why()).toMatchObject({ gate: 'not submitted', detail: 'never accepted' });
  bench.do({ type: 'background-app-refresh', scope: 'app', setting: 'on' });
  expect(bench.submitAndLeave(refresh()).why().detail).toMatch(/^likelihood 1.00/);
  bench.do({ type: 'uninstall' }, { type: 'install', info: INFO });
  expect(bench.submitAndLeave(refresh()).why().detail).toMatch(/^likelihood 0.05/);
});

it('the prediction of a new day moves the plan: a launch of yesterday counts today', () => {
  const plans = Array.from({ length: 40 }, (_, seed) => {
    const bench = new Bench({ habit: Array.from({ length: 48 }, () => 0.0025), figures: { predictionDays: 2 } }, {}, { seed });
    bench.pass(8 * HOUR);
    bench.submitAndLeave(refresh({ earliestBeginDate: bench.wall() + 10 * HOUR }));
    bench.pass(13 * HOUR);
    const evening = bench.why().opens;
    bench.pass(3 * HOUR + MINUTE);
    return [evening, bench.why().opens];
  });
  const moved = plans.filter(([evening, morning]) => morning !== undefined && evening !== morning);
  expect(moved.length).toBeGreaterThan(8);
  for (const [evening, morning] of moved)
    expect([32 * HOUR - (morning ?? 0) < HOUR, (morning ?? 0) < (evening ?? Infinity)]).toEqual([true, true]);
});

it('time that the world forgot to tell is made up for before the next event', () => {
  const bench = new Bench({}, { takes: undefined }).submitAndLeave(refresh());
  bench.until('task.started', HOUR);
  const decisions = bench.model.handle({ type: 'battery', level: 50, plugged: false }, bench.at(bench.now + MINUTE));
  expect(decisions[0]).toMatchObject({ type: 'task.expired', identifier: REFRESH });
});

it('a job nobody submitted is unknown, and a question changes nothing', () => {
  const asked = new Bench({ habit: ALWAYS }).submitAndLeave(refresh());
  const left = new Bench({ habit: ALWAYS }).submitAndLeave(refresh());
  expect(asked.why('nobody')).toMatchObject({ gate: 'unknown' });
  for (const bench of [asked, left]) bench.pass(MINUTE);
  const next = asked.model.next();
  for (let n = 0; n < 50; n++) asked.model.why(REFRESH, asked.at(n * HOUR));
  expect(asked.model.next()).toBe(next);
  asked.pass(DAY);
  left.pass(DAY);
  expect(asked.history).toEqual(left.history);
});
