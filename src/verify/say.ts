// Words and small helpers that all invariants share, so that their sentences read alike. Labels and durations only, never a token.
import { formatDuration } from '../core/duration.ts';
import type { Invariant, Violation } from './result.ts';

/** `401ms`; the rest of a millisecond is dropped. */
export function ms(duration: number): string {
  return formatDuration(Math.max(0, Math.round(duration)));
}

/** `12ms after`, or `in the same millisecond as`. */
export function after(from: { t: number }, to: { t: number }): string {
  return to.t === from.t ? 'in the same millisecond as' : `${ms(to.t - from.t)} after`;
}

/** `12ms earlier`, or `in the same millisecond`. */
export function earlier(from: { t: number }, to: { t: number }): string {
  return to.t === from.t ? 'in the same millisecond' : `${ms(to.t - from.t)} earlier`;
}

/** `1st`, `2nd`, `3rd`, `11th`. */
export function ordinal(count: number): string {
  const tens = count % 100;
  const ending = tens >= 11 && tens <= 13 ? 'th' : (['th', 'st', 'nd', 'rd'][count % 10] ?? 'th');
  return `${count}${ending}`;
}

export interface ViolationParts {
  clause?: string;
  message: string;
  hint: string;
  at: { seq: number };
  root?: { seq: number };
  witness: readonly ({ seq: number } | undefined)[];
}

/** The largest number of events a witness names. */
const WITNESS_SIZE = 8;

/** A violation with its witness in order: each event once, the violating one always, the earliest others dropped when there are too many. */
export function violation(invariant: Pick<Invariant, 'name'>, parts: ViolationParts): Violation {
  const { clause, message, hint, at, root, witness } = parts;
  const seqs = new Set<number>();
  for (const event of witness) if (event !== undefined && event.seq !== at.seq) seqs.add(event.seq);
  const kept = [...seqs].sort((a, b) => a - b).slice(-(WITNESS_SIZE - 1));
  const all = [...kept, at.seq].sort((a, b) => a - b);
  return {
    invariant: invariant.name,
    ...(clause === undefined ? {} : { clause }),
    message,
    hint,
    seq: at.seq,
    ...(root === undefined ? {} : { root: root.seq }),
    witness: all,
  };
}
