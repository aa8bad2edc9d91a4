// Broken in one place: the lock of the device is waited for without a limit.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class WaitsForTheLockForEver extends BaseClient {
  protected override exclusively<T>(work: () => Promise<T>): Promise<T | undefined> {
    return this.host.lock('refresh', work);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new WaitsForTheLockForEver(host);
