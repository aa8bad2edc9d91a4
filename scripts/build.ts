// Makes dist/: our code and its dependencies as ESM bundles, the declarations, and the licences of what was bundled. Node refuses
// to strip types inside node_modules, so the published package is plain JavaScript. A file of the bundle lies as deep below the
// package root as its source (src/a/b.ts, dist/chunks/b.js), so a URL relative to import.meta.url means the same in both.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown, type OutputChunk } from 'rolldown';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const DIST = join(ROOT, 'dist');
const TYPES = join(DIST, 'types');
/** A module name in a declaration: `from '...'`, `import('...')` and `import '...'`. */
const SPECIFIER = /(?:from |import\(|import )'([^']+)'/g;

/** Each keeps its path under dist/: other code, bin/ and the exports map find it there. */
const ENTRIES = {
  'cli/main': 'src/cli/main.ts',
  'sandbox/runner': 'src/sandbox/runner.ts',
  'sandbox/worker': 'src/sandbox/worker.ts',
  index: 'src/index.ts',
} as const;
/** Each a file of its own, which shares no chunk with code that needs Node: they run in browsers and React Native. */
const PORTABLE = {
  'engine/background': 'src/engine/background.ts',
  'engine/engine': 'src/engine/engine.ts',
  'engine/fetch': 'src/host/engine-fetch.ts',
  'engine/react-native': 'src/host/react-native.ts',
  'engine/sessions': 'src/engine/sessions.ts',
  'engine/web': 'src/host/web.ts',
} as const;
/** The host of Node stands alone too: an app that embeds the engine loads nothing of the command line. */
const NODE_HOST = { 'engine/node': 'src/host/node.ts' } as const;
/** Of the user's choice (peerDependencies), loaded on demand. */
const OPTIONAL = ['@napi-rs/keyring'];
/** Whose declarations are published. */
const TYPED = [
  'src/index',
  'src/engine/background',
  'src/engine/engine',
  'src/engine/sessions',
  'src/host/engine-fetch',
  'src/host/node',
  'src/host/react-native',
  'src/host/web',
];

/** ink reaches for react's developer tools when DEV is set; nobody debugs our view that way, and the package is not ours to bundle. */
const WITHOUT_DEVTOOLS = {
  name: 'without-devtools',
  resolveId: (id: string) => (id === 'react-devtools-core' ? '\0nothing' : undefined),
  load: (id: string) => (id === '\0nothing' ? 'export default { initialize() {}, connectToDevTools() {} };' : undefined),
};

const MIT = `Permission is hereby granted, free of charge, to any person obtaining a copy of this software and associated documentation files (the
"Software"), to deal in the Software without restriction, including without limitation the rights to use, copy, modify, merge, publish,
distribute, sublicense, and/or sell copies of the Software, and to permit persons to whom the Software is furnished to do so, subject to
the following conditions:

The above copyright notice and this permission notice shall be included in all copies or substantial portions of the Software.

THE SOFTWARE IS PROVIDED "AS IS", WITHOUT WARRANTY OF ANY KIND, EXPRESS OR IMPLIED, INCLUDING BUT NOT LIMITED TO THE WARRANTIES OF
MERCHANTABILITY, FITNESS FOR A PARTICULAR PURPOSE AND NONINFRINGEMENT. IN NO EVENT SHALL THE AUTHORS OR COPYRIGHT HOLDERS BE LIABLE FOR
ANY CLAIM, DAMAGES OR OTHER LIABILITY, WHETHER IN AN ACTION OF CONTRACT, TORT OR OTHERWISE, ARISING FROM, OUT OF OR IN CONNECTION WITH
THE SOFTWARE OR THE USE OR OTHER DEALINGS IN THE SOFTWARE.`;
/** Of packages that keep their licence in the repository only. */
const LICENCES_ELSEWHERE: Readonly<Record<string, string>> = {
  'yoga-layout': `MIT License\n\nCopyright (c) Facebook, Inc. and its affiliates.\n\n${MIT}`,
};

