// Tag expressions: `smoke`, `not slow`, `smoke and not slow`, `expiry or offline`; a comma list means any of them.
// `not` binds closest, then `and`, then `or` and the comma. No parentheses: a selection that needs them wants two runs.
import { usageError } from './exit.ts';

export interface TagExpression {
  readonly text: string;
  matches(tags: readonly string[]): boolean;
}

/** Throws a usage error when the text is not an expression. */
export function parseTags(text: string): TagExpression {
  const words = text
    .replaceAll(',', ' or ')
    .split(/\s+/)
    .filter((word) => word !== '');
  const alternatives = split(words, 'or').map((alternative) => split(alternative, 'and').map((term) => readTerm(term, text)));
  return {
    text,
    matches: (tags) => alternatives.some((terms) => terms.every(({ tag, wanted }) => tags.includes(tag) === wanted)),
  };
}

function readTerm(words: readonly string[], text: string): { tag: string; wanted: boolean } {
  const wanted = words[0] !== 'not';
  const [tag, ...rest] = wanted ? words : words.slice(1);
  if (tag === undefined || rest.length > 0 || !/^[a-z0-9][a-z0-9-]*$/.test(tag) || KEYWORDS.has(tag)) {
    throw usageError(`"${text}" is not a tag expression`, 'such as: smoke, "not slow", "smoke and not slow", or expiry,offline for either');
  }
  return { tag, wanted };
}

const KEYWORDS = new Set(['and', 'or', 'not']);

function split(words: readonly string[], at: string): string[][] {
  const parts: string[][] = [[]];
  for (const word of words) {
    if (word === at) parts.push([]);
    else parts.at(-1)?.push(word);
  }
  return parts;
}
