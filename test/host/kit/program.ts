// The app of the fleet, built once per test file.
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll } from 'vitest';
import { ROOT } from '../../architecture/source.ts';
import { bundle, scratchFolder } from './bundle.ts';

/** Its path, there from the first test on. `packages` are installed beside it. */
export function appProgram(...packages: readonly string[]): string {
  const scratch = scratchFolder();
  const path = join(scratch.path, 'app.mjs');
  for (const name of packages) {
    const place = join(scratch.path, 'node_modules', name);
    mkdirSync(dirname(place), { recursive: true });
    symlinkSync(join(ROOT, 'node_modules', name), place);
  }
  beforeAll(async () => writeFileSync(path, await bundle(new URL('app.ts', import.meta.url), 'node')));
  afterAll(() => scratch.remove());
  return path;
}
