// Fault: schedules itself again with process.nextTick for ever.
import type { Client } from '../../../src/core/contract.ts';

function tickAgain(): void {
  process.nextTick(tickAgain);
}

export default (): Client => ({
  start: async () => undefined,
  signIn: async () => undefined,
  request: async () => {
    tickAgain();
    return { status: 200 };
  },
});
