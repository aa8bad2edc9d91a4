// README is true: the code it shows is the code in examples/, the output it shows is what these commands print.
import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { loadScenarios } from '../src/scenario/load.ts';

const ROOT = fileURLToPath(new URL('..', import.meta.url));
const README = readFileSync(`${ROOT}/README.md`, 'utf8');
const CONTRIBUTING = readFileSync(`${ROOT}/CONTRIBUTING.md`, 'utf8');

function blocks(language: string): string[] {
  return [...README.matchAll(new RegExp(`^\`\`\`${language}\\n(.*?)^\`\`\`$`, 'gms'))].map(([, body = '']) => body);
}

/** The same text without what depends on the machine: wall times and the padding before them. */
function timeless(text: string): string {
  return text.replaceAll(/ +\d+ ms(?= |$)/gm, ' <wall>').replaceAll(/in \d+\.\d s/g, 'in <wall>').trim();
}

test('the code and the scenario it shows are the examples', () => {
  expect(blocks('ts')).toEqual([readFileSync(`${ROOT}/examples/my-client.ts`, 'utf8')]);
  expect(blocks('yaml')).toEqual([readFileSync(`${ROOT}/examples/two-requests-at-expiry.scenario.yaml`, 'utf8')]);
});

test('its failing example prints what it says, with exit code 1', () => {
  const command = blocks('sh').find((block) => block.includes('--client'))?.trim().split(' ') ?? [];
  expect(command.slice(0, 2)).toEqual(['npx', 'tokenwarp']);
  const { status, stdout } = spawnSync(process.execPath, ['bin/tokenwarp.js', ...command.slice(2)], { cwd: ROOT, encoding: 'utf8' });
  expect(status).toBe(1);
  expect(timeless(stdout)).toBe(timeless(blocks('text')[1] ?? ''));
});

test('its first output has the lines and totals of today', () => {
  const shown = timeless(blocks('text')[0] ?? '').split('\n').map((line) => line.trim());
  const printed = timeless(execFileSync(process.execPath, ['bin/tokenwarp.js', 'run'], { cwd: ROOT, encoding: 'utf8' })).split('\n').map((line) => line.trim());
  expect(shown.filter((line) => line !== '...' && !printed.includes(line))).toEqual([]);
  expect(shown[0]).toContain(`${loadScenarios(`${ROOT}/scenarios`).plans.length} scenarios`);
});

test.each([['README.md', README], ['CONTRIBUTING.md', CONTRIBUTING]])('every link of %s leads somewhere', (_name, text) => {
  const targets = [...text.matchAll(/\]\((?!https?:)([^)#]+)/g)].map(([, target = '']) => target);
  expect(targets.length).toBeGreaterThan(2);
  expect(targets.filter((target) => !existsSync(`${ROOT}/${target}`))).toEqual([]);
});
