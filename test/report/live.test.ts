// The live view, frame by frame: what a person sees of a server and of a run, and when a frame is drawn at all.
import { renderToString } from 'ink';
import { createElement } from 'react';
import { describe, expect, test } from 'vitest';
import type { Fact, HistoryEvent } from '../../src/core/events.ts';
import type { LiveModel } from '../../src/report/live/model.ts';
import { LiveView, Panel } from '../../src/report/live/panel.ts';
import { runModel } from '../../src/report/live/run-model.ts';
import { serveModel } from '../../src/report/live/serve-model.ts';
import type { ServeFacts } from '../../src/report/live/serve-model.ts';
import { Sessions } from '../../src/report/live/sessions.ts';
import { createLiveStore } from '../../src/report/live/store.ts';
import { KEYS } from '../../src/cli/serve-keys.ts';

const frame = (model: LiveModel, columns = 100): string => renderToString(createElement(Panel, { model, colour: false }), { columns });

const WHO = { family: 'f1', user: 'ada', device: 'phone' };
const GRANTED: Fact = {
  type: 'session.granted',
  ...WHO,
  at: 'AT-1',
  rt: 'RT-1',
  expiresAt: 30_000,
  lifetime: 30_000,
  grant: 'authorization_code',
};
const COMMITTED: Fact = {
  type: 'token.committed',
  x: 'x1',
  rt: 'RT-1',
  at: 'AT-2',
  newRt: 'RT-2',
  ...WHO,
  expiresAt: 60_000,
  lifetime: 30_000,
};

function followed(...facts: readonly Fact[]): Sessions {
  const sessions = new Sessions();
  facts.forEach((fact, seq) => sessions.see({ seq, t: seq, actor: 'as', ...fact } as HistoryEvent));
  return sessions;
}

const FACTS: ServeFacts = {
  url: 'http://127.0.0.1:7357',
  now: 1_204,
  wall: Date.UTC(2026, 0, 1, 12, 0, 1, 204),
  frozen: false,
  requests: 0,
  rules: 0,
  holds: [],
  sessions: [],
  count: { active: 0, ended: 0 },
  keys: KEYS,
};

describe('the frame of a server', () => {
  test('before anything happened', () => {
    expect(frame(serveModel(FACTS))).toBe(
      [
        '── http://127.0.0.1:7357 · 12:00:01 · 0 requests',
        ' sessions  none yet',
        ' a +5m · e expire access · k revoke · d drop next response · r rotate keys · x reset · q quit',
      ].join('\n'),
    );
  });

  test('with sessions, a rule, a broken invariant and the last key', () => {
    const sessions = followed(
      GRANTED,
      COMMITTED,
      { ...GRANTED, family: 'f2', device: 'tablet', at: 'AT-3', rt: 'RT-3', expiresAt: 1_000 },
      { ...GRANTED, family: 'f3', user: 'bob', at: 'AT-4', rt: 'RT-4' },
      { type: 'family.dead', family: 'f3', user: 'bob', device: 'phone', reason: 'reuse' },
    );
    const model = serveModel({
      ...FACTS,
      requests: 128,
      rules: 1,
      frozen: true,
      holds: [{ name: 'gate', waiting: 2 }],
      sessions: sessions.latest(6),
      count: sessions.count,
      verdict: {
        held: 14,
        idle: 6,
        broken: [{ invariant: 'no-refresh-token-reuse', message: 'RT-4 was presented again', presumed: true }],
      },
      message: 'the clock is 5m further',
    });
    expect(frame(model)).toBe(
      [
        '── http://127.0.0.1:7357 · 12:00:01 (stands still) · 128 requests · 1 rule',
        ' sessions    f3   bob phone         ended: reuse',
        '             f2   ada tablet        AT-3 expired  RT-3',
        '             f1   ada phone         AT-2 58s left  RT-2, 1 refresh',
        ' invariants  ✓ 14 hold · 6 with nothing to judge',
        '             ✗ no-refresh-token-reuse RT-4 was presented again (presumed)',
        ' held        2 at gate',
        ' a +5m · e expire access · k revoke · d drop next response · r rotate keys · x reset · q quit',
        '› the clock is 5m further',
      ].join('\n'),
    );
  });

  test('a verdict that is behind the traffic says so', () => {
    const text = frame(serveModel({ ...FACTS, verdict: { held: 14, idle: 6, broken: [], behind: 1_200 } }));
    expect(text).toContain('✓ 14 hold · 6 with nothing to judge · 1200 newer facts: tokenwarp ctl verify');
    expect(frame(serveModel({ ...FACTS, verdict: { held: 14, idle: 6, broken: [], behind: 0 } }))).not.toContain('newer');
  });

  test('in a narrow terminal every line is cut, none is wrapped', () => {
    const lines = frame(serveModel({ ...FACTS, url: 'http://localhost:7357/a/rather/long/path/of/an/issuer' }), 40).split('\n');
    expect(lines).toHaveLength(3);
    for (const line of lines) expect(line.length).toBeLessThanOrEqual(40);
    expect(lines[0]).toMatch(/…$/);
  });

  test('more breaches and sessions than fit are counted', () => {
    const broken = Array.from({ length: 5 }, (_, i) => ({ invariant: `rule-${i}`, message: 'broke', presumed: false }));
    const text = frame(
      serveModel({
        ...FACTS,
        sessions: followed(GRANTED).latest(6),
        count: { active: 7, ended: 3 },
        verdict: { held: 0, idle: 0, broken },
      }),
    );
    expect(text).toContain('and 9 more: 7 active, 3 ended in all');
    expect(text).toContain('✗ and 2 more');
  });
});

