// The leaf values of the scenario format: durations, ranges, names, outcomes. Each carries the phrase that completes
// "expected ...", so that a mistake reads the same in the terminal and in an editor. Nothing here knows steps.
import { z } from 'zod';
import { REJECTIONS } from '../core/contract.ts';
import { formatDuration, parseDuration, parseDurationRange } from '../core/duration.ts';

// Building functions at run time costs more than it saves for a file that is parsed once (cold start, dx.md section 4).
z.config({ jitless: true });

/** The longest duration a file may name: 100 years. Longer ones leave the safe range once they are added to an epoch. */
export const LONGEST = 36_500 * 86_400_000;

const DURATION_PATTERN = '^(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+$';
const LIKE = 'a duration with a unit, such as "90s", "5m" or "1h30m"';

/** A duration of 0 or more. */
export const duration = text(LIKE, (value) => durationFault(value, 0)).meta({
  id: 'duration',
  pattern: DURATION_PATTERN,
  description: 'Virtual time, with a unit: 80ms, 90s, 5m, 1h30m, 30d.',
  examples: ['90s', '5m', '1h30m', '30d'],
});

/** A duration of at least 1 ms. */
export const positiveDuration = text(LIKE, (value) => durationFault(value, 1)).meta({
  id: 'positiveDuration',
  pattern: DURATION_PATTERN,
  description: 'Virtual time longer than 0: 80ms, 90s, 5m, 30d.',
  examples: ['90s', '5m', '30d'],
});

/** A duration that may be negative: a skew, an offset, a jump. */
export const signedDuration = text(`${LIKE}, with an optional sign`, (value) => durationFault(value, -LONGEST)).meta({
  id: 'signedDuration',
  pattern: '^[+-]?(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+$',
  description: 'Virtual time with an optional sign: +1h, -10m.',
  examples: ['+1h', '-10m'],
});

/** `80ms` or `80ms..200ms`. */
export const durationRange = text('a duration or a range such as "80ms..200ms"', rangeFault).meta({
  id: 'durationRange',
  pattern: '^(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+(\\.\\.(\\d+(\\.\\d+)?(ms|s|m|h|d|w))+)?$',
  description: 'One duration, or a range from which one is drawn per message.',
  examples: ['50ms', '80ms..200ms'],
});

/** A duration, or a range of them of any length. */
export const span = text('a duration or a range such as "5m..15m"', (value) => {
  const range = parseDurationRange(value);
  return range === undefined || range.min < 0 ? 'a duration or a range such as "5m..15m" whose end is not before its start' : undefined;
});

/** Lower-case words joined by hyphens. */
export const kebab = text('lower-case words joined by hyphens, such as "late-401"', (value) =>
  /^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(value) ? undefined : 'lower-case words joined by hyphens, such as "late-401"',
).meta({
  id: 'name',
  pattern: '^[a-z][a-z0-9]*(-[a-z0-9]+)*$',
});

/** Identifier of a background job, `refresh` or `com.example.app.refresh`. */
export const jobId = text('an identifier such as "refresh" or "com.example.app.refresh"', (value) =>
  /^[A-Za-z][\w.-]*$/.test(value) ? undefined : 'an identifier such as "refresh" or "com.example.app.refresh"',
).meta({
  id: 'jobId',
  pattern: '^[A-Za-z][\\w.-]*$',
});

/** `phone` or `phone/app`. */
export const place = text('a device or a process, such as "phone" or "phone/app"', (value) =>
  /^[a-z][a-z0-9-]*(\/[a-z][a-z0-9-]*)?$/.test(value) ? undefined : 'a device or a process, such as "phone" or "phone/app"',
).meta({
  id: 'place',
  pattern: '^[a-z][a-z0-9-]*(/[a-z][a-z0-9-]*)?$',
});

/** `phone`, `phone/app`, or `phone/*` for every process of it. */
export const places = text('a device, a process or all of them, such as "phone", "phone/app" or "phone/*"', (value) =>
  /^[a-z][a-z0-9-]*(\/([a-z][a-z0-9-]*|\*))?$/.test(value)
    ? undefined
    : 'a device, a process or all of them, such as "phone", "phone/app" or "phone/*"',
).meta({
  id: 'places',
  pattern: '^[a-z][a-z0-9-]*(/([a-z][a-z0-9-]*|\\*))?$',
});

/** Path of the resource server. */
export const path = text('a path that begins with "/"', (value) =>
  /^\/\S*$/.test(value) ? undefined : 'a path that begins with "/"',
).meta({
  id: 'path',
  pattern: '^/\\S*$',
  examples: ['/feed'],
});

/** What a request may come to: `ok`, `pending`, a status, or the reason of a rejection. */
export const outcome = z.union([z.enum(['ok', 'pending', ...REJECTIONS]), z.int().min(100).max(599)]).meta({
  id: 'outcome',
  description:
    'ok = a 2xx status; pending = not settled though everything that can happen now has happened; a status; or the reason of a rejection.',
});
export const outcomes = z.union([outcome, z.array(outcome).min(1)]);

/** What a scenario lends to its client, by name. */
export const clientOptions = z.record(z.string(), z.union([z.string(), z.number(), z.boolean()]));

/** `1`, `"<=2"`, `">=1"` or `"1..3"`. */
export const count = z
  .union([
    z.int().min(0),
    text('a number, or a bound such as "<=2", ">=1" or "1..3"', (value) =>
      parseCount(value) === undefined ? 'a number, or a bound such as "<=2", ">=1" or "1..3"' : undefined,
    ),
  ])
  .meta({ id: 'count', description: 'Exactly so many, or a bound: "<=2", ">=1", "1..3".', examples: [1, '<=2', '>=1', '1..3'] });

/** Reads a bound; undefined when it is none. Both ends are inclusive. */
export function parseCount(value: string | number): { min: number; max: number } | undefined {
  if (typeof value === 'number') return { min: value, max: value };
  const match = /^(?:(<=|>=)\s*(\d{1,6})|(\d{1,6})\.\.(\d{1,6})|(\d{1,6}))$/.exec(value.trim());
  if (match === null) return undefined;
  const [, sign, bound, from, to, exact] = match;
  if (sign === '<=') return { min: 0, max: Number(bound) };
  if (sign === '>=') return { min: Number(bound), max: Number.MAX_SAFE_INTEGER };
  if (exact !== undefined) return { min: Number(exact), max: Number(exact) };
  return Number(from) <= Number(to) ? { min: Number(from), max: Number(to) } : undefined;
}

/** Ms of a duration that the schema has let through. */
export function ms(value: string): number {
  return parseDuration(value) ?? 0;
}

function text(phrase: string, fault: (value: string) => string | undefined): z.ZodString {
  return z
    .string({ error: phrase })
    .refine((value) => fault(value) === undefined, { error: (issue) => fault(issue.input as string) ?? phrase });
}

function durationFault(value: string, least: number): string | undefined {
  const parsed = parseDuration(value);
  if (parsed === undefined) return LIKE;
  if (parsed < least) return least === 1 ? 'a duration longer than 0' : 'a duration that is not negative';
  return Math.abs(parsed) > LONGEST ? `at most ${formatDuration(LONGEST)}` : undefined;
}

function rangeFault(value: string): string | undefined {
  const range = parseDurationRange(value);
  if (range === undefined) return 'a duration or a range such as "80ms..200ms" whose end is not before its start';
  if (range.min < 0) return 'a range that is not negative';
  return range.max > 3_600_000 ? 'a latency of at most 1h' : undefined;
}
