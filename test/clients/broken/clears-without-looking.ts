// Broken in one place: a clearing that the store refused is made up for without a look at what a sibling has stored since.
import type { Host } from '../../../src/core/contract.ts';
import { BaseClient } from '../base/client.ts';

class ClearsWithoutLooking extends BaseClient {
  protected override stillDue(): Promise<boolean> {
    return Promise.resolve(true);
  }
}

// A module under test is its default export: the contract of `--client`.
export default (host: Host): BaseClient => new ClearsWithoutLooking(host);
