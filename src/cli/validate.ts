// `tokenwarp validate`: every mistake of every file in one pass, with its place. It runs nothing.
import { NothingSelectedError } from '../core/errors.ts';
import type { Invocation } from './invocation.ts';
import { selectFiles } from './corpus.ts';
import type { ExitCondition } from './exit.ts';
import { loadShown, problemBlocks } from './select.ts';

/** Problems are the result, so they go to standard output. */
export async function validate({ args, options, system, cwd }: Invocation<unknown>): Promise<ReadonlySet<ExitCondition>> {
  const files = selectFiles(args, cwd).map((path) => loadShown(path, cwd));
  if (files.length === 0) throw new NothingSelectedError('TW_NOTHING_SELECTED', 'there is no scenario to check');
  const broken = files.filter((file) => file.problems.length > 0);
  if (options.json === true) {
    const problems = broken.flatMap((file) => file.problems);
    system.out.write(
      `${JSON.stringify({ schema: 'tokenwarp/validation.v1', files: files.map((file) => file.file), valid: files.length - broken.length, problems }, undefined, 2)}\n`,
    );
  } else {
    for (const block of broken.flatMap(problemBlocks)) system.out.write(`${block}\n\n`);
    system.out.write(
      verdict(
        files.length,
        broken.length,
        broken.reduce((sum, file) => sum + file.problems.length, 0),
      ),
    );
  }
  return new Set(broken.length === 0 ? [] : (['invalid'] as const));
}

function verdict(files: number, broken: number, problems: number): string {
  if (broken === 0) return `${count(files, 'file')} valid\n`;
  return `${count(problems, 'problem')} in ${count(broken, 'file')}, ${count(files - broken, 'file')} valid\n`;
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? '' : 's'}`;
}
