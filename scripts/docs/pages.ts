// docs/invariants.md, docs/scenario-format.md and docs/scenarios.md, each from the data that the code runs on.
import { fileURLToPath } from 'node:url';
import { BUILT_IN_OPTIONS } from '../../src/scenario/built-in.ts';
import { REFRESH, STALE, steps } from '../../src/scenario/dial-row.ts';
import { DIALS, DIAL_GROUPS } from '../../src/scenario/dials.ts';
import { scenarioJsonSchema } from '../../src/scenario/json-schema.ts';
import { loadScenarios } from '../../src/scenario/load.ts';
import { INVARIANTS } from '../../src/verify/invariants.ts';
import { page, sentence, table } from './markdown.ts';

export function invariantsPage(): string {
  return page('Invariants', [
    'What must hold in every history, whoever the client is. `wire` ones judge any client, also one that is seen only through traffic. ' +
      '`tokenwarp explain <name>` prints the same.',
    ...INVARIANTS.flatMap((invariant) => [
      `## ${invariant.id} ${invariant.name}`,
      `${sentence(invariant.summary)}`,
      `${sentence(invariant.why)}`,
      `Kind: ${invariant.kind}${invariant.feature === undefined ? '' : `, for clients that claim \`${invariant.feature}\``}. Sources: ${invariant.sources.join('; ')}.`,
    ]),
  ]);
}

interface Schema {
  description?: string;
  type?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  enum?: unknown[];
  const?: unknown;
  items?: Schema;
  anyOf?: Schema[];
  allOf?: Schema[];
  additionalProperties?: Schema | boolean;
  $ref?: string;
  definitions?: Record<string, Schema>;
  pattern?: string;
}

export function formatPage(): string {
  const schema = scenarioJsonSchema() as Schema;
  const parts = Object.entries(schema.definitions ?? {}).flatMap(([name, part]) => [`## ${name}`, ...keysOf(part)]);
  return page('Scenario format', [
    'A scenario is one YAML file that ends in `.scenario.yaml`. Editors complete and check it when its first line is ' +
      '`# yaml-language-server: $schema=<path to>/scenario.schema.json`; `tokenwarp validate` shows every mistake with its place.',
    '## scenario',
    ...keysOf(schema),
    ...parts,
    '## Options of the built-in engine',
    'What it makes of the `client` block. Another client reads what it likes from `host.config.options`.',
    table(
      ['option', 'meaning'],
      Object.entries(BUILT_IN_OPTIONS).map(([name, meaning]) => [`\`${name}\``, meaning]),
    ).join('\n'),
    ...dials(),
  ]);
}

/** What differs from one bug report to the next, with the line that says so. */
function dials(): string[] {
  return [
    '## Dials',
    'What differs between one report of a refresh bug and the next. A scenario is one setting of each; every line here is run by the tests, where need be with a phone whose access token expired and a request that refreshes it.',
    ...DIAL_GROUPS.flatMap((group) => [
      `### ${group}`,
      table(
        ['dial', 'key', 'example'],
        DIALS.filter((dial) => dial.group === group).map(({ dial, key, example, note }) => [
          dial,
          `\`${key}\``,
          [...linesOf(example).map((line) => `\`${line}\``), ...(note === undefined ? [] : [note])].join(' '),
        ]),
      ).join('\n'),
    ]),
  ];
}

/** What makes any client refresh goes without saying. */
function linesOf(example: string): string[] {
  const usual = [STALE, steps(REFRESH)];
  const lines = example.split('\n');
  return lines.length === 1 ? lines : lines.filter((line) => !usual.includes(line));
}

function keysOf(schema: Schema): string[] {
  const rows = Object.entries(schema.properties ?? {}).map(([key, value]) => [
    `\`${key}\`${schema.required?.includes(key) === true ? ' (needed)' : ''}`,
    typeOf(value),
    value.description ?? '',
  ]);
  if (rows.length === 0) return [`${sentence(typeOf(schema))} ${schema.description ?? ''}`.trim()];
  return [table(['key', 'value', 'meaning'], rows).join('\n')];
}

function typeOf(schema: Schema): string {
  if (schema.allOf?.[0] !== undefined) return typeOf(schema.allOf[0]);
  if (schema.$ref !== undefined) return `[${schema.$ref.split('/').at(-1)}](#${schema.$ref.split('/').at(-1)?.toLowerCase()})`;
  if (schema.const !== undefined) return `\`${String(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.anyOf !== undefined) return [...new Set(schema.anyOf.map(typeOf))].join('; or ');
  if (schema.items !== undefined) return `list of ${typeOf(schema.items)}`;
  if (schema.properties !== undefined)
    return `{ ${Object.keys(schema.properties)
      .map((key) => `\`${key}\``)
      .join(', ')} }`;
  if (typeof schema.additionalProperties === 'object') return `name: ${typeOf(schema.additionalProperties)}`;
  return `${schema.type ?? 'anything'}${schema.pattern === undefined ? '' : ` like \`${schema.pattern}\``}`;
}

export function corpusPage(): string {
  const { plans } = loadScenarios(fileURLToPath(new URL('../../scenarios', import.meta.url)));
  const families = [...new Set(plans.map(({ family }) => family))];
  return page(
    'Built-in scenarios',
    families.flatMap((family) => [
      `## ${family}`,
      table(
        ['scenario', 'what a user would have suffered', 'sources'],
        plans
          .filter((plan) => plan.family === family)
          .map((plan) => [`\`${plan.name}\``, plan.summary, [...plan.specs, ...plan.reproduces].join(', ')]),
      ).join('\n'),
    ]),
  );
}
