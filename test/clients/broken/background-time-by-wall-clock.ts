// Broken in one place: the time in background is measured with the wall clock.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class BackgroundTimeByWallClock extends BaseClient {
  protected override awayClock(): number {
    return this.host.clock.now();
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new BackgroundTimeByWallClock(host);
