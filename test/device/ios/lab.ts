// The command line as a process, over the double of xcrun as a program: nothing between the two is ours.
import { join } from 'node:path';
import { scratch, startTokenwarp, type Said } from '../../kit/cli.ts';
import type { XcrunDouble } from '../../kit/xcrun/double.ts';

export interface Lab {
  /** Where undo journals and open firings are. */
  readonly state: string;
  /** Runs it to its end. */
  run(...args: string[]): Promise<Said>;
  /** Starts it, for signals and for what happens meanwhile. */
  start(...args: string[]): ReturnType<typeof startTokenwarp>;
}

/** No adb here: only what iOS needs is on the machine. */
export function labOf(double: XcrunDouble): Lab {
  const state = join(scratch(), 'state');
  const env = { ...double.env, TOKENWARP_STATE: state, TOKENWARP_ADB: '/nowhere/adb' };
  const start: Lab['start'] = (...args) => startTokenwarp(args, { env });
  return { state, start, run: (...args) => start(...args).ended };
}
