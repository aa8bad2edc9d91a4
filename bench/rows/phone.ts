// Weeks of phone life: what a day of one device costs, on both platforms, with the engine and its background job and with a client that
// does nothing, beside the bare kernel running as many timers.
import type { ClientFactory } from '../../src/core/contract.ts';
import { createBuiltIn } from '../../src/scenario/built-in.ts';
import { Kernel } from '../../src/sim/kernel.ts';
import type { Plan } from '../../src/sim/plan.ts';
import { runPlan } from '../../src/sim/world.ts';
import { measure } from '../measure.ts';
import { emptyClient, PHONE_DAYS, phonePlan } from '../plans.ts';
import type { Row } from '../table.ts';

const SYSTEMS = ['android 14', 'ios 18'] as const;

export async function phoneRows(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const os of SYSTEMS) {
    const plan = phonePlan(os);
    rows.push(
      await row(`${os}, engine with a job every 6 h`, plan, createBuiltIn, 25),
      await row(`${os}, no engine`, plan, emptyClient, 12),
    );
  }
  return rows;
}

async function row(what: string, plan: Plan, factory: ClientFactory, ratio: number): Promise<Row> {
  const items = await itemsOf(plan, factory);
  const spent = await measure({
    life: (times) => often(times, () => lived(plan, factory)),
    bare: (times) => often(times, () => timers(items)),
  });
  return {
    measure: `a day of one phone: ${what}`,
    value: spent.life / PHONE_DAYS,
    unit: 'us',
    goal: { ratio },
    floor: { name: 'kernel, as many timers', value: spent.bare / PHONE_DAYS },
    note: `${Math.round((PHONE_DAYS * 1_000_000) / spent.life)} device-days/s, ${Math.round(items / PHONE_DAYS)} events a day`,
  };
}

/** What the kernel ran in one life, what the phone does by itself included: its step limit counts only the rest. */
async function itemsOf(plan: Plan, factory: ClientFactory): Promise<number> {
  const { after } = Kernel.prototype;
  const ran = { items: 0 };
  Kernel.prototype.after = function (delay, label, run, options) {
    const counted = (): void => {
      ran.items += 1;
      run();
    };
    return after.call(this, delay, label, counted, options);
  };
  try {
    await lived(plan, factory);
  } finally {
    Kernel.prototype.after = after;
  }
  return ran.items;
}

async function lived(plan: Plan, factory: ClientFactory): Promise<void> {
  const { ending } = await runPlan(plan, { seed: 1, factory, settle: 'drain', limits: { steps: Number.POSITIVE_INFINITY } });
  if (ending !== 'finished') throw new Error(`the measured life ended with ${ending}`);
}

/** So many timers, one after another, with nothing to do. */
async function timers(count: number): Promise<void> {
  const kernel = new Kernel({
    settle: 'drain',
    limits: { steps: Number.POSITIVE_INFINITY, virtual: Number.POSITIVE_INFINITY },
    onUncaught: (_kind, error) => {
      throw error;
    },
    onSettled: () => undefined,
  });
  const state = { left: count };
  const tick = (): void => {
    state.left -= 1;
    if (state.left > 0) kernel.after(1_000, 'timer', tick);
  };
  kernel.after(0, 'timer', tick);
  await kernel.run(() => state.left === 0);
}

async function often(times: number, body: () => Promise<unknown>): Promise<void> {
  for (let i = 0; i < times; i++) await body();
}
