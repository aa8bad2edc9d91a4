// The command that runs one scenario on a device again, as failure blocks print it.
import { formatDuration } from '../../core/duration.ts';
import type { Plan } from '../../sim/plan.ts';
import type { RunWords } from './transcript-file.ts';

/** A scenario of the user's is found by its path, one of ours by its name. */
export function replayCommand(plan: Plan, builtIn: boolean, words: RunWords): string {
  const flags = Object.entries(words).flatMap(([key, value]) => {
    const flag = `--${key.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`;
    if (key === 'bail') return [];
    if (value === true) return [flag];
    return [flag, quoted(DURATIONS.has(key) ? formatDuration(Number(value)) : String(value))];
  });
  return ['tokenwarp run', builtIn ? plan.name : quoted(plan.file), ...flags].join(' ');
}

const DURATIONS: ReadonlySet<string> = new Set(['wait', 'timeout']);

function quoted(word: string): string {
  return /^[\w@%+=:,./\\-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
}
