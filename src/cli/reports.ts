// Where reports go: standard output, standard error when --json owns standard output, or files that appear whole or not at all.
import { appendFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { makeFolder } from '../../mock-server/folder.ts';
import { UsageError } from '../core/errors.ts';
import { REPORTERS } from '../report/registry.ts';
import { multiplex } from '../report/reporter.ts';
import type { Reporter } from '../report/reporter.ts';
import { detectScreen, PLAIN_SCREEN } from '../report/screen.ts';
import { usageError } from './exit.ts';
import type { GlobalOptions } from './option-table.ts';
import type { Output, System } from './system.ts';
import type { ReporterRequest } from './values.ts';

export interface OpenReports {
  reporter: Required<Reporter>;
  /** Writes the files. Throws TW_REPORT_FILE when one cannot be written. */
  close(): void;
}

/** Opens the reporters that were asked for; `lines` (or `quiet`) when none was. Throws a usage error for two on one stream or file. */
export async function openReports(
  requests: readonly ReporterRequest[],
  options: GlobalOptions,
  place: { system: System; cwd: string },
): Promise<OpenReports> {
  const { system, cwd } = place;
  const wanted = wantedReporters(requests, options, system);
  refuseSharing(wanted, options.json === true);
  const files: { path: string; text: string }[] = [];
  const reporters: Reporter[] = [];
  const common = { verbose: options.verbose === true, ...stepSummary(system) };
  for (const { name, file } of wanted) {
    const factory = await REPORTERS[name].load();
    if (file === undefined) {
      const output = streamFor(name, options.json === true, system);
      reporters.push(
        factory({ write: (text) => output.write(text), screen: detectScreen(system.env, output, options.color ?? 'auto'), ...common }),
      );
    } else {
      const target = { path: resolve(cwd, file), text: '' };
      files.push(target);
      reporters.push(
        factory({
          write: (text) => {
            target.text += text;
          },
          screen: PLAIN_SCREEN,
          ...common,
        }),
      );
    }
  }
  for (const { path } of files) attempt(path, () => makeFolder(dirname(path)));
  return {
    reporter: multiplex(reporters),
    close: () => {
      for (const { path, text } of files) writeWhole(path, text);
    },
  };
}

/** --json and --quiet are short for reporters; GitHub Actions gets its own without being asked. */
function wantedReporters(requests: readonly ReporterRequest[], options: GlobalOptions, system: System): ReporterRequest[] {
  const wanted = [...requests];
  const onScreen = wanted.some(({ name, file }) => file === undefined && name !== 'github');
  if (options.json === true && !wanted.some(({ name, file }) => name === 'json' && file === undefined)) wanted.push({ name: 'json' });
  else if (!onScreen) wanted.push({ name: options.quiet === true ? 'quiet' : 'lines' });
  if (detectScreen(system.env, system.out).github && !wanted.some(({ name }) => name === 'github')) wanted.push({ name: 'github' });
  return wanted;
}

/** Annotations are single lines between others and disturb nobody; two other formats on one stream would spoil each other. */
function refuseSharing(wanted: readonly ReporterRequest[], jsonOwns: boolean): void {
  const onOut = wanted.filter(({ name, file }) => file === undefined && name !== 'github' && !(jsonOwns && name !== 'json'));
  if (onOut.length > 1)
    throw usageError(
      `${onOut.map(({ name }) => name).join(' and ')} cannot share standard output`,
      `give all but one a file: --reporter ${onOut[1]?.name}=path`,
    );
  const onErr = wanted.filter(({ name, file }) => jsonOwns && file === undefined && name !== 'github' && name !== 'json');
  if (onErr.length > 1)
    throw usageError(
      `${onErr.map(({ name }) => name).join(' and ')} cannot share standard error`,
      `give all but one a file: --reporter ${onErr[1]?.name}=path`,
    );
  const paths = wanted.flatMap(({ file }) => (file === undefined ? [] : [file]));
  const twice = paths.find((path, index) => paths.indexOf(path) !== index);
  if (twice !== undefined) throw usageError(`two reporters write to ${twice}`, 'give each a file of its own');
}

function streamFor(name: string, jsonOwns: boolean, system: System): Output {
  return jsonOwns && name !== 'json' ? system.err : system.out;
}

/** Steps of one job share the file, so it is added to, never replaced. */
function stepSummary(system: System): { stepSummary?(text: string): void } {
  const path = system.env['GITHUB_STEP_SUMMARY'];
  if (path === undefined || path === '') return {};
  return {
    stepSummary(text) {
      try {
        appendFileSync(path, text);
      } catch (error) {
        system.err.write(`tokenwarp: the step summary could not be written: ${error instanceof Error ? error.message : String(error)}\n`);
      }
    },
  };
}

/** Under a name of its own first: a reader never meets half a report. */
function writeWhole(path: string, text: string): void {
  const temporary = `${path}.${process.pid}.tmp`;
  attempt(path, () => {
    writeFileSync(temporary, text);
    try {
      renameSync(temporary, path);
    } catch (error) {
      rmSync(temporary, { force: true });
      throw error;
    }
  });
}

function attempt(path: string, act: () => void): void {
  try {
    act();
  } catch (error) {
    throw new UsageError(
      'TW_REPORT_FILE',
      `the report ${path} cannot be written: ${error instanceof Error ? error.message : String(error)}`,
      { cause: error, hint: 'choose another path for --reporter' },
    );
  }
}
