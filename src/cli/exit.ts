// Exit codes: one table (DESIGN 8), from which the code of a run, the help text, `explain` and docs/cli.md are derived.
// A code is computed from results and errors alone; no command chooses a number.
import { DeviceError, InvalidInputError, MissingError, NothingSelectedError, TokenwarpError, UsageError } from '../core/errors.ts';
import type { ScenarioReport } from '../report/reporter.ts';

export interface ExitRow {
  code: number;
  meaning: string;
  explanation: string;
}

/** In order of precedence: the first condition that holds decides. */
export const EXITS = {
  'own-bug': {
    code: 70,
    meaning: 'a fault of tokenwarp',
    explanation: 'A law of our own was broken. Please report it with the command you ran; --verbose prints the stack.',
  },
  SIGINT: { code: 130, meaning: 'interrupted (SIGINT)', explanation: 'You stopped it. The reports of what had finished are written.' },
  SIGTERM: {
    code: 143,
    meaning: 'terminated (SIGTERM)',
    explanation: 'Somebody stopped it. The reports of what had finished are written.',
  },
  usage: {
    code: 2,
    meaning: 'wrong usage',
    explanation:
      'The command line or an environment variable says something that does not exist or contradicts itself. Nothing ran, or a report could not be written.',
  },
  invalid: {
    code: 3,
    meaning: 'a scenario, a schedule or the client module is invalid',
    explanation:
      'A file says something the format does not know (`tokenwarp validate` shows every place), or the module is no client, or a recorded schedule no longer fits.',
  },
  'missing-tool': {
    code: 6,
    meaning: 'a device, a tool or a server is missing',
    explanation:
      'Something that the chosen world needs is not there, or `tokenwarp ctl` finds no server. Simulated runs never end with it.',
  },
  device: {
    code: 7,
    meaning: 'a device operation failed',
    explanation: 'It was tried and failed on the device. Simulated runs never end with it.',
  },
  divergent: {
    code: 8,
    meaning: 'same seed, different history',
    explanation:
      'Two runs of one scenario with one seed recorded different histories (--verify-determinism). Something outside the host decided: ambient time or randomness, iteration order, or work that virtual time cannot see.',
  },
  failed: {
    code: 1,
    meaning: 'an invariant or expectation failed',
    explanation: 'At least one scenario did not hold. The failure block shows the few events that matter and the command that replays it.',
  },
  'nothing-selected': {
    code: 4,
    meaning: 'nothing selected',
    explanation: 'No scenario matches what was asked for, or none of them applies to this client. --pass-with-none makes it 0.',
  },
  inconclusive: {
    code: 5,
    meaning: 'inconclusive: a limit was reached',
    explanation: 'A run came to the limit of steps, of virtual time (--max-virtual) or of wall time (--timeout) before it could be judged.',
  },
  passed: { code: 0, meaning: 'everything selected passed', explanation: 'Every scenario that applies to the client holds.' },
} as const satisfies Record<string, ExitRow>;

export type ExitCondition = keyof typeof EXITS;

/** The code of the condition that comes first in {@link EXITS}; 0 when none holds. */
export function exitCode(conditions: ReadonlySet<ExitCondition>): number {
  const first = (Object.keys(EXITS) as ExitCondition[]).find((condition) => conditions.has(condition));
  return EXITS[first ?? 'passed'].code;
}

export interface RunFacts {
  interrupted?: 'SIGINT' | 'SIGTERM';
  passWithNone: boolean;
}

/** What holds for a run, read off its results. A run in which no scenario applied has proved nothing: it counts as nothing selected. */
export function conditionsOf(reports: readonly ScenarioReport[], facts: RunFacts): Set<ExitCondition> {
  const conditions = new Set<ExitCondition>();
  if (facts.interrupted !== undefined) conditions.add(facts.interrupted);
  const applied = reports.filter((report) => report.result.outcome !== 'not-applicable');
  if (applied.length === 0 && !facts.passWithNone) conditions.add('nothing-selected');
  for (const report of applied) {
    if (report.divergence !== undefined) conditions.add('divergent');
    if (report.result.outcome === 'failed') conditions.add('failed');
    if (report.result.outcome === 'inconclusive') conditions.add('inconclusive');
  }
  return conditions;
}

/** What an error that ended the command means. Anything that is not one of ours is our own bug. */
export function conditionOf(error: unknown): ExitCondition {
  if (error instanceof UsageError) return 'usage';
  if (error instanceof InvalidInputError) return 'invalid';
  if (error instanceof NothingSelectedError) return 'nothing-selected';
  if (error instanceof MissingError) return 'missing-tool';
  if (error instanceof DeviceError) return 'device';
  return 'own-bug';
}

/** Error of the command line: exit code 2. `TW_USAGE`. */
export function usageError(message: string, hint?: string): UsageError {
  return new UsageError('TW_USAGE', message, hint === undefined ? {} : { hint });
}

/** Whether an error is one we threw on purpose, whose message is meant for people. */
export function isOurs(error: unknown): error is TokenwarpError {
  return error instanceof TokenwarpError && conditionOf(error) !== 'own-bug';
}
