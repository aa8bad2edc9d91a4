// Broken in one place: timers are 32 bits wide: a longer delay fires after 1 ms, as in browsers and Node.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class TimerOverflowLoop extends BaseClient {
  protected override timer(fn: () => void, ms: number): () => void {
    return super.timer(fn, ms > 2 ** 31 - 1 ? 1 : ms);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new TimerOverflowLoop(host);
