// Fault: waits in a loop on promises that are already kept, so nothing else ever runs.
import type { Client } from '../../../src/core/contract.ts';

async function pollForEver(done: () => boolean): Promise<void> {
  while (!done()) await null;
}

export default (): Client => ({
  start: async () => undefined,
  signIn: async () => undefined,
  request: async () => {
    await pollForEver(() => false);
    return { status: 200 };
  },
});
