// Apple's tools as this machine has them: xcrun finds simctl, devicectl and lldb of the Xcode that is selected. Every call goes through
// the machine's seam, also those that node-simctl composes.
import type { MissingError } from '../../core/errors.ts';
import type { DeviceContext, MissingTool } from '../driver.ts';
import { interrupted, toolMissing } from '../errors.ts';
import type { CommandRecord, Conversation, Machine, RunOptions } from '../exec.ts';
import { refusalOf, saidBy } from './refusal.ts';

export interface Xcrun {
  readonly path: string;
  /** Runs a tool to its end. Throws when there is no Xcode or when we are interrupted; not when the tool fails or takes too long. */
  run(args: readonly string[], options?: RunOptions): Promise<CommandRecord>;
  lines(args: readonly string[], signal: AbortSignal): AsyncIterable<string>;
  talk(args: readonly string[], signal: AbortSignal): Conversation;
}

/** xcrun at $TOKENWARP_XCRUN, at $XCRUN_BINARY as node-simctl reads it, or on the PATH. Throws a MissingError where iOS cannot be driven. */
export async function openXcrun(context: DeviceContext): Promise<Xcrun> {
  const xcrun = bareXcrun(context);
  const { code, stderr, ended } = await xcrun.run(['--find', 'simctl'], { timeout: 15_000 });
  if (code === 0) return xcrun;
  throw toolMissing({
    tool: 'Xcode',
    found: ended === 'timeout' ? 'does not answer' : `has no simctl: ${saidBy({ stderr, stdout: '' })}`,
    fix: xcodeMissing(context.machine).fix,
  });
}

/** The same without a look at whether simctl is there. */
export function bareXcrun({ machine, signal }: DeviceContext): Xcrun {
  const own = ownPath(machine);
  if (own === undefined && machine.os !== 'darwin') throw toolMissing(xcodeMissing(machine));
  const path = own ?? 'xcrun';
  return {
    path,
    async run(args, options = {}) {
      const record = await machine.run(path, args, { signal, ...options });
      if (record.ended === 'aborted') throw interrupted();
      if (record.ended === 'missing') throw toolMissing(xcodeMissing(machine));
      if (record.code !== 0 && refusalOf(record).reason === 'no-xcode') throw noXcode(record);
      return record;
    },
    lines: (args, stop) => machine.lines(path, args, { signal: stop }),
    talk: (args, stop) => machine.talk(path, args, { signal: stop }),
  };
}

/** What to install here. */
export function xcodeMissing(machine: Pick<Machine, 'os' | 'env'>): MissingTool {
  const own = ownPath(machine);
  if (own !== undefined) return { tool: 'Xcode', found: `is not at ${own}`, fix: 'TOKENWARP_XCRUN names xcrun: mend it' };
  if (machine.os !== 'darwin') return { tool: 'Xcode', found: 'exists on macOS only', fix: 'use a Mac for iOS simulators and devices' };
  return { tool: 'Xcode', found: 'is not installed', fix: INSTALL };
}

const INSTALL =
  'install Xcode from the App Store, open it once, then `sudo xcode-select -s /Applications/Xcode.app`; the command line tools alone have no simctl';

function noXcode(record: CommandRecord): MissingError {
  const said = saidBy(record);
  const fix = /license/i.test(said) ? 'sudo xcodebuild -license accept' : INSTALL;
  return toolMissing({ tool: 'Xcode', found: `cannot be used: ${said.replace(/^xcrun: error: /, '')}`, fix });
}

function ownPath({ env }: Pick<Machine, 'env'>): string | undefined {
  return [env['TOKENWARP_XCRUN'], env['XCRUN_BINARY']].find((path) => path !== undefined && path !== '');
}
