// What an app pays for the engine and its hosts: bytes minified, as its own build would, and then compressed. The engine has a budget,
// and going over it fails: people embed it in web pages. `npm run check:size`.
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { rolldown } from 'rolldown';

/** Entry point, its source, and the most it may weigh compressed, bytes. */
const ENTRIES: readonly { name: string; source: string; budget?: number }[] = [
  { name: 'tokenwarp/engine', source: 'src/engine/engine.ts', budget: 12 * 1_024 },
  { name: 'tokenwarp/engine/background', source: 'src/engine/background.ts' },
  { name: 'tokenwarp/engine/fetch', source: 'src/host/engine-fetch.ts' },
  { name: 'tokenwarp/engine/sessions', source: 'src/engine/sessions.ts' },
  { name: 'tokenwarp/engine/web', source: 'src/host/web.ts' },
  { name: 'tokenwarp/engine/react-native', source: 'src/host/react-native.ts' },
  { name: 'tokenwarp/engine/node', source: 'src/host/node.ts' },
];

let over = 0;
for (const { name, source, budget } of ENTRIES) {
  const code = await minified(source);
  const compressed = gzipSync(code, { level: 9 }).length;
  const fits = budget === undefined || compressed <= budget;
  if (!fits) over += 1;
  const limit = budget === undefined ? '' : ` of ${kibibytes(budget)}`;
  console.log(`  ${fits ? '✓' : '✗'} ${name.padEnd(30)} ${kibibytes(code.length)} minified, ${kibibytes(compressed)}${limit} compressed`);
}
if (over > 0) {
  console.log('over its budget: find what grew, or say in the change why the budget must');
  process.exitCode = 1;
}

async function minified(source: string): Promise<Buffer> {
  const build = await rolldown({
    input: fileURLToPath(new URL(`../${source}`, import.meta.url)),
    platform: 'neutral',
    external: [/^node:/, '@napi-rs/keyring'],
  });
  const { output } = await build.generate({ format: 'esm', minify: true, comments: false, codeSplitting: false });
  await build.close();
  return Buffer.from(output[0].code);
}

function kibibytes(bytes: number): string {
  return `${(bytes / 1_024).toFixed(1)} KiB`;
}
