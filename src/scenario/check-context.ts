// What the checks of one file share, and the one question that several of them ask: is there such a place?
import type { ProblemCode } from './problem.ts';
import type { Source, Span } from './source.ts';
import { didYouMean } from '../core/suggest.ts';

/** What the checks share while they walk one file. */
export interface CheckContext {
  source: Source;
  /** Device -> its processes. */
  devices: ReadonlyMap<string, readonly string[]>;
  /** Platform of the modelled system of each device that has one. */
  systems: ReadonlyMap<string, 'android' | 'ios'>;
  /** Name of a request -> how many it stands for. */
  requests: Map<string, number>;
  /** Names of saved contents of stores. */
  saved: Set<string>;
  /** Names of streams. */
  streams: Set<string>;
  report(code: ProblemCode, span: Span, message: string, hint?: string): void;
}

/** The name of a device or process that exists. */
export function checkPlace(name: string, at: Span, { devices, report }: CheckContext): void {
  const known = [...devices].flatMap(([device, processes]) => [device, ...processes.map((process) => `${device}/${process}`)]);
  if (known.includes(name)) return;
  report('TW_SCENARIO_NAME', at, `there is no "${name}" in this scenario`, didYouMean(name, known) ?? `there is ${known.join(', ')}`);
}
