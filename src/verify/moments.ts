// Order and spans of time inside a history. Order is `seq`, never `t` alone: many events share one millisecond.

/** A point of a history: `seq` orders, `t` (ms of virtual time) measures. */
export interface Moment {
  readonly seq: number;
  readonly t: number;
}

/** From one point to another; open-ended while `to` is absent. */
export interface Span {
  readonly from: Moment;
  to?: Moment;
}

/** Opens a span at the end of a list that ascends, unless one is open. */
export function openSpan(spans: Span[], event: Moment): void {
  const last = spans.at(-1);
  if (last === undefined || last.to !== undefined) spans.push({ from: event });
}

/** Closes the open span at the end of the list; false when there is none. */
export function closeSpan(spans: Span[], event: Moment): boolean {
  const last = spans.at(-1);
  if (last === undefined || last.to !== undefined) return false;
  last.to = event;
  return true;
}

/** The last entry before `seq`, in a list that ascends by `seq`. */
export function lastBefore<T extends { readonly seq: number }>(list: readonly T[], seq: number): T | undefined {
  return list[countBefore(list, seq) - 1];
}

/** The first entry after `seq`. */
export function firstAfter<T extends { readonly seq: number }>(list: readonly T[], seq: number): T | undefined {
  return list[countBefore(list, seq + 1)];
}

/** Entries with `after < seq < before`, ascending. */
export function between<T extends { readonly seq: number }>(list: readonly T[], after: number, before: number): readonly T[] {
  const start = countBefore(list, after + 1);
  const end = countBefore(list, before);
  return start >= end ? [] : list.slice(start, end);
}

/** How many entries have `after < seq < before`. */
export function countWithin(list: readonly { readonly seq: number }[], after: number, before: number): number {
  return Math.max(0, countBefore(list, before) - countBefore(list, after + 1));
}

/** How many entries come before `seq`. */
export function countBefore(list: readonly { readonly seq: number }[], seq: number): number {
  return search(list.length, (at) => (list[at] as { seq: number }).seq < seq);
}

/** Whether one of the spans holds at `seq`. Spans ascend and do not overlap. */
export function holdsAt(spans: readonly Span[], seq: number): boolean {
  const span = spans[spansBegunBefore(spans, seq) - 1];
  return span !== undefined && (span.to === undefined || span.to.seq > seq);
}

/** Whether one of the spans touches the stretch from `from` to `to`, both by `seq`. */
export function holdsWithin(spans: readonly Span[], from: number, to: number): boolean {
  const span = spans[spansBegunBefore(spans, to) - 1];
  return span !== undefined && (span.to === undefined || span.to.seq > from);
}

/** Milliseconds of [from, to] that lie in none of the span lists. */
export function timeOutside(lists: readonly (readonly Span[])[], from: number, to: number): number {
  const cuts: { start: number; end: number }[] = [];
  for (const spans of lists) {
    for (let i = search(spans.length, (at) => (spans[at] as Span).from.t < to) - 1; i >= 0; i--) {
      const { from: start, to: end } = spans[i] as Span;
      if (end !== undefined && end.t <= from) break;
      cuts.push({ start: Math.max(from, start.t), end: Math.min(to, end?.t ?? to) });
    }
  }
  return to - from - covered(cuts);
}

function covered(cuts: { start: number; end: number }[]): number {
  let sum = 0;
  let reached = Number.NEGATIVE_INFINITY;
  for (const { start, end } of cuts.sort((a, b) => a.start - b.start)) {
    sum += Math.max(0, end - Math.max(start, reached));
    reached = Math.max(reached, end);
  }
  return sum;
}

function spansBegunBefore(spans: readonly Span[], seq: number): number {
  return search(spans.length, (at) => (spans[at] as Span).from.seq < seq);
}

/** The first index for which `isBefore` no longer holds, in a list where it holds for a beginning. */
export function search(length: number, isBefore: (at: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBefore(middle)) low = middle + 1;
    else high = middle;
  }
  return low;
}
