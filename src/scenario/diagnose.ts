// What the schema refuses, in words for the person who wrote the file: every problem in one pass, each at the key or the
// value that is wrong, with the word that was probably meant. It judges shapes only; names and verbs are check.ts's.
import type { z } from 'zod';
import type { Path, Source } from './source.ts';
import type { Problem } from './problem.ts';
import { scenario } from './schema.ts';
import { didYouMean } from '../core/suggest.ts';

type Issue = z.core.$ZodIssue;

/** Everything the schema has to say about the source; empty = it has the right shape. */
export function diagnose(source: Source): Problem[] {
  const result = scenario.safeParse(source.value, { error: phrase });
  if (result.success) return [];
  return result.error.issues.flatMap((issue) => explain(issue, [], source));
}

/**
 * The message of every issue is the phrase that completes "expected ...". zod keeps nothing of a schema but its messages,
 * so an unknown key carries the known ones in it, separated by spaces.
 */
function phrase(issue: z.core.$ZodRawIssue): string | undefined {
  switch (issue.code) {
    case 'unrecognized_keys':
      return Object.keys((issue.inst as z.ZodObject | undefined)?.shape ?? {}).join(' ');
    case 'invalid_type':
      return TYPES[issue.expected] ?? issue.expected;
    case 'invalid_value':
      return oneOf(issue.values.map((value) => (typeof value === 'string' ? value : JSON.stringify(value))));
    case 'too_small':
      return `at least ${issue.minimum}${unit(issue.origin, issue.minimum)}`;
    case 'too_big':
      return `at most ${issue.maximum}${unit(issue.origin, issue.maximum)}`;
    default:
      return undefined;
  }
}

const TYPES: Readonly<Record<string, string>> = {
  string: 'text',
  int: 'a whole number',
  number: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
  record: 'an object',
  null: 'nothing',
};
const WORDS: Readonly<Record<string, string>> = { string: ' character', array: ' item' };
const unit = (origin: string, many: number | bigint): string =>
  WORDS[origin] === undefined ? '' : `${WORDS[origin]}${many === 1 ? '' : 's'}`;

function explain(issue: Issue, base: Path, source: Source): Problem[] {
  const path = [...base, ...issue.path];
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, issue.message.split(' '), source));
    case 'invalid_union':
      return explainUnion(issue, path, source);
    case 'invalid_key':
      return [wrongName(path, issue.issues[0]?.message ?? 'another name', source)];
    default:
      return [wrongValue(path, [issue.message], valuesOf(issue), source)];
  }
}

/** The branch that the value was meant for is the one that does not refuse it as a whole; without one, say what would do. */
function explainUnion(issue: z.core.$ZodIssueInvalidUnion, path: Path, source: Source): Problem[] {
  const meant = issue.errors.filter((branch) => branch.length > 0 && !branch.some(refusesWhole)).sort((a, b) => a.length - b.length)[0];
  if (meant !== undefined) return meant.flatMap((inner) => explain(inner, path, source));
  const refusals = openUnions(issue).filter(refusesWhole);
  return [
    wrongValue(
      path,
      refusals.map((inner) => inner.message),
      refusals.flatMap(valuesOf),
      source,
    ),
  ];
}

function openUnions(issue: Issue): readonly Issue[] {
  return issue.code === 'invalid_union' ? issue.errors.flat().flatMap(openUnions) : [issue];
}

function valuesOf(issue: Issue): string[] {
  return issue.code === 'invalid_value' ? issue.values.map(String) : [];
}

function refusesWhole(issue: Issue): boolean {
  return issue.path.length === 0 && issue.code !== 'unrecognized_keys';
}

function unknownKey(key: string, path: Path, known: readonly string[], source: Source): Problem {
  const hint = didYouMean(key, known) ?? `known keys: ${known.join(', ')}`;
  return source.problem('TW_SCENARIO_KEY', source.keyAt([...path, key]), `unknown ${place(path)}key "${key}"`, hint);
}

function wrongName(path: Path, expected: string, source: Source): Problem {
  return source.problem('TW_SCENARIO_VALUE', source.keyAt(path), `"${String(path.at(-1))}" is not a name`, `expected ${expected}`);
}

function wrongValue(path: Path, phrases: readonly string[], words: readonly string[], source: Source): Problem {
  const value = valueAt(source.value, path);
  const key = path.findLast((element) => typeof element === 'string');
  if (value === undefined) return missing(path, source);
  const hint = typeof value === 'string' && !words.includes(value) ? didYouMean(value, words) : undefined;
  const message = `${key === undefined ? 'a scenario' : `"${String(key)}"`} cannot be ${show(value)}`;
  return source.problem('TW_SCENARIO_VALUE', source.at(path), message, hint ?? `expected ${[...new Set(phrases)].join(', or ')}`);
}

function missing(path: Path, source: Source): Problem {
  const parent = path.slice(0, -1);
  return source.problem('TW_SCENARIO_MISSING', source.at(parent), `${place(parent)}key "${String(path.at(-1))}" is missing`);
}

/** `step ` or `server ` before the word key: where the reader is. */
function place(path: Path): string {
  const names = path.filter((element) => typeof element === 'string');
  const last = names.at(-1);
  if (last === undefined) return '';
  if (last === 'steps' || last === 'parallel') return 'step ';
  return names.at(-2) === 'devices' ? 'device ' : `${last} `;
}

function valueAt(value: unknown, path: Path): unknown {
  return path.reduce<unknown>(
    (at, key) => (typeof at === 'object' && at !== null ? (at as Record<PropertyKey, unknown>)[key] : undefined),
    value,
  );
}

function oneOf(words: readonly string[]): string {
  return words.length === 1 ? (words[0] ?? '') : `one of ${words.join(', ')}`;
}

/** A value as the author would recognise it, never longer than a line. */
function show(value: unknown): string {
  if (value === null) return 'empty';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  if (typeof value === 'object') return 'an object';
  const text = JSON.stringify(value) ?? String(value);
  return text.length > 40 ? `${text.slice(0, 37)}..."` : text;
}
