// Every option once, as data: the parser, the help text, the TOKENWARP_* variables and docs/cli.md are derived from it,
// and so are the types of what a command receives. No parsing here.
import { DEVICE_RUN_OPTIONS } from './device/run-options.ts';
import { parseTags } from './tags.ts';
import { readCount, readDuration, readOneOf, readRegex, readReporter, readSeed, readSeeds, readText } from './values.ts';

export interface OptionRow {
  /** As commander writes them: `-t, --name <regex>`; `[n]` may stand alone and then means `preset`. */
  flags: string;
  summary: string;
  group: 'select' | 'decide' | 'stop' | 'show' | 'global' | 'listen' | 'policy' | 'target';
  /** Absent for a switch. */
  read?: (text: string) => unknown;
  /** May be given several times; an environment variable separates by commas. */
  repeat?: true;
  preset?: string;
  /** What holds when it is not given, for people. */
  otherwise?: string;
  /** Left out of the help text: for tests and for our own debugging. */
  hidden?: true;
}

/** Accepted by every command, before or after its name. */
export const GLOBAL_OPTIONS = {
  json: {
    flags: '--json',
    group: 'global',
    summary: 'the result as one JSON document on standard output, everything else on standard error',
  },
  color: {
    flags: '--color <when>',
    group: 'global',
    summary: 'auto, always or never',
    read: readOneOf(['auto', 'always', 'never']),
    otherwise: 'auto; NO_COLOR and FORCE_COLOR are respected',
  },
  quiet: { flags: '--quiet', group: 'global', summary: 'failures and one line of totals' },
  verbose: { flags: '--verbose', group: 'global', summary: 'stacks of errors, and which invariants had nothing to judge in any scenario' },
  cwd: {
    flags: '--cwd <dir>',
    group: 'global',
    summary: 'the folder that paths are relative to',
    read: readText,
    otherwise: 'the current folder',
  },
} as const satisfies Record<string, OptionRow>;

export const SELECT_OPTIONS = {
  name: { flags: '-t, --name <regex>', group: 'select', summary: 'scenarios whose name matches', read: readRegex },
  tag: {
    flags: '--tag <expression>',
    group: 'select',
    summary: 'scenarios whose tags match: smoke, "not slow", "smoke and not slow", expiry,offline',
    read: parseTags,
  },
} as const satisfies Record<string, OptionRow>;

export const LIST_OPTIONS = {
  ...SELECT_OPTIONS,
  coverage: {
    flags: '--coverage',
    group: 'show',
    summary:
      'runs the selected scenarios once and shows classes of bugs, their scenarios, what judged there, which dials are moved, and the gaps',
  },
} as const satisfies Record<string, OptionRow>;

export const RUN_OPTIONS = {
  ...SELECT_OPTIONS,
  list: { flags: '--list', group: 'select', summary: 'print what would run, and run nothing' },
  passWithNone: { flags: '--pass-with-none', group: 'select', summary: 'exit with 0 when nothing is selected' },
  seed: { flags: '--seed <n>', group: 'decide', summary: 'the number that all randomness comes from', read: readSeed, otherwise: '1' },
  seeds: {
    flags: '--seeds <n|a..b>',
    group: 'decide',
    summary: 'run each scenario with several seeds and report the worst',
    read: readSeeds,
  },
  client: {
    flags: '--client <module>',
    group: 'decide',
    summary: 'the client under test: a module whose default export is a ClientFactory',
    read: readText,
    otherwise: 'the built-in engine',
  },
  schedule: { flags: '--schedule <s>', group: 'decide', summary: 'replay recorded choices, as a replay line prints them', read: readText },
  verifyDeterminism: { flags: '--verify-determinism', group: 'decide', summary: 'run everything twice and compare the histories' },
  settle: {
    flags: '--settle <mode>',
    group: 'decide',
    summary: 'how the kernel waits for promises: turn or drain',
    read: readOneOf(['turn', 'drain']),
    hidden: true,
  },
  bail: {
    flags: '--bail [n]',
    group: 'stop',
    summary: 'stop after n scenarios that did not hold',
    read: readCount,
    preset: '1',
    otherwise: 'run all',
  },
  timeout: {
    flags: '--timeout <wall>',
    group: 'stop',
    summary: 'real time one run may take',
    read: readDuration,
    otherwise: '1m; with a device 5m',
  },
  maxVirtual: {
    flags: '--max-virtual <duration>',
    group: 'stop',
    summary: 'virtual time one run may take',
    read: readDuration,
    otherwise: 'what the scenario says',
  },
  reporter: {
    flags: '--reporter <name[=file]>',
    group: 'show',
    summary: 'lines, quiet, json, ndjson, junit or github; may be repeated, one of them on standard output',
    read: readReporter,
    repeat: true,
    otherwise: 'lines',
  },
  ...DEVICE_RUN_OPTIONS,
} as const satisfies Record<string, OptionRow>;

/** The type of the values of a table of options. */
export type ValuesOf<T extends Record<string, OptionRow>> = {
  -readonly [K in keyof T]?: T[K] extends { read: (text: string) => infer V }
    ? T[K] extends { repeat: true }
      ? readonly V[]
      : V
    : boolean;
};

export type GlobalOptions = ValuesOf<typeof GLOBAL_OPTIONS>;
export type SelectOptions = ValuesOf<typeof SELECT_OPTIONS>;
export type ListOptions = ValuesOf<typeof LIST_OPTIONS>;
export type RunOptions = ValuesOf<typeof RUN_OPTIONS>;

/** `maxVirtual` -> `TOKENWARP_MAX_VIRTUAL`. */
export function variableOf(key: string): string {
  return `TOKENWARP_${key.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
