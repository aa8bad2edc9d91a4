// Writes the reference under docs/, the JSON schema and the blocks of README from the tables and examples: `npm run docs`. With
// --check it writes nothing and fails when a file is out of date, so that code and documents cannot drift apart.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { scenarioJsonSchemaText } from '../src/scenario/json-schema.ts';
import { CONTROL_ROWS } from '../mock-server/control/control.ts';
import { openApiDocument } from '../mock-server/control/openapi.ts';
import { cliReference } from './docs/cli.ts';
import { bugsPage } from './docs/bugs.ts';
import { refreshDeviceRuns } from './docs/device-runs.ts';
import { refreshEngine } from './docs/engine.ts';
import { guidesPage } from './docs/guides.ts';
import { corpusPage, formatPage, invariantsPage } from './docs/pages.ts';
import { refreshReadme } from './docs/readme.ts';

const ROOT = new URL('../', import.meta.url);
/** File -> what it should be; README keeps its own words around the blocks that are written. */
const FILES: Readonly<Record<string, () => string | Promise<string>>> = {
  'README.md': () => refreshReadme(readFileSync(new URL('README.md', ROOT), 'utf8')),
  'docs/bugs.md': bugsPage,
  'docs/cli.md': cliReference,
  'docs/control-api.openapi.json': () => `${JSON.stringify(openApiDocument(CONTROL_ROWS), undefined, 2)}\n`,
  'docs/device-runs.md': () => refreshDeviceRuns(readFileSync(new URL('docs/device-runs.md', ROOT), 'utf8')),
  'docs/engine.md': () => refreshEngine(readFileSync(new URL('docs/engine.md', ROOT), 'utf8')),
  'docs/guides.md': guidesPage,
  'docs/invariants.md': invariantsPage,
  'docs/scenario-format.md': formatPage,
  'docs/scenarios.md': corpusPage,
  'scenarios/scenario.schema.json': scenarioJsonSchemaText,
};

const check = process.argv.includes('--check');
mkdirSync(new URL('docs', ROOT), { recursive: true });
for (const [name, write] of Object.entries(FILES)) {
  const file = new URL(name, ROOT);
  const text = await write();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (check) process.exitCode = 1;
  else writeFileSync(file, text);
  console.log(`${name} ${check ? 'is out of date: npm run docs' : 'written'}`);
}
