// docs/cli.md: the reference of the command line, from its tables.
import { COMMANDS } from '../../src/cli/command-table.ts';
import type { CommandRow } from '../../src/cli/command-table.ts';
import { EXITS } from '../../src/cli/exit.ts';
import { GLOBAL_OPTIONS, variableOf } from '../../src/cli/option-table.ts';
import type { OptionRow } from '../../src/cli/option-table.ts';
import { ERROR_CODES } from '../../src/cli/glossary.ts';
import { REPORTERS } from '../../src/report/registry.ts';
import { PROBLEM_CODES } from '../../src/scenario/problem.ts';
import { sentence, table } from './markdown.ts';

/** The whole reference. */
export function cliReference(): string {
  const commands = Object.entries<CommandRow>(COMMANDS).flatMap(([name, row]) => commandSection(name, row));
  return `${[
    '# The command line',
    '',
    'Generated from the tables in `src/cli/` by `npm run docs`; change those.',
    '',
    ...commands,
    '## Options of every command',
    '',
    ...optionTable(GLOBAL_OPTIONS),
    '',
    '## Reporters',
    '',
    '`--reporter name` prints, `--reporter name=file` writes a file, whole or not at all. Several may be given; one of them prints.',
    '',
    ...table(
      ['reporter', 'what it writes'],
      Object.entries(REPORTERS).map(([name, { summary }]) => [`\`${name}\``, summary]),
    ),
    '',
    'Results go to standard output, everything else to standard error; with `--json` standard output is one JSON document.',
    '',
    '## Exit codes',
    '',
    'When several hold, the first of this table decides.',
    '',
    ...table(
      ['code', 'meaning', 'more'],
      Object.values(EXITS).map(({ code, meaning, explanation }) => [String(code), meaning, explanation]),
    ),
    '',
    '## Error codes',
    '',
    ...table(
      ['code', 'meaning'],
      Object.entries({ ...ERROR_CODES, ...PROBLEM_CODES }).map(([code, text]) => [`\`${code}\``, text]),
    ),
    '',
  ].join('\n')}`;
}

function commandSection(name: string, row: CommandRow): string[] {
  const usage = `tokenwarp ${name}${row.args === '' ? '' : ` ${row.args}`} [options]`;
  const examples = row.examples.map(([line, what]) => [`\`${line}\``, what]);
  return [
    `## tokenwarp ${name}`,
    '',
    sentence(row.summary),
    '',
    '```',
    usage,
    '```',
    '',
    row.details,
    '',
    ...(Object.keys(row.options).length === 0 ? [] : [...optionTable(row.options), '']),
    ...table(['example', 'what it does'], examples),
    '',
  ];
}

function optionTable(options: Readonly<Record<string, OptionRow>>): string[] {
  const rows = Object.entries(options)
    .filter(([, row]) => row.hidden !== true)
    .map(([key, row]) => [`\`${row.flags}\``, row.summary, row.otherwise ?? '', `\`${variableOf(key)}\``]);
  return table(['option', 'meaning', 'default', 'variable'], rows);
}
