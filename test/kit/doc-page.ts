// A page of docs/ against what it documents: its tables, the messages that our source prints, the commands it shows, its links.
import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { COMMANDS, type CommandRow } from '../../src/cli/command-table.ts';
import { DEVICE_ACTIONS, JOURNAL_ACTIONS } from '../../src/cli/device/actions.ts';
import { GLOBAL_OPTIONS } from '../../src/cli/option-table.ts';
import { isNode, readSources, ROOT, walk, type Node } from '../architecture/source.ts';

export class DocPage {
  readonly file: string;
  readonly text: string;

  /** `android.md` */
  constructor(file: string) {
    this.file = file;
    this.text = readFileSync(`${ROOT}/docs/${file}`, 'utf8');
  }

  /** The rows of the first table below a heading, as cells without the head. */
  tableBelow(heading: string): string[][] {
    const below = this.text.slice(this.text.indexOf(`\n## ${heading}\n`)).split('\n');
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

  /** Blocks of code of a language, in their order. */
  blocks(language: string): string[] {
    return [...this.text.matchAll(new RegExp(`^\`\`\`${language}\n([^]*?)^\`\`\``, 'gm'))].map(([, code = '']) => code);
  }

  /** The command lines it shows, without `tokenwarp`. */
  commands(): string[] {
    const shown = [...this.text.matchAll(/(?:`|npx |^)tokenwarp ([a-z][^`\n]*)/gm)].map(([, words = '']) => words.trim());
    return [...new Set(shown)];
  }

  brokenLinks(): string[] {
    const slug = (heading: string): string =>
      heading
        .toLowerCase()
        .replaceAll(/[^\w -]/g, '')
        .replaceAll(' ', '-');
    const anchorsOf = (text: string): string[] => [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = '']) => slug(heading));
    const links = [...this.text.matchAll(/\]\((?!https:)([^)#]*)(?:#([^)]+))?\)/g)];
    expect(links.length).toBeGreaterThan(1);
    const broken = links.filter(([, file = '', anchor]) => {
      const path = `${ROOT}/docs/${file === '' ? this.file : file}`;
      return !existsSync(path) || (anchor !== undefined && !anchorsOf(readFileSync(path, 'utf8')).includes(anchor));
    });
    return broken.map(([link]) => link);
  }
}

/** A cell that is one piece of code, without its backticks; whatever differs from time to time is `<>`. */
export function codeIn(cell: string): string | undefined {
  const inside = /^``(.+)``$/.exec(cell)?.[1] ?? /^`([^`]+)`$/.exec(cell)?.[1];
  return inside?.trim().replaceAll(/<[^>]*>/g, '<>');
}

/** What of a command line of a page this tokenwarp does not take. */
export function unknownIn(words: string, platform: 'android' | 'ios'): string[] {
  const [name = '', ...rest] = words.split(' ');
  const [first = ''] = rest;
  const command = (COMMANDS as Readonly<Record<string, CommandRow>>)[name];
  if (command === undefined) return [name];
  const known = [...Object.values({ ...GLOBAL_OPTIONS, ...command.options })].map(({ flags }) => flags.split(' ')[0]);
  const actions = Object.keys(DEVICE_ACTIONS).filter((action) => DEVICE_ACTIONS[action]?.on.includes(platform));
  const isFirstKnown =
    (name !== 'fire' || first === platform) && (name !== 'device' || [...actions, ...Object.keys(JOURNAL_ACTIONS)].includes(first));
  return [...(isFirstKnown ? [] : [first]), ...rest.filter((word) => word.startsWith('--') && !known.includes(word))];
}

/** The messages of errors and findings that the source under these places prints; what differs is `<>`. */
export function messagesIn(places: readonly string[]): string[] {
  const all = readSources(places)
    .flatMap(({ tree }) => [...walk(tree)].flatMap((node) => messagesAt(node)))
    // `${tool} ${found}` and the like are put together from texts that are found where they stand.
    .filter((message) => /\w/.test(message.replaceAll('<>', '')));
  return [...new Set(all)];
}

/** The texts of a literal, a template, or a choice between some; of `a ?? b` what stands behind. None when it is composed elsewhere. */
function textsOf(node: unknown): string[] {
  if (!isNode(node)) return [];
  switch (node.type) {
    case 'Literal':
      return [String(node['value'])];
    case 'TemplateLiteral':
      return [(node['quasis'] as { value: { cooked: string } }[]).map(({ value }) => value.cooked).join('<>')];
    case 'LogicalExpression':
      return textsOf(node['right']);
    case 'ConditionalExpression':
      return [...textsOf(node['consequent']), ...textsOf(node['alternate'])];
    case 'BinaryExpression':
      return textsOf(node['left']).flatMap((left) => textsOf(node['right']).map((right) => left + right));
    default:
      return [];
  }
}

const propertiesOf = (node: Node): Map<string, unknown> =>
  new Map(
    (node['properties'] as Node[]).map(
      ({ key, value }) => [String((key as Record<string, unknown> | undefined)?.['name']), value] as const,
    ),
  );

/** What one node of the source prints, if it is a message. */
function messagesAt(node: Node): string[] {
  const args = (node['arguments'] ?? []) as unknown[];
  const callee = node['callee'] as Node | undefined;
  if (node.type === 'CallExpression' && callee?.['name'] === 'noJob') return textsOf(args[0]);
  if (node.type === 'CallExpression' && callee?.['name'] === 'failed') return textsOf(args[1]);
  const isError = (node.type === 'NewExpression' && String(callee?.['name']).endsWith('Error')) || callee?.type === 'Super';
  if (isError && textsOf(args[0])[0]?.startsWith('TW_DEVICE_') === true) return textsOf(args[1]);
  if (node.type !== 'ObjectExpression') return [];
  const members = propertiesOf(node);
  if (members.has('text') && members.has('fix')) return textsOf(members.get('text'));
  if (!members.has('tool') || !members.has('found')) return [];
  return textsOf(members.get('found')).map((found) => `${textsOf(members.get('tool'))[0] ?? '<>'} ${found}`);
}
