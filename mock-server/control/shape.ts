// What a body or a query may hold, once: the reader that refuses what is wrong and names the field, and the JSON schema of the OpenAPI
// document, are both derived from a shape. Knows no resource.
import { formatDuration, parseDuration } from '../../src/core/duration.ts';
import { didYouMean } from '../../src/core/suggest.ts';
import { ControlError } from './errors.ts';

/** A piece of a JSON schema (2020-12, as OpenAPI 3.1 uses it). */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** A kind of value. `read` gives the value or throws a ControlError that names `at`. */
export interface Shape<T> {
  readonly schema: JsonSchema;
  read(value: unknown, at: string): T;
}
/** What a shape reads. */
export type Read<S> = S extends Shape<infer T> ? T : never;

/** The longest duration, 100 years, ms: longer ones leave the safe range once they are added to an epoch. */
const LONGEST = 36_500 * 86_400_000;

export function text(options: { like?: RegExp; what?: string; most?: number } = {}): Shape<string> {
  const { like, what = 'a text', most = 10_000 } = options;
  return {
    schema: { type: 'string', ...(like === undefined ? {} : { pattern: like.source }), ...(most === 10_000 ? {} : { maxLength: most }) },
    read(value, at) {
      if (typeof value !== 'string' || value === '' || value.length > most || (like !== undefined && !like.test(value)))
        throw wrong(at, value, what);
      return value;
    },
  };
}

export function word<const W extends readonly string[]>(words: W): Shape<W[number]> {
  return {
    schema: { enum: words },
    read(value, at) {
      if (typeof value === 'string' && words.includes(value)) return value;
      const guess = typeof value === 'string' ? didYouMean(value, words) : undefined;
      throw wrong(at, value, `one of ${words.join(', ')}`, guess);
    },
  };
}

/** A whole number; from a query also its digits. */
export function whole(min = 0, max: number = Number.MAX_SAFE_INTEGER): Shape<number> {
  return {
    schema: { type: 'integer', minimum: min, ...(max === Number.MAX_SAFE_INTEGER ? {} : { maximum: max }) },
    read(value, at) {
      const number = typeof value === 'string' && /^-?\d+$/.test(value) ? Number(value) : value;
      if (typeof number === 'number' && Number.isSafeInteger(number) && number >= min && number <= max) return number;
      throw wrong(at, value, max === Number.MAX_SAFE_INTEGER ? `a whole number from ${min}` : `a whole number from ${min} to ${max}`);
    },
  };
}

export const flag: Shape<boolean> = {
  schema: { type: 'boolean' },
  read(value, at) {
    if (typeof value === 'boolean') return value;
    if (value === 'true' || value === 'false') return value === 'true';
    throw wrong(at, value, 'true or false');
  },
};

/** Milliseconds, or text with a unit (`5m`); at least `min` ms. */
export function duration(min = 0): Shape<number> {
  const what = `${min < 0 ? 'a duration, also a negative one,' : min === 0 ? 'a duration' : `a duration of at least ${formatDuration(min)}`} such as "90s", "5m" or a number of ms`;
  return {
    schema: {
      oneOf: [
        { type: 'integer', minimum: min, description: 'milliseconds' },
        { type: 'string', examples: ['90s', '5m', '1h30m'] },
      ],
    },
    read(value, at) {
      const ms = typeof value === 'string' ? (/^-?\d+$/.test(value) ? Number(value) : parseDuration(value)) : value;
      if (typeof ms === 'number' && Number.isSafeInteger(ms) && ms >= Math.max(min, -LONGEST) && ms <= LONGEST) return ms;
      throw wrong(at, value, what);
    },
  };
}

export function listOf<T>(item: Shape<T>, least = 0): Shape<T[]> {
  return {
    schema: { type: 'array', items: item.schema, ...(least === 0 ? {} : { minItems: least }) },
    read(value, at) {
      if (!Array.isArray(value) || value.length < least) throw wrong(at, value, least === 0 ? 'a list' : `a list of at least ${least}`);
      return value.map((one: unknown, i) => item.read(one, `${at}[${i}]`));
    },
  };
}

