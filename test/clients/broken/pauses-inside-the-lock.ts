// Broken in one place: the pause after a failure is spent with the lock in hand.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class PausesInsideTheLock extends BaseClient {
  protected override exclusively<T>(work: () => Promise<T>): Promise<T | undefined> {
    return super.exclusively(async () => {
      const result = await work();
      if (result === undefined) await this.sleep(120_000);
      return result;
    });
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new PausesInsideTheLock(host);
