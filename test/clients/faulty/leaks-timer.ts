// Fault: a timer is still set after stop().
import type { Client, Host } from '../../../src/core/contract.ts';

export default (host: Host): Client => {
  function scheduleRefresh(): void {
    host.clock.setTimeout(scheduleRefresh, 3_000_000);
  }
  return {
    start: async () => scheduleRefresh(),
    signIn: async () => undefined,
    request: async () => ({ status: 200 }),
    stop: async () => undefined,
  };
};
