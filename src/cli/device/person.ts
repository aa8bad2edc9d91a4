// The person at the terminal, for --by-hand: told on standard error, heard on standard input, a line for each thing that is done.
import { createInterface, type Interface } from 'node:readline';
import { interrupted } from '../../device/errors.ts';
import type { Person } from '../../live/by-hand.ts';
import { usageError } from '../exit.ts';
import type { System } from '../system.ts';

export interface AtTheTerminal {
  readonly ask: Person;
  close(): void;
}

/** Standard input is read from now on; close it, or the process stays. */
export function openPerson(system: Pick<System, 'err'>, signal?: AbortSignal): AtTheTerminal {
  const lines: Interface = createInterface({ input: process.stdin });
  const said: string[] = [];
  let ended = false;
  let wake = (): void => undefined;
  lines.on('line', (line) => {
    said.push(line);
    wake();
  });
  lines.on('close', () => {
    ended = true;
    wake();
  });
  signal?.addEventListener('abort', () => wake());
  return {
    async ask(what) {
      system.err.write(`  » ${what}, then press Enter\n`);
      // Somebody who pressed it twice before does not answer this.
      said.length = 0;
      while (said.length === 0) {
        if (signal?.aborted === true) throw interrupted();
        if (ended)
          throw usageError('--by-hand needs somebody at the terminal', 'standard input has ended: leave it open, or give the app the hook');
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    },
    close: () => lines.close(),
  };
}
