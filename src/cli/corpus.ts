// Which scenario files a filter means: a path of the user's, or something built in. It reads folders and names, never the
// files themselves, so that selecting one scenario does not cost the parsing of all.
import { readdirSync, statSync } from 'node:fs';
import { isAbsolute, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { NothingSelectedError } from '../core/errors.ts';
import { didYouMean } from '../scenario/suggest.ts';

const SUFFIX = '.scenario.yaml';

/** The folder of built-in scenarios: beside src/ in a checkout, beside dist/ in a package. */
export function corpusFolder(): string {
  return fileURLToPath(new URL('../../scenarios', import.meta.url));
}

/** A file to load, by the name it is shown under, with the line that was asked for. */
export interface SelectedFile { path: string; line?: number }

/** Files for the filters, each once, in order of path; all built-in ones without a filter. Throws TW_NOTHING_SELECTED for a filter that means nothing. */
export function selectFiles(filters: readonly string[], cwd: string): SelectedFile[] {
  const corpus = scenarioFiles(corpusFolder());
  if (filters.length === 0) return corpus.map((path) => ({ path: shown(path, cwd) }));
  const found = new Map<string, SelectedFile>();
  for (const filter of filters) {
    for (const file of filesOf(filter, corpus, cwd)) {
      const path = shown(file.path, cwd);
      found.set(path, { ...file, path });
    }
  }
  return [...found.values()].sort((a, b) => (a.path < b.path ? -1 : 1));
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

function filesOf(filter: string, corpus: readonly string[], cwd: string): SelectedFile[] {
  const own = ownFiles(filter, cwd);
  if (own !== undefined) return own;
  const part = filter.replaceAll('\\', '/').replace(/\/$/, '');
  const inFamily = corpus.filter((path) => familyOf(path) === part);
  if (inFamily.length > 0) return inFamily.map((path) => ({ path }));
  const exact = corpus.filter((path) => nameOf(path) === part);
  const byName = exact.length > 0 ? exact : corpus.filter((path) => nameOf(path).includes(part) || path.replaceAll('\\', '/').endsWith(`/${part}`));
  if (byName.length > 0) return byName.map((path) => ({ path }));
  const candidates = new Set([...corpus.map(nameOf), ...corpus.map(familyOf), 'list', 'validate', 'explain', 'schema', 'run']);
  throw new NothingSelectedError('TW_NOTHING_SELECTED', `nothing is called "${filter}"`, {
    hint: didYouMean(filter, candidates) ?? '`tokenwarp list` shows what there is; a filter is a path, a family or part of a name',
  });
}

/** A path of the user's, with or without a line; undefined when there is nothing of that name, or a folder without scenarios. */
function ownFiles(filter: string, cwd: string): SelectedFile[] | undefined {
  const withLine = /^(.+):(\d+)$/.exec(filter);
  for (const [text, line] of [[filter, undefined], [withLine?.[1], withLine?.[2]]] as const) {
    if (text === undefined) continue;
    const path = resolve(cwd, text);
    const status = statSync(path, { throwIfNoEntry: false });
    if (status === undefined) continue;
    const files = status.isDirectory() ? scenarioFiles(path) : [path];
    if (files.length > 0) return files.map((file) => (line === undefined ? { path: file } : { path: file, line: Number(line) }));
  }
  return undefined;
}

/** Every scenario file below a folder, sorted by code units; node_modules and hidden folders are left out. */
export function scenarioFiles(folder: string): string[] {
  const entries = readdirSync(folder, { withFileTypes: true });
  return entries.flatMap((entry) => {
    const path = resolve(folder, entry.name);
    if (entry.isDirectory()) return entry.name.startsWith('.') || entry.name === 'node_modules' ? [] : scenarioFiles(path);
    return entry.name.endsWith(SUFFIX) ? [path] : [];
  }).sort();
}

/** Relative where that is shorter to read: inside the current folder. Built-in files elsewhere count from the package. */
function shown(path: string, cwd: string): string {
  const near = relative(cwd, path);
  return near.startsWith('..') || isAbsolute(near) ? path : near.replaceAll('\\', '/');
}

function familyOf(path: string): string {
  return path.split(/[\\/]/).at(-2) ?? '';
}
