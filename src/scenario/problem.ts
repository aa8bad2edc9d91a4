// A mistake in a scenario file as data, and the block that shows it. Every place that can find one makes the same record;
// nothing here finds any.
import type { SourcePosition } from '../core/errors.ts';

/** Stable codes of scenario mistakes, each with what it means. Exit code 3. */
export const PROBLEM_CODES = {
  TW_SCENARIO_FILE: 'the file cannot be read, or is larger than a scenario has reason to be',
  TW_SCENARIO_YAML: 'the text is not YAML 1.2, or uses more aliases or nesting than a scenario has reason to',
  TW_SCENARIO_KEY: 'a key that the format does not know, or that means nothing beside its neighbours',
  TW_SCENARIO_MISSING: 'a key that must be there is not',
  TW_SCENARIO_VALUE: 'a value of the wrong type, an impossible duration, or a word that is not in the list',
  TW_SCENARIO_VERB: 'a step has no verb, or more than one',
  TW_SCENARIO_NAME: 'a device, process, request or invariant that does not exist',
  TW_SCENARIO_DUPLICATE: 'a name that is already taken',
} as const;
export type ProblemCode = keyof typeof PROBLEM_CODES;

/** One mistake; `line` and `column` are 1-based, `length` is how much of the line to underline. */
export interface Problem extends SourcePosition {
  code: ProblemCode;
  /** One line, no full stop: `unknown step key "reqest"`. */
  message: string;
  /** Completes the underline: `did you mean "request"?`. */
  hint?: string;
  length: number;
}

/** Widest stretch of a source line that is shown. */
const FRAME_WIDTH = 120;

/**
 * The mistake as a block: where and what, the source line, a caret line with the hint.
 * `text` is the file's content; without it (or past its end) the block has no frame.
 */
export function formatProblem(problem: Problem, text: string): string {
  const head = `${problem.file}:${problem.line}:${problem.column}  ${problem.message}  ${problem.code}`;
  const line = text.split('\n')[problem.line - 1]?.replace(/\r$/, '');
  const hint = problem.hint ?? '';
  if (line === undefined || line.trim() === '') return hint === '' ? head : `${head}\n   ${hint}`;
  const { shown, at } = clip(line, problem.column - 1);
  const gutter = ` ${problem.line} | `;
  const carets = '^'.repeat(Math.max(1, Math.min(problem.length, shown.length - at)));
  const indent = `${' '.repeat(gutter.length - 2)}| ${shown.slice(0, at).replace(/[^\t]/g, ' ')}`;
  return `${head}\n${gutter}${shown}\n${indent}${carets} ${hint}`.trimEnd();
}

/** Reading order, then code: the order in which problems are shown. */
export function byPosition(a: Problem, b: Problem): number {
  return compareText(a.file, b.file) || a.line - b.line || a.column - b.column || compareText(a.code, b.code);
}

/** By UTF-16 code units: the same on every machine, whatever its locale. */
export function compareText(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

function clip(line: string, column: number): { shown: string; at: number } {
  if (line.length <= FRAME_WIDTH) return { shown: line, at: Math.min(column, line.length) };
  const from = Math.max(0, Math.min(column - 40, line.length - FRAME_WIDTH));
  return { shown: line.slice(from, from + FRAME_WIDTH), at: column - from };
}
