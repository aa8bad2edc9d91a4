import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { scenarioJsonSchema, scenarioJsonSchemaText } from '../../src/scenario/json-schema.ts';

test('the checked-in schema is the one the code would write: npm run docs', () => {
  expect(readFileSync(new URL('../../scenarios/scenario.schema.json', import.meta.url), 'utf8')).toBe(scenarioJsonSchemaText());
});

test('it is draft-07, because editors read that', () => {
  expect(scenarioJsonSchema()['$schema']).toBe('http://json-schema.org/draft-07/schema#');
});

test('every key of every object says what it is for', () => {
  const bare: string[] = [];
  const walk = (node: unknown, path: string): void => {
    if (typeof node !== 'object' || node === null) return;
    const { properties, ...rest } = node as Record<string, unknown>;
    for (const [key, value] of Object.entries((properties ?? {}) as Record<string, Record<string, unknown>>)) {
      if (value['description'] === undefined) bare.push(`${path}.${key}`);
      walk(value, `${path}.${key}`);
    }
    for (const [key, value] of Object.entries(rest)) walk(value, `${path}/${key}`);
  };
  walk(scenarioJsonSchema(), '');
  expect(bare).toEqual([]);
});

test('a step stays one flat object: no union of shapes that doubles the suggestions', () => {
  const definitions = scenarioJsonSchema()['definitions'] as Record<string, Record<string, unknown>>;
  expect(definitions['step']).toMatchObject({ type: 'object', additionalProperties: false });
  expect(definitions['step']).not.toHaveProperty('anyOf');
  expect(definitions['step']).not.toHaveProperty('oneOf');
});
