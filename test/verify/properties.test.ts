// Whatever is left of a history, and in whatever order, judging it ends without an error, gives the same answer twice and leaves it alone.
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { HistoryEvent } from '../../src/core/events.ts';
import { judge } from '../../src/verify/verdict.ts';
import { FLAGGED, SOUND } from '../kit/samples.ts';
import { history } from '../kit/trace.ts';

const POOL: readonly HistoryEvent[] = [SOUND, ...Object.values(FLAGGED)].flatMap((trace) => history(trace));

/** Numbered anew, so that the order of the array is the order of the history. */
const renumber = (events: readonly HistoryEvent[]): HistoryEvent[] => events.map((event, seq) => ({ ...event, seq }));

test('judge never throws on any part of a sound history', () => {
  const events = history(SOUND);
  fc.assert(
    fc.property(fc.subarray(events), (part) => {
      const before = JSON.stringify(part);
      expect(JSON.stringify(judge(part))).toBe(JSON.stringify(judge(part)));
      expect(JSON.stringify(part)).toBe(before);
    }),
    { numRuns: 300 },
  );
});

test('judge never throws on events of all kinds in any order, numbered or not', () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([...POOL]), fc.boolean(), (events, numbered) => {
      const verdict = judge(numbered ? renumber(events) : events);
      for (const finding of verdict.findings) expect(finding.witness).toContain(finding.seq);
    }),
    { numRuns: 300 },
  );
});

test('no beginning of a sound history has a finding', () => {
  const events = history(SOUND);
  for (let end = 0; end < events.length; end++) expect(judge(events.slice(0, end)).findings).toEqual([]);
});
