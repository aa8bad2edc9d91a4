// node-simctl over our seam: it knows how each subcommand is written, the machine runs it, our errors say what it refused. Its own exec
// is replaced, because that one cannot be interrupted, recorded or given standard input, and loses the exit code's meaning. What it
// does wrong is not used at all: bootDevice (silent on every real failure), launchApp (five tries, no arguments), pushNotification
// (payload in a file of /tmp), getDevices (see simulator-list.ts).
import type { Simctl } from 'node-simctl';
import { OwnBugError } from '../../core/errors.ts';
import type { CommandRecord, RunOptions } from '../exec.ts';
import { bundleArgument, deviceArgument } from './argument.ts';
import { simctlError } from './errors.ts';
import type { Xcrun } from './xcrun.ts';

export interface SimctlTool {
  /** node-simctl, for one simulator. */
  readonly library: Simctl;
  /** Any subcommand, with what it answered. Throws our errors. */
  run(subcommand: string, args: readonly string[], options?: RunOptions & { bundle?: string }): Promise<CommandRecord>;
}

const PREFIX = 'SIMCTL_CHILD_';

export async function openSimctl(xcrun: Xcrun, udid: string, bundle?: string): Promise<SimctlTool> {
  const { Simctl } = await import('node-simctl');
  const id = deviceArgument(udid);
  const about = bundle === undefined ? {} : { bundle: bundleArgument(bundle) };
  const run: SimctlTool['run'] = async (subcommand, args, { bundle: other, ...options } = {}) => {
    const record = await xcrun.run(['simctl', subcommand, ...args], options);
    if (record.code === 0) return record;
    throw simctlError(record, { udid: id, command: `simctl ${subcommand}`, ...about, ...(other === undefined ? {} : { bundle: other }) });
  };
  const library = new Simctl({ udid: id, xcrun: { path: xcrun.path }, logErrors: false });
  library.exec = (async (subcommand, options) => {
    const { args = [], env = {}, timeout, asynchronous = false } = options ?? {};
    if (asynchronous) throw new OwnBugError('a command of simctl that goes on must be started through the machine');
    const prefixed = Object.fromEntries(
      Object.entries(env).map(([name, value]) => [name.startsWith(PREFIX) ? name : PREFIX + name, String(value)]),
    );
    return run(subcommand, args.map(String), { env: prefixed, ...(timeout === undefined ? {} : { timeout }) });
  }) as Simctl['exec'];
  return { library, run };
}
