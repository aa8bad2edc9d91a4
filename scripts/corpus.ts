// Runs the built-in corpus through the command line, as a user would, and reads the digests from its JSON.
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const ROOT = fileURLToPath(new URL('../', import.meta.url));
export const BIN = fileURLToPath(new URL('../bin/tokenwarp.js', import.meta.url));

/** Scenario name -> digest of its history. */
export type Digests = Readonly<Record<string, string>>;

export interface Ran {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** One process to its end; at most five minutes, at most 256 MiB of output. */
export function run(command: string, args: readonly string[], options: { cwd?: string; env?: NodeJS.ProcessEnv } = {}): Ran {
  const { status, stdout, stderr, error } = spawnSync(command, [...args], {
    cwd: options.cwd ?? ROOT,
    env: options.env ?? process.env,
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  return { code: status, stdout, stderr: error === undefined ? stderr : `${stderr}\n${error.message}` };
}

/** The environment without what `npm run` puts there, which would steer an npm called from here to the wrong folder. */
export function plainEnvironment(): NodeJS.ProcessEnv {
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^npm_/i.test(name)));
}

/** Runs the whole corpus with `node` and returns the digests. Throws when it does not pass. */
export function corpusDigests(node: string = process.execPath, env: NodeJS.ProcessEnv = process.env): Digests {
  const ran = run(node, [BIN, 'run', '--json'], { env });
  if (ran.code !== 0) throw new Error(`the corpus ended with exit code ${ran.code}\n${ran.stderr.slice(0, 2_000)}`);
  const { results } = JSON.parse(ran.stdout) as { results: readonly { scenario: { name: string }; digest: string }[] };
  return Object.fromEntries(results.map(({ scenario, digest }) => [scenario.name, digest]));
}

/** The digests every machine must come to. */
export function goldenDigests(): Digests {
  return JSON.parse(readFileSync(new URL('../test/golden/digests.json', import.meta.url), 'utf8')) as Digests;
}

/** Throws when the two differ, naming each scenario that does. */
export function assertSameDigests(got: Digests, wanted: Digests): void {
  const names = [...new Set([...Object.keys(wanted), ...Object.keys(got)])].toSorted();
  if (names.length === 0) throw new Error('there is nothing to compare');
  const differing = names.filter((name) => got[name] !== wanted[name]);
  if (differing.length > 0) {
    throw new Error(
      differing.map((name) => `${name}: ${got[name] ?? 'did not run'}, expected ${wanted[name] ?? 'no such scenario'}`).join('\n'),
    );
  }
}
