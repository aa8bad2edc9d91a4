// Random lives against the built-in engine with every invariant on, many more than a test has time for. `npm run check:random`, or
// `npm run check:random -- --runs 100000 --seed 7`. What fails is shrunk, written to a scenario file, and printed with the command that
// replays it.
import { mkdirSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import fc from 'fast-check';
import { drawnFrom, faultsOf, LIVES, type Life } from '../test/kit/random-lives.ts';
import { createTally } from './tally.ts';

const FOLDER = 'random-failures';
const { values } = parseArgs({ options: { runs: { type: 'string', default: '10000' }, seed: { type: 'string', default: '20260101' } } });
const [runs, seed] = [whole('runs', values.runs), whole('seed', values.seed)];
const each = Math.ceil(runs / LIVES.length);

const tally = createTally();
for (const life of LIVES) await tally.check(`${each} lives ${life.name}`, () => survive(life));
tally.finish();

async function survive(life: Life): Promise<void> {
  const { counterexample } = await fc.check(
    fc.asyncProperty(drawnFrom(life), async (drawn) => (await faultsOf(drawn)).length === 0),
    { numRuns: each, seed },
  );
  if (counterexample === null) return;
  const [drawn] = counterexample;
  const file = `${FOLDER}/seed-${seed}-life-${LIVES.indexOf(life) + 1}.scenario.yaml`;
  mkdirSync(FOLDER, { recursive: true });
  writeFileSync(file, drawn.text);
  throw new Error([...(await faultsOf(drawn)), drawn.text, `replay: npx tokenwarp run ${file} --seed ${drawn.seed}`].join('\n'));
}

function whole(name: string, text: string): number {
  if (!/^[1-9]\d{0,8}$/.test(text)) {
    console.error(`--${name} ${text}: expected a whole number from 1 to 999999999`);
    process.exit(2);
  }
  return Number(text);
}
