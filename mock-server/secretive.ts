// Tells names that clients give to things from what could be a piece of a token, because names are logged. Knows no token: a search
// through all that were ever issued would cost more than the request. A name that looks like one loses nothing but its looks.

/** Characters that may count as a leak (src/core/labels.ts), and words within so many that few names for people have. */
const PIECE = 12;
const WORDS = 5;

/**
 * Whether 12 letters and digits in a row hold five words and more, as nearly all random text does (seven on average). A word is a run
 * of small letters, its capital included, or of capitals or digits. `iPhone-15-Pro`, UUIDs and ULIDs are names.
 */
export function looksSecret(text: string): boolean {
  return text.split(/[^A-Za-z0-9_-]/).some((run) => isMixed(run.replaceAll(/[_-]/g, '')));
}

function isMixed(run: string): boolean {
  for (let at = 0; at + PIECE <= run.length; at++) {
    const piece = run.slice(at, at + PIECE);
    if (/[a-z]/.test(piece) && /[A-Z]/.test(piece) && words(piece) >= WORDS) return true;
  }
  return false;
}

function words(piece: string): number {
  return piece.match(/[A-Z]?[a-z]+|[A-Z]+|[0-9]+/g)?.length ?? 0;
}