describe('sessions follow the journal', () => {
  test('a refresh replaces the tokens and is counted; a revoked access token comes back with the next', () => {
    const sessions = followed(GRANTED, { type: 'access.dead', at: 'AT-1', family: 'f1', reason: 'revoked' });
    expect(sessions.latest(1)).toMatchObject([{ access: 'AT-1', accessDead: 'revoked', rotations: 0 }]);
    sessions.see({ seq: 2, t: 2, actor: 'as', ...COMMITTED } as HistoryEvent);
    const [row] = sessions.latest(1);
    expect(row).toMatchObject({ access: 'AT-2', refresh: 'RT-2', rotations: 1, lastAt: 2 });
    expect(row).not.toHaveProperty('accessDead');
  });

  test('the end of an older access token says nothing about the newer one', () => {
    expect(
      followed(GRANTED, COMMITTED, { type: 'access.dead', at: 'AT-1', family: 'f1', reason: 'superseded' }).latest(1)[0],
    ).not.toHaveProperty('accessDead');
  });

  test('an ended session is counted as ended', () => {
    expect(followed(GRANTED, { type: 'family.dead', ...WHO, reason: 'admin' }).count).toEqual({ active: 0, ended: 1 });
  });
});

describe('the frame of a run', () => {
  test('how far it is, what failed, what runs now', () => {
    expect(frame(runModel({ total: 30, done: 10, failed: 2, current: 'late-401', wallMs: 1_234 }))).toBe(
      ` ${'█'.repeat(10)}${'░'.repeat(20)} 10 of 30 · 2 failed · 1s\n now  late-401`,
    );
  });
});

describe('the store', () => {
  test('tells its listeners of a frame that looks different, or when something was printed, and of nothing else', () => {
    const store = createLiveStore(serveModel(FACTS));
    let told = 0;
    const off = store.subscribe(() => {
      told += 1;
    });
    store.set(serveModel({ ...FACTS, requests: 1 }));
    store.set(serveModel({ ...FACTS, requests: 1 }));
    expect(told).toBe(1);
    store.print('a line\n');
    store.set(serveModel({ ...FACTS, requests: 1 }));
    expect([told, store.take(), store.take()]).toEqual([2, 'a line\n', '']);
    off();
    store.set(serveModel({ ...FACTS, requests: 2 }));
    expect(told).toBe(2);
  });

  test('a view draws what the store holds, and nothing once it is gone', () => {
    const store = createLiveStore(serveModel(FACTS));
    expect(renderToString(createElement(LiveView, { store, colour: false }))).toContain('none yet');
    expect(renderToString(createElement(LiveView, { store, colour: false, gone: true }))).toBe('');
  });
});
