// README is true: the code it shows is the code in examples/, the outputs it shows are what the commands print today.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { refreshReadme, timeless } from '../scripts/docs/readme.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(`${ROOT}/README.md`, 'utf8');
/** Each look at README runs the whole corpus, ms. */
const PATIENCE = 180_000;
const CONTRIBUTING = readFileSync(`${ROOT}/CONTRIBUTING.md`, 'utf8');

test(
  'README shows the examples and their outputs as they are: `npm run docs` writes them',
  () => {
    expect(timeless(refreshReadme(README))).toBe(timeless(README));
  },
  PATIENCE,
);

test(
  'a block that is out of date is written anew, wall times alone are not',
  () => {
    const stale = README.replace('two-requests-at-expiry\n', 'two-requests\n').replace(/(\d) refreshes/, '9 refreshes');
    expect(stale).not.toBe(README);
    expect(timeless(refreshReadme(stale))).toBe(timeless(README));
    const slower = README.replace(/in \d+\.\d s/, 'in 9.9 s');
    expect(refreshReadme(slower)).toBe(slower);
    expect(timeless(README.replace(/in \d+\.\d s/, 'in 1m11s'))).toBe(timeless(README));
  },
  PATIENCE,
);

test('the client of README is about ten lines', () => {
  const code =
    /^```ts\n(.*?)^```$/ms
      .exec(README)?.[1]
      ?.split('\n')
      .filter((line) => line.trim() !== '' && !line.startsWith('//')) ?? [];
  expect(code.length).toBeGreaterThan(5);
  expect(code.length).toBeLessThanOrEqual(14);
});

test.each([
  ['README.md', README],
  ['CONTRIBUTING.md', CONTRIBUTING],
])('every link of %s leads somewhere', (_name, text) => {
  const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target);
  expect(targets.length).toBeGreaterThan(2);
  expect(targets.filter((target) => !existsSync(`${ROOT}/${target}`))).toEqual([]);
});
