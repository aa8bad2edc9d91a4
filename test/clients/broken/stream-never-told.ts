// Broken in one place: an open stream never hears of a new token.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class StreamNeverTold extends BaseClient {
  protected override renew(): Promise<void> {
    return Promise.resolve();
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new StreamNeverTold(host);
