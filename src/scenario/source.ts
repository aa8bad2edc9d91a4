// YAML text -> plain data plus the way back: from a path in the data to line and column. Bounded on purpose: a scenario
// is small, so a huge, deep or alias-heavy file is a mistake or an attack and is refused with a position.
import {
  LineCounter,
  isAlias,
  isCollection,
  isMap,
  isPair,
  isScalar,
  isSeq,
  parseDocument,
  type Document,
  type Node,
  type Pair,
} from 'yaml';
import type { SourcePosition } from '../core/errors.ts';
import type { Problem, ProblemCode } from './problem.ts';

export type Path = readonly PropertyKey[];

/** Characters; the longest scenario of ours has 3,000. */
const LARGEST = 262_144;
/** Levels of flow or block nesting; a scenario needs about ten. The parser recurses, so this is looked at before it runs. */
const DEEPEST = 64;
/** How many nodes aliases may stand for in total; the "billion laughs" needs millions. */
const MOST_ALIASES = 200;

/** A stretch of the text, as a problem needs it. */
export interface Span extends SourcePosition {
  length: number;
}

export interface Source {
  /** Undefined when the text is too broken to look at. */
  value: unknown;
  problems: Problem[];
  /** The value at a path, or the nearest thing around it that exists. */
  at(path: Path): Span;
  /** The key that is the last element of the path. */
  keyAt(path: Path): Span;
  problem(code: ProblemCode, span: Span, message: string, hint?: string): Problem;
}

/** Reads one document; never throws. `file` is only repeated in positions. */
export function readSource(text: string, file: string): Source {
  const lines = new LineCounter();
  const refusal = text.length > LARGEST ? `a scenario of ${text.length} characters; ${LARGEST} is the most` : tooDeep(text);
  const root = refusal === undefined ? parse(text, lines) : undefined;
  const span = (range: readonly [number, number]): Span => spanOf(range, { text, file, lines });
  const start: Span = { file, line: 1, column: 1, length: 1 };
  const problem: Source['problem'] = (code, where, message, hint) => ({ ...where, code, message, ...(hint === undefined ? {} : { hint }) });
  const source: Source = {
    value: undefined,
    problems: [],
    problem,
    at: (path) => (root instanceof Error || root === undefined ? start : span(valueRange(root, path))),
    keyAt: (path) => (root instanceof Error || root === undefined ? start : span(keyRange(root, path))),
  };
  if (root === undefined || root instanceof Error) {
    source.problems.push(problem('TW_SCENARIO_YAML', start, refusal ?? firstLine(root?.message ?? 'unreadable')));
    return source;
  }
  for (const error of [...root.errors, ...root.warnings])
    source.problems.push(problem('TW_SCENARIO_YAML', span(error.pos), inWords(error)));
  if (root.errors.every((error) => error.code === 'DUPLICATE_KEY')) expand(root, source);
  return source;
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed | Error {
  try {
    return parseDocument(text, { version: '1.2', lineCounter, prettyErrors: false, logLevel: 'error' });
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** Plain data from the document; aliases are followed up to a bound (also unknown and circular ones end here). */
function expand(root: Document.Parsed, source: Source): void {
  try {
    source.value = root.toJS({ maxAliasCount: MOST_ALIASES });
    if (source.value === null) source.problems.push(source.problem('TW_SCENARIO_YAML', source.at([]), 'the file is empty'));
  } catch (error) {
    const alias = findAlias(root.contents);
    const message = error instanceof Error ? firstLine(error.message) : String(error);
    source.problems.push(source.problem('TW_SCENARIO_YAML', alias === undefined ? source.at([]) : source.at(alias), message));
  }
  if (source.value === null) source.value = undefined;
}

/** Path of the first alias, to point at when aliases cannot be followed. */
function findAlias(node: unknown, path: Path = []): Path | undefined {
  if (isAlias(node)) return path;
  if (!isCollection(node)) return undefined;
  for (const [i, item] of node.items.entries()) {
    const [key, child]: [PropertyKey, unknown] = isPair(item) ? [String(item.key), item.value] : [i, item];
    const found = findAlias(child, [...path, key]);
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Flow brackets and indentation are what nests in YAML; both can be counted without parsing. Quotes only make the count too high. */
function tooDeep(text: string): string | undefined {
  let flow = 0;
  for (const char of text) {
    if (char === '{' || char === '[') flow += 1;
    else if (char === '}' || char === ']') flow = Math.max(0, flow - 1);
    if (flow > DEEPEST) return `nested more than ${DEEPEST} levels deep`;
  }
  const block = text.split('\n').some((line) => (/^(\s|-\s)*/.exec(line)?.[0].length ?? 0) > 4 * DEEPEST);
  return block ? `nested more than ${DEEPEST} levels deep` : undefined;
}

/** The node that a path leads to, or the deepest one on the way that exists. */
function follow(root: Document.Parsed, path: Path): { node: Node | null; pair: Pair | undefined } {
  let node: Node | null = root.contents;
  let pair: Pair | undefined;
  for (const element of path) {
    const next = child(resolve(node, root), element);
    if (next === undefined) return { node, pair: undefined };
    ({ node, pair } = next);
  }
  return { node, pair };
}

function child(node: Node | null, element: PropertyKey): { node: Node | null; pair: Pair | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => String(isScalar(item.key) ? item.key.value : item.key) === String(element));
    return pair === undefined ? undefined : { node: (pair.value ?? pair.key) as Node | null, pair };
  }
  if (!isSeq(node)) return undefined;
  const item = node.items[Number(element)];
  return item === undefined ? undefined : { node: item as Node, pair: undefined };
}

function resolve(node: Node | null, root: Document.Parsed): Node | null {
  return isAlias(node) ? (node.resolve(root) ?? null) : node;
}

function valueRange(root: Document.Parsed, path: Path): readonly [number, number] {
  return rangeOf(follow(root, path).node) ?? [0, 1];
}

function keyRange(root: Document.Parsed, path: Path): readonly [number, number] {
  const { node, pair } = follow(root, path);
  return rangeOf(pair === undefined ? node : (pair.key as Node)) ?? [0, 1];
}

function rangeOf(node: Node | null): readonly [number, number] | undefined {
  const range = node?.range;
  return range === null || range === undefined ? undefined : [range[0], range[1]];
}

/** Underlines stop at the end of the line: a map that spans ten lines is marked at its beginning. */
function spanOf([from, to]: readonly [number, number], where: { text: string; file: string; lines: LineCounter }): Span {
  const { line, col } = where.lines.linePos(Math.min(from, where.text.length));
  const newline = where.text.slice(from, to).search(/\r?\n/);
  return { file: where.file, line: Math.max(1, line), column: Math.max(1, col), length: Math.max(1, newline < 0 ? to - from : newline) };
}

/** The parser's own words, but for a hint at its interface that an author cannot follow. */
function inWords({ code, message }: { code: string; message: string }): string {
  return code === 'MULTIPLE_DOCS' ? 'a second document begins here; a file holds one scenario' : firstLine(message);
}

function firstLine(message: string): string {
  return message.split('\n', 1)[0] ?? message;
}
