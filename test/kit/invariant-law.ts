// The laws every invariant must keep, whatever it judges. Run this kit over a new invariant before review, with a trace it flags
// and one it spares.
import { expect, test } from 'vitest';
import type { HistoryEvent } from '../../src/core/events.ts';
import type { Invariant, Judgement } from '../../src/verify/result.ts';
import { HistoryView } from '../../src/verify/view.ts';
import { history } from './trace.ts';

/** Long runs of token characters, and the beginning of every JWT. */
const TOKEN_LIKE = /eyJ[\w-]{6,}|(?=\w*\d)(?=\w*[a-z])(?=\w*[A-Z])\w{20,}/;

export function obeysTheLaws(invariant: Invariant, flagged: string, spared: string): void {
  const judge = (events: readonly HistoryEvent[]): Judgement => invariant.judge(new HistoryView(events));

  test('has a name, a number, words for people, and sources', () => {
    expect(invariant.name).toMatch(/^[a-z]+(-[a-z]+)+$/);
    expect(invariant.id).toMatch(/^I\d+$/);
    expect(invariant.summary.length).toBeGreaterThan(30);
    expect(invariant.why.length).toBeGreaterThan(40);
    expect(invariant.sources.some((source) => /^RFC \d{4}/.test(source))).toBe(true);
    for (const source of invariant.sources) expect(source).toMatch(/^(RFC \d{4}( [\d.]+)?|[\w.-]+\/[\w.-]+#\d+)$/);
    expect(invariant.needs.length).toBeGreaterThan(0);
  });
  test('is idle on an empty history', () => expect(judge([])).toEqual({ judged: 0, violations: [] }));
  test('flags what it must and spares what it must, and has judged both', () => {
    expect(judge(history(flagged)).violations.length).toBeGreaterThan(0);
    expect(judge(history(flagged)).judged).toBeGreaterThan(0);
    expect(judge(history(spared)).violations).toEqual([]);
  });
  test('is pure: the same history gives the same judgement and is left as it was', () => {
    const events = history(flagged);
    const before = JSON.stringify(events);
    const view = new HistoryView(events);
    const first = JSON.stringify(invariant.judge(view));
    expect(JSON.stringify(invariant.judge(view))).toBe(first);
    expect(JSON.stringify(judge(events))).toBe(first);
    expect(JSON.stringify(events)).toBe(before);
  });
  test('names witnesses that exist, ascend and hold the violating event', () => {
    const events = history(flagged);
    for (const { seq, root, witness, invariant: name } of judge(events).violations) {
      expect(name).toBe(invariant.name);
      expect(witness).toContain(seq);
      expect(witness.length).toBeLessThanOrEqual(8);
      expect(witness).toEqual([...new Set(witness)].toSorted((a, b) => a - b));
      for (const one of [...witness, root ?? seq]) expect(events[one]?.seq).toBe(one);
      expect(root ?? seq).toBeLessThanOrEqual(seq);
    }
  });
  test('speaks in one sentence with labels and no token', () => {
    for (const { message, hint } of judge(history(flagged)).violations) {
      for (const text of [message, hint]) {
        expect(text).not.toMatch(TOKEN_LIKE);
        expect(text).not.toMatch(/undefined|NaN|\[object|\n|[.]$/);
      }
    }
  });
  test('does not change its mind when unrelated events follow', () => {
    const events = history(flagged);
    const [seq, t] = [events.length, (events.at(-1)?.t ?? 0) + 1];
    const more: HistoryEvent[] = [
      { seq, t, actor: 'world', type: 'step', index: 9, text: 'nothing' },
      { seq: seq + 1, t, actor: 'other', type: 'offline' },
      { seq: seq + 2, t, actor: 'other/app', type: 'text', channel: 'log', text: 'hello', leaks: [] },
    ];
    expect(judge([...events, ...more]).violations).toEqual(judge(events).violations);
  });
}
