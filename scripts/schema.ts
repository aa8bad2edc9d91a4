// Writes scenarios/scenario.schema.json from the zod schema: `npm run schema`. With --check it only compares (exit 1 when stale).
import { readFileSync, writeFileSync } from 'node:fs';
import { scenarioJsonSchemaText } from '../src/scenario/json-schema.ts';

const target = new URL('../scenarios/scenario.schema.json', import.meta.url);
const text = scenarioJsonSchemaText();

if (process.argv.includes('--check')) {
  const fresh = readFileSync(target, 'utf8') === text;
  process.stdout.write(fresh ? 'scenarios/scenario.schema.json is fresh\n' : 'scenarios/scenario.schema.json is stale: npm run schema\n');
  process.exitCode = fresh ? 0 : 1;
} else {
  writeFileSync(target, text);
  process.stdout.write(`scenarios/scenario.schema.json: ${text.length} bytes\n`);
}
