// Programs of these tests as an app's build makes them: one file that holds our package, found by its own name. Starting one is then as
// cheap as starting Node: nothing is stripped or resolved.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { rolldown } from 'rolldown';
import { ROOT } from '../../architecture/source.ts';

const ENTRIES = {
  'tokenwarp/engine': 'src/engine/engine.ts',
  'tokenwarp/engine/background': 'src/engine/background.ts',
  'tokenwarp/engine/node': 'src/host/node.ts',
  'tokenwarp/engine/web': 'src/host/web.ts',
  'tokenwarp/engine/react-native': 'src/host/react-native.ts',
  'tokenwarp/engine/sessions': 'src/engine/sessions.ts',
  'tokenwarp/engine/fetch': 'src/host/engine-fetch.ts',
};

/** Longer names first: an alias also takes what begins with it. */
const OURS = Object.fromEntries(
  Object.entries(ENTRIES)
    .toReversed()
    .map(([name, path]) => [name, join(ROOT, path)]),
);

/** The text of one module. `packages`: what stands in for packages that are not installed. */
export async function bundle(source: URL, platform: 'node' | 'browser', packages: Readonly<Record<string, string>> = {}): Promise<string> {
  const build = await rolldown({
    input: fileURLToPath(source),
    platform,
    external: platform === 'node' ? [/^node:/, '@napi-rs/keyring'] : [],
    resolve: { alias: { ...packages, ...OURS } },
  });
  const { output } = await build.generate({ format: 'esm', codeSplitting: false });
  await build.close();
  return output[0].code;
}

/** A folder for the tests of one file; remove it when they are over. */
export function scratchFolder(): { path: string; remove(): void } {
  const path = mkdtempSync(join(tmpdir(), 'tokenwarp-host-'));
  return { path, remove: () => rmSync(path, { recursive: true, force: true }) };
}
