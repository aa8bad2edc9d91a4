// The commander tree, built from the tables. Misuse becomes a usage error of ours (commander would exit with 1), help is
// a text and not an exit, and values are read by the option table, so that a variable and a flag are refused alike.
import { Command as Commander, CommanderError, Option } from 'commander';
import { resolve } from 'node:path';
import { COMMANDS, optionsOf } from './command-table.ts';
import type { CommandRow } from './command-table.ts';
import type { Invocation } from './invocation.ts';
import { EXITS, usageError } from './exit.ts';
import type { ExitCondition } from './exit.ts';
import { GLOBAL_OPTIONS, variableOf } from './option-table.ts';
import type { GlobalOptions, OptionRow } from './option-table.ts';
import type { System } from './system.ts';
import { TokenwarpError, UsageError } from '../core/errors.ts';

const NOTHING: ReadonlySet<ExitCondition> = new Set();

/** Parses the arguments and runs the command; help and version are printed. Throws our errors, usage errors among them. */
export async function dispatch(argv: readonly string[], system: System, version: () => string): Promise<ReadonlySet<ExitCondition>> {
  let conditions = NOTHING;
  const program = buildProgram(system, async (row, args, raw) => {
    if (raw['version'] === true) return system.out.write(`${version()}\n`);
    const options = readOptions(optionsOf(row), raw, system) as GlobalOptions;
    const command = await row.load();
    const invocation: Invocation<unknown> = { args, options, system, cwd: resolve(system.cwd, options.cwd ?? '.') };
    conditions = await command(invocation as never);
  });
  try {
    await program.parseAsync(argv.map(shielded), { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode !== 0) throw misuse(error);
    await checkNeeds(argv, system);
  }
  return conditions;
}

/** Help of a command that this machine cannot carry out says so. */
async function checkNeeds(argv: readonly string[], system: System): Promise<void> {
  const name = argv.find((word) => Object.hasOwn(COMMANDS, word));
  const row: CommandRow | undefined = name === undefined ? undefined : COMMANDS[name as keyof typeof COMMANDS];
  if (row?.needs !== undefined) await (await row.needs())(system);
}

/** The tree alone, for help texts. */
export function buildProgram(system: System, act: (row: CommandRow, args: readonly string[], raw: RawOptions) => Promise<void>): Commander {
  const program = new Commander('tokenwarp')
    .description(
      'Shows how a login session behaves when tokens expire, are revoked, race or get lost: in virtual time, replayable, against any client.',
    )
    .usage('[command] [options]')
    .option('--version', 'print the version');
  for (const [key, option] of Object.entries<OptionRow>(GLOBAL_OPTIONS)) program.addOption(commanderOption(key, option));
  for (const [name, row] of Object.entries<CommandRow>(COMMANDS)) addCommand(program, name, row, act);
  program.addHelpText('after', `\n${epilogue()}`);
  for (const command of [program, ...program.commands]) {
    command
      .exitOverride()
      .showSuggestionAfterError(true)
      .helpOption('-h, --help', 'print this help')
      .configureHelp({ showGlobalOptions: true, sortSubcommands: false, helpWidth: Math.min(120, system.out.columns ?? 100) })
      .configureOutput({ writeOut: (text) => system.out.write(text), writeErr: () => undefined });
  }
  return program;
}

/** Commander takes a word that begins with a dash for an option, and `-1h` is a duration: it does not see the dash. */
const SHIELD = '\u0000';

function shielded(word: string): string {
  return /^-\d/.test(word) ? SHIELD + word : word;
}

function unshielded(word: string): string {
  return word.startsWith(SHIELD) ? word.slice(SHIELD.length) : word;
}

type RawOptions = Readonly<Record<string, unknown>>;

function addCommand(
  program: Commander,
  name: string,
  row: CommandRow,
  act: (row: CommandRow, args: readonly string[], raw: RawOptions) => Promise<void>,
): void {
  const command = program
    .command(name, { isDefault: row.isDefault === true })
    .summary(row.summary)
    .description(`${capital(row.summary)}.\n\n${row.details}`);
  if (row.args !== '') command.argument(row.args);
  for (const [key, option] of Object.entries(row.options)) command.addOption(commanderOption(key, option));
  const width = Math.max(...row.examples.map(([line]) => line.length));
  command.addHelpText('after', `\nExamples:\n${row.examples.map(([line, what]) => `  ${line.padEnd(width)}   ${what}`).join('\n')}\n`);
  command.action(async (...given: unknown[]) => {
    const raw: Record<string, unknown> = command.optsWithGlobals();
    // Commander presets `--no-x` with true, which would hide the variable TOKENWARP_X.
    for (const key of Object.keys(row.options)) if (command.getOptionValueSource(key) === 'default') delete raw[key];
    await act(row, row.args === '' ? [] : (given[0] as string[]).map(unshielded), raw);
  });
}

/** Commander keeps the text as it was given; the value is read later, by the table. */
function commanderOption(key: string, row: OptionRow): Option {
  const option = new Option(row.flags, row.otherwise === undefined ? row.summary : `${row.summary} (default: ${row.otherwise})`);
  if (row.preset !== undefined) option.preset(row.preset);
  if (row.repeat === true) option.argParser((text: string, before: readonly string[] | undefined) => [...(before ?? []), text]);
  if (row.hidden === true) option.hideHelp();
  if (option.attributeName() !== key) throw new Error(`option ${row.flags} must be called ${option.attributeName()} in the table`);
  return option;
}

/** Flags first, then TOKENWARP_* variables; each text read by its row. */
export function readOptions(
  rows: Readonly<Record<string, OptionRow>>,
  raw: RawOptions,
  system: Pick<System, 'env'>,
): Record<string, unknown> {
  const values: Record<string, unknown> = {};
  for (const [key, row] of Object.entries(rows)) {
    const variable = variableOf(key);
    const flag = raw[key];
    const fromEnvironment = flag === undefined ? system.env[variable] : undefined;
    const given = (typeof flag === 'string' ? unshielded(flag) : flag) ?? (fromEnvironment === '' ? undefined : fromEnvironment);
    if (given === undefined) continue;
    values[key] = withSource(flag === undefined ? variable : longFlag(row), () => readValue(row, given));
  }
  return values;
}

function readValue(row: OptionRow, given: unknown): unknown {
  const { read } = row;
  if (read === undefined) return given === true || (typeof given === 'string' && readSwitch(given));
  if (row.repeat !== true) return read(String(given));
  const texts = Array.isArray(given)
    ? given.map(String)
    : String(given)
        .split(',')
        .filter((text) => text !== '');
  return texts.map((text) => read(text));
}

/** A switch in the environment: 1, true, yes; 0, false, no. */
function readSwitch(text: string): boolean {
  if (/^(1|true|yes)$/i.test(text)) return true;
  if (/^(0|false|no)$/i.test(text)) return false;
  throw usageError(`"${text}" is neither on nor off`, '1 or 0');
}

function withSource<T>(source: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof TokenwarpError)) throw error;
    throw new UsageError(error.code, `${source}: ${error.message}`, error.hint === undefined ? {} : { hint: error.hint });
  }
}

function longFlag(row: OptionRow): string {
  return /--[a-z-]+/.exec(row.flags)?.[0] ?? row.flags;
}

/** `error: unknown option '--sed'\n(Did you mean --seed?)` in our words. */
function misuse(error: CommanderError): UsageError {
  const [first = '', second] = error.message.split('\n');
  const guess = second === undefined ? undefined : /Did you mean (.*)\?\)/.exec(second)?.[1];
  return usageError(
    first.replace(/^error: /, ''),
    guess === undefined ? '`tokenwarp --help` lists commands and options' : `did you mean ${guess}?`,
  );
}

function epilogue(): string {
  const codes = Object.values(EXITS)
    .toSorted((a, b) => a.code - b.code)
    .map(({ code, meaning }) => `  ${String(code).padStart(3)}  ${meaning}`);
  return [
    'Exit codes:',
    ...codes,
    '',
    'Every option can be set as a variable: --max-virtual is TOKENWARP_MAX_VIRTUAL.',
    'No telemetry. No network but loopback.',
  ].join('\n');
}

function capital(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}`;
}
