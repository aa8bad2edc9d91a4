// Writes the reference under docs/ and scenarios/scenario.schema.json from the tables that the code runs on: `npm run docs`. With
// --check it writes nothing and fails when a file is out of date, so that code and documents cannot drift apart.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { scenarioJsonSchemaText } from '../src/scenario/json-schema.ts';
import { cliReference } from './docs/cli.ts';
import { corpusPage, formatPage, invariantsPage } from './docs/pages.ts';

const ROOT = new URL('../', import.meta.url);
const FILES: Readonly<Record<string, () => string>> = {
  'docs/cli.md': cliReference,
  'docs/invariants.md': invariantsPage,
  'docs/scenario-format.md': formatPage,
  'docs/scenarios.md': corpusPage,
  'scenarios/scenario.schema.json': scenarioJsonSchemaText,
};

const check = process.argv.includes('--check');
mkdirSync(new URL('docs', ROOT), { recursive: true });
for (const [name, write] of Object.entries(FILES)) {
  const file = new URL(name, ROOT);
  const text = write();
  if (existsSync(file) && readFileSync(file, 'utf8') === text) continue;
  if (check) process.exitCode = 1;
  else writeFileSync(file, text);
  console.log(`${name} ${check ? 'is out of date: npm run docs' : 'written'}`);
}
