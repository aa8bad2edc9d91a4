import { describe, expect, test } from 'vitest';
import type { HistoryEvent } from '../../src/core/events.ts';
import { formatInstant, laneText } from '../../src/report/lane-text.ts';
import { laneRows } from '../../src/report/lanes.ts';
import type { ScenarioReport } from '../../src/report/reporter.ts';
import { lateRefresh, lostResponse, timeline, twoProcesses } from '../kit/results.ts';

const API = { origin: 'https://api.example', method: 'GET', bodyDigest: '', bodyLength: 0 };

function drawn(report: ScenarioReport, width = 120): string[] {
  const { result } = report;
  const [finding] = result.verdict.findings;
  if (finding === undefined) throw new Error('the fixture has a finding');
  return laneText(laneRows(result.events, finding.witness, finding.seq), { originMs: result.originMs, width });
}

function draw(events: readonly HistoryEvent[], witness: readonly number[], width = 120): string[] {
  return laneText(laneRows(events, witness, witness.at(-1) ?? 0), { originMs: 0, width });
}

describe('rows of a witness', () => {
  test('an exchange whose answer follows at once takes one row', () => {
    const { events, add } = timeline();
    const sent = add(0, 'phone/app', { type: 'api.sent', n: 'n1', k: 1, at: 'AT-1', path: '/feed', ...API });
    const back = add(40, 'phone/app', { type: 'api.delivered', n: 'n1', k: 1, status: 200, at: 'AT-1' });
    expect(laneRows(events, [sent, back], back)).toEqual([
      { kind: 'out', t: 0, lane: 'phone/app', server: 'rs', text: 'GET /feed (AT-1)', end: '200', marked: true },
    ]);
  });

  test('an answer with something else in between, or a long wait, takes a row of its own', () => {
    const { events, add } = timeline();
    const sent = add(0, 'phone/app', { type: 'api.sent', n: 'n1', k: 1, at: 'AT-1', path: '/feed', ...API });
    const kill = add(10, 'phone/app', { type: 'offline' });
    const back = add(40, 'phone/app', { type: 'api.delivered', n: 'n1', k: 1, status: 200, at: 'AT-1' });
    expect(laneRows(events, [sent, kill, back], kill).map((row) => [row.kind, row.pending])).toEqual([
      ['out', true],
      ['local', undefined],
      ['in', undefined],
    ]);
    const slow = timeline();
    const first = slow.add(0, 'phone/app', { type: 'api.sent', n: 'n1', k: 1, at: 'AT-1', path: '/feed', ...API });
    const last = slow.add(1_001, 'phone/app', { type: 'api.delivered', n: 'n1', k: 1, status: 200, at: 'AT-1' });
    expect(laneRows(slow.events, [first, last], last)).toHaveLength(2);
  });

  test('what became of an exchange is told even when its end is not in the witness', () => {
    const { events, add } = timeline();
    const sent = add(0, 'phone/app', { type: 'token.sent', x: 'x1', rt: 'RT-1', device: 'phone', attempt: 1 });
    add(10, 'as', {
      type: 'token.committed',
      x: 'x1',
      rt: 'RT-1',
      at: 'AT-2',
      newRt: 'RT-2',
      family: 'f',
      user: 'u',
      device: 'phone',
      expiresAt: 1,
      lifetime: 1,
    });
    add(20, 'phone/app', { type: 'token.lost', x: 'x1', phase: 'after-commit', told: true });
    expect(laneRows(events, [sent], sent)[0]?.end).toBe('RT-1→RT-2, AT-2, answer lost after the server committed');
  });

  test('an answer that says something else than the server did shows both', () => {
    const { events, add } = timeline();
    const sent = add(0, 'phone/app', { type: 'token.sent', x: 'x1', rt: 'RT-1', device: 'phone', attempt: 1 });
    add(10, 'as', {
      type: 'token.committed',
      x: 'x1',
      rt: 'RT-1',
      at: 'AT-2',
      newRt: 'RT-2',
      family: 'f',
      user: 'u',
      device: 'phone',
      expiresAt: 1,
      lifetime: 1,
    });
    add(20, 'phone/app', { type: 'token.delivered', x: 'x1', rt: 'RT-1', status: 502, kind: 'other' });
    expect(laneRows(events, [sent], sent)[0]?.end).toBe('RT-1→RT-2, AT-2; client hears 502, not a token response');
  });

  test('a transport that sends a refresh twice shows both decisions of the server', () => {
    const { events, add } = timeline();
    const sent = add(0, 'phone/app', { type: 'token.sent', x: 'x1', rt: 'RT-1', device: 'phone', attempt: 1 });
    add(10, 'as', {
      type: 'token.committed',
      x: 'x1',
      rt: 'RT-1',
      at: 'AT-2',
      newRt: 'RT-2',
      family: 'f',
      user: 'u',
      device: 'phone',
      expiresAt: 1,
      lifetime: 1,
    });
    add(11, 'as', { type: 'token.refused', x: 'x1', rt: 'RT-1', error: 'invalid_grant', status: 400, reason: 'reused' });
    expect(laneRows(events, [sent], sent)[0]?.end).toContain('RT-1→RT-2, AT-2, then again: invalid_grant: RT-1 reused');
  });

  test('a 401 counts as late only when the device already held a newer token', () => {
    const late = laneRows(lateRefresh().result.events, lateRefresh().result.verdict.findings[0]?.witness ?? [], 0);
    expect(late.filter((row) => row.note === 'late 401').map((row) => row.text)).toEqual(['401 invalid_token for GET /export (AT-1)']);
  });

  test('a token the server had refused is not called valid', () => {
    const { events, add } = timeline();
    add(0, 'as', {
      type: 'token.committed',
      x: 'x1',
      rt: 'RT-1',
      at: 'AT-2',
      newRt: 'RT-2',
      family: 'f',
      user: 'u',
      device: 'phone',
      expiresAt: 300_000,
      lifetime: 300_000,
    });
    add(1, 'phone/app', { type: 'token.delivered', x: 'x1', rt: 'RT-1', status: 200, kind: 'granted', at: 'AT-2', newRt: 'RT-2' });
    const before = add(2, 'phone/app', { type: 'token.sent', x: 'x2', rt: 'RT-2', device: 'phone', attempt: 1 });
    add(3, 'phone/app', { type: 'api.delivered', n: 'n1', k: 1, status: 401, at: 'AT-2' });
    const after = add(4, 'phone/app', { type: 'token.sent', x: 'x3', rt: 'RT-2', device: 'phone', attempt: 1 });
    expect(laneRows(events, [before], before)[0]?.note).toBe('AT-2 still valid for 4m59s');
    expect(laneRows(events, [after], after)[0]?.note).toBeUndefined();
  });

  test('a write that ends well takes one row, one that fails takes two', () => {
    const { events, add } = timeline();
    const begin = add(0, 'phone/app', { type: 'store.begin', w: 1, op: 'set', key: 'session', labels: ['AT-2'] });
    const good = add(1, 'phone/app', { type: 'store.end', w: 1, op: 'set', key: 'session', labels: ['AT-2'], ok: true });
    const again = add(2, 'phone/app', { type: 'store.begin', w: 2, op: 'set', key: 'session', labels: ['AT-3'] });
    const bad = add(3, 'phone/app', {
      type: 'store.end',
      w: 2,
      op: 'set',
      key: 'session',
      labels: ['AT-3'],
      ok: false,
      error: 'store-locked',
    });
    expect(laneRows(events, [begin, good, again, bad], begin).map((row) => row.text)).toEqual([
      'storing AT-2 as session',
      'storing AT-3 as session',
      'session could not be written: store-locked',
    ]);
  });

  test('two requests for the same path are told apart by their number', () => {
    const { events, add } = timeline();
    const one = add(0, 'phone/app', { type: 'api.sent', n: 'n1', k: 1, at: 'AT-1', path: '/feed', ...API });
    const two = add(0, 'phone/app', { type: 'api.sent', n: 'n2', k: 1, at: 'AT-1', path: '/feed', ...API });
    expect(laneRows(events, [one, two], two).map((row) => row.text)).toEqual(['GET /feed n1 (AT-1)', 'GET /feed n2 (AT-1)']);
  });

  test('a witness that names an event twice or one that is not there still draws', () => {
    const { events, add } = timeline();
    const only = add(0, 'phone/app', { type: 'offline' });
    expect(laneRows(events, [only, only, 99], only)).toHaveLength(1);
    expect(laneText([], { originMs: 0, width: 80 })).toEqual([]);
  });
});

