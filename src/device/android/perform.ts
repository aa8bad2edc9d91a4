// How a change of an Android device is undone, by the kind of its action. What is done here may be done twice: a restore that was
// itself interrupted is simply done again.
import type { UndoAction } from '../driver.ts';
import { commandFailed, strangeOutput } from '../errors.ts';
import { setClock } from './clock.ts';
import { saidBy, type Shell } from './shell.ts';

/** Runs `script`; `fine` is a pattern of an answer that means there is nothing left to undo. */
export function shellUndo(script: string, fine?: string): UndoAction {
  return fine === undefined ? { kind: 'shell', script } : { kind: 'shell', script, fine };
}

/** The wall clock as this machine's clock plus `offset`, ms: right even when hours have passed. */
export function clockUndo(offset: number): UndoAction {
  return { kind: 'clock', offset };
}

/** Takes away `adb reverse` of a port of the device. */
export function reverseUndo(port: number): UndoAction {
  return { kind: 'reverse', port };
}

export async function performUndo(shell: Shell, action: UndoAction): Promise<void> {
  switch (action.kind) {
    case 'shell': {
      const script = String(action['script']);
      const ran = await shell.run(script);
      const fine = action['fine'];
      if (ran.code === 0 || (typeof fine === 'string' && new RegExp(fine).test(`${ran.stdout}\n${ran.stderr}`))) return;
      throw commandFailed(shell.id, script, saidBy(ran), 'undo it by hand, then `tokenwarp device restore --forget`');
    }
    case 'clock':
      return setClock(shell, shell.context.machine.now() + Number(action['offset']));
    case 'reverse':
      return removeReverse(shell, Number(action['port']));
    default:
      throw strangeOutput('the undo journal', `an action "${action.kind}" of another version`);
  }
}

async function removeReverse({ adb, id }: Shell, port: number): Promise<void> {
  const { code, stderr } = await adb.run(['-s', id, 'reverse', '--remove', `tcp:${port}`]);
  if (code === 0 || /listener .* not found/.test(stderr)) return;
  throw commandFailed(
    id,
    `adb reverse --remove tcp:${port}`,
    saidBy({ stdout: '', stderr, code: code ?? 1 }),
    `adb -s ${id} reverse --list`,
  );
}
