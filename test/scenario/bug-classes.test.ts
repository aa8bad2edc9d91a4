// The museum's catalogue is right in itself, and scenarios name nothing that is not in it.
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadBugClasses } from '../../src/scenario/bug-classes.ts';
import { loadScenarios } from '../../src/scenario/load.ts';
import { INVARIANTS } from '../../src/verify/invariants.ts';

const classes = loadBugClasses();
const entries = classes.flatMap((each) => each.entries.map((entry) => ({ ...entry, class: each.id })));
const { plans } = loadScenarios(fileURLToPath(new URL('../../scenarios', import.meta.url)));

test('classes A to S, each with its entries numbered from 1', () => {
  expect(classes.map(({ id }) => id).join('')).toBe('ABCDEFGHIJKLMNOPQRS');
  for (const { id, entries: own } of classes) expect(own.map((entry) => entry.id)).toEqual(own.map((_, index) => `${id}${index + 1}`));
});

test('a thread has one home, and an entry told elsewhere names one that has threads', () => {
  const homes = entries.flatMap(({ threads }) => threads);
  expect(homes.filter((thread, index) => homes.indexOf(thread) !== index)).toEqual([]);
  const see = entries.flatMap((entry) => (entry.see === undefined ? [] : [entry.see]));
  expect(see.filter((id) => (entries.find((entry) => entry.id === id)?.threads ?? []).length === 0)).toEqual([]);
});

test('the invariants meant for a class exist', () => {
  const names = new Set(INVARIANTS.map(({ name }) => name));
  expect(classes.flatMap(({ invariants }) => invariants).filter((name) => !names.has(name))).toEqual([]);
});

test('every thread that a scenario reproduces is in the catalogue', () => {
  const known = new Set(entries.flatMap(({ threads }) => threads));
  const strange = plans.flatMap((plan) =>
    plan.reproduces.filter((thread) => !known.has(thread)).map((thread) => `${plan.name}: ${thread}`),
  );
  expect(strange).toEqual([]);
});
