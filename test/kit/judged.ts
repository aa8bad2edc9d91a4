// What an invariant says of a trace, as a table of tests: `flags` for a trace that must be found, `spares` for one that must not.
import { expect, test } from 'vitest';
import type { Invariant, Judgement } from '../../src/verify/result.ts';
import { HistoryView } from '../../src/verify/view.ts';
import { history } from './trace.ts';

/** Clause names in order; `-` for an invariant without clauses. */
export function clausesOf(invariant: Invariant, trace: string, features?: readonly string[]): string[] {
  return judgementOf(invariant, trace, features).violations.map(({ clause }) => clause ?? '-');
}

export function judgementOf(invariant: Invariant, trace: string, features?: readonly string[]): Judgement {
  return invariant.judge(new HistoryView(history(trace), features === undefined ? {} : { features }));
}

/** Two ways to write a test for one invariant. A spared trace must have been judged, unless it says that it is idle. */
export function traces(invariant: Invariant) {
  return {
    flags(what: string, clauses: readonly string[], trace: string, features?: readonly string[]): void {
      test(`flags ${what}`, () => expect(clausesOf(invariant, trace, features)).toEqual(clauses));
    },
    spares(what: string, trace: string, options: { features?: readonly string[]; idle?: true } = {}): void {
      test(`spares ${what}`, () => {
        const { judged, violations } = judgementOf(invariant, trace, options.features);
        expect(violations).toEqual([]);
        expect(judged > 0).toBe(options.idle !== true);
      });
    },
  };
}
