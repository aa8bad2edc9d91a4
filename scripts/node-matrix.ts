// Runs the corpus on each Node that we promise to work on and compares the digests with the golden ones: microtask hops, error
// texts and ICU data differ between these versions, histories must not. Each Node is the npm package `node`, in a folder of its own.
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { assertSameDigests, corpusDigests, goldenDigests, plainEnvironment, run } from './corpus.ts';
import { createTally } from './tally.ts';

const VERSIONS = ['22.23.3', '24.21.0', '26.10.0'];

const tally = createTally();
const folder = mkdtempSync(join(tmpdir(), 'tokenwarp-nodes-'));
try {
  for (const version of VERSIONS) {
    await tally.check(`the corpus gives the golden digests on Node ${version}`, () =>
      assertSameDigests(corpusDigests(installNode(version)), goldenDigests()),
    );
  }
} finally {
  rmSync(folder, { recursive: true, force: true });
}
tally.finish();

/** Path of the executable. Throws when it could not be installed or says it is another version. */
function installNode(version: string): string {
  const home = join(folder, version);
  mkdirSync(home, { recursive: true });
  writeFileSync(
    join(home, 'package.json'),
    JSON.stringify({ private: true, dependencies: { node: version }, allowScripts: { node: true } }),
  );
  const installed = run('npm', ['install', '--no-audit', '--no-fund', '--loglevel=error'], { cwd: home, env: plainEnvironment() });
  const node = join(home, 'node_modules/node/bin/node');
  const said = run(node, ['--version']).stdout.trim();
  if (said !== `v${version}`) throw new Error(`Node ${version} could not be installed: ${said}\n${installed.stderr.slice(0, 1_000)}`);
  return node;
}
