// Fault: a synchronous loop that never ends, inside request().
import type { Client } from '../../../src/core/contract.ts';

function waitForEver(): void {
  for (;;);
}

export default (): Client => ({
  start: async () => undefined,
  signIn: async () => undefined,
  request: async () => {
    waitForEver();
    return { status: 200 };
  },
});
