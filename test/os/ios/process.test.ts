// Life cycle of the app's process: who launches it, what keeps it running, when it is suspended, and what that does to a response under way
// (facts R5, R21 to R23, 1.6).
import { describe, expect, it } from 'vitest';
import { Bench, HOUR, INFO, MINUTE, refresh, SECOND } from './bench.ts';

const started = (app = {}, config = {}): Bench => {
  const bench = new Bench(config, app);
  bench.do({ type: 'open' });
  return bench;
};

describe('an app that leaves the foreground', () => {
  it('goes on for a few seconds, is suspended, and its connections are closed under it', () => {
    const bench = started();
    bench.do({ type: 'leave' });
    expect(bench.model.processState()).toBe('background');
    bench.pass(5 * SECOND);
    expect(bench.history.slice(-2)).toEqual([
      { at: 5 * SECOND, decision: { type: 'process.suspended', why: 'leaving' } },
      { at: 5 * SECOND, decision: { type: 'connections.defunct' } },
    ]);
    bench.pass(HOUR);
    expect(bench.do({ type: 'open' })).toEqual([
      { type: 'process.resumed', why: 'user', asleep: HOUR, connections: 'defunct' },
      { type: 'app.foreground' },
    ]);
  });

  it('keeps its connections over a short sleep where a figure says so: a response under way arrives on resume', () => {
    const bench = started({}, { figures: { connectionsDefunct: MINUTE } });
    bench.do({ type: 'leave' });
    bench.pass(30 * SECOND);
    expect(bench.do({ type: 'open' })).toContainEqual({ type: 'process.resumed', why: 'user', asleep: 25 * SECOND, connections: 'kept' });
    bench.do({ type: 'leave' });
    expect(bench.pass(HOUR)).toContainEqual({ type: 'connections.defunct' });
  });

  it('is not suspended when it comes back in time, nor under a debugger (R22)', () => {
    const bench = started();
    bench.do({ type: 'leave' });
    bench.pass(SECOND);
    bench.do({ type: 'open' });
    bench.pass(HOUR);
    bench.do({ type: 'debugger', attached: true }, { type: 'leave' });
    bench.pass(HOUR);
    expect(bench.all('process.suspended')).toEqual([]);
    bench.do({ type: 'debugger', attached: false });
    expect(bench.pass(SECOND)).toContainEqual({ type: 'process.suspended', why: 'leaving' });
  });

  it('is put into the background by the lock', () => {
    const bench = started();
    expect(bench.do({ type: 'lock' })).toEqual([{ type: 'app.background' }]);
    expect(bench.do({ type: 'lock' }, { type: 'leave' })).toEqual([
      { type: 'input.ignored', input: 'leave', why: 'not in the foreground' },
    ]);
  });
});

describe('beginBackgroundTask', () => {
  it('gives thirty seconds in the background, then its handler must end it (R23)', () => {
    const bench = started();
    bench.do({ type: 'begin-background-task', task: 'save' }, { type: 'leave' });
    bench.pass(30 * SECOND - 1);
    expect(bench.model.processState()).toBe('background');
    expect(bench.pass(1)).toEqual([{ type: 'background-task.expired', task: 'save' }]);
    bench.do({ type: 'end-background-task', task: 'save' });
    expect(bench.pass(MINUTE)).toContainEqual({ type: 'process.suspended', why: 'beginBackgroundTask' });
    expect(bench.all('process.ended')).toEqual([]);
  });

  it('costs the process when nobody ends it', () => {
    const bench = started();
    bench.do({ type: 'begin-background-task', task: 'save' }, { type: 'leave' });
    expect(bench.pass(MINUTE)).toContainEqual({ type: 'process.ended', why: 'background-task-overrun' });
    expect(bench.model.processState()).toBe('not running');
  });

  it('ends early when the work does, and stands still in the foreground', () => {
    const bench = started();
    bench.do({ type: 'begin-background-task', task: 'save' }, { type: 'leave' });
    bench.pass(20 * SECOND);
    bench.do({ type: 'open' });
    bench.pass(HOUR);
    bench.do({ type: 'leave' });
    bench.pass(20 * SECOND);
    bench.do({ type: 'end-background-task', task: 'save' });
    bench.pass(SECOND);
    expect(bench.model.processState()).toBe('suspended');
    expect(bench.all('background-task.expired')).toEqual([]);
  });

  it('does not run down while a task of the scheduler keeps the app alive', () => {
    const bench = new Bench({ figures: { refreshFullShare: 1 } }, { takes: undefined }).submitAndLeave(refresh());
    bench.until('task.started', HOUR);
    bench.do({ type: 'begin-background-task', task: 'save' });
    expect(bench.until('task.completed', MINUTE)).toBeGreaterThanOrEqual(25 * SECOND);
    const completed = bench.now;
    bench.pass(MINUTE);
    expect(bench.all('background-task.expired')).toMatchObject([{ task: 'save', at: completed + 30 * SECOND }]);
  });
});

