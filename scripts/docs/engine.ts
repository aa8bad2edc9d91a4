// docs/engine.md tells in its own words, but shows code and options as they are: examples/ and the comments of the option types are put in
// behind their markers, so that page and code cannot drift apart.
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { table } from './markdown.ts';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A marker, and everything written behind it so far: a code block or a table. */
const EXAMPLE = /<!-- example: (\S+) -->\n\n(?:```ts\n.*?\n```\n)?/gs;
const OPTIONS = /<!-- options: (\w+) (\S+) -->\n\n(?:(?:\|[^\n]*\n)+)?/g;
/** A comment and the member or method it stands above. */
const MEMBER = /\/\*\*(.*?)\*\/\s+(\w+)\??(?::\s+(.*?)|\(.*?\):.*?);\n/gs;

/** The page with every block as it should be. */
export function refreshEngine(page: string): string {
  return page
    .replaceAll(EXAMPLE, (_whole, name: string) => `<!-- example: ${name} -->\n\n\`\`\`ts\n${read(`examples/${name}`).trimEnd()}\n\`\`\`\n`)
    .replaceAll(OPTIONS, (_whole, type: string, path: string) => `<!-- options: ${type} ${path} -->\n\n${optionTable(type, read(path))}\n`);
}

/** The options of an interface as rows, in their order. */
function optionTable(type: string, source: string): string {
  const body = new RegExp(`export interface ${type}\\b.*?\\{\\n(.*?\\n)\\}`, 's').exec(source)?.[1];
  if (body === undefined) throw new Error(`there is no ${type}`);
  const rows = [...body.matchAll(MEMBER)].map(([, comment = '', name = '', kind = 'function']) => [
    `\`${name}\``,
    `\`${kind}\``,
    comment.replaceAll(/\n\s*\*/g, ' '),
  ]);
  return table(['option', 'type', 'what it does'], rows).join('\n');
}

function read(path: string): string {
  return readFileSync(`${ROOT}${path}`, 'utf8');
}
