// Broken in one place: the handler of the background job is registered when the launch is over.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class JobRegisteredLate extends BaseClient {
  protected override registerJob(): void {
    this.host.clock.setTimeout(() => super.registerJob(), 0);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new JobRegisteredLate(host);
