// Reads `simctl list devices`, as JSON and, where that is broken, as text. Not through node-simctl's getDevices: it calls iOS 26.4.1
// "26.4-1", drops the simulators whose run-time is gone and with them the reason, and hides a failed command behind a failed parse.
import { isObject, jsonOf, membersOf } from './json.ts';
import type { Members } from './json.ts';

export interface SimulatorEntry {
  readonly udid: string;
  readonly name: string;
  /** `iOS`, `watchOS`, ... */
  readonly platform: string;
  /** `26.4.1` */
  readonly version: string;
  readonly state: string;
  readonly available: boolean;
  /** Why it cannot be used. */
  readonly problem?: string;
}

export interface SimulatorList {
  readonly simulators: readonly SimulatorEntry[];
  /** Not everything could be read. */
  readonly partial: boolean;
}

/** Undefined when this is no JSON of that kind at all. */
export function parseSimulatorJson(text: string): SimulatorList | undefined {
  const devices = membersOf(jsonOf(text))['devices'];
  if (!isObject(devices)) return undefined;
  let partial = false;
  const simulators: SimulatorEntry[] = [];
  for (const [runtime, entries] of Object.entries(devices)) {
    for (const entry of Array.isArray(entries) ? entries : [undefined]) {
      const read = simulatorOf(runtime, membersOf(entry));
      if (read === undefined) partial = true;
      else simulators.push(read);
    }
  }
  return { simulators, partial };
}

/** The same as text: `-- iOS 26.4 --`, then `    iPhone 17 (UDID) (Booted)`. A line that is neither makes it partial. */
export function parseSimulatorText(text: string): SimulatorList {
  const simulators: SimulatorEntry[] = [];
  let runtime: string | undefined;
  let partial = !/^-- .+ --\s*$/m.test(text);
  for (const line of text.split(/\r?\n/)) {
    const [, heading] = /^-- (.+?) --\s*$/.exec(line) ?? [];
    const [, name = '', udid = '', state = '', rest = ''] = /^\s+(\S.*?) \(([0-9A-Fa-f-]{36})\) \(([^()]+)\)\s*(.*)$/.exec(line) ?? [];
    if (heading !== undefined) runtime = heading;
    else if (udid === '' || runtime === undefined) partial ||= /^\s+\S/.test(line);
    else {
      const problem =
        /^\(unavailable, (.*)\)$/.exec(rest.trim())?.[1] ??
        (runtime.startsWith('Unavailable') ? 'its run-time is not installed' : undefined);
      simulators.push({ udid, name, ...runtimeOf(runtime.replace(/^Unavailable: /, '')), state, ...availability(problem) });
    }
  }
  return { simulators, partial };
}

/** `com.apple.CoreSimulator.SimRuntime.iOS-26-4-1`, or `iOS 11.4` as Xcode 9 wrote it. */
export function runtimeOf(runtime: string): { platform: string; version: string } {
  const [platform = runtime, ...version] = runtime.replace(/^.*SimRuntime\./, '').split(/[\s-]+/);
  return { platform, version: version.join('.') };
}

function simulatorOf(runtime: string, entry: Members): SimulatorEntry | undefined {
  const { udid, name, state } = entry;
  if (typeof udid !== 'string' || typeof name !== 'string' || typeof state !== 'string') return undefined;
  return { udid, name, ...runtimeOf(runtime), state, ...availability(problemOf(entry)) };
}

/** `isAvailable`, or before Xcode 10.1 the text `(available)`. */
function problemOf({ isAvailable, availability: old, availabilityError: error }: Members): string | undefined {
  if (isAvailable === true || isAvailable === 'YES' || (isAvailable === undefined && (old === undefined || old === '(available)')))
    return undefined;
  if (typeof error === 'string' && error !== '') return error;
  return typeof old === 'string' ? old.replaceAll(/[()]/g, '') : 'it is not available';
}

function availability(problem: string | undefined): { available: boolean; problem?: string } {
  return problem === undefined ? { available: true } : { available: false, problem };
}
