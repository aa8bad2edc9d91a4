// Every command once, as data, with the module that does the work: loaded only when the command runs.
import type { Command } from './invocation.ts';
import { GLOBAL_OPTIONS, RUN_OPTIONS, SELECT_OPTIONS } from './option-table.ts';
import type { OptionRow } from './option-table.ts';

export interface CommandRow {
  /** As commander writes it: `[filter...]`. */
  args: string;
  summary: string;
  details: string;
  options: Readonly<Record<string, OptionRow>>;
  examples: readonly (readonly [string, string])[];
  isDefault?: true;
  load(): Promise<Command<never>>;
}

const FILTER =
  'A filter is a path (a :line behind it does no harm), a family such as expiry, or a name or part of one. An existing file, ' +
  'or a folder with scenarios in it, is read from there; anything else selects from the built-in scenarios. Several filters add up.';

export const COMMANDS = {
  run: {
    args: '[filter...]',
    summary: 'run scenarios and judge what happened (the default command)',
    details: FILTER,
    options: RUN_OPTIONS,
    examples: [
      ['tokenwarp', 'everything built in, against the built-in engine'],
      ['tokenwarp run offline --client ./my-client.ts', 'one family against your client'],
      ['tokenwarp run late-401 --seeds 100', 'one scenario with a hundred seeds'],
      ['tokenwarp run --tag smoke --reporter junit=out/report.xml', 'a file for the CI system, lines on the screen'],
    ],
    isDefault: true,
    load: async () => (await import('./run.ts')).run,
  },
  list: {
    args: '[filter...]',
    summary: 'what there is: name, family, tags, summary',
    details: FILTER,
    options: SELECT_OPTIONS,
    examples: [
      ['tokenwarp list --tag concurrency', 'scenarios with that tag'],
      ['tokenwarp list --json', 'the same as data'],
    ],
    load: async () => (await import('./list.ts')).list,
  },
  validate: {
    args: '[file...]',
    summary: 'check scenario files without running them',
    options: {},
    details:
      'Files, and folders with all scenarios below them; without an argument the built-in ones. Every mistake of every file is shown.',
    examples: [['tokenwarp validate scenarios/', 'a folder of your own']],
    load: async () => (await import('./validate.ts')).validate,
  },
  explain: {
    args: '[term...]',
    summary: 'what an invariant, a verb, a fault, a state, a word or an exit code means',
    options: {},
    details: 'Without a term it lists what can be explained.',
    examples: [
      ['tokenwarp explain no-duplicate-refresh', 'an invariant'],
      ['tokenwarp explain 5', 'an exit code'],
      ['tokenwarp explain advance', 'a verb'],
    ],
    load: async () => (await import('./explain.ts')).explain,
  },
  schema: {
    args: '',
    summary: 'print the JSON schema of scenario files',
    details: 'For editors: point yaml-language-server at it.',
    options: {},
    examples: [['tokenwarp schema > scenario.schema.json', 'beside your own scenarios']],
    load: async () => (await import('./schema.ts')).schema,
  },
} as const satisfies Record<string, CommandRow>;

export type CommandName = keyof typeof COMMANDS;

/** Options of a command together with the global ones. */
export function optionsOf(row: CommandRow): Readonly<Record<string, OptionRow>> {
  return { ...row.options, ...GLOBAL_OPTIONS };
}
