// Broken in one place: an app that locks itself is open after a launch.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class OpensUnlockedAtLaunch extends BaseClient {
  protected override restored(): void {
    // What the store held is shown at once.
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new OpensUnlockedAtLaunch(host);
