// Broken in one place: the single flight ends at the process: no lock between the processes of a device.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class PerProcessSingleFlight extends BaseClient {
  protected override exclusively<T>(work: () => Promise<T>): Promise<T | undefined> {
    return work();
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new PerProcessSingleFlight(host);
