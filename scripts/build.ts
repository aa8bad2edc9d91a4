// Makes dist/: our code and its dependencies as ESM bundles, the declarations, and the licences of what was bundled. Node refuses
// to strip types inside node_modules, so the published package is plain JavaScript. A file of the bundle lies as deep below the
// package root as its source (src/a/b.ts, dist/chunks/b.js), so a URL relative to import.meta.url means the same in both.
import { execFileSync } from 'node:child_process';
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown, type OutputChunk } from 'rolldown';

const ROOT = fileURLToPath(new URL('../', import.meta.url));
const DIST = join(ROOT, 'dist');

/** Each keeps its path under dist/: other code, bin/ and the exports map find it there. */
const ENTRIES = {
  'cli/main': 'src/cli/main.ts',
  'sandbox/runner': 'src/sandbox/runner.ts',
  'sandbox/worker': 'src/sandbox/worker.ts',
  'engine/engine': 'src/engine/engine.ts',
  index: 'src/index.ts',
} as const;

rmSync(DIST, { recursive: true, force: true });
const chunks = await bundle();
writeFileSync(join(DIST, 'THIRD-PARTY-LICENSES.txt'), licences(packagesIn(chunks)));
emitDeclarations();
const bytes = chunks.reduce((sum, chunk) => sum + chunk.code.length, 0);
console.log(`dist: ${chunks.length} chunks, ${Math.round(bytes / 1024)} KiB, bundled: ${packagesIn(chunks).map(({ name }) => name).join(', ')}`);

async function bundle(): Promise<OutputChunk[]> {
  const build = await rolldown({ cwd: ROOT, input: ENTRIES, platform: 'node', external: /^node:/, treeshake: true });
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

interface Package { name: string; version: string; folder: string }

/** The packages whose code is in the bundle, by name. */
function packagesIn(chunks: readonly OutputChunk[]): Package[] {
  const folders = new Set(chunks.flatMap(({ moduleIds }) => moduleIds).map(packageFolder).filter((folder) => folder !== undefined));
  return [...folders].map((folder) => {
    const { name, version } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Package;
    return { name, version, folder };
  }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
}

function packageFolder(moduleId: string): string | undefined {
  return /^.*[\\/]node_modules[\\/](?:@[^\\/]+[\\/])?[^\\/]+/.exec(moduleId)?.[0];
}

/** The licence text of each; a package without one must not be bundled. */
function licences(packages: readonly Package[]): string {
  return packages.map(({ name, version, folder }) => {
    const file = readdirSync(folder).find((entry) => /^licen[cs]e/i.test(entry));
    if (file === undefined) throw new Error(`${name} has no licence file: it cannot be bundled`);
    return `${name} ${version}\n\n${readFileSync(join(folder, file), 'utf8').trim()}\n`;
  }).join(`\n${'-'.repeat(80)}\n\n`);
}

function emitDeclarations(): void {
  execFileSync(join(ROOT, 'node_modules/.bin/tsc'), ['-p', 'tsconfig.build.json'], { cwd: ROOT, stdio: 'inherit' });
}
