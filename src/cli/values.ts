// From the text of an option to its value. Each reader refuses with one sentence that names what would have been right.
import { parseDuration } from '../core/duration.ts';
import { GRACE_POLICIES } from '../core/server-words.ts';
import type { GracePolicyName } from '../core/server-words.ts';
import { REPORTERS } from '../report/registry.ts';
import type { ReporterName } from '../report/registry.ts';
import { didYouMean } from '../core/suggest.ts';
import { usageError } from './exit.ts';

/** A whole number from 0 to 2^53 - 1. */
export function readSeed(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(value))
    throw usageError(`"${text}" is not a seed`, 'a whole number from 0 to 9007199254740991');
  return value;
}

/** Seeds of one invocation; more would be a job for a search. */
const MOST_SEEDS = 100_000;

/** `20` = seeds 1 to 20; `5..8` = 5, 6, 7, 8. */
export function readSeeds(text: string): readonly number[] {
  const match = /^(\d+)(?:\.\.(\d+))?$/.exec(text);
  const from = match?.[2] === undefined ? 1 : Number(match[1]);
  const to = Number(match?.[2] ?? match?.[1]);
  if (match === null || !Number.isSafeInteger(to) || to < from)
    throw usageError(`"${text}" is not a number of seeds`, 'a count such as 20, or a range such as 5..8');
  if (to - from >= MOST_SEEDS) throw usageError(`"${text}" is ${to - from + 1} seeds, ${MOST_SEEDS} is the most`);
  return Array.from({ length: to - from + 1 }, (_, i) => from + i);
}

/** A whole number of 1 or more. */
export function readCount(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1 || !Number.isSafeInteger(value))
    throw usageError(`"${text}" is not a count`, 'a whole number of 1 or more');
  return value;
}

/** A duration above zero, ms. */
export function readDuration(text: string): number {
  const value = parseDuration(text);
  if (value === undefined || value <= 0) throw usageError(`"${text}" is not a duration`, 'such as 500ms, 90s, 5m, 1h30m or 30d');
  return value;
}

/** A regular expression as JavaScript reads it. */
export function readRegex(text: string): RegExp {
  try {
    return new RegExp(text, 'u');
  } catch (error) {
    throw usageError(`"${text}" is not a regular expression`, error instanceof Error ? error.message : undefined);
  }
}

export interface ReporterRequest {
  name: ReporterName;
  file?: string;
}

/** `junit` or `junit=out/report.xml`. */
export function readReporter(text: string): ReporterRequest {
  const at = text.indexOf('=');
  const name = at < 0 ? text : text.slice(0, at);
  const file = at < 0 ? undefined : text.slice(at + 1);
  if (!isReporter(name))
    throw usageError(
      `there is no reporter "${name}"`,
      didYouMean(name, Object.keys(REPORTERS)) ?? `one of ${Object.keys(REPORTERS).join(', ')}`,
    );
  if (file === '')
    throw usageError(`--reporter ${text} names no file`, `--reporter ${name} for standard output, or --reporter ${name}=path`);
  return file === undefined ? { name } : { name, file };
}

/** A reader of one of a few words. */
export function readOneOf<const W extends readonly string[]>(words: W): (text: string) => W[number] {
  return (text) => {
    if (!words.includes(text)) throw usageError(`"${text}" is not one of ${words.join(', ')}`, didYouMean(text, words));
    return text;
  };
}

/** A TCP port; 0 = any free one. */
export function readPort(text: string): number {
  const value = Number(text);
  if (!/^\d{1,5}$/.test(text) || value > 65_535) throw usageError(`"${text}" is not a port`, 'a whole number from 0 to 65535');
  return value;
}

/** An http or https URL without query and fragment (RFC 8414 2). */
export function readUrl(text: string): string {
  if (!/^https?:\/\/[\w.\-[\]:]+(?:\/[^?#\s]*)?$/.test(text))
    throw usageError(`"${text}" is not an issuer`, 'such as http://10.0.2.2:7357: http or https, no query, no fragment');
  return text;
}

/** A path on the server: `/second`. */
export function readPath(text: string): string {
  if (!/^(?:\/[\w.~-]+)+$/.test(text)) throw usageError(`"${text}" is not a path`, 'such as /second');
  return text;
}

/** Grace window where none is named: what Okta, WorkOS and FusionAuth ship, ms. */
const USUAL_WINDOW = 30_000;

/** `same-successor` or `same-successor:10s`. */
export function readGrace(text: string): { policy: GracePolicyName; window: number } {
  const [name = '', window] = text.split(':', 2);
  const policy = readOneOf(GRACE_POLICIES)(name);
  if (policy === 'strict' && window !== undefined) throw usageError('strict has no window', '--grace strict alone');
  return { policy, window: policy === 'strict' ? 0 : window === undefined ? USUAL_WINDOW : readDuration(window) };
}

/** Any text that is not empty. */
export function readText(text: string): string {
  if (text === '') throw usageError('the value is empty');
  return text;
}

function isReporter(name: string): name is ReporterName {
  return Object.hasOwn(REPORTERS, name);
}