export function mapOf<T>(item: Shape<T>): Shape<Readonly<Record<string, T>>> {
  return {
    schema: { type: 'object', additionalProperties: item.schema },
    read: (value, at) =>
      Object.fromEntries(Object.entries(recordOf(value, at)).map(([key, one]) => [key, item.read(one, inside(at, key))])),
  };
}

/** Any JSON value. */
export const json: Shape<unknown> = { schema: {}, read: (value) => value };

/** The first that reads; the complaint is the last one's. */
export function either<A, B>(one: Shape<A>, other: Shape<B>): Shape<A | B> {
  return {
    schema: { oneOf: [one.schema, other.schema] },
    read(value, at) {
      try {
        return one.read(value, at);
      } catch {
        return other.read(value, at);
      }
    },
  };
}

/** One fixed word. */
export function only<const W extends string>(value: W): Shape<W> {
  return word([value]) as Shape<W>;
}

interface Member<T> {
  readonly shape: Shape<T>;
  readonly about: string;
  readonly needed: boolean;
}
/** A member that must be there. */
export type Needed<T> = Member<T> & { readonly needed: true };
/** A member that may be there. */
export type Optional<T> = Member<T> & { readonly needed: false };

export function needed<T>(shape: Shape<T>, about: string): Needed<T> {
  return { shape, about, needed: true };
}
export function optional<T>(shape: Shape<T>, about: string): Optional<T> {
  return { shape, about, needed: false };
}

export type Members = Readonly<Record<string, Needed<unknown> | Optional<unknown>>>;
/** The record that members describe. */
export type RecordOf<M extends Members> = {
  [K in keyof M as M[K] extends Needed<unknown> ? K : never]: M[K] extends Member<infer T> ? T : never;
} & { [K in keyof M as M[K] extends Needed<unknown> ? never : K]?: M[K] extends Member<infer T> ? T : never };

/** A record with these members and no others. */
export function record<M extends Members>(members: M): Shape<RecordOf<M>> {
  const names = Object.keys(members);
  return {
    schema: {
      type: 'object',
      properties: Object.fromEntries(
        Object.entries(members).map(([name, { shape, about }]) => [name, { ...shape.schema, description: about }]),
      ),
      ...(names.some((name) => members[name]?.needed) ? { required: names.filter((name) => members[name]?.needed) } : {}),
      additionalProperties: false,
    },
    read(value, at) {
      const given = recordOf(value, at);
      for (const key of Object.keys(given)) {
        if (!Object.hasOwn(members, key))
          throw new ControlError(
            400,
            inside(at, key),
            `there is no "${key}" here`,
            didYouMean(key, names) ?? (names.length === 0 ? 'leave it out' : `there is ${names.join(', ')}`),
          );
      }
      const out: Record<string, unknown> = {};
      for (const [name, member] of Object.entries(members)) {
        if (given[name] !== undefined) out[name] = member.shape.read(given[name], inside(at, name));
        else if (member.needed) throw new ControlError(400, inside(at, name), `"${name}" is missing`, member.about);
      }
      return out as RecordOf<M>;
    },
  };
}

function recordOf(value: unknown, at: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>;
  throw wrong(at, value, 'a JSON object');
}

function inside(at: string, key: string): string {
  return at === '' ? key : `${at}.${key}`;
}

/** `"by" is "soon"; expected a duration`. Long values are cut: they may be anything. */
export function wrong(at: string, value: unknown, expected: string, hint?: string): ControlError {
  const shown = value === undefined ? 'missing' : (JSON.stringify(value) ?? 'nothing').slice(0, 60);
  return new ControlError(
    400,
    at,
    `${at === '' ? 'the body' : `"${at}"`} is ${shown}`,
    hint === undefined ? `expected ${expected}` : `expected ${expected}; ${hint}`,
  );
}
