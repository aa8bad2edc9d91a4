// Silent pushes: what is malformed, dropped, held, replaced, throttled, and what wakes the app (facts 1.5, 1.6, 1.8).
import { describe, expect, it, test } from 'vitest';
import { SILENT_PUSH } from '../../../src/os/ios/phone.ts';
import type { PhoneInput, Push, PushDrop } from '../../../src/os/ios/words.ts';
import { Bench, DAY, HOUR, INFO, MINUTE, SECOND, type AppScript } from './bench.ts';

const silent = (id: string, more: Partial<Push> = {}): PhoneInput => ({ type: 'push', push: { id, contentAvailable: true, ...more } });
/** An app that was used once and is suspended. */
const idle = (app: AppScript = {}, config = {}): Bench => {
  const bench = new Bench(config, app).submitAndLeave();
  bench.pass(MINUTE);
  return bench;
};
const dropped = (bench: Bench, ...events: PhoneInput[]): PushDrop[] => {
  const from = bench.all('push.dropped').length;
  bench.do(...events);
  return bench
    .all('push.dropped')
    .slice(from)
    .map(({ why }) => why);
};

describe('a silent push', () => {
  it('wakes a suspended app, which has thirty seconds', () => {
    const bench = idle({ pushTakes: undefined });
    expect(bench.do(silent('p1'))).toEqual([
      expect.objectContaining({ type: 'process.resumed', why: 'push' }),
      { type: 'push.delivered', id: 'p1', why: 'resumed' },
    ]);
    expect(bench.why(SILENT_PUSH).gate).toBe('running');
    bench.pass(30 * SECOND);
    expect(bench.all('push.expired')).toMatchObject([{ id: 'p1' }]);
    bench.pass(SECOND);
    expect(bench.model.processState()).toBe('suspended');
  });

  it('launches an app that the system has ended, and lets it go when its completion handler is called', () => {
    const bench = idle();
    bench.do({ type: 'terminated', by: 'jetsam' });
    expect(bench.do(silent('p1')).map(({ type }) => type)).toEqual(
      expect.arrayContaining(['process.launched', 'push.delivered', 'register.answered']),
    );
    bench.pass(2 * SECOND);
    expect(bench.model.processState()).toBe('suspended');
    expect(bench.all('push.expired')).toEqual([]);
  });

  test.each<[PushDrop, Partial<Push>]>([
    ['not content-available', { contentAvailable: false }],
    ['interactive keys', { interactive: true }],
    ['apns-push-type', { apnsPushType: 'alert' }],
    ['apns-priority', { apnsPriority: 10 }],
  ])('is none when it has %s', (why, more) => {
    expect(dropped(idle(), silent('p1', more))).toEqual([why]);
  });

  test.each<[PushDrop, PhoneInput]>([
    ['app switcher', { type: 'force-quit' }],
    ['backgroundRefreshStatus', { type: 'background-app-refresh', scope: 'app', setting: 'off' }],
    ['backgroundRefreshStatus', { type: 'background-app-refresh', scope: 'phone', setting: 'off' }],
    ['app not installed', { type: 'uninstall' }],
    ['UIBackgroundModes', { type: 'update', info: { ...INFO, UIBackgroundModes: ['fetch'] } }],
  ])('is dropped: %s', (why, event) => {
    const bench = idle();
    bench.do(event);
    expect(dropped(bench, silent('p1'))).toEqual([why]);
  });

  it('comes again after a force-quit once the user has opened the app', () => {
    const bench = idle();
    bench.do({ type: 'force-quit' });
    expect(dropped(bench, silent('p1'))).toEqual(['app switcher']);
    bench.do({ type: 'open' }, { type: 'leave' });
    bench.pass(MINUTE);
    expect(bench.do(silent('p2'))).toContainEqual({ type: 'push.delivered', id: 'p2', why: 'resumed' });
  });

  it('is refused while the app is being started ahead of the user', () => {
    const bench = new Bench({}, { launchTakes: 5 * SECOND });
    bench.do({ type: 'prewarm' });
    expect(dropped(bench, silent('p1'))).toEqual(['prewarm']);
  });

  it('is no longer refused once that is over, or the user has come', () => {
    const over = new Bench();
    over.do({ type: 'prewarm' });
    over.pass(MINUTE);
    expect(over.do(silent('p1'))).toContainEqual({ type: 'push.delivered', id: 'p1', why: 'resumed' });
    const come = new Bench();
    come.do({ type: 'prewarm' }, { type: 'open' });
    expect(come.do(silent('p1'))).toEqual([{ type: 'push.delivered', id: 'p1', why: 'running' }]);
  });

  it('is delivered at once to an app that runs, throttled or not, and to one under a debugger', () => {
    const bench = new Bench({ battery: { level: 5, plugged: false } });
    bench.do({ type: 'open' });
    for (let n = 0; n < 10; n++) expect(bench.do(silent(`p${n}`))).toEqual([{ type: 'push.delivered', id: `p${n}`, why: 'running' }]);
    const debugged = idle();
    debugged.do({ type: 'debugger', attached: true });
    for (let n = 0; n < 10; n++) expect(debugged.do(silent(`p${n}`))).toContainEqual(expect.objectContaining({ type: 'push.delivered' }));
  });
});

