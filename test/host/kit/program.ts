// The app of the fleet, built once per test file.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { bundle, scratchFolder } from './bundle.ts';

/** Its path, there from the first test on. */
export function appProgram(): string {
  const scratch = scratchFolder();
  const path = join(scratch.path, 'app.mjs');
  beforeAll(async () => writeFileSync(path, await bundle(new URL('app.ts', import.meta.url), 'node')));
  afterAll(() => scratch.remove());
  return path;
}