describe('the drawing', () => {
  test('arrows of one drawing end in the column of their server', () => {
    const lines = drawn(lateRefresh());
    const column = lines[0]?.indexOf('resource server') ?? -1;
    for (const line of lines.filter((one) => one.includes('in flight'))) expect(line.indexOf('▶')).toBe(column - 1);
    const server = lines[0]?.indexOf('authorization server') ?? -1;
    for (const line of lines.filter((one) => one.includes('RT-1→RT-2'))) expect(line.indexOf('▶')).toBe(server - 1);
  });

  test('each process has a column; its own text begins there', () => {
    const lines = drawn(twoProcesses());
    const column = lines[0]?.indexOf('phone/widget') ?? -1;
    expect(lines.find((line) => line.includes('session active'))?.indexOf('session')).toBe(column);
  });

  test('only the violating row is marked', () => {
    for (const report of [lateRefresh(), twoProcesses(), lostResponse()]) {
      expect(drawn(report).filter((line) => line.startsWith(' ▸'))).toHaveLength(1);
    }
  });

  test('times count from the first step', () => {
    expect(drawn(lateRefresh()).at(-1)).toMatch(/^ ▸ +901 ms/);
  });

  test('no line is wider than the screen, and none ends in a space', () => {
    for (const width of [50, 60, 80, 100, 120, 200]) {
      for (const report of [lateRefresh(), twoProcesses(), lostResponse()]) {
        for (const line of drawn(report, width)) {
          expect(line.length).toBeLessThanOrEqual(width);
          expect(line).toBe(line.trimEnd());
        }
      }
    }
  });

  test('a screen too narrow for lanes gets one sentence per row with the same facts', () => {
    const lines = drawn(lateRefresh(), 70);
    expect(lines[0]).not.toContain('authorization server');
    const text = lines.join(' ').replaceAll(/ +/g, ' ');
    expect(text).toContain('phone/app: refresh #2 (RT-2) ─▶ auth. server: RT-2→RT-3, AT-3');
    expect(text).toContain('✗ AT-2 still valid for 4m59s');
  });

  test('a device and the scenario have a place in the drawing when no process acts', () => {
    const { events, add } = timeline();
    const step = add(0, 'world', { type: 'step', index: 0, text: 'advance 5m' });
    expect(draw(events, [step])).toEqual(['         t   scenario', ' ▸    0 ms   · advance 5m']);
    const lock = add(7, 'phone', { type: 'store.locked' });
    expect(draw(events, [lock])[0]).toContain('phone');
  });
});

test.each([
  [0, '0 ms'],
  [951, '951 ms'],
  [9_999, '9999 ms'],
  [20_000, '20s'],
  [20_401, '20.401s'],
  [320_401, '5m20.401s'],
  [300_000, '5m'],
  [3_600_000, '1h'],
  [3_600_500, '1h0.500s'],
  [2_592_000_000, '30d'],
  [2_592_061_001, '30d1m1.001s'],
  [-200, '-200 ms'],
])('%d ms is written %s', (ms, text) => {
  expect(formatInstant(ms)).toBe(text);
});
