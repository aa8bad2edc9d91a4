// The one door through which a word of somebody else becomes an argument of simctl or devicectl. No shell is between, so nothing needs
// quotes; but a word that begins with a hyphen would be an option, and `booted` would mean whichever simulator happens to run.
import { UsageError } from '../../core/errors.ts';

/** The word as it is. Throws a UsageError when the tool would take it for something else. */
export function argument(word: string, what: string): string {
  if (word === '') throw refuse(`the ${what} is empty`);
  if (word.startsWith('-')) throw refuse(`the ${what} "${word}" begins with a hyphen, which Apple's tools take for an option`);
  // A NUL would end the argument, a line break would end a line of the log or of the debugger.
  if (/\p{Cc}/u.test(word)) throw refuse(`the ${what} has a control character`);
  if (!word.isWellFormed()) throw refuse(`the ${what} is no text: half of a character`);
  return word;
}

/** The UDID of one simulator or device, or its name; never a selector. */
export function deviceArgument(id: string): string {
  if (/^booted$/i.test(id)) throw refuse('"booted" means any simulator that runs', 'name one: `tokenwarp devices` shows their ids');
  return argument(id, 'device');
}

/** CFBundleIdentifier: letters, digits, hyphens and dots; the underscore is not allowed and found in the wild. */
export function bundleArgument(bundle: string): string {
  if (!/^[A-Za-z0-9_][\w.-]*$/.test(bundle)) throw refuse(`"${bundle}" is not a bundle identifier`, 'such as com.example.app');
  return bundle;
}

function refuse(message: string, hint = 'look where it comes from'): UsageError {
  return new UsageError('TW_USAGE', message, { hint });
}
