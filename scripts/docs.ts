// Writes the reference under docs/ and scenarios/scenario.schema.json from the tables that the code runs on: `npm run docs`. With
// --check it writes nothing and fails when a file is out of date, so that code and documents cannot drift apart.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { COMMANDS, type CommandRow } from '../src/cli/command-table.ts';
import { EXITS } from '../src/cli/exit.ts';
import { GLOBAL_OPTIONS, variableOf, type OptionRow } from '../src/cli/option-table.ts';
import { REPORTERS } from '../src/report/registry.ts';
import { scenarioJsonSchema, scenarioJsonSchemaText } from '../src/scenario/json-schema.ts';
import { loadScenarios } from '../src/scenario/load.ts';
import { INVARIANTS } from '../src/verify/invariants.ts';

const ROOT = new URL('../', import.meta.url);
const GENERATED = '<!-- Written by `npm run docs` from the tables in src/: edit those. -->';

const FILES: Readonly<Record<string, () => string>> = {
  'docs/cli.md': cliPage,
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

function cliPage(): string {
  const commands = Object.entries(COMMANDS as Readonly<Record<string, CommandRow>>).flatMap(([name, row]) => [
    `## tokenwarp ${name} ${row.args}`.trim(), `${sentence(row.summary)} ${row.details}`,
    ...(Object.keys(row.options).length === 0 ? [] : [optionTable(row.options)]),
    `\`\`\`sh\n${row.examples.map(([line, why]) => `${line}   # ${why}`).join('\n')}\n\`\`\``,
  ]);
  return page('Command line', [
    ...commands,
    '## Options of every command', optionTable(GLOBAL_OPTIONS),
    'Each option can be set by its variable too; the command line wins.',
    '## Reporters', table(['name', 'what it writes'], Object.entries(REPORTERS).map(([name, { summary }]) => [`\`${name}\``, summary])),
    '## Exit codes', 'When several hold, the one that stands first decides.',
    table(['code', 'meaning', ''], Object.values(EXITS).map(({ code, meaning, explanation }) => [String(code), meaning, explanation])),
  ]);
}

function optionTable(options: Readonly<Record<string, OptionRow>>): string {
  const rows = Object.entries(options).filter(([, { hidden }]) => hidden !== true);
  return table(['option', 'meaning', 'otherwise', 'variable'], rows.map(([key, { flags, summary, otherwise }]) => [`\`${flags}\``, summary, otherwise ?? '', `\`${variableOf(key)}\``]));
}

function invariantsPage(): string {
  return page('Invariants', [
    'What must hold in every history, whoever the client is. `wire` ones judge any client, also one that is seen only through traffic. '
      + '`tokenwarp explain <name>` prints the same.',
    ...INVARIANTS.flatMap((invariant) => [
      `## ${invariant.id} ${invariant.name}`,
      `${sentence(invariant.summary)}`,
      `${sentence(invariant.why)}`,
      `Kind: ${invariant.kind}${invariant.feature === undefined ? '' : `, for clients that claim \`${invariant.feature}\``}. Sources: ${invariant.sources.join('; ')}.`,
    ]),
  ]);
}

interface Schema {
  description?: string; type?: string; properties?: Record<string, Schema>; required?: string[]; enum?: unknown[]; const?: unknown;
  items?: Schema; anyOf?: Schema[]; additionalProperties?: Schema | boolean; $ref?: string; definitions?: Record<string, Schema>; pattern?: string;
}

function formatPage(): string {
  const schema = scenarioJsonSchema() as Schema;
  const parts = Object.entries(schema.definitions ?? {}).flatMap(([name, part]) => [`## ${name}`, ...keysOf(part)]);
  return page('Scenario format', [
    'A scenario is one YAML file that ends in `.scenario.yaml`. Editors complete and check it when its first line is '
      + '`# yaml-language-server: $schema=<path to>/scenario.schema.json`; `tokenwarp validate` shows every mistake with its place.',
    '## scenario', ...keysOf(schema), ...parts,
  ]);
}

function keysOf(schema: Schema): string[] {
  const rows = Object.entries(schema.properties ?? {}).map(([key, value]) => [`\`${key}\`${schema.required?.includes(key) === true ? ' (needed)' : ''}`, typeOf(value), value.description ?? '']);
  return rows.length === 0 ? [] : [table(['key', 'value', 'meaning'], rows)];
}

function typeOf(schema: Schema): string {
  if (schema.$ref !== undefined) return `[${schema.$ref.split('/').at(-1)}](#${schema.$ref.split('/').at(-1)})`;
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join('; or ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (schema.properties !== undefined) return `{ ${Object.keys(schema.properties).map((key) => `\`${key}\``).join(', ')} }`;
  if (typeof schema.additionalProperties === 'object') return `name: ${typeOf(schema.additionalProperties)}`;
  return schema.type ?? 'anything';
}

function corpusPage(): string {
  const { plans } = loadScenarios(fileURLToPath(new URL('scenarios', ROOT)));
  const families = [...new Set(plans.map(({ family }) => family))];
  return page('Built-in scenarios', families.flatMap((family) => [
    `## ${family}`,
    table(['scenario', 'what a user would have suffered', 'sources'], plans.filter((plan) => plan.family === family)
      .map((plan) => [`\`${plan.name}\``, plan.summary.replaceAll(/\s+/g, ' ').trim(), [...plan.specs, ...plan.reproduces].join(', ')])),
  ]));
}

function page(title: string, parts: readonly string[]): string {
  return `${[`# ${title}`, GENERATED, ...parts].join('\n\n')}\n`;
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.map((cell) => cell.replaceAll('|', '\\|').replaceAll('\n', ' ')).join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.!?]$/.test(text) ? '' : '.'}`;
}
