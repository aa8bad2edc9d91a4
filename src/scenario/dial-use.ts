// Which dials of the catalogue a scenario file moves: its key is there and, where the dial's own line says a word of the format there
// (`kill`, `same-successor`), so does the file. A number, a duration, a name or a path may be another one. Nothing is run.
import { parse } from 'yaml';
import { DIALS, type Dial } from './dials.ts';

/** Keys whose words are names that an author makes up, or text. */
const FREE = ['store.restore', 'store.overwrite', 'signIn', 'job', 'devices.*.os', 'fault.location'];

interface Knob {
  readonly dial: Dial;
  readonly path: readonly string[];
  /** What the line of the dial says there first. */
  readonly wanted: unknown;
}

/** Built once for many files. */
export function dialFinder(): (text: string) => readonly Dial[] {
  const knobs = DIALS.map((dial): Knob => {
    const path = dial.key.split('.');
    return { dial, path, wanted: valuesAt(parse(dial.example), path)[0] };
  });
  return (text) => {
    const data = parse(text) as Record<string, unknown>;
    return knobs.filter((knob) => isMoved(knob, data)).map(({ dial }) => dial);
  };
}

function isMoved({ dial, path, wanted }: Knob, data: Record<string, unknown>): boolean {
  // A policy at the top of a file is the policy; as a step it is a change.
  const values = valuesAt(dial.key === 'server' ? data['steps'] : data, path);
  return values.some((value) => FREE.includes(dial.key) || says(value, wanted));
}

/** Every value below a key, from the root of the data or in any step. */
function valuesAt(data: unknown, path: readonly string[]): readonly unknown[] {
  if (typeof data !== 'object' || data === null) return [];
  return [...follow(data, path), ...Object.values(data).flatMap((inner) => valuesAt(inner, path))];
}

function follow(data: unknown, [first, ...rest]: readonly string[]): readonly unknown[] {
  if (first === undefined) return [data];
  if (typeof data !== 'object' || data === null) return [];
  if (first === '*') return Object.values(data).flatMap((inner) => follow(inner, rest));
  return first in data ? follow((data as Record<string, unknown>)[first], rest) : [];
}

function says(value: unknown, wanted: unknown): boolean {
  if (typeof wanted === 'string') return saysWord(value, wanted);
  if (typeof wanted === 'number') return typeof value === 'number' && Math.floor(value / 100) === Math.floor(wanted / 100);
  if (typeof wanted !== 'object' || wanted === null) return value === wanted;
  return saysMember(value, wanted);
}

/** `grace: strict` is short for `{ policy: strict }`, and one of a list is said too. */
function saysWord(value: unknown, wanted: string): boolean {
  if (Array.isArray(value)) return value.includes(wanted);
  const said = typeof value === 'object' && value !== null && 'policy' in value ? value.policy : value;
  if (typeof said !== 'string') return false;
  const isWord = (text: string): boolean => /^[a-zA-Z]+([-._][a-zA-Z]+)*$/.test(text);
  if (isWord(wanted) || isWord(said)) return said === wanted;
  return said.startsWith('-') === wanted.startsWith('-');
}

/** The first thing that the line names is named here too: headers are told apart by the challenge in them. */
function saysMember(value: unknown, wanted: object): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (Array.isArray(wanted)) return Array.isArray(value) && value.some((one) => says(one, wanted[0]));
  const [name, inner] = Object.entries(wanted)[0] ?? [];
  if (name === undefined) return true;
  if (!(name in value)) return false;
  const mine = (value as Record<string, unknown>)[name];
  const challenge = typeof inner === 'string' ? /\b(?:error="\w+"|resource_metadata)/.exec(inner)?.[0] : undefined;
  if (challenge !== undefined) return String(mine).includes(challenge);
  return inner === null || inner === '' ? mine === inner : true;
}
