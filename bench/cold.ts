// Prints the wall ms of the first run of 30 hourly days in this process. Started by the benchmarks in processes of its own.
import { createEngine } from '../src/engine/engine.ts';
import { runPlan } from '../src/sim/world.ts';
import { HOURLY, HOURLY_OPAQUE } from './plans.ts';

const before = performance.now();
const { ending } = await runPlan(process.argv[2] === 'opaque' ? HOURLY_OPAQUE : HOURLY, {
  seed: 1,
  factory: createEngine,
  settle: 'drain',
});
const spent = performance.now() - before;
if (ending !== 'finished') throw new Error(`the run ended with ${ending}`);
console.log(spent);