rmSync(DIST, { recursive: true, force: true });
const chunks = await bundle(ENTRIES, 'node');
for (const entry of Object.entries(PORTABLE)) chunks.push(...(await bundle(Object.fromEntries([entry]), 'neutral')));
chunks.push(...(await bundle(NODE_HOST, 'node')));
writeFileSync(join(DIST, 'THIRD-PARTY-LICENSES.txt'), licences(packagesIn(chunks)));
emitDeclarations();
const bytes = chunks.reduce((sum, chunk) => sum + chunk.code.length, 0);
console.log(
  `dist: ${chunks.length} chunks, ${Math.round(bytes / 1024)} KiB, bundled: ${packagesIn(chunks)
    .map(({ name }) => name)
    .join(', ')}`,
);

async function bundle(input: Readonly<Record<string, string>>, platform: 'node' | 'neutral'): Promise<OutputChunk[]> {
  const build = await rolldown({
    cwd: ROOT,
    input: { ...input },
    platform,
    external: platform === 'node' ? [/^node:/, ...OPTIONAL] : [],
    plugins: [WITHOUT_DEVTOOLS],
    // Of react only the production half.
    transform: { define: { 'process.env.NODE_ENV': '"production"' } },
  });
  const { output } = await build.write({
    dir: DIST,
    format: 'esm',
    entryFileNames: '[name].js',
    chunkFileNames: 'chunks/[name].js',
    minify: { mangle: false, compress: true, codegen: { removeWhitespace: true } },
    keepNames: true,
  });
  await build.close();
  return output.filter((item) => item.type === 'chunk');
}

interface Package {
  name: string;
  version: string;
  folder: string;
}

/** The packages whose code is in the bundle, by name. */
function packagesIn(chunks: readonly OutputChunk[]): Package[] {
  const folders = new Set(
    chunks
      .flatMap(({ moduleIds }) => moduleIds)
      .map(packageFolder)
      .filter((folder) => folder !== undefined),
  );
  return [...folders]
    .map((folder) => {
      const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
      return { name, version, folder };
    })
    .toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function packageFolder(moduleId: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(moduleId)?.[0];
}

/** The licence text of each; a package without one must not be bundled. */
function licences(packages: readonly Package[]): string {
  return packages
    .map(({ name, version, folder }) => {
      const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
      const text = file === undefined ? LICENCES_ELSEWHERE[name] : readFileSync(join(folder, file), 'utf8').trim();
      if (text === undefined) throw new Error(`${name} has no licence file: it cannot be bundled`);
      return `${name} ${version}\n\n${text}\n`;
    })
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/**
 * Declarations of what the entry points export and of what those need, nothing else. The compiler writes one file per source and keeps
 * `.ts` in the paths of declarations; a declaration that needs a package would be broken for users, who have none.
 */
function emitDeclarations(): void {
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
  const needed = new Set<string>();
  for (const entry of TYPED) collect(join(TYPES, `${entry}.d.ts`), needed);
  for (const name of readdirSync(TYPES, { recursive: true, encoding: 'utf8' })) {
    const file = join(TYPES, name);
    if (!file.endsWith('.d.ts')) continue;
    if (needed.has(file))
      writeFileSync(
        file,
        readFileSync(file, 'utf8').replaceAll(SPECIFIER, (whole) => whole.replace(/\.ts'/, ".js'")),
      );
    else rmSync(file);
  }
}

function collect(file: string, needed: Set<string>): void {
  if (needed.has(file)) return;
  needed.add(file);
  for (const [, specifier = ''] of readFileSync(file, 'utf8').matchAll(SPECIFIER)) {
    if (!specifier.startsWith('.')) throw new Error(`${file} needs the types of ${specifier}`);
    collect(join(dirname(file), specifier.replace(/\.ts$/, '.d.ts')), needed);
  }
}
