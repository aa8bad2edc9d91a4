// The one door through which a word comes into a line for a device's shell. `adb shell` joins its arguments with spaces and quotes
// nothing, so a name with a space, a quote or a semicolon would be a command of its own.
import { UsageError } from '../../core/errors.ts';

/** The word as one argument for a POSIX shell. A NUL cannot be in one: adb would end the whole line there. */
export function quote(word: string): string {
  if (word.includes('\0')) throw new UsageError('TW_USAGE', 'a name cannot have a NUL character', { hint: 'look where it comes from' });
  return /^[\w./:=@%+-]+$/.test(word) && !word.startsWith('~') ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}

/** A line of words, each as it is. Numbers need no quotes. */
export function line(...words: readonly (string | number)[]): string {
  return words.map((word) => (typeof word === 'number' ? String(word) : quote(word))).join(' ');
}
