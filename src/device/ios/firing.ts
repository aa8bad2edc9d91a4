// Firing a task that still runs makes the app crash (the framework says "already running" and then fails an assertion). So each firing
// leaves a file from before the call until the task has ended, which other processes of tokenwarp respect, and which a firing that saw
// no end leaves behind: then the log of the system must have shown the end, or the app must have been started anew.
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DeviceError } from '../../core/errors.ts';
import type { DeviceContext } from '../driver.ts';
import { failed } from './errors.ts';
import { isObject, jsonOf } from './json.ts';
import type { Target } from './debugger.ts';

export interface Firing {
  /** The task has ended, or was never started. */
  done(): void;
}

/** Which firing is still open. */
export interface OpenFiring {
  /** Process of the app that was told to run it. */
  readonly pid: number;
  /** Process of tokenwarp. */
  readonly owner: number;
  /** Unix ms. */
  readonly at: number;
}

/** Throws a DeviceError while another firing of this task of this process is open. `hasEnded`: whether the system's log shows its end. */
export async function openFiring(
  { machine, stateFolder }: DeviceContext,
  target: Target,
  identifier: string,
  hasEnded: (open: OpenFiring) => Promise<boolean>,
): Promise<Firing> {
  const folder = join(stateFolder, 'firing');
  const file = join(folder, nameOf([target.udid, target.bundle, identifier]));
  const mine: OpenFiring = { pid: target.pid, owner: machine.pid, at: machine.now() };
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  for (;;) {
    if (isCreated(file, mine)) return { done: () => rmSync(file, { force: true }) };
    const open = read(file);
    if (open !== undefined && open.pid === target.pid) {
      if (open.owner !== machine.pid && machine.lives(open.owner))
        throw busy(target, identifier, `another tokenwarp (process ${open.owner}) is firing it`);
      if (!(await hasEnded(open))) throw busy(target, identifier, 'it was fired and its end was never seen');
    }
    rmSync(file, { force: true });
  }
}

/** Of a task that was found running. */
export function busy({ bundle, udid }: Target, identifier: string, why: string): DeviceError {
  return failed(
    'TW_DEVICE_TASK_RUNNING',
    `"${identifier}" of ${bundle} may still run: ${why}; a second launch would crash the app`,
    `wait for its end, or start the app anew: \`tokenwarp device kill --device ${udid} --bundle ${bundle}\``,
    { device: udid, bundle, identifier },
  );
}

/** Exclusively: of two processes that come at once one sees the other's. */
function isCreated(file: string, open: OpenFiring): boolean {
  try {
    writeFileSync(file, JSON.stringify(open), { flag: 'wx', mode: 0o600 });
    return true;
  } catch (error) {
    if ((error as { code?: string }).code === 'EEXIST') return false;
    throw error;
  }
}

/** Undefined when it is gone or was cut by a crash. */
function read(file: string): OpenFiring | undefined {
  try {
    const value = jsonOf(readFileSync(file, 'utf8'));
    return isObject(value) && typeof value['pid'] === 'number' && typeof value['owner'] === 'number' && typeof value['at'] === 'number'
      ? { pid: value['pid'], owner: value['owner'], at: value['at'] }
      : undefined;
  } catch {
    return undefined;
  }
}

/** Readable, of bounded length, and different for different names. */
function nameOf(parts: readonly string[]): string {
  const text = parts.join(' ');
  let sum = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) sum = Math.imul(sum ^ byte, 0x01000193) >>> 0;
  return `${text.replaceAll(/[^\w.-]+/g, '_').slice(0, 120)}-${sum.toString(16).padStart(8, '0')}.json`;
}
