// docs/android.md is what QA has in hand: every message we print about Android is in its tables and no other, every answer of `fire`,
// every gate; and every command it shows is one that this tokenwarp takes.
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { COMMANDS, type CommandRow } from '../../src/cli/command-table.ts';
import { DEVICE_ACTIONS, JOURNAL_ACTIONS } from '../../src/cli/device/actions.ts';
import { verdictWords } from '../../src/cli/device/fire-words.ts';
import { ERROR_CODES } from '../../src/cli/glossary.ts';
import { GLOBAL_OPTIONS } from '../../src/cli/option-table.ts';
import { ANDROID_GATES } from '../../src/core/android-words.ts';
import type { Verdict } from '../../src/device/android/verdict.ts';
import { isNode, readSources, ROOT, walk, type Node } from '../architecture/source.ts';

const DOC = readFileSync(`${ROOT}/docs/android.md`, 'utf8');

/** The rows of the first table below a heading, as cells without the head. */
function tableBelow(heading: string): string[][] {
  const below = DOC.slice(DOC.indexOf(`\n## ${heading}\n`)).split('\n');
  const start = below.findIndex((line) => line.startsWith('|'));
  const end = below.findIndex((line, i) => i > start && !line.startsWith('|'));
  const rows = below.slice(start + 2, end).map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
  expect(rows.length).toBeGreaterThan(3);
  return rows;
}

/** A cell that is one piece of code, without its backticks; whatever differs from time to time is `<>`. */
function codeIn(cell: string): string | undefined {
  const inside = /^``(.+)``$/.exec(cell)?.[1] ?? /^`([^`]+)`$/.exec(cell)?.[1];
  return inside?.trim().replaceAll(/<[^>]*>/g, '<>');
}

/** The text of a literal or template; the message of `a ?? b` is what stands behind. Undefined when it is composed elsewhere. */
function textOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  if (node.type === 'Literal') return String(node['value']);
  if (node.type === 'LogicalExpression') return textOf(node['right']);
  if (node.type !== 'TemplateLiteral') return undefined;
  const pieces = (node['quasis'] as { value: { cooked: string } }[]).map(({ value }) => value.cooked);
  return pieces.join('<>');
}

const propertiesOf = (node: Node): Map<string, unknown> =>
  new Map(
    (node['properties'] as Node[]).map(
      ({ key, value }) => [String((key as Record<string, unknown> | undefined)?.['name']), value] as const,
    ),
  );

/** What one node of the source prints, if it is a message. */
function messageAt(node: Node): string | undefined {
  const args = (node['arguments'] ?? []) as unknown[];
  const callee = node['callee'] as Node | undefined;
  if (node.type === 'CallExpression' && callee?.['name'] === 'noJob') return textOf(args[0]);
  const isError = (node.type === 'NewExpression' && String(callee?.['name']).endsWith('Error')) || callee?.type === 'Super';
  if (isError && textOf(args[0])?.startsWith('TW_DEVICE_') === true) return textOf(args[1]);
  if (node.type !== 'ObjectExpression') return undefined;
  const members = propertiesOf(node);
  if (members.has('text') && members.has('fix')) return textOf(members.get('text'));
  if (!members.has('tool') || !members.has('found')) return undefined;
  const found = textOf(members.get('found'));
  return found === undefined ? undefined : `${textOf(members.get('tool')) ?? '<>'} ${found}`;
}

const messages = (): string[] =>
  readSources(['src/device/errors.ts', 'src/device/select.ts', 'src/device/android', 'src/cli/device'])
    .flatMap(({ tree }) => [...walk(tree)].flatMap((node) => messageAt(node) ?? []))
    // `${tool} ${found}` and the like are put together from texts that are found where they stand.
    .filter((message) => /\w/.test(message.replaceAll('<>', '')));

describe('the troubleshooting tables', () => {
  test('have every message of the driver, and none that is never printed', () => {
    const told = tableBelow('Messages').flatMap(([cell = '']) => codeIn(cell) ?? []);
    expect(told.toSorted()).toEqual([...new Set(messages())].toSorted());
  });

  test('say what to do about each', () => {
    const silent = tableBelow('Messages').filter(([message = '', advice = '']) => !message.startsWith('**') && advice.length < 4);
    expect(silent).toEqual([]);
  });

  test('have every code of an error of a device', () => {
    const codes = Object.keys(ERROR_CODES).filter((code) => code.startsWith('TW_DEVICE_'));
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !DOC.includes(`**\`${code}\`**`))).toEqual([]);
  });

  test('have every gate, in the order in which the system asks', () => {
    expect(tableBelow('Gates').map(([cell = '']) => codeIn(cell))).toEqual(ANDROID_GATES);
  });

  test('have every answer of `fire`', () => {
    const ran = ['SUCCESS', 'SUCCESS or FAILURE', 'unknown', 'FAILURE', 'RETRY', 'threw', 'cancelled'] as const;
    const gate = { gate: '<gate>' as 'IDLE', detail: '<facts>', by: '' };
    const verdicts: readonly Verdict[] = [
      ...ran.map((result) => ({ outcome: 'ran', result }) as const),
      { outcome: 'stopped', reason: 7 },
      { outcome: 'held', gate },
      { outcome: 'refused' },
      { outcome: 'undecided' },
    ];
    const words = verdicts.map((verdict) => verdictWords({ verdict, source: 'jobs' }));
    words.push(
      verdictWords({ verdict: { outcome: 'refused' }, source: 'database', dueIn: 720_000 }),
      verdictWords({ verdict: { outcome: 'undecided' }, source: 'database' }),
    );
    const told = tableBelow('What `fire` answers').map(([cell = '']) => cell.replaceAll('`', ''));
    expect(told.toSorted()).toEqual(words.toSorted());
  });
});

describe('the commands it shows', () => {
  const shown = [...DOC.matchAll(/(?:`|npx |^)tokenwarp ([a-z][^`\n]*)/gm)].map(([, words = '']) => words.trim());

  test('are many', () => expect(shown.length).toBeGreaterThan(30));

  test.each([...new Set(shown)])('tokenwarp %s', (words) => {
    const [name = '', ...rest] = words.split(' ');
    const command = (COMMANDS as Readonly<Record<string, CommandRow>>)[name];
    const known = [...Object.values({ ...GLOBAL_OPTIONS, ...command?.options })].map(({ flags }) => flags.split(' ')[0]);
    expect(command).toBeDefined();
    expect(rest.filter((word) => word.startsWith('--') && !known.includes(word))).toEqual([]);
    if (name === 'device') expect([...Object.keys(DEVICE_ACTIONS), ...Object.keys(JOURNAL_ACTIONS)]).toContain(rest[0]);
    if (name === 'fire') expect(rest[0]).toBe('android');
  });
});

test('every link leads somewhere', () => {
  const slug = (heading: string): string =>
    heading
      .toLowerCase()
      .replaceAll(/[^\w -]/g, '')
      .replaceAll(' ', '-');
  const anchorsOf = (text: string): string[] => [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slug(heading));
  const links = [...DOC.matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]+))?\)/g)];
  expect(links.length).toBeGreaterThan(1);
  const broken = links.filter(([, file = '', anchor]) => {
    const path = `${ROOT}/docs/${file === '' ? 'android.md' : file}`;
    return !existsSync(path) || (anchor !== undefined && !anchorsOf(readFileSync(path, 'utf8')).includes(anchor));
  });
  expect(broken.map(([link]) => link)).toEqual([]);
});
