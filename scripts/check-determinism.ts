// Proves that a run depends on its scenario and its seed alone: the corpus gives the golden digests in another time zone and
// locale, and the same history twice while other processes burn every core. Burners are children that end by themselves.
import { spawn } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { BIN, assertSameDigests, corpusDigests, goldenDigests, run } from './corpus.ts';
import { createTally } from './tally.ts';

const BURN_MS = 120_000;
const ELSEWHERE = { ...process.env, TZ: 'Asia/Tokyo', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' };
const tally = createTally();

await tally.check('the corpus gives the golden digests', () => assertSameDigests(corpusDigests(), goldenDigests()));
await tally.check('under TZ=Asia/Tokyo LC_ALL=tr_TR.UTF-8 too', () =>
  assertSameDigests(corpusDigests(process.execPath, ELSEWHERE), goldenDigests()),
);
await tally.check('--verify-determinism holds', verifyDeterminism);
await whileBurning(async () => {
  await tally.check(`--verify-determinism holds while ${availableParallelism()} processes burn the cores`, verifyDeterminism);
  await tally.check('and the digests are still the golden ones', () => assertSameDigests(corpusDigests(), goldenDigests()));
});
tally.finish();

function verifyDeterminism(): void {
  const { code, stdout, stderr } = run(process.execPath, [BIN, 'run', '--verify-determinism', '--reporter', 'quiet']);
  if (code !== 0) throw new Error(`exit code ${code}\n${stdout.slice(-2_000)}${stderr.slice(-2_000)}`);
}

/** Keeps every core busy during `body`. */
async function whileBurning(body: () => Promise<void>): Promise<void> {
  const loop = `const end = Date.now() + ${BURN_MS}; while (Date.now() < end);`;
  const burners = Array.from({ length: availableParallelism() }, () => spawn(process.execPath, ['-e', loop], { stdio: 'ignore' }));
  try {
    await body();
  } finally {
    for (const burner of burners) burner.kill('SIGKILL');
  }
}
