// Fills holes in package-lock.json: `npm install` behind a registry that has no packages for other platforms leaves those out, and
// then `npm ci` refuses the file everywhere. What is added names version and platform; npm never fetches it elsewhere. `npm run lockfile`.
import { readFileSync, writeFileSync } from 'node:fs';

interface Entry {
  version?: string;
  dev?: boolean;
  optional?: boolean;
  os?: string[];
  cpu?: string[];
  libc?: string[];
  optionalDependencies?: Record<string, string>;
}

const file = new URL('../package-lock.json', import.meta.url);
const lock = JSON.parse(readFileSync(file, 'utf8')) as { packages: Record<string, Entry> };
const added: string[] = [];
for (const [owner, entry] of Object.entries(lock.packages)) {
  for (const [name, version] of Object.entries(entry.optionalDependencies ?? {})) {
    const found = placesFrom(owner, name).find((place) => lock.packages[place] !== undefined);
    if (!/^\d/.test(version) || (found !== undefined && lock.packages[found]?.version === version)) continue;
    const key = found === undefined ? `node_modules/${name}` : `${owner}/node_modules/${name}`;
    lock.packages[key] = { version, ...platformOf(name), ...(entry.dev === true ? { dev: true } : {}), optional: true };
    added.push(name);
  }
}
lock.packages = Object.fromEntries(Object.entries(lock.packages).toSorted(([a], [b]) => (a < b ? -1 : 1)));
writeFileSync(file, `${JSON.stringify(lock, null, 2)}\n`);
console.log(added.length === 0 ? 'package-lock.json has no holes' : `added to package-lock.json: ${added.join(', ')}`);

/** Where Node looks for `name` from the package at `owner`, nearest first. */
function placesFrom(owner: string, name: string): string[] {
  const parts = owner.split('/node_modules/');
  return parts
    .map((_, depth) => `${parts.slice(0, parts.length - depth).join('/node_modules/')}/node_modules/${name}`)
    .concat(`node_modules/${name}`);
}

/** Platform packages end in `-<os>-<cpu>[-<libc or ABI>]`. Throws for a name that does not say its platform: look at that one by hand. */
function platformOf(name: string): Pick<Entry, 'os' | 'cpu' | 'libc'> {
  const [, os, cpu, kind] =
    /-(android|darwin|freebsd|linux|win32|openharmony|wasm32)(?:-(arm64|arm|x64|ia32|ppc64|riscv64|s390x|wasi))?(?:-(\w+))?$/.exec(name) ??
    [];
  if (os === 'wasm32') return { cpu: ['wasm32'] };
  if (os === undefined || cpu === undefined) throw new Error(`cannot tell the platform of ${name}`);
  const libc = kind === undefined || os !== 'linux' ? undefined : kind.startsWith('musl') ? 'musl' : 'glibc';
  return { os: [os], cpu: [cpu], ...(libc === undefined ? {} : { libc: [libc] }) };
}
