// Fault: ends the process it runs in.
import type { Client } from '../../../src/core/contract.ts';

export default (): Client => ({
  start: async () => undefined,
  signIn: async () => undefined,
  request: async () => process.exit(0),
});
