// Which scenario files a filter means: a path of the user's, or something built in. It reads folders and names, never the
// files themselves, so that selecting one scenario does not cost the parsing of all.
import { readdirSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NothingSelectedError } from '../core/errors.ts';
import { didYouMean } from '../core/suggest.ts';

const SUFFIX = '.scenario.yaml';

/** The folder of built-in scenarios: beside src/ in a checkout, beside dist/ in a package. */
export function corpusFolder(): string {
  return fileURLToPath(new URL('../../scenarios', import.meta.url));
}

/** Files for the filters as they are shown, each once, in order of path; all built-in ones without a filter. Throws TW_NOTHING_SELECTED for a filter that means nothing. */
export function selectFiles(filters: readonly string[], cwd: string): string[] {
  const corpus = scenarioFiles(corpusFolder());
  if (filters.length === 0) return corpus.map((path) => shown(path, cwd));
  const found = new Set(filters.flatMap((filter) => filesOf(filter, corpus, cwd)).map((path) => shown(path, cwd)));
  return [...found].sort();
}

/** Whether a file, as shown from `cwd`, is one of ours: its name alone selects it. */
export function isBuiltIn(path: string, cwd: string): boolean {
  const near = relative(corpusFolder(), resolve(cwd, path));
  return !near.startsWith('..') && !isAbsolute(near);
}

/** `scenarios/expiry/late-401.scenario.yaml` -> `late-401`. The format wants the name inside to be the same. */
export function nameOf(path: string): string {
  return path.replace(/^.*[\\/]/, '').replace(SUFFIX, '');
}

function filesOf(filter: string, corpus: readonly string[], cwd: string): readonly string[] {
  const own = ownFiles(filter, cwd);
  if (own !== undefined) return own;
  const part = filter.replaceAll('\\', '/').replace(/\/$/, '');
  const meanings = [
    (path: string) => familyOf(path) === part,
    (path: string) => nameOf(path) === part,
    (path: string) => nameOf(path).includes(part) || path.replaceAll('\\', '/').endsWith(`/${part}`),
  ];
  for (const meant of meanings) {
    const found = corpus.filter(meant);
    if (found.length > 0) return found;
  }
  if (/[\\/]|\.ya?ml$/.test(filter)) throw nothing(`there is no file or folder with scenarios at ${filter}`, undefined);
  const candidates = new Set([...corpus.map(nameOf), ...corpus.map(familyOf), 'list', 'validate', 'explain', 'schema', 'run']);
  throw nothing(`nothing is called "${filter}"`, didYouMean(filter, candidates));
}

function nothing(message: string, guess: string | undefined): NothingSelectedError {
  return new NothingSelectedError('TW_NOTHING_SELECTED', message, {
    hint: guess ?? '`tokenwarp list` shows what there is; a filter is a path, a family or part of a name',
  });
}

/** A path of the user's; undefined when there is nothing of that name, or a folder without scenarios. A line may follow, as reports print it. */
function ownFiles(filter: string, cwd: string): readonly string[] | undefined {
  for (const text of [filter, filter.replace(/(:\d+)+$/, '')]) {
    const path = resolve(cwd, text);
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) continue;
    const files = status.isDirectory() ? scenarioFiles(path) : [path];
    if (files.length > 0) return files;
  }
  return undefined;
}

/** Every scenario file below a folder, sorted by code units; node_modules and hidden folders are left out. */
export function scenarioFiles(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries
    .flatMap((entry) => {
      const path = resolve(folder, entry.name);
      if (entry.isDirectory()) return entry.name.startsWith('.') || entry.name === 'node_modules' ? [] : scenarioFiles(path);
      return entry.name.endsWith(SUFFIX) ? [path] : [];
    })
    .sort();
}

/** Relative where that is shorter to read: inside the current folder. Built-in files elsewhere count from the package. */
function shown(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith('..') || isAbsolute(near) ? path : near.replaceAll('\\', '/');
}

function familyOf(path: string): string {
  return path.split(/[\\/]/).at(-2) ?? '';
}
