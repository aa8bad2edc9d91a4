// Whole runs: a small scenario with engine, invariants and digest against a toy on a bare heap; 30 days of hourly requests against
// the same world with an empty client, also the very first time in a process; settling by turns against the drain; memory.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { createEngine } from '../../src/engine/engine.ts';
import { runScenario, type RunOptions } from '../../src/scenario/run.ts';
import type { Plan } from '../../src/sim/plan.ts';
import { runPlan } from '../../src/sim/world.ts';
import { measure, median } from '../measure.ts';
import { emptyClient, hastyClient, HOURLY, SMALL } from '../plans.ts';
import type { Row } from '../table.ts';
import { toyOnHeap } from '../toy.ts';

const DAYS = 30;

export async function worldRows(): Promise<Row[]> {
  return [...(await scenarioRows()), ...(await longRows()), ...(await memoryRows())];
}

async function scenarioRows(): Promise<Row[]> {
  const facts = (await runScenario(SMALL)).events.length;
  const spent = await measure({
    toy: (times) => often(times, () => toyOnHeap(facts)),
    drain: (times) => often(times, () => scenario(SMALL, { settle: 'drain' })),
    turn: (times) => often(times, () => scenario(SMALL, { settle: 'turn' })),
  });
  return [
    {
      measure: `scenario of ${facts} events, engine, invariants, digest`,
      value: spent.drain,
      unit: 'us',
      goal: { ratio: 4, value: 667 },
      floor: { name: 'toy on heap + drain', value: spent.toy },
      note: `${Math.round(1_000_000 / spent.drain)} scenarios/s`,
    },
    {
      measure: 'settle by turns, the same scenario',
      value: spent.turn,
      unit: 'us',
      goal: { ratio: 2.2 },
      floor: { name: 'by drain', value: spent.drain },
    },
  ];
}

async function longRows(): Promise<Row[]> {
  const spent = await measure({
    engine: (times) => often(times, () => hourly(createEngine)),
    hasty: (times) => often(times, () => hourly(hastyClient)),
    empty: (times) => often(times, () => hourly(emptyClient)),
  });
  const note = `${Math.round((DAYS * 1_000_000) / spent.engine)} virtual days/s; x${(spent.engine / spent.hasty).toFixed(2)} a client with the same traffic and no engine`;
  return [
    {
      measure: '30 days hourly, warm',
      value: spent.engine / 1_000,
      unit: 'ms',
      goal: { ratio: 3 },
      floor: { name: 'empty client', value: spent.empty / 1_000 },
      note,
    },
    { measure: '30 days hourly, first run of a process', value: coldMs('jwt'), unit: 'ms', goal: { value: 25 }, note: 'signs 720 tokens' },
    { measure: '30 days hourly, first run, opaque tokens', value: coldMs('opaque'), unit: 'ms', goal: { value: 25 } },
  ];
}

/** Whether memory grows when nothing is kept, what a kept record weighs without its history, and what an event does. */
async function memoryRows(): Promise<Row[]> {
  const worlds = 2_000;
  await often(500, () => scenario(SMALL));
  const empty = heap();
  await often(worlds, () => scenario(SMALL));
  const dropped = heap() - empty;
  const records: unknown[] = [];
  const histories: unknown[] = [];
  const counts = { events: 0 };
  const keep = async (kept: 'record' | 'history'): Promise<void> => {
    const { history, ...record } = await runPlan(SMALL, { seed: 1, factory: createEngine, settle: 'drain' });
    counts.events = history.events.length;
    if (kept === 'record') records.push(record);
    else histories.push(history);
  };
  const before = heap();
  await often(worlds, () => keep('record'));
  const between = heap();
  await often(worlds / 4, () => keep('history'));
  const perHistory = ((heap() - between) * 4) / worlds;
  return [
    { measure: `memory growth per world, ${worlds} worlds dropped`, value: dropped / worlds / 1_024, unit: 'KiB', goal: { value: 0.1 } },
    {
      measure: 'memory per world, record kept without its history',
      value: (between - before) / worlds / 1_024,
      unit: 'KiB',
      goal: { value: 16 },
    },
    {
      measure: 'memory per event of a kept history',
      value: perHistory / counts.events,
      unit: 'B',
      goal: { value: 256 },
      note: `${records.length + histories.length} kept`,
    },
  ];
}

async function often(times: number, body: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i++) await body();
}

async function scenario(plan: Plan, options: RunOptions = {}): Promise<void> {
  const { outcome } = await runScenario(plan, options);
  if (outcome !== 'passed') throw new Error(`the measured scenario ${outcome}`);
}

async function hourly(factory: typeof emptyClient): Promise<void> {
  await runPlan(HOURLY, { seed: 1, factory, settle: 'drain' });
}

/** Median of five processes that import everything, then run once. */
function coldMs(format: 'jwt' | 'opaque'): number {
  const script = fileURLToPath(new URL('../cold.ts', import.meta.url));
  return median(Array.from({ length: 5 }, () => Number(spawnSync(process.execPath, [script, format], { encoding: 'utf8' }).stdout)));
}

function heap(): number {
  globalThis.gc?.();
  return process.memoryUsage().heapUsed;
}