describe('a launch', () => {
  it('of the user finds what the phone is like: nothing happens on one that is off or without the app', () => {
    const bench = new Bench();
    bench.do({ type: 'shutdown' });
    expect(bench.do({ type: 'open' })).toEqual([{ type: 'input.ignored', input: 'open', why: 'powered off' }]);
    bench.do({ type: 'boot' }, { type: 'uninstall' });
    expect(bench.do({ type: 'open' })).toEqual([{ type: 'input.ignored', input: 'open', why: 'not installed' }]);
    expect(bench.do({ type: 'uninstall' })).toMatchObject([{ why: 'not installed' }]);
  });

  it('unlocks a locked phone first', () => {
    const bench = new Bench();
    bench.do({ type: 'boot' });
    expect(bench.do({ type: 'open' }).map(({ type }) => type)).toEqual([
      'protected-data',
      'process.launched',
      'app.foreground',
      'register.answered',
      'register.answered',
    ]);
  });

  it('ahead of the user happens from iOS 15 on, also before the first unlock, and the user finds the process (1.6)', () => {
    const bench = new Bench();
    bench.do({ type: 'boot' });
    expect(bench.do({ type: 'prewarm' })).toContainEqual({ type: 'process.launched', why: 'prewarm' });
    expect(bench.model.containerReadable(bench.at())).toBe(false);
    bench.pass(MINUTE);
    expect(bench.model.processState()).toBe('suspended');
    expect(bench.do({ type: 'prewarm' })).toMatchObject([{ type: 'input.ignored', why: 'running already' }]);
    expect(bench.do({ type: 'open' })).toContainEqual(expect.objectContaining({ type: 'process.resumed', why: 'user' }));
    expect(new Bench({ version: 14 }).do({ type: 'prewarm' })).toMatchObject([{ type: 'input.ignored', why: 'before iOS 15' }]);
  });

  it('in the background hands the task over when the app has launched, and not before (R5)', () => {
    const bench = new Bench({}, { launchTakes: 3 * SECOND });
    bench.do({ type: 'open' });
    bench.pass(4 * SECOND);
    bench.submitAndLeave(refresh()).do({ type: 'terminated', by: 'jetsam' });
    bench.until('task.started', HOUR);
    const [, launched] = bench.all('process.launched');
    expect(launched).toMatchObject({ why: 'task' });
    expect(bench.all('request.taken')[0]?.at).toBe(launched?.at);
    expect(bench.all('task.started')[0]?.at).toBe((launched?.at ?? 0) + 3 * SECOND);
  });
});

describe('a process that was ended', () => {
  it('leaves nothing to do, and the next one is suspended in its turn', () => {
    const bench = started();
    bench.do({ type: 'begin-background-task', task: 'save' }, { type: 'leave' }, { type: 'terminated', by: 'jetsam' });
    expect(bench.model.next()).toBeUndefined();
    bench.do({ type: 'open' }, { type: 'terminated', by: 'crash' });
    bench.do({ type: 'push', push: { id: 'p1', contentAvailable: true } });
    bench.pass(MINUTE);
    expect(bench.model.processState()).toBe('suspended');
    expect(bench.all('background-task.expired')).toEqual([]);
  });

  it('takes its closed connections with it', () => {
    const bench = started({}, { figures: { connectionsDefunct: MINUTE } });
    bench.do({ type: 'leave' });
    bench.pass(HOUR);
    bench.do({ type: 'terminated', by: 'jetsam' }, { type: 'open' }, { type: 'leave' });
    bench.pass(30 * SECOND);
    expect(bench.do({ type: 'open' })).toContainEqual(expect.objectContaining({ type: 'process.resumed', connections: 'kept' }));
  });
});

it('an update, a reboot and an uninstall end the process and lose what ran in it', () => {
  for (const event of [{ type: 'update', info: INFO }, { type: 'shutdown' }, { type: 'uninstall' }] as const) {
    const bench = new Bench({}, { takes: undefined }).submitAndLeave(refresh());
    bench.until('task.started', HOUR);
    expect(bench.do(event)).toEqual(
      expect.arrayContaining([
        { type: 'process.ended', why: event.type },
        { type: 'task.lost', identifier: refresh().identifier, why: event.type },
      ]),
    );
    expect(bench.model.processState()).toBe('not running');
    expect(bench.pass(HOUR).filter(({ type }) => type.startsWith('task.'))).toEqual([]);
  }
});
