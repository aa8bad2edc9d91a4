// What is Apple's word and what is not, what a run may set, and what it may not.
import { describe, expect, it, test } from 'vitest';
import { FIGURES, RULES } from '../../../src/os/ios/figures.ts';
import { FEATURES, hasFeature } from '../../../src/os/ios/versions.ts';
import { Bench } from './bench.ts';

describe('a figure', () => {
  it('counts as documented only when Apple says it, and each says what it is', () => {
    for (const { documented, source, about } of Object.values(FIGURES)) {
      expect(documented).toBe(source === 'apple');
      expect(about.length).toBeGreaterThan(10);
    }
  });

  it('that Apple published is one of four: everything else is a default that nobody promised', () => {
    const published = Object.entries(FIGURES).flatMap(([name, { documented }]) => (documented ? [name] : []));
    expect(published).toEqual(['pendingRefresh', 'pendingProcessing', 'refreshCeiling', 'classKeyDiscarded']);
  });
});

describe('a rule that the facts leave open', () => {
  test.each(Object.entries(RULES))('%s has its default among its choices', (_name, { value, choices }) => {
    expect(choices).toContain(value);
    expect(choices.length).toBeGreaterThan(1);
  });

  it('takes no other value', () => {
    expect(() => new Bench({ rules: { pendingAcrossReboot: 'perhaps' as 'kept' } })).toThrow(/pendingAcrossReboot cannot be "perhaps"/);
  });
});

describe('a version', () => {
  it('is one from 13 to 27', () => {
    for (const version of [12, 28, 17.5]) expect(() => new Bench({ version })).toThrow(new RegExp(`iOS ${version} is not a version`));
    for (const version of [13, 27]) expect(new Bench({ version }).model.processState()).toBe('not running');
  });

  test.each([
    [13, ['BGAppRefreshTaskRequest', 'BGProcessingTaskRequest', 'submit']],
    [15, ['prewarming']],
    [17, ['BGHealthResearchTaskRequest']],
    [26, ['BGContinuedProcessingTaskRequest', 'wildcardIdentifiers', 'lateRegistration']],
    [27, ['submitTaskRequest']],
  ])('%s brought what facts 1.1 says', (version, names) => {
    const brought = (Object.keys(FEATURES) as (keyof typeof FEATURES)[]).filter(
      (name) => hasFeature(version, name) && !hasFeature(version - 1, name),
    );
    expect(brought.toSorted()).toEqual(names.toSorted());
  });
});

it('a habit is one probability per half hour', () => {
  expect(() => new Bench({ habit: [0.5] })).toThrow(/one probability per half hour/);
  expect(() => new Bench({ habit: Array.from({ length: 48 }, () => 2) })).toThrow(/one probability per half hour/);
});
