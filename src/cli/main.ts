// The command line from arguments to exit code. The only place that turns an error into text and a condition into a number.
import { TokenwarpError } from '../core/errors.ts';
import { conditionOf, exitCode } from './exit.ts';
import type { ExitCondition } from './exit.ts';
import { packageVersion, processSystem } from './system.ts';
import type { System } from './system.ts';

/** Runs one command line (without `node` and the script) and answers with the exit code; never rejects. */
export async function main(argv: readonly string[], system: System = processSystem()): Promise<number> {
  let conditions: ReadonlySet<ExitCondition>;
  try {
    const { dispatch } = await import('./program.ts');
    conditions = await dispatch(argv, system, packageVersion);
  } catch (error) {
    system.err.write(errorText(error, isVerbose(argv, system)));
    conditions = new Set([conditionOf(error)]);
  }
  return exitCode(conditions);
}

/** `tokenwarp: message   CODE`, then the hint. A stack only when asked for. */
export function errorText(error: unknown, verbose: boolean): string {
  const known = error instanceof TokenwarpError ? error : undefined;
  const message = error instanceof Error ? error.message : String(error);
  const code = known?.code ?? 'TW_BUG';
  const lines = message.includes('\n') ? [message, `tokenwarp: ${code}`] : [`tokenwarp: ${message}   ${code}`];
  const hint =
    known === undefined ? 'this is a fault of tokenwarp, please report it with the command you ran; --verbose shows where' : known.hint;
  if (hint !== undefined) lines.push(`  hint  ${hint}`);
  if (verbose && error instanceof Error && error.stack !== undefined) lines.push(error.stack);
  return `${lines.join('\n')}\n`;
}

/** Looked up by hand: the error may be about the options themselves. */
function isVerbose(argv: readonly string[], system: System): boolean {
  return argv.includes('--verbose') || system.env['TOKENWARP_VERBOSE'] === '1';
}