describe('the budget of silent pushes', () => {
  it('is three an hour; the newest of those held comes when the hour is over', () => {
    const bench = idle();
    const begun = bench.now;
    for (let n = 0; n < 8; n++) {
      bench.do(silent(`p${n}`));
      bench.pass(5 * MINUTE);
    }
    expect(bench.all('push.delivered').map(({ id }) => id)).toEqual(['p0', 'p1', 'p2']);
    expect(bench.all('push.dropped').map(({ id, why }) => `${id} ${why}`)).toEqual(
      ['p3', 'p4', 'p5', 'p6'].map((id) => `${id} newer push`),
    );
    expect(bench.why(SILENT_PUSH)).toMatchObject({ gate: 'rate limiting', opens: begun + HOUR, documented: false });
    bench.pass(HOUR);
    expect(bench.all('push.delivered').at(-1)).toMatchObject({ id: 'p7', at: begun + HOUR });
  });

  it('is not spent by pushes that find the app running', () => {
    const bench = idle();
    bench.do({ type: 'open' });
    for (let n = 0; n < 5; n++) bench.do(silent(`p${n}`));
    bench.do({ type: 'leave' });
    bench.pass(MINUTE);
    expect(bench.do(silent('later'))).toContainEqual({ type: 'push.delivered', id: 'later', why: 'resumed' });
  });

  it('is a figure of ours that a run may change', () => {
    const bench = idle({}, { figures: { pushesPerHour: 1 } });
    bench.do(silent('p0'));
    bench.pass(MINUTE);
    bench.do(silent('p1'));
    expect(bench.all('push.held')).toMatchObject([{ id: 'p1', gate: { gate: 'rate limiting' } }]);
  });
});

describe('a held push', () => {
  test.each<[string, PhoneInput[], PhoneInput]>([
    ['isLowPowerModeEnabled', [{ type: 'low-power-mode', on: true }], { type: 'low-power-mode', on: false }],
    ['batteryLevel', [{ type: 'battery', level: 10, plugged: false }], { type: 'battery', level: 21, plugged: true }],
    ['no connection', [{ type: 'network', connection: 'none' }], { type: 'network', connection: 'cellular' }],
    ['powered off', [{ type: 'shutdown' }], { type: 'boot' }],
  ])('waits at %s until that opens', (gate, close, open) => {
    const bench = idle();
    bench.do(...close, silent('p1'));
    bench.pass(DAY);
    expect(bench.all('push.delivered')).toEqual([]);
    expect(bench.all('push.held')).toMatchObject([{ id: 'p1', gate: { gate } }]);
    expect(bench.why(SILENT_PUSH).gate).toBe(gate);
    bench.do(open);
    expect(bench.all('push.delivered')).toMatchObject([{ id: 'p1' }]);
  });

  it('is delivered at once when the user launches the app', () => {
    const bench = idle();
    bench.do({ type: 'low-power-mode', on: true }, silent('p1'));
    expect(bench.do({ type: 'open' })).toContainEqual({ type: 'push.delivered', id: 'p1', why: 'user launch' });
  });

  it('is discarded when the app is force-quit, unless the phone has not seen it yet', () => {
    const bench = idle();
    bench.do({ type: 'low-power-mode', on: true }, silent('p1'));
    expect(dropped(bench, { type: 'force-quit' })).toEqual(['process ended']);
    const ended = idle();
    ended.do({ type: 'terminated', by: 'jetsam' }, { type: 'low-power-mode', on: true }, silent('p1'));
    expect(dropped(ended, { type: 'force-quit' })).toEqual(['process ended']);
    const away = idle();
    away.do({ type: 'network', connection: 'none' }, silent('p1'));
    expect(dropped(away, { type: 'force-quit' })).toEqual([]);
    expect(dropped(away, { type: 'network', connection: 'wifi' })).toEqual(['app switcher']);
  });

  it('is not held back by app usage: the score plays no part (1.5)', () => {
    const bench = idle({}, { habit: Array.from({ length: 48 }, () => 0) });
    bench.pass(10 * DAY);
    expect(bench.do(silent('p1'))).toContainEqual({ type: 'push.delivered', id: 'p1', why: 'resumed' });
  });
});

it('nothing waits: unknown', () => {
  expect(idle().why(SILENT_PUSH)).toMatchObject({ gate: 'unknown' });
});
