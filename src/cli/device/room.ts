// What every command for devices starts with: the machine, the state folder, and an interruption that lets what was changed be undone.
import type { DeviceContext } from '../../device/driver.ts';
import { realMachine } from '../../device/exec.ts';
import { stateFolder } from '../../device/undo.ts';
import { TokenwarpError } from '../../core/errors.ts';
import type { ExitCondition } from '../exit.ts';
import type { System } from '../system.ts';

/** Runs `act`; on a signal its context is aborted, and the signal is what the command answers with. A second signal ends the process. */
export async function inRoom(
  { system, options }: { system: System; options: { commandTimeout?: number } },
  act: (context: DeviceContext & { signal: AbortSignal }) => Promise<ReadonlySet<ExitCondition>>,
): Promise<ReadonlySet<ExitCondition>> {
  const conditions = new Set<ExitCondition>();
  const stop = new AbortController();
  const remove = system.onSignal((signal) => {
    conditions.add(signal);
    stop.abort();
  });
  const machine = realMachine(system.env, options.commandTimeout);
  try {
    for (const condition of await act({ machine, stateFolder: stateFolder(machine), signal: stop.signal })) conditions.add(condition);
  } catch (error) {
    if (conditions.size === 0 || !(error instanceof TokenwarpError)) throw error;
    // Interrupted: that is the answer, unless something is left that somebody must know of.
    if (error.code === 'TW_DEVICE_RESTORE') throw error;
  } finally {
    remove();
  }
  return conditions;
}
