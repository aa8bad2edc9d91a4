// A source file as the architecture rules see it: its syntax tree, its imports and its functions. Parsed, never matched by
// regular expressions, so that a word in a comment or a string is not a finding.
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseAst } from 'rolldown/parseAst';

export const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface Node {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

export interface Import {
  /** As written; undefined when it is computed at run time. */
  specifier: string | undefined;
  /** Path from the root of the repository; undefined for packages and built-in modules. */
  target: string | undefined;
  typeOnly: boolean;
  dynamic: boolean;
  /** Names taken from the module; `*` for a namespace, `default` for the default export. */
  names: readonly string[];
  line: number;
}

export interface Source {
  /** Path from the root of the repository, with `/`. */
  path: string;
  text: string;
  tree: Node;
  imports: readonly Import[];
  lineOf(node: Node): number;
  /** Lines the node spans. */
  spanOf(node: Node): number;
}

/** Every source file under the given folders or files, in path order. */
export function readSources(places: readonly string[]): Source[] {
  return places.flatMap((place) => filesUnder(place)).map((path) => parseSource(path, readFileSync(join(ROOT, path), 'utf8')));
}

/** Parses one text as if it stood at `path`. Throws when it is not valid TypeScript. */
export function parseSource(path: string, text: string): Source {
  const tree = parseAst(text, { lang: path.endsWith('.js') ? 'js' : 'ts' }) as unknown as Node;
  const starts = [0];
  for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  const lineAt = (offset: number): number => starts.findLastIndex((start) => start <= offset) + 1;
  const lineOf = (node: Node): number => lineAt(node.start);
  const spanOf = (node: Node): number => lineAt(node.end) - lineAt(node.start) + 1;
  return { path, text, tree, imports: importsOf(tree, path, lineOf), lineOf, spanOf };
}

function filesUnder(place: string): string[] {
  const full = join(ROOT, place);
  if (!existsSync(full)) return [];
  if (statSync(full).isFile()) return [place];
  return readdirSync(full, { recursive: true, encoding: 'utf8' })
    .map((name) => posix.join(place, name.replaceAll('\\', '/')))
    .filter((path) => /\.(ts|tsx|js)$/.test(path))
    .toSorted();
}

/** The children of a node that are nodes themselves, with the key they stand under. */
export function childrenOf(node: Node): [string, Node][] {
  const children: [string, Node][] = [];
  for (const [key, value] of Object.entries(node)) {
    for (const item of Array.isArray(value) ? value : [value]) if (isNode(item)) children.push([key, item]);
  }
  return children;
}

export function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && typeof (value as Node).type === 'string';
}

/** Every node of the tree, parents first. */
export function* walk(node: Node): Generator<Node> {
  yield node;
  for (const [, child] of childrenOf(node)) yield* walk(child);
}

function importsOf(tree: Node, path: string, lineOf: (node: Node) => number): Import[] {
  const found: Import[] = [];
  for (const node of walk(tree)) {
    if (!IMPORTING.has(node.type) || (node['source'] === null && node.type !== 'ImportExpression')) continue;
    const source = node['source'] as Node;
    const specifier = source.type === 'Literal' ? String(source['value']) : undefined;
    found.push({
      specifier,
      target: specifier?.startsWith('.') === true ? posix.join(dirname(path), specifier) : undefined,
      typeOnly: isTypeOnly(node),
      dynamic: node.type === 'ImportExpression',
      names: specifiersOf(node).map(importedName),
      line: lineOf(node),
    });
  }
  return found;
}

const IMPORTING = new Set(['ImportDeclaration', 'ExportNamedDeclaration', 'ExportAllDeclaration', 'ImportExpression', 'TSImportType']);

function specifiersOf(node: Node): Node[] {
  return Array.isArray(node['specifiers']) ? node['specifiers'].filter(isNode) : [];
}

function isTypeOnly(node: Node): boolean {
  if (node.type === 'TSImportType' || node['importKind'] === 'type' || node['exportKind'] === 'type') return true;
  const specifiers = specifiersOf(node);
  return specifiers.length > 0 && specifiers.every((specifier) => specifier['importKind'] === 'type' || specifier['exportKind'] === 'type');
}

function importedName(specifier: Node): string {
  if (specifier.type === 'ImportNamespaceSpecifier') return '*';
  if (specifier.type === 'ImportDefaultSpecifier') return 'default';
  const name = (specifier['imported'] ?? specifier['local']) as Node;
  return String(name['name'] ?? name['value']);
}
