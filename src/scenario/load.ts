// The only file here that opens files: scenario files and folders of them -> plans and mistakes, in the order of their
// paths by code unit, so that two machines agree. Synchronous: forty small files are read faster than promises settle.
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { InvalidInputError } from '../core/errors.ts';
import type { Plan } from '../sim/plan.ts';
import { parseScenario, type ParseOptions } from './plan.ts';
import { byPosition, compareText, formatProblem, type Problem } from './problem.ts';

export const SUFFIX = '.scenario.yaml';

/** One file: its plan or its problems, and the text for code frames. */
export interface LoadedScenario {
  file: string;
  text: string;
  plan?: Plan;
  problems: Problem[];
}

/** What was found under some paths: every file, the plans of the valid ones, the mistakes of the others. */
export interface LoadedScenarios {
  files: LoadedScenario[];
  /** Sorted by path. */
  plans: Plan[];
  problems: Problem[];
}

/** Reads one file. A file that cannot be read is a problem, not an exception. `path` appears in positions as given. */
export function loadScenarioFile(path: string, options: ParseOptions = {}): LoadedScenario {
  const text = attempt(() => readFileSync(path, 'utf8'));
  if (text instanceof Error) return { file: path, text: '', problems: [unreadable(path, text)] };
  return { file: path, text, ...parseScenario(text, path, options) };
}

/**
 * Reads files and folders (with all folders below them, files that end in `.scenario.yaml`). Two files with one name are
 * a problem of the second. Nothing found = nothing returned: whether that is an error is the caller's business.
 */
export function loadScenarios(paths: string | readonly string[], options: ParseOptions = {}): LoadedScenarios {
  const found = [paths].flat().map((path) => filesUnder(path));
  const files = [...new Set(found.flatMap((each) => each.files))].sort(compareText).map((path) => loadScenarioFile(path, options));
  const missing = found.flatMap((each) => each.problems);
  checkNames(files);
  return {
    files,
    plans: files.flatMap((file) => (file.plan === undefined ? [] : [file.plan])),
    problems: [...missing, ...files.flatMap((file) => file.problems)].sort(byPosition),
  };
}

/** The plan of one file; throws InvalidInputError (TW_SCENARIO) whose message shows every mistake as a block. */
export function loadPlan(path: string, options: ParseOptions = {}): Plan {
  const { plan, problems, text } = loadScenarioFile(path, options);
  if (plan !== undefined) return plan;
  const blocks = problems.map((problem) => formatProblem(problem, text)).join('\n');
  throw new InvalidInputError('TW_SCENARIO', blocks, { hint: 'mend the file at the places marked above', fields: { file: path } });
}

function filesUnder(path: string): { files: string[]; problems: Problem[] } {
  const status = attempt(() => statSync(path));
  if (status instanceof Error) return { files: [], problems: [unreadable(path, status)] };
  if (!status.isDirectory()) return { files: [path], problems: [] };
  const entries = attempt(() => readdirSync(path, { recursive: true, encoding: 'utf8' }));
  if (entries instanceof Error) return { files: [], problems: [unreadable(path, entries)] };
  const base = path.replace(/[\\/]+$/, '');
  return {
    files: entries.filter((entry) => entry.endsWith(SUFFIX)).map((entry) => `${base}/${entry.replaceAll('\\', '/')}`),
    problems: [],
  };
}

/** Selecting by name must be unambiguous: the later file of two gives way. */
function checkNames(files: LoadedScenario[]): void {
  const taken = new Map<string, string>();
  for (const file of files) {
    const name = file.plan?.name;
    if (name === undefined) continue;
    const other = taken.get(name);
    if (other === undefined) taken.set(name, file.file);
    else {
      const line = file.text.split('\n').findIndex((text) => text.startsWith('name:')) + 1;
      file.problems.push({
        code: 'TW_SCENARIO_DUPLICATE',
        file: file.file,
        line: line || 1,
        column: 1,
        length: 4,
        message: `a scenario called "${name}" is there already`,
        hint: `in ${other}`,
      });
      delete file.plan;
    }
  }
}

function unreadable(path: string, error: Error): Problem {
  const code = (error as NodeJS.ErrnoException).code;
  const message = code === 'ENOENT' ? 'there is no such file' : `cannot be read (${code ?? 'unknown error'})`;
  return { code: 'TW_SCENARIO_FILE', file: path, line: 1, column: 1, length: 1, message };
}

function attempt<T>(read: () => T): T | Error {
  try {
    return read();
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}
