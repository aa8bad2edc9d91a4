// The engine in random lives, few of each; `npm run check:random` plays ten thousand.
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { drawnFrom, faultsOf, LIVES } from '../kit/random-lives.ts';

describe('no invariant is broken in random lives', () => {
  test.each(LIVES)('$name', async (life) => {
    expect.hasAssertions();
    const property = fc.asyncProperty(drawnFrom(life), async (drawn) => {
      expect({ ...drawn, faults: await faultsOf(drawn) }).toEqual({ ...drawn, faults: [] });
    });
    await fc.assert(property, { numRuns: 250, seed: 20_260_101 });
  });
});
