// The rules of the house as functions from one parsed file to its findings. Each is proved to fire by a snippet in the test.
import { freeReferences, type Reference } from './scope.ts';
import { walk, type Import, type Node, type Source } from './source.ts';
import * as tables from './tables.ts';

export interface Finding {
  file: string;
  line: number;
  /** The name or path that is at fault; exceptions are granted by it. */
  subject: string;
  message: string;
}
export type Rule = (source: Source) => Finding[];

/** The room a file belongs to; undefined for files outside the house. */
export function roomOf(path: string): string | undefined {
  if (path === 'src/index.ts' || path === 'src/vitest.ts') return 'index';
  return /^(?:src\/)?([a-z-]+)\//.exec(path)?.[1];
}

export const importArrows: Rule = (source) =>
  source.imports.flatMap((item) => {
    const from = roomOf(source.path) ?? '';
    if (item.target === undefined) return [];
    const to = roomOf(item.target) ?? item.target;
    const allowed = tables.ARROWS[from] ?? [];
    if (to === from || allowed.includes(to) || (item.typeOnly && allowed.includes(`${to}:type`))) return [];
    return [at(source, item, item.target, `${from} must not import ${to}`)];
  });

export const importModules: Rule = (source) =>
  source.imports.flatMap((item) => {
    if (item.specifier === undefined || item.target !== undefined || source.path.startsWith('bin/')) return [];
    const room = roomOf(source.path) ?? '';
    const name = item.specifier.startsWith('node:') ? item.specifier : packageOf(item.specifier);
    const findings =
      (tables.MODULES[room] ?? []).includes(name) || modulesOf(source.path).includes(name)
        ? []
        : [at(source, item, name, `${room} must not import ${name}`)];
    const secret = name === 'node:crypto' && !item.typeOnly ? item.names.filter((imported) => tables.FORBIDDEN_CRYPTO.test(imported)) : [];
    return [...findings, ...secret.map((imported) => at(source, item, imported, `${imported} of node:crypto does not repeat`))];
  });

export const computedImports: Rule = (source) => {
  if (isEdge(source.path)) return [];
  return source.imports
    .filter((item) => item.specifier === undefined)
    .map((item) => at(source, item, 'import()', 'only the edges may import a module whose name is computed'));
};

export const ambientGlobals: Rule = (source) => {
  if (isEdge(source.path)) return [];
  return freeReferences(source.tree).flatMap((reference) => {
    const found = forbiddenUse(reference, source.path);
    return found === undefined ? [] : [finding(source, reference.node, found, `${found} is ambient: it must be an argument`)];
  });
};

export const localeDependence: Rule = (source) => {
  const globals = freeReferences(source.tree).filter(({ name }) => tables.LOCALE_GLOBALS.includes(name));
  const members = [...walk(source.tree)].filter((node) => tables.LOCALE_MEMBERS.test(memberName(node) ?? ''));
  return [...globals.map(({ node, name }) => [node, name] as const), ...members.map((node) => [node, memberName(node) ?? ''] as const)].map(
    ([node, name]) => finding(source, node, name, `${name} depends on locale, ICU or time zone`),
  );
};

export const stackReads: Rule = (source) => {
  if (isEdge(source.path) || source.path.startsWith('src/core/')) return [];
  return [...walk(source.tree)]
    .filter((node) => memberName(node) === 'stack')
    .map((node) => finding(source, node, 'stack', 'a stack holds machine paths: only core and the edges may read one'));
};

export const moduleState: Rule = (source) =>
  topLevel(source)
    .filter((node) => node.type === 'VariableDeclaration' && node['kind'] !== 'const')
    .map((node) => finding(source, node, String(node['kind']), 'module state leaks from one world into the next: no top-level let'));

export const defaultExports: Rule = (source) =>
  (source.tree['body'] as Node[])
    .filter((node) => node.type === 'ExportDefaultDeclaration' || (node.type === 'ExportNamedDeclaration' && exportsDefault(node)))
    .map((node) => finding(source, node, 'default', 'exports have names'));

export const barrels: Rule = (source) => {
  if (roomOf(source.path) === 'index') return [];
  return (source.tree['body'] as Node[])
    .filter((node) => node.type === 'ExportAllDeclaration' || (node.type === 'ExportNamedDeclaration' && node['source'] !== null))
    .map((node) => finding(source, node, 're-export', 'only src/index.ts re-exports'));
};

export const fileLength: Rule = (source) => {
  const lines = linesOf(source);
  return lines > tables.WALL.file
    ? [{ file: source.path, line: lines, subject: 'length', message: `${lines} lines, the wall is ${tables.WALL.file}` }]
    : [];
};

