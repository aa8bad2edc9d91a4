// iOS simulators and devices. Only macOS has what it takes; anywhere else the platform says so.
import { toolMissing } from '../errors.ts';
import type { Machine } from '../exec.ts';
import type { Check, MissingTool, Platform } from '../driver.ts';

export const ios: Platform = {
  name: 'ios',
  list: async ({ machine }) => ({ devices: [], missing: missing(machine) }),
  checks: async ({ machine }): Promise<Check[]> => {
    const { tool, found, fix } = missing(machine);
    return [{ name: tool, status: machine.os === 'darwin' ? 'missing' : 'unused', found, fix }];
  },
  perform: async ({ machine }) => {
    throw toolMissing(missing(machine));
  },
};

function missing({ os }: Machine): MissingTool {
  if (os !== 'darwin') return { tool: 'Xcode', found: 'exists on macOS only', fix: 'use a Mac for iOS simulators and devices' };
  return { tool: 'Xcode', found: 'cannot be driven by this version', fix: 'use Android for now' };
}
