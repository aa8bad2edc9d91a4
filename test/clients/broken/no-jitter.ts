// Broken in one place: pauses after failures are not spread: what failed in one instant comes back in one instant.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class NoJitter extends BaseClient {
  protected override pauseAfter(failures: number): number {
    return Math.min(8_000, 400 * 2 ** (failures - 1));
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new NoJitter(host);