export const functionLength: Rule = (source) =>
  functionsOf(source)
    .filter((node) => source.spanOf(node) > tables.WALL.function)
    .map((node) => finding(source, node, 'length', `a function of ${source.spanOf(node)} lines, the wall is ${tables.WALL.function}`));

export const opening: Rule = (source) => {
  const lines = source.text.split('\n');
  const first = lines[0]?.startsWith('#!') === true ? 1 : 0;
  const count = lines.slice(first).findIndex((line) => !line.startsWith('//'));
  if (count >= tables.HEADER.min && count <= tables.HEADER.max) return [];
  return [
    {
      file: source.path,
      line: first + 1,
      subject: 'opening',
      message: `opens with ${count} comment lines: say in 1 to 3 why the file exists`,
    },
  ];
};

/** Functions, methods and arrow functions. A method is measured with its signature. */
export function functionsOf(source: Source): Node[] {
  return [...walk(source.tree)].filter((node) =>
    ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'].includes(node.type),
  );
}

export function linesOf(source: Source): number {
  return source.text.replace(/\n$/, '').split('\n').length;
}

/** A cycle of imports as the list of its files, the first repeated at the end; undefined when there is none. */
export function findCycle(graph: ReadonlyMap<string, readonly string[]>): string[] | undefined {
  const done = new Set<string>();
  const search = (file: string, path: readonly string[]): string[] | undefined => {
    if (path.includes(file)) return [...path.slice(path.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const next of graph.get(file) ?? []) {
      const cycle = search(next, [...path, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of graph.keys()) {
    const cycle = search(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}

/** Everything reachable from the files for which `isStart` holds, themselves included. */
export function closureOf(sources: readonly Source[], isStart: (path: string) => boolean): Source[] {
  const byPath = new Map(sources.map((source) => [source.path, source]));
  const reached = new Set<Source>();
  const visit = (source: Source | undefined): void => {
    if (source === undefined || reached.has(source)) return;
    reached.add(source);
    for (const item of source.imports) if (item.target !== undefined) visit(byPath.get(item.target));
  };
  for (const source of sources) if (isStart(source.path)) visit(source);
  return [...reached];
}

function forbiddenUse({ name, parent }: Reference, path: string): string | undefined {
  if (tables.FORBIDDEN_GLOBALS.includes(name)) return name;
  if (name === 'Date') return dateUse(parent);
  const members = tables.FORBIDDEN_MEMBERS[name];
  if (members === undefined) return undefined;
  if (name === 'Promise' && path.startsWith('src/core/')) return undefined;
  const member = memberName(parent);
  if (member !== undefined) return members.test(member) ? `${name}.${member}` : undefined;
  const hidesMember = parent.type === 'VariableDeclarator' || parent.type === 'MemberExpression';
  return hidesMember ? name : undefined;
}

/** Of Date only `Date.UTC` and `new Date(one value that is not a written-out string)` give the same answer everywhere. */
function dateUse(parent: Node): string | undefined {
  if (parent.type === 'NewExpression') {
    const [first, ...rest] = parent['arguments'] as Node[];
    return first === undefined || rest.length > 0 || typeof first['value'] === 'string' || first.type === 'SpreadElement'
      ? 'new Date()'
      : undefined;
  }
  const member = memberName(parent);
  if (member === 'UTC' || parent.type === 'BinaryExpression') return undefined;
  return member === undefined ? 'Date' : `Date.${member}`;
}

function memberName(node: Node): string | undefined {
  if (node.type !== 'MemberExpression') return undefined;
  const property = node['property'] as Node;
  if (node['computed'] !== true) return property['name'] as string;
  return property.type === 'Literal' ? String(property['value']) : undefined;
}

function exportsDefault(node: Node): boolean {
  return (node['specifiers'] as Node[]).some((specifier) => (specifier['exported'] as Node)['name'] === 'default');
}

function topLevel(source: Source): Node[] {
  return (source.tree['body'] as Node[]).map((node) => (node['declaration'] as Node | null | undefined) ?? node);
}

function isEdge(path: string): boolean {
  return isEdgeFile(path, tables.EDGES);
}

function modulesOf(path: string): readonly string[] {
  return Object.entries(tables.FILE_MODULES).flatMap(([place, names]) => (isEdgeFile(path, [place]) ? names : []));
}

function isEdgeFile(path: string, edges: readonly string[]): boolean {
  return edges.some((edge) => path === edge || (edge.endsWith('/') && path.startsWith(edge)));
}

function packageOf(specifier: string): string {
  return specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
}

function at(source: Source, item: Import, subject: string, message: string): Finding {
  return { file: source.path, line: item.line, subject, message };
}

function finding(source: Source, node: Node, subject: string, message: string): Finding {
  return { file: source.path, line: source.lineOf(node), subject, message };
}
