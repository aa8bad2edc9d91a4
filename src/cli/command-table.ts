// Every command once, as data, with the module that does the work: loaded only when the command runs.
import type { Command } from './invocation.ts';
import { SERVE_OPTIONS } from './serve-options.ts';
import { GLOBAL_OPTIONS, LIST_OPTIONS, RUN_OPTIONS } from './option-table.ts';
import { CTL_OPTIONS } from './ctl-options.ts';
import { DEVICE_COMMANDS } from './device/command-rows.ts';
import type { OptionRow } from './option-table.ts';
import type { System } from './system.ts';

export interface CommandRow {
  /** As commander writes it: `[filter...]`. */
  args: string;
  summary: string;
  details: string;
  options: Readonly<Record<string, OptionRow>>;
  examples: readonly (readonly [string, string])[];
  isDefault?: true;
  load(): Promise<Command<never>>;
  /** After its help: whether what it needs is installed at all. Throws what is missing. */
  needs?(): Promise<(system: System) => Promise<void>>;
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
  serve: {
    args: '',
    summary: 'an authorization server and a protected API on a real socket, for apps and SDKs under test',
    details:
      'One base URL is all an app needs: it is the issuer, the API is below /api. On a terminal it shows what happens and listens to keys; ' +
      'elsewhere it prints a line per request, with --json a JSON object per line, with --quiet nothing. Tokens never appear, only their labels. ' +
      'SIGINT and SIGTERM finish the answers under way.',
    options: SERVE_OPTIONS,
    examples: [
      ['tokenwarp serve', 'on http://127.0.0.1:7357'],
      ['tokenwarp serve --access-ttl 30s --grace same-successor:10s', 'tokens that expire while you watch'],
      ['tokenwarp serve --tls --host 0.0.0.0 --issuer https://10.0.2.2:7357', 'for an Android emulator'],
      ['tokenwarp serve --port 0 --ready-file ready.json --quiet', 'for a test suite'],
    ],
    load: async () => (await import('./serve.ts')).serve,
  },
  ctl: {
    args: '[word...]',
    summary: 'control a running server: its clock, tokens, faults, journal, state; judge its client',
    details:
      'The first word is the action: clock, advance <duration>, set <time>, freeze, resume, skew <device> <offset>, sessions, revoke, password, expire, keys, rotate-keys [how], ' +
      'policy [member=value...], fault <kind> [value], faults, heal [id], hold [point], holds, release [name], journal, count, wait, mark <what>, snapshot [name], snapshots, ' +
      'restore <name>, reset, verify, call <method> <path> [json]. The server is that of --url, of --ready-file, or the one on the usual port.',
    options: CTL_OPTIONS,
    examples: [
      ['tokenwarp ctl advance 5m', 'five minutes pass'],
      ['tokenwarp ctl revoke --user ada', 'ada is signed out everywhere'],
      ['tokenwarp ctl fault drop-response --endpoint token --times 1', 'the next token response is lost after its commit'],
      ['tokenwarp ctl hold committed --from phone', 'the next refresh of the phone waits after its commit: kill the app, then release'],
      ['tokenwarp ctl journal --follow', 'what the server sees, as it comes'],
      ['tokenwarp ctl verify', 'the invariants over the journal; exit code 1 when one is broken'],
    ],
    load: async () => (await import('./ctl.ts')).ctl,
  },
  ...DEVICE_COMMANDS,
  list: {
    args: '[filter...]',
    summary: 'what there is: name, family, tags, summary',
    details: FILTER,
    options: LIST_OPTIONS,
    examples: [
      ['tokenwarp list --tag concurrency', 'scenarios with that tag'],
      ['tokenwarp list --coverage', 'which class of bug is shown where, and judged by what'],
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
