// Every dial of the catalogue of refresh bugs can be moved from a scenario file, and each line of the table does move it.
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DIAL_GROUPS, DIALS } from '../../src/scenario/dials.ts';
import { fullClient } from '../kit/full-client.ts';
import { planOf, play } from '../kit/world.ts';

const MOVED = DIALS.map(({ dial, key, example }) => [dial, key, example] as const);

test('every group has dials, and no dial is there twice', () => {
  expect(DIAL_GROUPS.filter((group) => !DIALS.some((dial) => dial.group === group))).toEqual([]);
  expect(new Set(DIALS.map(({ group, dial }) => `${group} ${dial}`)).size).toBe(DIALS.length);
});

describe('the line of a dial', () => {
  test.each(MOVED)('%s: says %s', (_, key, example) => {
    expect(holds(parse(example), key.split('.'))).toBe(true);
  });

  test.each(MOVED)('%s: runs', async (_, _key, example) => {
    const record = await play(example, fullClient, { settle: 'drain' });
    expect(record.notApplicable).toBeUndefined();
    expect(['finished', 'deadlock']).toContain(record.ending);
    expect(record.expectations).toEqual([]);
    expect(record.history.events.filter(({ type }) => type === 'step').length).toBeGreaterThan(0);
  });
});

test('a line describes its steps like any scenario', () => {
  for (const [, , example] of MOVED) for (const step of planOf(example).steps) expect(step.text.length).toBeGreaterThan(5);
});

/** Whether the key stands in the data: from its root, or in any step. `*` is any name. */
function holds(data: unknown, path: readonly string[]): boolean {
  if (leads(data, path)) return true;
  return typeof data === 'object' && data !== null && Object.values(data).some((inner) => holds(inner, path));
}

function leads(data: unknown, [first, ...rest]: readonly string[]): boolean {
  if (first === undefined) return true;
  if (typeof data !== 'object' || data === null) return false;
  if (first === '*') return Object.values(data).some((inner) => leads(inner, rest));
  return first in data && leads((data as Record<string, unknown>)[first], rest);
}
