// Did you mean ...? One distance, one threshold, for keys, words and names alike.

/** The candidate closest to `word`, or undefined when none is near enough to be what was meant. */
export function closest(word: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(1, Math.floor(word.length / 3)) + 1;
  const lower = word.toLowerCase();
  for (const candidate of candidates) {
    const length = distance(lower, candidate.toLowerCase(), least);
    if (length < least) [best, least] = [candidate, length];
  }
  return best;
}

/** `did you mean "request"?`, or undefined. */
export function didYouMean(word: string, candidates: Iterable<string>): string | undefined {
  const found = closest(word, candidates);
  return found === undefined ? undefined : `did you mean "${found}"?`;
}

/** Edits between two words: insert, remove, replace, swap of neighbours (optimal string alignment). Words over 64 are never close. */
function distance(a: string, b: string, enough: number): number {
  if (Math.abs(a.length - b.length) >= enough || a.length > 64 || b.length > 64) return enough;
  let before: number[] = [];
  let last = Array.from({ length: b.length + 1 }, (_, i) => i);
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    for (let j = 1; j <= b.length; j++) row.push(cell(a, b, i, j, { before, last, row }));
    [before, last] = [last, row];
  }
  return last[b.length] ?? enough;
}

function cell(a: string, b: string, i: number, j: number, rows: { before: number[]; last: number[]; row: number[] }): number {
  const at = (row: number[], index: number): number => row[index] ?? Number.POSITIVE_INFINITY;
  const replace = at(rows.last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
  const swapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
  return Math.min(replace, at(rows.last, j) + 1, at(rows.row, j - 1) + 1, swapped ? at(rows.before, j - 2) + 1 : Number.POSITIVE_INFINITY);
}
