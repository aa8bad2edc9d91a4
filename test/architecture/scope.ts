// Free names: identifiers that no declaration of the file binds, so they mean a global of the platform.
import { childrenOf, isNode, type Node } from './source.ts';

export interface Reference {
  name: string;
  node: Node;
  /** The node around it. */
  parent: Node;
}

type Scope = ReadonlySet<string>;

/** Every reference to a name that is not declared in any scope around it. Types are not references. */
export function freeReferences(tree: Node): Reference[] {
  const found: Reference[] = [];
  const visit = (node: Node, scopes: readonly Scope[]): void => {
    if (node.type.startsWith('TS') && !VALUE_WRAPPERS.has(node.type)) return;
    const inner = [...scopes, declaredIn(node)];
    for (const [key, child] of childrenOf(node)) {
      if (isNameOnly(node, key)) continue;
      if (child.type !== 'Identifier') visit(child, inner);
      else if (!inner.some((scope) => scope.has(child['name'] as string))) {
        found.push({ name: child['name'] as string, node: child, parent: node });
      }
    }
  };
  visit(tree, []);
  return found;
}

/** TypeScript nodes that hold an expression; every other one is a type and vanishes. */
const VALUE_WRAPPERS = new Set([
  'TSAsExpression',
  'TSSatisfiesExpression',
  'TSNonNullExpression',
  'TSTypeAssertion',
  'TSInstantiationExpression',
]);
const FUNCTIONS = new Set(['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression']);

/** Keys under which an identifier is a label of something and not a reference. */
function isNameOnly(node: Node, key: string): boolean {
  switch (node.type) {
    case 'MemberExpression':
      return key === 'property' && node['computed'] !== true;
    case 'Property':
      return key === 'key' && node['computed'] !== true;
    case 'MethodDefinition':
    case 'PropertyDefinition':
    case 'AccessorProperty':
      return key === 'key' && node['computed'] !== true;
    case 'ImportDeclaration':
    case 'MetaProperty':
    case 'BreakStatement':
    case 'ContinueStatement':
      return true;
    case 'LabeledStatement':
      return key === 'label';
    case 'ExportNamedDeclaration':
      return key === 'specifiers' && node['source'] !== null;
    case 'ExportSpecifier':
      return key === 'exported';
    default:
      return false;
  }
}

/** The names a node brings into scope for what stands inside it. */
function declaredIn(node: Node): Scope {
  const names = new Set<string>();
  if (FUNCTIONS.has(node.type)) {
    for (const param of nodes(node['params'])) bind(param, names);
    if (isNode(node['id'])) bind(node['id'], names);
    names.add('arguments');
  }
  if (node.type === 'ClassExpression' && isNode(node['id'])) bind(node['id'], names);
  if (node.type === 'CatchClause' && isNode(node['param'])) bind(node['param'], names);
  for (const key of ['init', 'left']) if (node.type.startsWith('For') && isNode(node[key])) bindStatement(node[key] as Node, names);
  if (node.type === 'SwitchCase') for (const statement of nodes(node['consequent'])) bindStatement(statement, names);
  if (Array.isArray(node['body'])) for (const statement of nodes(node['body'])) bindStatement(statement, names);
  return names;
}

function bindStatement(node: Node, names: Set<string>): void {
  const declared = isNode(node['declaration']) ? node['declaration'] : node;
  if (declared.type === 'VariableDeclaration') for (const item of nodes(declared['declarations'])) bind(item['id'] as Node, names);
  else if ((declared.type === 'FunctionDeclaration' || declared.type === 'ClassDeclaration') && isNode(declared['id']))
    bind(declared['id'], names);
  else if (declared.type === 'ImportDeclaration') for (const item of nodes(declared['specifiers'])) bind(item['local'] as Node, names);
}

function bind(pattern: Node, names: Set<string>): void {
  switch (pattern.type) {
    case 'Identifier':
      names.add(pattern['name'] as string);
      break;
    case 'ObjectPattern':
      for (const property of nodes(pattern['properties'])) bind((property['value'] ?? property['argument']) as Node, names);
      break;
    case 'ArrayPattern':
      for (const element of nodes(pattern['elements'])) bind(element, names);
      break;
    case 'AssignmentPattern':
      bind(pattern['left'] as Node, names);
      break;
    case 'RestElement':
      bind(pattern['argument'] as Node, names);
      break;
    default:
      break;
  }
}

function nodes(value: unknown): Node[] {
  return Array.isArray(value) ? value.filter(isNode) : [];
}
