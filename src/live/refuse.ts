// The refusal up front: what a plan asks for and the device or its app cannot do, each with file, line and what would give it. Asked
// before a server is started or anything of the device is touched.
import { MissingError } from '../core/errors.ts';
import type { Ability, Lack, LiveApp } from '../device/live/app.ts';
import type { Plan, Step } from '../sim/plan.ts';
import { needsOf } from './needs.ts';

interface Wish {
  readonly file: string;
  readonly line: number;
  readonly text: string;
  readonly lack: Lack;
}

/** Lines of one refusal: somebody may have asked for every scenario there is. */
const MOST = 20;

/** Every run needs these: they come before and after the steps. */
const ALWAYS: readonly Ability[] = ['reach-server', 'launch', 'kill', 'hook-request'];

/** Throws TW_DEVICE_STEP (exit code 6) with every step that cannot be taken, whatever the device is. */
export function refuseImpossible(plans: readonly Plan[]): void {
  refuse(plans.flatMap((plan) => [...shape(plan), ...stepsOf(plan.steps).flatMap((step) => impossible(step))]));
}

/** The same for what this device or app lacks. */
export async function refuseLacking(plans: readonly Plan[], app: LiveApp, deviceClock: boolean): Promise<void> {
  const known = new Map<Ability, Lack | undefined>();
  const lackOf = async (ability: Ability): Promise<Lack | undefined> => {
    if (!known.has(ability)) known.set(ability, await app.lacks(ability));
    return known.get(ability);
  };
  const wishes: Wish[] = [];
  for (const plan of plans) {
    for (const { step, abilities } of wanted(plan, deviceClock)) {
      for (const ability of abilities) {
        const lack = await lackOf(ability);
        if (lack === undefined) continue;
        wishes.push({ file: plan.file, line: step?.source.line ?? 1, text: step?.text ?? 'the run itself', lack });
        break;
      }
    }
  }
  refuse(wishes);
}

function* wanted(plan: Plan, deviceClock: boolean): Generator<{ step?: Step; abilities: readonly Ability[] }> {
  yield { abilities: [...ALWAYS, ...beginning(plan)] };
  for (const step of stepsOf(plan.steps)) {
    const needs = needsOf(step);
    if (!('abilities' in needs)) continue;
    yield { step, abilities: deviceClock && step.verb === 'advance' ? [...needs.abilities, 'clock'] : needs.abilities };
  }
}

/** How the device has to stand before the first step. */
function beginning({ devices: [device] }: Plan): Ability[] {
  return [
    device?.session.state === 'signed-out' ? 'hook-sign-out' : 'hook-sign-in',
    ...(device !== undefined && device.clockSkew !== 0 ? (['clock'] as const) : []),
  ];
}

function shape({ file, devices, otherPolicy }: Plan): Wish[] {
  const [device, second] = devices;
  const at = { file, line: 1, text: 'devices' };
  const fix = 'a simulated run: leave out --device';
  if (otherPolicy !== undefined)
    return [{ ...at, text: 'otherServer', lack: { what: 'it needs two authorization servers, and a run starts one', fix } }];
  if (second !== undefined) return [{ ...at, lack: { what: `it needs ${devices.length} devices, and one is connected to a run`, fix } }];
  if (device !== undefined && device.processes.length > 1)
    return [
      { ...at, lack: { what: `it needs ${device.processes.length} processes of one app, and only the app itself can be asked`, fix } },
    ];
  if (device?.os !== undefined)
    return [{ ...at, lack: { what: 'its phone has a modelled system (os), and a real phone has its own', fix } }];
  if (device !== undefined && device.locks !== 'working')
    return [{ ...at, lack: { what: `locks that are ${device.locks} cannot be made on a real device`, fix } }];
  return [];
}

function impossible(step: Step): Wish[] {
  const needs = needsOf(step);
  return 'abilities' in needs ? [] : [{ file: step.source.file, line: step.source.line, text: `${step.verb} (${step.text})`, lack: needs }];
}

function stepsOf(steps: readonly Step[]): Step[] {
  return steps.flatMap((step) => ('steps' in step ? [step, ...stepsOf(step.steps)] : [step]));
}

function refuse(wishes: readonly Wish[]): void {
  const [first, second] = wishes;
  if (first === undefined) return;
  const shown = wishes.slice(0, MOST);
  const lines = shown.map(({ file, line, text, lack }) => `${file}:${line}: ${text}: ${lack.what}`);
  if (wishes.length > MOST) lines.push(`... and ${wishes.length - MOST} more`);
  const fixes = [...new Set(shown.map(({ lack }) => lack.fix))];
  throw new MissingError('TW_DEVICE_STEP', lines.join('\n'), {
    hint: `${second === undefined ? '' : `${wishes.length} steps cannot be taken, nothing was touched; `}${fixes.join('; ')}`,
    fields: { steps: wishes.map(({ file, line }) => `${file}:${line}`) },
  });
}
