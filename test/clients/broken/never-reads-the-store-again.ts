// Broken in one place: memory is the truth: after the launch the store is written, never read.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class NeverReadsTheStoreAgain extends BaseClient {
  protected override sync(): Promise<void> {
    return this.phase === 'loading' || this.unsaved !== undefined ? super.sync() : Promise.resolve();
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new NeverReadsTheStoreAgain(host);
