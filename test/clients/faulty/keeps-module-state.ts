// Not a fault of its own: counts its launches in module state, which must not survive a kill.
import type { Client } from '../../../src/core/contract.ts';

const state = { launches: 0 };

export default (): Client => {
  state.launches += 1;
  return { start: async () => undefined, signIn: async () => undefined, request: async () => ({ status: 200 + state.launches - 1 }) };
};
